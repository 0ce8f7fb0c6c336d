//! The messages to customers: what waits, what went out, what did not.

use crate::dates;
use crate::i18n::{Text, t, text};
use crate::parts::{
    ALL, Banner, Button, Cell, Column, DataTable, Dialog, EmptyState, Fact, Facts, FormState, Pager, Query, Refusal,
    Row, Screen, SearchField, Status, Tab, Tabs, Tone, asked_by, matches_of, query, rows_of,
};
use crate::route::Route;
use crate::screens::loan_kit::trouble;
use crate::state::{App, app};
use chrono::{DateTime, Utc};
use farthing_api::{
    CancelMessage, Contact, CustomerId, GetMessage, ListCustomerMessages, ListMessages, MessageId, MessageKind,
    MessageRow, MessageState, MessageView, RetryMessage,
};
use leptos::prelude::*;

const TABS: [(&str, Text); 6] = [
    (ALL, text::MESSAGES_TAB_ALL),
    ("queued", text::MESSAGE_QUEUED),
    ("held", text::MESSAGE_HELD),
    ("failed", text::MESSAGE_FAILED),
    ("sent", text::MESSAGE_SENT),
    ("expired", text::MESSAGE_EXPIRED),
];

/// What a message is about.
pub fn kind_name(kind: MessageKind) -> Text {
    match kind {
        MessageKind::DueSoon => text::MESSAGE_DUE_SOON,
        MessageKind::DueToday => text::MESSAGE_DUE_TODAY,
        MessageKind::Overdue => text::MESSAGE_OVERDUE,
        MessageKind::Receipt => text::MESSAGE_RECEIPT,
        MessageKind::Approved => text::MESSAGE_APPROVED,
        MessageKind::Rejected => text::MESSAGE_REJECTED,
        MessageKind::ContactChanged => text::MESSAGE_CONTACT_CHANGED,
    }
}

/// Which way it goes.
pub fn channel_name(channel: Contact) -> Text {
    match channel {
        Contact::Email => text::MESSAGE_BY_EMAIL,
        Contact::Phone => text::MESSAGE_BY_PHONE,
    }
}

fn status(app: App, state: MessageState) -> Status {
    let (glyph, word) = match state {
        MessageState::Queued => ("waiting", text::MESSAGE_QUEUED),
        MessageState::Sending => ("partly", text::MESSAGE_SENDING),
        MessageState::Sent => ("paid", text::MESSAGE_SENT),
        MessageState::Failed => ("late", text::MESSAGE_FAILED),
        MessageState::Expired => ("upcoming", text::MESSAGE_EXPIRED),
        MessageState::Held => ("attention", text::MESSAGE_HELD),
        MessageState::Cancelled => ("upcoming", text::MESSAGE_CANCELLED),
    };
    Status::new(app, glyph, word)
}

fn when(app: App, at: DateTime<Utc>) -> String {
    format!("{} {}", app.day(dates::local_date(at)), dates::clock(at))
}

fn line(app: App, row: &MessageRow, with_name: bool) -> Row {
    let kind = app.say(kind_name(row.kind)).to_owned();
    let channel = app.say(channel_name(row.channel)).to_owned();
    let at = Cell::Ident(when(app, row.ended_at.unwrap_or(row.queued_at)));
    let state = Cell::Status(status(app, row.state));
    let cells = match with_name {
        true => vec![
            at,
            Cell::Who(row.name.clone()),
            Cell::Gap(kind),
            Cell::Spare(channel),
            state,
        ],
        false => vec![at, Cell::Words(kind), Cell::Spare(channel), state],
    };
    Row {
        key: row.id.to_string(),
        number: format!("{}-{}", row.kind.word(), row.channel.word()),
        class: "",
        cells,
    }
}

