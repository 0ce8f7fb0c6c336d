//! What is verified about a customer, and what verifies it.

use super::code::CodeEntry;
use crate::i18n::{Text, t, text, words};
use crate::parts::{Button, Dialog, Form, FormState, Glyph, PasswordField, Query, Refusal, SelectField};
use crate::state::{App, app};
use farthing_api::{
    CodeSent, Contact, CustomerId, CustomerView, OpenCustomerAccess, RecordDocument, Secret, SendCode, VerifyCode,
    VouchForCustomer,
};
use leptos::prelude::*;

/// The kinds of document that may be seen: the word in the book, the words on screen.
const DOCUMENTS: [(&str, Text); 4] = [
    ("national_id", text::DOCUMENT_NATIONAL_ID),
    ("passport", text::DOCUMENT_PASSPORT),
    ("driving_licence", text::DOCUMENT_DRIVING_LICENCE),
    ("voter_card", text::DOCUMENT_VOTER_CARD),
];

fn document_name(app: App, kind: &str) -> String {
    let known = DOCUMENTS.iter().find(|(word, _)| *word == kind);
    known.map_or_else(|| kind.to_owned(), |(_, words)| app.say(*words).to_owned())
}

/// The list of what is verified, each with the action that verifies it.
#[component]
pub fn VerifyPanel(customer: CustomerView, query: Query<CustomerView>, may_edit: bool) -> impl IntoView {
    let app = app();
    let id = customer.row.id;
    let (has_mail, has_sms) = app.session.with_untracked(|session| {
        session
            .as_ref()
            .map_or((false, false), |session| (session.has_mail, session.has_sms))
    });
    let opening = RwSignal::new(false);
    let email = match customer.email_verified_at {
        Some(at) => words(
            text::VERIFY_EMAIL_DONE,
            [("date", app.date(crate::dates::local_date(at)))],
        ),
        None if customer.form.email.is_empty() => text::VERIFY_EMAIL_NONE.into(),
        None if !has_mail => text::VERIFY_EMAIL_NO_MAIL.into(),
        None => text::VERIFY_EMAIL_OPEN.into(),
    };
    let phone = match customer.phone_verified_at {
        Some(at) => words(
            text::VERIFY_EMAIL_DONE,
            [("date", app.date(crate::dates::local_date(at)))],
        ),
        None if customer.form.phone.is_empty() => text::VERIFY_PHONE_NONE.into(),
        None if !has_sms => text::VERIFY_PHONE_NO_SMS.into(),
        None => text::VERIFY_EMAIL_OPEN.into(),
    };
    let may_text = may_edit && has_sms && customer.phone_verified_at.is_none() && !customer.form.phone.is_empty();
    let may_send = may_edit && has_mail && customer.email_verified_at.is_none() && !customer.form.email.is_empty();
    let document = match &customer.document_seen {
        Some((kind, by)) => words(
            text::VERIFY_DOCUMENT_DONE,
            [("kind", document_name(app, kind)), ("by", by.clone())],
        ),
        None => text::VERIFY_DOCUMENT_OPEN.into(),
    };
    let vouched = match &customer.vouched_by {
        Some(by) => words(text::VERIFY_VOUCH_DONE, [("by", by.clone())]),
        None => text::VERIFY_VOUCH_OPEN.into(),
    };
    let has_email = customer.email_verified_at.is_some();
    let has_phone = customer.phone_verified_at.is_some();
    let access: Signal<String> = match (customer.has_access, has_email || has_phone) {
        (true, _) => text::VERIFY_ACCESS_DONE.into(),
        (false, true) => text::VERIFY_ACCESS_OPEN.into(),
        (false, false) => text::VERIFY_ACCESS_NEEDS.into(),
    };
    let may_vouch = app.can("vouch") && customer.document_seen.is_some() && customer.vouched_by.is_none();
    let verdict = match customer.may_receive.clone() {
        Ok(()) => view! { <div class="banner banner-good" role="status"><Glyph name="paid"/><span>{t(text::VERIFY_MAY_RECEIVE)}</span></div> }.into_any(),
        Err(why) => view! { <div class="banner banner-warn" role="status"><Glyph name="attention"/><span>{app.answer(&why)}</span></div> }.into_any(),
    };
    let show_document = may_edit && customer.document_seen.is_none();
    let show_access = may_edit && (has_email || has_phone) && !customer.has_access;
    let item = |done: bool, title: Text, reason: Signal<String>| {
        view! {
            <div>
                <span class="work-title has-glyph">
                    {if done { view! { <Glyph name="paid" tone="tone-good"/> } } else { view! { <Glyph name="upcoming"/> } }}
                    {t(title)}
                </span>
                <p class="work-reason">{reason}</p>
            </div>
        }
    };
    view! {
        <section data-part="verify">
            <div class="section-head"><h2 class="section-title">{t(text::VERIFY_TITLE)}</h2></div>
            {verdict}
            <ul class="work">
                <li class="work-item">{item(customer.email_verified_at.is_some(), text::FIELD_EMAIL, email)}</li>
                {may_send.then(|| view! { <li class="work-act"><ContactCheck contact=Contact::Email id=id query=query/></li> })}
                <li class="work-item">{item(customer.phone_verified_at.is_some(), text::FIELD_PHONE, phone)}</li>
                {may_text.then(|| view! { <li class="work-act"><ContactCheck contact=Contact::Phone id=id query=query/></li> })}
                <li class="work-item">{item(customer.document_seen.is_some(), text::VERIFY_DOCUMENT, document)}</li>
                {show_document.then(|| view! { <li class="work-act"><DocumentCheck id=id query=query/></li> })}
                <li class="work-item">{item(customer.vouched_by.is_some(), text::VERIFY_VOUCH, vouched)}</li>
                {may_vouch.then(|| view! { <li class="work-act"><Vouch id=id query=query/></li> })}
                <li class="work-item">
                    {item(customer.has_access, text::VERIFY_ACCESS, access)}
                    {show_access.then(|| view! {
                        <Button label=text::VERIFY_ACCESS_DO kind=" btn-sm" does="open-access" on_press=move |()| opening.set(true)/>
                    })}
                </li>
            </ul>
        </section>
        <Dialog open=opening title=text::VERIFY_ACCESS_DO name="open-access">
            <AccessForm open=opening id=id query=query by_phone=has_phone && !has_email/>
        </Dialog>
    }
    .into_any()
}

