//! The customer's own home.

use leptos::prelude::*;

/// The customer's own home.
#[component]
pub fn CustomerHomeScreen() -> impl IntoView {
    view! { <div class="app-customer" data-screen="customer-home"></div> }
}
