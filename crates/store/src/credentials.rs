//! Passwords that are settled between desks: what those chosen here became goes to the server with the command, what those chosen
//! elsewhere became arrives with the fact.

use crate::StoreError;
use crate::book::Book;
use crate::log::{Beside, instant, put_credential};
use chrono::{DateTime, Utc};
use farthing_api::{ApiError, Code, ErrorKind, OpId, Secret, UserId};
use farthing_office::{Fact, FactBody};
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

/// Keeps what a password became that a command gives someone, for the server.
pub(crate) async fn keep_to_send(
    conn: &mut SqliteConnection,
    op: OpId,
    beside: &Beside,
    facts: &[Fact],
) -> Result<(), StoreError> {
    let of_customer = || beside.credential.as_ref().map(|(_, hash)| Secret::new(hash));
    let credential = beside.settles.clone().or_else(of_customer);
    let user = facts.iter().find_map(|fact| fact.body.gives_password());
    if let (Some(credential), Some(user)) = (credential, user) {
        let text = credential.reveal();
        sqlx::query!(
            "insert into credential_to_send (op_id, user_id, credential) values (?, ?, ?)",
            op.0,
            user.0,
            text
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// What became of a command is known: nothing of it is sent any more.
pub(crate) async fn is_settled(conn: &mut SqliteConnection, op: OpId) -> Result<(), StoreError> {
    sqlx::query!("delete from credential_to_send where op_id = ?", op.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Someone has a password that was chosen elsewhere. One that was chosen here is in force already, and one that is on its way to
/// the server will be the later one there.
pub(crate) async fn arrive(
    conn: &mut SqliteConnection,
    fact: &Fact,
    credential: &Secret,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(user) = fact.body.gives_password() else {
        return Ok(());
    };
    let known = sqlx::query!(
        r#"select exists (select 1 from command where op_id = ?)
           or exists (select 1 from credential_to_send where user_id = ?) as "own!: bool",
           coalesce((select customer is not null from user where id = ?), 0) as "customer!: bool""#,
        fact.op.0,
        user.0,
        user.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let text = credential.reveal();
    match (known.own, known.customer) {
        (true, _) => Ok(()),
        (false, true) => put_credential(conn, user, text, &instant(at)).await,
        (false, false) => {
            sqlx::query!(
                "insert into credential_arrived (user_id, credential) values (?, ?)
                 on conflict (user_id) do update set credential = excluded.credential",
                user.0,
                text
            )
            .execute(conn)
            .await?;
            Ok(())
        }
    }
}

/// Where a later password took the place of one that was chosen here, whoever chose it is told.
pub(crate) async fn tell_of_crossing(
    conn: &mut SqliteConnection,
    fact: &Fact,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let FactBody::PasswordChanged { crossed: Some(op), .. } = &fact.body else {
        return Ok(());
    };
    let reason = ApiError::new(ErrorKind::Changed, Code::PasswordCrossed).with("desk", &fact.desk);
    let (reason, at) = (serde_json::to_string(&reason)?, instant(at));
    sqlx::query!(
        "insert into overruled (command, reason, at) select seq, ?, ? from command where op_id = ?
         on conflict (command) do nothing",
        reason,
        at,
        op.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

impl Book {
    /// What the passwords became that were chosen elsewhere and that no slot is made of yet.
    ///
    /// # Errors
    /// What the database says.
    pub async fn arrived_credentials(&self) -> Result<Vec<(UserId, Secret)>, StoreError> {
        let rows = sqlx::query!(r#"select user_id as "user: Uuid", credential from credential_arrived"#)
            .fetch_all(self.readers())
            .await?;
        let read = rows
            .into_iter()
            .map(|row| (UserId(row.user), Secret::new(row.credential)));
        Ok(read.collect())
    }

    /// A slot was made of it, or none is to be.
    ///
    /// # Errors
    /// What the database says.
    pub async fn settled_credential(&self, user: UserId, credential: &Secret) -> Result<(), StoreError> {
        let text = credential.reveal();
        sqlx::query!(
            "delete from credential_arrived where user_id = ? and credential = ?",
            user.0,
            text
        )
        .execute(&mut *self.writer().await)
        .await?;
        Ok(())
    }
}
