//! What screens ask of the book. Every list is paged in SQL; nothing here works out an amount that a fact did not carry.

mod account;
mod audit;
mod codes;
mod customers;
mod day;
mod desk;
mod erase;
mod home;
mod ledger;
mod loans;
mod messages;
mod outbox;
mod receipts;
mod requests;
mod second_factor;
mod sessions;

pub(crate) use account::keep_beside;
pub use account::{ContactChange, ResetRow, UserRow};
pub use codes::{Act, ChallengeRow, Suspension, Tried};
pub use desk::SignInUser;
pub(crate) use erase::purge;
pub use home::{HomeFigures, MonthSums, ProductShare};
pub use ledger::LedgerLine;
pub use loans::PaymentPaper;
pub(crate) use outbox::TOLD_THROUGH;
pub use outbox::{About, Claimed, DueInstallment, Ended, NewMessage};
pub(crate) use second_factor::forget_second_factor;

use crate::StoreError;
use crate::project::fold;
use farthing_api::{COUNT_CAP, ListQuery, PAGE_ROWS, PaymentMethod};
use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{QueryBuilder, Row};

/// The word of a way of paying, as kept.
pub(crate) const fn method_word(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Cash => "cash",
        PaymentMethod::Bank => "bank",
        PaymentMethod::Mobile => "mobile",
    }
}

pub(crate) fn read_method(word: &str) -> PaymentMethod {
    match word {
        "bank" => PaymentMethod::Bank,
        "mobile" => PaymentMethod::Mobile,
        _ => PaymentMethod::Cash,
    }
}

/// A list that can be searched: its table, and what its columns are called.
pub(crate) struct Searched {
    /// The table; `TABLE_trigram` and `TABLE_prefix` are its indexes.
    table: &'static str,
    /// The words by which a screen may sort, each with its column; with a minus, largest first is the smallest first of
    /// the column.
    sorts: &'static [(&'static str, &'static str)],
    /// The words by which a screen may filter, each with its condition; `?` stands for today.
    filters: &'static [(&'static str, &'static str)],
    /// The order where none is asked for.
    order: &'static str,
}

/// The rows of one page, by rid, and how many match in all.
pub(crate) struct Found {
    pub(crate) rids: Vec<i64>,
    pub(crate) matches: u32,
}

impl Found {
    fn of(rids: Vec<i64>, matches: i64) -> Found {
        Found {
            rids,
            matches: u32::try_from(matches).unwrap_or(u32::MAX),
        }
    }
}

/// One more than is told: a screen shows "1000+" then.
const MOST_COUNTED: i64 = COUNT_CAP as i64 + 1;

/// The order that a screen asks for, if the list knows it.
fn order_of(sorts: &[(&str, &str)], query: &ListQuery) -> Option<String> {
    let (_, column) = sorts.iter().find(|(word, _)| *word == query.sort)?;
    let (column, descending) = match column.strip_prefix('-') {
        Some(column) => (column, !query.descending),
        None => (*column, query.descending),
    };
    let way = if descending { "desc" } else { "asc" };
    Some(format!("{column} {way}, t.rid {way}"))
}

/// Only the rows of the page that is asked for.
fn push_page(sql: &mut QueryBuilder<Sqlite>, query: &ListQuery) {
    sql.push(" limit ").push_bind(i64::from(PAGE_ROWS));
    sql.push(" offset ")
        .push_bind(i64::from(query.page) * i64::from(PAGE_ROWS));
}

/// Row numbers as SQL takes a list of any length: a JSON array.
pub(crate) fn array(rids: &[i64]) -> String {
    let numbers: Vec<String> = rids.iter().map(ToString::to_string).collect();
    format!("[{}]", numbers.join(","))
}

/// Quotes a term for FTS5.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

impl Searched {
    /// Finds a page. Up to two letters search the beginnings of words, from three on any part of one; a search lists the
    /// newest first and sorts, where asked, among the newest matches, as many as are counted.
    pub(crate) async fn find(
        &self,
        conn: &mut SqliteConnection,
        query: &ListQuery,
        today: &str,
    ) -> Result<Found, StoreError> {
        if query.search.trim().is_empty() {
            self.listed(conn, query, today).await
        } else {
            self.searched(conn, query, today).await
        }
    }

