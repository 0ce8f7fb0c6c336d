//! Loans, their installments and payments in the form in which many go into one statement; amounts in minor units.

use super::{Rows, outstanding, principal};
use crate::StoreError;
use crate::log::instant;
use crate::project::customers::fold;
use chrono::NaiveDate;
use farthing_api::{CustomerId, LoanId, LoanStatus, Money};
use farthing_lending::RowState;
use farthing_office::{Fact, Loan, LoanOpened, LoanPayment, State};
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeMap;

/// A loan that is opened.
#[derive(Serialize)]
pub(super) struct Opened {
    id: String,
    number: String,
    customer: String,
    product: Option<String>,
    title: String,
    purchase: bool,
    principal: i64,
    installments: u32,
    officer: Option<String>,
    status: &'static str,
    at: String,
    penalty: bool,
    search: String,
}

/// Money received.
#[derive(Serialize)]
pub(super) struct Received {
    id: String,
    loan: String,
    receipt: String,
    on: NaiveDate,
    booking: NaiveDate,
    at: String,
    amount: i64,
    penalty: i64,
    fee: i64,
    interest: i64,
    principal: i64,
    credit: i64,
    recovery: i64,
    suspense: i64,
    method: &'static str,
    reference: String,
    actor: Option<String>,
}

pub(super) fn opened(loan: &LoanOpened, fact: &Fact) -> Opened {
    Opened {
        id: hex::encode(loan.id.0),
        number: loan.number.clone(),
        customer: hex::encode(loan.customer.0),
        product: loan.product.map(|(id, _)| hex::encode(id.0)),
        title: loan.title.clone(),
        purchase: loan.purchase.is_some(),
        principal: loan.principal.minor(),
        installments: loan.installments,
        officer: loan.officer.map(|user| hex::encode(user.0)),
        status: loan.status.word(),
        at: instant(fact.at),
        penalty: loan.penalty.is_some(),
        search: format!("{} {}", fold(&loan.number), fold(&loan.title)),
    }
}

pub(super) fn received(loan: LoanId, payment: &LoanPayment, fact: &Fact) -> Received {
    let parts = payment.parts;
    Received {
        id: hex::encode(payment.id.0),
        loan: hex::encode(loan.0),
        receipt: payment.receipt.clone(),
        on: payment.on,
        booking: fact.booking_date,
        at: instant(fact.at),
        amount: payment.amount.minor(),
        penalty: parts.penalty.minor(),
        fee: parts.fee.minor(),
        interest: parts.interest.minor(),
        principal: parts.principal.minor(),
        credit: parts.credit.minor(),
        recovery: parts.recovery.minor(),
        suspense: parts.suspense.minor(),
        method: crate::query::method_word(payment.method),
        reference: payment.reference.clone(),
        actor: fact.by.map(|user| hex::encode(user.0)),
    }
}

pub(super) async fn insert_opened(conn: &mut SqliteConnection, opened: &[Opened]) -> Result<(), StoreError> {
    if opened.is_empty() {
        return Ok(());
    }
    let opened = serde_json::to_string(opened)?;
    sqlx::query!(
        "insert into loan (id, number, customer_rid, product_id, title, purchase, principal, installments, officer, status,
         applied_at, outstanding, outstanding_principal, credit, next_due, has_penalty, search_text)
         select unhex(value ->> 'id'), value ->> 'number', (select rid from customer where id = unhex(value ->> 'customer')),
         unhex(value ->> 'product'), value ->> 'title', value ->> 'purchase', value ->> 'principal', value ->> 'installments',
         unhex(value ->> 'officer'), value ->> 'status', value ->> 'at', 0, 0, 0, 0, value ->> 'penalty', (value ->> 'search')
         || ' ' || (select search_text from customer where id = unhex(value ->> 'customer')) from json_each(?)",
        opened
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What the list of loans says of one.
#[derive(Serialize)]
struct Listed {
    id: String,
    status: &'static str,
    principal: i64,
    disbursed: Option<NaiveDate>,
    closed: Option<NaiveDate>,
    outstanding: i64,
    unpaid_principal: i64,
    credit: i64,
    oldest_due: Option<NaiveDate>,
    next_due: i64,
    next_event: Option<NaiveDate>,
}

fn listed(id: LoanId, loan: &Loan) -> Listed {
    let unpaid = loan.rows.iter().find(|r| r.unpaid().is_positive());
    let running = matches!(loan.status, LoanStatus::Active);
    Listed {
        id: hex::encode(id.0),
        status: loan.status.word(),
        principal: loan.principal.minor(),
        disbursed: loan.disbursed_on,
        closed: loan.closed_on,
        outstanding: outstanding(loan).minor(),
        unpaid_principal: principal(loan).minor(),
        credit: loan.credit.minor(),
        oldest_due: unpaid.filter(|_| running).map(|r| r.due_on),
        next_due: unpaid.map_or(0, |r| r.unpaid().minor()),
        next_event: loan.next_event,
    }
}

/// Writes what the list of loans says of those that changed, and what their customers owe.
pub(super) async fn put_loans(
    conn: &mut SqliteConnection,
    state: &State,
    changed: &BTreeMap<LoanId, Rows>,
    customers: &BTreeMap<CustomerId, (i64, i64)>,
) -> Result<(), StoreError> {
    let loans = changed.keys().filter_map(|id| Some(listed(*id, state.loan(*id)?)));
    let loans = serde_json::to_string(&loans.collect::<Vec<_>>())?;
    let more = customers.iter().filter(|(_, more)| **more != (0, 0));
    let more = more.map(|(id, (active, outstanding))| (hex::encode(id.0), active, outstanding));
    let more = serde_json::to_string(&more.collect::<Vec<_>>())?;
    sqlx::query!(
        "update customer set active_loans = active_loans + (j.value ->> 1), outstanding = outstanding + (j.value ->> 2)
         from json_each(?) j where customer.id = unhex(j.value ->> 0);
         update loan set status = j.value ->> 'status', principal = j.value ->> 'principal',
         disbursed_on = j.value ->> 'disbursed', closed_on = j.value ->> 'closed', outstanding = j.value ->> 'outstanding',
         outstanding_principal = j.value ->> 'unpaid_principal', credit = j.value ->> 'credit',
         oldest_due = j.value ->> 'oldest_due', next_due = j.value ->> 'next_due', next_event = j.value ->> 'next_event'
         from json_each(?) j where loan.id = unhex(j.value ->> 'id')",
        more,
        loans
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An installment.
#[derive(Serialize)]
struct Line<'a> {
    loan: &'a str,
    n: u32,
    due_on: NaiveDate,
    principal: i64,
    interest: i64,
    fee: i64,
    penalty: i64,
    paid_principal: i64,
    paid_interest: i64,
    paid_fee: i64,
    paid_penalty: i64,
    open: i64,
    settled_on: Option<NaiveDate>,
}

fn line<'a>(id: &'a str, loan: &Loan, row: &RowState) -> Line<'a> {
    let open = match loan.status {
        LoanStatus::WrittenOff => Money::ZERO,
        _ => row.unpaid(),
    };
    Line {
        loan: id,
        n: row.n,
        due_on: row.due_on,
        principal: row.principal.minor(),
        interest: row.interest.minor(),
        fee: row.fee.minor(),
        penalty: row.penalty.minor(),
        paid_principal: row.paid_principal.minor(),
        paid_interest: row.paid_interest.minor(),
        paid_fee: row.paid_fee.minor(),
        paid_penalty: row.paid_penalty.minor(),
        open: open.minor(),
        settled_on: row.settled_on,
    }
}

