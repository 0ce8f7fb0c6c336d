//! What paying late costs.

use crate::Money;
use crate::charge::percent_of;
use crate::ledger::RowState;
use crate::terms::TermsError;
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// How much a penalty is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PenaltyKind {
    /// A percentage of what is unpaid of the installment's principal and interest on the day of the penalty.
    PercentOfOverdueInstallment(Decimal),
    /// The same amount for every late installment.
    Flat(Money),
    /// A percentage of what is unpaid of the installment's principal on the day of the penalty.
    PercentOfOverduePrincipal(Decimal),
    /// For each day that the installment is late, the days of grace apart.
    PerDay {
        /// Percent of what is unpaid.
        percent: Decimal,
        /// What is unpaid of what.
        of: Overdue,
        /// Whether the percentage is one of a day or of a year.
        per: RatePer,
    },
}

/// What of a late installment a daily penalty looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overdue {
    /// Its unpaid principal and interest.
    Installment,
    /// Its unpaid principal.
    Principal,
}

/// The time to which a rate belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatePer {
    /// One day.
    Day,
    /// A year of 365 days.
    Year,
}

/// The most that all penalties of one installment come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PenaltyCap {
    /// An amount.
    Amount(Money),
    /// A percentage of the installment's principal and interest.
    PercentOfInstallment(Decimal),
}

/// What paying late costs: charged at the start of the day that follows the days of grace, once per installment or, by
/// the day, again at the start of every later day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PenaltyRule {
    /// How much.
    pub kind: PenaltyKind,
    /// So many days after the due date a payment is still in time.
    pub grace_days: u32,
    /// The most for one installment; none: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<PenaltyCap>,
}

impl PenaltyRule {
    /// A rule without a limit.
    pub const fn new(kind: PenaltyKind, grace_days: u32) -> PenaltyRule {
        PenaltyRule {
            kind,
            grace_days,
            most: None,
        }
    }

    /// The day on which an installment due on `due_on` is charged, if it is still unpaid at the start of it.
    pub fn charged_on(&self, due_on: NaiveDate) -> Option<NaiveDate> {
        due_on.checked_add_days(Days::new(u64::from(self.grace_days) + 1))
    }

    /// Whether it is charged again every day.
    pub const fn is_daily(&self) -> bool {
        matches!(self.kind, PenaltyKind::PerDay { .. })
    }

    /// The part of a row that the penalty looks at.
    pub(crate) fn basis(&self, row: &RowState) -> Money {
        let principal = row.principal - row.paid_principal;
        match self.kind {
            PenaltyKind::PercentOfOverduePrincipal(_)
            | PenaltyKind::PerDay {
                of: Overdue::Principal, ..
            } => principal,
            _ => principal + (row.interest - row.paid_interest),
        }
    }

    /// The penalty on an unpaid amount, of one day where it is a daily one; rounded half-up to the minor unit.
    pub fn amount(&self, unpaid: Money) -> Money {
        match self.kind {
            _ if !unpaid.is_positive() => Money::ZERO,
            PenaltyKind::Flat(amount) => amount,
            PenaltyKind::PercentOfOverdueInstallment(percent) | PenaltyKind::PercentOfOverduePrincipal(percent) => {
                percent_of(unpaid, percent)
            }
            PenaltyKind::PerDay { .. } => rounded(self.exact(unpaid, 1)),
        }
    }

    /// The exact penalty of so many days on an unpaid amount, in minor units; nothing for rules that are not daily.
    pub(crate) fn exact(&self, unpaid: Money, days: i64) -> Decimal {
        let PenaltyKind::PerDay { percent, per, .. } = self.kind else {
            return Decimal::ZERO;
        };
        let year = match per {
            RatePer::Day => Decimal::ONE,
            RatePer::Year => Decimal::from(365),
        };
        Decimal::from(unpaid.minor())
            .checked_mul(Decimal::from(days))
            .and_then(|days| days.checked_mul(percent))
            .map_or(Decimal::ZERO, |all| all / (Decimal::ONE_HUNDRED * year))
    }

    /// A penalty of a row, cut at the most.
    pub(crate) fn capped(&self, row: &RowState, penalty: Money) -> Money {
        match self.most {
            None => penalty,
            Some(PenaltyCap::Amount(most)) => penalty.min(most),
            Some(PenaltyCap::PercentOfInstallment(percent)) => {
                penalty.min(percent_of(row.principal + row.interest, percent))
            }
        }
    }

    /// The next day on which it charges something if nothing is paid; `assessed_through` is the day up to which it did.
    pub fn next(&self, rows: &[RowState], assessed_through: Option<NaiveDate>) -> Option<NaiveDate> {
        let tomorrow = assessed_through.and_then(|day| day.succ_opt());
        let next = |row: &RowState| {
            if row.settled_on.is_some() || !self.basis(row).is_positive() {
                return None;
            }
            let first = self.charged_on(row.due_on)?;
            match row.penalty_on {
                None => Some(tomorrow.map_or(first, |day| first.max(day))),
                Some(_) if self.is_daily() && self.capped(row, Money::LIMIT) > row.penalty => tomorrow,
                Some(_) => None,
            }
        };
        rows.iter().filter_map(next).min()
    }

    /// Whether the rule makes sense.
    ///
    /// # Errors
    /// On `penalty`, with the remedy.
    pub fn check(&self) -> Result<(), TermsError> {
        let (fits, message) = match self.kind {
            PenaltyKind::Flat(amount) => (
                !amount.is_negative() && amount <= Money::LIMIT,
                "The penalty is below zero or too large to be kept.",
            ),
            PenaltyKind::PercentOfOverdueInstallment(percent) | PenaltyKind::PercentOfOverduePrincipal(percent) => (
                is_percent(percent),
                "The penalty is outside 0 to 100 % of the late installment.",
            ),
            PenaltyKind::PerDay { percent, per, .. } => (
                match per {
                    RatePer::Day => is_percent(percent),
                    RatePer::Year => !percent.is_sign_negative() && percent <= Decimal::ONE_THOUSAND,
                },
                "The penalty is outside 0 to 100 % a day or 1,000 % a year.",
            ),
        };
        if !fits {
            return Err(TermsError::on("penalty", message));
        }
        let fits = match self.most {
            None => true,
            Some(PenaltyCap::Amount(amount)) => amount.is_positive() && amount <= Money::LIMIT,
            Some(PenaltyCap::PercentOfInstallment(percent)) => {
                percent > Decimal::ZERO && percent <= Decimal::ONE_THOUSAND
            }
        };
        match fits {
            true => Ok(()),
            false => Err(TermsError::on(
                "penalty_most",
                "The most that a penalty comes to is more than zero and at most 1,000 % of the installment.",
            )),
        }
    }
}

fn is_percent(percent: Decimal) -> bool {
    !percent.is_sign_negative() && percent <= Decimal::ONE_HUNDRED
}

/// An exact amount of minor units, rounded half-up.
pub(crate) fn rounded(exact: Decimal) -> Money {
    let minor = exact.round_dp_with_strategy(0, MidpointAwayFromZero).to_i64();
    Money::from_minor(minor.unwrap_or(0).clamp(0, Money::LIMIT.minor()))
}
