//! Loans, their installments and payments.

use super::customers::fold;
use super::ledger::{add_to_month, add_to_months};
use super::sums;
use crate::StoreError;
use crate::log::instant;
use chrono::NaiveDate;
use farthing_api::{CustomerId, LoanId, LoanStatus, Money, PaymentId};
use farthing_lending::RowState;
use farthing_office::{Fact, FactBody, Loan, LoanChange, LoanOpened, LoanPayment, State};
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeMap;

/// Measures of the monthly sums.
const EXPECTED: &str = "expected";
const RECEIVED: &str = "received";
const DISBURSED: &str = "disbursed";
const PURCHASED: &str = "purchased";
const PURCHASE_DUE: &str = "purchase_due";
const PURCHASE_PAID: &str = "purchase_paid";

/// What the kept sums hold of a loan before a fact is applied to it: they change by the difference.
#[derive(Default)]
pub(super) struct Before {
    active: i64,
    outstanding: i64,
    /// What each installment asks for.
    asked: Vec<(u32, Money)>,
    sums: sums::Before,
}

impl Before {
    /// Nothing, where the fact is not about a loan or the loan is new.
    pub(super) fn of(state: &State, fact: &Fact) -> Before {
        let Some(loan) = loan_of(&fact.body).and_then(|id| state.loan(id)) else {
            return Before::default();
        };
        Before {
            active: is_active(loan),
            outstanding: outstanding(loan).minor(),
            asked: loan.rows.iter().map(|r| (r.n, r.due())).collect(),
            sums: sums::Before::of(loan, fact),
        }
    }

    fn asked(&self, n: u32) -> Money {
        let found = self.asked.iter().find(|(number, _)| *number == n);
        found.map_or(Money::ZERO, |(_, due)| *due)
    }
}

fn is_active(loan: &Loan) -> i64 {
    i64::from(loan.status == LoanStatus::Active)
}

/// What is unpaid; nothing of a loan that was given up.
fn outstanding(loan: &Loan) -> Money {
    match loan.status {
        LoanStatus::WrittenOff => Money::ZERO,
        _ => loan.rows.iter().map(RowState::unpaid).sum(),
    }
}

fn principal(loan: &Loan) -> Money {
    match loan.status {
        LoanStatus::WrittenOff => Money::ZERO,
        _ => loan.rows.iter().map(|r| r.principal - r.paid_principal).sum(),
    }
}

/// The loan that a fact of this module is about.
fn loan_of(body: &FactBody) -> Option<LoanId> {
    match body {
        FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. } => Some(loan.id),
        FactBody::LoanApproved { loan, .. }
        | FactBody::LoanRejected { loan, .. }
        | FactBody::LoanDisbursed { loan, .. }
        | FactBody::MoneySetAside { loan, .. }
        | FactBody::AsideSettled { loan, .. } => Some(*loan),
        _ => body.change().map(|(loan, _)| loan),
    }
}

pub(super) async fn project(
    conn: &mut SqliteConnection,
    state: &State,
    before: &Before,
    fact: &Fact,
) -> Result<(), StoreError> {
    if let FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. } = &fact.body {
        insert_loan(conn, loan, fact).await?;
    }
    let Some((id, loan)) = loan_of(&fact.body).and_then(|id| Some((id, state.loan(id)?))) else {
        return Ok(());
    };
    let rid = put_loan(conn, id, loan, before).await?;
    match &fact.body {
        FactBody::LoanDisbursed { value_date, .. } => {
            replace_installments(conn, rid, loan).await?;
            add_to_month(conn, &month(*value_date), DISBURSED, loan.principal.minor()).await?;
        }
        FactBody::PurchaseMade { .. } => {
            replace_installments(conn, rid, loan).await?;
            add_to_month(conn, &month(loan.opened_on), PURCHASED, loan.principal.minor()).await?;
        }
        FactBody::PaymentReceived { payment, change, .. } => {
            insert_payment(conn, rid, payment, fact).await?;
            put_installments(conn, rid, loan, before, change).await?;
            count_payment(conn, loan, payment, 1).await?;
        }
        FactBody::PaymentReversed {
            payment,
            reason,
            change,
            ..
        } => {
            reverse_payment(conn, *payment, reason).await?;
            put_installments(conn, rid, loan, before, change).await?;
            if let Some(payment) = loan.payments.iter().find(|p| p.id == *payment) {
                count_payment(conn, loan, payment, -1).await?;
            }
        }
        FactBody::LoanWrittenOff { .. } => {
            sqlx::query!("update installment set open = 0 where loan_rid = ?", rid)
                .execute(&mut *conn)
                .await?;
        }
        FactBody::MoneySetAside { payment, .. } => {
            insert_payment(conn, rid, payment, fact).await?;
            add_to_month(conn, &month(payment.on), RECEIVED, payment.amount.minor()).await?;
        }
        FactBody::AsideSettled { payment, reason, .. } => {
            // Money that is given back, or is another payment now, is no longer received by this one.
            if let Some(taken) = loan.payments.iter().find(|p| p.id == *payment) {
                add_to_month(conn, &month(taken.on), RECEIVED, -taken.amount.minor()).await?;
            }
            reverse_payment(conn, *payment, reason).await?;
        }
        FactBody::TermsChanged {
            paid_out,
            change,
            terms,
            ..
        } => {
            put_installments(conn, rid, loan, before, change).await?;
            add_to_month(conn, &month(terms.replacement.on), DISBURSED, paid_out.minor()).await?;
        }
        body => {
            if let Some((_, change)) = body.change() {
                put_installments(conn, rid, loan, before, change).await?;
            }
        }
    }
    sums::put(conn, loan, &before.sums, fact).await
}

