//! The time value of money: whichever of payment, present value, future value, rate or count is missing. Money
//! received is positive, money paid negative:
//! `pv (1+r)^n + pmt (1 + r b) ((1+r)^n - 1)/r + fv = 0`, with b = 1 for payments at the beginning of a period.

use crate::big;
use crate::terms::TermsError;
use dashu_float::DBig;
use dashu_int::IBig;
use serde::Deserialize;

/// Digits that are carried, and digits that are shown: what cancels in between stays invisible.
const CARRIED: usize = 110;
const SHOWN: usize = 40;
/// The most periods.
const MOST_PERIODS: i64 = 100_000;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// The payment of each period.
    Pmt,
    /// The present value.
    Pv,
    /// The future value.
    Fv,
    /// The rate per period, as a fraction.
    Rate,
    /// How many periods.
    Nper,
}

/// When in a period payments are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At its end.
    #[default]
    End,
    /// At its beginning.
    Begin,
}

/// What is known. Numbers are decimals as text; a rate is a fraction per period and may be a quotient: `0.08/12`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// What is asked for.
    #[serde(rename = "fn")]
    pub function: Function,
    /// The rate per period.
    pub rate: Option<String>,
    /// How many periods; also as a whole number of JSON.
    #[serde(default, deserialize_with = "whole_or_text")]
    pub nper: Option<String>,
    /// The present value; 0 when absent.
    pub pv: Option<String>,
    /// The payment of each period; 0 when absent.
    pub pmt: Option<String>,
    /// The future value; 0 when absent.
    pub fv: Option<String>,
    /// When in a period payments are made.
    #[serde(default)]
    pub when: When,
}

/// A number as text, or a whole number.
fn whole_or_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Whole(u32),
    }
    let read = Option::<Either>::deserialize(deserializer)?;
    Ok(read.map(|either| match either {
        Either::Text(text) => text,
        Either::Whole(number) => number.to_string(),
    }))
}

struct Numbers {
    pv: DBig,
    pmt: DBig,
    fv: DBig,
    begin: bool,
}

fn int(value: i64) -> DBig {
    big::int(value, CARRIED)
}

fn is_zero(value: &DBig) -> bool {
    *value == DBig::ZERO
}

fn number(text: Option<&String>, field: &str) -> Result<Option<DBig>, TermsError> {
    let wrong = || TermsError::on(field, "Enter a number such as 0.0075 or 0.08/12.");
    let Some(text) = text else { return Ok(None) };
    let (num, den) = text
        .split_once('/')
        .map_or((text.as_str(), None), |(n, d)| (n, Some(d)));
    let num = big::parse(num.trim(), CARRIED).ok_or_else(wrong)?;
    let Some(den) = den else { return Ok(Some(num)) };
    let den = big::parse(den.trim(), CARRIED)
        .filter(|d| !is_zero(d))
        .ok_or_else(wrong)?;
    Ok(Some(num / den))
}

fn needed(value: Option<DBig>, field: &str) -> Result<DBig, TermsError> {
    value.ok_or_else(|| TermsError::on(field, "Give this number: the answer depends on it."))
}

/// The number asked for, with 40 significant digits.
///
/// # Errors
/// On the field that is missing or makes the equation unsolvable.
pub fn value(known: &Known) -> Result<String, TermsError> {
    let amount = |text, field| Ok::<_, TermsError>(number(text, field)?.unwrap_or_else(|| int(0)));
    let numbers = Numbers {
        pv: amount(known.pv.as_ref(), "pv")?,
        pmt: amount(known.pmt.as_ref(), "pmt")?,
        fv: amount(known.fv.as_ref(), "fv")?,
        begin: known.when == When::Begin,
    };
    let rate = number(known.rate.as_ref(), "rate")?;
    if rate.as_ref().is_some_and(|r| *r <= int(-1) || *r > int(1000)) {
        return Err(TermsError::on(
            "rate",
            "Enter a rate per period above -1 and at most 1000.",
        ));
    }
    let nper = number(known.nper.as_ref(), "nper")?;
    if nper.as_ref().is_some_and(|n| *n <= int(0) || *n > int(MOST_PERIODS)) {
        return Err(TermsError::on("nper", "Enter more than 0 and at most 100,000 periods."));
    }
    let found = match known.function {
        Function::Rate => numbers.rate(&needed(nper, "nper")?)?,
        Function::Nper => numbers.count(&needed(rate, "rate")?)?,
        function => {
            let (r, n) = (needed(rate, "rate")?, needed(nper, "nper")?);
            let growth = power(&(int(1) + &r), &n);
            let worth = numbers.worth_of_one(&r, &n, &growth);
            match function {
                Function::Pmt => -(&numbers.pv * &growth + &numbers.fv) / worth,
                Function::Pv => -(&numbers.fv + &numbers.pmt * worth) / growth,
                _ => -(&numbers.pv * growth + &numbers.pmt * worth),
            }
        }
    };
    // A zero has no sign.
    Ok(if is_zero(&found) {
        "0".into()
    } else {
        big::show(&found, SHOWN)
    })
}

