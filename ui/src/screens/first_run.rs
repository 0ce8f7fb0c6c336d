//! First run: from an empty machine to an open book, step by step. Nothing is written before the last step.

use super::join::JoinScreen;
use super::mail::{MailDraft, MailFields};
use super::own_machine::OwnMachineScreen;
use super::recovery::RecoveryScreen;
use crate::dates::local_date;
use crate::i18n::{Language, Text, t, text, tf};
use crate::parts::form::focus;
use crate::parts::{
    Banner, Button, Choice, Fact, Facts, Form, FormState, Glyph, Icon, PasswordField, RadioOptions, Refusal,
    SelectField, TextField, Tone,
};
use crate::state::{App, app};
use chrono::{DateTime, Utc};
use farthing_api::{Currency, MailSettings, Money, Secret, SetUp, SetUpDone};
use leptos::prelude::*;

const STEPS: [(Text, Text); 6] = [
    (text::SETUP_STEP_LANGUAGE, text::SETUP_LEAD_LANGUAGE),
    (text::SETUP_STEP_DESK, text::SETUP_LEAD_DESK),
    (text::SETUP_STEP_ADMIN, text::SETUP_LEAD_ADMIN),
    (text::SETUP_STEP_MAIL, text::SETUP_LEAD_MAIL),
    (text::SETUP_STEP_BOOK, text::SETUP_LEAD_BOOK),
    (text::SETUP_STEP_OVER, text::SETUP_LEAD_OVER),
];

/// On which step a field of the request is asked for.
fn step_of(field: &str) -> Option<usize> {
    Some(match field {
        "language" | "currency" => 0,
        "organisation" | "branch_code" | "branch_name" | "desk_code" | "time_zone" => 1,
        "admin_name" | "admin_email" | "password" => 2,
        "mail" | "host" | "port" | "security" | "username" | "from" => 3,
        _ => return None,
    })
}

/// Everything that is typed, kept while steps change.
#[derive(Clone, Copy)]
struct Draft {
    currency: RwSignal<String>,
    organisation: RwSignal<String>,
    branch_code: RwSignal<String>,
    branch_name: RwSignal<String>,
    desk_code: RwSignal<String>,
    time_zone: RwSignal<String>,
    admin_name: RwSignal<String>,
    admin_email: RwSignal<String>,
    password: RwSignal<String>,
    mail: RwSignal<String>,
    draft: MailDraft,
    book: RwSignal<String>,
}

impl Draft {
    fn new(time_zone: String) -> Draft {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let admin_email = text("");
        Draft {
            currency: text("USD"),
            organisation: text(""),
            branch_code: text("BR1"),
            branch_name: text(""),
            desk_code: text("01"),
            time_zone: RwSignal::new(time_zone),
            admin_name: text(""),
            admin_email,
            password: text(""),
            mail: text("none"),
            draft: MailDraft::new(admin_email),
            book: text("empty"),
        }
    }

    fn request(self, app: App, mail: Option<MailSettings>) -> SetUp {
        let trimmed = |value: RwSignal<String>| value.get_untracked().trim().to_owned();
        SetUp {
            language: app.language.get_untracked().code().to_owned(),
            currency: self.currency.get_untracked(),
            organisation: trimmed(self.organisation),
            branch_code: trimmed(self.branch_code),
            branch_name: trimmed(self.branch_name),
            desk_code: trimmed(self.desk_code),
            time_zone: self.time_zone.get_untracked(),
            admin_name: trimmed(self.admin_name),
            admin_email: trimmed(self.admin_email),
            password: Secret::new(self.password.get_untracked()),
            mail,
            demo: self.book.get_untracked() == "demo",
        }
    }
}

