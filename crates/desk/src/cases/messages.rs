//! Messages: what waits, what became of it, what they say and when they go out.

use super::letters;
use crate::desk::{Desk, Open};
use crate::error::{Answer, Told, internal};
use crate::outbox::Payload;
use chrono::Days;
use farthing_api::{
    ApiError, CancelMessage, Code, Contact, ErrorKind, GetMessage, GetMessageRules, Letter, ListCustomerMessages,
    ListMessages, ListTemplates, MessageId, MessageKind, MessageRow, MessageRules, MessageState, MessageView, Money,
    Page, PreviewTemplate, RetryMessage, SaveMessageRules, SaveTemplate, TemplateKey, TemplateView,
};
use farthing_documents::written_day;
use farthing_identity::letters as templates;
use farthing_office::permission::Permission;

/// The setting that holds the rules.
const RULES: &str = "message_rules";
/// The most numbers of days before or after a due date, and the largest of them.
const DAYS: (usize, u32) = (5, 60);

impl Desk {
    /// A page of the messages.
    ///
    /// # Errors
    /// Where the caller may not.
    pub async fn list_messages(&self, request: ListMessages) -> Answer<Page<MessageRow>> {
        let (open, _) = self.caller_who_may(Permission::ManageMessages).await?;
        open.book.messages(&request.query).await.told()
    }

    /// One message with what it says.
    ///
    /// # Errors
    /// Where there is none, or the caller may not.
    pub async fn get_message(&self, request: GetMessage) -> Answer<MessageView> {
        let (open, _) = self.caller_who_may(Permission::ManageMessages).await?;
        self.message_view(&open, request.id).await
    }

    async fn message_view(&self, open: &Open, id: MessageId) -> Answer<MessageView> {
        let missing = || ApiError::new(ErrorKind::NotFound, Code::NoMessage);
        let (row, payload) = open.book.message(id).await.told()?.ok_or_else(missing)?;
        let payload: Payload = serde_json::from_str(&payload).map_err(|e| internal(&e))?;
        Ok(MessageView {
            row,
            to: payload.to,
            letter: Letter {
                subject: payload.subject,
                text: payload.text,
            },
        })
    }

    /// Queues a message once more that failed, was held or taken back.
    ///
    /// # Errors
    /// Where it is too old, or was changed meanwhile.
    pub async fn retry_message(&self, request: RetryMessage) -> Answer<MessageView> {
        let (open, _) = self.caller_who_may(Permission::ManageMessages).await?;
        let found = self.message_view(&open, request.id).await?;
        if found.row.state == MessageState::Expired || found.row.expires_at <= self.clock.now() {
            return Err(ApiError::new(ErrorKind::Refused, Code::MessageExpired));
        }
        let may = found.row.state.may_retry();
        self.move_message(&open, &found, may, MessageState::Queued).await
    }

    /// Takes a message back.
    ///
    /// # Errors
    /// Where it is out, or was changed meanwhile.
    pub async fn cancel_message(&self, request: CancelMessage) -> Answer<MessageView> {
        let (open, _) = self.caller_who_may(Permission::ManageMessages).await?;
        let found = self.message_view(&open, request.id).await?;
        let may = found.row.state.may_cancel();
        self.move_message(&open, &found, may, MessageState::Cancelled).await
    }

    async fn move_message(&self, open: &Open, found: &MessageView, may: bool, to: MessageState) -> Answer<MessageView> {
        let (id, now) = (found.row.id, self.clock.now());
        let moved = may && open.book.set_message_state(id, found.row.state, to, now).await.told()?;
        match moved {
            true => self.message_view(open, id).await,
            false => Err(ApiError::new(ErrorKind::Changed, Code::MessageChanged)),
        }
    }

