//! Which messages go out to customers, when, and what they say.

use super::messages::{channel_name, kind_name};
use crate::i18n::{Language, Text, t, text};
use crate::parts::{
    AreaField, Banner, Button, Choice, Form, FormState, Query, Screen, Segmented, SelectField, TextField, Tone, query,
};
use crate::route::Route;
use crate::state::{App, app};
use farthing_api::{
    Contact, GetMessageRules, Letter, ListTemplates, MessageKind, MessageRules, MessageWay, PreviewTemplate,
    SaveMessageRules, SaveTemplate, TemplateKey, TemplateView,
};
use leptos::prelude::*;

fn way_name(way: MessageWay) -> Text {
    match way {
        MessageWay::Off => text::WAY_OFF,
        MessageWay::EmailElsePhone => text::WAY_EMAIL_ELSE_PHONE,
        MessageWay::Email => text::WAY_EMAIL,
        MessageWay::Phone => text::WAY_PHONE,
        MessageWay::Both => text::WAY_BOTH,
    }
}

fn way_of(word: &str) -> MessageWay {
    let found = MessageWay::ALL.into_iter().find(|way| way.word() == word);
    found.unwrap_or_default()
}

/// The screen.
#[component]
pub fn MessageSettingsScreen() -> impl IntoView {
    view! {
        <Screen name="message-settings" title=text::MESSAGES_SET parent=(Route::Messages, text::NAV_MESSAGES.into())>
            <div class="stack-loose">
                <Rules/>
                <Templates/>
            </div>
        </Screen>
    }
}

#[component]
fn Rules() -> impl IntoView {
    let app = app();
    let form = FormState::new("message-rules");
    let known = query(move || Some(GetMessageRules {}));
    let word = || RwSignal::new(MessageWay::default().word().to_owned());
    let (reminders, receipts, decisions) = (word(), word(), word());
    let (before, after) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move || {
        if let Some(rules) = known.value.get() {
            reminders.set(rules.reminders.word().to_owned());
            receipts.set(rules.receipts.word().to_owned());
            decisions.set(rules.decisions.word().to_owned());
            before.set(listed(&rules.days_before));
            after.set(listed(&rules.days_after));
        }
    });
    let ways = Signal::derive(move || {
        let named = MessageWay::ALL.map(|way| (way.word().to_owned(), app.say(way_name(way)).to_owned()));
        named.to_vec()
    });
    let submit = move |()| {
        let rules = MessageRules {
            days_before: numbers(&before.get_untracked()),
            days_after: numbers(&after.get_untracked()),
            reminders: way_of(&reminders.get_untracked()),
            receipts: way_of(&receipts.get_untracked()),
            decisions: way_of(&decisions.get_untracked()),
        };
        form.submit(SaveMessageRules { rules }, move |()| {
            known.reload();
            app.tell(app.say(text::RULES_OF_MESSAGES_SAVED));
        });
    };
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::RULES_OF_MESSAGES)}</h2></div>
            <p class="muted">{t(text::RULES_OF_MESSAGES_LEAD)}</p>
            <Form state=form on_submit=submit>
                <div class="form-grid">
                    <SelectField name="reminders" label=text::RULES_REMINDERS value=reminders options=ways/>
                    <SelectField name="receipts" label=text::RULES_RECEIPTS value=receipts options=ways/>
                    <SelectField name="decisions" label=text::RULES_DECISIONS value=decisions options=ways/>
                </div>
                <div class="form-grid">
                    <TextField name="days_before" label=text::RULES_DAYS_BEFORE value=before hint=text::RULES_DAYS_HINT optional=true/>
                    <TextField name="days_after" label=text::RULES_DAYS_AFTER value=after optional=true/>
                </div>
                <p><Button label=text::SAVE kind="primary" does="save-message-rules" busy_label=text::SAVING/></p>
            </Form>
        </section>
    }
    .into_any()
}

fn listed(days: &[u32]) -> String {
    let words: Vec<String> = days.iter().map(ToString::to_string).collect();
    words.join(", ")
}

