//! The organisation's rules: how late loans are looked at, who may borrow, and its days off.

mod days_off;
mod eligibility;
mod lateness;

pub use eligibility::EligibilityDraft;

use crate::i18n::{t, text};
use crate::parts::query;
use crate::screens::loan_kit::{Show, trouble};
use farthing_api::GetRules;
use leptos::prelude::*;

/// The forms, as parts of the settings.
#[component]
pub fn RulesSettings() -> impl IntoView {
    let show = Show::here();
    let known = query(|| Some(GetRules {}));
    move || match (known.value.get(), known.error.get()) {
        (_, Some(error)) => trouble(&error),
        (None, None) => ().into_any(),
        (Some(rules), None) => view! {
            <section class="stack">
                <div class="section-head"><h2 class="section-title">{t(text::RULES_LATENESS)}</h2></div>
                <p class="muted">{t(text::RULES_LATENESS_LEAD)}</p>
                {lateness::form(&rules.lateness, show)}
            </section>
            <section class="stack">
                <div class="section-head"><h2 class="section-title">{t(text::RULES_ELIGIBILITY)}</h2></div>
                <p class="muted">{t(text::RULES_ELIGIBILITY_LEAD)}</p>
                {eligibility::form(&rules, show)}
            </section>
            <section class="stack">
                <div class="section-head"><h2 class="section-title">{t(text::RULES_DAYS)}</h2></div>
                <p class="muted">{t(text::RULES_DAYS_LEAD)}</p>
                {days_off::form(&rules.days_off, show)}
            </section>
        }
        .into_any(),
    }
}
