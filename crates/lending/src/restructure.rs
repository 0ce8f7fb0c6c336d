//! A running loan under new terms: rescheduled, its arrears brought into the schedule, with interest and penalties made
//! principal, or topped up. All of it is one thing: what is owed on a day, spread over new rows.

use crate::Money;
use crate::allocation::Share;
use crate::calendar::{days, shift};
use crate::charge::{Charge, ChargeWhen, Fee};
use crate::ledger::{Ledger, NewTerms, Replacement, RowState};
use crate::payoff::earned_after_due;
use crate::plan::minor;
use crate::schedule::{Row, build};
use crate::terms::{
    Grace, InterestPeriod, LedgerKind, Method, Multiple, PayoffInterest, Rounding, RoundingMode, Terms, TermsError,
    Unit,
};
use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What is to be different. What is left out stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewSchedule {
    /// Percent a year.
    pub annual_rate: Option<Decimal>,
    /// How many installments from now on; none: as many as are not paid.
    pub installments: Option<u32>,
    /// One installment each so many units.
    pub every: Option<u32>,
    /// Days, weeks or months.
    pub unit: Option<Unit>,
    /// The due date of the first new installment; none: the next due date of the schedule, or, where every installment
    /// is due, one interval after the day.
    pub first_due_on: Option<NaiveDate>,
    /// The first so many new installments carry no principal.
    pub principal_grace: u32,
    /// Principal that is paid out on top.
    pub top_up: Money,
    /// Interest owed on the day becomes principal.
    pub capitalise_interest: bool,
    /// Charges that are due become principal.
    pub capitalise_fees: bool,
    /// Penalties become principal.
    pub capitalise_penalties: bool,
}

/// The loan under its new terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restructured {
    /// What changes in the account.
    pub replacement: Replacement,
    /// The new level installment.
    pub installment: Money,
    /// Interest made principal.
    pub capitalised_interest: Money,
    /// Charges made principal.
    pub capitalised_fee: Money,
    /// Penalties made principal.
    pub capitalised_penalty: Money,
}

impl Restructured {
    /// All that was made principal.
    pub fn capitalised(&self) -> Money {
        self.capitalised_interest + self.capitalised_fee + self.capitalised_penalty
    }
}

/// What is owed on a day and where it goes.
struct Owed {
    principal: Money,
    /// Interest that is due.
    due: Money,
    /// Interest of the running period to the day, less what is paid of it.
    running: Money,
    /// Interest paid of installments to come beyond that.
    ahead: Money,
    fee: Money,
    penalty: Money,
}

/// Works out new rows for what is owed on a day. `terms` are those of the loan, none for a purchase plan; `charges` those
/// of its installments.
///
/// Interest that is due and not made principal is spread over the new installments, that of the running period falls
/// due with the first one, as do charges and penalties.
///
/// # Errors
/// Names the field of [`NewSchedule`] that can't be carried out, or that of the terms.
pub fn restructure(
    terms: Option<&Terms>,
    decimals: u32,
    ledger: &Ledger,
    charges: &[Charge],
    on: NaiveDate,
    change: &NewSchedule,
) -> Result<Restructured, TermsError> {
    let old = ledger.terms.as_ref().map(|new| &new.terms).or(terms);
    let mut owed = owed(terms, decimals, ledger, on)?;
    owed.fee = owed.fee.less(to_come(old, decimals, ledger, charges, on));
    let (kept, mut cut) = cut(ledger, on);
    give_back(&mut cut, owed.ahead);
    let after = cut.last().map(|row| row.n).or(kept).unwrap_or(0);
    let capitalise = |yes: bool, amount: Money| if yes { amount } else { Money::ZERO };
    let interest = capitalise(change.capitalise_interest, owed.due + owed.running);
    let fee = capitalise(change.capitalise_fees, owed.fee);
    let penalty = capitalise(change.capitalise_penalties, owed.penalty);
    let added = change.top_up + interest + fee + penalty;
    let principal = owed.principal + added;
    if change.top_up.is_negative() || principal > Money::LIMIT {
        return Err(TermsError::on(
            "top_up",
            "Enter what is paid out on top, not below zero.",
        ));
    }
    if !principal.is_positive() {
        return Err(TermsError::on("loan", "Nothing is owed on this loan."));
    }
    let new = new_terms(old, decimals, ledger, on, principal, change)?;
    let schedule = build(&new, decimals)?;
    let mut rows: Vec<Row> = schedule.rows.clone();
    pro_rate(&new, &mut rows)?;
    let mut earned = Vec::new();
    if !change.capitalise_interest {
        earned = bring_along(&mut rows, owed.due, owed.running);
    }
    for row in &mut rows {
        row.n += after;
    }
    for (n, _) in &mut earned {
        *n += after;
    }
    let first = rows.first().map_or(after + 1, |row| row.n);
    let mut fees: Vec<Fee> = cut
        .iter()
        .map(|row| Fee {
            n: row.n,
            amount: row.paid_fee,
        })
        .collect();
    fees.extend(each_installment(charges, principal, &rows));
    if !change.capitalise_fees && owed.fee.is_positive() {
        fees.push(Fee {
            n: first,
            amount: owed.fee,
        });
    }
    let replacement = Replacement {
        remitted_penalty: penalty,
        added,
        fees: Some(fees),
        arrears_to: Some(first),
        earned,
        terms: Some(Box::new(NewTerms {
            terms: new,
            after,
            repriced: false,
        })),
        ..Replacement::of(on, cut.iter().map(as_paid).chain(rows).collect())
    };
    Ok(Restructured {
        replacement,
        installment: schedule.installment,
        capitalised_interest: interest,
        capitalised_fee: fee,
        capitalised_penalty: penalty,
    })
}