fn month(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

async fn count_payment(
    conn: &mut SqliteConnection,
    loan: &Loan,
    payment: &LoanPayment,
    sign: i64,
) -> Result<(), StoreError> {
    add_to_month(conn, &month(payment.on), RECEIVED, sign * payment.amount.minor()).await?;
    match loan.purchase {
        Some(_) => add_to_month(conn, &month(payment.on), PURCHASE_PAID, sign * payment.amount.minor()).await,
        None => Ok(()),
    }
}

async fn insert_loan(conn: &mut SqliteConnection, loan: &LoanOpened, fact: &Fact) -> Result<(), StoreError> {
    let customer = sqlx::query!("select rid, search_text from customer where id = ?", loan.customer.0)
        .fetch_one(&mut *conn)
        .await?;
    let search = format!("{} {} {}", fold(&loan.number), fold(&loan.title), customer.search_text);
    let product = loan.product.map(|(id, _)| id.0);
    let officer = loan.officer.map(|u| u.0);
    let (purchase, status, at) = (loan.purchase.is_some(), loan.status.word(), instant(fact.at));
    let (principal, installments) = (loan.principal.minor(), i64::from(loan.installments));
    let has_penalty = loan.penalty.is_some();
    sqlx::query!(
        "insert into loan (id, number, customer_rid, product_id, title, purchase, principal, installments, officer, status,
         applied_at, outstanding, outstanding_principal, credit, next_due, has_penalty, search_text)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?)",
        loan.id.0,
        loan.number,
        customer.rid,
        product,
        loan.title,
        purchase,
        principal,
        installments,
        officer,
        status,
        at,
        has_penalty,
        search
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes what the list of loans says of one; the number of its row.
async fn put_loan(conn: &mut SqliteConnection, id: LoanId, loan: &Loan, before: &Before) -> Result<i64, StoreError> {
    let unpaid = loan.rows.iter().find(|r| r.unpaid().is_positive());
    let running = matches!(loan.status, LoanStatus::Active);
    let oldest_due = unpaid.filter(|_| running).map(|r| r.due_on.to_string());
    let next_due = unpaid.map_or(0, |r| r.unpaid().minor());
    let [outstanding, principal, credit] = [outstanding(loan), principal(loan), loan.credit].map(Money::minor);
    let (more_active, more_outstanding) = (is_active(loan) - before.active, outstanding - before.outstanding);
    let lent = loan.principal.minor();
    let (status, disbursed, closed) = (loan.status.word(), loan.disbursed_on, loan.closed_on);
    let rid = sqlx::query_scalar!(
        "update customer set active_loans = active_loans + ?, outstanding = outstanding + ?
         where rid = (select customer_rid from loan where id = ?);
         update loan set status = ?, principal = ?, disbursed_on = ?, closed_on = ?, outstanding = ?,
         outstanding_principal = ?, credit = ?,
         oldest_due = ?, next_due = ?, next_event = ? where id = ? returning rid",
        more_active,
        more_outstanding,
        id.0,
        status,
        lent,
        disbursed,
        closed,
        outstanding,
        principal,
        credit,
        oldest_due,
        next_due,
        loan.next_event,
        id.0
    )
    .fetch_one(&mut *conn)
    .await?;
    Ok(rid)
}

async fn replace_installments(conn: &mut SqliteConnection, rid: i64, loan: &Loan) -> Result<(), StoreError> {
    let old = sqlx::query!(
        r#"select due_on, principal + interest + fee + penalty as "due!: i64" from installment where loan_rid = ?"#,
        rid
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut due = BTreeMap::new();
    for row in old {
        *due.entry(row.due_on.get(..7).unwrap_or_default().to_string())
            .or_default() -= row.due;
    }
    sqlx::query!("delete from installment where loan_rid = ?", rid)
        .execute(&mut *conn)
        .await?;
    for row in &loan.rows {
        *due.entry(month(row.due_on)).or_default() += row.due().minor();
    }
    write_installments(conn, rid, loan, &loan.rows).await?;
    count_due(conn, loan, &due).await
}

/// Adds to what is due in months.
async fn count_due(conn: &mut SqliteConnection, loan: &Loan, due: &BTreeMap<String, i64>) -> Result<(), StoreError> {
    if due.values().all(|amount| *amount == 0) {
        return Ok(());
    }
    let measures: &[&str] = match loan.purchase {
        Some(_) => &[EXPECTED, PURCHASE_DUE],
        None => &[EXPECTED],
    };
    add_to_months(conn, measures, due).await
}

async fn put_installments(
    conn: &mut SqliteConnection,
    rid: i64,
    loan: &Loan,
    before: &Before,
    change: &LoanChange,
) -> Result<(), StoreError> {
    if change.replaced {
        return replace_installments(conn, rid, loan).await;
    }
    let mut due = BTreeMap::new();
    for row in &change.rows {
        *due.entry(month(row.due_on)).or_default() += (row.due() - before.asked(row.n)).minor();
    }
    count_due(conn, loan, &due).await?;
    write_installments(conn, rid, loan, &change.rows).await
}

/// An installment in the form in which all of a loan go into one statement; amounts in minor units.
#[derive(Serialize)]
struct Line {
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

fn line(loan: &Loan, row: &RowState) -> Line {
    let open = match loan.status {
        LoanStatus::WrittenOff => Money::ZERO,
        _ => row.unpaid(),
    };
    Line {
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

async fn write_installments(
    conn: &mut SqliteConnection,
    rid: i64,
    loan: &Loan,
    rows: &[RowState],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let lines = serde_json::to_string(&rows.iter().map(|row| line(loan, row)).collect::<Vec<_>>())?;
    sqlx::query!(
        "insert into installment (loan_rid, n, due_on, principal, interest, fee, penalty, paid_principal, paid_interest,
         paid_fee, paid_penalty, open, settled_on)
         select ?, value ->> 'n', value ->> 'due_on', value ->> 'principal', value ->> 'interest', value ->> 'fee', value ->> 'penalty',
         value ->> 'paid_principal', value ->> 'paid_interest', value ->> 'paid_fee', value ->> 'paid_penalty', value ->> 'open',
         value ->> 'settled_on' from json_each(?) where true
         on conflict (loan_rid, n) do update set fee = excluded.fee, penalty = excluded.penalty,
         paid_principal = excluded.paid_principal, paid_interest = excluded.paid_interest, paid_fee = excluded.paid_fee,
         paid_penalty = excluded.paid_penalty, open = excluded.open, settled_on = excluded.settled_on",
        rid,
        lines
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_payment(
    conn: &mut SqliteConnection,
    rid: i64,
    payment: &LoanPayment,
    fact: &Fact,
) -> Result<(), StoreError> {
    let (at, booking, actor) = (instant(fact.at), fact.booking_date, fact.by.map(|u| u.0));
    let parts = payment.parts;
    let [amount, penalty, fee, interest, principal, credit] = [
        payment.amount,
        parts.penalty,
        parts.fee,
        parts.interest,
        parts.principal,
        parts.credit,
    ]
    .map(Money::minor);
    let [recovery, suspense] = [parts.recovery, parts.suspense].map(Money::minor);
    let method = crate::query::method_word(payment.method);
    sqlx::query!(
        "insert into payment (id, loan_rid, receipt, value_date, booking_date, at, amount, penalty, fee, interest, principal,
         credit, recovery, suspense, method, reference, actor) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        payment.id.0,
        rid,
        payment.receipt,
        payment.on,
        booking,
        at,
        amount,
        penalty,
        fee,
        interest,
        principal,
        credit,
        recovery,
        suspense,
        method,
        payment.reference,
        actor
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn reverse_payment(conn: &mut SqliteConnection, payment: PaymentId, reason: &str) -> Result<(), StoreError> {
    sqlx::query!("update payment set reversed = ? where id = ?", reason, payment.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// The loans of a customer whose name is gone are found as that customer is: by numbers.
pub(super) async fn find_by_number(conn: &mut SqliteConnection, customer: CustomerId) -> Result<(), StoreError> {
    let rows = sqlx::query!(
        r#"select l.rid as "rid!: i64", l.number, l.title, c.search_text from loan l join customer c on c.rid = l.customer_rid
           where c.id = ?"#,
        customer.0
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in rows {
        let search = format!("{} {} {}", fold(&row.number), fold(&row.title), row.search_text);
        sqlx::query!("update loan set search_text = ? where rid = ?", search, row.rid)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
