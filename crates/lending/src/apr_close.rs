//! The rate of flows in binary fixed point: fast, with a bound of its error. Who rounds it asks for sixty digits where
//! the bound reaches over a boundary of rounding.

use crate::annuity::{ONE, product};
use crate::apr::Dated;
use rust_decimal::Decimal;

/// The steps that are tried at most.
const MOST_STEPS: u32 = 60;
/// The most bits of an amount, of a time in whole periods, of a rate per period and of how many flows there are: so
/// that no sum overflows.
const AMOUNT_BITS: u32 = 48;
const TIME_BITS: u32 = 16;
const RATE_BITS: u32 = 70;
const MOST_FLOWS: usize = 8000;

/// A number that is not negative, in units of 2^-64, and how many of them it may be off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Close {
    value: u128,
    off: u128,
}

impl Close {
    /// This many times over, as a fraction.
    pub fn times(self, num: i64, den: i64) -> Option<Close> {
        let (num, den) = (u128::try_from(num).ok()?, u128::try_from(den).ok()?);
        Some(Close {
            value: self.value.checked_mul(num)? / den,
            off: self.off.checked_mul(num)? / den + 1,
        })
    }

    /// A rate per period as percent a year of so many periods, compounded.
    pub fn compounded(self, periods: u32) -> Option<Close> {
        let one = 1u128 << 64;
        let grown = one.checked_add(self.value)?;
        let mut year = one;
        for _ in 0..periods {
            year = multiply(year, grown)?;
        }
        // Each factor may be off by as much as the rate, and each product by one more; what they grow to is `year`.
        let off = multiply(year, self.off + 1)? + 1;
        let rate = Close {
            value: year - one,
            off: off.checked_mul(periods.into())?,
        };
        rate.times(100, 1)
    }

    /// Rounded half-up to so many decimals; nothing where that is not certain.
    pub fn rounded(self, decimals: u32) -> Option<String> {
        let scaled = self.times(10i64.checked_pow(decimals)?, 1)?;
        let half = 1u128 << 63;
        let up = |value: u128| value.checked_add(half).map(|v| v >> 64);
        let (low, high) = (
            up(scaled.value.checked_sub(scaled.off)?)?,
            up(scaled.value.checked_add(scaled.off)?)?,
        );
        let exact = (low == high).then(|| i128::try_from(low).ok()).flatten()?;
        Decimal::try_from_i128_with_scale(exact, decimals)
            .ok()
            .map(|d| d.to_string())
    }
}

/// The product of two numbers in 2^-64, cut off.
fn multiply(a: u128, b: u128) -> Option<u128> {
    let (whole, part) = (b >> 64, b & u128::from(u64::MAX));
    let (high, low) = (a >> 64, a & u128::from(u64::MAX));
    let cross = high.checked_mul(part)?.checked_add((low * part) >> 64)?;
    a.checked_mul(whole)?.checked_add(cross)
}

/// A flow in whole minor units.
struct Flow {
    amount: i64,
    whole: u32,
    /// Which of the parts of a period it has on top.
    part: usize,
}

/// The flows in integers, from the first of them on.
struct Flows {
    list: Vec<Flow>,
    parts: Vec<(u64, u64)>,
}

impl Flows {
    fn of(dated: &[Dated]) -> Option<Flows> {
        let first = dated.first()?.time.whole;
        let scale = dated.iter().map(|flow| flow.amount.scale()).max()?;
        let mut flows = Flows {
            list: Vec::with_capacity(dated.len()),
            parts: Vec::new(),
        };
        for flow in dated {
            let power = 10i128.checked_pow(scale - flow.amount.scale())?;
            let amount = i64::try_from(flow.amount.mantissa().checked_mul(power)?).ok()?;
            let whole = u32::try_from(flow.time.whole - first).ok()?;
            if amount.unsigned_abs() >> AMOUNT_BITS != 0 || whole >> TIME_BITS != 0 || dated.len() > MOST_FLOWS {
                return None;
            }
            let known = flows.parts.iter().position(|part| *part == flow.time.part);
            let part = known.unwrap_or_else(|| {
                flows.parts.push(flow.time.part);
                flows.parts.len() - 1
            });
            flows.list.push(Flow { amount, whole, part });
        }
        Some(flows)
    }

    /// What the flows are worth (in 2^-64 minor units) where a period discounts by `one` (in 2^-127) and each part of
    /// a period by its own; and how much less that becomes with more discount (in 2^-48, roughly).
    fn worth(&self, one: u128, parts: &[u128]) -> (i128, i128) {
        let (mut worth, mut slope) = (0i128, 0i128);
        let (mut at, mut discount) = (0, ONE);
        for flow in &self.list {
            match flow.whole - at {
                0 => {}
                1 => discount = product(discount, one),
                gap => discount = product(discount, power(one, gap)),
            }
            at = flow.whole;
            let (p, q) = self.parts[flow.part];
            let now = if p == 0 {
                discount
            } else {
                product(discount, parts[flow.part])
            };
            let time = (i128::from(at) << 16) + i128::from(p << 16) / i128::from(q);
            let amount = i128::from(flow.amount);
            worth += amount * (now >> 63).cast_signed();
            slope += amount * (now >> 95).cast_signed() * time;
        }
        (worth, slope)
    }
}

fn power(base: u128, mut exponent: u32) -> u128 {
    let (mut result, mut square) = (ONE, base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = product(result, square);
        }
        square = product(square, square);
        exponent >>= 1;
    }
    result
}

