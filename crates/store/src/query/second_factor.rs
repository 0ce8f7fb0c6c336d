//! The second factor of those who sign in.

use super::codes::{Suspension, count_wrong, forget_wrong};
use crate::StoreError;
use crate::book::Book;
use crate::log::instant;
use chrono::{DateTime, Utc};
use farthing_api::UserId;
use sqlx::SqliteConnection;

impl Book {
    /// The authenticator's key of someone, sealed; none for who has no second factor yet.
    ///
    /// # Errors
    /// What the database says.
    pub async fn second_factor(&self, user: UserId) -> Result<Option<String>, StoreError> {
        Ok(
            sqlx::query_scalar!("select sealed from second_factor where user_id = ?", user.0)
                .fetch_optional(self.readers())
                .await?,
        )
    }

    /// Gives someone a second factor in place of the one before it: the sealed key, the step of the code that proved it,
    /// and new recovery codes, each by its name and hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_second_factor(
        &self,
        user: UserId,
        sealed: &str,
        step: i64,
        recovery: &[(String, String)],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        let at = instant(at);
        sqlx::query!(
            "insert into second_factor (user_id, sealed, last_step, changed_at) values (?, ?, ?, ?) on conflict (user_id)
             do update set sealed = excluded.sealed, last_step = excluded.last_step, changed_at = excluded.changed_at",
            user.0,
            sealed,
            step,
            at
        )
        .execute(&mut *tx)
        .await?;
        replace_recovery(&mut tx, user, recovery).await?;
        Ok(tx.commit().await?)
    }

    /// Gives someone new recovery codes in place of those that were left.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_recovery_codes(&self, user: UserId, recovery: &[(String, String)]) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        replace_recovery(&mut tx, user, recovery).await?;
        Ok(tx.commit().await?)
    }

    /// Takes someone's second factor away.
    ///
    /// # Errors
    /// What the database says.
    pub async fn drop_second_factor(&self, user: UserId) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        forget_second_factor(&mut tx, user).await?;
        Ok(tx.commit().await?)
    }

    /// Counts a try at someone's second factor as wrong, before anything is compared; [`Book::right_second_factor`] takes it
    /// back. Answers until when it is suspended, if it is.
    ///
    /// # Errors
    /// What the database says.
    pub async fn try_second_factor(
        &self,
        user: UserId,
        now: DateTime<Utc>,
        limit: Suspension,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        let suspended = count_wrong(&mut tx, &target_of(user), now, limit).await?;
        tx.commit().await?;
        Ok(suspended)
    }

    /// The code was right: the wrong ones before it no longer count.
    ///
    /// # Errors
    /// What the database says.
    pub async fn right_second_factor(&self, user: UserId) -> Result<(), StoreError> {
        forget_wrong(&mut *self.writer().await, &target_of(user)).await
    }

    /// Uses the code of a step up; only one that is after the last one used counts, and of two who race the first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn use_step(&self, user: UserId, step: i64) -> Result<bool, StoreError> {
        let mut conn = self.writer().await;
        let done = sqlx::query!(
            "update second_factor set last_step = ? where user_id = ? and last_step < ?",
            step,
            user.0,
            step
        )
        .execute(&mut *conn)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The hash of the recovery code of someone that has a name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn recovery_code(&self, user: UserId, name: &str) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar!(
            "select hash from recovery_code where user_id = ? and name = ?",
            user.0,
            name
        )
        .fetch_optional(self.readers())
        .await?)
    }

    /// Uses a recovery code up, by its hash; only the first of two who race for it succeeds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn use_recovery_code(&self, user: UserId, hash: &str) -> Result<bool, StoreError> {
        let mut conn = self.writer().await;
        let done = sqlx::query!("delete from recovery_code where user_id = ? and hash = ?", user.0, hash)
            .execute(&mut *conn)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// How many recovery codes someone has left.
    ///
    /// # Errors
    /// What the database says.
    pub async fn recovery_codes_left(&self, user: UserId) -> Result<u32, StoreError> {
        let left = sqlx::query_scalar!(
            "select count(*) from recovery_code where user_id = ? and name <> ''",
            user.0
        )
        .fetch_one(self.readers())
        .await?;
        Ok(u32::try_from(left).unwrap_or(0))
    }
}

/// Under which name wrong codes of someone's second factor are counted.
fn target_of(user: UserId) -> String {
    format!("second_factor:{user}")
}

/// Takes someone's second factor away, with its recovery codes and what was counted of wrong codes.
pub(crate) async fn forget_second_factor(conn: &mut SqliteConnection, user: UserId) -> Result<(), StoreError> {
    sqlx::query!("delete from second_factor where user_id = ?", user.0)
        .execute(&mut *conn)
        .await?;
    forget_wrong(conn, &target_of(user)).await?;
    replace_recovery(conn, user, &[]).await
}

async fn replace_recovery(
    conn: &mut SqliteConnection,
    user: UserId,
    recovery: &[(String, String)],
) -> Result<(), StoreError> {
    sqlx::query!("delete from recovery_code where user_id = ?", user.0)
        .execute(&mut *conn)
        .await?;
    for (name, hash) in recovery {
        sqlx::query!(
            "insert into recovery_code (user_id, name, hash) values (?, ?, ?)",
            user.0,
            name,
            hash
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
