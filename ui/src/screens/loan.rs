//! One loan.

use crate::i18n::text;
use crate::parts::Screen;
use farthing_api::LoanId;
use leptos::prelude::*;

/// One loan.
#[component]
pub fn LoanScreen(id: LoanId) -> impl IntoView {
    let _ = id;
    view! { <Screen name="loan" title=text::NAV_LOANS>{()}</Screen> }
}
