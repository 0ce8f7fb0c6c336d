//! Numbers as a derivation shows them.

use super::derivation::Value;
use crate::Money;
use crate::big::with_point;
use crate::ratio::Ratio;
use dashu_int::IBig;
use dashu_int::ops::{Abs, DivRem, Gcd};

/// The most decimals that are shown of an exact value.
const PLACES: u32 = 20;

/// An amount in minor units.
pub(super) fn plain(minor: i64, decimals: u32) -> String {
    Money::from_minor(minor).to_plain(decimals)
}

/// A fraction in lowest terms, with a denominator above zero.
#[derive(Clone, Debug)]
pub(super) struct Fraction {
    num: IBig,
    den: IBig,
}

impl Fraction {
    pub fn new(num: IBig, den: IBig) -> Fraction {
        let common = IBig::from((&num).gcd(&den));
        if common == IBig::ZERO {
            return Fraction { num, den };
        }
        Fraction {
            num: num / &common,
            den: den / common,
        }
    }

    pub fn of(ratio: Ratio) -> Fraction {
        Fraction::new(ratio.num.into(), ratio.den.into())
    }

    /// An amount in minor units, in units of the currency.
    pub fn amount(minor: i64, decimals: u32) -> Fraction {
        Fraction::new(minor.into(), IBig::from(10).pow(decimals as usize))
    }

    pub fn times(&self, other: &Fraction) -> Fraction {
        Fraction::new(&self.num * &other.num, &self.den * &other.den)
    }

    /// `7/1200`, or `3` for a whole number.
    pub fn text(&self) -> String {
        if self.den == IBig::ONE {
            return self.num.to_string();
        }
        format!("{}/{}", self.num, self.den)
    }

    /// With at most 20 decimals, the last of them rounded to the nearest.
    pub fn decimal(&self) -> String {
        let scaled = self.num.clone().abs() * IBig::from(10).pow(PLACES as usize);
        let (quotient, rest) = scaled.div_rem(&self.den);
        let up = rest * IBig::from(2) >= self.den;
        let digits = with_point(&(quotient + IBig::from(u8::from(up))), PLACES);
        let trimmed = digits.trim_end_matches('0').trim_end_matches('.');
        let sign = if self.num < IBig::ZERO { "-" } else { "" };
        format!("{sign}{trimmed}")
    }

    pub fn value(&self) -> Value {
        Value {
            fraction: Some(self.text()),
            decimal: self.decimal(),
        }
    }
}

/// A value that is kept as so many parts of a whole.
pub(super) fn approximate(parts: &IBig, scale: u32) -> Value {
    Value {
        fraction: None,
        decimal: Fraction::new(parts.clone(), IBig::from(10).pow(scale as usize)).decimal(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_shown_in_lowest_terms() {
        let f = Fraction::of(Ratio::new(70, 12_000));
        assert_eq!(
            (f.text().as_str(), f.decimal().as_str()),
            ("7/1200", "0.00583333333333333333")
        );
        let interest = Fraction::amount(8357, 2).times(&f);
        assert_eq!(interest.text(), "58499/120000");
        assert_eq!(interest.decimal(), "0.48749166666666666667");
        assert_eq!(Fraction::amount(-350, 2).decimal(), "-3.5");
        assert_eq!(Fraction::of(Ratio::new(6, 3)).text(), "2");
        assert_eq!(Fraction::of(Ratio::new(0, 3)).value().decimal, "0");
    }
}
