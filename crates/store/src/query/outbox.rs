//! The outbox: messages that wait, one at a time from "queued" over "sending" to its end.
//!
//! A message is marked "sending", on the disk, before it is handed over. What is found so when the book is opened anew was
//! cut off in between and may be out or not: it is held for a person, never sent again by itself. So a message goes out at
//! most once, save where a person asks for it once more.

use crate::book::Book;
use crate::log::{FactRow, instant, read_instant};
use crate::project::customer_key;
use crate::{Identity, StoreError};
use chrono::{DateTime, NaiveDate, Utc};
use farthing_api::{
    ApiError, Code, Contact, CustomerId, ErrorKind, LoanId, MessageId, MessageKind, MessageState, Money, OpId,
    PaymentId,
};
use farthing_office::Fact;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

/// What binds a payload to its place.
const FIELD: &str = "message";
/// The facts that customers are told of.
const MOST_FACTS: i64 = 200;
/// The setting that says up to which fact customers were told.
pub(crate) const TOLD_THROUGH: &str = "told_through";

/// What a message rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Nothing that can change.
    Nothing,
    /// A payment that stands.
    Payment(PaymentId),
    /// A loan that is approved, or was paid out since.
    Approved(LoanId),
    /// A loan that is rejected.
    Rejected(LoanId),
    /// An installment, by its number and due date, of which something is unpaid.
    Installment(LoanId, u32, NaiveDate),
}

impl About {
    fn word(&self) -> String {
        match self {
            About::Nothing => String::new(),
            About::Payment(id) => format!("payment:{id}"),
            About::Approved(id) => format!("approved:{id}"),
            About::Rejected(id) => format!("rejected:{id}"),
            About::Installment(id, n, due_on) => format!("installment:{id}:{n}:{due_on}"),
        }
    }

    fn of(word: &str) -> Option<About> {
        let parts: Vec<&str> = word.split(':').collect();
        Some(match parts.as_slice() {
            [""] => About::Nothing,
            ["payment", id] => About::Payment(id.parse().ok()?),
            ["approved", id] => About::Approved(id.parse().ok()?),
            ["rejected", id] => About::Rejected(id.parse().ok()?),
            ["installment", id, n, due_on] => {
                About::Installment(id.parse().ok()?, n.parse().ok()?, due_on.parse().ok()?)
            }
            _ => return None,
        })
    }
}

/// A message to be kept.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Which.
    pub id: MessageId,
    /// Names the event and the channel; a second one of the same name is not kept.
    pub key: String,
    /// What it is about.
    pub kind: MessageKind,
    /// Which way it goes.
    pub channel: Contact,
    /// To which customer.
    pub customer: Option<CustomerId>,
    /// In which language it is written.
    pub language: String,
    /// What it rests on.
    pub about: About,
    /// Address and words, as whoever queues writes them; sealed here.
    pub payload: String,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// When it may go out.
    pub next_at: DateTime<Utc>,
    /// From when on it is of no use.
    pub expires_at: DateTime<Utc>,
}

/// A message that is marked as being handed over.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Which.
    pub id: MessageId,
    /// Which way it goes.
    pub channel: Contact,
    /// In which language it is written.
    pub language: String,
    /// What it rests on.
    pub about: About,
    /// What [`NewMessage::payload`] was.
    pub payload: String,
    /// How often it was tried, this time included.
    pub attempts: u32,
}

/// What became of a message that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was taken; with the id that the gateway gave it, empty where it gave none.
    Sent(String),
    /// Not this time.
    Later(ApiError, DateTime<Utc>),
    /// Never.
    Failed(ApiError),
    /// Nobody knows.
    Held(ApiError),
    /// It says what is not so any more.
    Cancelled(ApiError),
}

/// An installment of which something is unpaid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueInstallment {
    /// Of which loan.
    pub loan: LoanId,
    /// Whose.
    pub customer: CustomerId,
    /// Its number.
    pub n: u32,
    /// When it falls due.
    pub due_on: NaiveDate,
    /// What is unpaid of it.
    pub open: Money,
}

