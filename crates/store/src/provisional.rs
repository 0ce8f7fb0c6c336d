//! The provisional layer of an enrolled book: what follows, by the rules here, from commands that the server has not decided.
//!
//! Provisional facts stand at the end of the fact log and in every table that screens read, so that everything looks as it
//! will once the server agrees. Triggers on the connection that writes remember each row that they change as it was before.
//! So the layer is taken away by putting those rows back, whatever the projections are (see the ADR on the provisional layer).
//! A standalone book has no such triggers.

use crate::StoreError;
use crate::project::TABLES;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Row};
use std::fmt::Write;

/// What facts are written into besides the tables that are derived from them.
const LOG: &str = "fact";

/// A table's columns, those of its primary key first.
struct Shape {
    key: Vec<String>,
    columns: Vec<String>,
}

async fn shape(conn: &mut SqliteConnection, table: &str) -> Result<Shape, StoreError> {
    let sql = format!("select name, pk from pragma_table_info('{table}') order by cid");
    let (mut key, mut columns) = (Vec::new(), Vec::new());
    for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(conn).await? {
        let name: String = row.get(0);
        if row.get::<i64, _>(1) > 0 {
            key.push(name.clone());
        }
        columns.push(name);
    }
    Ok(Shape { key, columns })
}

/// A value as SQL that gives it back; `quote` alone ends a text at its first zero.
fn value(of: &str, column: &str) -> String {
    let v = format!("{of}.\"{column}\"");
    format!(
        "case when typeof({v}) = 'text' and instr({v}, char(0)) > 0 then 'cast(x''' || hex({v}) || ''' as text)'
         else quote({v}) end"
    )
}

/// SQL that makes the condition by which a row is found.
fn condition(of: &str, shape: &Shape) -> String {
    let equal = shape
        .key
        .iter()
        .map(|column| format!("'\"{column}\" is ' || {}", value(of, column)));
    equal.collect::<Vec<_>>().join(" || ' and ' || ")
}

/// SQL that makes the values of a row.
fn values(of: &str, shape: &Shape) -> String {
    let values = shape.columns.iter().map(|column| value(of, column));
    values.collect::<Vec<_>>().join(" || ', ' || ")
}

/// The triggers of one table. A row is remembered as it was before the first change only.
fn triggers(table: &str, shape: &Shape) -> String {
    let mut sql = String::new();
    let was = values("old", shape);
    for (event, of, was) in [
        ("insert", "new", "null"),
        ("update", "old", &was),
        ("delete", "old", &was),
    ] {
        let row = condition(of, shape);
        let _ = write!(
            sql,
            "create temp trigger provisional_{table}_{event} after {event} on main.\"{table}\"
             when (select active from temp.recording) begin
             insert into before_provisional (name, row, was) select '{table}', {row}, {was}
             where not exists (select 1 from before_provisional where name = '{table}' and row = {row}); end;\n"
        );
    }
    sql
}

/// Makes the triggers, once for each connection that writes.
pub(crate) async fn watch(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let known: i64 = sqlx::query_scalar("select count(*) from temp.sqlite_schema where name = 'recording'")
        .fetch_one(&mut *conn)
        .await?;
    if known > 0 {
        return Ok(());
    }
    let mut sql = String::from(
        "create temp table recording (active integer not null) strict; insert into temp.recording values (0);\n",
    );
    for table in TABLES.iter().map(|(table, _)| *table).chain([LOG]) {
        sql.push_str(&triggers(table, &shape(conn, table).await?));
    }
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

/// Whether what is written from now on is provisional.
pub(crate) async fn record(conn: &mut SqliteConnection, active: bool) -> Result<(), StoreError> {
    sqlx::query("update temp.recording set active = ?")
        .bind(active)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes the whole layer away: every row is again as it was. Only within a transaction.
pub(crate) async fn take_away(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    record(conn, false).await?;
    put_back(conn).await.map(drop)
}

/// The setting that says that the layer was taken away and is to be derived anew, whatever interrupts an update.
pub(crate) const SET_ASIDE: &str = "provisional_set_aside";

/// Takes the layer away before an update of the program changes the tables: what is remembered of rows is of the tables as
/// they are, and could not be put back into others.
pub(crate) async fn set_aside(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let known: i64 = sqlx::query_scalar("select count(*) from sqlite_schema where name = 'before_provisional'")
        .fetch_one(&mut *conn)
        .await?;
    // A book of before there were servers.
    if known == 0 {
        return Ok(());
    }
    let mut transaction = conn.begin().await?;
    if put_back(&mut transaction).await? {
        sqlx::query("insert into setting (name, value) values (?, '') on conflict (name) do nothing")
            .bind(SET_ASIDE)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Whether there was anything to put back.
async fn put_back(conn: &mut SqliteConnection) -> Result<bool, StoreError> {
    let rows = sqlx::query!("select name, row, was from before_provisional")
        .fetch_all(&mut *conn)
        .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    // Rows refer to each other; what counts is that they do so again at the end.
    sqlx::query("pragma defer_foreign_keys = on")
        .execute(&mut *conn)
        .await?;
    for row in &rows {
        run(conn, format!("delete from \"{}\" where {}", row.name, row.row)).await?;
    }
    let mut columns = std::collections::BTreeMap::new();
    for row in &rows {
        let Some(was) = &row.was else { continue };
        if !columns.contains_key(&row.name) {
            let names = shape(conn, &row.name).await?.columns.join("\", \"");
            columns.insert(row.name.clone(), names);
        }
        let names = columns.get(&row.name).map(String::as_str).unwrap_or_default();
        run(
            conn,
            format!("insert into \"{}\" (\"{names}\") values ({was})", row.name),
        )
        .await?;
    }
    sqlx::query!("delete from before_provisional").execute(conn).await?;
    Ok(true)
}

/// Runs a statement that comes once, so that it does not push others out of the cache.
async fn run(conn: &mut SqliteConnection, sql: String) -> Result<(), StoreError> {
    sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(conn).await?;
    Ok(())
}
