//! A customer registers themself: what they are called, how they are reached, a password, and the code that goes to their email.

use super::code::CodeEntry;
use crate::i18n::{t, text, words};
use crate::parts::{Button, Form, FormState, PasswordField, TextField};
use crate::state::app;
use farthing_api::{ApiError, CodeSent, ConfirmRegistration, RegisterMyself, Secret};
use leptos::prelude::*;
use std::time::Duration;

/// The minutes after which the form is empty again where nobody goes on: the next at this machine is someone else.
const LEFT_ALONE: u32 = 3;

/// The form of the first screen, then the code. What was typed stays until the code is right.
#[component]
pub fn Register(#[prop(into)] on_back: Callback<()>) -> impl IntoView {
    let app = app();
    let form = FormState::new("register-form");
    let of = || RwSignal::new(String::new());
    let (first, last, email, phone, password, code) = (of(), of(), of(), of(), of(), of());
    let sent = RwSignal::new(None::<CodeSent>);
    // The challenge that another code joins, also after a look back at the form.
    let before = RwSignal::new(None::<String>);
    // What is wrong with a field of the form is shown there.
    let refused = move |error: ApiError| {
        if error.field.as_ref().is_some_and(|field| field != "code") {
            sent.set(None);
        }
        form.fail(error);
    };
    let required = [
        ("first_name", first),
        ("last_name", last),
        ("email", email),
        ("phone", phone),
        ("password", password),
    ];
    let ask = move || {
        if form.require(&required) {
            let trimmed = |value: RwSignal<String>| value.get_untracked().trim().to_owned();
            let request = RegisterMyself {
                first_name: trimmed(first),
                last_name: trimmed(last),
                email: trimmed(email),
                phone: trimmed(phone),
                language: app.language.get_untracked().code().to_owned(),
                password: Secret::new(password.get_untracked()),
                again: before.get_untracked(),
            };
            let shown = move |answer: CodeSent| {
                before.set(Some(answer.challenge.clone()));
                code.set(String::new());
                sent.set(Some(answer));
                form.focus("code");
            };
            form.submit_with(request, shown, refused);
        }
    };
    let submit = move |()| match sent.get_untracked() {
        None => ask(),
        Some(answer) => {
            if form.require(&[("code", code)]) {
                let request = ConfirmRegistration {
                    challenge: answer.challenge,
                    code: Secret::new(code.get_untracked()),
                };
                form.submit_with(request, move |session| app.enter(session), refused);
            }
        }
    };
    leave_when_alone(
        move || {
            for (_, value) in required {
                value.track();
            }
            code.track();
            sent.with(|sent| sent.as_ref().map_or(LEFT_ALONE, |sent| sent.minutes))
        },
        on_back,
    );
    form.focus("first_name");
    let change = move |()| {
        sent.set(None);
        form.focus("first_name");
    };
    let body = move || {
        match sent.get() {
        None => view! {
            <p class="muted">{t(text::REGISTER_LEAD)}</p>
            <div class="form-grid">
                <TextField name="first_name" label=text::CUSTOMER_FIRST_NAME value=first autocomplete="given-name" autofocus=true/>
                <TextField name="last_name" label=text::CUSTOMER_LAST_NAME value=last autocomplete="family-name"/>
            </div>
            <TextField name="email" label=text::FIELD_EMAIL kind="email" value=email autocomplete="username"/>
            <TextField name="phone" label=text::FIELD_PHONE kind="tel" value=phone hint=text::CUSTOMER_PHONE_HINT autocomplete="tel"/>
            <PasswordField name="password" label=text::FIELD_PASSWORD value=password is_new=true/>
            <Button label=text::SIGNIN_SEND_CODE kind="primary btn-wide" does="register" busy_label=text::SENDING/>
        }
        .into_any(),
        Some(answer) => view! {
            <p class="muted">{words(text::REGISTER_CODE_LEAD, [("to", email.get_untracked().trim().to_owned())])}</p>
            <CodeEntry sent=answer code=code on_resend=move |()| ask()/>
            <Button label=text::REGISTER_DO kind="primary btn-wide" does="confirm-registration" busy_label=text::REGISTER_BUSY/>
            <Button label=text::REGISTER_CHANGE kind="text" does="change-registration" on_press=change/>
        }
        .into_any(),
    }
    };
    view! { <Form state=form class="stack" on_submit=submit>{body}</Form> }.into_any()
}

/// Goes back when nobody has typed for so many minutes as `minutes` says, which also says what is typed.
fn leave_when_alone(minutes: impl Fn() -> u32 + 'static, on_back: Callback<()>) {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(running) = timer.try_update_value(Option::take).flatten() {
            running.clear();
        }
    };
    Effect::new(move || {
        let wait = Duration::from_secs(u64::from(minutes()) * 60);
        stop();
        let running = set_timeout_with_handle(move || on_back.run(()), wait);
        timer.set_value(running.ok());
    });
    on_cleanup(stop);
}
