//! Passwords that are settled between desks: the one that was decided last counts, and goes to each desk with its fact.

use crate::error::ServerError;
use farthing_api::{Secret, UserId};
use farthing_office::{Fact, FactBody};
use farthing_sync::authority::Decision;
use farthing_sync::intake::Taken;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// The most letters of one; more is none.
const LONGEST: usize = 1000;

/// Keeps what the passwords became that commands gave, in the order in which they were decided.
pub(crate) async fn keep(
    conn: &mut PgConnection,
    organisation: Uuid,
    taken: &[Taken],
    decided: &[Decision],
) -> Result<(), ServerError> {
    for (taken, decision) in taken.iter().zip(decided) {
        let credential = taken.row.credential.as_ref().filter(|c| c.reveal().len() <= LONGEST);
        for fact in &decision.facts {
            match (fact.body.gives_password(), &fact.body) {
                (Some(user), _) => put(conn, organisation, user, fact, credential).await?,
                (None, FactBody::UserAccessSet { user, .. }) => drop_of(conn, organisation, *user).await?,
                _ => {}
            }
        }
    }
    Ok(())
}

/// One that is not known ends the one before all the same.
async fn put(
    conn: &mut PgConnection,
    organisation: Uuid,
    user: UserId,
    fact: &Fact,
    credential: Option<&Secret>,
) -> Result<(), ServerError> {
    let Some(credential) = credential else {
        return drop_of(conn, organisation, user).await;
    };
    sqlx::query!(
        "insert into credential (organisation, user_id, fact_id, credential) values ($1, $2, $3, $4)
         on conflict (organisation, user_id) do update set fact_id = excluded.fact_id, credential = excluded.credential",
        organisation,
        user.0,
        fact.id.0,
        credential.reveal()
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn drop_of(conn: &mut PgConnection, organisation: Uuid, user: UserId) -> Result<(), ServerError> {
    sqlx::query!(
        "delete from credential where organisation = $1 and user_id = $2",
        organisation,
        user.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
