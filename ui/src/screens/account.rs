//! One's own account: name, language, email and phone; one's own data.

use super::code::CodeEntry;
use super::own_password::OwnPassword;
use super::personal::PersonalData;
use crate::i18n::{Language, Text, t, text, words};
use crate::parts::{Banner, Button, Fact, Facts, Form, FormState, Query, Screen, SelectField, TextField, Tone, query};
use crate::route::Route;
use crate::screens::loan_kit::trouble;
use crate::state::app;
use farthing_api::{
    AccountView, CodeSent, ConfirmContact, Contact, GetAccount, SaveAccount, Secret, SendContactCode, TellPhone,
};
use leptos::prelude::*;

/// The account of someone who works here, as a screen.
#[component]
pub fn AccountScreen() -> impl IntoView {
    view! {
        <Screen name="account" title=text::ACCOUNT parent=(Route::Settings, text::NAV_SETTINGS.into())>
            <Account/>
        </Screen>
    }
}

/// The account.
#[component]
pub fn Account() -> impl IntoView {
    let app = app();
    let account = query(move || Some(GetAccount {}));
    let body = move || {
        account.value.with(Option::is_some).then(|| {
            let view = account.value.get_untracked().unwrap_or_else(nobody);
            let (customer, has_password) = (view.is_customer, view.has_password);
            let own = app.is_own_machine();
            view! {
                <div class="stack-loose" data-part="account">
                    <Names account view/>
                    {(has_password && !own).then(|| view! { <ContactPart account contact=Contact::Email/> })}
                    {(has_password && customer && !own).then(|| view! { <ContactPart account contact=Contact::Phone/> })}
                    {own.then(|| view! { <PhonePart account/> })}
                    {(!has_password).then(|| view! { <Banner title=text::ACCOUNT_NO_PASSWORD tone=Tone::Warn icon="info"/> })}
                    {(has_password && customer).then(|| view! { <OwnPassword/> })}
                    {(has_password && customer).then(|| view! { <PersonalData customer=None/> })}
                </div>
            }
        })
    };
    let loaded = Memo::new(move |_| account.value.with(Option::is_some));
    view! {
        {move || account.error.get().map(|error| trouble(&error))}
        {move || loaded.get().then(|| untrack(body))}
    }
    .into_any()
}

/// Nothing is known of it yet.
fn nobody() -> AccountView {
    AccountView {
        is_customer: false,
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        phone: String::new(),
        phone_verified: false,
        language: String::new(),
        has_password: false,
    }
}

#[component]
fn Names(account: Query<AccountView>, view: AccountView) -> impl IntoView {
    let app = app();
    let form = FormState::new("account-form");
    let (first, last) = (RwSignal::new(view.first_name), RwSignal::new(view.last_name));
    let language = RwSignal::new(view.language);
    let customer = view.is_customer;
    let languages = Signal::derive(move || {
        let own = (String::new(), app.say(text::CUSTOMER_LANGUAGE_OWN).to_owned());
        let named = Language::ALL.map(|l| (l.code().to_owned(), l.name().to_owned()));
        std::iter::once(own).chain(named).collect::<Vec<_>>()
    });
    let submit = move |()| {
        let request = SaveAccount {
            first_name: first.get_untracked(),
            last_name: last.get_untracked(),
            language: language.get_untracked(),
        };
        form.submit(request, move |saved| {
            account.put(saved);
            app.tell(app.say(text::ACCOUNT_SAVED));
        });
    };
    let first_label = if customer {
        text::CUSTOMER_FIRST_NAME
    } else {
        text::FIELD_NAME
    };
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::ACCOUNT_WHO)}</h2></div>
            <Form state=form on_submit=submit>
                <div class="form-grid">
                    <TextField name="first_name" label=first_label value=first/>
                    {customer.then(|| view! {
                        <TextField name="last_name" label=text::CUSTOMER_LAST_NAME value=last/>
                        <SelectField name="language" label=text::CUSTOMER_LANGUAGE value=language options=languages/>
                    })}
                </div>
                <p><Button label=text::SAVE kind="primary" does="save-account" busy_label=text::SAVING/></p>
            </Form>
        </section>
    }
    .into_any()
}

/// The phone at a customer's own machine: the branch verifies another one.
#[component]
fn PhonePart(account: Query<AccountView>) -> impl IntoView {
    let app = app();
    let form = FormState::new("phone-form");
    let phone = RwSignal::new(String::new());
    let now = Signal::derive(move || {
        let known = account.value.with(|view| view.as_ref().map(|view| view.phone.clone()));
        known.filter(|now| !now.is_empty()).unwrap_or_else(|| "–".into())
    });
    let submit = move |()| {
        if form.require(&[("phone", phone)]) {
            let request = TellPhone {
                phone: phone.get_untracked().trim().to_owned(),
            };
            form.submit(request, move |view| {
                account.put(view);
                phone.set(String::new());
                app.tell(app.say(text::ACCOUNT_PHONE_TOLD));
                app.refresh();
            });
        }
    };
    let email = Signal::derive(move || {
        account
            .value
            .with(|view| view.as_ref().map(|view| view.email.clone()).unwrap_or_default())
    });
    let email: Fact = (text::FIELD_EMAIL.into(), email);
    let fact: Fact = (text::FIELD_PHONE.into(), now);
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::ACCOUNT_REACHED)}</h2></div>
            <Facts facts=vec![email, fact]/>
            <p class="muted small">{t(text::ACCOUNT_EMAIL_AT_BRANCH)}</p>
            <Form state=form on_submit=submit>
                <div class="form-grid">
                    <TextField name="phone" label=text::ACCOUNT_NEW_PHONE value=phone hint=text::ACCOUNT_TELL_PHONE_HINT/>
                </div>
                <p><Button label=text::ACCOUNT_TELL_PHONE kind="primary" does="tell-phone" busy_label=text::SAVING/></p>
            </Form>
        </section>
    }
    .into_any()
}

