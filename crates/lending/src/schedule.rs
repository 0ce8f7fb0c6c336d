//! The repayment schedule that terms lead to.

use crate::Money;
use crate::amount::Amount;
use crate::choose::choose;
use crate::course::Course;
use crate::exact::Exact;
use crate::plan::{Dates, Plan, too_large};
use crate::terms::{LedgerKind, Terms, TermsError};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One installment of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The number of the installment; 0 is a down payment.
    pub n: u32,
    /// The due date.
    pub due_on: NaiveDate,
    /// The principal that falls due.
    pub principal: Money,
    /// The interest that falls due.
    pub interest: Money,
    /// The principal outstanding after it.
    pub balance: Money,
}

impl Row {
    /// What falls due in all.
    pub fn due(&self) -> Money {
        self.principal + self.interest
    }
}

/// What settles a loan on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The principal outstanding.
    pub principal: Money,
    /// The interest of the running period.
    pub interest: Money,
    /// Both.
    pub total: Money,
}

/// A repayment schedule: row 0 is a down payment where there is one, then the installments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The first level installment; for methods without one, what falls due with the first installment.
    pub installment: Money,
    /// Whether tuning chose another level installment than the formula.
    pub tuned: bool,
    /// The rows in order of due date.
    pub rows: Vec<Row>,
    /// What falls due with each row of an exact ledger, rounded once, so that it may differ from the sum of principal
    /// and interest as shown. Empty in a rounded ledger, where it never does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dues: Vec<Money>,
    /// All interest. In an exact ledger this is rounded once and may differ from the sum of the rows shown.
    pub total_interest: Money,
    /// What falls due with the last installment; in an exact ledger rounded once.
    pub last_due: Money,
    /// All that falls due, the down payment included.
    pub total_due: Money,
    /// What settles the loan on the day of `payoff_on`, where the terms ask for it.
    pub payoff: Option<Settlement>,
    /// The decimals of the currency.
    pub decimals: u32,
}

impl Schedule {
    /// What falls due with the row at an index.
    pub fn due(&self, at: usize) -> Money {
        let sum = || self.rows.get(at).map_or(Money::ZERO, Row::due);
        self.dues.get(at).copied().unwrap_or_else(sum)
    }

    /// How many installments there are, the down payment apart.
    pub fn count(&self) -> usize {
        let down = self.rows.first().is_some_and(|row| row.n == 0);
        self.rows.len() - usize::from(down)
    }
}

/// The schedule of terms, in minor units of a currency with so many `decimals`. With `payments` or `as_of` in the
/// terms it is the schedule as these payments change it.
///
/// # Errors
/// Those of [`Terms::check`]; on `installment` when the interest of a period exceeds the installment; on `rounding`
/// when rounding would make a part negative; on the amount or date that leaves what a book can keep.
pub fn build(terms: &Terms, decimals: u32) -> Result<Schedule, TermsError> {
    terms.check()?;
    let plan = Plan::of(terms, decimals)?;
    match terms.rounding.ledger {
        LedgerKind::Rounded => reckon::<i64>(&plan, decimals),
        LedgerKind::Exact => reckon::<Exact>(&plan, decimals),
    }
}

fn reckon<A: Amount>(plan: &Plan<'_>, decimals: u32) -> Result<Schedule, TermsError> {
    let mut dates = Dates::of(plan);
    let chosen = choose::<A>(plan, &mut dates)?;
    let course = Course::run(plan, &mut dates, chosen.clone())?;
    let mut schedule = show(plan, &course, decimals)?;
    schedule.tuned = chosen.level.is_some();
    Ok(schedule)
}

/// A course as amounts of money.
pub(crate) fn show<A: Amount>(plan: &Plan<'_>, course: &Course<A>, decimals: u32) -> Result<Schedule, TermsError> {
    let shown = |amount: &A| amount.shown(plan.money).ok_or_else(|| too_large("principal"));
    let (down, left) = plan.parts::<A>(plan.interest)?;
    let zero = A::of(0);
    let mut rows = Vec::with_capacity(course.lines.len() + 1);
    let mut dues = Vec::new();
    let (mut interest, mut due) = (zero.clone(), down.clone());
    if !down.is_zero() {
        rows.push(Row {
            n: 0,
            due_on: plan.terms.disbursed_on,
            principal: shown(&down)?,
            interest: Money::ZERO,
            balance: shown(&left)?,
        });
    }
    for line in &course.lines {
        rows.push(Row {
            n: line.n,
            due_on: line.due_on,
            principal: shown(&line.principal)?,
            interest: shown(&line.interest)?,
            balance: shown(&line.balance)?,
        });
        interest = interest.plus(&line.interest);
        due = due.plus(&line.principal);
    }
    if plan.interest.is_none() {
        let first = (!down.is_zero()).then_some(&down).map(shown);
        let others = course
            .lines
            .iter()
            .map(|line| shown(&line.principal.plus(&line.interest)));
        dues = first.into_iter().chain(others).collect::<Result<_, _>>()?;
    }
    let total_due = due.plus(&interest);
    let first = course.lines.first().map_or(zero, |l| l.principal.plus(&l.interest));
    let payoff = match &course.payoff {
        None => None,
        Some((principal, interest)) => Some(Settlement {
            principal: shown(principal)?,
            interest: shown(interest)?,
            total: shown(&principal.plus(interest))?,
        }),
    };
    Ok(Schedule {
        installment: shown(course.level.as_ref().unwrap_or(&first))?,
        tuned: false,
        rows,
        dues,
        last_due: course.last_due().map_or(Ok(Money::ZERO), |due| shown(&due))?,
        total_interest: shown(&interest)?,
        total_due: shown(&total_due)?,
        payoff,
        decimals,
    })
}
