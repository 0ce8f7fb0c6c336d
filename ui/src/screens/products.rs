//! The loan products.

use crate::i18n::text;
use crate::parts::Screen;
use leptos::prelude::*;

/// The loan products.
#[component]
pub fn ProductsScreen() -> impl IntoView {
    view! { <Screen name="products" title=text::NAV_PRODUCTS>{()}</Screen> }
}
