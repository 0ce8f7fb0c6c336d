//! Whether the customer may borrow what the form asks for: each rule's answer with its reason, and the largest amount.

use crate::i18n::{Text, t, text};
use crate::parts::{Button, Glyph, query};
use crate::screens::loan_kit::Show;
use farthing_api::{CheckEligibility, EligibilityView, Money};
use farthing_lending::{Assessment, EligibilityRule, Figure, RuleAnswer, Verdict};
use leptos::prelude::*;

/// What a rule is called.
pub const fn rule_name(rule: EligibilityRule) -> Text {
    match rule {
        EligibilityRule::Age => text::RULE_AGE,
        EligibilityRule::Employment => text::RULE_EMPLOYMENT,
        EligibilityRule::Income => text::RULE_INCOME,
        EligibilityRule::Obligations => text::RULE_OBLIGATIONS,
        EligibilityRule::ActiveLoans => text::RULE_ACTIVE_LOANS,
        EligibilityRule::Installment => text::RULE_INSTALLMENT,
        EligibilityRule::Amount => text::RULE_AMOUNT,
        EligibilityRule::Term => text::RULE_TERM,
    }
}

/// The rules' names by their words, as a loan keeps them.
pub fn rule_names(words: &[String], show: Show) -> String {
    const ALL: [EligibilityRule; 8] = [
        EligibilityRule::Age,
        EligibilityRule::Employment,
        EligibilityRule::Income,
        EligibilityRule::Obligations,
        EligibilityRule::ActiveLoans,
        EligibilityRule::Installment,
        EligibilityRule::Amount,
        EligibilityRule::Term,
    ];
    let name = |word: &String| {
        let rule = ALL.into_iter().find(|rule| rule.word() == word);
        rule.map_or_else(|| word.replace('_', " "), |rule| show.say(rule_name(rule)))
    };
    words.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn figure(figure: Option<Figure>, show: Show) -> Option<String> {
    Some(match figure? {
        Figure::Amount(amount) => show.money(amount),
        Figure::Count(count) => count.to_string(),
        Figure::Percent(percent) => show.percent(percent),
    })
}

fn line(answer: &RuleAnswer, show: Show) -> AnyView {
    let (glyph, tone) = match answer.verdict {
        Verdict::Met => ("paid", "status status-paid"),
        Verdict::Failed => ("late", "status status-late"),
        Verdict::Unknown => ("waiting", "status status-waiting"),
    };
    let why = match (figure(answer.found, show), figure(answer.limit, show)) {
        (Some(found), Some(limit)) => show.fill(text::RULE_WHY, [("found", found), ("limit", limit)]),
        (None, Some(limit)) => show.fill(text::RULE_UNKNOWN, [("limit", limit)]),
        (Some(found), None) => found,
        (None, None) => String::new(),
    };
    let advice = (answer.verdict != Verdict::Met && !answer.recommendation.is_empty())
        .then(|| view! { <p class="small">{show.sentence(&answer.recommendation)}</p> });
    view! {
        <li class="rule" data-row=answer.rule.word()>
            <span class=tone><Glyph name=glyph/><span>{t(rule_name(answer.rule))}</span></span>
            <span class="small muted">{why}</span>
            {advice}
        </li>
    }
    .into_any()
}

fn shown(assessment: &Assessment, ask: impl Fn(Money) + Copy + Send + Sync + 'static, show: Show) -> AnyView {
    let is_open = assessment.rules.iter().any(|answer| answer.verdict == Verdict::Unknown);
    let words = match (assessment.eligible, is_open) {
        (true, false) => text::RULES_MET,
        (true, true) => text::RULES_OPEN,
        (false, _) => text::RULES_FAILED,
    };
    let lines: Vec<_> = assessment.rules.iter().map(|answer| line(answer, show)).collect();
    let largest = assessment.largest_amount.filter(|amount| amount.is_positive()).map(|amount| {
        let label = show.fill(text::RULES_ASK_LARGEST, [("amount", show.money(amount))]);
        view! {
            <dl class="sums tight">
                <dt class="strong">{t(text::RULES_LARGEST)}</dt><dd class="strong" data-figure="largest_amount">{show.money(amount)}</dd>
            </dl>
            {(!assessment.eligible).then(|| view! { <p><Button label=Signal::stored(label) does="ask-largest" on_press=move |()| ask(amount)/></p> })}
        }
    });
    view! {
        <p class="medium" data-figure="eligible">{t(words)}</p>
        <ul class="rules">{lines}</ul>
        {largest}
    }
    .into_any()
}

/// The answer to what `asked` says; nothing where the organisation judges by no rules. `ask` puts another amount in.
pub fn answer(
    asked: impl Fn() -> Option<CheckEligibility> + 'static,
    ask: impl Fn(Money) + Copy + Send + Sync + 'static,
    show: Show,
) -> AnyView {
    let checked = query(asked);
    (move || {
        let view: EligibilityView = checked.value.get().filter(|_| checked.error.with(Option::is_none))?;
        let assessment = view.assessment?;
        Some(view! {
            <section class="quote" aria-live="polite">
                <h2 class="section-title">{t(text::RULES_ELIGIBILITY_TITLE)}</h2>
                {shown(&assessment, ask, show)}
            </section>
        })
    })
    .into_any()
}
