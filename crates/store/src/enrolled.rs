//! A book whose decisions a server makes: what is to be sent, and what comes back.

use crate::StoreError;
use crate::arrive::put_cursors;
use crate::book::Book;
use crate::log::{Batch, FactRow, Identity, instant, read_instant};
use chrono::{DateTime, Utc};
use farthing_api::{ApiError, CustomerId, DeviceId, OpId, Secret, UserId};
use farthing_office::chain::{Hash, START};
use farthing_office::{Command, Context, Fact, FactBody};
use farthing_sync::authority::Head;
use farthing_sync::device::{Position, Unsent};
use farthing_sync::revoke::Revocation;
use farthing_sync::scope::Scope;
use farthing_sync::wire::{Cursor, SentCommand, SentFact};
use serde_bytes::ByteArray;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where an enrolled book stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrolment {
    /// The server's address.
    pub address: String,
    /// The organisation.
    pub organisation: Uuid,
    /// What the server and this book know of each other.
    pub position: Position,
    /// Commands whose outcome is not known: in all, and those that the server does not have yet.
    pub waiting: (u32, u32),
    /// What the server decided otherwise and nobody has seen.
    pub overruled: u32,
    /// The setup token, while the server may not have the whole history yet.
    pub joining: Option<String>,
    /// When the server last answered.
    pub contact_at: Option<DateTime<Utc>>,
    /// Why nothing is exchanged.
    pub halted: Option<ApiError>,
    /// The organisation's public key, once it is known.
    pub key: Option<[u8; 32]>,
    /// Whether the organisation ended this machine's access.
    pub revoked: bool,
}

/// How far a book's history was handed over when it comes under a server's authority.
#[derive(Clone, Copy, Debug)]
pub struct Joining<'a> {
    /// The setup token.
    pub token: &'a str,
    /// The number of the last fact that was handed over.
    pub facts: i64,
}

/// What an application of news changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many facts were new.
    pub facts: usize,
    /// How many commands no longer wait.
    pub outcomes: usize,
    /// Whether commands that were sent before are to be sent again.
    pub lacks: bool,
    /// The customers whose personal data was destroyed.
    pub erased: Vec<CustomerId>,
}

/// A command that the server decided otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Overruled {
    /// Its place in the log.
    pub command: i64,
    /// What was asked for.
    pub asked: Command,
    /// By whom, and when.
    pub context: Context,
    /// Why it was not done.
    pub reason: ApiError,
    /// When that came to be known here.
    pub at: DateTime<Utc>,
}

fn hash_of(bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes
        .try_into()
        .map_err(|_| StoreError::Damaged("a hash is too short".into()))
}

impl Book {
    /// Where an enrolled book stands; none for a standalone one, which is its own authority.
    ///
    /// # Errors
    /// What the database says.
    pub async fn enrolment(&self) -> Result<Option<Enrolment>, StoreError> {
        let row = sqlx::query!(
            r#"select address, organisation as "organisation: Uuid", sent, decided, joining, contact_at, halted, key,
               history as "history: Uuid",
               revoked is not null as "revoked!: bool",
               (select value from meta where name = 'began') as began,
               (select count(*) from waiting) as "waiting!: i64",
               (select count(*) from waiting w join command c on c.seq = w.command where c.dev_seq > authority.sent) as "unsent!: i64",
               (select count(*) from overruled where settled_at is null) as "overruled!: i64" from authority"#
        )
        .fetch_optional(self.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let cursors = sqlx::query!("select scope, seq, hash from scope_cursor")
            .fetch_all(self.readers())
            .await?;
        let mut known = BTreeMap::new();
        for c in cursors {
            let scope: Scope = c.scope.parse().map_err(StoreError::Damaged)?;
            let hash = hash_of(&c.hash)?;
            known.insert(scope, Head { seq: c.seq, hash });
        }
        let epoch = self.identity().await?.map_or(0, |identity| i64::from(identity.epoch));
        let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Some(Enrolment {
            address: row.address,
            organisation: row.organisation,
            position: Position {
                epoch,
                began: row.began.and_then(|place| place.parse().ok()).unwrap_or(0),
                sent: row.sent,
                decided: row.decided,
                cursors: known,
                history: row.history,
            },
            waiting: (count(row.waiting), count(row.unsent)),
            overruled: count(row.overruled),
            joining: row.joining,
            contact_at: row.contact_at.as_deref().map(read_instant).transpose()?,
            halted: row.halted.as_deref().map(serde_json::from_str).transpose()?,
            key: row.key.as_deref().map(hash_of).transpose()?,
            revoked: row.revoked,
        }))
    }

