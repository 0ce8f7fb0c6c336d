//! The end of a customer's personal data: their key, and whatever stands beside the log.

use crate::StoreError;
use crate::book::Book;
use crate::log::Beside;
use farthing_api::CustomerId;
use farthing_office::{Command, Context, Fact};
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

/// The search indexes, whose deleted words lie in old segments until these are merged.
const INDEXES: [&str; 4] = [
    "insert into customer_trigram (customer_trigram) values ('optimize')",
    "insert into customer_prefix (customer_prefix) values ('optimize')",
    "insert into loan_trigram (loan_trigram) values ('optimize')",
    "insert into loan_prefix (loan_prefix) values ('optimize')",
];

impl Book {
    /// Decides the erasing of a customer and keeps it: what is deleted is overwritten, in the file and in its log of changes,
    /// and gone from the search indexes when this returns.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the office says no; nothing was changed then.
    pub async fn erase(&self, customer: CustomerId, command: &Command, ctx: &Context) -> Result<Vec<Fact>, StoreError> {
        let beside = Beside {
            erase: Some(customer),
            ..Beside::default()
        };
        self.overwriting(self.execute(command, ctx, beside)).await
    }

    /// Does a work that deletes so that what it deletes is overwritten, in the file and in its log of changes, and gone
    /// from the search indexes.
    pub(crate) async fn overwriting<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.overwrite_deleted(true).await?;
        let done = work.await;
        if done.is_ok() {
            self.forget_deleted().await?;
        }
        self.overwrite_deleted(false).await?;
        done
    }

    /// Lets nothing of what was deleted lie in indexes and in the log of changes.
    async fn forget_deleted(&self) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        for sql in INDEXES {
            sqlx::query(sql).execute(&mut *conn).await?;
        }
        sqlx::query("pragma wal_checkpoint(truncate)")
            .execute(&mut *conn)
            .await?;
        Ok(())
    }

    /// Whether what is deleted is overwritten in the file.
    async fn overwrite_deleted(&self, on: bool) -> Result<(), StoreError> {
        let sql = match on {
            true => "pragma secure_delete = on",
            false => "pragma secure_delete = off",
        };
        sqlx::query(sql).execute(&mut *self.writer().await).await?;
        Ok(())
    }

    /// The customers whose key is there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn customers_with_key(&self) -> Result<Vec<CustomerId>, StoreError> {
        let rows = sqlx::query_scalar!(r#"select customer as "customer: Uuid" from customer_key order by customer"#)
            .fetch_all(self.readers())
            .await?;
        Ok(rows.into_iter().map(CustomerId).collect())
    }

    /// Whether a customer's key is still there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn has_key(&self, customer: CustomerId) -> Result<bool, StoreError> {
        let mut conn = self.readers().acquire().await?;
        Ok(crate::project::customer_key(&mut conn, customer).await?.is_some())
    }
}

/// Deletes a customer's key, their messages, codes, links and password.
pub(crate) async fn purge(conn: &mut SqliteConnection, customer: CustomerId) -> Result<(), StoreError> {
    let (id, word) = (customer.0, customer.to_string());
    let known = sqlx::query!("select email, phone, user_id from customer where id = ?", id)
        .fetch_optional(&mut *conn)
        .await?;
    if let Some(known) = known {
        let subject = known.user_id;
        for target in [known.email, known.phone] {
            super::codes::forget_wrong(conn, &target).await?;
            sqlx::query!("delete from recent_act where who = ?", target)
                .execute(&mut *conn)
                .await?;
            sqlx::query!("delete from challenge where target = ?", target)
                .execute(&mut *conn)
                .await?;
        }
        if let Some(user) = subject {
            for sql in [
                "delete from credential where user_id = ?",
                "delete from second_factor where user_id = ?",
                "delete from recovery_code where user_id = ?",
                "delete from reset where user_id = ?",
                "delete from contact_change where user_id = ?",
            ] {
                sqlx::query(sql).bind(user.clone()).execute(&mut *conn).await?;
            }
        }
    }
    sqlx::query!(
        "delete from wrong_code where target in (select target from challenge where subject = ?)",
        word
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from challenge where subject = ?", word)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("delete from message where customer = ?", id)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("delete from customer_key where customer = ?", id)
        .execute(conn)
        .await?;
    Ok(())
}
