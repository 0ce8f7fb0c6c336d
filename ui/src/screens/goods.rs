//! What the shop sells.

use crate::i18n::text;
use crate::parts::Screen;
use leptos::prelude::*;

/// What the shop sells.
#[component]
pub fn GoodsScreen() -> impl IntoView {
    view! { <Screen name="goods" title=text::NAV_GOODS>{()}</Screen> }
}
