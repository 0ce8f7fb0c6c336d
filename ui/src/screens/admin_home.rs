//! The overview.

use crate::i18n::text;
use crate::parts::Screen;
use leptos::prelude::*;

/// The overview.
#[component]
pub fn AdminHomeScreen() -> impl IntoView {
    view! { <Screen name="admin-home" title=text::NAV_OVERVIEW>{()}</Screen> }
}
