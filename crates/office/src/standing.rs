//! How a loan stands: from its aggregate to the mathematics, and what a payment has to look like.

use crate::refusal::Refusal;
use crate::state::{Loan, LoanPayment};
use chrono::NaiveDate;
use farthing_api::{Code, LoanStatus, Money, PaymentParts};
use farthing_lending::{Account as LoanAccount, Allocation, Ledger, Payment, replay};

/// The account of a loan for the mathematics, penalties charged up to `through`.
pub fn account(loan: &Loan, through: Option<NaiveDate>) -> LoanAccount {
    let payments = loan.payments.iter().filter(|p| p.counts());
    let changes = loan.terms_changes.iter().map(|change| change.replacement.clone());
    let closing = loan.foreclosure.iter().map(|closing| closing.replacement.clone());
    LoanAccount {
        rows: loan.schedule.clone(),
        fees: loan.fees.clone(),
        payments: payments.map(payment).collect(),
        penalty: loan.penalty,
        order: loan.allocation,
        assessed_through: through,
        replacements: changes.chain(closing).collect(),
        by: loan.allocate,
        waivers: loan.waivers.clone(),
        terms: loan.terms.clone(),
        decimals: decimals(loan),
        rates: loan.rates.clone().unwrap_or_default(),
    }
}

/// The decimals of the currency: amounts of terms are written with all of them.
fn decimals(loan: &Loan) -> u32 {
    let changed = loan
        .terms_changes
        .iter()
        .filter_map(|change| change.replacement.terms.as_ref());
    let terms = loan.terms.as_ref().or(changed.map(|new| &new.terms).next_back());
    terms.map_or(0, |terms| terms.principal.scale().max(terms.rounding.money.scale()))
}

fn payment(payment: &LoanPayment) -> Payment {
    Payment {
        on: payment.on,
        amount: payment.amount,
        prepay: payment.prepay,
    }
}

/// The loan's ledger worked out anew from its schedule and its payments, penalties charged up to `through`.
pub fn ledger(loan: &Loan, through: Option<NaiveDate>) -> Ledger {
    replay(&account(loan, through))
}

/// The ledger as it stands in the book.
pub fn standing(loan: &Loan) -> Ledger {
    ledger(loan, loan.assessed_through)
}

/// Where a payment of a ledger went.
pub(crate) fn parts(allocation: Option<&Allocation>) -> PaymentParts {
    allocation.map_or_else(PaymentParts::default, |a| PaymentParts {
        penalty: a.penalty,
        fee: a.fee,
        interest: a.interest,
        principal: a.principal,
        credit: a.credit,
        ..PaymentParts::default()
    })
}

/// Refuses what can only be done to a loan whose money is out.
pub(crate) fn must_be_active(loan: &Loan) -> Result<(), Refusal> {
    let refused = match loan.status {
        LoanStatus::Active => return Ok(()),
        LoanStatus::Closed => match loan.closed_on {
            Some(day) => Refusal::rule(Code::Closed).with("date", day),
            None => Refusal::rule(Code::NothingOwed),
        },
        LoanStatus::WrittenOff => match loan.written_off {
            Some(lost) => Refusal::rule(Code::WrittenOff).with("date", lost.on),
            None => Refusal::rule(Code::NothingOwed),
        },
        LoanStatus::Waiting | LoanStatus::Approved | LoanStatus::Rejected => Refusal::rule(Code::NotPaidOut),
    };
    Err(refused.with("loan", &loan.number))
}

/// A value date lies between the disbursement and today.
pub(crate) fn check_value_date(loan: &Loan, on: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
    if on > today {
        return Err(Refusal::field("value_date", Code::InFuture)
            .with("date", on)
            .with("today", today));
    }
    match loan.disbursed_on {
        Some(start) if on < start => Err(Refusal::field("value_date", Code::BeforeDisbursement)
            .with("date", on)
            .with("start", start)),
        _ => Ok(()),
    }
}

/// An amount that someone typed for money that moves.
pub(crate) fn check_amount(field: &str, amount: Money) -> Result<(), Refusal> {
    if !amount.is_positive() {
        return Err(Refusal::field(field, Code::AmountNotPositive));
    }
    if amount > Money::LIMIT {
        return Err(Refusal::field(field, Code::AmountBeyond));
    }
    Ok(())
}
