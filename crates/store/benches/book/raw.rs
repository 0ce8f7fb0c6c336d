//! The reference of what the book does: the rows that were changed, written again by plain statements through the same driver,
//! with the same durability, into a copy of the book. It neither decides nor hashes nor looks anything up.
#![allow(dead_code, reason = "each bench uses its part")]

use farthing_store::BookKey;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Row, TypeInfo, ValueRef};
use std::collections::BTreeMap;
use std::path::Path;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/desk");

/// A value of a row, as it is bound again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    fn of(row: &SqliteRow, column: usize) -> Value {
        let raw = row.try_get_raw(column).unwrap();
        if raw.is_null() {
            return Value::Null;
        }
        let kind = raw.type_info().name().to_string();
        drop(raw);
        match kind.as_str() {
            "INTEGER" => Value::Integer(row.get(column)),
            "TEXT" => Value::Text(row.get(column)),
            "BLOB" => Value::Blob(row.get(column)),
            other => panic!("a column of type {other}"),
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Integer(n) => (*n).into(),
            Value::Text(text) => text.as_str().into(),
            Value::Blob(bytes) => hex::encode(bytes).into(),
        }
    }
}

/// A table: its columns, the places of its key's columns among them, and which of its rows one payment may change.
struct Table {
    name: String,
    columns: Vec<String>,
    key: Vec<usize>,
}

type Rows = BTreeMap<Vec<Value>, Vec<Value>>;

/// A statement and what is bound to it.
#[derive(Clone)]
pub(crate) struct Write {
    sql: String,
    values: Vec<Value>,
}

/// The copy of the book and the one connection to it.
pub(crate) struct Raw {
    conn: SqliteConnection,
    tables: Vec<Table>,
}

/// A connection as the product opens its book; without a key, to a plain file.
fn options(path: &Path, key: Option<&BookKey>) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(path);
    let options = match key {
        Some(key) => options.pragma("key", format!("\"x'{}'\"", hex::encode(key.bytes()))),
        None => options,
    };
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-32768")
        .pragma("wal_autocheckpoint", "4000")
        .statement_cache_capacity(300)
        .disable_statement_logging()
}

impl Raw {
    /// Opens the copy of a book.
    pub(crate) async fn open(path: &Path, key: &BookKey) -> Raw {
        let mut conn = options(path, Some(key)).foreign_keys(false).connect().await.unwrap();
        let tables = tables(&mut conn).await;
        Raw { conn, tables }
    }

    /// Makes an empty file with the book's tables and indexes, whose references are checked as the book's are.
    pub(crate) async fn create(path: &Path, key: Option<&BookKey>) -> Raw {
        let options = options(path, key).create_if_missing(true).foreign_keys(true);
        let mut conn = options.connect().await.unwrap();
        MIGRATIONS.run_direct(None, &mut conn, false).await.unwrap();
        let tables = tables(&mut conn).await;
        Raw { conn, tables }
    }

    /// The connection.
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }

    /// Every row as a document: its table, its name, and its columns, bytes in hexadecimal.
    pub(crate) async fn documents(&mut self) -> Vec<serde_json::Value> {
        let mut documents = Vec::new();
        for table in &self.tables {
            for (key, row) in table.rows(&mut self.conn, "true").await {
                let name: Vec<String> = key.iter().map(|value| value.json().to_string()).collect();
                let columns = table.columns.iter().cloned().zip(row.iter().map(Value::json));
                let row: serde_json::Map<_, _> = columns.collect();
                let name = format!("{}:{}", table.name, name.join(","));
                documents.push(serde_json::json!({ "table": table.name, "name": name, "row": row }));
            }
        }
        documents
    }

    /// What has to be written so that the copy has the rows that the book has after one more payment.
    pub(crate) async fn writes_of(&mut self, book: &SqlitePool) -> Vec<Write> {
        let mut theirs = book.acquire().await.unwrap();
        let mut writes = Vec::new();
        for table in &self.tables {
            let which = table.touched(&mut theirs, &mut self.conn).await;
            writes.extend(table.writes(&mut theirs, &mut self.conn, &which).await);
        }
        writes
    }

    /// What has to be written so that the copy has the rows that the book has, whatever happened there.
    pub(crate) async fn all_writes_of(&mut self, book: &SqlitePool) -> Vec<Write> {
        let mut theirs = book.acquire().await.unwrap();
        let mut writes = Vec::new();
        for table in &self.tables {
            let which = match table.name.as_str() {
                "command" | "fact" => table.grown(&mut self.conn, "seq").await,
                "posting" => table.grown(&mut self.conn, "fact_seq").await,
                _ => "true".into(),
            };
            writes.extend(table.writes(&mut theirs, &mut self.conn, &which).await);
        }
        writes
    }

    /// Writes rows in one transaction.
    pub(crate) async fn run(&mut self, writes: Vec<Write>) {
        sqlx::query("begin immediate").execute(&mut self.conn).await.unwrap();
        // The tables come by name: what counts is that the references hold at the end.
        sqlx::query("pragma defer_foreign_keys = on")
            .execute(&mut self.conn)
            .await
            .unwrap();
        for write in writes {
            let query = sqlx::query::<Sqlite>(AssertSqlSafe(write.sql));
            let bound = write.values.into_iter().fold(query, |query, value| match value {
                Value::Null => query.bind(None::<i64>),
                Value::Integer(n) => query.bind(n),
                Value::Text(text) => query.bind(text),
                Value::Blob(bytes) => query.bind(bytes),
            });
            bound.execute(&mut self.conn).await.unwrap();
        }
        sqlx::query("commit").execute(&mut self.conn).await.unwrap();
    }

    /// The copy is the same as the book, or the reference did not write what it should have.
    pub(crate) async fn must_equal(&mut self, book: &SqlitePool) {
        let mut theirs = book.acquire().await.unwrap();
        for table in &self.tables {
            let same = table.rows(&mut theirs, "true").await == table.rows(&mut self.conn, "true").await;
            assert!(same, "{} was not written the same", table.name);
        }
    }
}

