//! How the rules of disclosure count the time from the first advance.

use crate::apr::{At, EuPeriod, FlowUnit, UnitOfPeriod, UnitPeriod};
use crate::calendar::days;
use crate::day::{Day, length_of_month};
use chrono::{Datelike, Days, Months, NaiveDate};

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

/// Whole steps of so many months, counted back from `to` (not before `from`), and the day where that ends.
fn back(from: NaiveDate, to: NaiveDate, months: u32) -> (u32, NaiveDate) {
    let index = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
    let between = u32::try_from(index(to) - index(from)).unwrap_or(0) / months;
    let stop = |count| {
        to.checked_sub_months(Months::new(months * count))
            .filter(|day| *day >= from)
    };
    match (stop(between), between.checked_sub(1)) {
        (Some(day), _) => (between, day),
        (None, Some(less)) => (less, stop(less).unwrap_or(to)),
        (None, None) => (0, to),
    }
}

/// Full months counted back from `to`, and the days from `from` to where that ends: [`back`] without a calendar.
pub(crate) fn back_by_months(from: Day, to: NaiveDate) -> (u32, u32) {
    let start = from.date;
    let index = |date: NaiveDate| date.year() * 12 + date.month0().cast_signed();
    let months = u32::try_from(index(to) - index(start)).unwrap_or(0);
    let here = to.day().min(length_of_month(start.year(), start.month0()));
    if here >= start.day() || months == 0 {
        return (months, here.saturating_sub(start.day()));
    }
    let next = index(start) + 1;
    let there = to
        .day()
        .min(length_of_month(next.div_euclid(12), next.rem_euclid(12).unsigned_abs()));
    let rest = length_of_month(start.year(), start.month0()) - start.day();
    (months - 1, rest + there)
}

fn split(total: u64, unit: u64) -> Time {
    Time {
        whole: i64::try_from(total / unit).unwrap_or(i64::MAX),
        part: (total % unit, unit),
    }
}

/// Tells the time of each flow.
pub(crate) struct Clock {
    origin: Option<Day>,
    pub count: Count,
    period: Option<EuPeriod>,
    /// The length of the year that ends on a day, for the day asked last.
    year: (NaiveDate, u32),
}

impl Clock {
    pub fn new(origin: Option<NaiveDate>, count: Count, period: Option<EuPeriod>) -> Clock {
        Clock {
            origin: origin.map(Day::from),
            count,
            period,
            year: (NaiveDate::MIN, 0),
        }
    }

    /// The time of a date. An error is a field of the flow and what to do about it.
    pub fn time(&mut self, date: NaiveDate) -> Result<Time, (&'static str, &'static str)> {
        let origin = self.origin.ok_or(("on", "Give the advances as dates, too."))?;
        if date < origin.date {
            return Err(("on", "Choose a day not before the first advance."));
        }
        let time = match self.count {
            Count::RegZ(period) => reg_z_time(origin, date, period),
            Count::Eu { base } => {
                let period = self
                    .period
                    .ok_or(("on", "Choose the period of the terms: month, week or year."))?;
                self.eu_time(origin, date, period, base.into())
            }
            // The times of a single advance and payment do not matter.
            Count::Term { .. } => Some(Time { whole: 0, part: (0, 1) }),
        };
        time.ok_or(("on", "Choose an earlier day."))
    }

    /// The EU time between dates: whole periods back from the later one, then the days left over the length of the
    /// year that ends where the counting ended.
    fn eu_time(&mut self, origin: Day, to: NaiveDate, period: EuPeriod, base: u64) -> Option<Time> {
        let (whole, per_year, left, end) = match period {
            EuPeriod::Month => {
                let (count, left) = back_by_months(origin, to);
                (count, 12, left, origin.date.checked_add_days(Days::new(left.into()))?)
            }
            EuPeriod::Year => {
                let (count, end) = back(origin.date, to, 12);
                (count, 1, origin.until(end.into()), end)
            }
            EuPeriod::Week => {
                let days = origin.until(to.into());
                let left = days % 7;
                (
                    days / 7,
                    52,
                    left,
                    origin.date.checked_add_days(Days::new(left.into()))?,
                )
            }
        };
        if self.year.0 != end {
            self.year = (end, days(end.checked_sub_months(Months::new(12))?, end));
        }
        let year = u64::from(self.year.1);
        if base.is_multiple_of(per_year) {
            let odd = split(u64::from(left) * base, year);
            let whole = i64::from(whole) * i64::try_from(base / per_year).ok()?;
            return Some(Time {
                whole: whole + odd.whole,
                part: odd.part,
            });
        }
        Some(split(
            (u64::from(whole) * year + u64::from(left) * per_year) * base,
            per_year * year,
        ))
    }
}

/// The time of Regulation Z, appendix J (b)(5).
fn reg_z_time(origin: Day, to: NaiveDate, period: UnitPeriod) -> Option<Time> {
    let every = u64::from(period.every);
    let in_days = |months: u32, left: u32| 30 * u64::from(months) + u64::from(left);
    Some(match period.unit {
        UnitOfPeriod::Month if every == 1 => {
            let (months, left) = back_by_months(origin, to);
            Time {
                whole: months.into(),
                part: (left.into(), 30),
            }
        }
        UnitOfPeriod::Month => {
            let (months, left) = back_by_months(origin, to);
            split(in_days(months, left), 30 * every)
        }
        UnitOfPeriod::Semimonth => {
            let (months, left) = back_by_months(origin, to);
            split(in_days(months, left), 15)
        }
        UnitOfPeriod::Week => split(origin.until(to.into()).into(), 7 * every),
        UnitOfPeriod::Day => split(origin.until(to.into()).into(), every),
        UnitOfPeriod::Year => {
            let (years, end) = back(origin.date, to, 12);
            let part = match back_by_months(origin, to) {
                (months, 0) => (u64::from(months - 12 * years), 12),
                _ => (origin.until(end.into()).into(), 365),
            };
            Time {
                whole: years.into(),
                part,
            }
        }
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
