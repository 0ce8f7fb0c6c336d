//! The figures of the book, as ratios against references in the same run. Run by `cargo xtask bench`.
//!
//! `FARTHING_BENCH_BOOK` names a book made by `farthing demo` (password in `FARTHING_PASSWORD`); the payment figures use
//! a small book of their own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use chrono::{DateTime, Utc};
use farthing_api::{ListQuery, LoanId, Money, PaymentMethod, Role, Secret};
use farthing_desk::demo::{Size, make};
use farthing_desk::{Home, headless};
use farthing_office::{Actor, Command, Context, RULES};
use farthing_store::{Beside, Book, BookKey};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use std::path::Path;
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse battery staple 9";
const ROUNDS: usize = 300;

struct Times(Vec<Duration>);

impl Times {
    fn at(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
    }

    fn shown(&self) -> String {
        let ms = |d: Duration| d.as_secs_f64() * 1000.0;
        format!(
            "p50 {:.3} ms, p95 {:.3} ms, p99 {:.3} ms",
            ms(self.at(50)),
            ms(self.at(95)),
            ms(self.at(99))
        )
    }
}

async fn timed<T>(times: &mut Vec<Duration>, work: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let out = work.await;
    times.push(start.elapsed());
    out
}

#[tokio::main]
async fn main() {
    payment().await;
    if let Some(book) = std::env::var_os("FARTHING_BENCH_BOOK") {
        large(Path::new(&book)).await;
    } else {
        println!("no FARTHING_BENCH_BOOK: the figures of a large book are left out");
    }
}

/// Statements and values with which a raw transaction writes the same rows as one payment did.
async fn rows_of_last_payment(conn: &mut SqliteConnection) -> Vec<String> {
    let mut statements = Vec::new();
    for (table, which) in [
        ("command", "seq = (select max(seq) from command)"),
        ("fact", "seq = (select max(seq) from fact)"),
        ("payment", "rid = (select max(rid) from payment)"),
        ("posting", "fact_seq = (select max(seq) from fact)"),
        (
            "aggregate",
            "key in (select about from fact where seq = (select max(seq) from fact) union select 'desk:BR1-01')",
        ),
        (
            "installment",
            "loan_rid = (select loan_rid from payment order by rid desc limit 1) and n = 1",
        ),
        (
            "balance",
            "account in (select account from posting where fact_seq = (select max(seq) from fact))",
        ),
        (
            "monthly",
            "measure in ('received') and month = (select max(month) from monthly where measure = 'received')",
        ),
        ("loan", "rid = (select loan_rid from payment order by rid desc limit 1)"),
        (
            "customer",
            "rid = (select customer_rid from loan where rid = (select loan_rid from payment order by rid desc limit 1))",
        ),
    ] {
        let columns: Vec<String> = sqlx::query(AssertSqlSafe(format!("select name from pragma_table_info('{table}')")))
            .fetch_all(&mut *conn)
            .await
            .unwrap()
            .iter()
            .map(|r| r.get(0))
            .collect();
        let quoted: Vec<String> = columns.iter().map(|c| format!("quote({c})")).collect();
        let rows = sqlx::query(AssertSqlSafe(format!(
            "select {} from {table} where {which}",
            quoted.join(" || ', ' || ")
        )))
        .fetch_all(&mut *conn)
        .await
        .unwrap();
        for row in rows {
            let values: String = row.get(0);
            statements.push(format!("{table}\t{}\t{values}", columns.join(", ")));
        }
    }
    statements
}

async fn payment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.book");
    let now: DateTime<Utc> = "2026-07-09T12:00:00Z".parse().unwrap();
    make(
        Home::of_book(&path),
        &Secret::new(PASSWORD),
        Size {
            customers: 400,
            loans: 600,
            seed: 5,
        },
        now,
        &mut |_| {},
    )
    .await
    .unwrap();
    let desk = headless::open(&path, Some("officer@demo.test"), &Secret::new(PASSWORD))
        .await
        .unwrap();
    let (book, actor) = (
        desk.book(),
        Actor {
            user: desk.user(),
            role: Role::Officer,
            customer: None,
        },
    );
    let identity = book.identity().await.unwrap().unwrap();
    let key = BookKey::from_bytes(*book.key().bytes());
    let query = ListQuery {
        filter: "active".into(),
        ..ListQuery::default()
    };
    let mut loans: Vec<LoanId> = Vec::new();
    for page in 0..6 {
        let found = book
            .loans(&ListQuery { page, ..query.clone() }, now.date_naive())
            .await
            .unwrap();
        loans.extend(
            found
                .rows
                .iter()
                .filter(|l| l.outstanding > Money::from_minor(100_000))
                .map(|l| l.id),
        );
    }
    let mut times = Vec::new();
    for n in 0..ROUNDS {
        let mut op = [7u8; 16];
        op[..8].copy_from_slice(&(n as u64).to_be_bytes());
        let ctx = Context {
            op: farthing_api::OpId(uuid::Uuid::from_bytes(op)),
            at: now,
            today: now.date_naive(),
            actor: Some(actor),
            device: identity.device,
            desk: identity.prefix(),
            rules: RULES,
        };
        let command = Command::ReceivePayment {
            loan: loans[n % loans.len()],
            amount: Money::from_minor(100),
            value_date: now.date_naive(),
            method: PaymentMethod::Cash,
            reference: String::new(),
        };
        timed(&mut times, book.execute(&command, &ctx, Beside::default()))
            .await
            .unwrap();
    }
    let payments = Times(times);
    desk.close().await.unwrap();
    let raw = raw_transactions(&path, &key).await;
    println!("payment, durable: {}", payments.shown());
    println!("raw transaction of the same rows: {}", raw.shown());
    println!(
        "payment / raw, medians: {:.2}",
        payments.at(50).as_secs_f64() / raw.at(50).as_secs_f64()
    );
}

