//! A code that was sent by mail or text message: its reference, the field for it, and another one after a while.

use crate::i18n::{t, text, words};
use crate::parts::{Button, CodeField};
use crate::state::app;
use farthing_api::CodeSent;
use leptos::prelude::*;
use std::time::Duration;

/// The field for the code, with the reference of the message and a button for another code.
#[component]
pub fn CodeEntry(sent: CodeSent, code: RwSignal<String>, #[prop(into)] on_resend: Callback<()>) -> impl IntoView {
    let app = app();
    let left = RwSignal::new(sent.resend_after);
    let tick = set_interval_with_handle(
        move || {
            left.try_update(|left| *left = left.saturating_sub(1));
        },
        Duration::from_secs(1),
    );
    on_cleanup(move || {
        if let Ok(tick) = tick {
            tick.clear();
        }
    });
    let wait = Signal::derive(move || {
        (left.get() > 0).then(|| app.say_with(text::CODE_WAIT, &[("n", left.get().to_string())]))
    });
    let hint = words(
        text::CODE_HINT,
        [("reference", sent.reference), ("minutes", sent.minutes.to_string())],
    );
    view! {
        <CodeField name="code" label=text::CODE_LABEL value=code hint=hint/>
        <p class="row small">
            <Button label=text::CODE_RESEND kind="text btn-sm" does="resend-code" reason=wait on_press=on_resend/>
            <span class="quiet" aria-live="off">{move || wait.get()}</span>
        </p>
        <span class="visually-hidden" role="status">{t(text::CODE_SENT)}</span>
    }
    .into_any()
}
