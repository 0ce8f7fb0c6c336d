//! Where text messages go out: the settings of an SMS gateway, and the message that proves them.

use crate::i18n::{Text, t, text};
use crate::parts::{
    AreaField, Banner, Button, CheckField, Choice, Form, FormState, PasswordField, Segmented, SelectField, TextField,
    Tone, query,
};
use crate::state::{App, app};
use farthing_api::{ApiError, GetSms, SaveSms, Secret, SmsAuth, SmsForm, SmsMethod, SmsSettings, TestSms};
use leptos::prelude::*;

const METHODS: [(&str, SmsMethod); 3] = [
    ("post", SmsMethod::Post),
    ("put", SmsMethod::Put),
    ("get", SmsMethod::Get),
];
const AUTHS: [(&str, SmsAuth, Text); 4] = [
    ("basic", SmsAuth::Basic, text::SMS_AUTH_BASIC),
    ("bearer", SmsAuth::Bearer, text::SMS_AUTH_BEARER),
    ("header", SmsAuth::Header, text::SMS_AUTH_HEADER),
    ("none", SmsAuth::None, text::SMS_AUTH_NONE),
];
const FORMS: [(&str, SmsForm, Text); 2] = [
    ("form", SmsForm::Form, text::SMS_FORM_FORM),
    ("json", SmsForm::Json, text::SMS_FORM_JSON),
];

/// Twilio's interface of 2010-04-01, by its public documentation; the account goes into the address.
const TWILIO_URL: &str = "https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json";
const TWILIO_TEMPLATE: &str = "To={to}&From={from}&Body={text}";

/// The settings while they are typed.
#[derive(Clone, Copy)]
struct Draft {
    way: RwSignal<String>,
    url: RwSignal<String>,
    method: RwSignal<String>,
    auth: RwSignal<String>,
    account: RwSignal<String>,
    secret: RwSignal<String>,
    form: RwSignal<String>,
    template: RwSignal<String>,
    from: RwSignal<String>,
    success_at: RwSignal<String>,
    success_is: RwSignal<String>,
    id_at: RwSignal<String>,
    own_network: RwSignal<bool>,
    to: RwSignal<String>,
}

impl Draft {
    fn new() -> Draft {
        let of = |text: &str| RwSignal::new(text.to_owned());
        Draft {
            way: of("none"),
            url: of(""),
            method: of("post"),
            auth: of("basic"),
            account: of(""),
            secret: of(""),
            form: of("form"),
            template: of(TWILIO_TEMPLATE),
            from: of(""),
            success_at: of(""),
            success_is: of(""),
            id_at: of("/sid"),
            own_network: RwSignal::new(false),
            to: of(""),
        }
    }

    fn fill(self, sms: &SmsSettings) {
        let twilio = sms.url == TWILIO_URL.replace("{account}", &sms.account) && sms.auth == SmsAuth::Basic;
        self.way.set(if twilio { "twilio" } else { "gateway" }.to_owned());
        let word = |found: Option<&str>| found.unwrap_or_default().to_owned();
        self.method.set(word(
            METHODS
                .iter()
                .find(|(_, own)| *own == sms.method)
                .map(|(word, _)| *word),
        ));
        self.auth.set(word(
            AUTHS
                .iter()
                .find(|(_, own, _)| *own == sms.auth)
                .map(|(word, ..)| *word),
        ));
        self.form.set(word(
            FORMS
                .iter()
                .find(|(_, own, _)| *own == sms.form)
                .map(|(word, ..)| *word),
        ));
        for (signal, text) in [
            (self.url, &sms.url),
            (self.account, &sms.account),
            (self.template, &sms.template),
            (self.from, &sms.from),
            (self.success_at, &sms.success_at),
            (self.success_is, &sms.success_is),
            (self.id_at, &sms.id_at),
        ] {
            signal.set(text.clone());
        }
        self.own_network.set(sms.own_network);
    }

