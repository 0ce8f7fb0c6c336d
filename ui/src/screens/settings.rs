//! The desk's settings: looks, mail, text messages, the day, the book, one's own password.

use super::mail::{MailDraft, MailFields};
use super::own_password::OwnPassword;
use super::rules::RulesSettings;
use super::second_factor::OwnFactor;
use super::second_person::SecondPerson;
use super::server::Server;
use super::sessions::{QuickPin, Sessions};
use super::sms::Sms;
use crate::i18n::{Language, Text, t, text};
use crate::parts::{
    Banner, Button, Choice, DateField, Form, FormState, Refusal, Screen, Segmented, Tab, Tabs, Tone, query,
};
use crate::state::{Theme, app};
use farthing_api::{BackupBook, CloseDay, GetMail, Role, SaveMail, VerifyBook, VerifyReport};
use leptos::prelude::*;
use std::cell::RefCell;

/// The tabs and their names; each is for a permission, or for everyone.
const TABS: [(&str, Text, &str); 5] = [
    ("desk", text::SETTINGS_TAB_DESK, "close_day"),
    ("own", text::SETTINGS_TAB_OWN, ""),
    ("sessions", text::SETTINGS_TAB_SESSIONS, "see_book"),
    ("rules", text::SETTINGS_TAB_RULES, "manage_rules"),
    ("sending", text::SETTINGS_TAB_SENDING, "manage_desk"),
];

thread_local! {
    /// The tab that was left last.
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The settings that the role may see, by tabs. Whoever comes back finds the tab that they left.
#[component]
pub fn SettingsScreen() -> impl IntoView {
    let app = app();
    let closes = app.take_intent() == Some("close-day");
    let may = |word: &str| word.is_empty() || app.can(word) || (word == "close_day" && app.can("keep_book"));
    let tabs: Vec<Tab> = TABS
        .into_iter()
        .filter(|(_, _, permission)| untrack(|| may(permission)))
        .map(|(word, name, _)| Tab::new(word, name))
        .collect();
    let known = |word: &String| tabs.iter().any(|tab| tab.value == word);
    let last = Some(LAST.with_borrow(Clone::clone)).filter(|word| !closes && known(word));
    let first = tabs.first().map_or("own", |tab| tab.value);
    let tab = RwSignal::new(last.unwrap_or_else(|| first.to_owned()));
    let chosen = Memo::new(move |_| tab.get());
    let shown = move || {
        let word = chosen.get();
        LAST.set(word.clone());
        match word.as_str() {
            "desk" => view! {
                {(app.can("close_day") && untrack(|| !app.is_enrolled())).then(|| view! { <Day closes/> })}
                {app.can("keep_book").then(|| view! { <Book/> })}
                {app.can("manage_desk").then(|| view! { <Server/> })}
            }
            .into_any(),
            "sessions" => view! { <Sessions/> }.into_any(),
            "rules" => view! { <SecondPerson/> <RulesSettings/> }.into_any(),
            "sending" => view! { <Mail/> <Sms/> }.into_any(),
            _ => view! {
                <Looks/>
                <OwnPassword/>
                {app.can("see_book").then(|| view! { <QuickPin/> })}
                {app.role.get_untracked().is_some_and(Role::is_staff).then(|| view! { <OwnFactor/> })}
            }
            .into_any(),
        }
    };
    view! {
        <Screen name="settings" title=text::NAV_SETTINGS>
            {(tabs.len() > 1).then(|| view! { <Tabs label=text::NAV_SETTINGS value=tab tabs/> })}
            <div class="stack-loose">{shown}</div>
        </Screen>
    }
}

#[component]
fn Looks() -> impl IntoView {
    let app = app();
    let theme = RwSignal::new(app.theme.get_untracked().word().to_owned());
    let language = RwSignal::new(app.language.get_untracked().code().to_owned());
    Effect::new(move |before: Option<String>| {
        let word = theme.get();
        if before.is_some_and(|before| before != word) {
            app.fix_theme(Theme::of(&word));
        }
        word
    });
    Effect::new(move |before: Option<String>| {
        let code = language.get();
        if before.is_some_and(|before| before != code) {
            app.fix_language(Language::from_tag(&code));
        }
        code
    });
    let themes = vec![
        Choice::new("system", text::THEME_SYSTEM),
        Choice::new("light", text::THEME_LIGHT),
        Choice::new("dark", text::THEME_DARK),
    ];
    let languages = Language::ALL
        .map(|language| Choice::new(language.code(), language.name()))
        .to_vec();
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::SETTINGS_LOOKS)}</h2></div>
            <div class="form"><div class="form-grid">
                <Segmented name="theme" label=text::SETTINGS_THEME value=theme choices=themes/>
                <Segmented name="language" label=text::SETUP_LANGUAGE value=language choices=languages/>
            </div></div>
        </section>
    }
    .into_any()
}