fn power(base: &DBig, exponent: &DBig) -> DBig {
    let whole = exponent.trunc();
    if whole == *exponent {
        base.powi(IBig::try_from(whole).unwrap_or(IBig::ZERO))
    } else {
        base.powf(exponent)
    }
}

impl Numbers {
    /// What a payment of one in each period grows to by the end.
    fn worth_of_one(&self, r: &DBig, n: &DBig, growth: &DBig) -> DBig {
        if is_zero(r) {
            return n.clone();
        }
        let at_end = (growth - int(1)) / r;
        if self.begin { at_end * (int(1) + r) } else { at_end }
    }

    fn count(&self, r: &DBig) -> Result<DBig, TermsError> {
        let never = || {
            TermsError::on(
                "pmt",
                "Enter a larger payment or other values: no number of periods fits.",
            )
        };
        if is_zero(r) {
            if is_zero(&self.pmt) {
                return Err(never());
            }
            return Ok(-(&self.pv + &self.fv) / &self.pmt);
        }
        let per = if self.begin {
            &self.pmt * (int(1) + r)
        } else {
            self.pmt.clone()
        } / r;
        let (above, below) = (&per - &self.fv, &self.pv + &per);
        if is_zero(&below) || is_zero(&above) {
            return Err(never());
        }
        let growth = above / below;
        if growth <= int(0) {
            return Err(never());
        }
        Ok(growth.ln() / (int(1) + r).ln())
    }

    fn off(&self, r: &DBig, n: &DBig) -> DBig {
        let growth = power(&(int(1) + r), n);
        let worth = self.worth_of_one(r, n, &growth);
        &self.pv * growth + &self.pmt * worth + &self.fv
    }

    /// The rate nearest to zero at which the equation holds: bracketed by steps that double, then closed in on.
    fn rate(&self, n: &DBig) -> Result<DBig, TermsError> {
        let none = || {
            TermsError::on(
                "rate",
                "Enter other values: no rate between -99 and 100,000 percent fits.",
            )
        };
        let at_zero = self.off(&int(0), n);
        if is_zero(&at_zero) {
            return Ok(int(0));
        }
        let negative = |v: &DBig| *v < int(0);
        let (mut up, mut down) = (int(0), int(0));
        let mut step = int(1) / int(1024);
        for _ in 0..20 {
            let next = &up + &step;
            if negative(&self.off(&next, n)) != negative(&at_zero) {
                return Ok(self.close_in(up, next, n));
            }
            up = next;
            let next = (&down - &step).max(int(-99) / int(100));
            if next < down && negative(&self.off(&next, n)) != negative(&at_zero) {
                return Ok(self.close_in(next, down, n));
            }
            down = next;
            step *= int(2);
        }
        Err(none())
    }

    /// Halves the interval until the secant method converges from it, then doubles the digits with every step.
    fn close_in(&self, mut low: DBig, mut high: DBig, n: &DBig) -> DBig {
        let below = self.off(&low, n) < int(0);
        for _ in 0..40 {
            let middle = (&low + &high) / int(2);
            if (self.off(&middle, n) < int(0)) == below {
                low = middle;
            } else {
                high = middle;
            }
        }
        let (mut a, mut b) = (low, high);
        let (mut fa, mut fb) = (self.off(&a, n), self.off(&b, n));
        for _ in 0..12 {
            let slope = &fb - &fa;
            if is_zero(&slope) || is_zero(&fb) {
                break;
            }
            let next = &b - &fb * (&b - &a) / slope;
            (a, fa) = (b, fb);
            fb = self.off(&next, n);
            b = next;
        }
        b
    }
}
