//! Exact non-negative fractions, and the rounding of amounts to a unit of money.

use crate::terms::RoundingMode;
use rust_decimal::Decimal;

/// A fraction that is never negative; not necessarily reduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Above the line.
    pub num: u128,
    /// Below the line; never 0.
    pub den: u128,
}

impl Ratio {
    /// `num / den`. A `den` of 0 is read as 1; no caller has one.
    pub const fn new(num: u128, den: u128) -> Ratio {
        Ratio {
            num,
            den: if den == 0 { 1 } else { den },
        }
    }

    /// A percentage as a fraction of one, reduced. The sign is dropped; rates are checked before.
    pub fn percent(rate: Decimal) -> Ratio {
        let rate = rate.normalize();
        Ratio::new(rate.mantissa().unsigned_abs(), 100 * 10u128.pow(rate.scale())).reduced()
    }

    /// This fraction times `num / den`.
    pub fn times(self, num: u128, den: u128) -> Ratio {
        Ratio::new(self.num * num, self.den * den)
    }

    /// This fraction so many times.
    pub fn by(self, times: u32) -> Ratio {
        Ratio {
            num: self.num * u128::from(times),
            den: self.den,
        }
    }

    /// The sum, over the least common denominator.
    pub fn plus(self, other: Ratio) -> Ratio {
        let common = gcd(self.den, other.den);
        let (mine, theirs) = (other.den / common, self.den / common);
        let num = self.num.saturating_mul(mine);
        Ratio::new(
            num.saturating_add(other.num.saturating_mul(theirs)),
            self.den.saturating_mul(mine),
        )
    }

    /// The same value with the smallest terms.
    pub fn reduced(self) -> Ratio {
        let common = gcd(self.num, self.den);
        Ratio::new(self.num / common, self.den / common)
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.num == 0
    }
}

/// The greatest common divisor; not 0 as long as one of the two is not.
fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A unit of money, in minor units, and how values between two of them are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounder {
    /// The unit in minor units: 1 for a cent where the currency has two decimals.
    pub unit: u64,
    /// How values between two units are settled.
    pub mode: RoundingMode,
}

impl Rounder {
    /// `amount × by` rounded, in units (not minor units), where 64 bits are enough on the way.
    #[inline]
    pub fn small_units(self, amount: u64, by: Ratio) -> Option<u64> {
        let (num, den) = (u64::try_from(by.num).ok()?, u64::try_from(by.den).ok()?);
        let (num, den) = (amount.checked_mul(num)?, den.checked_mul(self.unit)?);
        let (quotient, rest) = (num / den, num % den);
        let above = den - rest;
        let up = match self.mode {
            RoundingMode::Up => rest > 0,
            RoundingMode::HalfUp => rest >= above,
            RoundingMode::HalfEven => rest > above || (rest == above && quotient % 2 == 1),
        };
        quotient.checked_add(up.into())
    }

    /// The same where 128 bits are enough on the way, and 64 for the result.
    pub fn units(self, amount: u128, by: Ratio) -> Option<u64> {
        let (num, den) = (by.num.checked_mul(amount)?, by.den.checked_mul(self.unit.into())?);
        let (quotient, rest) = (num / den, num % den);
        let up = self.rounds_up(rest, den - rest, quotient % 2 == 1);
        u64::try_from(quotient + u128::from(up)).ok()
    }

    /// Whether a value `below` above one unit and `above` below the next goes up.
    pub fn rounds_up(self, below: u128, above: u128, odd: bool) -> bool {
        match self.mode {
            RoundingMode::Up => below > 0,
            RoundingMode::HalfUp => below >= above,
            RoundingMode::HalfEven => below > above || (below == above && odd),
        }
    }
}
