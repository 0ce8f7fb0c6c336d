//! How late loans are: buckets of days past due, and what is set aside for loss.

use crate::Money;
use crate::charge::percent_of;
use crate::terms::TermsError;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The most buckets that an organisation may tell apart.
const MOST_BUCKETS: usize = 12;

/// A bucket of lateness and what is set aside for its loans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// The bucket holds loans late by this many days up to the next bucket's; 0: those that are not late.
    pub from_days: u32,
    /// Percent of the outstanding principal that is set aside.
    pub percent: Decimal,
}

/// How an organisation looks at late loans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatenessRules {
    /// The buckets, from loans that are not late on.
    pub buckets: Vec<Bucket>,
    /// Interest of loans that are later than so many days is no income until it is paid.
    pub suspend_after: u32,
}

impl Default for LatenessRules {
    /// Buckets of 30 days to 90, then to 180, with 1, 5, 25, 50, 75 and 100 %; interest is suspended after 90 days.
    fn default() -> LatenessRules {
        let steps = [(0, 1), (1, 5), (31, 25), (61, 50), (91, 75), (181, 100)];
        LatenessRules {
            buckets: steps
                .map(|(from_days, percent): (u32, i64)| Bucket {
                    from_days,
                    percent: percent.into(),
                })
                .to_vec(),
            suspend_after: 90,
        }
    }
}

impl LatenessRules {
    /// Whether the rules make sense.
    ///
    /// # Errors
    /// Names the field and the remedy.
    pub fn check(&self) -> Result<(), TermsError> {
        let no = |field: String, message: &str| Err(TermsError::on(field, message));
        if self.buckets.first().is_none_or(|bucket| bucket.from_days != 0) {
            return no(
                "buckets".into(),
                "Begin with a bucket from day 0: the loans that are not late.",
            );
        }
        if self.buckets.len() > MOST_BUCKETS {
            return no("buckets".into(), "Enter at most 12 buckets.");
        }
        for (i, bucket) in self.buckets.iter().enumerate() {
            if i > 0 && bucket.from_days <= self.buckets[i - 1].from_days {
                return no(
                    format!("buckets[{i}].from_days"),
                    "Enter more days than in the bucket before.",
                );
            }
            if bucket.percent.is_sign_negative() || bucket.percent > Decimal::ONE_HUNDRED {
                return no(format!("buckets[{i}].percent"), "Enter from 0 to 100 %.");
            }
        }
        match self.suspend_after {
            1..=3650 => Ok(()),
            _ => no("suspend_after".into(), "Enter from 1 to 3,650 days."),
        }
    }

    /// The bucket of so many days past due, as its place in the list.
    pub fn bucket_of(&self, days_past_due: u32) -> usize {
        self.buckets
            .partition_point(|bucket| bucket.from_days <= days_past_due)
            .saturating_sub(1)
    }

    /// What the loans come to in each bucket on a day, from sums by the due date of the oldest unpaid installment.
    pub fn sums(&self, on: NaiveDate, loans: impl IntoIterator<Item = Standing>) -> Vec<BucketSum> {
        let mut sums: Vec<BucketSum> = self.buckets.iter().map(|b| BucketSum::of(b.from_days)).collect();
        for standing in loans {
            let days = u32::try_from((on - standing.oldest_due).num_days()).unwrap_or(0);
            if let Some(sum) = sums.get_mut(self.bucket_of(days)) {
                sum.loans += standing.loans;
                sum.principal += standing.principal;
            }
        }
        sums
    }

    /// What is to be set aside for loans in these buckets; each bucket's part is rounded half-up to the minor unit.
    pub fn provision(&self, sums: &[BucketSum]) -> Money {
        let part = |sum: &BucketSum| {
            let bucket = self.buckets.get(self.bucket_of(sum.from_days));
            bucket.map_or(Money::ZERO, |bucket| percent_of(sum.principal, bucket.percent))
        };
        sums.iter().map(part).sum()
    }
}

/// Loans whose oldest unpaid installment fell, or falls, due on the same day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// That day.
    pub oldest_due: NaiveDate,
    /// How many loans.
    pub loans: u32,
    /// Their outstanding principal, due or not.
    pub principal: Money,
}

/// What the loans of a bucket come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketSum {
    /// The bucket: loans late by this many days or more, up to the next.
    pub from_days: u32,
    /// How many loans.
    pub loans: u32,
    /// Their outstanding principal, due or not.
    pub principal: Money,
}

impl BucketSum {
    const fn of(from_days: u32) -> BucketSum {
        BucketSum {
            from_days,
            loans: 0,
            principal: Money::ZERO,
        }
    }
}
