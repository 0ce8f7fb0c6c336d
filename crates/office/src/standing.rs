//! How a loan stands: from its aggregate to the mathematics and back to a change.

use crate::fact::LoanChange;
use crate::posting::{Account, Entry};
use crate::refusal::Refusal;
use crate::state::Loan;
use chrono::NaiveDate;
use farthing_api::{Code, LoanId, LoanStatus, Money, PaymentMethod, PaymentParts};
use farthing_lending::{Account as LoanAccount, Allocation, Ledger, Payment, RowState, replay};

/// The loan's ledger worked out anew from its schedule and its payments, penalties charged up to `through`.
pub fn ledger(loan: &Loan, through: Option<NaiveDate>) -> Ledger {
    let payments = loan.payments.iter().filter(|p| !p.reversed);
    replay(&LoanAccount {
        rows: loan.schedule.clone(),
        fees: Vec::new(),
        payments: payments
            .map(|p| Payment {
                on: p.on,
                amount: p.amount,
            })
            .collect(),
        penalty: loan.penalty,
        order: loan.allocation,
        assessed_through: through,
        waived: Vec::new(),
        replacements: loan.foreclosure.iter().map(|f| f.replacement.clone()).collect(),
    })
}

/// The ledger as it stands in the book.
pub fn standing(loan: &Loan) -> Ledger {
    ledger(loan, loan.assessed_through)
}

/// Sums over all installments, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    principal: Money,
    interest: Money,
    penalty: Money,
    charged: Money,
}

fn totals(rows: &[RowState]) -> Totals {
    rows.iter().fold(Totals::default(), |t, r| Totals {
        principal: t.principal + r.paid_principal,
        interest: t.interest + r.paid_interest,
        penalty: t.penalty + r.paid_penalty,
        charged: t.charged + r.penalty,
    })
}

/// Money that moves with a change: through which account, and how much came in (negative: went out).
pub(crate) struct Moved {
    pub(crate) account: Account,
    pub(crate) amount: Money,
}

/// What changes from the loan as it is to the loan as the new ledger has it, with the entry that says the same in
/// double entry.
///
/// # Errors
/// Refuses where unapplied credit that was given back would be needed again.
pub(crate) fn change(
    id: LoanId,
    loan: &Loan,
    new: &Ledger,
    through: Option<NaiveDate>,
    moved: Option<Moved>,
) -> Result<LoanChange, Refusal> {
    if new.credit < loan.refunded {
        return Err(Refusal::rule(Code::Refunded));
    }
    let credit = new.credit - loan.refunded;
    let (old, now) = (totals(&loan.rows), totals(&new.rows));
    let mut entry = Entry::of(id);
    if let Some(moved) = moved {
        // Money in is matched below by what it settled; the suspense line cancels itself out.
        entry = entry.moves(moved.account, through_account(), moved.amount);
    }
    let entry = entry
        .moves(through_account(), Account::Portfolio, now.principal - old.principal)
        .moves(through_account(), Account::InterestIncome, now.interest - old.interest)
        .moves(through_account(), Account::PenaltyReceivable, now.penalty - old.penalty)
        .moves(through_account(), Account::UnappliedCredit, credit - loan.credit)
        .moves(
            Account::PenaltyReceivable,
            Account::PenaltyIncome,
            now.charged - old.charged,
        );
    // A replaced schedule has other rows; otherwise the same rows stand differently.
    let shape = |rows: &[RowState]| {
        rows.iter()
            .map(|r| (r.n, r.due_on, r.principal, r.interest))
            .collect::<Vec<_>>()
    };
    let replaced = shape(&loan.rows) != shape(&new.rows);
    let changed = new
        .rows
        .iter()
        .filter(|row| replaced || !loan.rows.contains(row))
        .copied()
        .collect();
    Ok(LoanChange {
        rows: changed,
        replaced,
        credit,
        closed_on: closed_on(new),
        assessed_through: through,
        postings: entry.lines(),
    })
}

/// The line through which money in meets what it settles; it always adds up to nothing and never reaches the book.
fn through_account() -> Account {
    Account::Other("through".into())
}

fn closed_on(ledger: &Ledger) -> Option<NaiveDate> {
    match ledger.is_closed() {
        true => ledger.rows.iter().filter_map(|r| r.settled_on).max(),
        false => None,
    }
}

/// Where the last payment of a ledger went.
pub(crate) fn parts(allocation: Option<&Allocation>) -> PaymentParts {
    allocation.map_or_else(PaymentParts::default, |a| PaymentParts {
        penalty: a.penalty,
        interest: a.interest,
        principal: a.principal,
        credit: a.credit,
    })
}

/// Refuses what can only be done to a loan whose money is out.
pub(crate) fn must_be_active(loan: &Loan) -> Result<(), Refusal> {
    match loan.status {
        LoanStatus::Active => Ok(()),
        LoanStatus::Closed => Err(match loan.closed_on {
            Some(day) => Refusal::rule(Code::Closed).with("date", day),
            None => Refusal::rule(Code::NothingOwed),
        }
        .with("loan", &loan.number)),
        LoanStatus::Waiting | LoanStatus::Approved | LoanStatus::Rejected => {
            Err(Refusal::rule(Code::NotPaidOut).with("loan", &loan.number))
        }
    }
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

/// The account and the amount of money that came in.
pub(crate) fn money_in(method: PaymentMethod, desk: &str, amount: Money) -> Option<Moved> {
    Some(Moved {
        account: crate::posting::money_account(method, desk),
        amount,
    })
}
