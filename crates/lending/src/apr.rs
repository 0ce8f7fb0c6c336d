//! The annual percentage rate: by Regulation Z (12 CFR 1026, appendix J, actuarial method) and by the EU rule
//! (directives 2008/48/EC annex I and 2014/17/EU annex I). Both look for the rate at which advances and payments are
//! worth the same on the day of the first advance; they differ in how time is counted and odd days bear interest.

use crate::apr_time::{Count, Time, eu_time, eu_time_at, reg_z_time};
use crate::big;
use crate::calendar::{days, shift};
use crate::terms::{MOST_INSTALLMENTS, MonthEnd, TermsError, Unit};
use chrono::NaiveDate;
use dashu_float::DBig;
use dashu_int::IBig;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Digits that are carried.
const DIGITS: usize = 40;

/// The rule of disclosure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AprRule {
    /// Regulation Z.
    RegZ,
    /// The EU directives.
    Eu,
}

/// The unit of a unit-period of Regulation Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitOfPeriod {
    /// One or several months.
    Month,
    /// Half a month.
    Semimonth,
    /// One or several weeks.
    Week,
    /// One or several days.
    Day,
    /// A year.
    Year,
    /// The term of a loan with one advance and one payment, up to a year.
    Term,
}

/// A unit-period of Regulation Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitPeriod {
    /// Its unit.
    pub unit: UnitOfPeriod,
    /// How many of them; 1 when absent.
    #[serde(default = "one")]
    pub every: u32,
}

fn one() -> u32 {
    1
}

/// The periods in which the EU rule counts time between dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EuPeriod {
    /// Months of 1/12 year.
    Month,
    /// Weeks of 1/52 year.
    Week,
    /// Years.
    Year,
}

/// The unit in which a flow repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowUnit {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months.
    Months,
    /// Years.
    Years,
}

/// A time from the first advance, without dates. May be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct At {
    /// Years.
    pub years: i32,
    /// Twelfths of a year.
    pub months: i32,
    /// Parts of 1/52 year.
    pub weeks: i32,
    /// Days, of which `year_days` make a year.
    pub days: i32,
    /// 365 or 366; needed with days.
    pub year_days: Option<u32>,
}

/// Money that is advanced or paid, once or repeatedly.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// When, as a date,
    pub on: Option<NaiveDate>,
    /// or as a time from the first advance.
    pub at: Option<At>,
    /// How much each time.
    pub amount: Decimal,
    /// How many times; once when absent.
    pub count: Option<u32>,
    /// How many units apart.
    pub every: Option<u32>,
    /// The unit.
    pub unit: Option<FlowUnit>,
}

/// What is advanced and paid, and the rule to follow. Charges at the outset are payments at time 0.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// The rule.
    pub rule: AprRule,
    /// The money that the customer receives.
    pub advances: Vec<Flow>,
    /// The money that the customer pays.
    pub payments: Vec<Flow>,
    /// The unit-period; needed by Regulation Z.
    pub unit_period: Option<UnitPeriod>,
    /// The period in which time is counted; needed by the EU rule between dates.
    pub period: Option<EuPeriod>,
}

/// One flow with its time.
struct Dated {
    amount: DBig,
    time: Time,
}

/// An annual percentage rate with all its digits, in percent.
#[derive(Clone, Debug)]
pub struct Apr(DBig);

impl Apr {
    /// The percentage, rounded half-up to so many decimals.
    pub fn to_decimals(&self, decimals: u32) -> String {
        let scale = big::int(10, DIGITS).powi(IBig::from(decimals));
        let scaled = (&self.0 * scale).round().to_int().value();
        let exact = i128::try_from(scaled)
            .ok()
            .and_then(|n| Decimal::try_from_i128_with_scale(n, decimals).ok());
        exact.map_or_else(|| big::show(&self.0, DIGITS), |percent| percent.to_string())
    }
}

/// The figures that an expectation of this kind can have.
///
/// # Errors
/// Those of [`apr`].
pub(crate) fn figures(disclosure: &Disclosure) -> Result<Map<String, Value>, TermsError> {
    let apr = apr(disclosure)?;
    let mut figures = Map::new();
    figures.insert("apr_pct".into(), apr.to_decimals(10).into());
    if disclosure.rule == AprRule::Eu {
        figures.insert("legal_1dp".into(), apr.to_decimals(1).into());
    }
    Ok(figures)
}

