//! Loans, their installments and payments.

mod written;

use super::customers::fold;
use super::sums::{self, Sums};
use crate::StoreError;
use chrono::NaiveDate;
use farthing_api::{CustomerId, LoanId, LoanStatus, Money, PaymentId};
use farthing_lending::RowState;
use farthing_office::{Fact, FactBody, Loan, LoanChange, LoanPayment, State};
use sqlx::sqlite::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};
use written::{Opened, Received, insert_opened, opened, put_installments, put_loans, put_payments, received};

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
    /// When each installment is due and what it asks for.
    asked: Vec<(u32, NaiveDate, Money)>,
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
            asked: loan.rows.iter().map(|r| (r.n, r.due_on, r.due())).collect(),
            sums: sums::Before::of(loan, fact),
        }
    }

    fn asked(&self, n: u32) -> Money {
        let found = self.asked.iter().find(|(number, ..)| *number == n);
        found.map_or(Money::ZERO, |(.., due)| *due)
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

/// Which of a loan's installments are written again.
#[derive(Default)]
struct Rows {
    /// All of them, in the place of those there were.
    replaced: bool,
    numbers: BTreeSet<u32>,
}

/// What facts change about loans. Where several change the same loan, it is written once, as it is after the last.
#[derive(Default)]
pub(super) struct Loans {
    opened: Vec<Opened>,
    changed: BTreeMap<LoanId, Rows>,
    /// How many more loans run, and how much more is unpaid, by customer.
    customers: BTreeMap<CustomerId, (i64, i64)>,
    received: Vec<Received>,
    /// Payments that were taken back, and why.
    reversed: Vec<(String, String)>,
}

impl Loans {
    /// Takes down what a fact changes about a loan and in the sums.
    pub(super) fn gather(
        &mut self,
        sums: &mut Sums,
        state: &State,
        before: &Before,
        fact: &Fact,
    ) -> Result<(), StoreError> {
        if let FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. } = &fact.body {
            self.opened.push(opened(loan, fact));
        }
        let Some((id, loan)) = loan_of(&fact.body).and_then(|id| Some((id, state.loan(id)?))) else {
            return Ok(());
        };
        let customer = self.customers.entry(loan.customer).or_default();
        customer.0 += is_active(loan) - before.active;
        customer.1 += outstanding(loan).minor() - before.outstanding;
        let rows = self.changed.entry(id).or_default();
        match &fact.body {
            FactBody::LoanDisbursed { value_date, .. } => {
                rows.replace(sums, loan, &[]);
                sums.add_to_month(month(*value_date), DISBURSED, loan.principal.minor());
            }
            FactBody::PurchaseMade { .. } => {
                rows.replace(sums, loan, &[]);
                sums.add_to_month(month(loan.opened_on), PURCHASED, loan.principal.minor());
            }
            FactBody::PaymentReceived { payment, change, .. } => {
                rows.put(sums, loan, before, change);
                count_payment(sums, loan, payment, 1);
                self.received.push(received(id, payment, fact));
            }
            FactBody::PaymentReversed {
                payment,
                reason,
                change,
                ..
            } => {
                rows.put(sums, loan, before, change);
                if let Some(payment) = loan.payments.iter().find(|p| p.id == *payment) {
                    count_payment(sums, loan, payment, -1);
                }
                self.take_back(*payment, reason);
            }
            FactBody::LoanWrittenOff { .. } => rows.numbers.extend(loan.rows.iter().map(|row| row.n)),
            FactBody::MoneySetAside { payment, .. } => {
                sums.add_to_month(month(payment.on), RECEIVED, payment.amount.minor());
                self.received.push(received(id, payment, fact));
            }
            FactBody::AsideSettled { payment, reason, .. } => {
                // Money that is given back, or is another payment now, is no longer received by this one.
                if let Some(taken) = loan.payments.iter().find(|p| p.id == *payment) {
                    sums.add_to_month(month(taken.on), RECEIVED, -taken.amount.minor());
                }
                self.take_back(*payment, reason);
            }
            FactBody::TermsChanged {
                paid_out,
                change,
                terms,
                ..
            } => {
                rows.put(sums, loan, before, change);
                sums.add_to_month(month(terms.replacement.on), DISBURSED, paid_out.minor());
            }
            body => {
                if let Some((_, change)) = body.change() {
                    rows.put(sums, loan, before, change);
                }
            }
        }
        sums.put(loan, &before.sums, fact)
    }

    fn take_back(&mut self, payment: PaymentId, reason: &str) {
        self.reversed.push((hex::encode(payment.0), reason.to_owned()));
    }

    /// Writes what was taken down, with the loans as they are by now.
    pub(super) async fn write(self, conn: &mut SqliteConnection, state: &State) -> Result<(), StoreError> {
        if self.changed.is_empty() {
            return Ok(());
        }
        insert_opened(conn, &self.opened).await?;
        put_loans(conn, state, &self.changed, &self.customers).await?;
        put_installments(conn, state, &self.changed).await?;
        put_payments(conn, &self.received, &self.reversed).await
    }
}

impl Rows {
    /// All of a loan's installments take the place of those that were due before.
    fn replace(&mut self, sums: &mut Sums, loan: &Loan, before: &[(u32, NaiveDate, Money)]) {
        self.replaced = true;
        let mut due = BTreeMap::<String, i64>::new();
        for (_, day, amount) in before {
            *due.entry(month(*day)).or_default() -= amount.minor();
        }
        for row in &loan.rows {
            *due.entry(month(row.due_on)).or_default() += row.due().minor();
        }
        count_due(sums, loan, due);
    }

    fn put(&mut self, sums: &mut Sums, loan: &Loan, before: &Before, change: &LoanChange) {
        if change.replaced {
            return self.replace(sums, loan, &before.asked);
        }
        let mut due = BTreeMap::<String, i64>::new();
        for row in &change.rows {
            *due.entry(month(row.due_on)).or_default() += (row.due() - before.asked(row.n)).minor();
        }
        count_due(sums, loan, due);
        self.numbers.extend(change.rows.iter().map(|row| row.n));
    }
}

fn month(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// Adds to what is due in months.
fn count_due(sums: &mut Sums, loan: &Loan, due: BTreeMap<String, i64>) {
    for (month, amount) in due {
        if loan.purchase.is_some() {
            sums.add_to_month(month.clone(), PURCHASE_DUE, amount);
        }
        sums.add_to_month(month, EXPECTED, amount);
    }
}

fn count_payment(sums: &mut Sums, loan: &Loan, payment: &LoanPayment, sign: i64) {
    let amount = sign * payment.amount.minor();
    sums.add_to_month(month(payment.on), RECEIVED, amount);
    if loan.purchase.is_some() {
        sums.add_to_month(month(payment.on), PURCHASE_PAID, amount);
    }
}

/// The loans of a customer whose name or contact changed, or is gone, are found as that customer is by now.
pub(super) async fn find_by_customer(conn: &mut SqliteConnection, customer: CustomerId) -> Result<(), StoreError> {
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
