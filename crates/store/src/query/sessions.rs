//! Who is and was signed in at this desk.

use crate::StoreError;
use crate::book::Book;
use crate::log::{instant, read_instant};
use chrono::{DateTime, Utc};
use farthing_api::{SessionEnd, SessionRow, SignedInBy, UserId};
use uuid::Uuid;

/// How many of them a screen shows.
const MOST: i64 = 100;

impl Book {
    /// Keeps that someone signed in.
    ///
    /// # Errors
    /// What the database says.
    pub async fn begin_session(
        &self,
        id: &str,
        user: UserId,
        by: SignedInBy,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (by, at) = (by.word(), instant(at));
        let mut conn = self.writer().await;
        sqlx::query!(
            "insert into session (id, user_id, how, started_at) values (?, ?, ?, ?)",
            id,
            user.0,
            by,
            at
        )
        .execute(&mut *conn)
        .await?;
        Ok(())
    }

    /// Keeps that a session ended; one that has ended already keeps its end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_session(&self, id: &str, why: SessionEnd, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (why, at) = (why.word(), instant(at));
        let mut conn = self.writer().await;
        sqlx::query!(
            "update session set ended_at = ?, ended = ? where id = ? and ended_at is null",
            at,
            why,
            id
        )
        .execute(&mut *conn)
        .await?;
        Ok(())
    }

    /// Keeps that a session which its owner could have come back to was ended by someone.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke_session(&self, id: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (why, at) = (SessionEnd::Revoked.word(), instant(at));
        let mut conn = self.writer().await;
        sqlx::query!("update session set ended_at = ?, ended = ? where id = ?", at, why, id)
            .execute(&mut *conn)
            .await?;
        Ok(())
    }

    /// No session of before goes on: those without an end get one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_all_sessions(&self, why: SessionEnd, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (why, at) = (why.word(), instant(at));
        let mut conn = self.writer().await;
        sqlx::query!(
            "update session set ended_at = ?, ended = ? where ended_at is null",
            at,
            why
        )
        .execute(&mut *conn)
        .await?;
        Ok(())
    }

    /// The newest sessions, of one person or of everyone.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sessions(&self, of: Option<UserId>) -> Result<Vec<SessionRow>, StoreError> {
        let of = of.map(|user| user.0);
        let found = sqlx::query!(
            r#"select s.id, s.user_id as "user: Uuid", s.how, s.started_at, s.ended_at, s.ended,
               coalesce(c.first_name || ' ' || c.last_name, u.name, '') as "name!: String"
               from session s left join user u on u.id = s.user_id left join customer c on c.id = u.customer
               where ? is null or s.user_id = ? order by s.started_at desc limit ?"#,
            of,
            of,
            MOST
        )
        .fetch_all(self.readers())
        .await?;
        let damaged = |what: &str| StoreError::Damaged(format!("{what} is no word of a session"));
        let row = found.into_iter().map(|s| {
            let by = SignedInBy::ALL.into_iter().find(|by| by.word() == s.how);
            let ended = match (s.ended_at, s.ended) {
                (Some(at), Some(why)) => {
                    let known = SessionEnd::ALL.into_iter().find(|end| end.word() == why);
                    Some((read_instant(&at)?, known.ok_or_else(|| damaged(&why))?))
                }
                _ => None,
            };
            Ok(SessionRow {
                id: s.id,
                user: UserId(s.user),
                name: s.name.trim().to_string(),
                by: by.ok_or_else(|| damaged(&s.how))?,
                started_at: read_instant(&s.started_at)?,
                ended,
                resumable: false,
                current: false,
            })
        });
        row.collect()
    }
}
