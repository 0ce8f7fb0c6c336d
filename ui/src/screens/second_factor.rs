//! The second step of a sign-in, setting an authenticator up, and the recovery codes.

use crate::i18n::{t, text, tf};
use crate::ipc;
use crate::parts::{Button, CheckField, Dialog, Form, FormState, Icon, TextField, query};
use crate::state::app;
use farthing_api::{
    CheckSecondFactor, ConfirmSecondFactor, CountRecoveryCodes, NewRecoveryCodes, OfferSecondFactor, RecoveryCodes,
    Secret, SessionView, SignOut,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The card on an empty page that a sign-in is.
#[component]
fn Card(name: &'static str, title: Signal<String>, note: Signal<String>, children: Children) -> impl IntoView {
    view! {
        <div class="signin" data-screen=name>
            <main class="signin-scroll">
                <div class="signin-card">
                    <p class="signin-brand"><Icon name="mark" class="mark"/>{t(text::PRODUCT_NAME)}</p>
                    <header>
                        <h1 class="signin-title">{title}</h1>
                        <p class="signin-note">{note}</p>
                    </header>
                    {children()}
                </div>
            </main>
        </div>
    }
    .into_any()
}

/// Back to the sign-in, for someone else.
#[component]
fn Leave() -> impl IntoView {
    let app = app();
    let leave = move |()| {
        spawn_local(async move {
            let _ = ipc::send(&SignOut {}).await;
            app.restart();
        });
    };
    view! { <footer class="signin-foot"><Button label=text::LOCK_OTHER kind="text" does="sign-out" on_press=leave/></footer> }
}

/// Asks for a code of the authenticator, or a recovery code.
#[component]
pub fn SecondFactorScreen(session: SessionView) -> impl IntoView {
    let app = app();
    let form = FormState::new("second-factor");
    let code = RwSignal::new(String::new());
    let by_paper = RwSignal::new(false);
    let submit = move |()| {
        if form.require(&[("code", code)]) {
            let request = CheckSecondFactor {
                code: Secret::new(code.get_untracked()),
            };
            form.submit(request, move |session| app.enter(session));
        }
    };
    let note = tf(text::FACTOR_NOTE, [("name", session.name)]);
    let label = Signal::derive(move || {
        app.say(if by_paper.get() {
            text::FACTOR_RECOVERY
        } else {
            text::FACTOR_CODE
        })
        .to_owned()
    });
    let other = move || {
        t(if by_paper.get() {
            text::FACTOR_BY_CODE
        } else {
            text::FACTOR_BY_RECOVERY
        })
    };
    view! {
        <Card name="second-factor" title=text::FACTOR_TITLE.into() note=Signal::derive(note)>
            <Form state=form class="stack" on_submit=submit>
                {move || view! { <TextField name="code" label=label value=code autocomplete="one-time-code" inputmode=if by_paper.get() { "text" } else { "numeric" } autofocus=true/> }}
                <Button label=text::SIGNIN_DO kind="primary btn-wide" does="check-second-factor" busy_label=text::SIGNIN_BUSY/>
            </Form>
            <p><a href="#" data-do="other-factor" on:click=move |event| {
                event.prevent_default();
                code.set(String::new());
                by_paper.update(|by| *by = !*by);
            }>{move || other()()}</a></p>
            <Leave/>
        </Card>
    }
    .into_any()
}

/// The first sign-in of someone who works here: sets the authenticator up and hands out recovery codes.
#[component]
pub fn EnrolScreen() -> impl IntoView {
    let app = app();
    let made = RwSignal::new(None::<RecoveryCodes>);
    move || match made.get() {
        None => view! {
            <Card name="enrol-second-factor" title=text::FACTOR_SET_UP.into() note=text::FACTOR_SET_UP_LEAD.into()>
                <EnrolForm made=made/>
                <Leave/>
            </Card>
        }
        .into_any(),
        Some(answer) => view! {
            <Card name="recovery-codes" title=text::FACTOR_KEEP.into() note=text::FACTOR_KEEP_LEAD.into()>
                <Kept answer=answer on_kept=move |session| app.enter(session)/>
            </Card>
        }
        .into_any(),
    }
}

/// The picture for the authenticator's camera, its key for typing, and the first code.
#[component]
fn EnrolForm(made: RwSignal<Option<RecoveryCodes>>) -> impl IntoView {
    let form = FormState::new("enrol-form");
    let code = RwSignal::new(String::new());
    let offer = query(move || Some(OfferSecondFactor {}));
    let submit = move |()| {
        if form.require(&[("code", code)]) {
            let request = ConfirmSecondFactor {
                code: Secret::new(code.get_untracked()),
            };
            form.submit(request, move |answer| made.set(Some(answer)));
        }
    };
    let app = app();
    let shown = move || {
        offer.value.get().map(|offer| {
            let key = offer.key.reveal();
            let spaced: Vec<String> = key
                .chars()
                .collect::<Vec<_>>()
                .chunks(4)
                .map(|four| four.iter().collect())
                .collect();
            view! {
                <div class="factor-qr" role="img" aria-label=t(text::FACTOR_PICTURE) inner_html=offer.picture.reveal().to_owned()></div>
                <p class="small quiet">{t(text::FACTOR_KEY)}</p>
                <p class="factor-key" data-figure="second-factor-key" tabindex="0">{spaced.join(" ")}</p>
            }
        })
    };
    view! {
        {shown}
        {move || offer.error.get().map(|error| view! { <div class="banner banner-bad" role="alert">{app.answer(&error)}</div> })}
        <Form state=form class="stack" on_submit=submit>
            <TextField name="code" label=text::FACTOR_CODE value=code autocomplete="one-time-code" inputmode="numeric" autofocus=true/>
            <Button label=text::FACTOR_CONFIRM kind="primary btn-wide" does="confirm-second-factor" busy_label=text::SAVING/>
        </Form>
    }
    .into_any()
}

/// The recovery codes, shown once; goes on only when they are kept.
#[component]
fn Kept(answer: RecoveryCodes, #[prop(into)] on_kept: Callback<SessionView>) -> impl IntoView {
    let app = app();
    let kept = RwSignal::new(false);
    let session = StoredValue::new(answer.session);
    let reason = Signal::derive(move || (!kept.get()).then(|| app.say(text::FACTOR_KEEP_FIRST).to_owned()));
    let codes = answer
        .codes
        .iter()
        .map(|code| view! { <li>{code.reveal().to_owned()}</li> })
        .collect_view();
    view! {
        <ul class="recovery-codes" data-figure="recovery-codes">{codes}</ul>
        <CheckField name="kept" label=text::FACTOR_KEPT value=kept/>
        <Button label=text::FACTOR_GO_ON kind="primary btn-wide" does="codes-kept" reason=reason
            on_press=move |()| on_kept.run(session.get_value())/>
    }
    .into_any()
}

/// The section of the settings: how many recovery codes are left, new ones, another authenticator.
#[component]
pub fn OwnFactor() -> impl IntoView {
    let app = app();
    let left = query(move || Some(CountRecoveryCodes {}));
    let (renewing, replacing) = (RwSignal::new(false), RwSignal::new(false));
    let made = RwSignal::new(None::<RecoveryCodes>);
    let open = |which: RwSignal<bool>| {
        move |()| {
            made.set(None);
            which.set(true);
        }
    };
    let done = move |_: SessionView| {
        renewing.set(false);
        replacing.set(false);
        left.reload();
        app.tell(app.say(text::FACTOR_CHANGED));
    };
    let count = move || {
        left.value
            .get()
            .map(|left| app.say_with(text::FACTOR_LEFT, &[("n", left.to_string())]))
    };
    let inside = move |first: AnyView| match made.get() {
        Some(answer) => view! { <p>{t(text::FACTOR_KEEP_LEAD)}</p> <Kept answer=answer on_kept=done/> }.into_any(),
        None => first,
    };
    view! {
        <section class="stack" data-part="second-factor">
            <div class="section-head"><h2 class="section-title">{t(text::FACTOR_OWN)}</h2></div>
            <p class="muted">{count}</p>
            <p class="row">
                <Button label=text::FACTOR_RENEW icon="key" does="renew-recovery-codes" on_press=open(renewing)/>
                <Button label=text::FACTOR_REPLACE icon="phone" does="replace-second-factor" on_press=open(replacing)/>
            </p>
        </section>
        <Dialog open=renewing title=text::FACTOR_RENEW name="recovery-codes">
            <div class="dialog-body">{move || inside(view! { <RenewForm made=made/> }.into_any())}</div>
        </Dialog>
        <Dialog open=replacing title=text::FACTOR_REPLACE name="second-factor">
            <div class="dialog-body">{move || inside(view! { <EnrolForm made=made/> }.into_any())}</div>
        </Dialog>
    }
    .into_any()
}

#[component]
fn RenewForm(made: RwSignal<Option<RecoveryCodes>>) -> impl IntoView {
    let form = FormState::new("renew-form");
    let submit = move |()| form.submit(NewRecoveryCodes {}, move |answer| made.set(Some(answer)));
    view! {
        <Form state=form class="stack" on_submit=submit>
            <p>{t(text::FACTOR_RENEW_LEAD)}</p>
            <Button label=text::FACTOR_RENEW kind="primary btn-wide" does="make-recovery-codes" busy_label=text::SAVING/>
        </Form>
    }
    .into_any()
}
