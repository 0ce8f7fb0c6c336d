//! Every loan, or those of a filter.

use crate::i18n::text;
use crate::parts::Screen;
use leptos::prelude::*;

/// Every loan, or those of a filter.
#[component]
pub fn LoansScreen(filter: String) -> impl IntoView {
    let _ = filter;
    view! { <Screen name="loans" title=text::NAV_LOANS>{()}</Screen> }
}
