//! The aggregates as kept, and which copy of the book this is.

use super::Identity;
use super::chain::TOGETHER;
use crate::StoreError;
use farthing_api::OpId;
use farthing_office::{Aggregate, Key, State};
use sqlx::sqlite::SqliteConnection;

/// Loads the aggregates of some keys into a state; a key that has none stays without.
pub(crate) async fn load_all(conn: &mut SqliteConnection, keys: &[Key], state: &mut State) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let names = serde_json::to_string(keys)?;
    let rows = sqlx::query!(
        r#"select key, state from aggregate where key in (select value from json_each(?))"#,
        names
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        put_aggregate(state, &row.key, &row.state)?;
    }
    Ok(())
}

/// Loads the aggregates of some keys into a state unless an operation was kept before; whether it was.
pub(super) async fn load_unless_kept(
    conn: &mut SqliteConnection,
    op: OpId,
    keys: &[Key],
    state: &mut State,
) -> Result<bool, StoreError> {
    let names = serde_json::to_string(keys)?;
    let rows = sqlx::query!(
        r#"select key as "key!: String", state as "state!: String" from aggregate where key in (select value from json_each(?))
           union all select '', '' from command where op_id = ?"#,
        names,
        op.0
    )
    .fetch_all(conn)
    .await?;
    if rows.iter().any(|row| row.key.is_empty()) {
        return Ok(true);
    }
    for row in rows {
        put_aggregate(state, &row.key, &row.state)?;
    }
    Ok(false)
}

fn put_aggregate(state: &mut State, key: &str, text: &str) -> Result<(), StoreError> {
    let key: Key = key.parse().map_err(StoreError::Damaged)?;
    state.0.insert(key, serde_json::from_str::<Aggregate>(text)?);
    Ok(())
}

pub(crate) async fn save_aggregates(
    conn: &mut SqliteConnection,
    state: &State,
    keys: &[Key],
) -> Result<(), StoreError> {
    let mut versions = std::collections::BTreeMap::<&Key, i64>::new();
    for key in keys {
        *versions.entry(key).or_default() += 1;
    }
    let mut lines = Vec::with_capacity(versions.len());
    for (key, changes) in versions {
        let Some(aggregate) = state.0.get(key) else { continue };
        lines.push((key.to_string(), key.kind(), changes, serde_json::to_string(aggregate)?));
    }
    for part in lines.chunks(TOGETHER) {
        let part = serde_json::to_string(part)?;
        sqlx::query!(
            "insert into aggregate (key, kind, version, state)
             select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(?) where true
             on conflict (key) do update set version = version + excluded.version, state = excluded.state",
            part
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

pub(crate) async fn put_identity(conn: &mut SqliteConnection, identity: &Identity) -> Result<(), StoreError> {
    for (name, value) in [
        ("device", identity.device.to_string()),
        ("epoch", identity.epoch.to_string()),
        ("desk", identity.desk.clone()),
    ] {
        put_meta(conn, name, &value).await?;
    }
    Ok(())
}

pub(crate) async fn put_meta(conn: &mut SqliteConnection, name: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
        name,
        value
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn identity_of(conn: &mut SqliteConnection) -> Result<Option<Identity>, StoreError> {
    let rows = sqlx::query!("select name, value from meta where name in ('device', 'epoch', 'desk')")
        .fetch_all(conn)
        .await?;
    let value = |name: &str| rows.iter().find(|r| r.name == name).map(|r| r.value.clone());
    let (Some(device), Some(epoch), Some(desk)) = (value("device"), value("epoch"), value("desk")) else {
        return Ok(None);
    };
    let damaged = |what: &str| StoreError::Damaged(format!("the book's {what} can't be read"));
    Ok(Some(Identity {
        device: device.parse().map_err(|_| damaged("device"))?,
        epoch: epoch.parse().map_err(|_| damaged("epoch"))?,
        desk,
    }))
}
