//! The form of the buckets of lateness.

use crate::i18n::{t, text};
use crate::parts::{Button, IconButton};
use crate::screens::loan_form::{Form, Lasting};
use crate::screens::loan_kit::Show;
use crate::screens::products::{rate, whole};
use farthing_api::SaveLatenessRules;
use farthing_lending::{Bucket, LatenessRules};
use leptos::prelude::*;

/// The names of a bucket's fields, as refusals name them; as many as there may be buckets.
const FIELDS: [(&str, &str); 12] = [
    ("buckets[0].from_days", "buckets[0].percent"),
    ("buckets[1].from_days", "buckets[1].percent"),
    ("buckets[2].from_days", "buckets[2].percent"),
    ("buckets[3].from_days", "buckets[3].percent"),
    ("buckets[4].from_days", "buckets[4].percent"),
    ("buckets[5].from_days", "buckets[5].percent"),
    ("buckets[6].from_days", "buckets[6].percent"),
    ("buckets[7].from_days", "buckets[7].percent"),
    ("buckets[8].from_days", "buckets[8].percent"),
    ("buckets[9].from_days", "buckets[9].percent"),
    ("buckets[10].from_days", "buckets[10].percent"),
    ("buckets[11].from_days", "buckets[11].percent"),
];

/// A bucket, as typed.
#[derive(Clone, Copy)]
struct Typed {
    from_days: RwSignal<String>,
    percent: RwSignal<String>,
}

impl Typed {
    fn of(from_days: &str, percent: String) -> Typed {
        Typed {
            from_days: RwSignal::new(from_days.to_owned()),
            percent: RwSignal::new(percent),
        }
    }
}

/// What was typed, as rules.
///
/// # Errors
/// Each field that can't be read, with the reason in words.
fn read(
    buckets: &[Typed],
    suspend_after: RwSignal<String>,
    show: Show,
) -> Result<LatenessRules, Vec<(&'static str, String)>> {
    let mut wrong = Vec::new();
    let mut rules = LatenessRules {
        buckets: Vec::new(),
        suspend_after: 0,
    };
    for (typed, (days, percents)) in buckets.iter().zip(FIELDS) {
        let from_days = whole(&typed.from_days.get_untracked());
        let percent = rate(&typed.percent.get_untracked());
        if from_days.is_none() {
            wrong.push((days, show.say(text::PRODUCT_NUMBER_WRONG)));
        }
        if percent.is_none() {
            wrong.push((percents, show.say(text::PRODUCT_RATE_WRONG)));
        }
        if let (Some(from_days), Some(percent)) = (from_days, percent) {
            rules.buckets.push(Bucket { from_days, percent });
        }
    }
    match whole(&suspend_after.get_untracked()) {
        Some(days) => rules.suspend_after = days,
        None => wrong.push(("suspend_after", show.say(text::PRODUCT_NUMBER_WRONG))),
    }
    match wrong.is_empty() {
        true => Ok(rules),
        false => Err(wrong),
    }
}

/// The form.
pub fn form(rules: &LatenessRules, show: Show) -> AnyView {
    let form = Form::new("lateness-form", show);
    let typed = |bucket: &Bucket| Typed::of(&bucket.from_days.to_string(), show.number(bucket.percent));
    let buckets = RwSignal::new(rules.buckets.iter().map(typed).collect::<Vec<_>>());
    let suspend_after = RwSignal::new(rules.suspend_after.to_string());
    let submit = move || {
        form.clear();
        match untrack(|| read(&buckets.get(), suspend_after, show)) {
            Err(wrong) => wrong.into_iter().for_each(|(field, words)| form.refuse(field, words)),
            Ok(rules) => form.send(
                SaveLatenessRules { rules },
                move |_| show.done(untrack(|| show.say(text::RULES_DONE))),
                |_| false,
            ),
        }
    };
    let rows = move || {
        let buckets_now = buckets.get();
        let many = buckets_now.len() > 1;
        let row = |(i, (typed, (days, percent))): (usize, (Typed, (&'static str, &'static str)))| {
            let remove = move |()| {
                buckets.update(|buckets| {
                    buckets.remove(i);
                })
            };
            view! {
                <div class="form-grid three bucket" data-row=i.to_string()>
                    {form.number(days, text::RULES_FROM_DAYS, typed.from_days, "numeric")}
                    {form.number(percent, text::RULES_PERCENT, typed.percent, "decimal")}
                    {(many && i > 0).then(|| view! { <IconButton label=text::RULES_REMOVE icon="trash" does="remove-bucket" on_press=remove/> })}
                </div>
            }
        };
        buckets_now.into_iter().zip(FIELDS).enumerate().map(row).collect_view()
    };
    let form_here = Lasting::here();
    let may_add = Memo::new(move |_| buckets.with(|buckets| buckets.len() < FIELDS.len()));
    let add = move || {
        may_add.get().then(|| {
            let press = move |()| {
                let typed = form_here.make(|| Typed::of("", String::new()));
                buckets.update(|buckets| buckets.push(typed));
            };
            view! { <Button label=text::RULES_ADD icon="plus" does="add-bucket" on_press=press/> }
        })
    };
    let fields = view! {
        {rows}
        <p>{add}</p>
        <div class="form-grid">{form.number("suspend_after", text::RULES_SUSPEND_AFTER, suspend_after, "numeric")}</div>
        <p class="hint">{t(text::RULES_SUSPEND_HINT)}</p>
        <p>{form.submit("primary", "save-lateness", text::SAVING, move || show.say(text::RULES_SAVE))}</p>
    };
    form.element("form", submit, fields.into_any())
}