impl Book {
    /// Keeps new messages, and with them up to where customers were told, in one transaction. One whose key is known, or
    /// whose customer was erased, is left out. How many were kept.
    ///
    /// # Errors
    /// What the database says.
    pub async fn queue_messages(&self, new: &[NewMessage], told_through: Option<i64>) -> Result<u64, StoreError> {
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        let mut kept = 0;
        for message in new {
            kept += insert(&mut tx, message).await?;
        }
        if let Some(seq) = told_through {
            let (name, value) = (TOLD_THROUGH, seq.to_string());
            sqlx::query!(
                "insert into setting (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
                name,
                value
            )
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(kept)
    }

    /// The facts since the last that customers were told of, as far as they are of interest to them, and the number up to
    /// which they reach.
    ///
    /// # Errors
    /// What the database says.
    pub async fn facts_to_tell(&self) -> Result<Option<(Vec<Fact>, i64)>, StoreError> {
        let told = self.setting(TOLD_THROUGH).await?;
        let after: i64 = told.and_then(|seq| seq.parse().ok()).unwrap_or(0);
        // Of an enrolled book only what the server has decided, and each desk tells of what was taken down there.
        let decided = sqlx::query_scalar!("select fact from authority")
            .fetch_optional(self.readers())
            .await?;
        let own = self.own_desk().await?.map(|identity| identity.prefix());
        let head = match decided {
            Some(fact) => fact,
            None => self.head().await?.0,
        };
        if head <= after {
            return Ok(None);
        }
        let rows = sqlx::query_as!(
            FactRow,
            r#"select seq, fact_id as "fact_id: Uuid", op_id as "op_id: Uuid", version, kind, at, booking_date,
               actor as "actor: Uuid", desk, payload, prev_hash, hash from fact where seq > ? and seq <= ?
               and kind in ('payment_received', 'loan_approved', 'loan_rejected') and desk = coalesce(?, desk)
               order by seq limit ?"#,
            after,
            head,
            own,
            MOST_FACTS
        )
        .fetch_all(self.readers())
        .await?;
        let is_all = i64::try_from(rows.len()).is_ok_and(|n| n < MOST_FACTS);
        let through = if is_all {
            head
        } else {
            rows.last().map_or(head, |r| r.seq)
        };
        let facts = rows.iter().map(FactRow::read).collect::<Result<_, _>>()?;
        Ok(Some((facts, through)))
    }

    /// Installments of running loans that fall due between two days, of which something is unpaid: of those that were opened at this
    /// desk, and at the one that brought the book of those from customers' own machines too, which send nothing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn installments_due(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<DueInstallment>, StoreError> {
        let own = self.own_desk().await?.map(|identity| identity.desk);
        let rows = sqlx::query!(
            r#"select l.id as "loan: Uuid", c.id as "customer: Uuid", i.n as "n!: i64", i.due_on as "due_on!: NaiveDate", i.open as "open!: i64"
               from installment i join loan l on l.rid = i.loan_rid join customer c on c.rid = l.customer_rid
               where i.due_on between ? and ? and i.open > 0 and l.status = 'active'
               and (? is null or l.number glob ? || '[-A-Z]*'
                    or (l.number glob '*-S[0-9]*' and (select base from authority) > 0)) order by i.due_on, l.rid, i.n"#,
            from,
            to,
            own,
            own
        )
        .fetch_all(self.readers())
        .await?;
        let read = rows.into_iter().map(|r| DueInstallment {
            loan: LoanId(r.loan),
            customer: CustomerId(r.customer),
            n: u32::try_from(r.n).unwrap_or(0),
            due_on: r.due_on,
            open: Money::from_minor(r.open),
        });
        Ok(read.collect())
    }

    /// This desk, where a server has others beside it, each of which tells of what is its own.
    async fn own_desk(&self) -> Result<Option<Identity>, StoreError> {
        match self.is_enrolled().await? {
            true => self.identity().await,
            false => Ok(None),
        }
    }

