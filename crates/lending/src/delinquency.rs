//! How late loans are: buckets of days past due, and the portfolio at risk.

use crate::Money;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How late a loan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// Nothing is late.
    Current,
    /// 1 to 30 days.
    Days1To30,
    /// 31 to 60 days.
    Days31To60,
    /// 61 to 90 days.
    Days61To90,
    /// More than 90 days.
    Over90,
}

impl Bucket {
    /// All buckets, from the best to the worst.
    pub const ALL: [Bucket; 5] = [
        Bucket::Current,
        Bucket::Days1To30,
        Bucket::Days31To60,
        Bucket::Days61To90,
        Bucket::Over90,
    ];

    /// The bucket of so many days past due.
    pub const fn of(days_past_due: u32) -> Bucket {
        match days_past_due {
            0 => Bucket::Current,
            1..=30 => Bucket::Days1To30,
            31..=60 => Bucket::Days31To60,
            61..=90 => Bucket::Days61To90,
            _ => Bucket::Over90,
        }
    }
}

/// The portfolio at risk: outstanding principal of the loans that are late by more than some days, and of all loans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtRisk {
    /// The outstanding principal of late loans, all of it and not only what is late.
    pub late: Money,
    /// The outstanding principal of all loans.
    pub all: Money,
}

impl AtRisk {
    /// The portfolio at risk of loans given by days past due and outstanding principal: with `over` 30 it is PAR30.
    pub fn over(over: u32, loans: impl IntoIterator<Item = (u32, Money)>) -> AtRisk {
        let mut risk = AtRisk::default();
        for (days, principal) in loans {
            risk.all += principal;
            if days > over {
                risk.late += principal;
            }
        }
        risk
    }

    /// The part that is late, in percent with two decimals; 0 for no loans.
    pub fn percent(&self) -> Decimal {
        let (late, all) = (Decimal::from(self.late.minor()), Decimal::from(self.all.minor()));
        late.checked_mul(Decimal::ONE_HUNDRED)
            .and_then(|late| late.checked_div(all))
            .unwrap_or_default()
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    }
}
