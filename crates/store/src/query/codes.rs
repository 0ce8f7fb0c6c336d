//! One-time codes that were sent, and how often they were sent and tried lately.

use crate::StoreError;
use crate::book::Book;
use crate::log::{instant, read_instant};
use chrono::{DateTime, TimeDelta, Utc};

/// A one-time code that was sent: never the code itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeRow {
    /// Names it.
    pub id: String,
    /// What it is for.
    pub purpose: String,
    /// The address that it was sent to.
    pub target: String,
    /// Whom it is about.
    pub subject: String,
    /// The short reference that message and screen show.
    pub reference: String,
    /// Hashes of the codes that are valid, newest last, as JSON.
    pub codes: String,
    /// How many tries there were.
    pub tries: u32,
    /// When the newest code was sent.
    pub sent_at: DateTime<Utc>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// Whether it was used.
    pub used: bool,
    /// What waits for it, sealed; gone with its use and its expiry.
    pub waits: Option<String>,
}

/// What is counted, so that codes go out and are tried no faster than they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A code was sent to this address or phone.
    CodeTo,
    /// A code was asked for by this person or place.
    CodeFrom,
    /// A code was tried by this person or place.
    CheckFrom,
}

impl Act {
    const fn word(self) -> &'static str {
        match self {
            Act::CodeTo => "code_to",
            Act::CodeFrom => "code_from",
            Act::CheckFrom => "check_from",
        }
    }
}

/// A try at a challenge, counted before anything is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// There is no such challenge.
    Unknown,
    /// Too many wrong codes in a row for this address or phone; nothing was counted.
    Suspended {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The challenge as it is with this try.
    Counted(ChallengeRow),
}

/// How many wrong codes in a row suspend an address or phone, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Suspension {
    /// So many.
    pub after: u32,
    /// So long.
    pub lasts: TimeDelta,
}

/// Counts are kept for a day: no limit looks further back.
const KEPT: TimeDelta = TimeDelta::days(1);

macro_rules! challenge {
    ($row:expr) => {
        ChallengeRow {
            id: $row.id,
            purpose: $row.purpose,
            target: $row.target,
            subject: $row.subject,
            reference: $row.reference,
            codes: $row.codes,
            tries: u32::try_from($row.tries).unwrap_or(u32::MAX),
            sent_at: read_instant(&$row.sent_at)?,
            expires_at: read_instant(&$row.expires_at)?,
            used: $row.used != 0,
            waits: $row.waits,
        }
    };
}

impl Book {
    /// The challenge that still waits for its code, so that another code joins it under the one count of tries.
    ///
    /// # Errors
    /// What the database says.
    pub async fn waiting_challenge(
        &self,
        purpose: &str,
        target: &str,
        subject: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<ChallengeRow>, StoreError> {
        let now = instant(now);
        let row = sqlx::query!(
            "select id, purpose, target, subject, reference, codes, tries, sent_at, expires_at, used, waits from challenge
             where target = ? and purpose = ? and subject = ? and used = 0 and expires_at > ? order by sent_at desc limit 1",
            target,
            purpose,
            subject,
            now
        )
        .fetch_optional(self.readers())
        .await?;
        row.map(|r| Ok(challenge!(r))).transpose()
    }

    /// Keeps a new challenge, or a further code of one, and counts the sending for its target and for who asked.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_challenge(&self, c: &ChallengeRow, source: &str) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        let (sent, expires) = (instant(c.sent_at), instant(c.expires_at));
        sqlx::query!(
            "insert into challenge (id, purpose, target, subject, reference, codes, tries, sent_at, expires_at, waits)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set reference = excluded.reference,
             codes = excluded.codes, sent_at = excluded.sent_at, expires_at = excluded.expires_at, waits = excluded.waits",
            c.id,
            c.purpose,
            c.target,
            c.subject,
            c.reference,
            c.codes,
            c.tries,
            sent,
            expires,
            c.waits
        )
        .execute(&mut *tx)
        .await?;
        count(&mut tx, Act::CodeTo, &c.target, c.sent_at).await?;
        count(&mut tx, Act::CodeFrom, source, c.sent_at).await?;
        Ok(tx.commit().await?)
    }

