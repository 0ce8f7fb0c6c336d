//! Credentials that go between desks: the one that was decided last counts, and goes to each desk with its fact.

use crate::error::ServerError;
use farthing_api::{FactId, Secret};
use farthing_office::{Credential, FactBody};
use farthing_sync::authority::Decision;
use farthing_sync::intake::Taken;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// The most letters of one; more is none.
const LONGEST: usize = 1000;

/// Keeps the credentials that commands give, in the order in which they were decided.
pub(crate) async fn keep(
    conn: &mut PgConnection,
    organisation: Uuid,
    taken: &[Taken],
    decided: &[Decision],
) -> Result<(), ServerError> {
    for (taken, decision) in taken.iter().zip(decided) {
        for fact in &decision.facts {
            follow(conn, organisation, (fact.id, &fact.body), taken.row.credential.as_ref()).await?;
        }
    }
    Ok(())
}

/// What a fact does to credentials; `came` is the one that came along.
pub(crate) async fn follow(
    conn: &mut PgConnection,
    organisation: Uuid,
    (id, fact): (FactId, &FactBody),
    came: Option<&Secret>,
) -> Result<(), ServerError> {
    if let Some(credential) = fact.takes() {
        drop_of(conn, organisation, credential).await?;
    }
    let Some(gives) = fact.gives() else { return Ok(()) };
    match came.filter(|came| came.reveal().len() <= LONGEST) {
        Some(came) => put(conn, organisation, gives, id, came).await,
        // One that is not known ends the one before all the same.
        None => drop_of(conn, organisation, gives).await,
    }
}

async fn put(
    conn: &mut PgConnection,
    organisation: Uuid,
    credential: Credential,
    fact: FactId,
    came: &Secret,
) -> Result<(), ServerError> {
    sqlx::query!(
        "insert into credential (organisation, user_id, kind, fact_id, credential) values ($1, $2, $3, $4, $5)
         on conflict (organisation, user_id, kind) do update set fact_id = excluded.fact_id, credential = excluded.credential",
        organisation,
        credential.whose(),
        credential.word(),
        fact.0,
        came.reveal()
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn drop_of(conn: &mut PgConnection, organisation: Uuid, credential: Credential) -> Result<(), ServerError> {
    sqlx::query!(
        "delete from credential where organisation = $1 and user_id = $2 and kind = $3",
        organisation,
        credential.whose(),
        credential.word()
    )
    .execute(conn)
    .await?;
    Ok(())
}
