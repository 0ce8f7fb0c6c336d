//! What settles a loan account on a day, and the rows that close it then.

use crate::Money;
use crate::amount::Amount;
use crate::ledger::{Ledger, Replacement, RowState, Share};
use crate::plan::{Dates, Plan, Span, too_large};
use crate::ratio::Ratio;
use crate::schedule::Row;
use crate::terms::{Method, PayoffInterest, Terms, TermsError};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What settles an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payoff {
    /// The principal not yet paid.
    pub principal: Money,
    /// The unpaid interest of installments already due, and that of the running period.
    pub interest: Money,
    /// The unpaid charges of installments already due and of the running one.
    pub fee: Money,
    /// The unpaid penalties.
    pub penalty: Money,
    /// All of it.
    pub total: Money,
}

/// What settles the account on a day: outstanding principal, unpaid interest and fees of what is due by then, unpaid
/// penalties, and the interest of the running period up to the day or to the period's end, less what of it is already
/// paid. `terms` are those of the loan; a purchase plan has none and bears no interest.
///
/// # Errors
/// Those of the schedule of the terms.
pub fn payoff(
    terms: Option<&Terms>,
    decimals: u32,
    ledger: &Ledger,
    on: NaiveDate,
    mode: PayoffInterest,
) -> Result<Payoff, TermsError> {
    let running = running_interest(terms, decimals, ledger, on, mode)?;
    let (due, later): (Vec<&RowState>, Vec<&RowState>) = ledger.rows.iter().partition(|row| row.due_on <= on);
    let paid_ahead: Money = later.iter().map(|row| row.paid_interest).sum();
    let interest = due.iter().map(|row| row.unpaid_of(Share::Interest)).sum::<Money>() + running.less(paid_ahead);
    let charged = due.iter().chain(later.first());
    let fee = charged.map(|row| row.unpaid_of(Share::Fee)).sum();
    let (principal, penalty) = (ledger.outstanding_principal(), ledger.outstanding_penalty());
    Ok(Payoff {
        principal,
        interest,
        fee,
        penalty,
        total: principal + interest + fee + penalty,
    })
}

/// The rows that close the account on a day: the running installment takes all principal to come, with the interest
/// of [`payoff`]; later ones vanish. A discount comes off interest first, the latest first, then off penalties. Once
/// the payoff less the discount is paid, nothing is left.
///
/// # Errors
/// Those of [`payoff`]; on `discount` when it is negative or more than the unpaid interest and penalties.
pub fn foreclose(
    terms: Option<&Terms>,
    decimals: u32,
    ledger: &Ledger,
    on: NaiveDate,
    mode: PayoffInterest,
    discount: Money,
) -> Result<Replacement, TermsError> {
    let quote = payoff(terms, decimals, ledger, on, mode)?;
    if discount.is_negative() || discount > quote.interest + quote.penalty {
        let most = (quote.interest + quote.penalty).to_grouped(decimals);
        return Err(TermsError::on(
            "discount",
            format!("Enter at most {most}: a discount comes off unpaid interest and penalties, not off principal."),
        ));
    }
    let (due, later): (Vec<&RowState>, Vec<&RowState>) = ledger.rows.iter().partition(|row| row.due_on <= on);
    let mut rows: Vec<Row> = due.iter().map(|row| plain(row)).collect();
    if let Some(running) = later.first() {
        let paid: Money = later.iter().map(|row| row.paid_interest).sum();
        let unpaid = running_interest(terms, decimals, ledger, on, mode)?.less(paid);
        rows.push(Row {
            n: running.n,
            due_on: on,
            principal: later.iter().map(|row| row.principal).sum(),
            interest: paid + unpaid,
            balance: Money::ZERO,
        });
    }
    let mut left = discount;
    for (i, row) in rows.iter_mut().enumerate().rev() {
        let paid: Money = match due.get(i) {
            Some(state) => state.paid_interest,
            None => later.iter().map(|row| row.paid_interest).sum(),
        };
        let off = row.interest.less(paid).min(left);
        row.interest -= off;
        left -= off;
    }
    let mut balance: Money = rows.iter().map(|row| row.principal).sum();
    for row in &mut rows {
        balance -= row.principal;
        row.balance = balance;
    }
    Ok(Replacement {
        on,
        rows,
        remitted_penalty: left,
    })
}

fn plain(row: &RowState) -> Row {
    Row {
        n: row.n,
        due_on: row.due_on,
        principal: row.principal,
        interest: row.interest,
        balance: Money::ZERO,
    }
}

/// The interest of the period that runs on a day, on the principal that is to fall due after it, with the interest of
/// deferred periods that has not fallen due yet.
fn running_interest(
    terms: Option<&Terms>,
    decimals: u32,
    ledger: &Ledger,
    on: NaiveDate,
    mode: PayoffInterest,
) -> Result<Money, TermsError> {
    let (Some(terms), Some(at)) = (terms, ledger.rows.iter().position(|row| row.due_on > on)) else {
        return Ok(Money::ZERO);
    };
    let plan = Plan::of(terms, decimals)?;
    let balance: Money = ledger.rows[at..].iter().map(|row| row.principal).sum();
    let row = &ledger.rows[at];
    let start = if at == 0 {
        terms.disbursed_on
    } else {
        ledger.rows[at - 1].due_on
    };
    let until = match mode {
        PayoffInterest::ToDate => on.max(start),
        PayoffInterest::ToPeriodEnd => row.due_on,
    };
    let charged = |factor: Ratio| {
        let interest = balance.minor().times(factor, Some(plan.money));
        interest.map(Money::from_minor).ok_or_else(|| too_large("principal"))
    };
    if terms.method == Method::Bullet {
        let (mut dates, mut factor) = (Dates::of(&plan), Ratio::new(0, 1));
        for k in 1..=plan.last {
            let span = dates.period(k)?;
            if span.start.date < until {
                factor = factor.plus(plan.factor_of_part(&span, span.start, span.due.min(until.into())));
            }
        }
        return charged(factor);
    }
    let span = Span {
        k: row.n,
        start: start.into(),
        due: row.due_on.into(),
    };
    let mut interest = charged(plan.factor_of_part(&span, span.start, span.due.min(until.into())))?;
    if row.n <= terms.grace.interest_deferred + 1 {
        let mut dates = Dates::of(&plan);
        for k in 1..row.n {
            interest += charged(plan.factor(&dates.period(k)?))?;
        }
    }
    Ok(interest)
}
