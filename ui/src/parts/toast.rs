//! The toast: what was done, and what may follow from it. Errors are never told here.

use super::icon::{Glyph, Icon};
use crate::i18n::{t, text};
use crate::state::app;
use leptos::prelude::*;
use std::time::Duration;

/// How long a toast stays.
const STAY: Duration = Duration::from_secs(8);

/// An outcome in words, with at most one action.
#[derive(Clone)]
pub struct Toast {
    message: String,
    action: Option<(String, Callback<()>)>,
}

impl Toast {
    /// An outcome.
    pub fn new(message: impl Into<String>) -> Toast {
        Toast {
            message: message.into(),
            action: None,
        }
    }

    /// With a button.
    pub fn with(self, label: impl Into<String>, action: impl Fn() + Send + Sync + 'static) -> Toast {
        Toast {
            action: Some((label.into(), Callback::new(move |()| action()))),
            ..self
        }
    }
}

/// The place where toasts show; in the page at all times, so that screen readers hear it.
#[component]
pub fn Toasts() -> impl IntoView {
    let app = app();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(timer)) = timer.try_update_value(Option::take) {
            timer.clear();
        }
    };
    let start = move || {
        stop();
        let handle = set_timeout_with_handle(move || app.toast.set(None), STAY).ok();
        timer.set_value(handle);
    };
    Effect::new(move || {
        if app.toast.with(Option::is_some) {
            start();
        } else {
            stop();
        }
    });
    // A timer that outlives the frame would take away a toast of the one who signs in next.
    on_cleanup(stop);
    view! {
        <div
            class="toasts"
            role="status"
            aria-live="polite"
            on:mouseenter=move |_| stop()
            on:mouseleave=move |_| start()
            on:focusin=move |_| stop()
            on:focusout=move |_| start()
        >
            {move || app.toast.get().map(|toast| view! {
                <div class="toast">
                    <Glyph name="paid"/>
                    <span>{toast.message}</span>
                    {toast.action.map(|(label, action)| view! {
                        <button
                            class="toast-action"
                            type="button"
                            on:click=move |_| {
                                app.toast.set(None);
                                action.run(());
                            }
                        >
                            {label}
                        </button>
                    })}
                    <button class="toast-close" type="button" aria-label=t(text::DISMISS) on:click=move |_| app.toast.set(None)>
                        <Icon name="close"/>
                    </button>
                </div>
            })}
        </div>
    }
    .into_any()
}
