//! Asking for access, or taking an invitation up: an administrator lets people in.

use crate::i18n::{t, text};
use crate::parts::{Banner, Button, Form, FormState, PasswordField, TextField, Tone};
use farthing_api::{Secret, SignUp};
use leptos::prelude::*;

/// The form of the first screen.
#[component]
pub fn SignUpForm() -> impl IntoView {
    let form = FormState::new("sign-up");
    let (name, email, password) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let kept = RwSignal::new(false);
    let submit = move |()| {
        if form.require(&[("name", name), ("email", email), ("password", password)]) {
            let request = SignUp {
                name: name.get_untracked().trim().to_owned(),
                email: email.get_untracked().trim().to_owned(),
                password: Secret::new(password.get_untracked()),
            };
            form.submit(request, move |()| {
                password.set(String::new());
                kept.set(true);
            });
        }
    };
    move || match kept.get() {
        true => view! { <Banner title=text::SIGNUP_KEPT body=text::SIGNUP_KEPT_LEAD tone=Tone::Good icon="check"/> }
            .into_any(),
        false => view! {
            <Form state=form class="stack" on_submit=submit>
                <p class="muted">{t(text::SIGNUP_LEAD)}</p>
                <TextField name="name" label=text::FIELD_NAME value=name autocomplete="name" autofocus=true/>
                <TextField name="email" label=text::FIELD_EMAIL kind="email" value=email autocomplete="username"/>
                <PasswordField name="password" label=text::FIELD_PASSWORD value=password is_new=true/>
                <Button label=text::SIGNUP_DO kind="primary btn-wide" does="sign-up" busy_label=text::SENDING/>
            </Form>
        }
        .into_any(),
    }
}