async fn tables(conn: &mut SqliteConnection) -> Vec<Table> {
    let names = sqlx::query_scalar::<Sqlite, String>(
        "select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite%'
         and name not like '%sqlx%' order by name",
    )
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    let mut tables = Vec::new();
    for name in names {
        let columns = sqlx::query(AssertSqlSafe(format!(
            "select name, pk from pragma_table_info('{name}')"
        )))
        .fetch_all(&mut *conn)
        .await
        .unwrap();
        let is_key = |i: &usize| columns[*i].get::<i64, _>(1) > 0;
        let has_key = (0..columns.len()).any(|i| is_key(&i));
        tables.push(Table {
            key: (0..columns.len()).filter(|i| !has_key || is_key(i)).collect(),
            columns: columns.iter().map(|c| c.get(0)).collect(),
            name,
        });
    }
    tables
}

impl Table {
    /// Which rows to compare: of the large tables what is new, or belongs to the loan of the last payment.
    async fn touched(&self, book: &mut SqliteConnection, copy: &mut SqliteConnection) -> String {
        let grows = match self.name.as_str() {
            "command" | "fact" => "seq",
            "payment" => "rid",
            "posting" => "fact_seq",
            "installment" => return format!("loan_rid = {}", number(book, LAST_LOAN).await),
            "loan" => return format!("rid = {}", number(book, LAST_LOAN).await),
            "customer" => {
                let rid = format!("select customer_rid from loan where rid = ({LAST_LOAN})");
                return format!("rid = {}", number(book, &rid).await);
            }
            "aggregate" => {
                let last = "select about from fact order by seq desc limit 1";
                let about: String = sqlx::query_scalar(last).fetch_one(book).await.unwrap();
                return format!("key like 'desk:%' or key = '{about}'");
            }
            _ => return "true".into(),
        };
        self.grown(copy, grows).await
    }

    /// What is new of a table that only grows.
    async fn grown(&self, copy: &mut SqliteConnection, grows: &str) -> String {
        let last = format!("select coalesce(max({grows}), 0) from {}", self.name);
        format!("{grows} > {}", number(copy, &last).await)
    }

    /// What has to be written so that one has the rows that the other has.
    async fn writes(&self, book: &mut SqliteConnection, copy: &mut SqliteConnection, which: &str) -> Vec<Write> {
        let (new, old) = (self.rows(book, which).await, self.rows(copy, which).await);
        let gone = old
            .keys()
            .filter(|key| !new.contains_key(*key))
            .map(|key| self.delete(key));
        let changed = new.iter().filter_map(|(key, row)| self.write(key, row, old.get(key)));
        gone.chain(changed).collect()
    }

    fn delete(&self, key: &[Value]) -> Write {
        let which: Vec<String> = self.key.iter().map(|i| format!("{} = ?", self.columns[*i])).collect();
        Write {
            sql: format!("delete from {} where {}", self.name, which.join(" and ")),
            values: key.to_vec(),
        }
    }

    async fn rows(&self, conn: &mut SqliteConnection, which: &str) -> Rows {
        let sql = format!("select {} from {} where {which}", self.columns.join(", "), self.name);
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(conn).await.unwrap();
        let values = |row: &SqliteRow| (0..self.columns.len()).map(|i| Value::of(row, i)).collect::<Vec<_>>();
        rows.iter()
            .map(values)
            .map(|row| (self.key.iter().map(|i| row[*i].clone()).collect(), row))
            .collect()
    }

    /// An insert of a new row, or an update of what differs of an old one.
    fn write(&self, key: &[Value], row: &[Value], old: Option<&Vec<Value>>) -> Option<Write> {
        let Some(old) = old else {
            let marks = vec!["?"; row.len()].join(", ");
            return Some(Write {
                sql: format!(
                    "insert into {} ({}) values ({marks})",
                    self.name,
                    self.columns.join(", ")
                ),
                values: row.to_vec(),
            });
        };
        let changed: Vec<usize> = (0..row.len()).filter(|i| row[*i] != old[*i]).collect();
        if changed.is_empty() {
            return None;
        }
        let equals = |i: &usize| format!("{} = ?", self.columns[*i]);
        let set: Vec<String> = changed.iter().map(equals).collect();
        let which: Vec<String> = self.key.iter().map(equals).collect();
        Some(Write {
            sql: format!(
                "update {} set {} where {}",
                self.name,
                set.join(", "),
                which.join(" and ")
            ),
            values: changed
                .iter()
                .map(|i| row[*i].clone())
                .chain(key.iter().cloned())
                .collect(),
        })
    }
}

const LAST_LOAN: &str = "select loan_rid from payment order by rid desc limit 1";

async fn number(conn: &mut SqliteConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_string()))
        .fetch_one(conn)
        .await
        .unwrap()
}
