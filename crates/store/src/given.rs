//! The numbers that an enrolled desk has given. What the server refused leaves the facts again, and its number with it; but
//! someone may hold a paper with that number, so it is not given to anything else.

use crate::StoreError;
use farthing_office::Desk;
use sqlx::sqlite::SqliteConnection;

/// The last numbers noted under a desk's prefix; none under another one.
pub(crate) async fn read(conn: &mut SqliteConnection, desk: &str) -> Result<Desk, StoreError> {
    let noted = sqlx::query_scalar!("select given from authority")
        .fetch_optional(conn)
        .await?
        .flatten();
    let noted: Option<(String, Desk)> = noted.as_deref().map(serde_json::from_str).transpose()?;
    Ok(noted
        .filter(|(prefix, _)| prefix == desk)
        .map(|(_, numbers)| numbers)
        .unwrap_or_default())
}

/// Notes the last numbers that a desk has given.
pub(crate) async fn note(conn: &mut SqliteConnection, desk: &str, numbers: Desk) -> Result<(), StoreError> {
    let given = serde_json::to_string(&(desk, numbers))?;
    sqlx::query!("update authority set given = ?", given)
        .execute(conn)
        .await?;
    Ok(())
}