/// The wizard.
#[component]
pub fn FirstRunScreen(
    currencies: Vec<Currency>,
    time_zones: Vec<String>,
    time_zone: String,
    /// When an organisation ended this machine's access.
    revoked_at: Option<DateTime<Utc>>,
) -> impl IntoView {
    let app = app();
    let draft = Draft::new(time_zone);
    let step = RwSignal::new(0usize);
    let form = FormState::new("first-run");
    let done = RwSignal::new(None::<SetUpDone>);
    let joins = RwSignal::new(false);
    let owns = RwSignal::new(false);
    let currencies = StoredValue::new(currencies.into_iter().map(|currency| currency.code).collect::<Vec<_>>());
    let zones = StoredValue::new(time_zones);
    let go_to = move |n: usize| {
        form.clear();
        step.set(n);
        request_animation_frame(|| focus("#first-run input, #first-run select"));
    };
    let finish = move || {
        let mail = match draft.mail.get_untracked().as_str() {
            "smtp" => match draft.draft.settings() {
                Ok(settings) => Some(settings),
                Err(_) => return go_to(3),
            },
            _ => None,
        };
        form.submit_with(
            draft.request(app, mail),
            move |answer| done.set(Some(answer)),
            move |error| {
                if let Some(n) = error.field.as_deref().and_then(step_of) {
                    step.set(n);
                }
                form.fail(error);
            },
        );
    };
    let next = move |()| {
        let n = step.get_untracked();
        let complete = match n {
            1 => form.require(&[
                ("organisation", draft.organisation),
                ("branch_name", draft.branch_name),
                ("branch_code", draft.branch_code),
                ("desk_code", draft.desk_code),
            ]),
            2 => form.require(&[
                ("admin_name", draft.admin_name),
                ("admin_email", draft.admin_email),
                ("password", draft.password),
            ]),
            3 => draft.mail.get_untracked() == "none" || (draft.draft.is_complete(form) && sound(draft, form)),
            _ => true,
        };
        match (complete, n + 1 < STEPS.len()) {
            (false, _) => {}
            (true, true) => go_to(n + 1),
            (true, false) => finish(),
        }
    };
    let fields = move || match step.get() {
        0 => language_step(app, draft, currencies),
        1 => desk_step(draft, zones),
        2 => admin_step(draft),
        3 => mail_step(draft, form),
        4 => book_step(draft),
        _ => over_step(app, draft),
    };
    let wizard = move || {
        view! {
            <div class="wizard" data-screen="first-run">
                <Steps step=step go_to=Callback::new(go_to)/>
                <main class="wizard-main">
                    <Form state=form class="wizard-page" own_refusal=true on_submit=next>
                        <div class="wizard-scroll"><div class="wizard-form">
                            <header>
                                <p class="wizard-count">{move || tf(text::SETUP_COUNT, [("n", (step.get() + 1).to_string()), ("of", STEPS.len().to_string())])()}</p>
                                <h1 class="wizard-title">{move || app.say(STEPS[step.get()].0)}</h1>
                                <p class="wizard-lead">{move || app.say(STEPS[step.get()].1)}</p>
                            </header>
                            <Refusal state=form/>
                            {move || revoked_at.filter(|_| step.get() == 0).map(|at| view! {
                                <Banner title=app.say_with(text::DEVICE_GONE, &[("date", app.day(local_date(at)))])
                                    body=app.say(text::DEVICE_GONE_LEAD).to_owned() tone=Tone::Warn icon="key"/>
                            })}
                            {fields}
                            {move || (step.get() == 0).then(|| view! {
                                <p class="row">
                                    <Button label=text::JOIN_INSTEAD icon="sync" does="join-instead" on_press=move |()| joins.set(true)/>
                                    <Button label=text::OWN_MACHINE_INSTEAD icon="customer" does="own-machine" on_press=move |()| owns.set(true)/>
                                </p>
                            })}
                        </div>
                            {move || (step.get() == 1).then(|| receipt(app, draft))}</div>
                        <footer class="wizard-foot"><div class="form-foot">
                            {move || (step.get() > 0).then(|| view! {
                                <Button label=text::BACK does="step-back" on_press=move |()| go_to(step.get_untracked() - 1)/>
                            })}
                            <span class="note small quiet">{t(text::SETUP_KEPT)}</span>
                            {move || if step.get() + 1 < STEPS.len() {
                                view! { <Button label=text::SETUP_CONTINUE kind="primary" does="step-on"/> }
                            } else {
                                view! { <Button label=text::SETUP_MAKE kind="primary" does="set-up" busy_label=text::SETUP_MAKING/> }
                            }}
                        </div></footer>
                    </Form>
                </main>
            </div>
        }
        .into_any()
    };
    move || match done.get() {
        Some(done) => view! { <RecoveryScreen done=done/> }.into_any(),
        None if owns.get() => view! { <OwnMachineScreen on_back=move |()| owns.set(false)/> }.into_any(),
        None if joins.get() => view! { <JoinScreen on_back=move |()| joins.set(false)/> }.into_any(),
        None => wizard(),
    }
}

