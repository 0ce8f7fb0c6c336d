//! Sign-in: with email and password for everyone, with a code that was sent for customers. And the locked screen.

use super::code::CodeEntry;
use super::forgot::{ByKit, Forgot, UndoChange};
use super::register::Register;
use super::sign_up::SignUpForm;
use crate::i18n::{Text, t, text, tf};
use crate::ipc;
use crate::parts::{Button, Form, FormState, Icon, PasswordField, TextField};
use crate::state::app;
use farthing_api::{Code, CodeSent, Secret, SendSignInCode, SignIn, SignInWithCode, SignOut, Unlock, UnlockWithPin};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the card shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Password,
    Code,
    Forgot,
    Kit,
    Undo,
    Ask,
    Register,
}

/// The sign-in. Customers may sign in with a code, and register, only while the book is `open`.
#[component]
pub fn SignInScreen(
    version: String,
    open: bool,
    /// While the book is closed the server sends links for a new password.
    escrow: bool,
    /// It is a customer's own machine: nobody else signs in.
    own_machine: bool,
    organisation: Option<String>,
    /// A link for a new password, with which the program was opened.
    link: Option<Secret>,
) -> impl IntoView {
    let way = RwSignal::new(if link.is_some() { Way::Forgot } else { Way::Password });
    let link = StoredValue::new(link);
    let app = app();
    let organisation = StoredValue::new(organisation);
    let title = move || {
        let (named, plain) = match way.get() {
            Way::Register => (text::REGISTER_TITLE_OF, text::REGISTER_TITLE),
            _ => (text::SIGNIN_TITLE_OF, text::SIGNIN_TITLE),
        };
        match organisation.get_value() {
            Some(organisation) => app.say_with(named, &[("organisation", organisation)]),
            None => app.say(plain).to_owned(),
        }
    };
    // Whoever registers waits for a mail.
    let note =
        move || (way.get() != Way::Register).then(|| view! { <p class="signin-note">{app.say(text::SIGNIN_NOTE)}</p> });
    let turn = move |label: Text, does: &'static str, next: Way| {
        view! {
            <a
                href="#"
                data-do=does
                on:click=move |event| {
                    event.prevent_default();
                    way.set(next);
                }
            >
                {t(label)}
            </a>
        }
    };
    let ways = move || {
        let here = way.get();
        let by_code =
            (open && !own_machine && here == Way::Password).then(|| turn(text::SIGNIN_BY_CODE, "other-way", Way::Code));
        let by_password = (here != Way::Password).then(|| turn(text::SIGNIN_BY_PASSWORD, "other-way", Way::Password));
        let forgot = (here != Way::Forgot).then(|| turn(text::FORGOT, "forgot", Way::Forgot));
        let kit = (escrow && !open && here == Way::Forgot).then(|| turn(text::FORGOT_KIT, "by-kit", Way::Kit));
        let undo = (open && !own_machine && here == Way::Forgot).then(|| turn(text::UNDO, "undo-change", Way::Undo));
        let ask = (!own_machine && here == Way::Password).then(|| turn(text::SIGNUP_ASK, "ask-for-access", Way::Ask));
        let register = (open && !own_machine && here == Way::Password)
            .then(|| turn(text::REGISTER_ASK, "register", Way::Register));
        view! { {by_code} {register} {by_password} {forgot} {kit} {undo} {ask} }
    };
    let back = move |()| {
        link.set_value(None);
        way.set(Way::Password);
    };
    let body = move || match way.get() {
        Way::Password => view! { <ByPassword/> }.into_any(),
        Way::Code => view! { <ByCode/> }.into_any(),
        Way::Forgot if (open || escrow) && !own_machine => {
            view! { <Forgot link=link.get_value() on_back=back/> }.into_any()
        }
        Way::Forgot | Way::Kit => view! { <ByKit on_back=back/> }.into_any(),
        Way::Ask => view! { <SignUpForm/> }.into_any(),
        Way::Register => view! { <Register on_back=back/> }.into_any(),
        Way::Undo => view! { <UndoChange on_back=back/> }.into_any(),
    };
    view! {
        <div class="signin" data-screen="sign-in">
            <main class="signin-scroll">
                <div class="signin-card">
                    <p class="signin-brand"><Icon name="mark" class="mark"/>{t(text::PRODUCT_NAME)}</p>
                    <header>
                        <h1 class="signin-title">{title}</h1>
                        {note}
                    </header>
                    {body}
                    <footer class="signin-foot">
                        <span class="signin-ways">{ways}</span>
                        <span class="quiet small">{tf(text::SIGNIN_VERSION, [("version", version)])}</span>
                    </footer>
                </div>
            </main>
        </div>
    }
    .into_any()
}

#[component]
fn ByPassword() -> impl IntoView {
    let app = app();
    let form = FormState::new("sign-in");
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let submit = move |()| {
        if form.require(&[("email", email), ("password", password)]) {
            let request = SignIn {
                email: email.get_untracked().trim().to_owned(),
                password: Secret::new(password.get_untracked()),
            };
            form.submit(request, move |session| app.enter(session));
        }
    };
    view! {
        <Form state=form class="stack" on_submit=submit>
            <TextField name="email" label=text::FIELD_EMAIL kind="email" value=email autocomplete="username" autofocus=true/>
            <PasswordField name="password" label=text::FIELD_PASSWORD value=password/>
            <Button label=text::SIGNIN_DO kind="primary btn-wide" does="sign-in" busy_label=text::SIGNIN_BUSY/>
        </Form>
    }
    .into_any()
}

