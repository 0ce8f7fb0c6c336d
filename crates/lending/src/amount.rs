//! The two worlds in which a schedule is reckoned: amounts of money, as integers of the minor unit, and exact values,
//! as integers of 10^-50 of it. The rules are written once, over [`Amount`].

use crate::Money;
use crate::ratio::{Ratio, Rounder};
use crate::wide::Wide;
use dashu_int::IBig;
use dashu_int::ops::{Abs, DivRem};
use std::sync::LazyLock;

/// 10^50: how many parts of a minor unit an exact value tells apart.
static PARTS: LazyLock<IBig> = LazyLock::new(|| IBig::from(10).pow(50));
/// Exact values closer than this to a boundary of rounding are on it: what is lost in a thousand divisions is less.
static NEAR: LazyLock<IBig> = LazyLock::new(|| IBig::from(10).pow(10));
/// One, in the products of a level installment: 80 digits.
static ONE: LazyLock<IBig> = LazyLock::new(|| IBig::from(10).pow(80));

/// The factors of the periods that a level installment is spread over.
pub(crate) enum Growth {
    /// So many periods with the same factor.
    Uniform(Ratio, u32),
    /// A factor for each period.
    Each(Vec<Ratio>),
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
    /// The amount of money that stands for it.
    fn shown(&self, rounder: Rounder) -> Option<Money>;
}

fn within_limit(minor: i64) -> Option<i64> {
    (minor.abs() <= Money::LIMIT.minor()).then_some(minor)
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
    fn times(&self, by: Ratio, rounder: Option<Rounder>) -> Option<i64> {
        let rounder = rounder?;
        let amount = u128::from(self.unsigned_abs());
        let units = match (amount.checked_mul(by.num), by.den.checked_mul(rounder.unit.into())) {
            (Some(num), Some(den)) => rounder.units(num, den)?,
            _ => {
                let exact = Exact::of(*self).times(by, None)?;
                return within_limit(exact.rounded(rounder)?);
            }
        };
        within_limit(i64::try_from(units.checked_mul(rounder.unit)?).ok()?)
    }
    fn level(balance: &i64, residual: &i64, growth: &Growth, rounder: Option<Rounder>) -> Option<i64> {
        let rounder = rounder?;
        let (product, sum) = wide_growth(growth);
        let value = Wide::of(balance.unsigned_abs().into())
            .times(product)
            .minus(Wide::of(residual.unsigned_abs().into()))
            .over(sum)
            .fixed()?;
        let unit = u128::from(rounder.unit) << 64;
        let (quotient, rest) = (value / unit, value % unit);
        let margin = 1 << 24;
        if rest < margin || unit - rest < margin || (2 * rest).abs_diff(unit) < margin {
            let (balance, residual) = (Exact::of(*balance), Exact::of(*residual));
            let level = Exact::level(&balance, &residual, growth, Some(rounder))?;
            return within_limit(level.rounded(rounder)?);
        }
        let units = quotient + u128::from(rounder.rounds_up(rest, unit - rest, false));
        within_limit(i64::try_from(units.checked_mul(rounder.unit.into())?).ok()?)
    }
    fn shown(&self, _: Rounder) -> Option<Money> {
        within_limit(*self).map(Money::from_minor)
    }
}

/// G and S of the installment formula: the product of all 1 + f, and the sum of what each installment grows to.
fn wide_growth(growth: &Growth) -> (Wide, Wide) {
    match growth {
        Growth::Uniform(f, n) => {
            let one_plus = Wide::one_plus(*f);
            let (mut product, mut sum) = (Wide::ONE, Wide::ZERO);
            for bit in (0..32 - n.leading_zeros()).rev() {
                sum = sum.times(product.plus(Wide::ONE));
                product = product.times(product);
                if n >> bit & 1 == 1 {
                    sum = sum.times(one_plus).plus(Wide::ONE);
                    product = product.times(one_plus);
                }
            }
            (product, sum)
        }
        Growth::Each(factors) => {
            let mut seen: Vec<(Ratio, Wide)> = Vec::with_capacity(16);
            let (mut product, mut sum) = (Wide::ONE, Wide::ZERO);
            for f in factors {
                let one_plus = match seen.iter().find(|(g, _)| g == f) {
                    Some((_, known)) => *known,
                    None => {
                        let new = Wide::one_plus(*f);
                        seen.push((*f, new));
                        new
                    }
                };
                product = product.times(one_plus);
                sum = sum.times(one_plus).plus(Wide::ONE);
            }
            (product, sum)
        }
    }
}

/// An exact value in parts of 10^-50 of a minor unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exact(IBig);

impl Exact {
    /// The multiple of the rounder's unit that stands for it, in minor units.
    fn rounded(&self, rounder: Rounder) -> Option<i64> {
        let unit = IBig::from(rounder.unit) * &*PARTS;
        let (quotient, rest) = self.0.clone().abs().div_rem(&unit);
        let above = &unit - &rest;
        let near = &*NEAR;
        let up = if rest <= *near {
            false
        } else if above <= *near {
            true
        } else if (&rest - &above).abs() <= *near {
            let odd = &quotient % IBig::from(2) == IBig::from(1);
            rounder.rounds_up(1, 1, odd)
        } else if rest > above {
            rounder.rounds_up(2, 1, false)
        } else {
            rounder.rounds_up(1, 2, false)
        };
        let units = quotient + IBig::from(u8::from(up));
        let minor = i64::try_from(units * IBig::from(rounder.unit)).ok()?;
        Some(if self.is_negative() { -minor } else { minor })
    }
}

impl Amount for Exact {
    fn of(minor: i64) -> Exact {
        Exact(IBig::from(minor) * &*PARTS)
    }
    fn plus(&self, other: &Exact) -> Exact {
        Exact(&self.0 + &other.0)
    }
    fn minus(&self, other: &Exact) -> Exact {
        Exact(&self.0 - &other.0)
    }
    fn is_negative(&self) -> bool {
        self.0 < IBig::ZERO
    }
    fn times(&self, by: Ratio, rounder: Option<Rounder>) -> Option<Exact> {
        let value = Exact(&self.0 * IBig::from(by.num) / IBig::from(by.den));
        match rounder {
            None => Some(value),
            Some(rounder) => value.rounded(rounder).map(Exact::of),
        }
    }
    fn level(balance: &Exact, residual: &Exact, growth: &Growth, rounder: Option<Rounder>) -> Option<Exact> {
        let (mut product, mut sum) = (ONE.clone(), IBig::ZERO);
        let mut step = |f: Ratio| {
            let (num, den) = (IBig::from(f.num + f.den), IBig::from(f.den));
            product = &product * &num / &den;
            sum = &sum * &num / &den + &*ONE;
        };
        match growth {
            Growth::Uniform(f, n) => (0..*n).for_each(|_| step(*f)),
            Growth::Each(factors) => factors.iter().for_each(|f| step(*f)),
        }
        let level = Exact((&balance.0 * product - &residual.0 * &*ONE) / sum);
        match rounder {
            None => Some(level),
            Some(rounder) => level.rounded(rounder).map(Exact::of),
        }
    }
    fn shown(&self, rounder: Rounder) -> Option<Money> {
        self.rounded(rounder).and_then(within_limit).map(Money::from_minor)
    }
}