    /// Who a challenge is about, if it was sent for this purpose to this target.
    ///
    /// # Errors
    /// What the database says.
    pub async fn subject_of(&self, id: &str, purpose: &str, target: &str) -> Result<Option<String>, StoreError> {
        let found = sqlx::query_scalar!(
            "select subject from challenge where id = ? and purpose = ? and target = ?",
            id,
            purpose,
            target
        );
        Ok(found.fetch_optional(self.readers()).await?)
    }

    /// Forgets what waited for codes that have expired.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_expired(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let now = instant(now);
        let old = sqlx::query_scalar!(
            r#"select count(*) as "n!: i64" from challenge where waits is not null and expires_at <= ?"#,
            now
        );
        // It is asked every few seconds: nothing is written where there is nothing to forget.
        if old.fetch_one(self.readers()).await? == 0 {
            return Ok(());
        }
        sqlx::query!(
            "update challenge set waits = null where waits is not null and expires_at <= ?",
            now
        )
        .execute(&mut *self.writer().await)
        .await?;
        Ok(())
    }

    /// Counts a try at a challenge before anything is compared, for the challenge, for its target and for who tries.
    ///
    /// # Errors
    /// What the database says.
    pub async fn try_challenge(
        &self,
        id: &str,
        source: &str,
        now: DateTime<Utc>,
        limit: Suspension,
    ) -> Result<Tried, StoreError> {
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        count(&mut tx, Act::CheckFrom, source, now).await?;
        let target = sqlx::query_scalar!("select target from challenge where id = ?", id)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(target) = target else {
            tx.commit().await?;
            return Ok(Tried::Unknown);
        };
        if let Some(until) = count_wrong(&mut tx, &target, now, limit).await? {
            tx.commit().await?;
            return Ok(Tried::Suspended { until });
        }
        let row = sqlx::query!(
            "update challenge set tries = tries + 1 where id = ? returning id, purpose, target, subject, reference, codes, tries, sent_at, expires_at, used, waits",
            id
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Tried::Counted(challenge!(row)))
    }

    /// The code was right: the wrong ones before it no longer count.
    ///
    /// # Errors
    /// What the database says.
    pub async fn right_code(&self, target: &str) -> Result<(), StoreError> {
        forget_wrong(&mut *self.writer().await, target).await
    }

    /// Uses a challenge up; only the first of two who race for it succeeds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn use_challenge(&self, id: &str) -> Result<bool, StoreError> {
        let mut conn = self.writer().await;
        let done = sqlx::query!(
            "update challenge set used = 1, waits = null where id = ? and used = 0",
            id
        )
        .execute(&mut *conn)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// When something was done since an instant, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn acts_since(
        &self,
        act: Act,
        who: &str,
        since: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, StoreError> {
        let (what, since) = (act.word(), instant(since));
        let rows = sqlx::query_scalar!(
            "select at from recent_act where what = ? and who = ? and at >= ? order by at desc",
            what,
            who,
            since
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(|at| read_instant(at)).collect()
    }
}

pub(super) async fn count(
    conn: &mut sqlx::SqliteConnection,
    act: Act,
    who: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (what, now, old) = (act.word(), instant(at), instant(at - KEPT));
    sqlx::query!(
        "insert into recent_act (what, who, at) values (?, ?, ?)",
        what,
        who,
        now
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from recent_act where at < ?", old)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets what was counted of wrong codes.
pub(super) async fn forget_wrong(conn: &mut sqlx::SqliteConnection, target: &str) -> Result<(), StoreError> {
    sqlx::query!("delete from wrong_code where target = ?", target)
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts a wrong try for a target. Where there were too many in a row it counts nothing and answers until when it is
/// suspended.
pub(super) async fn count_wrong(
    conn: &mut sqlx::SqliteConnection,
    target: &str,
    now: DateTime<Utc>,
    limit: Suspension,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let wrong = sqlx::query!("select count, last from wrong_code where target = ?", target)
        .fetch_optional(&mut *conn)
        .await?;
    let mut before = 0;
    if let Some(wrong) = wrong {
        let until = read_instant(&wrong.last)? + limit.lasts;
        before = wrong.count;
        if before >= i64::from(limit.after) {
            if until > now {
                return Ok(Some(until));
            }
            before = 0;
        }
    }
    let (count, last) = (before + 1, instant(now));
    sqlx::query!(
        "insert into wrong_code (target, count, last) values (?, ?, ?)
         on conflict (target) do update set count = excluded.count, last = excluded.last",
        target,
        count,
        last
    )
    .execute(conn)
    .await?;
    Ok(None)
}
