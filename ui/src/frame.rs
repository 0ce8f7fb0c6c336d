//! The frame around every screen.

use crate::i18n::{self, Language, text};
use crate::ipc;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Asks the desk which program it is.
#[derive(Serialize)]
struct VersionRequest {}

/// The desk's answer to [`VersionRequest`].
#[derive(Clone, Deserialize)]
struct Version {
    version: String,
}

/// The window's content.
#[component]
pub fn Frame() -> impl IntoView {
    let system = window().navigator().language().unwrap_or_default();
    i18n::provide(Language::from_tag(&system));
    let version = LocalResource::new(|| ipc::ask::<Version>("version", &VersionRequest {}));
    view! {
        <main class="frame">
            <h1>{i18n::t(text::PRODUCT_NAME)}</h1>
            {move || version.get().map(|answer| match answer {
                Ok(Version { version }) => {
                    view! { <p id="version">{i18n::tf(text::SHELL_VERSION, [("version", version)])}</p> }.into_any()
                }
                Err(reason) => {
                    view! { <p role="alert">{i18n::tf(text::SHELL_UNREACHABLE, [("reason", reason)])}</p> }.into_any()
                }
            })}
        </main>
    }
}
