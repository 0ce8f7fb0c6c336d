//! What screens ask of the book. Every list is paged in SQL; nothing here works out an amount that a fact did not carry.

mod customers;
mod desk;
mod home;
mod loans;

pub use desk::{ChallengeRow, SignInUser};
pub use home::{HomeFigures, MonthSums, ProductShare};
pub use loans::PaymentPaper;

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
    /// The words by which a screen may sort, each with its column.
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

/// Quotes a term for FTS5.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

impl Searched {
    /// Finds a page. Up to two letters search the beginnings of words, from three on any part of one; a search lists the
    /// newest first and sorts, where asked, among the newest [`COUNT_CAP`] matches.
    pub(crate) async fn find(
        &self,
        conn: &mut SqliteConnection,
        query: &ListQuery,
        today: &str,
    ) -> Result<Found, StoreError> {
        let mut count = QueryBuilder::<Sqlite>::new("select count(*) from (");
        self.select(&mut count, query, today);
        count.push(" limit ").push_bind(i64::from(COUNT_CAP) + 1).push(")");
        let matches: i64 = count.build().fetch_one(&mut *conn).await?.get(0);

        let sort = self
            .sorts
            .iter()
            .find(|(word, _)| *word == query.sort)
            .map(|(_, column)| *column);
        let way = if query.descending { "desc" } else { "asc" };
        let mut page = QueryBuilder::<Sqlite>::new("");
        let searching = !query.search.trim().is_empty();
        match (searching, sort) {
            (true, Some(column)) => {
                page.push(format!("select rid from {} where rid in (", self.table));
                self.select(&mut page, query, today);
                page.push(" order by t.rid desc limit ").push_bind(i64::from(COUNT_CAP));
                page.push(format!(") order by {column} {way}, rid {way}"));
            }
            (false, Some(column)) => {
                self.select(&mut page, query, today);
                page.push(format!(" order by t.{column} {way}, t.rid {way}"));
            }
            (true, None) => {
                self.select(&mut page, query, today);
                page.push(" order by t.rid desc");
            }
            (false, None) => {
                self.select(&mut page, query, today);
                page.push(format!(" order by {}", self.order));
            }
        }
        page.push(" limit ").push_bind(i64::from(PAGE_ROWS));
        page.push(" offset ")
            .push_bind(i64::from(query.page) * i64::from(PAGE_ROWS));
        let rows = page.build().fetch_all(conn).await?;
        Ok(Found {
            rids: rows.iter().map(|r| r.get(0)).collect(),
            matches: u32::try_from(matches).unwrap_or(u32::MAX),
        })
    }

    fn select(&self, sql: &mut QueryBuilder<Sqlite>, query: &ListQuery, today: &str) {
        let folded = fold(query.search.trim());
        let terms: Vec<&str> = folded.split_whitespace().collect();
        let (long, short): (Vec<&str>, Vec<&str>) = terms.iter().partition(|t| t.chars().count() >= 3);
        let table = self.table;
        // The index that is searched leads the join, so that it is walked newest first and only as far as needed.
        match (long.is_empty(), short.is_empty()) {
            (true, true) => {
                sql.push(format!("select t.rid from {table} t where true"));
            }
            (false, _) => {
                let terms: Vec<String> = long.iter().map(|t| quoted(t)).collect();
                sql.push(format!("select f.rowid as rid from {table}_trigram f join {table} t on t.rid = f.rowid where {table}_trigram match "));
                sql.push_bind(terms.join(" and "));
                for term in short {
                    sql.push(" and (' ' || t.search_text) like ")
                        .push_bind(format!("% {term}%"));
                }
            }
            (true, false) => {
                let terms: Vec<String> = short.iter().map(|t| format!("{}*", quoted(t))).collect();
                sql.push(format!("select f.rowid as rid from {table}_prefix f join {table} t on t.rid = f.rowid where {table}_prefix match "));
                sql.push_bind(terms.join(" and "));
            }
        }
        if let Some((_, condition)) = self.filters.iter().find(|(word, _)| *word == query.filter) {
            sql.push(" and ");
            let mut parts = condition.split('?');
            sql.push(parts.next().unwrap_or("true"));
            for part in parts {
                sql.push_bind(today.to_string()).push(part);
            }
        }
    }
}
