//! Before what touches an account, whoever is signed in proves again that it is they.

use crate::i18n::{t, text};
use crate::parts::{Button, Dialog, Form, FormState, PasswordField, Refusal, TextField};
use crate::state::app;
use farthing_api::{ProveAgain, Secret};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    /// Whether the frame's dialog shows; none where there is no frame.
    static OPEN: Cell<Option<RwSignal<bool>>> = const { Cell::new(None) };
    /// Who waits for the dialog's end.
    static WAITS: RefCell<Option<js_sys::Function>> = const { RefCell::new(None) };
}

/// Asks whoever is signed in to prove that it is they; whether they did. One is asked at a time.
pub async fn proven() -> bool {
    let Some(open) = OPEN.get().filter(|open| open.try_get_untracked() == Some(false)) else {
        return false;
    };
    let answer = js_sys::Promise::new(&mut |resolve, _| {
        WAITS.set(Some(resolve));
    });
    open.set(true);
    JsFuture::from(answer).await.is_ok_and(|answer| answer.is_truthy())
}

fn end(proven: bool) {
    if let Some(resolve) = WAITS.take() {
        let _ = resolve.call1(&JsValue::NULL, &proven.into());
    }
}

/// The dialog that [`proven`] opens, over whatever shows.
#[component]
pub fn ProveDialog() -> impl IntoView {
    let app = app();
    let open = RwSignal::new(false);
    OPEN.set(Some(open));
    on_cleanup(|| {
        OPEN.set(None);
        end(false);
    });
    Effect::new(move || {
        if app.locked.get() {
            open.set(false);
        }
    });
    Effect::new(move || {
        if !open.get() {
            end(false);
        }
    });
    view! { <Dialog open title=text::PROVE_TITLE name="prove"><Prove open/></Dialog> }
}

#[component]
fn Prove(open: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let form = FormState::new("prove-form");
    let (password, code) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let has_factor = app
        .session
        .with_untracked(|session| session.as_ref().is_some_and(|session| session.has_factor));
    let submit = move |()| {
        let asked = [("password", password), ("code", code)];
        if form.require(if has_factor { &asked } else { &asked[..1] }) {
            let request = ProveAgain {
                password: Secret::new(password.get_untracked()),
                code: Secret::new(code.get_untracked()),
            };
            form.submit(request, move |()| {
                end(true);
                open.set(false);
            });
        }
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body stack">
                <Refusal state=form/>
                <p>{t(text::PROVE_LEAD)}</p>
                <PasswordField name="password" label=text::ACCOUNT_PASSWORD value=password autofocus=true/>
                {has_factor.then(|| view! {
                    <TextField name="code" label=text::FACTOR_CODE value=code autocomplete="one-time-code" hint=text::PROVE_CODE_HINT/>
                })}
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL does="cancel-prove" on_press=move |()| open.set(false)/>
                <Button label=text::FACTOR_GO_ON kind="primary" does="prove" busy_label=text::SIGNIN_BUSY/>
            </footer>
        </Form>
    }
    .into_any()
}
