//! How the rules of disclosure count the time from the first advance.

use crate::apr::{At, EuPeriod, FlowUnit, UnitOfPeriod, UnitPeriod};
use crate::calendar::days;
use chrono::{Days, Months, NaiveDate};

/// A time in unit-periods: whole ones, and a part of one as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    pub whole: i64,
    pub part: (u64, u64),
}

/// Which unit-periods are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    RegZ(UnitPeriod),
    /// The whole term is one unit-period, which fits in a year so often.
    Term {
        per_year: (i64, i64),
    },
    /// So many to a year, compounding also within one.
    Eu {
        base: u32,
    },
}

impl Count {
    /// How many make a year, as a fraction.
    pub fn per_year(self) -> (i64, i64) {
        match self {
            Count::Term { per_year } => per_year,
            Count::Eu { base } => (base.into(), 1),
            Count::RegZ(UnitPeriod { unit, every }) => match unit {
                UnitOfPeriod::Month => (12, every.into()),
                UnitOfPeriod::Semimonth => (24, 1),
                UnitOfPeriod::Week => (52, every.into()),
                UnitOfPeriod::Day => (365, every.into()),
                UnitOfPeriod::Year | UnitOfPeriod::Term => (1, 1),
            },
        }
    }
}

/// Whole steps of so many months, counted back from `to` as long as they do not pass `from`, and where that ends.
fn back(from: NaiveDate, to: NaiveDate, months: u32) -> (u32, NaiveDate) {
    let (mut count, mut end) = (0, to);
    while let Some(next) = to.checked_sub_months(Months::new(months * (count + 1))) {
        if next < from {
            break;
        }
        (count, end) = (count + 1, next);
    }
    (count, end)
}

fn split(total: u64, unit: u64) -> Time {
    Time {
        whole: i64::try_from(total / unit).unwrap_or(i64::MAX),
        part: (total % unit, unit),
    }
}

/// The time of Regulation Z, appendix J (b)(5). Nothing for a unit-period that is the term.
pub(crate) fn reg_z_time(from: NaiveDate, to: NaiveDate, period: UnitPeriod) -> Option<Time> {
    let every = u64::from(period.every);
    let by_months = || {
        let (months, end) = back(from, to, 1);
        (u64::from(months), u64::from(days(from, end)))
    };
    Some(match period.unit {
        UnitOfPeriod::Month if every == 1 => {
            let (months, left) = by_months();
            Time {
                whole: i64::try_from(months).ok()?,
                part: (left, 30),
            }
        }
        UnitOfPeriod::Month => {
            let (months, left) = by_months();
            split(30 * months + left, 30 * every)
        }
        UnitOfPeriod::Semimonth => {
            let (months, left) = by_months();
            split(30 * months + left, 15)
        }
        UnitOfPeriod::Week => split(days(from, to).into(), 7 * every),
        UnitOfPeriod::Day => split(days(from, to).into(), every),
        UnitOfPeriod::Year => {
            let (years, end) = back(from, to, 12);
            let (months, rest) = back(from, end, 1);
            let part = if rest == from {
                (u64::from(months), 12)
            } else {
                (days(from, end).into(), 365)
            };
            Time {
                whole: years.into(),
                part,
            }
        }
        // The times of a single advance and payment do not matter.
        UnitOfPeriod::Term => Time { whole: 0, part: (0, 1) },
    })
}

/// A time given as a fraction of years, in unit-periods of which `base` make a year.
fn in_units(num: i128, den: i128, base: u32) -> Option<Time> {
    let num = num * i128::from(base);
    let (mut a, mut b) = (num.rem_euclid(den), den);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    Some(Time {
        whole: i64::try_from(num.div_euclid(den)).ok()?,
        part: (
            u64::try_from(num.rem_euclid(den) / a).ok()?,
            u64::try_from(den / a).ok()?,
        ),
    })
}

/// The EU time between dates: whole periods back from the later one, then the days left over the length of the year
/// that ends where the counting ended.
pub(crate) fn eu_time(from: NaiveDate, to: NaiveDate, period: EuPeriod, base: u32) -> Option<Time> {
    let (whole, per_year, end) = match period {
        EuPeriod::Month => {
            let (count, end) = back(from, to, 1);
            (count, 12, end)
        }
        EuPeriod::Year => {
            let (count, end) = back(from, to, 12);
            (count, 1, end)
        }
        EuPeriod::Week => {
            let weeks = days(from, to) / 7;
            (weeks, 52, to.checked_sub_days(Days::new(u64::from(weeks) * 7))?)
        }
    };
    let year = i128::from(days(end.checked_sub_months(Months::new(12))?, end));
    let num = i128::from(whole) * year + i128::from(days(from, end)) * per_year;
    in_units(num, per_year * year, base)
}

/// The EU time given without dates, `steps` units later than the first repetition.
pub(crate) fn eu_time_at(at: At, unit: Option<FlowUnit>, steps: u64, base: u32) -> Option<Time> {
    let steps = i128::from(steps);
    let more = |u: FlowUnit| if unit == Some(u) { steps } else { 0 };
    let year = i128::from(at.year_days.unwrap_or(365));
    let days = i128::from(at.days) + more(FlowUnit::Days);
    let (years, months) = (
        i128::from(at.years) + more(FlowUnit::Years),
        i128::from(at.months) + more(FlowUnit::Months),
    );
    let weeks = i128::from(at.weeks) + more(FlowUnit::Weeks);
    in_units(
        (years * 156 + months * 13 + weeks * 3) * year + days * 156,
        156 * year,
        base,
    )
}