    /// A page of everything.
    async fn listed(&self, conn: &mut SqliteConnection, query: &ListQuery, today: &str) -> Result<Found, StoreError> {
        let mut count = QueryBuilder::<Sqlite>::new("select count(*) from (");
        self.select(&mut count, query, today);
        count.push(" limit ").push_bind(MOST_COUNTED).push(")");
        let matches: i64 = count.build().fetch_one(&mut *conn).await?.get(0);
        let mut page = QueryBuilder::<Sqlite>::new("");
        self.select(&mut page, query, today);
        page.push(" order by ").push(match order_of(self.sorts, query) {
            Some(order) => order,
            None => self.order.to_string(),
        });
        push_page(&mut page, query);
        let rows = page.build().fetch_all(conn).await?;
        Ok(Found::of(rows.iter().map(|r| r.get(0)).collect(), matches))
    }

    /// A page of what matches a search: the matches are walked once, newest first, and no further than they are counted.
    async fn searched(&self, conn: &mut SqliteConnection, query: &ListQuery, today: &str) -> Result<Found, StoreError> {
        let matched = |sql: &mut QueryBuilder<Sqlite>| {
            sql.push("with found as materialized (");
            self.select(sql, query, today);
            sql.push(" order by rid desc limit ").push_bind(MOST_COUNTED).push(") ");
        };
        let mut page = QueryBuilder::<Sqlite>::new("");
        matched(&mut page);
        page.push("select found.rid, (select count(*) from found) from found");
        match order_of(self.sorts, query) {
            Some(order) => page.push(format!(" join {} t on t.rid = found.rid order by {order}", self.table)),
            None => page.push(" order by found.rid desc"),
        };
        push_page(&mut page, query);
        let rows = page.build().fetch_all(&mut *conn).await?;
        let matches = match rows.first() {
            Some(row) => row.get(1),
            None if query.page == 0 => 0,
            None => {
                let mut count = QueryBuilder::<Sqlite>::new("");
                matched(&mut count);
                count.push("select count(*) from found");
                count.build().fetch_one(conn).await?.get(0)
            }
        };
        Ok(Found::of(rows.iter().map(|r| r.get(0)).collect(), matches))
    }

    /// The rows that match, in no order: `select rid ...`.
    pub(crate) fn select(&self, sql: &mut QueryBuilder<Sqlite>, query: &ListQuery, today: &str) {
        let folded = fold(query.search.trim());
        let terms: Vec<&str> = folded.split_whitespace().collect();
        let (long, short): (Vec<&str>, Vec<&str>) = terms.iter().partition(|t| t.chars().count() >= 3);
        let table = self.table;
        let filter = self.filters.iter().find(|(word, _)| *word == query.filter);
        // The index that is searched leads, so that it is walked newest first and only as far as needed; the rows are
        // looked at only where the index does not say enough.
        let (index, matches) = match (long.is_empty(), short.is_empty()) {
            (true, true) => ("", Vec::new()),
            (false, _) => ("trigram", long.iter().map(|t| quoted(t)).collect()),
            (true, false) => ("prefix", short.iter().map(|t| format!("{}*", quoted(t))).collect()),
        };
        let rest = if long.is_empty() { Vec::new() } else { short };
        if matches.is_empty() {
            sql.push(format!("select t.rid from {table} t where true"));
        } else {
            sql.push(format!("select f.rowid as rid from {table}_{index} f"));
            if filter.is_some() || !rest.is_empty() {
                sql.push(format!(" join {table} t on t.rid = f.rowid"));
            }
            sql.push(format!(" where {table}_{index} match "))
                .push_bind(matches.join(" and "));
        }
        for term in rest {
            sql.push(" and (' ' || t.search_text) like ")
                .push_bind(format!("% {term}%"));
        }
        if let Some((_, condition)) = filter {
            sql.push(" and ");
            let mut parts = condition.split('?');
            sql.push(parts.next().unwrap_or("true"));
            for part in parts {
                sql.push_bind(today.to_string()).push(part);
            }
        }
    }
}