    /// The language in which a customer wishes messages; empty for the organisation's, nothing for who is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn language_of(&self, customer: CustomerId) -> Result<Option<String>, StoreError> {
        Ok(
            sqlx::query_scalar!("select language from customer where id = ?", customer.0)
                .fetch_optional(self.readers())
                .await?,
        )
    }

    /// Holds what was being handed over when the program ended. To be called before anything is sent.
    ///
    /// # Errors
    /// What the database says.
    pub async fn hold_interrupted(&self) -> Result<u64, StoreError> {
        let error = ApiError::new(ErrorKind::Unavailable, Code::MessageInterrupted);
        let error = serde_json::to_string(&error)?;
        let mut conn = self.writer().await;
        let held = sqlx::query!(
            "update message set state = 'held', error = ? where state = 'sending'",
            error
        )
        .execute(&mut *conn)
        .await?;
        Ok(held.rows_affected())
    }

    /// Ends what is too old, then marks the message that has waited longest as being handed over, and gives it. When this
    /// returns the mark is on the disk.
    ///
    /// # Errors
    /// What the database says.
    pub async fn claim_message(&self, now: DateTime<Utc>) -> Result<Option<Claimed>, StoreError> {
        let now = instant(now);
        let waits = sqlx::query_scalar!(
            r#"select 1 as "one!: i64" from message where state = 'queued' and (next_at <= ? or expires_at <= ?) limit 1"#,
            now,
            now
        )
        .fetch_optional(self.readers())
        .await?;
        if waits.is_none() {
            return Ok(None);
        }
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        sqlx::query!(
            "update message set state = 'expired', ended_at = ? where state = 'queued' and expires_at <= ?",
            now,
            now
        )
        .execute(&mut *tx)
        .await?;
        let row = sqlx::query!(
            r#"update message set state = 'sending', attempts = attempts + 1 where rid =
               (select rid from message where state = 'queued' and next_at <= ? order by next_at, rid limit 1)
               returning id as "id: Uuid", channel, customer as "customer: Uuid", language, about, payload, attempts"#,
            now
        )
        .fetch_optional(&mut *tx)
        .await?;
        let claimed = match row {
            Some(r) => {
                let customer = r.customer.map(CustomerId);
                Some(Claimed {
                    id: MessageId(r.id),
                    channel: read_channel(&r.channel)?,
                    language: r.language,
                    about: About::of(&r.about).ok_or_else(|| damaged(&r.about))?,
                    payload: open_payload(&mut tx, customer, &r.payload).await?,
                    attempts: u32::try_from(r.attempts).unwrap_or(u32::MAX),
                })
            }
            None => None,
        };
        tx.commit().await?;
        Ok(claimed)
    }

    /// Whether what a message says is still so.
    ///
    /// # Errors
    /// What the database says.
    pub async fn still_holds(&self, about: &About) -> Result<bool, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let found = match about {
            About::Nothing => return Ok(true),
            About::Payment(id) => {
                sqlx::query_scalar!(
                    r#"select 1 as "one!: i64" from payment where id = ? and reversed is null"#,
                    id.0
                )
                .fetch_optional(&mut *conn)
                .await?
            }
            About::Approved(id) => {
                sqlx::query_scalar!(
                    r#"select 1 as "one!: i64" from loan where id = ? and status in ('approved', 'active')"#,
                    id.0
                )
                .fetch_optional(&mut *conn)
                .await?
            }
            About::Rejected(id) => {
                sqlx::query_scalar!(
                    r#"select 1 as "one!: i64" from loan where id = ? and status = 'rejected'"#,
                    id.0
                )
                .fetch_optional(&mut *conn)
                .await?
            }
            About::Installment(id, n, due_on) => {
                sqlx::query_scalar!(
                    r#"select 1 as "one!: i64" from installment i join loan l on l.rid = i.loan_rid
                       where l.id = ? and i.n = ? and i.due_on = ? and i.open > 0 and l.status = 'active'"#,
                    id.0,
                    n,
                    due_on
                )
                .fetch_optional(&mut *conn)
                .await?
            }
        };
        Ok(found.is_some())
    }

    /// Keeps what became of a message that was handed over.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_message(&self, id: MessageId, ended: &Ended, now: DateTime<Utc>) -> Result<(), StoreError> {
        let now = instant(now);
        let sent_id = if let Ended::Sent(id) = ended { id } else { "" };
        let (state, error, next, end) = match ended {
            Ended::Sent(_) => (MessageState::Sent, None, None, Some(now)),
            Ended::Later(error, next) => (MessageState::Queued, Some(error), Some(instant(*next)), None),
            Ended::Failed(error) => (MessageState::Failed, Some(error), None, Some(now)),
            Ended::Held(error) => (MessageState::Held, Some(error), None, None),
            Ended::Cancelled(error) => (MessageState::Cancelled, Some(error), None, Some(now)),
        };
        let (state, error) = (state.word(), error.map(serde_json::to_string).transpose()?);
        let mut conn = self.writer().await;
        sqlx::query!(
            "update message set state = ?, error = ?, next_at = coalesce(?, next_at), ended_at = ?, sent_id = ?
             where id = ? and state = 'sending'",
            state,
            error,
            next,
            end,
            sent_id,
            id.0
        )
        .execute(&mut *conn)
        .await?;
        Ok(())
    }

    /// A person's wish: queues a message once more, or takes it back, if it is still in the state that they saw.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_message_state(
        &self,
        id: MessageId,
        from: MessageState,
        to: MessageState,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (from, now) = (from.word(), instant(now));
        let end = (to == MessageState::Cancelled).then(|| now.clone());
        let to = to.word();
        let mut conn = self.writer().await;
        let done = sqlx::query!(
            "update message set state = ?, next_at = ?, ended_at = ?, error = null where id = ? and state = ?",
            to,
            now,
            end,
            id.0,
            from
        )
        .execute(&mut *conn)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

