//! The screens, compiled to WASM.

mod answers;
mod dates;
mod early;
mod frame;
mod i18n;
mod ipc;
mod lean;
mod nav;
mod parts;
mod route;
mod screens;
mod state;
mod told;
mod user_menu;

use leptos::mount::mount_to_body;
use leptos::prelude::window;

/// What stands on the page where the texts of the screens could not be read.
const NO_TEXTS: &str = "A part of Farthing is missing. Install it anew; the book is not touched by that.";

fn main() {
    match i18n::load() {
        Ok(()) => mount_to_body(screens::Window),
        Err(reason) => {
            leptos::logging::error!("{reason:?}");
            if let Some(body) = window().document().and_then(|document| document.body()) {
                body.set_text_content(Some(NO_TEXTS));
            }
        }
    }
}