/// Every message, and one of them in a dialog.
#[component]
pub fn MessagesScreen() -> impl IntoView {
    let app = app();
    let tab = RwSignal::new(ALL.to_owned());
    let asked = asked_by(tab);
    let found = query(move || Some(ListMessages { query: asked.get() }));
    let rows = rows_of(found, move |row| line(app, row, true));
    let matches = matches_of(found);
    let chosen = RwSignal::new(None::<MessageId>);
    let columns = vec![
        Column::words(text::MESSAGES_WHEN),
        Column::words(text::MESSAGES_WHO).cut(),
        Column::words(text::MESSAGES_WHAT).gap(),
        Column::words(text::MESSAGES_WAY).spare(),
        Column::status(text::MESSAGES_STATE),
    ];
    let tabs = TABS.iter().map(|(word, name)| Tab::new(word, *name)).collect();
    let tools = move || {
        app.can("manage_desk").then(|| {
            view! {
                <Button label=text::MESSAGES_SET icon="settings" does="message-settings"
                    on_press=move |()| app.go(Route::MessageSettings)/>
            }
        })
    };
    let no_way = move || {
        let silent = app
            .session
            .with(|s| s.as_ref().is_some_and(|s| !s.has_mail && !s.has_sms));
        silent.then(|| view! { <Banner title=text::MESSAGES_NO_WAY body=Signal::derive(move || app.say(text::MESSAGES_NO_WAY_WHY).to_owned()) tone=Tone::Warn icon="warning"/> })
    };
    view! {
        <Screen name="messages" class="content-fixed" title=text::NAV_MESSAGES tools=tools>
            <div class="section-head">
                <Tabs label=text::NAV_MESSAGES value=tab tabs flush=true/>
                <div class="section-tools"><SearchField label=text::MESSAGES_SEARCH query=asked matches/></div>
            </div>
            {no_way}
            {move || found.error.get().map(|error| trouble(&error))}
            <DataTable label=text::NAV_MESSAGES columns=columns rows slow=found.slow order=asked wrap="bleed fill"
                on_open=move |key: String| chosen.set(key.parse().ok())
                empty=move || view! { <EmptyState sentence=text::MESSAGES_EMPTY/> }.into_any()/>
            <Pager query=asked rows matches/>
        </Screen>
        <MessageDialog chosen changed=move |()| found.reload()/>
    }
    .into_any()
}

#[component]
fn MessageDialog(chosen: RwSignal<Option<MessageId>>, #[prop(into)] changed: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move || open.set(chosen.get().is_some()));
    Effect::new(move || {
        if !open.get() && chosen.with_untracked(Option::is_some) {
            chosen.set(None);
        }
    });
    view! {
        <Dialog open title=text::MESSAGES_ONE name="message" wide=true>
            <OneMessage chosen open changed/>
        </Dialog>
    }
}

#[component]
fn OneMessage(chosen: RwSignal<Option<MessageId>>, open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let app = app();
    let message = query(move || chosen.get().map(|id| GetMessage { id }));
    let body = move || message.value.get().map(|view| detail(app, &view));
    view! {
        <div class="dialog-body stack">
            {move || message.error.get().map(|error| trouble(&error))}
            {body}
        </div>
        <MessageFoot message open changed/>
    }
    .into_any()
}

#[component]
fn MessageFoot(message: Query<MessageView>, open: RwSignal<bool>, changed: Callback<()>) -> impl IntoView {
    let app = app();
    let form = FormState::new("message-form");
    let done = move |view: MessageView, said: Text| {
        message.put(view);
        changed.run(());
        app.tell(app.say(said));
    };
    let row = move || message.value.with(|view| view.as_ref().map(|view| view.row.clone()));
    let retry = move |()| {
        if let Some(row) = untrack(row) {
            form.submit(RetryMessage { id: row.id }, move |view| {
                done(view, text::MESSAGES_RETRIED)
            });
        }
    };
    let cancel = move |()| {
        if let Some(row) = untrack(row) {
            form.submit(CancelMessage { id: row.id }, move |view| {
                done(view, text::MESSAGES_CANCELLED)
            });
        }
    };
    view! {
        <div class="dialog-body"><Refusal state=form/></div>
        <footer class="dialog-foot">
            {move || row().filter(|row| row.state.may_cancel()).map(|_| view! {
                <Button label=text::MESSAGES_CANCEL does="cancel-message" busy=form.busy on_press=cancel/>
            })}
            <Button label=text::CLOSE does="close-message" on_press=move |()| open.set(false)/>
            {move || row().filter(|row| row.state.may_retry()).map(|_| view! {
                <Button label=text::MESSAGES_RETRY kind="primary" does="retry-message" busy=form.busy on_press=retry/>
            })}
        </footer>
    }
    .into_any()
}