/// The annual percentage rate.
///
/// # Errors
/// On the field that is missing or makes no sense, and on `payments` when no rate fits.
pub fn apr(disclosure: &Disclosure) -> Result<Apr, TermsError> {
    let count = count_of(disclosure)?;
    let origin = disclosure.advances.iter().filter_map(|flow| flow.on).min();
    let mut flows = Vec::new();
    for (name, list, sign) in [
        ("advances", &disclosure.advances, 1),
        ("payments", &disclosure.payments, -1),
    ] {
        if list.is_empty() {
            return Err(TermsError::on(name, "Give at least one."));
        }
        for (i, flow) in list.iter().enumerate() {
            dated(
                disclosure,
                count,
                flow,
                &format!("{name}[{i}]"),
                origin,
                sign,
                &mut flows,
            )?;
        }
    }
    if let Count::Term { per_year } = count_term(count, disclosure)? {
        return simple_term(&flows, per_year);
    }
    flows.sort_by_key(|flow| flow.time.whole);
    let rate = solve(&flows, count)?;
    let (num, den) = count.per_year();
    Ok(Apr(match count {
        Count::Eu { base } => {
            let year = (big::int(1, DIGITS) + rate).powi(IBig::from(base));
            (year - big::int(1, DIGITS)) * big::int(100, DIGITS)
        }
        _ => rate * big::int(100 * num, DIGITS) / big::int(den, DIGITS),
    }))
}

fn count_of(disclosure: &Disclosure) -> Result<Count, TermsError> {
    match (disclosure.rule, disclosure.unit_period) {
        (AprRule::RegZ, None) => Err(TermsError::on("unit_period", "Give the unit-period of the payments.")),
        (AprRule::RegZ, Some(p)) if p.every == 0 || p.every > MOST_INSTALLMENTS => {
            Err(TermsError::on("unit_period.every", "Enter from 1 to 1,200."))
        }
        (AprRule::RegZ, Some(period)) => Ok(Count::RegZ(period)),
        (AprRule::Eu, _) => {
            let all = disclosure.advances.iter().chain(&disclosure.payments);
            let weekly = all.filter_map(|f| f.at).any(|at| at.weeks != 0) || disclosure.period == Some(EuPeriod::Week);
            Ok(Count::Eu {
                base: if weekly { 52 } else { 12 },
            })
        }
    }
}

/// Adds every repetition of a flow.
fn dated(
    disclosure: &Disclosure,
    count: Count,
    flow: &Flow,
    path: &str,
    origin: Option<NaiveDate>,
    sign: i64,
    flows: &mut Vec<Dated>,
) -> Result<(), TermsError> {
    let on = |field: &str, message: &str| TermsError::on(format!("{path}.{field}"), message);
    if flow.amount <= Decimal::ZERO {
        return Err(on("amount", "Enter an amount greater than zero."));
    }
    let (times, every) = (flow.count.unwrap_or(1), flow.every.unwrap_or(1));
    if times == 0 || times > 10 * MOST_INSTALLMENTS {
        return Err(on("count", "Enter from 1 to 12,000 times."));
    }
    if every == 0 || every > 10 * MOST_INSTALLMENTS {
        return Err(on("every", "Enter from 1 to 12,000 units."));
    }
    if times > 1 && flow.unit.is_none() {
        return Err(on("unit", "Choose days, weeks, months or years."));
    }
    let amount = big::decimal(flow.amount, DIGITS) * big::int(sign, DIGITS);
    for k in 0..times {
        let time = match (flow.on, flow.at, count) {
            (Some(date), None, _) => {
                let date =
                    later(date, flow.unit, every, k).ok_or_else(|| on("count", "Enter fewer: the calendar ends."))?;
                let origin = origin.ok_or_else(|| TermsError::on("advances", "Give the advances as dates, too."))?;
                if date < origin {
                    return Err(on("on", "Choose a day not before the first advance."));
                }
                match count {
                    Count::Eu { base } => {
                        let period = disclosure.period;
                        let period = period.ok_or_else(|| TermsError::on("period", "Choose month, week or year."))?;
                        eu_time(origin, date, period, base)
                    }
                    Count::RegZ(period) => reg_z_time(origin, date, period),
                    Count::Term { .. } => None,
                }
            }
            (None, Some(at), Count::Eu { base }) => {
                if at.days != 0 && !matches!(at.year_days, Some(365 | 366)) {
                    return Err(on(
                        "at.year_days",
                        "Enter 365 or 366: days need the length of their year.",
                    ));
                }
                eu_time_at(at, flow.unit, u64::from(every) * u64::from(k), base)
            }
            (None, Some(_), _) => return Err(on("at", "Give a date: Regulation Z counts between dates.")),
            _ => return Err(on("on", "Give either a date (on) or a time (at).")),
        };
        let time = time.ok_or_else(|| on("on", "Choose an earlier day."))?;
        flows.push(Dated {
            amount: amount.clone(),
            time,
        });
    }
    Ok(())
}

