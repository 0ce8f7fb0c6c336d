//! Forgotten passwords and changed contacts: what is kept of them beside the log.

use super::codes::count;
use super::desk::role;
use super::outbox::insert;
use super::{Act, erase};
use crate::StoreError;
use crate::book::Book;
use crate::log::{Beside, instant, read_instant};
use crate::project::customer_key;
use chrono::{DateTime, Utc};
use farthing_api::{Code, Contact, CustomerId, OpId, ResetAsked, Role, UserId};
use farthing_office::Refusal;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

/// What binds a sealed old contact to its place.
const FIELD: &str = "old_contact";

/// Someone who signs in.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// What they are.
    pub role: Role,
    /// Their name; empty for a customer.
    pub name: String,
    /// Their email; empty for a customer.
    pub email: String,
    /// The hash of their sign-in name.
    pub sign_in: String,
    /// Which customer they are.
    pub customer: Option<CustomerId>,
    /// Whether they may sign in.
    pub active: bool,
}

/// A link for a new password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetRow {
    /// Whose; none for an address that nobody signs in with.
    pub user: Option<UserId>,
    /// Until when it holds.
    pub expires_at: DateTime<Utc>,
    /// Whether it was used.
    pub used: bool,
}

/// A changed contact that may be taken back.
#[derive(Clone, Debug)]
pub struct ContactChange {
    /// The hash of the code that takes it back.
    pub hash: String,
    /// Whose.
    pub user: UserId,
    /// Which customer they are.
    pub customer: Option<CustomerId>,
    /// Which contact.
    pub channel: Contact,
    /// What it was, as whoever keeps it writes it; sealed here.
    pub old: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl Book {
    /// Someone who signs in.
    ///
    /// # Errors
    /// What the database says.
    pub async fn user(&self, user: UserId) -> Result<Option<UserRow>, StoreError> {
        let found = sqlx::query!(
            r#"select role, name, email, sign_in, customer as "customer: Uuid", active from user where id = ?"#,
            user.0
        )
        .fetch_optional(self.readers())
        .await?;
        found
            .map(|u| {
                Ok(UserRow {
                    role: role(&u.role)?,
                    name: u.name,
                    email: u.email,
                    sign_in: u.sign_in,
                    customer: u.customer.map(CustomerId),
                    active: u.active != 0,
                })
            })
            .transpose()
    }

    /// Keeps a link that is on its way, and counts the sending for its target and for who asked.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_reset(
        &self,
        hash: &str,
        user: Option<UserId>,
        (target, source): (&str, &str),
        (at, expires_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        let (user, asked, expires) = (user.map(|u| u.0), instant(at), instant(expires_at));
        sqlx::query!(
            "insert into reset (hash, user_id, asked_at, expires_at) values (?, ?, ?, ?)",
            hash,
            user,
            asked,
            expires
        )
        .execute(&mut *tx)
        .await?;
        count(&mut tx, Act::CodeTo, target, at).await?;
        count(&mut tx, Act::CodeFrom, source, at).await?;
        Ok(tx.commit().await?)
    }

    /// A link, by its hash; a look at it is counted for who looks.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reset(&self, hash: &str, source: &str, now: DateTime<Utc>) -> Result<Option<ResetRow>, StoreError> {
        let mut conn = self.writer().await;
        count(&mut conn, Act::CheckFrom, source, now).await?;
        let found = sqlx::query!(
            r#"select user_id as "user: Uuid", expires_at, used from reset where hash = ?"#,
            hash
        )
        .fetch_optional(&mut *conn)
        .await?;
        found
            .map(|r| {
                Ok(ResetRow {
                    user: r.user.map(UserId),
                    expires_at: read_instant(&r.expires_at)?,
                    used: r.used != 0,
                })
            })
            .transpose()
    }

    /// Uses a link up to prove who asks; only the first of two who race for it succeeds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn prove_reset(&self, hash: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let now = instant(now);
        let mut conn = self.writer().await;
        let done = sqlx::query!(
            "update reset set used = 1, proven_at = ? where hash = ? and used = 0",
            now,
            hash
        )
        .execute(&mut *conn)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Lets an administrator complete someone's reset who proved who they are by another way.
    ///
    /// # Errors
    /// What the database says.
    pub async fn grant_reset(&self, hash: &str, user: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let now = instant(now);
        let mut conn = self.writer().await;
        sqlx::query!(
            "insert into reset (hash, user_id, asked_at, expires_at, used, proven_at) values (?, ?, ?, ?, 1, ?)",
            hash,
            user.0,
            now,
            now,
            now
        )
        .execute(&mut *conn)
        .await?;
        Ok(())
    }

