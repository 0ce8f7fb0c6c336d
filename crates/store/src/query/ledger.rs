//! The general ledger: balances, lines, exports.

use crate::StoreError;
use crate::book::Book;
use chrono::NaiveDate;
use farthing_api::{AccountBalance, AccountLine, LoanId, Money, PAGE_ROWS, Page};
use farthing_office::Account;
use uuid::Uuid;

/// How many lines of the ledger are read at once.
const CHUNK: i64 = 5_000;

/// A line of the general ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// The number of the entry, which is that of its fact.
    pub entry: u64,
    /// Its place in the entry.
    pub line: u32,
    /// The booking date.
    pub booked_on: NaiveDate,
    /// What happened: the fact's word.
    pub what: String,
    /// The account.
    pub account: Account,
    /// Debit is positive, credit negative; in minor units.
    pub amount: Money,
    /// The number of the loan; empty for an entry of a whole product.
    pub loan: String,
    /// At which desk.
    pub desk: String,
}

fn number(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

impl Book {
    /// Every account with its balance at the end of a booking date, or as of now, by kind and name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn trial_balance(&self, on: Option<NaiveDate>) -> Result<Vec<AccountBalance>, StoreError> {
        let rows: Vec<(String, i64)> = match on {
            None => sqlx::query!("select account, amount from balance")
                .fetch_all(self.readers())
                .await?
                .into_iter()
                .map(|row| (row.account, row.amount))
                .collect(),
            Some(day) => sqlx::query!(
                r#"select account, sum(amount) as "amount!: i64" from posting where booking_date <= ? group by account"#,
                day
            )
            .fetch_all(self.readers())
            .await?
            .into_iter()
            .map(|row| (row.account, row.amount))
            .collect(),
        };
        let mut accounts: Vec<AccountBalance> = rows
            .into_iter()
            .map(|(account, amount)| AccountBalance {
                class: Account::from(account.clone()).class(),
                account,
                balance: Money::from_minor(amount),
            })
            .collect();
        accounts.sort_by(|a, b| (a.class, &a.account).cmp(&(b.class, &b.account)));
        Ok(accounts)
    }

    /// A page of the lines of an account between two booking dates, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_lines(
        &self,
        account: &str,
        from: NaiveDate,
        to: NaiveDate,
        page: u32,
    ) -> Result<Page<AccountLine>, StoreError> {
        let (rows, skipped) = (i64::from(PAGE_ROWS), i64::from(page) * i64::from(PAGE_ROWS));
        let found = sqlx::query!(
            r#"select p.fact_seq as "fact_seq!: i64", p.booking_date as "booked_on!: NaiveDate", p.amount, f.kind, l.id as "loan?: Uuid",
               l.number as "number?" from posting p join fact f on f.seq = p.fact_seq left join loan l on l.rid = p.loan_rid
               where p.account = ? and p.booking_date between ? and ? order by p.booking_date desc, p.fact_seq desc
               limit ? offset ?"#,
            account,
            from,
            to,
            rows,
            skipped
        )
        .fetch_all(self.readers())
        .await?;
        let matches = sqlx::query_scalar!(
            r#"select count(*) as "n!: i64" from posting where account = ? and booking_date between ? and ?"#,
            account,
            from,
            to
        )
        .fetch_one(self.readers())
        .await?;
        let rows = found.into_iter().map(|row| AccountLine {
            entry: number(row.fact_seq),
            booked_on: row.booked_on,
            what: row.kind,
            loan: row.loan.map(LoanId),
            loan_number: row.number.unwrap_or_default(),
            amount: Money::from_minor(row.amount),
        });
        Ok(Page {
            rows: rows.collect(),
            matches: u32::try_from(matches).unwrap_or(u32::MAX),
            page,
        })
    }

    /// The lines of the general ledger between two booking dates, in the order of entry, given to `each` as they are
    /// read.
    ///
    /// # Errors
    /// What the database says, or `each`.
    pub async fn ledger_lines(
        &self,
        from: NaiveDate,
        to: NaiveDate,
        each: &mut (dyn FnMut(LedgerLine) -> std::io::Result<()> + Send),
    ) -> Result<u64, StoreError> {
        let (mut after, mut line, mut count) = (0i64, 0i64, 0u64);
        loop {
            let rows = sqlx::query!(
                r#"select p.fact_seq as "fact_seq!: i64", p.line as "line!: i64", p.booking_date as "booked_on!: NaiveDate", p.account, p.amount, f.kind, f.desk,
                   l.number as "number?" from posting p join fact f on f.seq = p.fact_seq left join loan l on l.rid = p.loan_rid
                   where (p.fact_seq, p.line) > (?, ?) and p.booking_date between ? and ? order by p.fact_seq, p.line limit ?"#,
                after,
                line,
                from,
                to,
                CHUNK
            )
            .fetch_all(self.readers())
            .await?;
            let Some(last) = rows.last() else { return Ok(count) };
            (after, line) = (last.fact_seq, last.line);
            for row in rows {
                count += 1;
                each(LedgerLine {
                    entry: number(row.fact_seq),
                    line: u32::try_from(row.line).unwrap_or(0),
                    booked_on: row.booked_on,
                    what: row.kind,
                    account: Account::from(row.account),
                    amount: Money::from_minor(row.amount),
                    loan: row.number.unwrap_or_default(),
                    desk: row.desk,
                })?;
            }
        }
    }
}
