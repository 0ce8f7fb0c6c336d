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

/// Moves a loan from where it stood to where it stands, and from what it would have earned to what it will earn.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    loan: &Loan,
    before: &Before,
    fact: &Fact,
) -> Result<(), StoreError> {
    if before.status != Some(loan.status) {
        add_to_count(conn, before.status, -1).await?;
        add_to_count(conn, Some(loan.status), 1).await?;
    }
    let now = place(loan);
    if before.place != now {
        let mut moves = BTreeMap::<(Vec<u8>, NaiveDate), (i64, i64)>::new();
        for (place, sign) in before.place.iter().map(|p| (p, -1)).chain(now.iter().map(|p| (p, 1))) {
            let standing = place.standing;
            let entry = moves
                .entry((product_key(place.product), standing.oldest_due))
                .or_default();
            entry.0 += sign;
            entry.1 += sign * standing.principal.minor();
        }
        for ((product, oldest_due), (loans, principal)) in moves {
            add_standing(conn, &product, oldest_due, loans, principal).await?;
        }
    }
    put_plan(conn, loan, before, fact).await
}

async fn add_to_count(conn: &mut SqliteConnection, status: Option<LoanStatus>, loans: i64) -> Result<(), StoreError> {
    let Some(word) = status.map(LoanStatus::word) else {
        return Ok(());
    };
    sqlx::query!(
        "insert into loan_count (status, loans) values (?, ?)
         on conflict (status) do update set loans = loans + excluded.loans",
        word,
        loans
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn add_standing(
    conn: &mut SqliteConnection,
    product: &[u8],
    oldest_due: NaiveDate,
    loans: i64,
    principal: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into standing (product, oldest_due, loans, principal) values (?, ?, ?, ?)
         on conflict (product, oldest_due) do update set loans = loans + excluded.loans,
         principal = principal + excluded.principal",
        product,
        oldest_due,
        loans,
        principal
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One change of what a product's loans earn, in the form in which many go into one statement.
#[derive(Serialize)]
struct Change(NaiveDate, String, i64);

async fn put_plan(conn: &mut SqliteConnection, loan: &Loan, before: &Before, fact: &Fact) -> Result<(), StoreError> {
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
    let changes: Vec<Change> = plan_changes(open, &before.plan, &accrual.plan)
        .into_iter()
        .map(|(day, kind, amount)| Ok(Change(day, kind_word(kind)?, amount.minor())))
        .collect::<Result<_, StoreError>>()?;
    if changes.is_empty() {
        return Ok(());
    }
    let product = product_key(loan.product.map(|(id, _)| id));
    let changes = serde_json::to_string(&changes)?;
    sqlx::query!(
        "insert into accrual_change (day, product, kind, amount)
         select value ->> 0, ?, value ->> 1, value ->> 2 from json_each(?) where true
         on conflict (day, product, kind) do update set amount = amount + excluded.amount",
        product,
        changes
    )
    .execute(conn)
    .await?;
    Ok(())
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
