//! Double entry: the lines of each fact, and the balance of each account.

use crate::StoreError;
use farthing_office::{Fact, Posting};
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeMap;

/// One line, in the form in which all lines of a fact go into one statement.
#[derive(Serialize)]
struct Line(String, i64, Option<String>);

pub(super) async fn post(conn: &mut SqliteConnection, seq: i64, fact: &Fact) -> Result<(), StoreError> {
    let postings = fact.body.postings();
    if postings.is_empty() {
        return Ok(());
    }
    let line = |p: &Posting| {
        Line(
            p.account.to_string(),
            p.amount.minor(),
            p.loan.map(|id| hex::encode(id.0)),
        )
    };
    let lines = serde_json::to_string(&postings.iter().map(line).collect::<Vec<_>>())?;
    let booking = fact.booking_date.to_string();
    sqlx::query!(
        "insert into posting (fact_seq, line, booking_date, account, amount, loan_rid)
         select ?, key + 1, ?, value ->> 0, value ->> 1, (select rid from loan where id = unhex(value ->> 2))
         from json_each(?);
         insert into balance (account, amount) select value ->> 0, value ->> 1 from json_each(?) where true
         on conflict (account) do update set amount = amount + excluded.amount",
        seq,
        booking,
        lines,
        lines
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds to a month's sum of a measure.
pub(super) async fn add_to_month(
    conn: &mut SqliteConnection,
    month: &str,
    measure: &str,
    amount: i64,
) -> Result<(), StoreError> {
    if amount == 0 {
        return Ok(());
    }
    sqlx::query!(
        "insert into monthly (month, measure, amount) values (?, ?, ?)
         on conflict (month, measure) do update set amount = amount + excluded.amount",
        month,
        measure,
        amount
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Adds to the sums of several months, the same to each of some measures.
pub(super) async fn add_to_months(
    conn: &mut SqliteConnection,
    measures: &[&str],
    amounts: &BTreeMap<String, i64>,
) -> Result<(), StoreError> {
    let (measures, amounts) = (serde_json::to_string(measures)?, serde_json::to_string(amounts)?);
    sqlx::query!(
        "insert into monthly (month, measure, amount)
         select a.key, m.value, a.value from json_each(?) a cross join json_each(?) m where a.value <> 0
         on conflict (month, measure) do update set amount = amount + excluded.amount",
        amounts,
        measures
    )
    .execute(conn)
    .await?;
    Ok(())
}
