//! What changes from a loan as it is to a loan as a new ledger has it, with the entry that says the same in double
//! entry. Interest is income as it is earned (see the ADR on accruals), so every entry moves what is owed of it too.

use crate::context::Context;
use crate::fact::LoanChange;
use crate::posting::{Account, Entry, money_account};
use crate::refusal::Refusal;
use crate::state::{Loan, State};
use chrono::NaiveDate;
use farthing_api::{Code, LoanId, Money, PaymentMethod};
use farthing_lending::{Accrual, Ledger, RowState};

/// Up to when the ledger is closed, and what the organisation's rules say of lateness.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Books {
    /// The first open day: entries are booked to it.
    pub(crate) open: NaiveDate,
    /// Interest of loans later than so many days is no income.
    suspend_after: u32,
}

impl Books {
    pub(crate) fn of(state: &State, ctx: &Context) -> Books {
        Books {
            open: state.day().map_or(ctx.today, |day| day.open),
            suspend_after: state.organisation().map_or(90, |o| o.lateness.suspend_after),
        }
    }

    /// The last closed day: what is earned is booked up to it.
    pub(crate) fn closed(&self) -> NaiveDate {
        self.open.pred_opt().unwrap_or(self.open)
    }

    /// Whether a loan is so late that its interest is no income.
    pub(crate) fn suspends(&self, ledger: &Ledger) -> bool {
        ledger.days_past_due(self.open) > self.suspend_after
    }

    /// The next day whose closing has to look at a loan: a penalty falls due, or its interest is suspended.
    pub(crate) fn next_event(&self, loan: &Loan, ledger: &Ledger, assessed: Option<NaiveDate>) -> Option<NaiveDate> {
        if loan.written_off.is_some() || ledger.is_closed() {
            return None;
        }
        let penalty = loan.penalty.and_then(|rule| rule.next(&ledger.rows, assessed));
        let bears_interest = ledger.rows.iter().any(|row| row.interest.is_positive());
        let late = ledger
            .next_unpaid()
            .filter(|_| bears_interest && !self.suspends(ledger));
        let days = chrono::Days::new(u64::from(self.suspend_after) + 1);
        let suspension = late.and_then(|row| row.due_on.checked_add_days(days));
        penalty.into_iter().chain(suspension).min()
    }
}

/// Money that moves with a change: through which account, and how much came in (negative: went out).
pub(crate) struct Moved {
    pub(crate) account: Account,
    pub(crate) amount: Money,
}

/// The account and the amount of money that came in.
pub(crate) fn money_in(method: PaymentMethod, desk: &str, amount: Money) -> Option<Moved> {
    Some(Moved {
        account: money_account(method, desk),
        amount,
    })
}

/// Why a loan changes, as far as the entry has to know.
#[derive(Default)]
pub(crate) struct Cause {
    /// Money that moves.
    pub(crate) moved: Option<Moved>,
    /// Interest, charges and penalties made principal.
    pub(crate) capitalised: [Money; 3],
}

impl Cause {
    pub(crate) fn money(moved: Option<Moved>) -> Cause {
        Cause {
            moved,
            ..Cause::default()
        }
    }
}

/// Sums over all installments, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    principal: Money,
    paid_principal: Money,
    interest: Money,
    fee: Money,
    penalty: Money,
    charged: Money,
}

fn totals(rows: &[RowState]) -> Totals {
    rows.iter().fold(Totals::default(), |t, r| Totals {
        principal: t.principal + r.principal,
        paid_principal: t.paid_principal + r.paid_principal,
        interest: t.interest + r.paid_interest,
        fee: t.fee + r.paid_fee,
        penalty: t.penalty + r.paid_penalty,
        charged: t.charged + r.penalty,
    })
}