/// Whether the mail settings can be read; refuses the field that can't.
fn sound(draft: Draft, form: FormState) -> bool {
    match draft.draft.settings() {
        Ok(_) => true,
        Err(error) => {
            form.fail(error);
            false
        }
    }
}

#[component]
fn Steps(step: RwSignal<usize>, go_to: Callback<usize>) -> impl IntoView {
    let app = app();
    let item = move |n: usize, title: Text| {
        let is_done = move || step.get() > n;
        view! {
            <li>
                <a
                    class="step"
                    class:is-done=is_done
                    href="#"
                    aria-current=move || (step.get() == n).then_some("step")
                    aria-disabled=move || (step.get() < n).then_some("true")
                    on:click=move |event| {
                        event.prevent_default();
                        if step.get_untracked() > n {
                            go_to.run(n);
                        }
                    }
                >
                    <span class="step-number">
                        {move || if is_done() { view! { <Glyph name="paid"/> }.into_any() } else { (n + 1).into_any() }}
                    </span>
                    <span>{move || app.say(title)}</span>
                </a>
            </li>
        }
    };
    view! {
        <aside class="wizard-steps">
            <span class="nav-brand"><Icon name="mark" class="mark"/><span>{t(text::PRODUCT_NAME)}</span></span>
            <p class="wizard-for">{t(text::SETUP_FOR)}</p>
            <ol class="steps">{STEPS.iter().enumerate().map(|(n, (title, _))| item(n, *title)).collect_view()}</ol>
            <p class="wizard-kept">{t(text::SETUP_NOTHING_WRITTEN)}</p>
        </aside>
    }
    .into_any()
}

fn pairs(values: StoredValue<Vec<String>>) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        values.with_value(|values| values.iter().map(|value| (value.clone(), value.clone())).collect())
    })
}

fn language_step(app: App, draft: Draft, currencies: StoredValue<Vec<String>>) -> AnyView {
    let language = RwSignal::new(app.language.get_untracked().code().to_owned());
    Effect::new(move || app.language.set(Language::from_tag(&language.get())));
    let languages = Signal::stored(
        Language::ALL
            .map(|language| (language.code().to_owned(), language.name().to_owned()))
            .to_vec(),
    );
    view! {
        <div class="form-grid">
            <SelectField name="language" label=text::SETUP_LANGUAGE value=language options=languages/>
            <SelectField name="currency" label=text::SETUP_CURRENCY value=draft.currency options=pairs(currencies) hint=text::SETUP_CURRENCY_HINT/>
        </div>
    }
    .into_any()
}

fn desk_step(draft: Draft, zones: StoredValue<Vec<String>>) -> AnyView {
    view! {
        <div class="form-grid">
            <TextField name="organisation" label=text::SETUP_ORGANISATION value=draft.organisation hint=text::SETUP_ORGANISATION_HINT wide=true/>
            <TextField name="branch_name" label=text::SETUP_BRANCH_NAME value=draft.branch_name/>
            <TextField name="branch_code" label=text::SETUP_BRANCH_CODE value=draft.branch_code hint=text::SETUP_BRANCH_CODE_HINT/>
            <TextField name="desk_code" label=text::SETUP_DESK_CODE value=draft.desk_code hint=text::SETUP_DESK_CODE_HINT inputmode="numeric"/>
            <SelectField name="time_zone" label=text::SETUP_TIME_ZONE value=draft.time_zone options=pairs(zones)/>
        </div>
    }
    .into_any()
}