fn owed(terms: Option<&Terms>, decimals: u32, ledger: &Ledger, on: NaiveDate) -> Result<Owed, TermsError> {
    let running = earned_after_due(terms, decimals, ledger, on, PayoffInterest::ToDate)?;
    let (due, later): (Vec<&RowState>, Vec<&RowState>) = ledger.rows.iter().partition(|row| row.due_on <= on);
    let paid: Money = later.iter().map(|row| row.paid_interest).sum();
    Ok(Owed {
        principal: ledger.outstanding_principal(),
        due: due.iter().map(|row| row.unpaid_of(Share::Interest)).sum(),
        running: running.less(paid),
        ahead: paid.less(running),
        fee: ledger.rows.iter().map(|r| r.unpaid_of(Share::Fee)).sum(),
        penalty: ledger.outstanding_penalty(),
    })
}

/// The charges of installments to come that go with every installment, so that the new ones bring their own.
fn to_come(old: Option<&Terms>, decimals: u32, ledger: &Ledger, charges: &[Charge], on: NaiveDate) -> Money {
    let principal = old.and_then(|terms| minor(terms.principal, decimals, "principal").ok());
    let later: Vec<&RowState> = ledger.rows.iter().filter(|row| row.due_on > on).collect();
    let agreed: Vec<Row> = later.iter().map(|row| as_agreed(row)).collect();
    let fees = each_installment(charges, Money::from_minor(principal.unwrap_or(0)), &agreed);
    let unpaid = |fee: &Fee| {
        let row = later.iter().find(|row| row.n == fee.n);
        row.map_or(Money::ZERO, |row| row.unpaid_of(Share::Fee).min(fee.amount))
    };
    fees.iter().map(unpaid).sum()
}

/// The number of the last row that stays as it is, and the rows of which only what is paid stays.
fn cut(ledger: &Ledger, on: NaiveDate) -> (Option<u32>, Vec<RowState>) {
    let first = ledger
        .rows
        .iter()
        .position(|row| row.settled_on.is_none() || row.due_on > on);
    let (kept, rest) = ledger.rows.split_at(first.unwrap_or(ledger.rows.len()));
    // Those between them ask for nothing then, so that the numbers stay in order.
    let touched = rest.iter().rposition(|row| row.paid().is_positive());
    let touched = rest[..touched.map_or(0, |last| last + 1)].iter();
    let until = |row: &RowState| RowState {
        due_on: row.due_on.min(on),
        ..*row
    };
    (kept.last().map(|row| row.n), touched.map(until).collect())
}

/// Interest that was paid and is not owed yet goes to the new rows.
fn give_back(cut: &mut [RowState], ahead: Money) {
    let mut left = ahead;
    for row in cut.iter_mut().rev() {
        let off = row.paid_interest.min(left);
        row.paid_interest -= off;
        left -= off;
    }
}

fn as_agreed(row: &RowState) -> Row {
    Row {
        n: row.n,
        due_on: row.due_on,
        principal: row.principal,
        interest: row.interest,
        balance: Money::ZERO,
    }
}

/// A row that asks for what is paid of it.
fn as_paid(row: &RowState) -> Row {
    Row {
        n: row.n,
        due_on: row.due_on,
        principal: row.paid_principal,
        interest: row.paid_interest,
        balance: Money::ZERO,
    }
}

