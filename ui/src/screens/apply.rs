//! A new application.

use crate::i18n::text;
use crate::parts::Screen;
use farthing_api::CustomerId;
use leptos::prelude::*;

/// A new application.
#[component]
pub fn ApplyScreen(customer: CustomerId) -> impl IntoView {
    let _ = customer;
    view! { <Screen name="apply" title=text::NAV_LOANS>{()}</Screen> }
}
