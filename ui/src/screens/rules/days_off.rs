//! The form of the days off of the organisation.

use crate::i18n::text;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::Days;
use farthing_api::{DaysOff, SaveDaysOff};
use leptos::prelude::*;

/// The form.
pub fn form(days: &DaysOff, show: Show) -> AnyView {
    let form = Form::new("days-off-form", show);
    let typed = Days::of(days, show);
    let submit = move || {
        form.clear();
        let mut wrong = Vec::new();
        let days = untrack(|| typed.read(show, &mut wrong));
        match wrong.is_empty() {
            false => wrong.into_iter().for_each(|(field, words)| form.refuse(field, words)),
            true => form.send(
                SaveDaysOff { days },
                move |_| show.done(untrack(|| show.say(text::RULES_DONE))),
                |_| false,
            ),
        }
    };
    let fields = view! {
        {typed.fields(form)}
        <p>{form.submit("primary", "save-days-off", text::SAVING, move || show.say(text::RULES_SAVE))}</p>
    };
    form.element("form", submit, fields.into_any())
}