    /// The messages to one customer.
    ///
    /// # Errors
    /// Where the caller may not see the book.
    pub async fn list_customer_messages(&self, request: ListCustomerMessages) -> Answer<Vec<MessageRow>> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        open.book.messages_to(request.customer).await.told()
    }

    /// Which messages go out.
    ///
    /// # Errors
    /// Where the caller may not.
    pub async fn get_message_rules(&self, _: GetMessageRules) -> Answer<MessageRules> {
        let (open, _) = self.caller_who_may(Permission::ManageDesk).await?;
        self.message_rules(&open).await
    }

    pub(crate) async fn message_rules(&self, open: &Open) -> Answer<MessageRules> {
        match open.book.setting(RULES).await.told()? {
            Some(json) => serde_json::from_str(&json).map_err(|e| internal(&e)),
            None => Ok(MessageRules::default()),
        }
    }

    /// Sets which messages go out.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn save_message_rules(&self, request: SaveMessageRules) -> Answer<()> {
        let (open, session) = self.caller_who_may(Permission::ManageDesk).await?;
        let mut rules = request.rules;
        for (field, days) in [
            ("days_before", &mut rules.days_before),
            ("days_after", &mut rules.days_after),
        ] {
            let (most, longest) = DAYS;
            days.sort_unstable();
            days.dedup();
            if days.len() > most || days.iter().any(|n| *n == 0 || *n > longest) {
                return Err(ApiError::input(field, Code::ReminderDays)
                    .with("most", most)
                    .with("longest", longest));
            }
        }
        put_rules(&open, &rules).await?;
        self.note_done(&open, &session, "save_message_rules").await
    }

    /// What every message says.
    ///
    /// # Errors
    /// Where the caller may not.
    pub async fn list_templates(&self, _: ListTemplates) -> Answer<Vec<TemplateView>> {
        let (open, _) = self.caller_who_may(Permission::ManageDesk).await?;
        let mut all = Vec::new();
        for kind in MessageKind::ALL {
            for language in templates::LANGUAGES {
                for channel in [Contact::Email, Contact::Phone] {
                    let language = language.to_string();
                    let which = TemplateKey {
                        kind,
                        language,
                        channel,
                    };
                    all.push(self.template_view(&open, which).await?);
                }
            }
        }
        Ok(all)
    }

    async fn template_view(&self, open: &Open, which: TemplateKey) -> Answer<TemplateView> {
        let letter = self.template(open, which.kind, &which.language, which.channel).await?;
        Ok(TemplateView {
            original: letter == templates::original(which.kind, &which.language, which.channel),
            blanks: templates::blanks(which.kind).iter().map(ToString::to_string).collect(),
            letter,
            which,
        })
    }

    /// What messages of a kind say.
    pub(crate) async fn template(
        &self,
        open: &Open,
        kind: MessageKind,
        language: &str,
        channel: Contact,
    ) -> Answer<Letter> {
        match open.book.setting(&name(kind, language, channel)).await.told()? {
            Some(json) => serde_json::from_str(&json).map_err(|e| internal(&e)),
            None => Ok(templates::original(kind, language, channel)),
        }
    }

    /// Changes what a message says, or takes it back to what it said at first.
    ///
    /// # Errors
    /// Names the field, and the blank that is not known.
    pub async fn save_template(&self, request: SaveTemplate) -> Answer<TemplateView> {
        let (open, session) = self.caller_who_may(Permission::ManageDesk).await?;
        let SaveTemplate { which, subject, text } = request;
        known_language(&which)?;
        let name = name(which.kind, &which.language, which.channel);
        let kept = match text {
            None => None,
            Some(text) => {
                let letter = tidied(which.channel, &subject, &text);
                templates::check(which.kind, which.channel, &letter)?;
                Some(serde_json::to_string(&letter).map_err(|e| internal(&e))?)
            }
        };
        open.book.set_setting(&name, kept.as_deref()).await.told()?;
        self.note_done(&open, &session, "save_template").await?;
        self.template_view(&open, which).await
    }

    /// What a template says with sample data.
    ///
    /// # Errors
    /// Those of saving it.
    pub async fn preview_template(&self, request: PreviewTemplate) -> Answer<Letter> {
        let (open, _) = self.caller_who_may(Permission::ManageDesk).await?;
        let PreviewTemplate { which, subject, text } = request;
        known_language(&which)?;
        let letter = tidied(which.channel, &subject, &text);
        templates::check(which.kind, which.channel, &letter)?;
        let (today, language) = (self.today(&open), which.language.as_str());
        let written = |minor| letters::amount(&open, language, Money::from_minor(minor));
        let later = today.checked_add_days(Days::new(30)).unwrap_or(today);
        let office = &open.organisation;
        let values = templates::sample(
            &office.name,
            &office.branch_name,
            [150_000, 1_200_000, 126_959].map(written),
            [today, later].map(|day| written_day(language, day)),
        );
        Ok(templates::fill(&letter, &values))
    }
}

/// Keeps the rules.
pub(crate) async fn put_rules(open: &Open, rules: &MessageRules) -> Answer<()> {
    let json = serde_json::to_string(rules).map_err(|e| internal(&e))?;
    open.book.set_setting(RULES, Some(&json)).await.told()
}

fn name(kind: MessageKind, language: &str, channel: Contact) -> String {
    format!("template:{}:{language}:{}", kind.word(), channel.word())
}

fn known_language(which: &TemplateKey) -> Answer<()> {
    match templates::LANGUAGES.contains(&which.language.as_str()) {
        true => Ok(()),
        false => Err(ApiError::input("language", Code::UnknownLanguage)),
    }
}

/// The same without what people don't see: lines that end in spaces, and a subject where there is none.
fn tidied(channel: Contact, subject: &str, text: &str) -> Letter {
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    Letter {
        subject: match channel {
            Contact::Email => subject.split_whitespace().collect::<Vec<_>>().join(" "),
            Contact::Phone => String::new(),
        },
        text: lines.join("\n"),
    }
}
