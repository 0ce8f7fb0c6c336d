//! Exact values, as integers of 10^-50 of a minor unit.

use crate::Money;
use crate::amount::{Amount, Growth, within_limit};
use crate::ratio::{Ratio, Rounder};
use dashu_int::IBig;
use dashu_int::ops::{Abs, DivRem};
use std::sync::LazyLock;

/// 10^50: how many parts of a minor unit an exact value tells apart.
static PARTS: LazyLock<IBig> = LazyLock::new(|| IBig::from(10).pow(50));
/// Exact values closer than this to a boundary of rounding are on it: what is lost in a thousand divisions is less.
static NEAR: LazyLock<IBig> = LazyLock::new(|| IBig::from(10).pow(10));
/// One, in the products of a level installment: 80 digits.
static ONE: LazyLock<IBig> = LazyLock::new(|| IBig::from(10).pow(80));

/// An exact value in parts of 10^-50 of a minor unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exact(IBig);

impl Exact {
    /// The multiple of the rounder's unit that stands for it, in minor units.
    pub fn rounded(&self, rounder: Rounder) -> Option<i64> {
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
            Growth::Daily(one, days) => days.iter().for_each(|days| step(one.by(*days))),
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
