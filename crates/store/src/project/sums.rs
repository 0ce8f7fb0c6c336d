//! Sums over loans that change by the difference when one of them does: how many there are of each status, how late the
//! running ones are, and what they earn each day. Closing a day and the home screens read these and no loan.

use crate::StoreError;
use chrono::NaiveDate;
use farthing_api::{LoanStatus, ProductId};
use farthing_lending::{Spread, Standing, plan_changes};
use farthing_office::{Fact, FactBody, Loan};
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeMap;

/// A product as a key of the sums; purchases have none.
pub(crate) fn product_key(product: Option<ProductId>) -> Vec<u8> {
    product.map_or_else(Vec::new, |id| id.0.as_bytes().to_vec())
}

/// Where a running loan stands in the sums.
#[derive(Clone, PartialEq, Eq)]
struct Place {
    product: Option<ProductId>,
    standing: Standing,
}

fn place(loan: &Loan) -> Option<Place> {
    Some(Place {
        product: loan.product.map(|(id, _)| id),
        standing: loan.place()?,
    })
}

/// A loan's part of the sums before a fact is applied to it.
#[derive(Default)]
pub(super) struct Before {
    status: Option<LoanStatus>,
    place: Option<Place>,
    plan: Vec<Spread>,
}

impl Before {
    pub(super) fn of(loan: &Loan, fact: &Fact) -> Before {
        let keeps = fact.body.change().is_some_and(|(_, change)| change.same_plan);
        let plan = loan.accrual.as_ref().filter(|_| !keeps);
        Before {
            status: Some(loan.status),
            place: place(loan),
            plan: plan.map_or_else(Vec::new, |accrual| accrual.plan.clone()),
        }
    }
}

/// What is added to the sums.
#[derive(Default)]
pub(super) struct Sums {
    months: BTreeMap<(String, &'static str), i64>,
    counts: BTreeMap<&'static str, i64>,
    /// Loans and what is unpaid of their principal, by product and by the day since which they are late.
    standings: BTreeMap<(Vec<u8>, NaiveDate), (i64, i64)>,
    /// By how much more a product's loans earn from a day on, by kind.
    accruals: BTreeMap<(NaiveDate, Vec<u8>, String), i64>,
}

impl Sums {
    /// Adds to a month's sum of a measure.
    pub(super) fn add_to_month(&mut self, month: String, measure: &'static str, amount: i64) {
        // A row is there once something was added to it, whatever it comes to: however facts are put together, the rows are
        // the same.
        if amount != 0 {
            *self.months.entry((month, measure)).or_default() += amount;
        }
    }

    /// Moves a loan from where it stood to where it stands, and from what it would have earned to what it will earn.
    pub(super) fn put(&mut self, loan: &Loan, before: &Before, fact: &Fact) -> Result<(), StoreError> {
        if before.status != Some(loan.status) {
            if let Some(status) = before.status {
                *self.counts.entry(status.word()).or_default() -= 1;
            }
            *self.counts.entry(loan.status.word()).or_default() += 1;
        }
        let now = place(loan);
        if before.place != now {
            for (place, sign) in before.place.iter().map(|p| (p, -1)).chain(now.iter().map(|p| (p, 1))) {
                let standing = place.standing;
                let key = (product_key(place.product), standing.oldest_due);
                let entry = self.standings.entry(key).or_default();
                entry.0 += sign;
                entry.1 += sign * standing.principal.minor();
            }
        }
        self.put_plan(loan, before, fact)
    }

    fn put_plan(&mut self, loan: &Loan, before: &Before, fact: &Fact) -> Result<(), StoreError> {
        let keeps = fact
            .body
            .change()
            .is_some_and(|(_, change)| change.same_plan || change.accrual.is_none());
        let is_new = matches!(fact.body, FactBody::LoanDisbursed { .. });
        let Some(accrual) = loan
            .accrual
            .as_ref()
            .filter(|_| is_new || (!keeps && fact.body.change().is_some()))
        else {
            return Ok(());
        };
        let open = accrual.through.succ_opt().unwrap_or(accrual.through);
        let product = product_key(loan.product.map(|(id, _)| id));
        for (day, kind, amount) in plan_changes(open, &before.plan, &accrual.plan) {
            let key = (day, product.clone(), kind_word(kind)?);
            *self.accruals.entry(key).or_default() += amount.minor();
        }
        Ok(())
    }

    /// Adds all of it to what is kept.
    pub(super) async fn write(self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        let Sums {
            months,
            counts,
            standings,
            accruals,
        } = self;
        if months.is_empty() && counts.is_empty() && standings.is_empty() && accruals.is_empty() {
            return Ok(());
        }
        let months = lines(
            months
                .into_iter()
                .map(|((month, measure), amount)| (month, measure, amount)),
        )?;
        let counts = serde_json::to_string(&counts)?;
        let standing = |((product, day), (loans, principal))| (hex::encode::<Vec<u8>>(product), day, loans, principal);
        let standings = lines::<(String, NaiveDate, i64, i64)>(standings.into_iter().map(standing))?;
        let accrual = |((day, product, kind), amount)| (day, hex::encode::<Vec<u8>>(product), kind, amount);
        let accruals = lines::<(NaiveDate, String, String, i64)>(accruals.into_iter().map(accrual))?;
        sqlx::query!(
            "insert into monthly (month, measure, amount)
             select value ->> 0, value ->> 1, value ->> 2 from json_each(?) where true
             on conflict (month, measure) do update set amount = amount + excluded.amount;
             insert into loan_count (status, loans) select key, value from json_each(?) where true
             on conflict (status) do update set loans = loans + excluded.loans;
             insert into standing (product, oldest_due, loans, principal)
             select unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3 from json_each(?) where true
             on conflict (product, oldest_due) do update set loans = loans + excluded.loans,
             principal = principal + excluded.principal;
             insert into accrual_change (day, product, kind, amount)
             select value ->> 0, unhex(value ->> 1), value ->> 2, value ->> 3 from json_each(?) where true
             on conflict (day, product, kind) do update set amount = amount + excluded.amount",
            months,
            counts,
            standings,
            accruals
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// Rows in the form in which many go into one statement.
fn lines<T: Serialize>(rows: impl Iterator<Item = T>) -> Result<String, StoreError> {
    Ok(serde_json::to_string(&rows.collect::<Vec<_>>())?)
}

/// The word of a kind of earning, as it is kept.
pub(crate) fn kind_word(kind: farthing_lending::Earning) -> Result<String, StoreError> {
    Ok(serde_json::to_string(&kind)?.trim_matches('"').to_string())
}

/// A day is closed: what changed up to it is what its products earn from now on.
pub(super) async fn close(conn: &mut SqliteConnection, date: NaiveDate) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into accrual_rate (product, kind, amount)
         select product, kind, sum(amount) from accrual_change where day <= ? group by product, kind
         on conflict (product, kind) do update set amount = amount + excluded.amount;
         delete from accrual_change where day <= ?;
         delete from standing where loans = 0 and principal = 0",
        date,
        date
    )
    .execute(conn)
    .await?;
    Ok(())
}
