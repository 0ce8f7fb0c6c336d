//! A machine becomes a customer's own: a code to their email, then a password for this machine.

use super::code::CodeEntry;
use super::recovery::RecoveryScreen;
use super::server::Transfer;
use crate::i18n::{t, text};
use crate::parts::{Button, Form, FormState, Icon, PasswordField, TextField};
use farthing_api::{AskOwnCode, CodeSent, JoinAsCustomer, Secret, SetUpDone};
use leptos::prelude::*;

/// The form, in place of the first run's steps; `on_back` returns to them.
#[component]
pub fn OwnMachineScreen(#[prop(into)] on_back: Callback<()>) -> impl IntoView {
    let form = FormState::new("own-machine");
    let [server, email, code, password] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let sent = RwSignal::new(None::<CodeSent>);
    let done = RwSignal::new(None::<SetUpDone>);
    let trimmed = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
    let ask = move || {
        if form.require(&[("server", server), ("email", email)]) {
            let request = AskOwnCode {
                server: trimmed(server),
                email: trimmed(email),
            };
            form.submit(request, move |answer| {
                sent.set(Some(answer));
                form.focus("code");
            });
        }
    };
    let submit = move |()| match sent.get_untracked() {
        None => ask(),
        Some(asked) => {
            if form.require(&[("code", code), ("password", password)]) {
                let request = JoinAsCustomer {
                    server: trimmed(server),
                    email: trimmed(email),
                    challenge: asked.challenge,
                    code: Secret::new(code.get_untracked()),
                    password: Secret::new(password.get_untracked()),
                };
                form.submit(request, move |answer| done.set(Some(answer)));
            }
        }
    };
    let steps = move || {
        match sent.get() {
        None => view! {
            <TextField name="server" label=text::JOIN_SERVER value=server hint=text::OWN_MACHINE_SERVER_HINT autofocus=true/>
            <TextField name="email" label=text::FIELD_EMAIL kind="email" value=email hint=text::OWN_MACHINE_EMAIL_HINT autocomplete="username"/>
            <Button label=text::SIGNIN_SEND_CODE kind="primary btn-wide" does="ask-own-code" busy_label=text::SENDING/>
        }
        .into_any(),
        Some(asked) => view! {
            <CodeEntry sent=asked code=code on_resend=move |()| ask()/>
            <PasswordField name="password" label=text::OWN_MACHINE_PASSWORD value=password hint=text::OWN_MACHINE_PASSWORD_HINT is_new=true/>
            <Transfer busy=form.busy/>
            <Button label=text::OWN_MACHINE_DO kind="primary btn-wide" does="join-as-customer" busy_label=text::OWN_MACHINE_DOING/>
        }
        .into_any(),
    }
    };
    let other = move || {
        sent.get().is_some().then(|| {
            view! { <a href="#" data-do="other-email" on:click=move |event| {
                event.prevent_default();
                form.clear();
                sent.set(None);
            }>{t(text::OWN_MACHINE_OTHER)}</a> }
        })
    };
    let card = move || {
        view! {
            <div class="signin" data-screen="own-machine">
                <main class="signin-scroll">
                    <Form state=form class="signin-card" on_submit=submit>
                        <p class="signin-brand"><Icon name="mark" class="mark"/>{t(text::PRODUCT_NAME)}</p>
                        <header>
                            <h1 class="signin-title">{t(text::OWN_MACHINE_TITLE)}</h1>
                            <p class="signin-note">{t(text::OWN_MACHINE_LEAD)}</p>
                        </header>
                        {steps}
                        <footer class="signin-foot">
                            {other}
                            <a href="#" data-do="not-own" on:click=move |event| { event.prevent_default(); on_back.run(()); }>{t(text::OWN_MACHINE_BACK)}</a>
                        </footer>
                    </Form>
                </main>
            </div>
        }
        .into_any()
    };
    move || match done.get() {
        Some(done) => view! { <RecoveryScreen done=done/> }.into_any(),
        None => card(),
    }
}
