//! Credentials that go between desks: what was chosen here goes to the server with the command, what was chosen elsewhere arrives
//! with the fact.

use crate::StoreError;
use crate::book::Book;
use crate::log::{Beside, instant, put_credential};
use crate::query;
use chrono::{DateTime, Utc};
use farthing_api::{ApiError, Code, ErrorKind, OpId, Secret, UserId};
use farthing_office::{Credential, Fact, FactBody};
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

/// Keeps the credential that a command gives, for the server.
pub(crate) async fn keep_to_send(
    conn: &mut SqliteConnection,
    op: OpId,
    beside: &Beside,
    facts: &[Fact],
) -> Result<(), StoreError> {
    let of_customer = || beside.credential.as_ref().map(|(_, hash)| Secret::new(hash));
    let credential = beside.settles.clone().or_else(of_customer);
    let gives = facts.iter().find_map(|fact| fact.body.gives());
    if let (Some(credential), Some(gives)) = (credential, gives) {
        let (whose, kind, text) = (gives.whose(), gives.word(), credential.reveal());
        sqlx::query!(
            "insert into credential_to_send (op_id, user_id, kind, credential) values (?, ?, ?, ?)",
            op.0,
            whose,
            kind,
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

/// A credential came that was chosen elsewhere. One that was chosen here is in force already, and one that is on its way to the
/// server will be the later one there.
pub(crate) async fn arrive(
    conn: &mut SqliteConnection,
    fact: &Fact,
    credential: &Secret,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(gives) = fact.body.gives() else {
        return Ok(());
    };
    let (whose, kind, text) = (gives.whose(), gives.word(), credential.reveal());
    let known = sqlx::query!(
        r#"select exists (select 1 from command where op_id = ?)
           or exists (select 1 from credential_to_send where user_id = ? and kind = ?) as "own!: bool",
           coalesce((select customer is not null from user where id = ?), 0) as "customer!: bool""#,
        fact.op.0,
        whose,
        kind,
        whose
    )
    .fetch_one(&mut *conn)
    .await?;
    match gives {
        _ if known.own => Ok(()),
        Credential::Password(user) if known.customer => put_credential(conn, user, text, &instant(at)).await,
        _ => {
            sqlx::query!(
                "insert into credential_came (kind, whose, credential) values (?, ?, ?)
                 on conflict (kind, whose) do update set credential = excluded.credential",
                kind,
                whose,
                text
            )
            .execute(conn)
            .await?;
            Ok(())
        }
    }
}

/// A credential counts no more: nothing of it stays here.
pub(crate) async fn leave(conn: &mut SqliteConnection, credential: Credential) -> Result<(), StoreError> {
    let (whose, kind) = (credential.whose(), credential.word());
    sqlx::query!("delete from credential_came where kind = ? and whose = ?", kind, whose)
        .execute(&mut *conn)
        .await?;
    match credential {
        // Its slot goes with the others of those who have no access.
        Credential::Password(_) => Ok(()),
        Credential::Waiting(whose) => {
            let name = waiting_password(whose);
            sqlx::query!("delete from setting where name = ?", name)
                .execute(conn)
                .await?;
            Ok(())
        }
        Credential::SecondFactor(user) => {
            let waits = sqlx::query_scalar!(
                r#"select exists (select 1 from credential_to_send where user_id = ? and kind = ?) as "waits!: bool""#,
                whose,
                kind
            )
            .fetch_one(&mut *conn)
            .await?;
            match waits {
                // Set up anew here meanwhile, on its way to the server, where it will be the later one.
                true => Ok(()),
                false => query::forget_second_factor(conn, user).await,
            }
        }
    }
}

/// The setting under which a password waits.
pub fn waiting_password(whose: Uuid) -> String {
    format!("slot:{}", whose.simple())
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
    /// What was chosen elsewhere and is not in force here yet.
    ///
    /// # Errors
    /// What the database says.
    pub async fn arrived_credentials(&self) -> Result<Vec<(Credential, Secret)>, StoreError> {
        let rows = sqlx::query!(r#"select kind, whose as "whose: Uuid", credential from credential_came"#)
            .fetch_all(self.readers())
            .await?;
        let read = |(kind, whose, text): (String, Uuid, String)| {
            let credential = Credential::of(&kind, whose).ok_or_else(|| StoreError::Damaged(format!("{kind} came")))?;
            Ok((credential, Secret::new(text)))
        };
        rows.into_iter()
            .map(|row| read((row.kind, row.whose, row.credential)))
            .collect()
    }

    /// It is in force, or is not to be.
    ///
    /// # Errors
    /// What the database says.
    pub async fn settled_credential(&self, credential: Credential, came: &Secret) -> Result<(), StoreError> {
        let (whose, kind, text) = (credential.whose(), credential.word(), came.reveal());
        sqlx::query!(
            "delete from credential_came where kind = ? and whose = ? and credential = ?",
            kind,
            whose,
            text
        )
        .execute(&mut *self.writer().await)
        .await?;
        Ok(())
    }

    /// Whether an operation was brought to the server as history, so that no credential went along.
    ///
    /// # Errors
    /// What the database says.
    pub async fn is_from_before_server(&self, op: OpId) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar!(
            r#"select exists (select 1 from command where op_id = ? and seq <= (select base from authority)) as "before!: bool""#,
            op.0
        )
        .fetch_one(self.readers())
        .await?)
    }

    /// What a customer's password became.
    ///
    /// # Errors
    /// What the database says.
    pub async fn kept_password(&self, user: UserId) -> Result<Option<Secret>, StoreError> {
        let hash = sqlx::query_scalar!("select hash from credential where user_id = ?", user.0)
            .fetch_optional(self.readers())
            .await?;
        Ok(hash.map(Secret::new))
    }
}