    /// Who proved since an instant that they ask for a new password.
    ///
    /// # Errors
    /// What the database says.
    pub async fn proven_resets(&self, since: DateTime<Utc>) -> Result<Vec<ResetAsked>, StoreError> {
        let since = instant(since);
        let rows = sqlx::query!(
            r#"select user_id as "user!: Uuid", max(proven_at) as "at!: String" from reset
               where proven_at >= ? and user_id is not null group by user_id order by 2 desc"#,
            since
        )
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(|r| {
                Ok(ResetAsked {
                    user: UserId(r.user),
                    at: read_instant(&r.at)?,
                })
            })
            .collect()
    }

    /// Forgets someone's links, now that they have a new password.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_resets(&self, user: UserId) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        sqlx::query!("delete from reset where user_id = ?", user.0)
            .execute(&mut *conn)
            .await?;
        Ok(())
    }

    /// A changed contact, by the hash of the code that takes it back, if it still may be; a try is counted for who tries.
    ///
    /// # Errors
    /// What the database says.
    pub async fn contact_change(
        &self,
        hash: &str,
        source: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<ContactChange>, StoreError> {
        let mut conn = self.writer().await;
        count(&mut conn, Act::CheckFrom, source, now).await?;
        let now = instant(now);
        let found = sqlx::query!(
            r#"select c.user_id as "user: Uuid", c.channel, c.old, c.expires_at, u.customer as "customer: Uuid"
               from contact_change c join user u on u.id = c.user_id where c.hash = ? and c.used = 0 and c.expires_at > ?"#,
            hash,
            now
        )
        .fetch_optional(&mut *conn)
        .await?;
        let Some(c) = found else { return Ok(None) };
        let customer = c.customer.map(CustomerId);
        let old = match customer {
            None => c.old,
            Some(id) => {
                let key = customer_key(&mut conn, id).await?.ok_or(StoreError::Missing)?;
                key.open(id, FIELD, &c.old)?
            }
        };
        Ok(Some(ContactChange {
            hash: hash.to_string(),
            user: UserId(c.user),
            customer,
            channel: super::outbox::read_channel(&c.channel)?,
            old,
            expires_at: read_instant(&c.expires_at)?,
        }))
    }
}

/// What is written beside a command in its transaction.
pub(crate) async fn keep_beside(
    conn: &mut SqliteConnection,
    beside: &Beside,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if let Some(hash) = &beside.reset {
        let done = sqlx::query!("update reset set used = 1 where hash = ? and used = 0", hash)
            .execute(&mut *conn)
            .await?;
        if done.rows_affected() != 1 {
            return Err(Refusal::field("link", Code::ResetLink).into());
        }
    }
    if let Some(hash) = &beside.undone {
        let done = sqlx::query!("update contact_change set used = 1 where hash = ? and used = 0", hash)
            .execute(&mut *conn)
            .await?;
        if done.rows_affected() != 1 {
            return Err(Refusal::field("code", Code::UndoCode).into());
        }
    }
    if let Some(change) = &beside.contact_change {
        put_change(conn, change, at).await?;
    }
    for message in &beside.messages {
        insert(conn, message).await?;
    }
    match beside.erase {
        Some(customer) => erase::purge(conn, customer).await,
        None => Ok(()),
    }
}

async fn put_change(conn: &mut SqliteConnection, c: &ContactChange, at: DateTime<Utc>) -> Result<(), StoreError> {
    let old = match c.customer {
        None => c.old.clone(),
        Some(id) => {
            let key = customer_key(conn, id).await?.ok_or(StoreError::Missing)?;
            // The nonce comes of what is sealed and of the code's hash, which never comes twice.
            let op = OpId(Uuid::new_v5(&c.user.0, c.hash.as_bytes()));
            key.seal(id, op, FIELD, &c.old)?
        }
    };
    let (channel, at, until) = (c.channel.word(), instant(at), instant(c.expires_at));
    sqlx::query!(
        "insert into contact_change (hash, user_id, channel, old, changed_at, expires_at) values (?, ?, ?, ?, ?, ?)",
        c.hash,
        c.user.0,
        channel,
        old,
        at,
        until
    )
    .execute(conn)
    .await?;
    Ok(())
}
