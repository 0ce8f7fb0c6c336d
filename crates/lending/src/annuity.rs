//! What installments are worth on the day of the loan, in binary fixed point: the fast way to a level installment. Who
//! rounds the result looks how close it is to a boundary and asks for the exact value there.

use crate::ratio::Ratio;

/// 1 as a discount: 2^127.
pub(crate) const ONE: u128 = 1 << 127;

/// The discount to the day of the loan, and what one unit of money in each period so far is worth there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Annuity {
    /// In 2^-127; never above 1, too small by at most 2 of them a period.
    discount: u128,
    /// In 2^-112; too small by at most 2 of them a period.
    worth: u128,
}

impl Annuity {
    /// Before the first period.
    pub const START: Annuity = Annuity {
        discount: ONE,
        worth: 0,
    };

    /// One more period with this discount of its own.
    pub fn then(self, discount: u128) -> Annuity {
        let discount = product(self.discount, discount);
        Annuity {
            discount,
            worth: self.worth + (discount >> 15),
        }
    }

    /// So many periods with the same discount, by doubling.
    pub fn uniform(discount: u128, periods: u32) -> Annuity {
        let mut sum = Annuity::START;
        for bit in (0..32 - periods.leading_zeros()).rev() {
            sum = Annuity {
                discount: product(sum.discount, sum.discount),
                worth: sum.worth + product(sum.worth, sum.discount),
            };
            if periods >> bit & 1 == 1 {
                sum = sum.then(discount);
            }
        }
        sum
    }

    /// `(balance - residual × discount) / worth` in units of 2^-64, with an error below 2^40 of them. Nothing where that
    /// can't be promised, or the result needs more than 63 bits before the point.
    pub fn level(self, balance: u64, residual: u64) -> Option<u128> {
        if self.worth >> 102 == 0 {
            return None;
        }
        let left = product(u128::from(residual) << 64, self.discount);
        let above = (u128::from(balance) << 64).checked_sub(left)?;
        let (mut quotient, mut rest) = (above / self.worth, above % self.worth);
        if quotient >> 15 != 0 {
            return None;
        }
        for _ in 0..112 {
            rest <<= 1;
            let fits = rest >= self.worth;
            rest -= if fits { self.worth } else { 0 };
            quotient = quotient << 1 | u128::from(fits);
        }
        Some(quotient)
    }
}

/// `1 / (1 + f)` in 2^-127; nothing where the terms of the fraction are too large for it.
pub(crate) fn discount(f: Ratio) -> Option<u128> {
    let den = u64::try_from(f.den).ok()?;
    let sum = u64::try_from(f.num.checked_add(f.den)?).ok()?;
    let above = u128::from(den) << 63;
    let (high, rest) = (above / u128::from(sum), above % u128::from(sum));
    let low = (rest << 64) / u128::from(sum);
    Some(high << 64 | low)
}

/// The product of two numbers in 2^-127, the second at most 1, cut off.
pub(crate) fn product(a: u128, b: u128) -> u128 {
    let low = u128::from(u64::MAX);
    let (a1, a0, b1, b0) = (a >> 64, a & low, b >> 64, b & low);
    let (cross, carry) = (a1 * b0).overflowing_add(a0 * b1);
    let (bottom, more) = (a0 * b0).overflowing_add(cross << 64);
    let top = a1 * b1 + (cross >> 64) + (u128::from(carry) << 64) + u128::from(more);
    top << 1 | bottom >> 127
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn discounts_like_fractions() {
        assert_eq!(discount(Ratio::new(0, 1)), Some(ONE));
        assert_eq!(discount(Ratio::new(1, 1)), Some(ONE >> 1));
        assert_eq!(discount(Ratio::new(1, 2)), Some(ONE / 3 * 2 + 1));
        assert_eq!(discount(Ratio::new(u128::from(u64::MAX), 1)), None);
    }

    #[test]
    fn doubling_goes_where_single_steps_go() {
        let one = discount(Ratio::new(13, 2400)).unwrap();
        for n in 1..400 {
            let (stepped, doubled) = (
                (0..n).fold(Annuity::START, |sum, _| sum.then(one)),
                Annuity::uniform(one, n),
            );
            assert!(stepped.discount.abs_diff(doubled.discount) < 2048);
            assert!(stepped.worth.abs_diff(doubled.worth) < 2048);
        }
    }

    #[test]
    fn a_level_installment_is_what_the_formula_gives() {
        // 200 at 100 % a period, twice: 200 × 2² / (2 + 1).
        let annuity = Annuity::uniform(ONE >> 1, 2);
        let level = annuity.level(200, 0).unwrap();
        assert!(level.abs_diff((800u128 << 64) / 3) < 1 << 40);
        // With 40 left at the end: (200 × 4 - 40) / 3.
        let level = annuity.level(200, 40).unwrap();
        assert!(level.abs_diff((760u128 << 64) / 3) < 1 << 40);
    }
}
