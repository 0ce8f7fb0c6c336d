//! Messages to customers: what waits, what became of it, what they say and when they go out.

use crate::{ApiError, Contact, CustomerId, ListQuery, MessageId, Page, Request, request};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// A page of the messages, newest first. Filters: the words of [`MessageState`].
    ListMessages {
        /// Which part.
        query: ListQuery,
    } => Page<MessageRow>;

    /// One message with what it says.
    GetMessage {
        /// Which.
        id: MessageId,
    } => MessageView;

    /// Sends a message that failed, or that may not have gone out, once more.
    RetryMessage {
        /// Which.
        id: MessageId,
    } => MessageView;

    /// Takes a message back that is not out yet.
    CancelMessage {
        /// Which.
        id: MessageId,
    } => MessageView;

    /// The messages to one customer, newest first.
    ListCustomerMessages {
        /// To whom.
        customer: CustomerId,
    } => Vec<MessageRow>;

    /// Which messages go out, when, and by which way.
    GetMessageRules {} => MessageRules;

    /// Sets which messages go out.
    SaveMessageRules {
        /// The rules.
        rules: MessageRules,
    } => ();

    /// What every message says, in every language, by either channel.
    ListTemplates {} => Vec<TemplateView>;

    /// Changes what a message says.
    SaveTemplate {
        /// Which, and what it says; none takes it back to what it said at first.
        which: TemplateKey,
        /// The subject, which text messages don't have.
        subject: String,
        /// The words, with blanks in braces; none takes it back to what it said at first.
        text: Option<String>,
    } => TemplateView;

    /// What a template says with sample data in its blanks.
    PreviewTemplate {
        /// Which.
        which: TemplateKey,
        /// The subject.
        subject: String,
        /// The words.
        text: String,
    } => Letter;
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// An installment falls due in some days.
    DueSoon,
    /// An installment falls due today.
    DueToday,
    /// An installment is late.
    Overdue,
    /// A payment came in.
    Receipt,
    /// An application was approved.
    Approved,
    /// An application was rejected.
    Rejected,
    /// The email or the phone was changed; told to the old one.
    ContactChanged,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [MessageKind; 7] = [
        MessageKind::DueSoon,
        MessageKind::DueToday,
        MessageKind::Overdue,
        MessageKind::Receipt,
        MessageKind::Approved,
        MessageKind::Rejected,
        MessageKind::ContactChanged,
    ];

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            MessageKind::DueSoon => "due_soon",
            MessageKind::DueToday => "due_today",
            MessageKind::Overdue => "overdue",
            MessageKind::Receipt => "receipt",
            MessageKind::Approved => "approved",
            MessageKind::Rejected => "rejected",
            MessageKind::ContactChanged => "contact_changed",
        }
    }
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// It waits for its next try.
    Queued,
    /// It is being handed over.
    Sending,
    /// The server or gateway took it.
    Sent,
    /// It was refused for good.
    Failed,
    /// It came too late to be of use, so it was not sent.
    Expired,
    /// It may be out or not: a person decides whether it is sent once more.
    Held,
    /// It was taken back, or what it says is not so any more.
    Cancelled,
}

impl MessageState {
    /// Every state.
    pub const ALL: [MessageState; 7] = [
        MessageState::Queued,
        MessageState::Sending,
        MessageState::Sent,
        MessageState::Failed,
        MessageState::Expired,
        MessageState::Held,
        MessageState::Cancelled,
    ];

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            MessageState::Queued => "queued",
            MessageState::Sending => "sending",
            MessageState::Sent => "sent",
            MessageState::Failed => "failed",
            MessageState::Expired => "expired",
            MessageState::Held => "held",
            MessageState::Cancelled => "cancelled",
        }
    }

    /// Whether it may be sent once more.
    pub const fn may_retry(self) -> bool {
        matches!(
            self,
            MessageState::Failed | MessageState::Held | MessageState::Cancelled
        )
    }

    /// Whether it may be taken back.
    pub const fn may_cancel(self) -> bool {
        matches!(self, MessageState::Queued | MessageState::Held)
    }
}

/// A message in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    /// Which.
    pub id: MessageId,
    /// What it is about.
    pub kind: MessageKind,
    /// Which way it goes.
    pub channel: Contact,
    /// To which customer; none for somebody who works here.
    pub customer: Option<CustomerId>,
    /// Their name.
    pub name: String,
    /// How far it has come.
    pub state: MessageState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was made.
    pub queued_at: DateTime<Utc>,
    /// When it is tried next.
    pub next_at: DateTime<Utc>,
    /// From when on it is of no use.
    pub expires_at: DateTime<Utc>,
    /// When it was sent, given up or taken back.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why the last try failed.
    pub error: Option<ApiError>,
    /// The id that the gateway gave it, by which its provider finds it; empty where it gave none.
    pub sent_id: String,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// The list's row.
    pub row: MessageRow,
    /// Where it goes.
    pub to: String,
    /// What it says.
    pub letter: Letter,
}

/// What a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The subject; empty for a text message.
    pub subject: String,
    /// The words.
    pub text: String,
}

/// Which way messages of a kind go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageWay {
    /// They don't.
    Off,
    /// By email where it is verified, else by text message where the phone is.
    #[default]
    EmailElsePhone,
    /// By email alone.
    Email,
    /// By text message alone.
    Phone,
    /// By each of the two that is verified.
    Both,
}

impl MessageWay {
    /// Every way.
    pub const ALL: [MessageWay; 5] = [
        MessageWay::EmailElsePhone,
        MessageWay::Email,
        MessageWay::Phone,
        MessageWay::Both,
        MessageWay::Off,
    ];

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            MessageWay::Off => "off",
            MessageWay::EmailElsePhone => "email_else_phone",
            MessageWay::Email => "email",
            MessageWay::Phone => "phone",
            MessageWay::Both => "both",
        }
    }
}

/// Which messages go out, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageRules {
    /// How many days before the due date a reminder goes out; one for each number.
    pub days_before: Vec<u32>,
    /// How many days after it.
    pub days_after: Vec<u32>,
    /// Reminders, those of the due date itself among them.
    pub reminders: MessageWay,
    /// Receipts.
    pub receipts: MessageWay,
    /// Approvals and rejections.
    pub decisions: MessageWay,
}

impl Default for MessageRules {
    fn default() -> MessageRules {
        MessageRules {
            days_before: vec![3],
            days_after: vec![1, 7],
            reminders: MessageWay::default(),
            receipts: MessageWay::default(),
            decisions: MessageWay::default(),
        }
    }
}

impl MessageRules {
    /// The way of a kind. Of a changed contact the old one is always told.
    pub const fn way(&self, kind: MessageKind) -> MessageWay {
        match kind {
            MessageKind::DueSoon | MessageKind::DueToday | MessageKind::Overdue => self.reminders,
            MessageKind::Receipt => self.receipts,
            MessageKind::Approved | MessageKind::Rejected => self.decisions,
            MessageKind::ContactChanged => MessageWay::Both,
        }
    }
}

/// Which template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TemplateKey {
    /// Of which messages.
    pub kind: MessageKind,
    /// In which language.
    pub language: String,
    /// By which channel.
    pub channel: Contact,
}

/// What messages of a kind say, in a language, by a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateView {
    /// Which.
    pub which: TemplateKey,
    /// What it says, with blanks in braces.
    pub letter: Letter,
    /// Whether it says what it said at first.
    pub original: bool,
    /// The blanks that it may have.
    pub blanks: Vec<String>,
}