/// An email or a phone, and how it becomes another.
#[component]
fn ContactPart(account: Query<AccountView>, contact: Contact) -> impl IntoView {
    let app = app();
    let (id, title, label, told): (_, Text, Text, Text) = match contact {
        Contact::Email => (
            "email-form",
            text::FIELD_EMAIL,
            text::ACCOUNT_NEW_EMAIL,
            text::ACCOUNT_EMAIL_CHANGED,
        ),
        Contact::Phone => (
            "phone-form",
            text::FIELD_PHONE,
            text::ACCOUNT_NEW_PHONE,
            text::ACCOUNT_PHONE_CHANGED,
        ),
    };
    let form = FormState::new(id);
    let (to, code) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (open, sent) = (RwSignal::new(false), RwSignal::new(None::<CodeSent>));
    // The contact that there is gets the code, and stays.
    let verifies = RwSignal::new(false);
    let known = Signal::derive(move || {
        let of = |view: &AccountView| match contact {
            Contact::Email => view.email.clone(),
            Contact::Phone => view.phone.clone(),
        };
        account.value.with(|view| view.as_ref().map(of).unwrap_or_default())
    });
    let now = Signal::derive(move || {
        Some(known.get())
            .filter(|now| !now.is_empty())
            .unwrap_or_else(|| "–".into())
    });
    let has_sms = app
        .session
        .with_untracked(|session| session.as_ref().is_some_and(|session| session.has_sms));
    let phone_verified = Memo::new(move |_| {
        account
            .value
            .with(|view| view.as_ref().is_some_and(|view| view.phone_verified))
    });
    let may_verify = move || contact == Contact::Phone && has_sms && !phone_verified.get() && !known.get().is_empty();
    let show = move |existing: bool| {
        form.clear();
        verifies.set(existing);
        to.set(if existing { known.get_untracked() } else { String::new() });
        sent.set(None);
        open.set(true);
    };
    let ask = move || {
        if form.require(&[("to", to)]) {
            let request = SendContactCode {
                contact,
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
        Some(answer) => {
            if form.require(&[("code", code)]) {
                let request = ConfirmContact {
                    challenge: answer.challenge,
                    code: Secret::new(code.get_untracked()),
                };
                form.submit(request, move |view| {
                    account.put(view);
                    to.set(String::new());
                    code.set(String::new());
                    sent.set(None);
                    open.set(false);
                    app.tell(app.say(if verifies.get_untracked() {
                        text::VERIFY_PHONE_TOLD
                    } else {
                        told
                    }));
                });
            }
        }
    };
    let mut facts: Vec<Fact> = vec![(text::ACCOUNT_IN_FORCE.into(), now)];
    if contact == Contact::Phone {
        let state = Signal::derive(move || match (known.get().is_empty(), phone_verified.get()) {
            (true, _) => "–".to_owned(),
            (false, true) => app.say(text::ACCOUNT_PHONE_VERIFIED).to_owned(),
            (false, false) => app.say(text::ACCOUNT_PHONE_OPEN).to_owned(),
        });
        facts.push((text::VERIFY_TITLE.into(), state));
    }
    let fields = move || {
        match sent.get() {
        None => view! {
            {verifies.get().then(|| view! { <p class="muted">{words(text::ACCOUNT_VERIFY_LEAD, [("to", to.get_untracked())])}</p> })}
            <div class="form-grid" hidden=move || verifies.get() && form.error_of("to").is_none()>
                <TextField name="to" label=label value=to hint=if contact == Contact::Phone { text::CUSTOMER_PHONE_HINT } else { text::ACCOUNT_EMAIL_HINT }/>
            </div>
            <p class="row">
                <Button label=text::CANCEL does="cancel-contact" on_press=move |()| open.set(false)/>
                <Button label=text::ACCOUNT_SEND_CODE kind="primary" does="send-contact-code" busy_label=text::SENDING/>
            </p>
        }
        .into_any(),
        Some(answer) => view! {
            <p class="muted">{words(text::ACCOUNT_CODE_LEAD, [("to", to.get_untracked())])}</p>
            <CodeEntry sent=answer code=code on_resend=move |()| ask()/>
            <p>
                <Button
                    label=if verifies.get_untracked() { text::VERIFY_EMAIL_CHECK } else { text::ACCOUNT_CONFIRM }
                    kind="primary"
                    does="confirm-contact"
                    busy_label=text::SAVING
                />
            </p>
        }
        .into_any(),
    }
    };
    let does = if contact == Contact::Email {
        "change-email"
    } else {
        "change-phone"
    };
    let change = if contact == Contact::Email {
        text::ACCOUNT_CHANGE_EMAIL
    } else {
        text::ACCOUNT_CHANGE_PHONE
    };
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(title)}</h2></div>
            <Facts facts/>
            {move || if open.get() {
                view! { <Form state=form on_submit=submit>{fields}</Form> }.into_any()
            } else {
                view! {
                    <p class="row">
                        {may_verify().then(|| view! {
                            <Button label=text::ACCOUNT_VERIFY_PHONE kind="primary" does="verify-phone" on_press=move |()| show(true)/>
                        })}
                        <Button label=change does=does on_press=move |()| show(false)/>
                    </p>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}