/// The numbers of days that were typed; what is none becomes 0, which the desk refuses.
fn numbers(typed: &str) -> Vec<u32> {
    let parts = typed
        .split([',', ';', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.map(|part| part.parse().unwrap_or_default()).collect()
}

/// The template that is chosen, and what is typed.
#[derive(Clone, Copy)]
struct Draft {
    kind: RwSignal<String>,
    language: RwSignal<String>,
    channel: RwSignal<String>,
    subject: RwSignal<String>,
    words: RwSignal<String>,
}

impl Draft {
    fn which(self) -> TemplateKey {
        let kind = self.kind.get();
        let channel = self.channel.get();
        TemplateKey {
            kind: MessageKind::ALL
                .into_iter()
                .find(|own| own.word() == kind)
                .unwrap_or(MessageKind::DueSoon),
            language: self.language.get(),
            channel: match channel == Contact::Phone.word() {
                true => Contact::Phone,
                false => Contact::Email,
            },
        }
    }

    fn is_mail(self) -> bool {
        self.channel.get() == Contact::Email.word()
    }
}

#[component]
fn Templates() -> impl IntoView {
    let app = app();
    let form = FormState::new("template-form");
    let all = query(move || Some(ListTemplates {}));
    let of = |word: &str| RwSignal::new(word.to_owned());
    let draft = Draft {
        kind: of(MessageKind::DueSoon.word()),
        language: of(app.language.get_untracked().code()),
        channel: of(Contact::Email.word()),
        subject: of(""),
        words: of(""),
    };
    let preview = RwSignal::new(None::<Letter>);
    let chosen = Memo::new(move |_| {
        let which = draft.which();
        all.value.with(|all| {
            all.as_ref()
                .and_then(|all| all.iter().find(|one| one.which == which).cloned())
        })
    });
    Effect::new(move || {
        if let Some(template) = chosen.get() {
            draft.subject.set(template.letter.subject);
            draft.words.set(template.letter.text);
            preview.set(None);
            form.clear();
        }
    });
    let kinds = Signal::derive(move || {
        let named = MessageKind::ALL.map(|kind| (kind.word().to_owned(), app.say(kind_name(kind)).to_owned()));
        named.to_vec()
    });
    let languages = Language::ALL.map(|l| Choice::new(l.code(), l.name())).to_vec();
    let channels = [Contact::Email, Contact::Phone]
        .map(|channel| Choice::new(channel.word(), channel_name(channel)))
        .to_vec();
    let submit = move |()| {
        let request = SaveTemplate {
            which: untrack(|| draft.which()),
            subject: draft.subject.get_untracked(),
            text: Some(draft.words.get_untracked()),
        };
        form.submit(request, move |saved| put(app, all, saved, text::TEMPLATE_SAVED));
    };
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::TEMPLATES)}</h2></div>
            <p class="muted">{t(text::TEMPLATES_LEAD)}</p>
            <div class="columns">
            <Form state=form on_submit=submit>
                <div class="form-grid">
                    <SelectField name="kind" label=text::MESSAGES_WHAT value=draft.kind options=kinds/>
                    <Segmented name="template-language" label=text::TEMPLATE_LANGUAGE value=draft.language choices=languages/>
                    <Segmented name="template-channel" label=text::MESSAGES_WAY value=draft.channel choices=channels/>
                </div>
                {move || draft.is_mail().then(|| view! {
                    <TextField name="subject" label=text::TEMPLATE_SUBJECT value=draft.subject wide=true/>
                })}
                <div class="tall"><AreaField name="text" label=text::TEMPLATE_TEXT value=draft.words wide=true/></div>
                <p class="small muted" data-part="blanks">{move || chosen.get().map(|one| {
                    let names: Vec<String> = one.blanks.iter().map(|name| format!("{{{name}}}")).collect();
                    app.say_with(text::TEMPLATE_BLANKS, &[("blanks", names.join(", "))])
                })}</p>
                <TemplateButtons draft form all preview chosen/>
            </Form>
            <div class="stack" aria-live="polite">{move || preview.get().map(shown)}</div>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn TemplateButtons(
    draft: Draft,
    form: FormState,
    all: Query<Vec<TemplateView>>,
    preview: RwSignal<Option<Letter>>,
    chosen: Memo<Option<TemplateView>>,
) -> impl IntoView {
    let app = app();
    let look = move |()| {
        let request = PreviewTemplate {
            which: untrack(|| draft.which()),
            subject: draft.subject.get_untracked(),
            text: draft.words.get_untracked(),
        };
        form.submit(request, move |letter| preview.set(Some(letter)));
    };
    let reset = move |()| {
        let request = SaveTemplate {
            which: untrack(|| draft.which()),
            subject: String::new(),
            text: None,
        };
        form.submit(request, move |saved| put(app, all, saved, text::TEMPLATE_RESET));
    };
    view! {
        <p class="row">
            <Button label=text::SAVE kind="primary" does="save-template" busy_label=text::SAVING/>
            <Button label=text::TEMPLATE_PREVIEW icon="eye" does="preview-template" on_press=look/>
            {move || chosen.get().filter(|one| !one.original).map(|_| view! {
                <Button label=text::TEMPLATE_TO_ORIGINAL icon="reset" does="reset-template" on_press=reset/>
            })}
        </p>
    }
    .into_any()
}

/// Takes a changed template over into the list.
fn put(app: App, all: Query<Vec<TemplateView>>, saved: TemplateView, said: Text) {
    all.value.update(|all| {
        if let Some(one) = all.iter_mut().flatten().find(|one| one.which == saved.which) {
            *one = saved;
        }
    });
    app.tell(app.say(said));
}

fn shown(letter: Letter) -> AnyView {
    view! {
        <Banner title=text::TEMPLATE_SAMPLE tone=Tone::Accent icon="eye"/>
        <div class="letter" data-part="preview">
            {(!letter.subject.is_empty()).then(|| view! { <p class="letter-subject">{letter.subject}</p> })}
            <p class="letter-text">{letter.text}</p>
        </div>
    }
    .into_any()
}