fn detail(app: App, view: &MessageView) -> AnyView {
    let row = &view.row;
    let state = status(app, row.state);
    let fact = |name: Text, value: String| -> Fact { (name.into(), Signal::stored(value)) };
    let mut facts = vec![
        fact(text::MESSAGES_WHO, row.name.clone()),
        fact(text::MESSAGES_TO, view.to.clone()),
        fact(text::MESSAGES_WHAT, app.say(kind_name(row.kind)).to_owned()),
        fact(text::MESSAGES_STATE, state.word),
        fact(text::MESSAGES_TRIES, row.attempts.to_string()),
        fact(text::MESSAGES_MADE, when(app, row.queued_at)),
    ];
    match (row.state, row.ended_at) {
        (MessageState::Queued, _) => {
            facts.push(fact(text::MESSAGES_NEXT, when(app, row.next_at)));
            facts.push(fact(text::MESSAGES_UNTIL, when(app, row.expires_at)));
        }
        (MessageState::Held, _) => facts.push(fact(text::MESSAGES_UNTIL, when(app, row.expires_at))),
        (_, Some(at)) => facts.push(fact(text::MESSAGES_ENDED, when(app, at))),
        _ => {}
    }
    if !row.sent_id.is_empty() {
        facts.push(fact(text::MESSAGES_SENT_ID, row.sent_id.clone()));
    }
    let tone = match row.state {
        MessageState::Failed => Tone::Bad,
        MessageState::Held | MessageState::Queued => Tone::Warn,
        _ => Tone::Plain,
    };
    let error = row.error.as_ref().map(|error| {
        let why = app.answer(error);
        view! { <Banner title=why tone=tone icon="warning"/> }
    });
    let subject = view.letter.subject.clone();
    view! {
        {error}
        <Facts facts=facts/>
        <div class="letter" data-part="letter">
            {(!subject.is_empty()).then(|| view! { <p class="letter-subject">{subject}</p> })}
            <p class="letter-text">{view.letter.text.clone()}</p>
        </div>
    }
    .into_any()
}

/// The messages to one customer, on their page.
#[component]
pub fn CustomerMessages(customer: CustomerId) -> impl IntoView {
    let app = app();
    let found = query(move || Some(ListCustomerMessages { customer }));
    let rows = Signal::derive(move || {
        found.value.with(|rows| {
            rows.as_ref()
                .map(|rows| rows.iter().map(|row| line(app, row, false)).collect::<Vec<Row>>())
        })
    });
    let columns = vec![
        Column::words(text::MESSAGES_WHEN),
        Column::words(text::MESSAGES_WHAT),
        Column::words(text::MESSAGES_WAY).spare(),
        Column::status(text::MESSAGES_STATE),
    ];
    let chosen = RwSignal::new(None::<MessageId>);
    let may_open = app.can("manage_messages");
    view! {
        <section data-part="customer-messages">
            <div class="section-head"><h2 class="section-title">{t(text::NAV_MESSAGES)}</h2></div>
            <DataTable label=text::NAV_MESSAGES columns=columns rows=rows class="flush"
                on_open=move |key: String| if may_open { chosen.set(key.parse().ok()) }
                empty=|| view! { <EmptyState sentence=text::MESSAGES_NONE/> }/>
            <MessageDialog chosen changed=move |()| found.reload()/>
        </section>
    }
    .into_any()
}
