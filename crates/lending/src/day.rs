//! Days with their number, so that the distance of two is a subtraction, and due dates one after the other.

use crate::terms::{MonthEnd, Unit};
use chrono::{Datelike, Days, NaiveDate};

/// A day of the calendar with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    number: i32,
    pub date: NaiveDate,
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Day {
        Day {
            number: date.num_days_from_ce(),
            date,
        }
    }
}

impl Day {
    /// Days to `later`: this day counts, `later` does not. 0 where it is not later.
    pub fn until(self, later: Day) -> u32 {
        u32::try_from(later.number - self.number).unwrap_or(0)
    }

    fn plus(self, days: i32) -> Option<Day> {
        let ahead = Days::new(u64::try_from(days).ok()?);
        Some(Day {
            number: self.number + days,
            date: self.date.checked_add_days(ahead)?,
        })
    }

    /// The days from here to `end`, those of years with 365 days and those of years with 366, where a year ends with
    /// (and without) its 31 December.
    pub fn by_year(self, end: Day) -> (u32, u32) {
        let (mut common, mut leap) = (0, 0);
        let mut year = self.date.year();
        let mut close = self.number + length_of_year(year) - i32::try_from(self.date.ordinal()).unwrap_or(0);
        let mut from = self.number;
        while from < end.number {
            let cut = close.min(end.number);
            let days = (cut - from).unsigned_abs();
            if is_leap(year) {
                leap += days;
            } else {
                common += days;
            }
            from = cut;
            year += 1;
            close += length_of_year(year);
        }
        (common, leap)
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn length_of_year(year: i32) -> i32 {
    365 + i32::from(is_leap(year))
}

/// The days of a month, counted from 0 for January.
pub(crate) fn length_of_month(year: i32, month0: u32) -> u32 {
    let length = LENGTHS.get(month0 as usize).copied().unwrap_or(31);
    length + u32::from(month0 == 1 && is_leap(year))
}

const LENGTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const BEFORE: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// The number of the last day before a year, as chrono counts them: 1 January of year 1 is 1.
fn before_year(year: i32) -> i32 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

/// The days of a rhythm in order, each counted from the anchor.
pub(crate) struct Rhythm {
    unit: Unit,
    every: u32,
    month_end: MonthEnd,
    /// The day of the month of the anchor.
    wanted: u32,
    year: i32,
    is_leap: bool,
    /// The number of the last day before the year.
    before_year: i32,
    month0: usize,
    at: Day,
}

impl Rhythm {
    /// The rhythm whose day 0 is the anchor, a day of a year from 1 on.
    pub fn new(anchor: NaiveDate, unit: Unit, every: u32, month_end: MonthEnd) -> Rhythm {
        Rhythm {
            unit,
            every,
            month_end,
            wanted: anchor.day(),
            year: anchor.year(),
            is_leap: is_leap(anchor.year()),
            before_year: before_year(anchor.year()),
            month0: anchor.month0() as usize,
            at: anchor.into(),
        }
    }

    /// The next day; nothing where that leaves the calendar.
    pub fn next(&mut self) -> Option<Day> {
        let ahead = match self.unit {
            Unit::Days => i32::try_from(self.every).ok()?,
            Unit::Weeks => i32::try_from(self.every.checked_mul(7)?).ok()?,
            Unit::Months => self.next_month()? - self.at.number,
        };
        self.at = self.at.plus(ahead)?;
        Some(self.at)
    }

    /// The number of the day so many months later.
    fn next_month(&mut self) -> Option<i32> {
        let mut month0 = self.month0 + self.every as usize;
        if month0 >= 12 {
            let year = self.year.checked_add(i32::try_from(month0 / 12).ok()?)?;
            if year > 10_000 {
                return None;
            }
            month0 %= 12;
            (self.year, self.is_leap, self.before_year) = (year, is_leap(year), before_year(year));
        }
        self.month0 = month0;
        let length = LENGTHS[month0] + u32::from(month0 == 1 && self.is_leap);
        let day = match self.month_end {
            _ if self.wanted <= length => self.wanted,
            MonthEnd::Clamp => length,
            MonthEnd::Roll => length + 1,
        };
        let leap_day = i32::from(month0 > 1 && self.is_leap);
        Some(self.before_year + BEFORE[month0] + leap_day + day.cast_signed())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::calendar::shift;

    fn day(y: i32, m: u32, d: u32) -> Day {
        NaiveDate::from_ymd_opt(y, m, d).unwrap().into()
    }

    #[test]
    fn a_rhythm_goes_where_counting_from_the_anchor_goes() {
        for anchor in [day(2023, 10, 31), day(2024, 2, 29), day(1999, 12, 30), day(2025, 5, 5)] {
            for (unit, every) in [
                (Unit::Months, 1),
                (Unit::Months, 5),
                (Unit::Months, 25),
                (Unit::Weeks, 2),
                (Unit::Days, 30),
            ] {
                for end in [MonthEnd::Clamp, MonthEnd::Roll] {
                    let mut rhythm = Rhythm::new(anchor.date, unit, every, end);
                    for k in 1..300 {
                        let expected = shift(anchor.date, unit, every, k, end).unwrap();
                        assert_eq!(rhythm.next(), Some(expected.into()));
                    }
                }
            }
        }
    }

    #[test]
    fn a_year_ends_with_its_31st_of_december() {
        assert_eq!(day(2023, 12, 12).by_year(day(2024, 1, 12)), (19, 12));
        assert_eq!(day(2023, 12, 31).by_year(day(2024, 1, 1)), (0, 1));
        assert_eq!(day(2023, 1, 1).by_year(day(2026, 1, 1)), (364 + 365 + 1, 366));
    }
}
