//! What goes out by itself: messages are made from facts and due dates, and handed over one by one.
//!
//! The facts are the durable record of what customers are to be told of: a pass takes those since the last one and keeps their
//! messages together with how far it came, so that nothing is told twice and nothing is forgotten, whichever program
//! recorded it. Handing over is at most once (see `farthing_store`'s outbox): what may be out or not waits for a person.

use crate::cases::letters;
use crate::desk::{Desk, Open};
use crate::error::{Answer, Told, internal};
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use farthing_api::{
    ApiError, Code, Contact, CustomerId, CustomerView, ErrorKind, MailSettings, MessageId, MessageKind, MessageRules,
    MessageWay, SmsSettings,
};
use farthing_identity::mail::MailError;
use farthing_identity::sms::SmsError;
use farthing_identity::{letters as templates, mail, normalise_phone, sms};
use farthing_office::{Fact, FactBody};
use farthing_store::{About, Claimed, DueInstallment, Ended, NewMessage};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::task::JoinSet;
use uuid::Uuid;

/// The name space of messages: an event and a channel name one.
const MESSAGES: Uuid = Uuid::from_u128(0x6661_7274_6869_6e67_206d_6573_7361_6765);
/// The setting that says up to which day there are reminders.
const REMINDED: &str = "reminded_through";
/// Reminders of days on which nobody was here are made up for, no further back than this.
const LOOK_BACK: u64 = 7;
/// So many are handed over at once, so that one that hangs does not hold up the others.
const AT_ONCE: usize = 4;
/// So many reminders are kept in one transaction.
const REMINDERS: usize = 200;
/// So many in one pass; the next pass goes on.
const PER_PASS: usize = 100;
/// Nobody is reminded of a payment before this hour.
const EARLIEST_HOUR: u32 = 8;
/// How long messages are of use, in days.
const RECEIPT_DAYS: i64 = 3;
const DECISION_DAYS: i64 = 7;
const OVERDUE_DAYS: u64 = 5;
/// The first wait after a failure, doubled with each further one up to the longest, in minutes.
const FIRST_WAIT: i64 = 1;
const LONGEST_WAIT: i64 = 60;

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// How many messages were made.
    pub queued: u64,
    /// How many were taken by server or gateway.
    pub sent: u64,
    /// How many were tried and not taken.
    pub not_sent: u64,
}

/// Address and words of a message, as they are sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payload {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// Where messages go out.
#[derive(Clone, Default)]
struct Ways {
    mail: Option<MailSettings>,
    sms: Option<SmsSettings>,
}

