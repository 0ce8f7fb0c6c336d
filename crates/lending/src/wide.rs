//! Positive numbers with a mantissa of 128 bits, for the products that a level installment is worked out with. Every
//! operation keeps at least 126 bits, so that 1,200 of them in a row still leave more than 30 digits; who rounds the
//! result looks how close it is to a boundary and asks for the exact value there.

use crate::ratio::Ratio;

/// `mantissa` × 2^`exponent`, with the top bit of the mantissa set; or zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wide {
    mantissa: u128,
    exponent: i32,
}

impl Wide {
    pub const ZERO: Wide = Wide {
        mantissa: 0,
        exponent: 0,
    };
    pub const ONE: Wide = Wide {
        mantissa: 1 << 127,
        exponent: -127,
    };

    pub fn of(value: u128) -> Wide {
        Wide::normal(value, 0)
    }

    /// `1 + f` for a fraction whose terms stay below 2^126.
    pub fn one_plus(f: Ratio) -> Wide {
        Wide::of(f.num + f.den).over(Wide::of(f.den))
    }

    fn normal(mantissa: u128, exponent: i32) -> Wide {
        if mantissa == 0 {
            return Wide::ZERO;
        }
        let shift = mantissa.leading_zeros();
        Wide {
            mantissa: mantissa << shift,
            exponent: exponent - shift.cast_signed(),
        }
    }

    pub fn times(self, other: Wide) -> Wide {
        if self.mantissa == 0 || other.mantissa == 0 {
            return Wide::ZERO;
        }
        let low = u128::from(u64::MAX);
        let (a1, a0) = (self.mantissa >> 64, self.mantissa & low);
        let (b1, b0) = (other.mantissa >> 64, other.mantissa & low);
        let middle = a1 * b0 + ((a0 * b0) >> 64);
        let (middle, carry) = middle.overflowing_add(a0 * b1);
        let high = a1 * b1 + (middle >> 64) + (u128::from(carry) << 64);
        Wide::normal(high, self.exponent + other.exponent + 128)
    }

    pub fn plus(self, other: Wide) -> Wide {
        let (big, small) = if other.mantissa == 0 || (self.mantissa != 0 && self.exponent >= other.exponent) {
            (self, other)
        } else {
            (other, self)
        };
        let gap = (big.exponent - small.exponent).unsigned_abs();
        let shifted = if small.mantissa == 0 {
            0
        } else {
            small.mantissa.checked_shr(gap).unwrap_or(0)
        };
        match big.mantissa.checked_add(shifted) {
            Some(sum) => Wide {
                mantissa: sum,
                exponent: big.exponent,
            },
            None => Wide {
                mantissa: (big.mantissa.wrapping_add(shifted) >> 1) | (1 << 127),
                exponent: big.exponent + 1,
            },
        }
    }

    /// This less `other`, which is not greater.
    pub fn minus(self, other: Wide) -> Wide {
        if other.mantissa == 0 {
            return self;
        }
        let gap = (self.exponent - other.exponent).unsigned_abs();
        let shifted = other.mantissa.checked_shr(gap).unwrap_or(0);
        Wide::normal(self.mantissa.saturating_sub(shifted), self.exponent)
    }

    /// This divided by `other`, which is not zero.
    pub fn over(self, other: Wide) -> Wide {
        let (mut rest, mut quotient) = (self.mantissa, 0u128);
        for bit in 0..128 {
            let carry = bit > 0 && rest >> 127 == 1;
            if bit > 0 {
                rest <<= 1;
            }
            quotient <<= 1;
            if carry || rest >= other.mantissa {
                rest = rest.wrapping_sub(other.mantissa);
                quotient |= 1;
            }
        }
        Wide::normal(quotient, self.exponent - other.exponent - 127)
    }

    /// The value in units of 2^-64, cut off; nothing where the whole part needs more than 63 bits.
    pub fn fixed(self) -> Option<u128> {
        let shift = self.exponent + 64;
        match shift {
            0.. => (self.mantissa == 0).then_some(0),
            _ => {
                let fixed = self.mantissa.checked_shr(shift.unsigned_abs()).unwrap_or(0);
                (fixed >> 127 == 0).then_some(fixed)
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reckons_like_integers() {
        let wide = |v: u128| Wide::of(v);
        let fixed = |v: u128| v << 64;
        for (a, b) in [
            (1u128, 1u128),
            (7, 3),
            (1 << 40, 12_345),
            (999_983, 1_000_003),
            (u64::MAX.into(), 2),
        ] {
            assert_eq!(wide(a).plus(wide(b)).fixed(), (a + b < 1 << 63).then(|| fixed(a + b)));
            if a >= b {
                assert_eq!(wide(a).minus(wide(b)).fixed(), (a - b < 1 << 63).then(|| fixed(a - b)));
            }
            assert_eq!(
                wide(a).times(wide(b)).over(wide(b)).over(wide(4)).fixed(),
                Some(fixed(a) / 4)
            );
        }
        assert_eq!(wide(1).over(wide(3)).fixed(), Some(fixed(1) / 3));
        assert_eq!(Wide::one_plus(Ratio::new(1, 2)).fixed(), Some(3 << 63));
        assert_eq!(Wide::ONE.plus(Wide::ZERO).fixed(), Some(fixed(1)));
    }
}