    /// What was typed; a preset brings what it knows.
    fn settings(self) -> SmsSettings {
        let own = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        let account = own(self.account);
        let secret = Secret::new(self.secret.get_untracked());
        if own(self.way) == "twilio" {
            return SmsSettings {
                url: TWILIO_URL.replace("{account}", &account),
                method: SmsMethod::Post,
                auth: SmsAuth::Basic,
                account,
                secret,
                form: SmsForm::Form,
                template: TWILIO_TEMPLATE.to_owned(),
                from: own(self.from),
                success_at: String::new(),
                success_is: String::new(),
                id_at: "/sid".to_owned(),
                own_network: false,
            };
        }
        let (method, auth, form) = (own(self.method), own(self.auth), own(self.form));
        SmsSettings {
            url: own(self.url),
            method: METHODS
                .iter()
                .find(|(word, _)| *word == method)
                .map_or(SmsMethod::Post, |(_, own)| *own),
            auth: AUTHS
                .iter()
                .find(|(word, ..)| *word == auth)
                .map_or(SmsAuth::None, |(_, own, _)| *own),
            account,
            secret,
            form: FORMS
                .iter()
                .find(|(word, ..)| *word == form)
                .map_or(SmsForm::Form, |(_, own, _)| *own),
            template: self.template.get_untracked(),
            from: own(self.from),
            success_at: own(self.success_at),
            success_is: own(self.success_is),
            id_at: own(self.id_at),
            own_network: self.own_network.get_untracked(),
        }
    }

    fn is_complete(self, form: FormState) -> bool {
        match self.way.get_untracked().as_str() {
            "twilio" => form.require(&[("account", self.account), ("from", self.from)]),
            _ => form.require(&[("url", self.url)]),
        }
    }
}

fn options<T: Sync + 'static>(app: App, all: &'static [(&'static str, T, Text)]) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        let option = |(word, _, words): &(&'static str, T, Text)| ((*word).to_owned(), app.say(*words).to_owned());
        all.iter().map(option).collect()
    })
}

/// The section of the settings.
#[component]
pub fn Sms() -> impl IntoView {
    let app = app();
    let form = FormState::new("sms-form");
    let known = query(move || Some(GetSms {}));
    let draft = Draft::new();
    Effect::new(move || {
        if let Some(Some(settings)) = known.value.get() {
            draft.fill(&settings);
        }
    });
    let ways = vec![
        Choice::new("none", text::SMS_NONE),
        Choice::new("twilio", text::SMS_TWILIO),
        Choice::new("gateway", text::SMS_GATEWAY),
    ];
    let submit = move |()| {
        let has_gateway = draft.way.get_untracked() != "none";
        if has_gateway && !draft.is_complete(form) {
            return;
        }
        let settings = has_gateway.then(|| draft.settings());
        form.submit(SaveSms { settings }, move |()| app.tell(app.say(text::SMS_SAVED)));
    };
    view! {
        <section class="stack" data-part="sms">
            <div class="section-head"><h2 class="section-title">{t(text::SMS_TITLE)}</h2></div>
            <p class="muted">{t(text::SMS_LEAD)}</p>
            <Form state=form on_submit=submit>
                <Segmented name="sms" label=text::SMS_WAY value=draft.way choices=ways/>
                {move || match draft.way.get().as_str() {
                    "none" => ().into_any(),
                    "twilio" => view! { <Twilio draft=draft/> <Proof draft=draft form=form/> }.into_any(),
                    _ => view! { <Gateway draft=draft/> <Proof draft=draft form=form/> }.into_any(),
                }}
                <p><Button label=text::SMS_SAVE kind="primary" does="save-sms" busy_label=text::SAVING/></p>
            </Form>
        </section>
    }
    .into_any()
}