/// The same rows through the same driver with the same durability, without deciding, hashing or looking anything up.
async fn raw_transactions(path: &Path, key: &BookKey) -> Times {
    let mut conn = SqliteConnectOptions::new()
        .filename(path)
        .pragma("key", format!("\"x'{}'\"", hex::encode(key.bytes())))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(false)
        .statement_cache_capacity(300)
        .disable_statement_logging()
        .connect()
        .await
        .unwrap();
    let rows = rows_of_last_payment(&mut conn).await;
    let mut statements = Vec::new();
    for row in &rows {
        let mut parts = row.split('\t');
        let (table, columns, values) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        statements.push((table.to_string(), columns.to_string(), values.to_string()));
    }
    let mut times = Vec::new();
    for n in 0..ROUNDS {
        let prepared: Vec<String> = statements.iter().map(|(t, c, v)| raw_statement(t, c, v, n)).collect();
        timed(&mut times, async {
            sqlx::query("begin immediate").execute(&mut conn).await.unwrap();
            for sql in prepared {
                sqlx::query(AssertSqlSafe(sql))
                    .persistent(false)
                    .execute(&mut conn)
                    .await
                    .unwrap();
            }
            sqlx::query("commit").execute(&mut conn).await.unwrap();
        })
        .await;
    }
    Times(times)
}

/// An insert with fresh keys for what grows, an update in place for the rest.
fn raw_statement(table: &str, columns: &str, values: &str, n: usize) -> String {
    let fresh = 10_000_000 + n;
    let unique = format!("x'{:032x}'", fresh);
    let names: Vec<&str> = columns.split(", ").collect();
    // Values hold commas inside quoted text only, and quote() doubles quotes, so a scan outside quotes splits them.
    let mut parts: Vec<String> = vec![String::new()];
    let mut inside = false;
    for c in values.chars() {
        match c {
            '\'' => inside = !inside,
            ',' if !inside => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    for (name, part) in names.iter().zip(parts.iter_mut()) {
        match (table, *name) {
            ("command" | "fact", "seq") | ("payment", "rid") | ("posting", "fact_seq") => *part = fresh.to_string(),
            ("command", "op_id") | ("fact", "fact_id") | ("payment", "id") => part.clone_from(&unique),
            ("command", "dev_seq") => *part = fresh.to_string(),
            ("payment", "receipt") => *part = format!("'raw-{fresh}'"),
            _ => {}
        }
    }
    let verb = if ["command", "fact", "payment", "posting"].contains(&table) {
        "insert"
    } else {
        "insert or replace"
    };
    match table {
        "loan" | "customer" => {
            let key = names.iter().position(|c| *c == "rid").unwrap();
            format!(
                "update {table} set outstanding = outstanding + 1 where rid = {}",
                parts[key]
            )
        }
        _ => format!("{verb} into {table} ({columns}) values ({})", parts.join(",")),
    }
}

/// What screens ask of a large book.
async fn large(path: &Path) {
    let password = Secret::new(std::env::var("FARTHING_PASSWORD").expect("FARTHING_PASSWORD"));
    let desk = headless::open(path, Some("admin@demo.test"), &password).await.unwrap();
    let book: &Book = desk.book();
    let today = book.last_day().await.unwrap();
    let mut search = Vec::new();
    let words = [
        "n",
        "ng",
        "ngu",
        "nguy",
        "o",
        "os",
        "ose",
        "dlam",
        "rama",
        "ven kat",
        "br1-01-c0",
        "254 71",
        "ama",
        "mar",
        "x",
        "zz",
        "hass",
        "pat",
    ];
    for round in 0..20 {
        for word in words {
            let query = ListQuery {
                search: word.into(),
                page: round % 2,
                ..ListQuery::default()
            };
            timed(&mut search, book.customers(&query)).await.unwrap();
            timed(&mut search, book.loans(&query, today)).await.unwrap();
        }
    }
    println!("search as you type, both lists: {}", Times(search).shown());
    let mut pages = Vec::new();
    for page in 0..100 {
        for sort in ["", "name", "outstanding"] {
            let query = ListQuery {
                sort: sort.into(),
                descending: page % 2 == 0,
                page,
                ..ListQuery::default()
            };
            timed(&mut pages, book.customers(&query)).await.unwrap();
        }
        for filter in ["", "active", "overdue", "purchases"] {
            let query = ListQuery {
                filter: filter.into(),
                page,
                ..ListQuery::default()
            };
            timed(&mut pages, book.loans(&query, today)).await.unwrap();
        }
    }
    println!("list page: {}", Times(pages).shown());
    let mut home = Vec::new();
    for _ in 0..40 {
        timed(&mut home, async {
            book.home_figures(today).await.unwrap();
            book.waiting_counts().await.unwrap();
            book.to_collect(today, 9).await.unwrap();
            book.tasks(9).await.unwrap();
            book.months("2025-08", "2026-07").await.unwrap();
        })
        .await;
    }
    println!("officer's home: {}", Times(home).shown());
    let mut overview = Vec::new();
    for _ in 0..40 {
        timed(&mut overview, async {
            book.portfolio(today).await.unwrap();
            book.portfolio_by_product(today).await.unwrap();
            book.loan_counts(today).await.unwrap();
            book.customer_counts().await.unwrap();
            book.month_ends(today - chrono::Days::new(365)).await.unwrap();
        })
        .await;
    }
    println!("administrator's home: {}", Times(overview).shown());
    desk.close().await.unwrap();
}