#[component]
fn ByCode() -> impl IntoView {
    let app = app();
    let form = FormState::new("code-form");
    let to = RwSignal::new(String::new());
    let code = RwSignal::new(String::new());
    let sent = RwSignal::new(None::<CodeSent>);
    let ask = move || {
        if form.require(&[("to", to)]) {
            let request = SendSignInCode {
                to: to.get_untracked().trim().to_owned(),
            };
            form.submit(request, move |answer| {
                sent.set(Some(answer));
                form.focus("code");
            });
        }
    };
    let submit = move |()| match sent.get_untracked() {
        None => ask(),
        Some(challenge) => {
            if form.require(&[("code", code)]) {
                let request = SignInWithCode {
                    challenge: challenge.challenge,
                    code: Secret::new(code.get_untracked()),
                };
                form.submit(request, move |session| app.enter(session));
            }
        }
    };
    view! {
        <Form state=form class="stack" on_submit=submit>
            <TextField name="to" label=text::SIGNIN_TO value=to hint=text::SIGNIN_TO_HINT autofocus=true/>
            {move || match sent.get() {
                None => view! {
                    <Button label=text::SIGNIN_SEND_CODE kind="primary btn-wide" does="send-code" busy_label=text::SENDING/>
                }
                .into_any(),
                Some(answer) => view! {
                    <CodeEntry sent=answer code=code on_resend=move |()| ask()/>
                    <Button label=text::SIGNIN_DO kind="primary btn-wide" does="sign-in-with-code" busy_label=text::SIGNIN_BUSY/>
                }
                .into_any(),
            }}
        </Form>
    }
    .into_any()
}

/// The locked screen: the session stays, its owner's password brings it back. What was typed below stays too.
#[component]
pub fn LockScreen() -> impl IntoView {
    let app = app();
    let form = FormState::new("unlock");
    let (password, pin) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let known = app
        .session
        .with_untracked(|session| session.as_ref().map(|session| (session.name.clone(), session.has_pin)));
    let (name, has_pin) = known.unwrap_or_default();
    let by_pin = RwSignal::new(has_pin);
    let back = move |session| app.session.set(Some(session));
    let submit = move |()| {
        if by_pin.get_untracked() {
            if form.require(&[("pin", pin)]) {
                let request = UnlockWithPin {
                    pin: Secret::new(pin.get_untracked()),
                };
                form.submit_with(request, back, move |error| {
                    pin.set(String::new());
                    if error.code == Code::PinGone {
                        by_pin.set(false);
                    }
                    form.fail(error);
                });
            }
        } else if form.require(&[("password", password)]) {
            let request = Unlock {
                password: Secret::new(password.get_untracked()),
            };
            form.submit(request, back);
        }
    };
    let other = move |()| {
        form.clear();
        by_pin.update(|by_pin| *by_pin = !*by_pin);
        form.focus(if by_pin.get_untracked() { "pin" } else { "password" });
    };
    let leave = move |()| {
        spawn_local(async move {
            let _ = ipc::send(&SignOut {}).await;
            app.restart();
        });
    };
    // A modal dialog of its own, so that it lies above one that was open and takes the keys from it.
    let layer = NodeRef::<leptos::html::Dialog>::new();
    let show = move || {
        if let Some(layer) = layer.get_untracked()
            && !layer.open()
        {
            let _ = layer.show_modal();
        }
    };
    Effect::new(move || {
        if layer.get().is_some() {
            show();
            form.focus(if has_pin { "pin" } else { "password" });
        }
    });
    view! {
        <dialog
            class="signin lock-layer"
            data-screen="locked"
            node_ref=layer
            on:cancel=move |event: leptos::ev::Event| event.prevent_default()
            on:close=move |_| show()
        >
            <main class="signin-scroll">
                <div class="signin-card">
                    <p class="signin-brand"><Icon name="mark" class="mark"/>{t(text::PRODUCT_NAME)}</p>
                    <header>
                        <h1 class="signin-title">{t(text::LOCK_TITLE)}</h1>
                        <p class="signin-note">{tf(text::LOCK_NOTE, [("name", name)])}</p>
                    </header>
                    <Form state=form class="stack" on_submit=submit>
                        {move || if by_pin.get() {
                            view! { <PasswordField name="pin" label=text::LOCK_PIN value=pin autofocus=true/> }
                        } else {
                            view! { <PasswordField name="password" label=text::FIELD_PASSWORD value=password autofocus=true/> }
                        }}
                        <Button label=text::LOCK_UNLOCK kind="primary btn-wide" does="unlock" busy_label=text::SIGNIN_BUSY/>
                    </Form>
                    <footer class="signin-foot">
                        {has_pin.then(|| view! {
                            <Button label=Signal::derive(move || app.say(if by_pin.get() { text::LOCK_BY_PASSWORD } else { text::LOCK_BY_PIN }).to_owned()) kind="text" does="other-unlock" on_press=other/>
                        })}
                        <Button label=text::LOCK_OTHER kind="text" does="sign-out" on_press=leave/>
                    </footer>
                </div>
            </main>
        </dialog>
    }
    .into_any()
}
