//! What takes a second person, as part of the settings.

use crate::i18n::{Text, t, text};
use crate::parts::{Button, CheckField, Form, FormState, MoneyField, query};
use crate::screens::loan_kit::trouble;
use crate::state::{App, app};
use farthing_api::{GetSecondPersonRules, Guarded, Money, SaveSecondPersonRules, SecondPersonRules};
use leptos::prelude::*;
use std::collections::BTreeMap;

const fn words(kind: Guarded) -> Text {
    match kind {
        Guarded::Disburse => text::SECOND_DISBURSE,
        Guarded::Refund => text::SECOND_REFUND,
        Guarded::WriteOff => text::SECOND_WRITE_OFF,
        Guarded::Waive => text::SECOND_WAIVE,
        Guarded::Reverse => text::SECOND_REVERSE,
        Guarded::Foreclose => text::SECOND_FORECLOSE,
        Guarded::ChangeTerms => text::SECOND_CHANGE_TERMS,
        Guarded::SettleSuspense => text::SECOND_SETTLE_SUSPENSE,
        Guarded::People => text::SECOND_PEOPLE,
        Guarded::Rules => text::SECOND_RULES,
    }
}

/// One kind: whether it takes a second person, and from which amount on.
#[derive(Clone, Copy)]
struct Line {
    kind: Guarded,
    on: RwSignal<bool>,
    from: RwSignal<String>,
}

impl Line {
    fn of(app: App, kind: Guarded, rules: &SecondPersonRules, usual: &SecondPersonRules) -> Line {
        let known = rules.0.get(&kind);
        let from = known.or_else(|| usual.0.get(&kind)).copied().unwrap_or(Money::ZERO);
        Line {
            kind,
            on: RwSignal::new(known.is_some()),
            from: RwSignal::new(untrack(|| app.money(from))),
        }
    }
}

/// The section of the settings.
#[component]
pub fn SecondPerson() -> impl IntoView {
    let known = query(|| Some(GetSecondPersonRules {}));
    move || match (known.value.get(), known.error.get()) {
        (_, Some(error)) => trouble(&error),
        (None, None) => ().into_any(),
        (Some(rules), None) => view! { <RulesForm rules/> }.into_any(),
    }
}

#[component]
fn RulesForm(rules: SecondPersonRules) -> impl IntoView {
    let app = app();
    let form = FormState::new("second-person-form");
    let decimals = app.currency.get_untracked().map_or(2, |currency| currency.decimals);
    let usual = SecondPersonRules::usual(decimals);
    let lines = Guarded::ALL.map(|kind| Line::of(app, kind, &rules, &usual));
    let submit = move |()| {
        form.clear();
        let mut rules = BTreeMap::new();
        let mut wrong = Vec::new();
        for line in lines.into_iter().filter(|line| line.on.get_untracked()) {
            if !line.kind.has_amount() {
                rules.insert(line.kind, Money::ZERO);
                continue;
            }
            match untrack(|| line.from.with(|typed| app.read_money(typed))) {
                Ok(from) => {
                    rules.insert(line.kind, from);
                }
                Err(error) => wrong.push((format!("from-{}", line.kind.word()), untrack(|| app.answer(&error)))),
            }
        }
        if !wrong.is_empty() {
            return form.refuse(wrong);
        }
        let request = SaveSecondPersonRules {
            rules: SecondPersonRules(rules),
        };
        form.submit(request, move |_| app.tell(app.say(text::SECOND_SAVED)));
    };
    let rows = lines.map(|line| view! { <Row line/> }).collect_view();
    view! {
        <section class="stack" data-part="second-person">
            <div class="section-head"><h2 class="section-title">{t(text::SECOND_TITLE)}</h2></div>
            <p class="muted">{t(text::SECOND_LEAD)}</p>
            <Form state=form class="stack" on_submit=submit>
                <div class="guards">{rows}</div>
                <p><Button label=text::SECOND_SAVE kind="primary" does="save-second-person" busy_label=text::SAVING/></p>
            </Form>
        </section>
    }
    .into_any()
}

/// The names of a kind's two fields.
const fn names(kind: Guarded) -> (&'static str, &'static str) {
    match kind {
        Guarded::Disburse => ("guard-disburse", "from-disburse"),
        Guarded::Refund => ("guard-refund", "from-refund"),
        Guarded::WriteOff => ("guard-write_off", "from-write_off"),
        Guarded::Waive => ("guard-waive", "from-waive"),
        Guarded::Reverse => ("guard-reverse", "from-reverse"),
        Guarded::Foreclose => ("guard-foreclose", "from-foreclose"),
        Guarded::ChangeTerms => ("guard-change_terms", "from-change_terms"),
        Guarded::SettleSuspense => ("guard-settle_suspense", "from-settle_suspense"),
        Guarded::People => ("guard-people", ""),
        Guarded::Rules => ("guard-rules", ""),
    }
}

#[component]
fn Row(line: Line) -> impl IntoView {
    let (guard, from) = names(line.kind);
    let amount = move || {
        (line.on.get() && line.kind.has_amount())
            .then(|| view! { <MoneyField name=from label=text::SECOND_FROM value=line.from/> })
    };
    view! {
        <div class="guard">
            <CheckField name=guard label=words(line.kind) value=line.on/>
            {amount}
        </div>
    }
    .into_any()
}
