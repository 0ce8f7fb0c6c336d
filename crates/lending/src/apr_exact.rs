//! The rate of flows to sixty digits: what is asked where the fast way is too close to a boundary of rounding, or does
//! not reach.

use crate::apr::Dated;
use crate::big;
use crate::terms::TermsError;
use dashu_float::DBig;
use dashu_int::IBig;

/// Digits that are carried.
pub(crate) const DIGITS: usize = 60;

/// The rate per unit-period at which the flows cancel out: Newton's method from zero, from where it approaches the
/// solution of a loan from below without overshooting.
pub(crate) fn solve(flows: &[Dated], is_eu: bool) -> Result<DBig, TermsError> {
    let none = || TermsError::on("payments", "Enter other amounts: no annual percentage rate fits them.");
    let int = |value| big::int(value, DIGITS);
    let floor = int(-99) / int(100);
    let tiny = int(1) / int(10).powi(IBig::from(30));
    let mut rate = int(0);
    for _ in 0..500 {
        let (off, slope) = worth(flows, is_eu, &rate);
        if slope <= int(0) {
            return Err(none());
        }
        let next = &rate - off / slope;
        let next = if next <= floor { (&rate + &floor) / int(2) } else { next };
        let moved = &next - &rate;
        rate = next;
        if moved < tiny && moved > -&tiny {
            return Ok(rate);
        }
    }
    Err(none())
}

/// What the flows (in order of time) are worth at time 0, and how fast that changes with the rate.
pub(crate) fn worth(flows: &[Dated], is_eu: bool, rate: &DBig) -> (DBig, DBig) {
    let int = |value| big::int(value, DIGITS);
    let growth = int(1) + rate;
    let discount = int(1) / &growth;
    let mut odd: Vec<((u64, u64), DBig, DBig)> = Vec::new();
    let (mut sum, mut slope) = (int(0), int(0));
    let (mut at, mut power) = (0i64, int(1));
    for flow in flows {
        let gap = flow.time.whole - at;
        if gap == 1 {
            power *= &discount;
        } else if gap != 0 {
            power *= discount.powi(IBig::from(gap));
        }
        at = flow.time.whole;
        let part = flow.time.part;
        let known = odd.iter().position(|(p, ..)| *p == part);
        let known = known.unwrap_or_else(|| {
            let fraction = big::decimal(part.0.into(), DIGITS) / big::decimal(part.1.into(), DIGITS);
            let (value, drift) = if part.0 == 0 {
                (int(1), int(0))
            } else if is_eu {
                (discount.powf(&fraction), &fraction / &growth)
            } else {
                let value = int(1) / (int(1) + &fraction * rate);
                (value.clone(), fraction * value)
            };
            odd.push((part, value, drift));
            odd.len() - 1
        });
        let (_, value, drift) = &odd[known];
        let now = big::decimal(flow.amount, DIGITS) * &power * value;
        slope -= &now * (drift + int(at) * &discount);
        sum += now;
    }
    (sum, slope)
}