pub(super) async fn insert(conn: &mut SqliteConnection, m: &NewMessage) -> Result<u64, StoreError> {
    let payload = match m.customer {
        None => m.payload.clone(),
        Some(customer) => match customer_key(conn, customer).await? {
            Some(key) => key.seal(customer, OpId(m.id.0), FIELD, &m.payload)?,
            None => return Ok(0),
        },
    };
    let (kind, channel, about, state) = (m.kind.word(), m.channel.word(), m.about.word(), "queued");
    let (at, next, end) = (instant(m.at), instant(m.next_at), instant(m.expires_at));
    let customer = m.customer.map(|c| c.0);
    let done = sqlx::query!(
        "insert into message (id, key, kind, channel, customer, language, about, payload, state, queued_at, next_at, expires_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do nothing",
        m.id.0,
        m.key,
        kind,
        channel,
        customer,
        m.language,
        about,
        payload,
        state,
        at,
        next,
        end
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// The payload in clear.
pub(super) async fn open_payload(
    conn: &mut SqliteConnection,
    customer: Option<CustomerId>,
    sealed: &str,
) -> Result<String, StoreError> {
    match customer {
        None => Ok(sealed.to_string()),
        Some(customer) => {
            let key = customer_key(conn, customer).await?.ok_or(StoreError::Missing)?;
            key.open(customer, FIELD, sealed)
        }
    }
}

pub(super) fn read_channel(word: &str) -> Result<Contact, StoreError> {
    [Contact::Email, Contact::Phone]
        .into_iter()
        .find(|c| c.word() == word)
        .ok_or_else(|| damaged(word))
}

pub(super) fn damaged(word: &str) -> StoreError {
    StoreError::Damaged(format!("{word} has no meaning in a message"))
}

/// An optional instant.
pub(super) fn maybe(text: Option<&str>) -> Result<Option<DateTime<Utc>>, StoreError> {
    text.map(read_instant).transpose()
}
