//! A sale on installments.

use crate::i18n::text;
use crate::parts::Screen;
use farthing_api::CustomerId;
use leptos::prelude::*;

/// A sale on installments.
#[component]
pub fn SellScreen(customer: CustomerId) -> impl IntoView {
    let _ = customer;
    view! { <Screen name="sell" title=text::NAV_GOODS>{()}</Screen> }
}
