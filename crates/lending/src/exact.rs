//! Exact values, as integers of 10^-50 of a minor unit.

use crate::Money;
use crate::amount::{Amount, Growth, within_limit};
use crate::plan::StepGrowth;
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

/// Which installments are alike, and by how much the next ones are larger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pattern {
    /// So many of the first ones.
    pub first: u32,
    /// So many of all others.
    pub every: u32,
    pub growth: StepGrowth,
}

impl Exact {
    /// The decimals of a minor unit that are told apart.
    pub const PLACES: u32 = 50;
    /// The decimals of what [`Exact::growth_and_sum`] gives.
    pub const GROWTH_PLACES: u32 = 80;

    /// So many parts of 10^-50 of a minor unit.
    pub fn parts(&self) -> &IBig {
        &self.0
    }

    /// G and S of the installment formula in parts of 10^-80: the product of all `1 + f`, and what installments of one
    /// grow to.
    pub fn growth_and_sum(growth: &Growth) -> (IBig, IBig) {
        let (mut product, mut sum) = (ONE.clone(), IBig::ZERO);
        growth.each(|f| {
            let (num, den) = (IBig::from(f.num + f.den), IBig::from(f.den));
            product = &product * &num / &den;
            sum = &sum * &num / &den + &*ONE;
        });
        (product, sum)
    }

    /// A part of it, cut off.
    pub fn part(&self, part: Ratio) -> Exact {
        Exact(&self.0 * IBig::from(part.num) / IBig::from(part.den))
    }

    /// The first of installments that grow by a pattern and bring `balance` down to `residual`: with weights w of the
    /// first installment and amounts a on top of it, `(B × G - R - T) / S`, where G is the product of all `1 + f`, and
    /// S and T are what the weights and the amounts grow to, `S = S × (1 + f) + w`, `T = T × (1 + f) + a`.
    pub fn stepped(balance: &Exact, residual: &Exact, growth: &Growth, pattern: Pattern) -> Exact {
        let (mut product, mut sum) = (ONE.clone(), IBig::ZERO);
        let (mut weight, mut amount, mut on_top) = (ONE.clone(), IBig::ZERO, IBig::ZERO);
        let (mut row, mut next) = (0, pattern.first);
        growth.each(|f| {
            if row == next {
                next += pattern.every;
                match pattern.growth {
                    StepGrowth::Part(part) => {
                        weight = &weight * IBig::from(part.num + part.den) / IBig::from(part.den);
                    }
                    StepGrowth::Amount(minor) => amount += Exact::of(minor).0,
                }
            }
            row += 1;
            let (num, den) = (IBig::from(f.num + f.den), IBig::from(f.den));
            product = &product * &num / &den;
            sum = &sum * &num / &den + &weight;
            on_top = &on_top * &num / &den + &amount;
        });
        Exact((&balance.0 * product - (&residual.0 + on_top) * &*ONE) / sum)
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
        Exact::of_exact(&self.part(by), rounder)
    }
    fn level(balance: &Exact, residual: &Exact, growth: &Growth, rounder: Option<Rounder>) -> Option<Exact> {
        let (product, sum) = Exact::growth_and_sum(growth);
        let level = Exact((&balance.0 * product - &residual.0 * &*ONE) / sum);
        Exact::of_exact(&level, rounder)
    }
    fn exact(&self) -> Exact {
        self.clone()
    }
    fn of_exact(value: &Exact, rounder: Option<Rounder>) -> Option<Exact> {
        match rounder {
            None => Some(value.clone()),
            Some(rounder) => value.rounded(rounder).map(Exact::of),
        }
    }
    fn shown(&self, rounder: Rounder) -> Option<Money> {
        self.rounded(rounder).and_then(within_limit).map(Money::from_minor)
    }
}