/// Sends a code and checks it.
#[component]
fn ContactCheck(contact: Contact, id: CustomerId, query: Query<CustomerView>) -> impl IntoView {
    let app = app();
    let (name, send, icon, told) = match contact {
        Contact::Email => ("verify-form", text::VERIFY_EMAIL_SEND, "mail", text::VERIFY_EMAIL_TOLD),
        Contact::Phone => (
            "verify-phone",
            text::VERIFY_PHONE_SEND,
            "phone",
            text::VERIFY_PHONE_TOLD,
        ),
    };
    let form = FormState::new(name);
    let code = RwSignal::new(String::new());
    let sent = RwSignal::new(None::<CodeSent>);
    let ask = move || {
        form.submit(SendCode { customer: id, contact }, move |answer| {
            code.set(String::new());
            sent.set(Some(answer));
            form.focus("code");
        });
    };
    let submit = move |()| match sent.get_untracked() {
        None => ask(),
        Some(answer) => {
            if form.require(&[("code", code)]) {
                let request = VerifyCode {
                    customer: id,
                    challenge: answer.challenge,
                    code: Secret::new(code.get_untracked()),
                };
                form.submit(request, move |view| {
                    app.tell(app.say(told));
                    query.put(view);
                });
            }
        }
    };
    view! {
        <Form state=form class="stack" on_submit=submit>
            {move || match sent.get() {
                None => view! {
                    <p><Button label=send kind=" btn-sm" icon=icon does="send-code" busy_label=text::SENDING/></p>
                }
                .into_any(),
                Some(answer) => view! {
                    <CodeEntry sent=answer code=code on_resend=move |()| ask()/>
                    <p><Button label=text::VERIFY_EMAIL_CHECK kind="primary" does="verify-code" busy_label=text::SENDING/></p>
                }
                .into_any(),
            }}
        </Form>
    }
    .into_any()
}

#[component]
fn DocumentCheck(id: CustomerId, query: Query<CustomerView>) -> impl IntoView {
    let app = app();
    let form = FormState::new("document-form");
    let kind = RwSignal::new("national_id".to_owned());
    let kinds = Signal::derive(move || {
        DOCUMENTS
            .map(|(word, words)| (word.to_owned(), app.say(words).to_owned()))
            .to_vec()
    });
    let submit = move |()| {
        let request = RecordDocument {
            customer: id,
            kind: kind.get_untracked(),
        };
        form.submit(request, move |view| query.put(view));
    };
    view! {
        <Form state=form class="stack" on_submit=submit>
            <SelectField name="kind" label=text::VERIFY_DOCUMENT_KIND value=kind options=kinds/>
            <p><Button label=text::VERIFY_DOCUMENT_DO kind=" btn-sm" icon="id-card" does="record-document" busy_label=text::SAVING/></p>
        </Form>
    }
    .into_any()
}

#[component]
fn Vouch(id: CustomerId, query: Query<CustomerView>) -> impl IntoView {
    let act = FormState::new("vouch");
    let press = move |()| act.submit(VouchForCustomer { customer: id }, move |view| query.put(view));
    view! {
        <div class="stack">
            <Refusal state=act/>
            <p><Button label=text::VERIFY_VOUCH_DO kind=" btn-sm" icon="shield-check" does="vouch" busy=act.busy busy_label=text::SAVING on_press=press/></p>
        </div>
    }
    .into_any()
}

#[component]
fn AccessForm(open: RwSignal<bool>, id: CustomerId, query: Query<CustomerView>, by_phone: bool) -> impl IntoView {
    let app = app();
    let form = FormState::new("access-form");
    let password = RwSignal::new(String::new());
    let submit = move |()| {
        if by_phone || form.require(&[("password", password)]) {
            let request = OpenCustomerAccess {
                customer: id,
                password: (!by_phone).then(|| Secret::new(password.get_untracked())),
            };
            form.submit(request, move |view| {
                open.set(false);
                app.tell(app.say(text::VERIFY_ACCESS_TOLD));
                query.put(view);
            });
        }
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body">
                <Refusal state=form/>
                <p>{t(if by_phone { text::VERIFY_ACCESS_BY_PHONE } else { text::VERIFY_ACCESS_LEAD })}</p>
                {(!by_phone).then(|| view! {
                    <PasswordField name="password" label=text::FIELD_PASSWORD value=password is_new=true autofocus=true/>
                })}
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL on_press=move |()| open.set(false)/>
                <Button label=text::VERIFY_ACCESS_DO kind="primary" does="save-access" busy_label=text::SAVING/>
            </footer>
        </Form>
    }
    .into_any()
}
