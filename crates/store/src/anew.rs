//! A book whose server lost something: what it lacks waits again, or everything begins anew with another history.

use crate::StoreError;
use crate::book::Book;
use crate::enrolled::Applied;
use crate::log::{Batch, Identity, put_identity, put_meta};
use crate::project::TABLES;
use crate::provisional::record;
use crate::query::TOLD_THROUGH;
use chrono::{DateTime, Utc};
use farthing_sync::device::News;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;
use std::collections::HashSet;
use uuid::Uuid;

impl Book {
    /// Notes that the server has no command after a place, which it had decided once: they wait again, and are sent.
    ///
    /// # Errors
    /// What the database says.
    pub async fn note_lost(&self, place: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
        let news = News {
            lacks: Some(place),
            ..News::default()
        };
        self.apply(&news, at).await.map(drop)
    }
}

impl Book {
    /// Goes on as another machine, or another copy of its desk's book, as which the server has let this book in anew. Everything that
    /// was recorded since it came to the server is offered again under the new name; what the server has of it, it knows again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn go_on_as(&self, identity: &Identity) -> Result<(), StoreError> {
        let mut batch = self.batch().await?;
        match let_in(batch.conn(), identity).await {
            Ok(()) => batch.commit_anew().await,
            Err(error) => {
                batch.roll_back().await?;
                Err(error)
            }
        }
    }
}

async fn let_in(conn: &mut SqliteConnection, identity: &Identity) -> Result<(), StoreError> {
    let last = sqlx::query_scalar!("select dev_seq from command order by seq desc limit 1")
        .fetch_optional(&mut *conn)
        .await?;
    put_identity(conn, identity).await?;
    put_meta(conn, "began", &last.unwrap_or(0).to_string()).await?;
    let base = base(conn).await?;
    wait_after(conn, base).await?;
    sqlx::query!("update authority set halted = null").execute(conn).await?;
    Ok(())
}

/// The place of the last command that is never sent.
async fn base(conn: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce((select dev_seq from command where seq = (select base from authority)), 0) as "base!: i64""#
    )
    .fetch_one(conn)
    .await?)
}

impl Batch<'_> {
    /// See [`Book::apply_anew`].
    pub(crate) async fn begin_with(&mut self, news: &News, at: DateTime<Utc>) -> Result<Applied, StoreError> {
        let facts =
            sqlx::query!(r#"select seq, fact_id as "fact: Uuid" from fact where seq <= (select fact from authority)"#)
                .fetch_all(self.conn())
                .await?;
        let told = told_through(self.conn()).await?;
        let told_of = facts.iter().filter(|row| told.is_some_and(|told| row.seq <= told));
        let told_of: HashSet<Uuid> = told_of.map(|row| row.fact).collect();
        let heard: HashSet<Uuid> = facts.into_iter().map(|row| row.fact).collect();
        self.forget_decided(news.history).await?;
        let applied = Applied {
            lacks: true,
            ..self.arrive(news, at, &heard).await?
        };
        if told.is_some() {
            tell_again(self.conn(), &told_of).await?;
        }
        Ok(applied)
    }

    /// Takes away whatever rests on decisions of the server, as if it had said nothing since this book came to it.
    async fn forget_decided(&mut self, history: Option<Uuid>) -> Result<(), StoreError> {
        let conn = self.conn();
        record(conn, false).await?;
        for (table, _) in TABLES.iter().rev() {
            sqlx::query(AssertSqlSafe(format!("delete from {table}")))
                .execute(&mut *conn)
                .await?;
        }
        for table in ["fact", "before_provisional", "scope_cursor"] {
            sqlx::query(AssertSqlSafe(format!("delete from {table}")))
                .execute(&mut *conn)
                .await?;
        }
        let base = base(conn).await?;
        wait_after(conn, base).await?;
        sqlx::query!("update authority set fact = 0, history = ?", history)
            .execute(&mut *conn)
            .await?;
        self.begin_anew().await
    }
}

/// The commands of this book after a place wait again and are to be sent.
pub(crate) async fn wait_after(conn: &mut SqliteConnection, place: i64) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into waiting (command) select seq from command where seq > (select base from authority) and dev_seq > ?
         on conflict (command) do nothing",
        place
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update authority set sent = min(sent, ?), decided = min(decided, ?)",
        place,
        place
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The number of the last fact that customers were told of, as far as they are to be.
async fn told_through(conn: &mut SqliteConnection) -> Result<Option<i64>, StoreError> {
    let told = sqlx::query_scalar!("select value from setting where name = ?", TOLD_THROUGH)
        .fetch_optional(conn)
        .await?;
    Ok(told.and_then(|seq| seq.parse().ok()))
}

/// Facts have other numbers by now: customers are told of the first that nobody was told of, and of those after it, as far as
/// they were not.
async fn tell_again(conn: &mut SqliteConnection, told_of: &HashSet<Uuid>) -> Result<(), StoreError> {
    let facts = sqlx::query!(
        r#"select seq, fact_id as "fact: Uuid" from fact where seq <= (select fact from authority)
           and kind in ('payment_received', 'loan_approved', 'loan_rejected') order by seq"#
    )
    .fetch_all(&mut *conn)
    .await?;
    let first = facts.iter().find(|row| !told_of.contains(&row.fact));
    let through = match first {
        Some(row) => row.seq - 1,
        None => {
            sqlx::query_scalar!("select fact from authority")
                .fetch_one(&mut *conn)
                .await?
        }
    };
    let through = through.to_string();
    sqlx::query!("update setting set value = ? where name = ?", through, TOLD_THROUGH)
        .execute(conn)
        .await?;
    Ok(())
}