/// The rate per period at which flows in order of time cancel out, where it is positive: Newton's method from zero, from
/// where it approaches the rate of a loan from below without overshooting. Nothing where it doesn't get there.
pub(crate) fn solve(dated: &[Dated], is_eu: bool) -> Option<Close> {
    let flows = Flows::of(dated)?;
    let sum: u128 = flows.list.iter().map(|f| u128::from(f.amount.unsigned_abs())).sum();
    let mut parts = vec![ONE; flows.parts.len()];
    let mut rate = 0u128;
    for _ in 0..MOST_STEPS {
        let one = inverse(rate, (1, 1))?;
        let log = if is_eu { Some(log2(rate)) } else { None };
        for (value, part) in parts.iter_mut().zip(&flows.parts) {
            *value = match log {
                _ if part.0 == 0 => ONE,
                Some(log) => exp2_negative(log, *part)?,
                None => inverse(rate, *part)?,
            };
        }
        let (worth, slope) = flows.worth(one, &parts);
        let slope = (slope >> 16).checked_mul((one >> 95).cast_signed())? >> 32;
        if slope >= 0 {
            return None;
        }
        let step = match worth.unsigned_abs() >> 94 {
            0 => (worth << 32) / slope,
            _ => (worth / slope).checked_mul(1 << 32)?,
        };
        rate = u128::try_from(rate.cast_signed().checked_add(step)?).ok()?;
        if rate >> RATE_BITS != 0 {
            return None;
        }
        if step.unsigned_abs() <= 2 {
            // Each amount's worth is off by at most 2^-63 of it.
            let off = ((4 * sum) << 32) / slope.unsigned_abs() + 4;
            return Some(Close { value: rate, off });
        }
    }
    None
}

/// `1 / (1 + part × rate)` in 2^-127, of a rate in 2^-64.
fn inverse(rate: u128, (p, q): (u64, u64)) -> Option<u128> {
    let (p, q) = (u128::from(p), u128::from(q));
    let below = (q << 64).checked_add(p.checked_mul(rate)?)?;
    if below >> 96 != 0 {
        return None;
    }
    // q × 2^191 over it, 32 bits at a time.
    let mut rest = q << 31;
    let (mut quotient, mut bits) = (rest / below, 31);
    rest %= below;
    while bits < 191 {
        let next = (191 - bits).min(32);
        rest <<= next;
        quotient = (quotient << next) | (rest / below);
        rest %= below;
        bits += next;
    }
    Some(quotient)
}

/// The logarithm of `1 + rate` to the base 2, in 2^-100, of a rate in 2^-64: bit by bit, by squaring.
fn log2(rate: u128) -> u128 {
    let grown = (1u128 << 64) + rate;
    let top = 127 - grown.leading_zeros();
    // A mantissa from 1 to below 2, in 2^-127.
    let mut mantissa = grown << (127 - top);
    let mut log = u128::from(top - 64);
    for _ in 0..100 {
        // A square in 2^-126: at least 2 where the top bit is set.
        let square = product(mantissa, mantissa >> 1);
        let bit = square >> 127;
        mantissa = if bit == 1 { square } else { square << 1 };
        log = log << 1 | bit;
    }
    log
}

/// `2^(-log × part)` in 2^-127, of a logarithm in 2^-100: halved as often as it is whole, the rest by its series.
fn exp2_negative(log: u128, (p, q): (u64, u64)) -> Option<u128> {
    /// The natural logarithm of 2 in 2^-127.
    const LN_2: u128 = 117_932_881_612_756_647_068_972_071_382_077_242_199;
    let exponent = log.checked_mul(p.into())? / u128::from(q);
    let (whole, part) = (exponent >> 100, exponent & ((1 << 100) - 1));
    let x = product(part << 27, LN_2);
    let (mut sum, mut term) = (ONE, ONE);
    for n in 1..40u128 {
        term = product(term, x) / n;
        sum = if n % 2 == 1 { sum - term } else { sum + term };
    }
    sum.checked_shr(u32::try_from(whole).ok()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_logarithm_and_its_power_undo_each_other() {
        for rate in [1u128 << 30, 1 << 55, 98_388_000_000_000_000, 1 << 64, 5 << 66] {
            let log = log2(rate);
            let back = exp2_negative(log, (1, 1)).unwrap();
            assert!(back.abs_diff(inverse(rate, (1, 1)).unwrap()) < 1 << 30);
            // Half a period twice is a whole one.
            let half = exp2_negative(log, (1, 2)).unwrap();
            assert!(product(half, half).abs_diff(back) < 1 << 30);
        }
        assert_eq!(log2((1 << 64) - 1 + 1), 1 << 100);
    }

    #[test]
    fn inverses_are_exact() {
        assert_eq!(inverse(0, (3, 7)), Some(ONE));
        assert_eq!(inverse(1 << 64, (1, 1)), Some(ONE / 2));
        assert_eq!(inverse(1 << 64, (1, 2)), Some((ONE / 3) * 2 + 1));
        assert_eq!(inverse(3 << 64, (1, 1)), Some(ONE / 4));
    }

    #[test]
    fn rounds_only_what_is_certain() {
        let close = Close { value: 5 << 63, off: 1 };
        assert_eq!(close.rounded(1), Some("2.5".into()));
        assert_eq!(close.rounded(0), None);
        let twelve = Close {
            value: (1 << 64) / 100,
            off: 2,
        };
        assert_eq!(twelve.compounded(12).unwrap().rounded(8), Some("12.68250301".into()));
        assert_eq!(twelve.times(1200, 1).unwrap().rounded(10), Some("12.0000000000".into()));
    }
}