/// An event of which a customer is told.
pub(crate) struct Event {
    pub(crate) kind: MessageKind,
    /// Names it, whatever the channel.
    pub(crate) key: String,
    pub(crate) about: About,
    pub(crate) next_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Desk {
    /// One pass of the outbox: tells of new facts, reminds of due dates once a day, and hands over what waits. Does nothing
    /// while no book is open. The program that holds the book calls this again and again.
    ///
    /// # Errors
    /// What the book says; what a server says belongs to its message.
    pub async fn run_outbox(&self) -> Answer<Pass> {
        match self.open.read().await.clone() {
            Some(open) => {
                self.read_letters(&open).await?;
                self.pass(&open).await
            }
            None => Ok(Pass::default()),
        }
    }

    pub(crate) async fn pass(&self, open: &Arc<Open>) -> Answer<Pass> {
        let Ok(mut interrupted_are_held) = open.outbox.try_lock() else {
            return Ok(Pass::default());
        };
        if !*interrupted_are_held {
            open.book.hold_interrupted().await.told()?;
            *interrupted_are_held = true;
        }
        open.book.forget_expired(self.clock.now()).await.told()?;
        let ways = Ways {
            mail: self.mail(open).await?,
            sms: self.sms(open).await?,
        };
        let queued = self.tell(open, &ways).await? + self.remind(open, &ways).await?;
        let (sent, not_sent) = self.hand_over(open, ways).await?;
        Ok(Pass { queued, sent, not_sent })
    }

    /// Makes the messages of new facts.
    async fn tell(&self, open: &Open, ways: &Ways) -> Answer<u64> {
        let (rules, now, mut queued) = (self.message_rules(open).await?, self.clock.now(), 0);
        while let Some((facts, through)) = open.book.facts_to_tell().await.told()? {
            let mut new = Vec::new();
            for fact in &facts {
                if let Some(event) = event_of(fact).filter(|event| event.expires_at > now) {
                    new.extend(self.of_fact(open, ways, &rules, fact, &event).await?);
                }
            }
            queued += open.book.queue_messages(&new, Some(through)).await.told()?;
        }
        Ok(queued)
    }

    async fn of_fact(
        &self,
        open: &Open,
        ways: &Ways,
        rules: &MessageRules,
        fact: &Fact,
        event: &Event,
    ) -> Answer<Vec<NewMessage>> {
        let (FactBody::PaymentReceived { loan, .. }
        | FactBody::LoanApproved { loan, .. }
        | FactBody::LoanRejected { loan, .. }) = &fact.body
        else {
            return Ok(Vec::new());
        };
        let Some(row) = open.book.loan_row(*loan, self.today(open)).await.told()? else {
            return Ok(Vec::new());
        };
        let Some(customer) = open.book.customer(row.customer, self.today(open)).await.told()? else {
            return Ok(Vec::new());
        };
        let values = |language: &str| letters::of_fact(open, language, &customer, &row, fact);
        self.letters_to(open, ways, rules.way(event.kind), &customer, event, &values)
            .await
    }

    /// Makes the reminders of today, and of the days since the last ones.
    async fn remind(&self, open: &Open, ways: &Ways) -> Answer<u64> {
        let (today, book) = (self.today(open), &open.book);
        let last: Option<NaiveDate> = book.setting(REMINDED).await.told()?.and_then(|day| day.parse().ok());
        if last.is_some_and(|day| day >= today) {
            return Ok(0);
        }
        let earliest = today.checked_sub_days(Days::new(LOOK_BACK)).unwrap_or(today);
        let from = last.and_then(|day| day.succ_opt()).unwrap_or(today).max(earliest);
        let rules = self.message_rules(open).await?;
        let mut queued = 0;
        for (kind, offset) in offsets(&rules) {
            let shifted = |day: NaiveDate| day.checked_sub_signed(Duration::days(offset)).unwrap_or(day);
            let due = book.installments_due(shifted(from), shifted(today)).await.told()?;
            for due in due.chunks(REMINDERS) {
                let mut new = Vec::new();
                for due in due {
                    new.extend(self.reminder(open, ways, &rules, (kind, offset), due).await?);
                }
                queued += book.queue_messages(&new, None).await.told()?;
            }
        }
        book.set_setting(REMINDED, Some(&today.to_string())).await.told()?;
        Ok(queued)
    }

    async fn reminder(
        &self,
        open: &Open,
        ways: &Ways,
        rules: &MessageRules,
        (kind, offset): (MessageKind, i64),
        due: &DueInstallment,
    ) -> Answer<Vec<NewMessage>> {
        let (today, now) = (self.today(open), self.clock.now());
        // A reminder is of use until the due day is over; of a late installment for some days.
        let until = match kind {
            MessageKind::Overdue => today.checked_add_days(Days::new(OVERDUE_DAYS)),
            _ => due.due_on.succ_opt(),
        };
        let event = Event {
            kind,
            key: format!("reminder:{}:{}:{}:{offset}", due.loan, due.n, due.due_on),
            about: About::Installment(due.loan, due.n, due.due_on),
            next_at: open.at_hour(today, EARLIEST_HOUR).max(now),
            expires_at: open.at_hour(until.unwrap_or(today), 0),
        };
        if event.expires_at <= event.next_at {
            return Ok(Vec::new());
        }
        let Some(row) = open.book.loan_row(due.loan, today).await.told()? else {
            return Ok(Vec::new());
        };
        let Some(customer) = open.book.customer(due.customer, today).await.told()? else {
            return Ok(Vec::new());
        };
        let values = |language: &str| letters::of_installment(open, language, &customer, &row, due, today);
        self.letters_to(open, ways, rules.way(kind), &customer, &event, &values)
            .await
    }

    /// An event's messages to a customer: one by each channel that the rule names, that is verified, and that this desk has.
    async fn letters_to(
        &self,
        open: &Open,
        ways: &Ways,
        way: MessageWay,
        customer: &CustomerView,
        event: &Event,
        values: &(dyn Fn(&str) -> templates::Values + Sync),
    ) -> Answer<Vec<NewMessage>> {
        let mut new = Vec::new();
        for (channel, to) in channels(ways, way, customer) {
            let language = open.language_of(customer);
            let values = values(&language);
            let whom = Some(customer.row.id);
            let message = self.letter(open, whom, event, (channel, &to), &language, &values);
            new.push(message.await?);
        }
        Ok(new)
    }

    /// A message in the words of its template.
    pub(crate) async fn letter(
        &self,
        open: &Open,
        customer: Option<CustomerId>,
        event: &Event,
        (channel, to): (Contact, &str),
        language: &str,
        values: &templates::Values,
    ) -> Answer<NewMessage> {
        let template = self.template(open, event.kind, language, channel).await?;
        let letter = templates::fill(&template, values);
        let key = format!("{}:{}", event.key, channel.word());
        let payload = Payload {
            to: to.to_string(),
            subject: letter.subject,
            text: letter.text,
        };
        Ok(NewMessage {
            id: MessageId(Uuid::new_v5(&MESSAGES, key.as_bytes())),
            key,
            kind: event.kind,
            channel,
            customer,
            language: language.to_string(),
            about: event.about.clone(),
            payload: serde_json::to_string(&payload).map_err(|e| internal(&e))?,
            at: self.clock.now(),
            next_at: event.next_at,
            expires_at: event.expires_at,
        })
    }

    /// Hands over what waits, some at once. A server that can't be reached at all ends the pass early; each message has its own
    /// next try.
    async fn hand_over(&self, open: &Arc<Open>, ways: Ways) -> Answer<(u64, u64)> {
        let (mut sent, mut not_sent, mut unreachable) = (0, 0, 0);
        let (mut begun, mut running) = (0, JoinSet::new());
        loop {
            while running.len() < AT_ONCE && begun < PER_PASS && unreachable < AT_ONCE {
                let Some(claimed) = open.book.claim_message(self.clock.now()).await.told()? else {
                    break;
                };
                begun += 1;
                let (open, ways, now) = (open.clone(), ways.clone(), self.clock.now());
                running.spawn(async move {
                    let ended = outcome(&open, &ways, &claimed, now).await;
                    (claimed.id, ended)
                });
            }
            let Some(done) = running.join_next().await else {
                return Ok((sent, not_sent));
            };
            let (id, ended) = done.map_err(|e| internal(&e))?;
            let ended = ended?;
            match &ended {
                Ended::Sent(_) => {
                    sent += 1;
                    unreachable = 0;
                }
                Ended::Later(error, _) => {
                    not_sent += 1;
                    unreachable += usize::from(matches!(error.code, Code::MailUnreachable | Code::SmsUnreachable));
                }
                Ended::Failed(_) | Ended::Held(_) | Ended::Cancelled(_) => not_sent += 1,
            }
            open.book.end_message(id, &ended, self.clock.now()).await.told()?;
        }
    }
}

/// When a kind of reminder goes out, in days after the due date.
fn offsets(rules: &MessageRules) -> Vec<(MessageKind, i64)> {
    if rules.reminders == MessageWay::Off {
        return Vec::new();
    }
    let before = rules
        .days_before
        .iter()
        .map(|days| (MessageKind::DueSoon, -i64::from(*days)));
    let after = rules
        .days_after
        .iter()
        .map(|days| (MessageKind::Overdue, i64::from(*days)));
    before.chain([(MessageKind::DueToday, 0)]).chain(after).collect()
}

fn event_of(fact: &Fact) -> Option<Event> {
    let (kind, about, days) = match &fact.body {
        FactBody::PaymentReceived { payment, .. } => (MessageKind::Receipt, About::Payment(payment.id), RECEIPT_DAYS),
        FactBody::LoanApproved { loan, .. } => (MessageKind::Approved, About::Approved(*loan), DECISION_DAYS),
        FactBody::LoanRejected { loan, .. } => (MessageKind::Rejected, About::Rejected(*loan), DECISION_DAYS),
        _ => return None,
    };
    Some(Event {
        kind,
        key: format!("fact:{}", fact.id),
        about,
        next_at: fact.at,
        expires_at: fact.at + Duration::days(days),
    })
}

/// The verified addresses of a customer to which a way leads, with the channels that this desk has.
fn channels(ways: &Ways, way: MessageWay, customer: &CustomerView) -> Vec<(Contact, String)> {
    let email = (ways.mail.is_some() && customer.email_verified_at.is_some() && !customer.form.email.is_empty())
        .then(|| (Contact::Email, customer.form.email.clone()));
    let phone = (ways.sms.is_some() && customer.phone_verified_at.is_some())
        .then(|| normalise_phone(&customer.form.phone).ok())
        .flatten()
        .map(|phone| (Contact::Phone, phone));
    match way {
        MessageWay::Off => Vec::new(),
        MessageWay::EmailElsePhone => email.or(phone).into_iter().collect(),
        MessageWay::Email => email.into_iter().collect(),
        MessageWay::Phone => phone.into_iter().collect(),
        MessageWay::Both => email.into_iter().chain(phone).collect(),
    }
}

/// Hands one message over and says what became of it.
async fn outcome(open: &Open, ways: &Ways, claimed: &Claimed, now: DateTime<Utc>) -> Answer<Ended> {
    if !open.book.still_holds(&claimed.about).await.told()? {
        let moot = ApiError::new(ErrorKind::Changed, Code::MessageMoot);
        return Ok(Ended::Cancelled(moot));
    }
    let wait = FIRST_WAIT << claimed.attempts.saturating_sub(1).min(6);
    let later = |error| Ended::Later(error, now + Duration::minutes(wait.min(LONGEST_WAIT)));
    let payload: Payload = serde_json::from_str(&claimed.payload).map_err(|e| internal(&e))?;
    Ok(match claimed.channel {
        Contact::Email => match &ways.mail {
            None => later(ApiError::new(ErrorKind::Unavailable, Code::NoMail)),
            Some(settings) => by_mail(settings, claimed, payload, later).await,
        },
        Contact::Phone => match &ways.sms {
            None => later(ApiError::new(ErrorKind::Unavailable, Code::NoSms)),
            Some(settings) => by_phone(settings, claimed, payload, later).await,
        },
    })
}

async fn by_mail(
    settings: &MailSettings,
    claimed: &Claimed,
    payload: Payload,
    later: impl Fn(ApiError) -> Ended,
) -> Ended {
    let message = mail::Message {
        to: payload.to,
        html: templates::as_html(&claimed.language, &payload.text),
        text: payload.text + "\n",
        subject: payload.subject,
        id: Some(claimed.id.to_string()),
    };
    match mail::send(settings, message).await {
        Ok(()) => Ended::Sent(String::new()),
        Err(MailError::Unreachable(error)) => later(error),
        Err(MailError::Unclear(error)) => Ended::Held(error),
        // What the settings cause may be mended while the message still is of use.
        Err(MailError::Address(error) | MailError::Refused(error)) => match error.code {
            Code::MailRecipient | Code::MailAddress | Code::MailRefused => Ended::Failed(error),
            _ => later(error),
        },
    }
}

async fn by_phone(
    settings: &SmsSettings,
    claimed: &Claimed,
    payload: Payload,
    later: impl Fn(ApiError) -> Ended,
) -> Ended {
    let text = sms::Text {
        to: payload.to,
        text: payload.text,
        key: claimed.id.to_string(),
    };
    match sms::send(settings, &text).await {
        Ok(sent) => Ended::Sent(sent.id),
        Err(SmsError::Unreachable(error) | SmsError::Settings(error)) => later(error),
        Err(SmsError::Unclear(error)) => Ended::Held(error),
        Err(SmsError::Refused(error)) => match error.code {
            Code::SmsRefused => Ended::Failed(error),
            _ => later(error),
        },
    }
}

impl Open {
    /// The instant of an hour of a day at the branch. Where the clocks skip it, an hour later.
    pub(crate) fn at_hour(&self, day: NaiveDate, hour: u32) -> DateTime<Utc> {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).map(|time| day.and_time(time));
        [hour, hour + 1]
            .into_iter()
            .filter_map(at)
            .find_map(|local| self.zone.from_local_datetime(&local).earliest())
            .map_or(DateTime::UNIX_EPOCH, |at| at.with_timezone(&Utc))
    }

    /// The language in which a customer gets messages.
    pub(crate) fn language_of(&self, customer: &CustomerView) -> String {
        self.language_or_own(&customer.form.language)
    }

    /// The same by a customer's id; the organisation's for who is none, at the same cost.
    pub(crate) async fn language_for(&self, customer: Option<CustomerId>) -> Answer<String> {
        let asked = customer.unwrap_or(CustomerId(uuid::Uuid::nil()));
        let wished = self.book.language_of(asked).await.told()?;
        Ok(self.language_or_own(&wished.unwrap_or_default()))
    }

    /// The language where there are messages in it, else the organisation's.
    pub(crate) fn language_or_own(&self, wished: &str) -> String {
        match templates::LANGUAGES.contains(&wished) {
            true => wished.to_string(),
            false => self.organisation.language.clone(),
        }
    }
}