    /// Puts the book under a server's authority: what was decided so far stays as it is, what is asked for from now on waits
    /// for the server. Whether it was done: not where there are more facts by now than were handed over.
    ///
    /// # Errors
    /// What the database says; [`StoreError::Exists`] where it has one already.
    pub async fn enrol(
        &self,
        address: &str,
        organisation: Uuid,
        joining: Option<Joining<'_>>,
    ) -> Result<bool, StoreError> {
        let mut batch = self.batch().await?;
        match enrol_in(&mut batch, address, organisation, joining).await {
            Ok(done) => batch.commit_anew().await.map(|()| done),
            Err(error) => {
                batch.roll_back().await?;
                Err(error)
            }
        }
    }

    /// Says who this copy is, in a new book that was not set up here.
    ///
    /// # Errors
    /// What the database says.
    pub async fn be(&self, identity: &Identity) -> Result<(), StoreError> {
        let mut batch = self.batch().await?;
        crate::log::put_identity(batch.conn(), identity).await?;
        batch.commit_anew().await
    }

    /// The server has the whole history: from here on each scope goes on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn joined(&self, cursors: &[Cursor]) -> Result<(), StoreError> {
        let mut batch = self.batch().await?;
        let heads = cursors.iter().cloned().map(Into::into).collect();
        put_cursors(batch.conn(), &heads).await?;
        sqlx::query!("update authority set joining = null")
            .execute(batch.conn())
            .await?;
        batch.commit_anew().await
    }

    /// The last decided fact's number and hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn decided_head(&self) -> Result<(i64, Hash), StoreError> {
        let last = sqlx::query!("select seq, hash from fact where seq = (select fact from authority)")
            .fetch_optional(self.readers())
            .await?;
        last.map_or(Ok((0, START)), |row| Ok((row.seq, hash_of(&row.hash)?)))
    }

    /// Whether a server decides.
    ///
    /// # Errors
    /// What the database says.
    pub async fn is_enrolled(&self) -> Result<bool, StoreError> {
        Ok(
            sqlx::query_scalar!(r#"select exists (select 1 from authority) as "enrolled!: bool""#)
                .fetch_one(self.readers())
                .await?,
        )
    }

    /// The server's address, for a book that has one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn server_address(&self) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar!("select address from authority")
            .fetch_optional(self.readers())
            .await?)
    }

    /// Whether the organisation ended this machine's access.
    ///
    /// # Errors
    /// What the database says.
    pub async fn is_revoked(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar!(
            r#"select exists (select 1 from authority where revoked is not null) as "revoked!: bool""#
        )
        .fetch_one(self.readers())
        .await?)
    }

    /// The end of the chain of commands that are never sent: the place of the last one of this copy, and its hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn base(&self) -> Result<(i64, Hash), StoreError> {
        let last = sqlx::query!("select dev_seq, hash from command where seq = (select base from authority)")
            .fetch_optional(self.readers())
            .await?;
        last.map_or(Ok((0, START)), |row| Ok((row.dev_seq, hash_of(&row.hash)?)))
    }

    /// The commands after a place that the server has, up to where another copy of the book went on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn to_send(&self, sent: i64, most: u32) -> Result<Unsent, StoreError> {
        let mut rows = sqlx::query!(
            r#"select op_id as "op_id: Uuid", device as "device: Uuid", epoch, dev_seq, hlc, version, kind, payload, context, prev_hash,
               (select credential from credential_to_send s where s.op_id = command.op_id) as credential from command
               where seq > (select base from authority) and dev_seq > ? order by seq limit ?"#,
            sent,
            most
        )
        .fetch_all(self.readers())
        .await?;
        let Some(first) = rows.first() else {
            return Ok(Unsent::default());
        };
        let (device, epoch, after) = (first.device, first.epoch, hash_of(&first.prev_hash)?);
        let follows = first.dev_seq > self.base().await?.0 + 1;
        rows.retain(|row| (row.device, row.epoch) == (device, epoch));
        let own = self.identity().await?.map(|identity| identity.device.0);
        let mut commands = Vec::with_capacity(rows.len());
        for row in rows {
            let key = match row.kind.as_str() {
                "register_customer" | "register_myself" => self.key_of(CustomerId::of(OpId(row.op_id), 0)).await?,
                _ => None,
            };
            commands.push(SentCommand {
                op: OpId(row.op_id),
                dev_seq: row.dev_seq,
                hlc: row.hlc,
                version: row.version,
                payload: row.payload,
                context: row.context,
                key,
                credential: row.credential.map(Secret::new),
            });
        }
        Ok(Unsent {
            epoch,
            of: (own != Some(device)).then_some(DeviceId(device)),
            after,
            follows,
            commands,
        })
    }

    async fn key_of(&self, customer: CustomerId) -> Result<Option<[u8; 32]>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        Ok(crate::project::customer_key(&mut conn, customer).await?.map(|k| k.0))
    }

    /// Notes up to where the server has the commands, and that it answered.
    ///
    /// # Errors
    /// What the database says.
    pub async fn note_sent(&self, through: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
        let at = instant(at);
        sqlx::query!("update authority set sent = ?, contact_at = ?", through, at)
            .execute(&mut *self.writer().await)
            .await?;
        Ok(())
    }

    /// Notes why nothing is exchanged any more; none where it is again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn note_halted(&self, why: Option<&ApiError>) -> Result<(), StoreError> {
        let why = why.map(serde_json::to_string).transpose()?;
        sqlx::query!("update authority set halted = ?", why)
            .execute(&mut *self.writer().await)
            .await?;
        Ok(())
    }

    /// Keeps the word that this machine's access has ended. The first one stays.
    ///
    /// # Errors
    /// What the database says.
    pub async fn note_revoked(&self, revocation: &Revocation) -> Result<(), StoreError> {
        let revocation = serde_json::to_string(revocation)?;
        sqlx::query!("update authority set revoked = coalesce(revoked, ?)", revocation)
            .execute(&mut *self.writer().await)
            .await?;
        Ok(())
    }

    /// A part of the book's history as it is handed over, with the keys of the customers whom it registers.
    ///
    /// # Errors
    /// What the database says.
    #[allow(clippy::type_complexity, reason = "the two lists of one message")]
    pub async fn history(
        &self,
        after: i64,
        most: u32,
    ) -> Result<(Vec<SentFact>, Vec<(CustomerId, ByteArray<32>)>), StoreError> {
        let rows = crate::check::facts_after(&mut *self.readers().acquire().await?, after, i64::from(most)).await?;
        let (mut facts, mut keys) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in &rows {
            if let FactBody::CustomerRegistered { customer, .. } = row.read()?.body
                && let Some(key) = self.key_of(customer).await?
            {
                keys.push((customer, ByteArray::new(key)));
            }
            facts.push(row.sent()?);
        }
        Ok((facts, keys))
    }

    /// What the server decided otherwise and nobody has settled, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn overruled(&self, most: u32) -> Result<Vec<Overruled>, StoreError> {
        let rows = sqlx::query!(
            "select o.command, o.reason, o.at, c.payload, c.context from overruled o join command c on c.seq = o.command
             where o.settled_at is null order by o.command desc limit ?",
            most
        )
        .fetch_all(self.readers())
        .await?;
        let read = |row: &str| serde_json::from_str::<crate::log::Decided>(row).map(|decided| decided.context);
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(Overruled {
                command: row.command,
                asked: serde_json::from_str(&row.payload)?,
                context: read(&row.context)?,
                reason: serde_json::from_str(&row.reason)?,
                at: read_instant(&row.at)?,
            });
        }
        Ok(all)
    }

    /// Someone has seen what the server decided otherwise, and what to do about it. Whether it was unseen before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn settle_overruled(&self, command: i64, by: UserId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let at = instant(at);
        let done = sqlx::query!(
            "update overruled set settled_at = ?, settled_by = ? where command = ? and settled_at is null",
            at,
            by.0,
            command
        )
        .execute(&mut *self.writer().await)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

