//! Pictures from the sprite, which stands in the page: icons of 20 px and status glyphs of 12 px.

use leptos::prelude::*;

/// An icon by its name in the sprite, for instance `loans`. `class` adds to `icon`: `icon-sm`, `icon-chevron`.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] class: &'static str) -> impl IntoView {
    view! {
        <svg class=format!("icon {class}") aria-hidden="true">
            <use href=format!("#i-{name}")></use>
        </svg>
    }
}

/// A status glyph by its name: `paid partly due late waiting attention credit upcoming up down level`. `tone` is a
/// class such as `tone-accent`, or empty where the surrounding status gives the colour.
#[component]
pub fn Glyph(name: &'static str, #[prop(optional)] tone: &'static str) -> impl IntoView {
    view! {
        <svg class=format!("glyph {tone}") aria-hidden="true">
            <use href=format!("#g-{name}")></use>
        </svg>
    }
}
