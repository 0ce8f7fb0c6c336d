//! What settles a loan account on a day, and the rows that close it then.

use crate::Money;
use crate::allocation::Share;
use crate::charge::{ChargeAmount, Fee, percent_of};
use crate::ledger::{Ledger, Replacement, RowState};
use crate::schedule::Row;
use crate::tail::Tail;
use crate::terms::{PayoffInterest, Terms, TermsError};
use chrono::NaiveDate;
use rust_decimal::Decimal;
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

/// What closing a loan early takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PayoffRule {
    /// Up to when interest is asked for.
    pub interest: PayoffInterest,
    /// A charge for closing early: an amount, or percent of the outstanding principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<ChargeAmount>,
    /// The largest discount, in percent of the interest that is asked for; none: no such limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_discount_percent: Option<Decimal>,
}

impl PayoffRule {
    /// Whether it is the rule of products that have none, which is left out of what is kept.
    pub fn is_usual(&self) -> bool {
        *self == PayoffRule::default()
    }

    /// The charge for closing a loan with so much principal outstanding.
    pub fn closing_fee(&self, outstanding: Money) -> Money {
        match self.fee {
            None | Some(ChargeAmount::PercentOfInstallment(_)) => Money::ZERO,
            Some(ChargeAmount::Flat(amount)) => amount,
            Some(ChargeAmount::PercentOfPrincipal(percent)) => percent_of(outstanding, percent),
        }
    }

    /// Whether the rule makes sense.
    ///
    /// # Errors
    /// On `payoff.fee` or `payoff.most_discount_percent`.
    pub fn check(&self) -> Result<(), TermsError> {
        let fits = match self.fee {
            None => true,
            Some(ChargeAmount::Flat(amount)) => amount.is_positive() && amount <= Money::LIMIT,
            Some(ChargeAmount::PercentOfPrincipal(percent)) => {
                percent > Decimal::ZERO && percent <= Decimal::ONE_HUNDRED
            }
            Some(ChargeAmount::PercentOfInstallment(_)) => false,
        };
        if !fits {
            let message = "Enter an amount above zero, or from 0 to 100 % of the outstanding principal, or none.";
            return Err(TermsError::on("payoff.fee", message));
        }
        match self.most_discount_percent {
            Some(percent) if percent.is_sign_negative() || percent > Decimal::ONE_HUNDRED => {
                Err(TermsError::on("payoff.most_discount_percent", "Enter from 0 to 100 %."))
            }
            _ => Ok(()),
        }
    }
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
    let running = earned_after_due(terms, decimals, ledger, on, mode)?;
    let (due, later): (Vec<&RowState>, Vec<&RowState>) = ledger.rows.iter().partition(|row| row.due_on <= on);
    let paid_ahead: Money = later.iter().map(|row| row.paid_interest).sum();
    let interest = due.iter().map(|row| row.unpaid_of(Share::Interest)).sum::<Money>();
    let interest = interest + running.less(paid_ahead);
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
/// of [`payoff`] and the charge for closing early; later ones vanish. A discount comes off interest first, the latest
/// first, then off penalties. Once the payoff with the charge less the discount is paid, nothing is left.
///
/// # Errors
/// Those of [`payoff`]; on `discount` when it is negative or more than the unpaid interest and penalties.
pub fn foreclose(
    terms: Option<&Terms>,
    decimals: u32,
    ledger: &Ledger,
    on: NaiveDate,
    rule: &PayoffRule,
    discount: Money,
) -> Result<Replacement, TermsError> {
    let mode = rule.interest;
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
        let unpaid = earned_after_due(terms, decimals, ledger, on, mode)?.less(paid);
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
    let closing_fee = rule.closing_fee(quote.principal);
    let charged = due.iter().chain(later.first());
    let mut fees: Vec<Fee> = charged
        .map(|row| Fee {
            n: row.n,
            amount: row.fee,
        })
        .collect();
    if let Some(last) = fees.last_mut() {
        last.amount += closing_fee;
    }
    Ok(Replacement {
        remitted_penalty: left,
        fees: closing_fee.is_positive().then_some(fees),
        ..Replacement::of(on, rows)
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

/// The interest owed on a day for installments to come, whether paid or not: that of the running period, and what was
/// earned before and put onto them.
pub(crate) fn earned_after_due(
    terms: Option<&Terms>,
    decimals: u32,
    ledger: &Ledger,
    on: NaiveDate,
    mode: PayoffInterest,
) -> Result<Money, TermsError> {
    let later = ledger.rows.iter().filter(|row| row.due_on > on);
    let moved: Money = later.map(|row| ledger.earned_before(row.n)).sum();
    Ok(moved + running_interest(terms, decimals, ledger, on, mode)?)
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
    let Some(at) = ledger.rows.iter().position(|row| row.due_on > on) else {
        return Ok(Money::ZERO);
    };
    let Some(tail) = Tail::of(terms, decimals, ledger, at)? else {
        return Ok(Money::ZERO);
    };
    let row = &ledger.rows[at];
    let until = match mode {
        PayoffInterest::ToDate => on.max(tail.start),
        PayoffInterest::ToPeriodEnd => row.due_on,
    };
    let balance: Money = ledger.rows[at..].iter().map(|row| row.principal).sum();
    let interest = tail.interest(row, tail.start, balance.minor(), &ledger.early, until)?;
    Ok(Money::from_minor(interest + tail.deferred(balance.minor())?))
}