pub(super) async fn put_installments(
    conn: &mut SqliteConnection,
    state: &State,
    changed: &BTreeMap<LoanId, Rows>,
) -> Result<(), StoreError> {
    let ids: Vec<(String, &Loan, &Rows)> = changed
        .iter()
        .filter(|(_, rows)| rows.replaced || !rows.numbers.is_empty())
        .filter_map(|(id, rows)| Some((hex::encode(id.0), state.loan(*id)?, rows)))
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let replaced: Vec<&str> = ids
        .iter()
        .filter(|(.., rows)| rows.replaced)
        .map(|(id, ..)| id.as_str())
        .collect();
    let mut lines = Vec::new();
    for (id, loan, rows) in &ids {
        let written = loan
            .rows
            .iter()
            .filter(|row| rows.replaced || rows.numbers.contains(&row.n));
        lines.extend(written.map(|row| line(id, loan, row)));
    }
    let (replaced, lines) = (serde_json::to_string(&replaced)?, serde_json::to_string(&lines)?);
    sqlx::query!(
        "delete from installment where loan_rid in
         (select (select rid from loan where id = unhex(value)) from json_each(?));
         insert into installment (loan_rid, n, due_on, principal, interest, fee, penalty, paid_principal, paid_interest,
         paid_fee, paid_penalty, open, settled_on)
         select (select rid from loan where id = unhex(value ->> 'loan')), value ->> 'n', value ->> 'due_on',
         value ->> 'principal', value ->> 'interest', value ->> 'fee', value ->> 'penalty', value ->> 'paid_principal',
         value ->> 'paid_interest', value ->> 'paid_fee', value ->> 'paid_penalty', value ->> 'open', value ->> 'settled_on'
         from json_each(?) where true
         on conflict (loan_rid, n) do update set fee = excluded.fee, penalty = excluded.penalty,
         paid_principal = excluded.paid_principal, paid_interest = excluded.paid_interest, paid_fee = excluded.paid_fee,
         paid_penalty = excluded.paid_penalty, open = excluded.open, settled_on = excluded.settled_on",
        replaced,
        lines
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn put_payments(
    conn: &mut SqliteConnection,
    received: &[Received],
    reversed: &[(String, String)],
) -> Result<(), StoreError> {
    if received.is_empty() && reversed.is_empty() {
        return Ok(());
    }
    let (received, reversed) = (serde_json::to_string(received)?, serde_json::to_string(reversed)?);
    sqlx::query!(
        "insert into payment (id, loan_rid, receipt, value_date, booking_date, at, amount, penalty, fee, interest, principal,
         credit, recovery, suspense, method, reference, actor)
         select unhex(value ->> 'id'), (select rid from loan where id = unhex(value ->> 'loan')), value ->> 'receipt',
         value ->> 'on', value ->> 'booking', value ->> 'at', value ->> 'amount', value ->> 'penalty', value ->> 'fee',
         value ->> 'interest', value ->> 'principal', value ->> 'credit', value ->> 'recovery', value ->> 'suspense',
         value ->> 'method', value ->> 'reference', unhex(value ->> 'actor') from json_each(?);
         update payment set reversed = j.value ->> 1 from json_each(?) j where payment.id = unhex(j.value ->> 0)",
        received,
        reversed
    )
    .execute(conn)
    .await?;
    Ok(())
}
