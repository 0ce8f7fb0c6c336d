//! The annual percentage rate: by Regulation Z (12 CFR 1026, appendix J, actuarial method) and by the EU rule
//! (directives 2008/48/EC annex I and 2014/17/EU annex I). Both look for the rate at which advances and payments are
//! worth the same on the day of the first advance; they differ in how time is counted and odd days bear interest.

use crate::apr_close::{self, Close};
use crate::apr_exact::{DIGITS, solve};
use crate::apr_time::{Clock, Count, Time, back_by_months, eu_time_at};
use crate::big;
use crate::calendar::{days, shift};
use crate::strict;
use crate::terms::{MOST_INSTALLMENTS, MonthEnd, TermsError, Unit};
use chrono::NaiveDate;
use dashu_float::DBig;
use dashu_int::IBig;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value};

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
    #[serde(default, deserialize_with = "strict::some_day")]
    pub on: Option<NaiveDate>,
    /// or as a time from the first advance.
    pub at: Option<At>,
    /// How much each time.
    #[serde(deserialize_with = "strict::decimal")]
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

/// One flow with its time; negative where it is paid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dated {
    pub amount: Decimal,
    pub time: Time,
}

/// What has to cancel out, in order of time.
#[derive(Clone, Debug)]
struct Equation {
    flows: Vec<Dated>,
    count: Count,
}

impl Equation {
    /// The percentage to sixty digits.
    fn exact(&self) -> Result<DBig, TermsError> {
        let int = |value| big::int(value, DIGITS);
        let (num, den) = self.count.per_year();
        Ok(match self.count {
            Count::Term { .. } => simple_term(&self.flows)? * int(100 * num) / int(den),
            Count::Eu { base } => {
                let year = (int(1) + solve(&self.flows, true)?).powi(IBig::from(base));
                (year - int(1)) * int(100)
            }
            Count::RegZ(_) => solve(&self.flows, false)? * int(100 * num) / int(den),
        })
    }

    /// The percentage with a bound of its error, where integers of 128 bits are enough.
    fn close(&self) -> Option<Close> {
        let (num, den) = self.count.per_year();
        match self.count {
            Count::Term { .. } => None,
            Count::Eu { base } => apr_close::solve(&self.flows, true)?.compounded(base),
            Count::RegZ(_) => apr_close::solve(&self.flows, false)?.times(100 * num, den),
        }
    }
}

/// An annual percentage rate, in percent.
#[derive(Clone, Debug)]
pub struct Apr {
    close: Option<Close>,
    exact: Option<DBig>,
    equation: Equation,
}