async fn enrol_in(
    batch: &mut Batch<'_>,
    address: &str,
    organisation: Uuid,
    joining: Option<Joining<'_>>,
) -> Result<bool, StoreError> {
    if batch.ends().enrolled {
        return Err(StoreError::Exists);
    }
    let conn = batch.conn();
    let last = sqlx::query!(
        r#"select (select coalesce(max(seq), 0) from command) as "command!: i64", (select coalesce(max(seq), 0) from fact) as "fact!: i64",
           coalesce((select dev_seq from command order by seq desc limit 1), 0) as "dev_seq!: i64""#
    )
    .fetch_one(&mut *conn)
    .await?;
    let token = joining.map(|j| j.token);
    if joining.is_some_and(|j| j.facts != last.fact) {
        return Ok(false);
    }
    sqlx::query!(
        "insert into authority (one, address, organisation, base, sent, decided, fact, joining) values (1, ?, ?, ?, ?, ?, ?, ?)",
        address,
        organisation,
        last.command,
        last.dev_seq,
        last.dev_seq,
        last.fact,
        token
    )
    .execute(&mut *conn)
    .await?;
    Ok(true)
}

impl FactRow {
    /// The row of a fact that came from the server, its text as it was written; number and hashes are still to come.
    pub(crate) fn from_sent(sent: &SentFact) -> FactRow {
        FactRow {
            seq: 0,
            fact_id: sent.id.0,
            op_id: sent.op.0,
            version: sent.version,
            kind: sent.kind().to_string(),
            at: sent.at_text(),
            booking_date: sent.booking_date.to_string(),
            actor: sent.by.map(|by| by.0),
            desk: sent.desk.clone(),
            payload: sent.payload.clone(),
            prev_hash: Vec::new(),
            hash: Vec::new(),
        }
    }

    /// The fact as it is handed over.
    fn sent(&self) -> Result<SentFact, StoreError> {
        let fact: Fact = self.read()?;
        Ok(SentFact {
            id: fact.id,
            op: fact.op,
            version: self.version,
            at: fact.at.timestamp_millis(),
            booking_date: fact.booking_date,
            by: fact.by,
            desk: fact.desk,
            payload: self.payload.clone(),
        })
    }
}