fn later(date: NaiveDate, unit: Option<FlowUnit>, every: u32, k: u32) -> Option<NaiveDate> {
    let (unit, every) = match unit {
        _ if k == 0 => return Some(date),
        Some(FlowUnit::Days) | None => (Unit::Days, every),
        Some(FlowUnit::Weeks) => (Unit::Weeks, every),
        Some(FlowUnit::Months) => (Unit::Months, every),
        Some(FlowUnit::Years) => (Unit::Months, every.checked_mul(12)?),
    };
    shift(date, unit, every, k, MonthEnd::Clamp)
}

/// For a unit-period that is the term: how often it fits in a year, as a fraction.
fn count_term(count: Count, disclosure: &Disclosure) -> Result<Count, TermsError> {
    let Count::RegZ(UnitPeriod {
        unit: UnitOfPeriod::Term,
        ..
    }) = count
    else {
        return Ok(count);
    };
    let single = |list: &[Flow]| match list {
        [flow] if flow.count.unwrap_or(1) == 1 => flow.on,
        _ => None,
    };
    let (Some(from), Some(to)) = (single(&disclosure.advances), single(&disclosure.payments)) else {
        return Err(TermsError::on(
            "unit_period.unit",
            "Choose term only for one advance and one payment.",
        ));
    };
    let months = (1..=12).find(|m| shift(from, Unit::Months, 1, *m, MonthEnd::Clamp) == Some(to));
    match (months, days(from, to)) {
        (Some(months), _) => Ok(Count::Term {
            per_year: (12, i64::from(months)),
        }),
        (None, days @ 1..=366) => Ok(Count::Term {
            per_year: (365, i64::from(days)),
        }),
        _ => Err(TermsError::on(
            "unit_period.unit",
            "Choose term only for a loan of up to a year.",
        )),
    }
}

fn simple_term(flows: &[Dated], (num, den): (i64, i64)) -> Result<Apr, TermsError> {
    let [advance, payment] = flows else {
        return Err(TermsError::on(
            "unit_period.unit",
            "Choose term only for one advance and one payment.",
        ));
    };
    let rate = -&payment.amount / &advance.amount - big::int(1, DIGITS);
    Ok(Apr(rate * big::int(100 * num, DIGITS) / big::int(den, DIGITS)))
}

/// The rate per unit-period at which the flows cancel out: Newton's method from zero, from where it approaches the
/// solution of a loan from below without overshooting.
fn solve(flows: &[Dated], count: Count) -> Result<DBig, TermsError> {
    let none = || TermsError::on("payments", "Enter other amounts: no annual percentage rate fits them.");
    let int = |value| big::int(value, DIGITS);
    let floor = int(-99) / int(100);
    let tiny = int(1) / int(10).powi(IBig::from(30));
    let mut rate = int(0);
    for _ in 0..500 {
        let (off, slope) = worth(flows, count, &rate);
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
fn worth(flows: &[Dated], count: Count, rate: &DBig) -> (DBig, DBig) {
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
            } else if matches!(count, Count::Eu { .. }) {
                (discount.powf(&fraction), &fraction / &growth)
            } else {
                let value = int(1) / (int(1) + &fraction * rate);
                (value.clone(), fraction * value)
            };
            odd.push((part, value, drift));
            odd.len() - 1
        });
        let (_, value, drift) = &odd[known];
        let now = &flow.amount * &power * value;
        slope -= &now * (drift + int(at) * &discount);
        sum += now;
    }
    (sum, slope)
}