/// What changes, and the entry.
///
/// # Errors
/// Refuses where unapplied credit that was given back would be needed again.
pub(crate) fn change(
    id: LoanId,
    loan: &Loan,
    new: &Ledger,
    books: &Books,
    through: Option<NaiveDate>,
    cause: Cause,
) -> Result<LoanChange, Refusal> {
    if new.credit < loan.refunded {
        return Err(Refusal::rule(Code::Refunded));
    }
    let credit = new.credit - loan.refunded;
    let closed = books.closed();
    let old = loan
        .accrual
        .as_ref()
        .map_or_else(|| Accrual::none(closed), |a| a.at(closed));
    let now = match loan.written_off {
        Some(_) => Accrual::none(closed),
        None => Accrual::of(new, closed, books.suspends(new)),
    };
    let entry = entry(id, loan, new, credit, (&old, &now), cause);
    let same_plan = loan.accrual.is_some() && old.plan == now.plan;
    let accrual = Accrual {
        plan: if same_plan { Vec::new() } else { now.plan },
        ..now
    };
    // A replaced schedule has other rows; otherwise the same rows stand differently.
    let shape = |rows: &[RowState]| {
        rows.iter()
            .map(|r| (r.n, r.due_on, r.principal, r.interest))
            .collect::<Vec<_>>()
    };
    let replaced = shape(&loan.rows) != shape(&new.rows);
    let changed = new.rows.iter().filter(|row| replaced || !loan.rows.contains(row));
    Ok(LoanChange {
        rows: changed.copied().collect(),
        replaced,
        credit,
        closed_on: closed_on(new),
        assessed_through: through,
        postings: entry.lines(),
        accrual: Some(Box::new(accrual)),
        same_plan,
        next_event: books.next_event(loan, new, through),
        installment: None,
    })
}

/// The entry: each account moves by as much as what it holds of the loan; the line through which they meet adds up to
/// nothing.
fn entry(
    id: LoanId,
    loan: &Loan,
    new: &Ledger,
    credit: Money,
    (before, after): (&Accrual, &Accrual),
    cause: Cause,
) -> Entry {
    use Account::*;
    let (old, now) = (totals(&loan.rows), totals(&new.rows));
    let mut entry = Entry::of(id);
    if let Some(moved) = cause.moved {
        entry = entry.moves(moved.account, through_account(), moved.amount);
    }
    let paid_principal = now.paid_principal - old.paid_principal;
    let (paid_interest, paid_fee) = (now.interest - old.interest, now.fee - old.fee);
    let paid_penalty = now.penalty - old.penalty;
    entry = entry.moves(through_account(), UnappliedCredit, credit - loan.credit);
    if loan.written_off.is_some() {
        // Nothing of it is in the books any more: what turns out to be paid or unpaid is less or more of a loss.
        return entry
            .moves(through_account(), LoanLoss, paid_principal)
            .moves(through_account(), InterestIncome, paid_interest)
            .moves(through_account(), FeeIncome, paid_fee)
            .moves(through_account(), PenaltyIncome, paid_penalty);
    }
    let [more_interest, more_fee, more_penalty] = cause.capitalised;
    let interest = after.interest - before.interest;
    let (ahead, suspended) = (after.ahead - before.ahead, after.suspended - before.suspended);
    let fee = after.fee - before.fee;
    let fee_ahead = after.fee_ahead - before.fee_ahead;
    entry
        .moves(
            Portfolio,
            through_account(),
            now.principal - old.principal - paid_principal,
        )
        .moves(InterestReceivable, through_account(), interest)
        .moves(through_account(), UnearnedIncome, ahead + fee_ahead)
        .moves(through_account(), InterestSuspended, suspended)
        .moves(
            through_account(),
            InterestIncome,
            paid_interest + more_interest + interest - ahead - suspended,
        )
        .moves(FeeReceivable, through_account(), fee)
        .moves(through_account(), FeeIncome, paid_fee + more_fee + fee - fee_ahead)
        .moves(through_account(), PenaltyReceivable, paid_penalty + more_penalty)
        .moves(
            PenaltyReceivable,
            PenaltyIncome,
            now.charged - old.charged + more_penalty,
        )
}

/// The line through which money in meets what it settles; it always adds up to nothing and never reaches the book.
fn through_account() -> Account {
    Account::Other("through".into())
}

pub(crate) fn closed_on(ledger: &Ledger) -> Option<NaiveDate> {
    match ledger.is_closed() {
        true => ledger.rows.iter().filter_map(|r| r.settled_on).max(),
        false => None,
    }
}
