//! The recovery secret, shown once.

use crate::i18n::{t, text};
use crate::parts::{Banner, Button, CheckField, Icon, Tone};
use crate::state::app;
use farthing_api::SetUpDone;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// The secret that opens the book when every password is lost; goes on only when it is kept somewhere.
#[component]
pub fn RecoveryScreen(done: SetUpDone) -> impl IntoView {
    let app = app();
    let kept = RwSignal::new(false);
    let copied = RwSignal::new(false);
    let secret = done.recovery_secret.reveal().to_owned();
    let (shown, copy) = (secret.clone(), secret);
    let reason = Signal::derive(move || (!kept.get()).then(|| app.say(text::RECOVERY_FIRST).to_owned()));
    let session = StoredValue::new(done.session);
    let warnings = done
        .warnings
        .into_iter()
        .map(|warning| view! { <Banner title=text::RECOVERY_KNOW body=app.answer(&warning) tone=Tone::Warn icon="warning"/> });
    view! {
        <div class="signin" data-screen="recovery">
            <main class="signin-scroll">
                <div class="signin-card">
                    <p class="signin-brand"><Icon name="mark" class="mark"/>{t(text::PRODUCT_NAME)}</p>
                    <header>
                        <h1 class="signin-title">{t(text::RECOVERY_TITLE)}</h1>
                        <p class="signin-note">{t(text::RECOVERY_LEAD)}</p>
                    </header>
                    <p class="card strong" data-figure="recovery-secret" tabindex="0">{shown}</p>
                    {can_copy().then(|| view! {
                        <p class="row">
                            <Button
                                label=text::RECOVERY_COPY icon="copy" does="copy-secret"
                                on_press=move |()| {
                                    let _ = window().navigator().clipboard().write_text(&copy);
                                    copied.set(true);
                                }
                            />
                            <span class="small quiet" role="status">{move || copied.get().then(t(text::RECOVERY_COPIED))}</span>
                        </p>
                    })}
                    {warnings.collect_view()}
                    <CheckField name="kept" label=text::RECOVERY_KEPT value=kept/>
                    <Button
                        label=text::RECOVERY_OPEN kind="primary btn-wide" does="open-desk" reason=reason
                        on_press=move |()| app.enter(session.get_value())
                    />
                </div>
            </main>
        </div>
    }
    .into_any()
}

/// Whether this web view lets a page write to the clipboard at all.
fn can_copy() -> bool {
    js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| !clipboard.is_undefined() && !clipboard.is_null())
}
