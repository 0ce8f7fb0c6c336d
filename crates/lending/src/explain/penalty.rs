//! How a penalty came about.

use super::derivation::{Code, Derivation};
use super::number::{Fraction, plain};
use crate::Money;
use crate::ratio::{Ratio, Rounder};
use rust_decimal::Decimal;

/// The derivation of a penalty that is a percentage of an overdue amount, rounded as `rounder` says.
pub fn penalty(overdue: Money, percent: Decimal, rounder: Rounder, decimals: u32) -> Derivation {
    let part = Ratio::percent(percent);
    let exact = Fraction::amount(overdue.minor(), decimals).times(&Fraction::of(part));
    let units = rounder
        .units(overdue.minor().unsigned_abs().into(), part)
        .unwrap_or(u64::MAX);
    let minor = i64::try_from(units.saturating_mul(rounder.unit)).unwrap_or(i64::MAX);
    let (base, percent) = (plain(overdue.minor(), decimals), percent.normalize());
    let result = plain(minor, decimals);
    Derivation::new(Code::Penalty, "penalty", &result)
        .formula("overdue × percent / 100", format!("{base} × {percent}/100"))
        .with("overdue", &base)
        .with("percent", percent)
        .exact(exact.value())
        .rounded(Some(rounder), decimals)
        .say(format!("Paying {base} late costs {percent} % of it: {result}."))
}