fn new_terms(
    old: Option<&Terms>,
    decimals: u32,
    ledger: &Ledger,
    on: NaiveDate,
    principal: Money,
    change: &NewSchedule,
) -> Result<Terms, TermsError> {
    let mut terms = old.cloned().unwrap_or_else(|| plain(on, decimals));
    let in_force = terms.rate_changes.iter().rev().find(|change| change.on <= on);
    terms.annual_rate = change
        .annual_rate
        .unwrap_or(in_force.map_or(terms.annual_rate, |c| c.annual_rate));
    terms.rate_changes.clear();
    terms.advances.clear();
    terms.step_up = None;
    terms.principal = Decimal::new(principal.minor(), decimals);
    terms.disbursed_on = on;
    terms.every = change.every.unwrap_or(terms.every);
    terms.unit = change.unit.unwrap_or(terms.unit);
    let unpaid = ledger.rows.iter().filter(|row| row.settled_on.is_none()).count();
    let unpaid = u32::try_from(unpaid).unwrap_or(u32::MAX);
    terms.installments = Some(change.installments.unwrap_or(unpaid.max(1)));
    let next = ledger.rows.iter().find(|row| row.due_on > on).map(|row| row.due_on);
    let regular = shift(on, terms.unit, terms.every, 1, terms.month_end);
    terms.first_due_on = change.first_due_on.or(next).or(regular);
    if terms.first_due_on.is_some_and(|first| first <= on) {
        let message = "Choose a first due date after the day from which the terms hold.";
        return Err(TermsError::on("first_due_on", message));
    }
    terms.grace = Grace {
        principal: change.principal_grace,
        ..Grace::default()
    };
    terms.fixed_installment = None;
    terms.fixed_principal = None;
    terms.down_payment_pct = None;
    (terms.payments, terms.as_of, terms.prepayment, terms.payoff_on) = (None, None, None, None);
    if terms.balloon.is_some_and(|left| left >= terms.principal) {
        terms.method = Method::InterestOnly;
        terms.balloon = None;
    }
    terms.check()?;
    Ok(terms)
}

/// The terms of a purchase plan, which bears no interest.
fn plain(on: NaiveDate, decimals: u32) -> Terms {
    let unit = Decimal::new(1, decimals);
    let rounding = Rounding {
        money: unit,
        mode: RoundingMode::HalfUp,
        installment_multiple: Multiple::Of(unit),
        installment_mode: None,
        remainder: Default::default(),
        ledger: LedgerKind::Rounded,
    };
    Terms::level(Decimal::ONE, Decimal::ZERO, on, rounding)
}

/// The real length of the first period in days and that of a regular one, where interest goes by installment and the
/// first one is not a whole interval.
pub(crate) fn odd_first(terms: &Terms) -> Option<(u32, u32)> {
    let first = terms
        .first_due_on
        .filter(|_| terms.interest_period == InterestPeriod::PerInstallment)?;
    let before = match terms.unit {
        Unit::Days => first.checked_sub_days(Days::new(terms.every.into())),
        Unit::Weeks => first.checked_sub_days(Days::new(u64::from(terms.every) * 7)),
        Unit::Months => first.checked_sub_months(Months::new(terms.every)),
    }?;
    let odd = (days(terms.disbursed_on, first), days(before, first).max(1));
    (odd.0 != odd.1).then_some(odd)
}

/// Where interest goes by installment, the first new period bears it by its days.
fn pro_rate(terms: &Terms, rows: &mut [Row]) -> Result<(), TermsError> {
    let (Some((real, regular)), Some(first)) = (odd_first(terms), rows.first_mut()) else {
        return Ok(());
    };
    if matches!(terms.method, Method::Flat | Method::Bullet) {
        return Ok(());
    }
    let exact = Decimal::from(first.interest.minor()) * Decimal::from(real) / Decimal::from(regular);
    first.interest = crate::penalty::rounded(exact);
    Ok(())
}

/// Puts interest that is owed already onto the new rows: what is due evenly, that of the running period onto the first.
fn bring_along(rows: &mut [Row], due: Money, running: Money) -> Vec<(u32, Money)> {
    let n = i64::try_from(rows.len()).unwrap_or(1).max(1);
    let each = Money::from_minor(due.minor() / n);
    let over = Money::from_minor(due.minor() % n);
    let mut earned = Vec::new();
    for (i, row) in rows.iter_mut().enumerate() {
        let part = if i == 0 { each + over + running } else { each };
        row.interest += part;
        if part.is_positive() {
            earned.push((row.n, part));
        }
    }
    earned
}

/// The charges of every installment, for the new ones.
fn each_installment(charges: &[Charge], principal: Money, rows: &[Row]) -> Vec<Fee> {
    let each = charges
        .iter()
        .filter(|charge| charge.when == ChargeWhen::EachInstallment);
    let each: Vec<Charge> = each.cloned().collect();
    crate::charge::with_rows(&each, principal, NaiveDate::MIN, rows)
}
