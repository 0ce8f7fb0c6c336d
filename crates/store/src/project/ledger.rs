//! Double entry: the lines of each fact, and the balance of each account.

use crate::StoreError;
use farthing_office::Fact;
use sqlx::sqlite::SqliteConnection;

pub(super) async fn post(conn: &mut SqliteConnection, seq: i64, fact: &Fact) -> Result<(), StoreError> {
    let booking = fact.booking_date.to_string();
    for (line, posting) in (1i64..).zip(fact.body.postings()) {
        let (account, amount) = (posting.account.to_string(), posting.amount.minor());
        let loan = posting.loan.map(|id| id.0);
        sqlx::query!(
            "insert into posting (fact_seq, line, booking_date, account, amount, loan_rid)
             values (?, ?, ?, ?, ?, (select rid from loan where id = ?));
             insert into balance (account, amount) values (?, ?)
             on conflict (account) do update set amount = amount + excluded.amount",
            seq,
            line,
            booking,
            account,
            amount,
            loan,
            account,
            amount
        )
        .execute(&mut *conn)
        .await?;
    }
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
