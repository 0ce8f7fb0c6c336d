//! What shows before anyone can sign in: trouble with the book.

use crate::i18n::{Text, t, text};
use crate::parts::{Button, Icon};
use crate::state::app;
use leptos::prelude::*;

/// Why the book can't be used, and what to do.
#[component]
pub fn TroubleScreen(code: String, message: String, path: String) -> impl IntoView {
    let app = app();
    let title: Text = match code.as_str() {
        "newer" => text::TROUBLE_NEWER,
        "damaged" => text::TROUBLE_DAMAGED,
        "in_use" => text::TROUBLE_IN_USE,
        "disk_full" => text::TROUBLE_DISK_FULL,
        _ => text::TROUBLE_OTHER,
    };
    view! {
        <div class="signin" data-screen="trouble" data-trouble=code>
            <main class="signin-scroll">
                <div class="signin-card">
                    <p class="signin-brand"><Icon name="mark" class="mark"/>{t(text::PRODUCT_NAME)}</p>
                    <header><h1 class="signin-title">{t(title)}</h1></header>
                    <div class="banner banner-bad" role="alert"><Icon name="warning"/><span>{message}</span></div>
                    {(!path.is_empty()).then(|| view! {
                        <p class="small quiet">{t(text::TROUBLE_PATH)} " " <span class="hash">{path}</span></p>
                    })}
                    <Button label=text::TROUBLE_AGAIN kind="primary btn-wide" does="try-again" on_press=move |()| app.restart()/>
                </div>
            </main>
        </div>
    }
    .into_any()
}