impl Apr {
    /// The percentage, rounded half-up to so many decimals.
    pub fn to_decimals(&self, decimals: u32) -> String {
        let close = self.close.and_then(|close| close.rounded(decimals));
        let exact = || {
            let percent = self.exact.clone().or_else(|| self.equation.exact().ok())?;
            let scale = big::int(10, DIGITS).powi(IBig::from(decimals));
            Some(big::with_point(&(&percent * scale).round().to_int().value(), decimals))
        };
        close.or_else(exact).unwrap_or_default()
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
    let (groups, count) = grouped(disclosure)?;
    let mut flows: Vec<Dated> = groups.into_iter().flat_map(|group| group.flows).collect();
    flows.sort_by_key(|flow| flow.time.whole);
    let equation = Equation { flows, count };
    let close = equation.close();
    let exact = if close.is_none() { Some(equation.exact()?) } else { None };
    Ok(Apr { close, exact, equation })
}

/// One line of the terms with all its repetitions.
pub(crate) struct Group {
    /// Its path, such as `payments[0]`.
    pub path: String,
    pub flows: Vec<Dated>,
}

/// All flows with their times, line by line.
pub(crate) fn grouped(disclosure: &Disclosure) -> Result<(Vec<Group>, Count), TermsError> {
    let count = count_term(count_of(disclosure)?, disclosure)?;
    let origin = disclosure.advances.iter().filter_map(|flow| flow.on).min();
    let is_dated = disclosure.payments.iter().any(|flow| flow.on.is_some());
    if is_dated && origin.is_none() {
        return Err(TermsError::on("advances", "Give the advances as dates, too."));
    }
    if (is_dated || origin.is_some()) && disclosure.rule == AprRule::Eu && disclosure.period.is_none() {
        return Err(TermsError::on("period", "Choose month, week or year."));
    }
    let mut clock = Clock::new(origin, count, disclosure.period);
    let mut groups = Vec::new();
    for (name, list, is_paid) in [
        ("advances", &disclosure.advances, false),
        ("payments", &disclosure.payments, true),
    ] {
        if list.is_empty() {
            return Err(TermsError::on(name, "Give at least one."));
        }
        for (i, flow) in list.iter().enumerate() {
            let path = format!("{name}[{i}]");
            let flows = dated(&mut clock, flow, is_paid)
                .map_err(|(field, message)| TermsError::on(format!("{path}.{field}"), message))?;
            groups.push(Group { path, flows });
        }
    }
    Ok((groups, count))
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

/// Every repetition of a flow. An error is a field of the flow and what to do about it.
fn dated(clock: &mut Clock, flow: &Flow, is_paid: bool) -> Result<Vec<Dated>, (&'static str, &'static str)> {
    if flow.amount <= Decimal::ZERO {
        return Err(("amount", "Enter an amount greater than zero."));
    }
    let (times, every) = (flow.count.unwrap_or(1), flow.every.unwrap_or(1));
    if times == 0 || times > 10 * MOST_INSTALLMENTS {
        return Err(("count", "Enter from 1 to 12,000 times."));
    }
    if every == 0 || every > 10 * MOST_INSTALLMENTS {
        return Err(("every", "Enter from 1 to 12,000 units."));
    }
    if times > 1 && flow.unit.is_none() {
        return Err(("unit", "Choose days, weeks, months or years."));
    }
    let amount = if is_paid { -flow.amount } else { flow.amount };
    let mut flows = Vec::with_capacity(times as usize);
    let mut add = |time| flows.push(Dated { amount, time });
    match (flow.on, flow.at) {
        (Some(first), None) => {
            for k in 0..times {
                let date = later(first, flow.unit, every, k).ok_or(("count", "Enter fewer: the calendar ends."))?;
                add(clock.time(date)?);
            }
        }
        (None, Some(at)) => {
            let Count::Eu { base } = clock.count else {
                return Err(("at", "Give a date: Regulation Z counts between dates."));
            };
            if at.days != 0 && !matches!(at.year_days, Some(365 | 366)) {
                return Err(("at.year_days", "Enter 365 or 366: days need the length of their year."));
            }
            for k in 0..times {
                let steps = u64::from(every) * u64::from(k);
                add(eu_time_at(at, flow.unit, steps, base).ok_or(("at", "Choose an earlier time."))?);
            }
        }
        _ => return Err(("on", "Give either a date (on) or a time (at).")),
    }
    Ok(flows)
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
    // Months are counted back from the later date, here as everywhere in the rule.
    match (back_by_months(from.into(), to), days(from, to)) {
        ((months @ 1..=12, 0), _) => Ok(Count::Term {
            per_year: (12, i64::from(months)),
        }),
        (_, days @ 1..=366) => Ok(Count::Term {
            per_year: (365, i64::from(days)),
        }),
        _ => Err(TermsError::on(
            "unit_period.unit",
            "Choose term only for a loan of up to a year.",
        )),
    }
}

/// The rate of a single advance and payment over the time between them.
fn simple_term(flows: &[Dated]) -> Result<DBig, TermsError> {
    let sum = |is_paid: bool| {
        let amounts = flows.iter().filter(|f| f.amount.is_sign_negative() == is_paid);
        amounts.fold(big::int(0, DIGITS), |sum, f| sum + big::decimal(f.amount, DIGITS))
    };
    let (lent, paid) = (sum(false), -sum(true));
    if flows.len() != 2 {
        return Err(TermsError::on(
            "unit_period.unit",
            "Choose term only for one advance and one payment.",
        ));
    }
    Ok(paid / lent - big::int(1, DIGITS))
}