#[component]
fn Day(closes: bool) -> impl IntoView {
    let app = app();
    let form = FormState::new("close-day-form");
    let date = RwSignal::new(app.booking_date.get_untracked().to_string());
    if closes {
        form.focus("date");
    }
    let closed = RwSignal::new(None::<String>);
    let submit = move |()| {
        closed.set(None);
        match date.get_untracked().parse() {
            Err(_) => form.refuse(vec![("date".into(), app.say(text::SETTINGS_DATE_WRONG).to_owned())]),
            Ok(day) => form.submit(CloseDay { date: day }, move |answer| {
                date.set(answer.open.to_string());
                closed.set(Some(app.say_with(
                    text::SETTINGS_DAY_CLOSED,
                    &[
                        ("days", answer.days.to_string()),
                        ("penalties", answer.penalties.to_string()),
                        ("open", app.date(answer.open)),
                    ],
                )));
            }),
        }
    };
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::SETTINGS_CLOSE_DAY)}</h2></div>
            <p class="muted">{t(text::SETTINGS_CLOSE_DAY_LEAD)}</p>
            <Form state=form on_submit=submit>
                <div class="form-grid"><DateField name="date" label=text::SETTINGS_LAST_DAY value=date/></div>
                <p><Button label=text::SETTINGS_CLOSE_DAY kind="primary" does="close-day" busy_label=text::SETTINGS_CLOSING/></p>
            </Form>
            {move || closed.get().map(|words| view! { <Banner title=words tone=Tone::Good icon="check"/> })}
        </section>
    }
    .into_any()
}

#[component]
fn Book() -> impl IntoView {
    let app = app();
    let verify = FormState::new("verify-book");
    let backup = FormState::new("backup-book");
    let report = RwSignal::new(None::<VerifyReport>);
    let saved = RwSignal::new(None::<String>);
    let outcome = move || {
        report.get().map(|report| {
            if report.findings.is_empty() {
                let words = app.say_with(
                    text::SETTINGS_VERIFIED,
                    &[
                        ("commands", report.commands.to_string()),
                        ("facts", report.facts.to_string()),
                        ("pages", report.pages.to_string()),
                    ],
                );
                view! { <Banner title=text::SETTINGS_BOOK_SOUND body=words tone=Tone::Good icon="shield-check"/> }
                    .into_any()
            } else {
                let findings = report
                    .findings
                    .into_iter()
                    .map(|finding| view! { <li>{finding}</li> })
                    .collect_view();
                view! {
                    <Banner title=text::SETTINGS_BOOK_WRONG tone=Tone::Bad icon="warning"/>
                    <ul class="stack-tight">{findings}</ul>
                }
                .into_any()
            }
        })
    };
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::SETTINGS_BOOK)}</h2></div>
            <p class="muted">{t(text::SETTINGS_BOOK_LEAD)}</p>
            <Refusal state=verify/>
            <Refusal state=backup/>
            <p class="row">
                <Button label=text::SETTINGS_VERIFY icon="shield-check" does="verify-book" busy=verify.busy busy_label=text::SETTINGS_VERIFYING
                    on_press=move |()| verify.submit(VerifyBook {}, move |answer| report.set(Some(answer)))/>
                <Button label=text::SETTINGS_BACKUP icon="download" does="backup-book" busy=backup.busy busy_label=text::SETTINGS_BACKING_UP
                    on_press=move |()| backup.submit(BackupBook {}, move |answer| saved.set(Some(answer.path)))/>
            </p>
            {outcome}
            {move || saved.get().map(|path| view! { <Banner title=text::SETTINGS_BACKED_UP body=path tone=Tone::Good icon="check"/> })}
        </section>
    }
    .into_any()
}

#[component]
fn Mail() -> impl IntoView {
    let app = app();
    let form = FormState::new("mail-form");
    let known = query(move || Some(GetMail {}));
    let way = RwSignal::new("none".to_owned());
    let draft = MailDraft::new(RwSignal::new(String::new()));
    Effect::new(move || {
        if let Some(Some(settings)) = known.value.get() {
            way.set("smtp".to_owned());
            draft.fill(&settings);
        }
    });
    let ways = vec![
        Choice::new("none", text::SETUP_MAIL_NONE),
        Choice::new("smtp", text::SETUP_MAIL_SMTP),
    ];
    let submit = move |()| {
        let settings = match way.get_untracked().as_str() {
            "smtp" if !draft.is_complete(form) => return,
            "smtp" => match draft.settings() {
                Ok(settings) => Some(settings),
                Err(error) => return form.fail(error),
            },
            _ => None,
        };
        form.submit(SaveMail { settings }, move |()| {
            app.tell(app.say(text::SETTINGS_MAIL_SAVED))
        });
    };
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::SETTINGS_MAIL)}</h2></div>
            <Form state=form on_submit=submit>
                <Segmented name="mail" label=text::SETTINGS_MAIL_WAY value=way choices=ways/>
                {move || (way.get() == "smtp").then(|| view! { <MailFields draft=draft form=form/> })}
                <p><Button label=text::SETTINGS_MAIL_SAVE kind="primary" does="save-mail" busy_label=text::SAVING/></p>
            </Form>
        </section>
    }
    .into_any()
}