#[component]
fn Twilio(draft: Draft) -> impl IntoView {
    view! {
        <div class="form-grid">
            <TextField name="account" label=text::SMS_TWILIO_ACCOUNT value=draft.account/>
            <PasswordField name="secret" label=text::SMS_TWILIO_TOKEN value=draft.secret optional=true hint=text::SMS_SECRET_HINT/>
            <TextField name="from" label=text::SMS_FROM value=draft.from hint=text::SMS_FROM_HINT/>
        </div>
    }
    .into_any()
}

#[component]
fn Gateway(draft: Draft) -> impl IntoView {
    let app = app();
    let methods = Signal::derive(|| METHODS.map(|(word, _)| (word.to_owned(), word.to_uppercase())).to_vec());
    let is_get = move || draft.method.get() == "get";
    let has = move |auth: &str| draft.auth.with(|own| own == auth);
    let account = move || match draft.auth.get().as_str() {
        "basic" => Some(text::MAIL_USERNAME),
        "header" => Some(text::SMS_HEADER),
        _ => None,
    };
    view! {
        <div class="form-grid">
            <TextField name="url" label=text::SMS_URL value=draft.url hint=text::SMS_URL_HINT wide=true/>
            <SelectField name="method" label=text::SMS_METHOD value=draft.method options=methods/>
            <TextField name="from" label=text::SMS_FROM value=draft.from optional=true/>
            <SelectField name="auth" label=text::SMS_AUTH value=draft.auth options=options(app, &AUTHS)/>
            {move || account().map(|label| view! { <TextField name="account" label=label value=draft.account/> })}
            {move || (!has("none")).then(|| view! {
                <PasswordField name="secret" label=text::SMS_SECRET value=draft.secret optional=true hint=text::SMS_SECRET_HINT/>
            })}
            {move || (!is_get()).then(|| view! {
                <SelectField name="form" label=text::SMS_FORM value=draft.form options=options(app, &FORMS)/>
                <AreaField name="template" label=text::SMS_TEMPLATE value=draft.template hint=text::SMS_TEMPLATE_HINT wide=true/>
            })}
            <TextField name="success_at" label=text::SMS_SUCCESS_AT value=draft.success_at hint=text::SMS_SUCCESS_HINT optional=true/>
            <TextField name="success_is" label=text::SMS_SUCCESS_IS value=draft.success_is optional=true/>
            <TextField name="id_at" label=text::SMS_ID_AT value=draft.id_at optional=true/>
        </div>
        <CheckField name="own_network" label=text::SMS_OWN_NETWORK value=draft.own_network/>
    }
    .into_any()
}

#[component]
fn Proof(draft: Draft, form: FormState) -> impl IntoView {
    let app = app();
    let test = FormState::new(form.id);
    let sent = RwSignal::new(None::<String>);
    let try_it = move |()| {
        sent.set(None);
        if draft.is_complete(form) && form.require(&[("to", draft.to)]) {
            let to = draft.to.get_untracked();
            let request = TestSms {
                settings: draft.settings(),
                to: to.clone(),
            };
            let refused = move |error: ApiError| match error.field {
                Some(_) => form.fail(error),
                None => test.fail(error),
            };
            test.submit_with(request, move |_| sent.set(Some(to)), refused);
        }
    };
    let outcome = move || {
        let sent = sent.get().map(|to| {
            let title = app.say_with(text::MAIL_TEST_SENT, &[("to", to)]);
            view! { <Banner title=title tone=Tone::Good icon="check"/> }
        });
        let failed = test
            .refusal()
            .map(|message| view! { <Banner title=text::MAIL_TEST_FAILED body=message tone=Tone::Bad icon="warning"/> });
        view! { {sent} {failed} }
    };
    view! {
        <div class="form-grid"><TextField name="to" label=text::MAIL_TO value=draft.to inputmode="tel" hint=text::SMS_TO_HINT/></div>
        <div class="stack" data-result="test-sms">
            <p><Button label=text::MAIL_TEST does="test-sms" busy=test.busy busy_label=text::SENDING on_press=try_it/></p>
            {outcome}
        </div>
    }
    .into_any()
}
