//! The two worlds in which a schedule is reckoned: amounts of money, as integers of the minor unit, and exact values
//! ([`Exact`]). The rules are written once, over [`Amount`].

use crate::Money;
use crate::annuity::{Annuity, discount};
use crate::exact::Exact;
use crate::ratio::{Ratio, Rounder};

/// The factors of the periods that a level installment is spread over.
pub(crate) enum Growth {
    /// So many periods with the same factor.
    Uniform(Ratio, u32),
    /// The factor of a day, and the days of each period.
    Daily(Ratio, Vec<u32>),
    /// A factor for each period.
    Each(Vec<Ratio>),
}

impl Growth {
    /// The factor of each period in turn.
    pub fn each(&self, mut step: impl FnMut(Ratio)) {
        match self {
            Growth::Uniform(f, n) => (0..*n).for_each(|_| step(*f)),
            Growth::Daily(one, days) => days.iter().for_each(|days| step(one.by(*days))),
            Growth::Each(factors) => factors.iter().for_each(|f| step(*f)),
        }
    }
}

/// An amount in one of the two worlds. `None` always means: larger than an amount of money may be.
pub(crate) trait Amount: Clone + Ord {
    fn of(minor: i64) -> Self;
    fn plus(&self, other: &Self) -> Self;
    fn minus(&self, other: &Self) -> Self;
    fn is_negative(&self) -> bool;
    fn abs(&self) -> Self {
        if self.is_negative() {
            Self::of(0).minus(self)
        } else {
            self.clone()
        }
    }
    fn is_zero(&self) -> bool {
        *self == Self::of(0)
    }
    /// This (not negative) times a fraction, rounded where there is a rounder.
    fn times(&self, by: Ratio, rounder: Option<Rounder>) -> Option<Self>;
    /// The level installment that brings `balance` down to `residual`, rounded where there is a rounder.
    fn level(balance: &Self, residual: &Self, growth: &Growth, rounder: Option<Rounder>) -> Option<Self>;
    /// Its exact value.
    fn exact(&self) -> Exact;
    /// The amount that stands for an exact value, rounded where there is a rounder.
    fn of_exact(value: &Exact, rounder: Option<Rounder>) -> Option<Self>;
    /// The amount of money that stands for it.
    fn shown(&self, rounder: Rounder) -> Option<Money>;
}

/// An amount that a book can keep.
pub(crate) fn within_limit(minor: i64) -> Option<i64> {
    (minor.unsigned_abs() <= Money::LIMIT.minor().unsigned_abs()).then_some(minor)
}

impl Amount for i64 {
    fn of(minor: i64) -> i64 {
        minor
    }
    // Only payments without sense can saturate, and they are refused as more than the loan owes.
    fn plus(&self, other: &i64) -> i64 {
        self.saturating_add(*other)
    }
    fn minus(&self, other: &i64) -> i64 {
        self.saturating_sub(*other)
    }
    fn is_negative(&self) -> bool {
        *self < 0
    }
    #[inline]
    fn times(&self, by: Ratio, rounder: Option<Rounder>) -> Option<i64> {
        let rounder = rounder?;
        let units = match rounder.small_units(self.unsigned_abs(), by) {
            Some(units) => units,
            None => return large_times(*self, by, rounder),
        };
        within_limit(i64::try_from(units.checked_mul(rounder.unit)?).ok()?)
    }
    fn level(balance: &i64, residual: &i64, growth: &Growth, rounder: Option<Rounder>) -> Option<i64> {
        let rounder = rounder?;
        let exactly = || {
            let (balance, residual) = (Exact::of(*balance), Exact::of(*residual));
            within_limit(Exact::level(&balance, &residual, growth, None)?.rounded(rounder)?)
        };
        let annuity = annuity(growth);
        let Some(value) = annuity.and_then(|a| a.level(balance.unsigned_abs(), residual.unsigned_abs())) else {
            return exactly();
        };
        let unit = u128::from(rounder.unit) << 64;
        let (quotient, rest) = (value / unit, value % unit);
        let margin = 1 << 40;
        if rest < margin || unit - rest < margin || (2 * rest).abs_diff(unit) < 2 * margin {
            return exactly();
        }
        let units = quotient + u128::from(rounder.rounds_up(rest, unit - rest, false));
        within_limit(i64::try_from(units.checked_mul(rounder.unit.into())?).ok()?)
    }
    fn exact(&self) -> Exact {
        Exact::of(*self)
    }
    fn of_exact(value: &Exact, rounder: Option<Rounder>) -> Option<i64> {
        within_limit(value.rounded(rounder?)?)
    }
    fn shown(&self, _: Rounder) -> Option<Money> {
        within_limit(*self).map(Money::from_minor)
    }
}

/// An amount times a fraction where 64 bits are not enough.
#[cold]
fn large_times(amount: i64, by: Ratio, rounder: Rounder) -> Option<i64> {
    let minor = match rounder.units(amount.unsigned_abs().into(), by) {
        Some(units) => i64::try_from(units.checked_mul(rounder.unit)?).ok()?,
        None => Exact::of(amount).times(by, None)?.rounded(rounder)?,
    };
    within_limit(minor)
}

/// What the periods discount to; nothing where the fast way cannot tell.
fn annuity(growth: &Growth) -> Option<Annuity> {
    match growth {
        Growth::Uniform(f, n) => Some(Annuity::uniform(discount(*f)?, *n)),
        Growth::Daily(one, days) => {
            // A year has few lengths of periods, so few discounts to divide for.
            let mut seen = [0; 128];
            let mut sum = Annuity::START;
            for days in days {
                let known = seen.get(*days as usize).copied().unwrap_or(0);
                let one = if known > 0 { known } else { discount(one.by(*days))? };
                if let Some(place) = seen.get_mut(*days as usize) {
                    *place = one;
                }
                sum = sum.then(one);
            }
            Some(sum)
        }
        Growth::Each(factors) => {
            let mut seen: Vec<(Ratio, u128)> = Vec::with_capacity(16);
            let mut sum = Annuity::START;
            for f in factors {
                let one = match seen.iter().find(|(known, _)| known == f) {
                    Some((_, one)) => *one,
                    None => {
                        let one = discount(*f)?;
                        seen.push((*f, one));
                        one
                    }
                };
                sum = sum.then(one);
            }
            Some(sum)
        }
    }
}
