//! A forgotten password, and a change that is taken back: before anyone is signed in.

use crate::i18n::{Text, t, text, words};
use crate::parts::{Banner, Button, Form, FormState, PasswordField, TextField, Tone};
use crate::state::app;
use farthing_api::{
    AskForReset, OpenResetLink, ResetNeeds, ResetPassword, ResetWithKit, Secret, SendResetLink, UndoContact,
};
use leptos::prelude::*;

fn secret(value: RwSignal<String>) -> Secret {
    Secret::new(value.get_untracked().trim())
}

/// How far it has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Who asks.
    Who,
    /// The link is on its way, or was opened.
    Link,
    /// The link holds.
    Password(ResetNeeds),
    /// The new password is set.
    Done,
    /// An administrator goes on.
    Asked,
}

/// A new password by a link. `link` is one that the program was opened with.
#[component]
pub fn Forgot(link: Option<Secret>, #[prop(into)] on_back: Callback<()>) -> impl IntoView {
    let app = app();
    let step = RwSignal::new(if link.is_some() { Step::Link } else { Step::Who });
    let link = RwSignal::new(link.map(|link| link.reveal().to_owned()).unwrap_or_default());
    let (email, password, kit) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let form = FormState::new("forgot-form");
    let minutes = RwSignal::new(String::new());
    let submit = move |()| match step.get_untracked() {
        Step::Who => {
            if form.require(&[("email", email)]) {
                let email = email.get_untracked().trim().to_owned();
                form.submit(SendResetLink { email }, move |sent| {
                    minutes.set(sent.minutes.to_string());
                    step.set(Step::Link);
                    form.focus("link");
                });
            }
        }
        Step::Link => {
            if form.require(&[("link", link)]) {
                let link = secret(link);
                form.submit(OpenResetLink { link }, move |needs| {
                    step.set(Step::Password(needs));
                    form.focus("password");
                });
            }
        }
        Step::Password(needs) => {
            let staff = needs == ResetNeeds::KitOrAdministrator;
            let fields: &[(&str, RwSignal<String>)] = match staff {
                true => &[("password", password), ("recovery", kit)],
                false => &[("password", password)],
            };
            if form.require(fields) {
                let request = ResetPassword {
                    link: secret(link),
                    password: Secret::new(password.get_untracked()),
                    recovery: staff.then(|| secret(kit)),
                };
                form.submit(request, move |()| step.set(Step::Done));
            }
        }
        Step::Done | Step::Asked => on_back.run(()),
    };
    let ask = move |()| form.submit(AskForReset { link: secret(link) }, move |()| step.set(Step::Asked));
    let body = move || {
        match step.get() {
        Step::Who => view! {
            <p class="muted">{t(text::FORGOT_LEAD)}</p>
            <TextField name="email" label=text::FIELD_EMAIL kind="email" value=email autocomplete="username" autofocus=true/>
            <Button label=text::FORGOT_SEND kind="primary btn-wide" does="send-reset" busy_label=text::SENDING/>
            <Button label=text::FORGOT_HAVE_LINK kind="text" does="have-link" on_press=move |()| step.set(Step::Link)/>
        }
        .into_any(),
        Step::Link => {
            let sent = minutes.get();
            view! {
                {(!sent.is_empty()).then(|| view! {
                    <Banner title=words(text::FORGOT_SENT, [("minutes", sent)]) tone=Tone::Good icon="mail"/>
                })}
                <TextField name="link" label=text::FORGOT_LINK value=link hint=text::FORGOT_LINK_HINT/>
                <Button label=text::FORGOT_GO_ON kind="primary btn-wide" does="open-link" busy_label=text::SENDING/>
            }
            .into_any()
        }
        Step::Password(needs) => {
            let staff = needs == ResetNeeds::KitOrAdministrator;
            view! {
                <PasswordField name="password" label=text::FORGOT_NEW value=password is_new=true/>
                {staff.then(|| view! {
                    <p class="muted">{t(text::FORGOT_STAFF)}</p>
                    <TextField name="recovery" label=text::FORGOT_KIT value=kit/>
                })}
                <Button label=text::FORGOT_SET kind="primary btn-wide" does="reset-password" busy_label=text::SAVING/>
                {staff.then(|| view! {
                    <Button label=text::FORGOT_ASK kind=" btn-wide" does="ask-reset" on_press=ask/>
                })}
            }
            .into_any()
        }
        Step::Done => over(text::FORGOT_DONE),
        Step::Asked => over(text::FORGOT_ASKED),
    }
    };
    let _ = app;
    view! {
        <Form state=form class="stack" on_submit=submit>
            {body}
        </Form>
    }
    .into_any()
}

/// What was done, and the way back.
fn over(said: Text) -> AnyView {
    view! {
        <Banner title=said tone=Tone::Good icon="check"/>
        <Button label=text::FORGOT_BACK kind="primary btn-wide" does="back-to-sign-in"/>
    }
    .into_any()
}

/// A new password by the recovery secret, while the book is closed and no link can be sent.
#[component]
pub fn ByKit(#[prop(into)] on_back: Callback<()>) -> impl IntoView {
    let app = app();
    let form = FormState::new("kit-form");
    let of = || RwSignal::new(String::new());
    let (email, password, kit) = (of(), of(), of());
    let submit = move |()| {
        if form.require(&[("email", email), ("recovery", kit), ("password", password)]) {
            let request = ResetWithKit {
                email: email.get_untracked().trim().to_owned(),
                password: Secret::new(password.get_untracked()),
                recovery: secret(kit),
            };
            form.submit(request, move |()| {
                app.tell(app.say(text::FORGOT_DONE));
                on_back.run(());
                app.restart();
            });
        }
    };
    view! {
        <Form state=form class="stack" on_submit=submit>
            <p class="muted">{t(text::FORGOT_CLOSED)}</p>
            <TextField name="email" label=text::FIELD_EMAIL kind="email" value=email autocomplete="username" autofocus=true/>
            <TextField name="recovery" label=text::FORGOT_KIT value=kit/>
            <PasswordField name="password" label=text::FORGOT_NEW value=password is_new=true/>
            <Button label=text::FORGOT_SET kind="primary btn-wide" does="reset-with-kit" busy_label=text::SAVING/>
        </Form>
    }
    .into_any()
}

/// Takes a changed email or phone back with the code that the old one was told.
#[component]
pub fn UndoChange(#[prop(into)] on_back: Callback<()>) -> impl IntoView {
    let form = FormState::new("undo-form");
    let code = RwSignal::new(String::new());
    let done = RwSignal::new(false);
    let submit = move |()| {
        if done.get_untracked() {
            on_back.run(());
        } else if form.require(&[("code", code)]) {
            form.submit(UndoContact { code: secret(code) }, move |()| done.set(true));
        }
    };
    view! {
        <Form state=form class="stack" on_submit=submit>
            {move || if done.get() {
                over(text::UNDO_DONE)
            } else {
                view! {
                    <p class="muted">{t(text::UNDO_LEAD)}</p>
                    <TextField name="code" label=text::UNDO_CODE value=code autofocus=true/>
                    <Button label=text::UNDO_DO kind="primary btn-wide" does="undo-contact" busy_label=text::SAVING/>
                }
                .into_any()
            }}
        </Form>
    }
    .into_any()
}
