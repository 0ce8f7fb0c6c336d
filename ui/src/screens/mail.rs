//! Where mail goes out: the fields, shared by the first run and the settings.

use crate::i18n::text;
use crate::parts::{Banner, Button, FormState, PasswordField, SelectField, TextField, Tone};
use crate::state::app;
use farthing_api::{ApiError, Code, MailSecurity, MailSettings, Secret, TestMail};
use leptos::prelude::*;

/// Mail settings while they are typed.
#[derive(Clone, Copy)]
pub struct MailDraft {
    host: RwSignal<String>,
    port: RwSignal<String>,
    security: RwSignal<String>,
    username: RwSignal<String>,
    password: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    tested: RwSignal<Option<String>>,
}

const SECURITIES: [(&str, MailSecurity, &str); 3] = [
    ("start_tls", MailSecurity::StartTls, "587"),
    ("tls", MailSecurity::Tls, "465"),
    ("none", MailSecurity::None, "25"),
];

impl MailDraft {
    /// Nothing typed yet; a test message would go `to`.
    pub fn new(to: RwSignal<String>) -> MailDraft {
        let empty = || RwSignal::new(String::new());
        MailDraft {
            host: empty(),
            port: RwSignal::new("587".to_owned()),
            security: RwSignal::new("start_tls".to_owned()),
            username: empty(),
            password: empty(),
            from: empty(),
            to,
            tested: RwSignal::new(None),
        }
    }

    /// Takes over what is in force.
    pub fn fill(self, settings: &MailSettings) {
        let word = SECURITIES
            .iter()
            .find(|(_, security, _)| *security == settings.security);
        self.host.set(settings.host.clone());
        self.port.set(settings.port.to_string());
        self.security
            .set(word.map_or("start_tls", |(word, ..)| word).to_owned());
        self.username.set(settings.username.clone());
        self.from.set(settings.from.clone());
    }

    /// Whether a server is named.
    pub fn has_host(self) -> bool {
        self.host.with(|host| !host.trim().is_empty())
    }

    /// The server's name, to look it over.
    pub fn host(self) -> String {
        self.host.get()
    }

    /// The settings as typed.
    ///
    /// # Errors
    /// The port is not a number that a port can have.
    pub fn settings(self) -> Result<MailSettings, ApiError> {
        let port = self.port.get_untracked().trim().parse::<u16>();
        let port = port.map_err(|_| ApiError::input("port", Code::Port))?;
        let word = self.security.get_untracked();
        let security = SECURITIES.iter().find(|(own, ..)| *own == word);
        Ok(MailSettings {
            host: self.host.get_untracked().trim().to_owned(),
            port,
            security: security.map_or(MailSecurity::StartTls, |(_, security, _)| *security),
            username: self.username.get_untracked().trim().to_owned(),
            password: Secret::new(self.password.get_untracked()),
            from: self.from.get_untracked().trim().to_owned(),
        })
    }

    /// Whether the fields that can't be empty are filled; those that are not are refused.
    pub fn is_complete(self, form: FormState) -> bool {
        form.require(&[("host", self.host), ("port", self.port), ("from", self.from)])
    }
}

/// The fields, and the message that proves them. Stands inside a form whose state is `form`.
#[component]
pub fn MailFields(draft: MailDraft, form: FormState) -> impl IntoView {
    let app = app();
    let options = Signal::derive(move || {
        let words = [text::MAIL_STARTTLS, text::MAIL_TLS, text::MAIL_NO_TLS];
        SECURITIES
            .iter()
            .zip(words)
            .map(|((word, ..), words)| ((*word).to_owned(), app.say(words).to_owned()))
            .collect::<Vec<_>>()
    });
    // The port follows the protection as long as it is one of the usual three.
    Effect::new(move |before: Option<String>| {
        let word = draft.security.get();
        let usual = |word: &str| {
            SECURITIES
                .iter()
                .find(|(own, ..)| *own == word)
                .map_or("", |(_, _, port)| port)
        };
        if let Some(before) = before
            && before != word
            && draft.port.with_untracked(|port| port == usual(&before))
        {
            draft.port.set(usual(&word).to_owned());
        }
        word
    });
    let test = FormState::new(form.id);
    let try_it = move |()| {
        draft.tested.set(None);
        if !draft.is_complete(form) {
            return;
        }
        match draft.settings() {
            Err(error) => form.fail(error),
            Ok(settings) => {
                let to = draft.to.get_untracked();
                test.submit(
                    TestMail {
                        settings,
                        to: to.clone(),
                    },
                    move |()| draft.tested.set(Some(to)),
                );
            }
        }
    };
    let outcome = move || {
        let sent = draft.tested.get().map(|to| {
            let title = app.say_with(text::MAIL_TEST_SENT, &[("to", to)]);
            view! { <Banner title=title tone=Tone::Good icon="mail"/> }
        });
        let failed = test
            .refusal()
            .map(|message| view! { <Banner title=text::MAIL_TEST_FAILED body=message tone=Tone::Bad icon="warning"/> });
        view! { {sent} {failed} }
    };
    view! {
        <div class="form-grid">
            <TextField name="host" label=text::MAIL_HOST value=draft.host hint=text::MAIL_HOST_HINT wide=true/>
            <SelectField name="security" label=text::MAIL_SECURITY value=draft.security options=options/>
            <TextField name="port" label=text::MAIL_PORT value=draft.port inputmode="numeric"/>
            <TextField name="username" label=text::MAIL_USERNAME value=draft.username optional=true/>
            <PasswordField name="password" label=text::FIELD_PASSWORD value=draft.password optional=true/>
            <TextField name="from" label=text::MAIL_FROM kind="email" value=draft.from hint=text::MAIL_FROM_HINT/>
            <TextField name="to" label=text::MAIL_TO kind="email" value=draft.to/>
        </div>
        <div class="stack" data-result="test-mail">
            <p><Button label=text::MAIL_TEST does="test-mail" icon="mail" busy=test.busy busy_label=text::SENDING on_press=try_it/></p>
            {outcome}
        </div>
    }
    .into_any()
}