/// How a receipt of this desk will begin, with what was typed so far.
fn receipt(app: App, draft: Draft) -> AnyView {
    let number = move || format!("{}-{}-000001", draft.branch_code.get(), draft.desk_code.get());
    let amount = move |minor: i64| {
        let currency = Currency::of(&draft.currency.get());
        currency.map(|currency| Money::from_minor(minor).written(currency.decimals, app.marks()))
    };
    let organisation = move || {
        let name = draft.organisation.get();
        if name.trim().is_empty() {
            app.say(text::SETUP_ORGANISATION).to_owned()
        } else {
            name
        }
    };
    view! {
        <aside>
            <h2 class="wizard-aside-title">{t(text::SETUP_RECEIPT)}</h2>
            <div class="receipt">
                <p class="receipt-title">{organisation}</p>
                <p class="receipt-small">{move || format!("{} {}", draft.branch_name.get(), draft.branch_code.get())}</p>
                <div class="receipt-rule"></div>
                <dl class="receipt-lines">
                    <dt>{t(text::SETUP_RECEIPT_NUMBER)}</dt>
                    <dd class="strong" data-figure="receipt-number">{number}</dd>
                    <dt class="part">{t(text::SETUP_RECEIPT_INTEREST)}</dt>
                    <dd class="part">{move || amount(1820)}</dd>
                    <dt class="part">{t(text::SETUP_RECEIPT_PRINCIPAL)}</dt>
                    <dd class="part">{move || amount(10680)}</dd>
                    <dt class="sum">{t(text::SETUP_RECEIPT_RECEIVED)} " " {draft.currency}</dt>
                    <dd class="sum">{move || amount(12500)}</dd>
                </dl>
            </div>
        </aside>
    }
    .into_any()
}

fn admin_step(draft: Draft) -> AnyView {
    view! {
        <div class="form-grid">
            <TextField name="admin_name" label=text::FIELD_NAME value=draft.admin_name autocomplete="name"/>
            <TextField name="admin_email" label=text::FIELD_EMAIL kind="email" value=draft.admin_email autocomplete="email" hint=text::SETUP_EMAIL_HINT/>
            <PasswordField name="password" label=text::FIELD_PASSWORD value=draft.password is_new=true wide=true/>
        </div>
    }
    .into_any()
}

fn mail_step(draft: Draft, form: FormState) -> AnyView {
    let choices = Signal::derive(move || {
        vec![
            Choice::new("none", text::SETUP_MAIL_NONE).note(text::SETUP_MAIL_NONE_NOTE),
            Choice::new("smtp", text::SETUP_MAIL_SMTP).note(text::SETUP_MAIL_SMTP_NOTE),
        ]
    });
    view! {
        <RadioOptions name="mail" label=text::SETUP_STEP_MAIL value=draft.mail choices=choices/>
        {move || (draft.mail.get() == "smtp").then(|| view! { <MailFields draft=draft.draft form=form/> })}
    }
    .into_any()
}

fn book_step(draft: Draft) -> AnyView {
    let choices = Signal::derive(move || {
        vec![
            Choice::new("empty", text::SETUP_EMPTY).note(text::SETUP_EMPTY_NOTE),
            Choice::new("demo", text::SETUP_DEMO).note(text::SETUP_DEMO_NOTE),
        ]
    });
    view! { <RadioOptions name="demo" label=text::SETUP_STEP_BOOK value=draft.book choices=choices/> }.into_any()
}

fn over_step(app: App, draft: Draft) -> AnyView {
    let place = move || {
        format!(
            "{}, {}-{}",
            draft.branch_name.get(),
            draft.branch_code.get(),
            draft.desk_code.get()
        )
    };
    let admin = move || format!("{}, {}", draft.admin_name.get(), draft.admin_email.get());
    let mail = move || {
        if draft.mail.get() == "smtp" && draft.draft.has_host() {
            draft.draft.host()
        } else {
            app.say(text::SETUP_MAIL_NONE).to_owned()
        }
    };
    let book = move || {
        app.say(if draft.book.get() == "demo" {
            text::SETUP_DEMO
        } else {
            text::SETUP_EMPTY
        })
        .to_owned()
    };
    let facts: Vec<Fact> = vec![
        (
            text::SETUP_LANGUAGE.into(),
            Signal::derive(move || app.language.get().name().to_owned()),
        ),
        (text::SETUP_CURRENCY.into(), draft.currency.into()),
        (text::SETUP_ORGANISATION.into(), draft.organisation.into()),
        (text::SETUP_STEP_DESK.into(), Signal::derive(place)),
        (text::SETUP_TIME_ZONE.into(), draft.time_zone.into()),
        (text::SETUP_STEP_ADMIN.into(), Signal::derive(admin)),
        (text::SETUP_STEP_MAIL.into(), Signal::derive(mail)),
        (text::SETUP_STEP_BOOK.into(), Signal::derive(book)),
    ];
    view! { <Facts facts=facts/> }.into_any()
}
