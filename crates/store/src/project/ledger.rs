//! Double entry: the lines of each fact, and the balance of each account.

use crate::StoreError;
use farthing_office::Fact;
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeMap;

/// One line, in the form in which many go into one statement.
#[derive(Serialize)]
struct Line {
    fact: i64,
    line: usize,
    booking: String,
    account: String,
    amount: i64,
    loan: Option<String>,
}

/// Lines that are to be written.
#[derive(Default)]
pub(super) struct Ledger {
    lines: Vec<Line>,
}

impl Ledger {
    /// Takes down the entry of a fact.
    pub(super) fn post(&mut self, seq: i64, fact: &Fact) {
        let postings = fact.body.postings().iter().enumerate();
        self.lines.extend(postings.map(|(i, posting)| Line {
            fact: seq,
            line: i + 1,
            booking: fact.booking_date.to_string(),
            account: posting.account.to_string(),
            amount: posting.amount.minor(),
            loan: posting.loan.map(|id| hex::encode(id.0)),
        }));
    }

    /// Writes what was taken down. The loans that it names are in the book.
    pub(super) async fn write(self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let mut balances = BTreeMap::<&str, i64>::new();
        for line in &self.lines {
            *balances.entry(&line.account).or_default() += line.amount;
        }
        let (lines, balances) = (serde_json::to_string(&self.lines)?, serde_json::to_string(&balances)?);
        sqlx::query!(
            "insert into posting (fact_seq, line, booking_date, account, amount, loan_rid)
             select value ->> 'fact', value ->> 'line', value ->> 'booking', value ->> 'account', value ->> 'amount',
             (select rid from loan where id = unhex(value ->> 'loan')) from json_each(?);
             insert into balance (account, amount) select key, value from json_each(?) where true
             on conflict (account) do update set amount = amount + excluded.amount",
            lines,
            balances
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}
