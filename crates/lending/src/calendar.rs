//! Due dates, and how much of a year a period is.

use crate::day::{Day, Rhythm};
use crate::options::WorkingDays;
use crate::ratio::Ratio;
use crate::terms::{DayCount, InstallmentRate, InterestPeriod, MonthEnd, Terms, TermsError, Unit};
use chrono::{Datelike, Days, NaiveDate};

/// `anchor` moved by `count` times `every` units; nothing where that leaves the calendar.
pub fn shift(anchor: NaiveDate, unit: Unit, every: u32, count: u32, month_end: MonthEnd) -> Option<NaiveDate> {
    let steps = every.checked_mul(count)?;
    match unit {
        Unit::Days => anchor.checked_add_days(Days::new(steps.into())),
        Unit::Weeks => anchor.checked_add_days(Days::new(u64::from(steps) * 7)),
        Unit::Months => {
            let months = i64::from(anchor.year()) * 12 + i64::from(anchor.month0()) + i64::from(steps);
            let year = i32::try_from(months.div_euclid(12)).ok()?;
            let month = u32::try_from(months.rem_euclid(12)).ok()? + 1;
            NaiveDate::from_ymd_opt(year, month, anchor.day()).or_else(|| match month_end {
                // Only days 29 to 31 can be missing, so the month after is in the same year unless this is December,
                // which lacks no day.
                MonthEnd::Roll => NaiveDate::from_ymd_opt(year, month + 1, 1),
                MonthEnd::Clamp => NaiveDate::from_ymd_opt(year, month + 1, 1)?.pred_opt(),
            })
        }
    }
}

/// The last year that documents can show.
const LAST_YEAR: i32 = 9999;

/// Days from `a` to `b`: the first day counts, the last does not. Never negative.
pub fn days(a: NaiveDate, b: NaiveDate) -> u32 {
    u32::try_from((b - a).num_days()).unwrap_or(0)
}

/// The dates of a loan and the length of its periods in years, both by its terms.
#[derive(Clone, Debug)]
pub struct Calendar {
    disbursed_on: NaiveDate,
    first_due_on: Option<NaiveDate>,
    unit: Unit,
    every: u32,
    month_end: MonthEnd,
    /// Absent where every installment counts the same.
    day_count: Option<DayCount>,
    nominal: InstallmentRate,
    working_days: Option<WorkingDays>,
}

impl Calendar {
    /// The calendar of terms that passed their check.
    pub fn of(terms: &Terms) -> Calendar {
        Calendar {
            disbursed_on: terms.disbursed_on,
            first_due_on: terms.first_due_on,
            unit: terms.unit,
            every: terms.every,
            month_end: terms.month_end,
            day_count: match terms.interest_period {
                InterestPeriod::Daily => terms.day_count,
                InterestPeriod::PerInstallment => None,
            },
            nominal: terms.installment_rate,
            working_days: terms.working_days.clone(),
        }
    }

    /// The due date of installment `k`; for 0 the day of disbursement.
    ///
    /// # Errors
    /// On `every` when the date leaves the calendar (year 9999 is the last that documents can show).
    pub fn due(&self, k: u32) -> Result<NaiveDate, TermsError> {
        let date = match (k, self.first_due_on) {
            (0, _) => return in_range(Some(self.disbursed_on)),
            (_, Some(first)) => shift(first, self.unit, self.every, k - 1, self.month_end),
            (_, None) => shift(self.disbursed_on, self.unit, self.every, k, self.month_end),
        };
        settle(self.working_days.as_ref(), in_range(date)?)
    }

    /// The due dates in order, first that of installment 1.
    pub(crate) fn dues(&self) -> Dues {
        let anchor = self.first_due_on.unwrap_or(self.disbursed_on);
        Dues {
            first: self.first_due_on,
            rhythm: Rhythm::new(anchor, self.unit, self.every, self.month_end),
            working_days: self.working_days.clone(),
        }
    }

    /// The length in years of period `k`, which runs from `start` to `due`.
    pub(crate) fn years(&self, k: u32, start: Day, due: Day) -> Ratio {
        let real = |base| Ratio::new(start.until(due).into(), base);
        match self.day_count {
            None => Ratio::new(self.every.into(), self.units_a_year()),
            Some(DayCount::Act360) => real(360),
            Some(DayCount::Act364) => real(364),
            Some(DayCount::Act365) => real(365),
            Some(DayCount::ActAct) => {
                let (common, leap) = start.by_year(due);
                Ratio::new(u128::from(common) * 366 + u128::from(leap) * 365, 365 * 366)
            }
            Some(DayCount::Thirty360) => self.by_installment(k, start, due, 360),
            Some(DayCount::Thirty365) => self.by_installment(k, start, due, 365),
        }
    }

    /// The length in years of the part `[a, b)` of period `k`.
    pub(crate) fn part(&self, k: u32, start: Day, due: Day, a: Day, b: Day) -> Ratio {
        match self.day_count {
            Some(DayCount::Act360 | DayCount::Act364 | DayCount::Act365 | DayCount::ActAct) => self.years(k, a, b),
            _ => {
                let years = self.years(k, start, due);
                years.times(a.until(b).into(), start.until(due).max(1).into())
            }
        }
    }

    /// The length in years that period `k` has in the formula of the level installment.
    pub(crate) fn formula_years(&self, k: u32, start: Day, due: Day) -> Ratio {
        match (self.nominal, self.day_count) {
            (InstallmentRate::Nominal, Some(day_count)) => Ratio::new(self.nominal_days(), base(day_count)),
            _ => self.years(k, start, due),
        }
    }

    /// The length in years of each period from `k` on, where it is the same whatever their dates.
    pub(crate) fn regular_years(&self, k: u32) -> Option<Ratio> {
        let is_regular = k > 1 || self.first_due_on.is_none();
        match self.day_count {
            None => Some(Ratio::new(self.every.into(), self.units_a_year())),
            Some(count @ (DayCount::Thirty360 | DayCount::Thirty365)) if is_regular => {
                Some(Ratio::new(self.nominal_days(), base(count)))
            }
            Some(_) => None,
        }
    }

    /// The length in years of a day, where a period counts its days and every day counts the same.
    pub(crate) fn years_a_day(&self) -> Option<Ratio> {
        match self.day_count {
            Some(count @ (DayCount::Act360 | DayCount::Act364 | DayCount::Act365)) => Some(Ratio::new(1, base(count))),
            _ => None,
        }
    }

    /// Whether every period from `m` on has the same length in the formula of the level installment.
    pub fn is_uniform(&self, m: u32) -> bool {
        match self.day_count {
            Some(_) if self.nominal == InstallmentRate::Nominal => true,
            None | Some(DayCount::ActAct | DayCount::Thirty360 | DayCount::Thirty365) => {
                self.regular_years(m).is_some()
            }
            Some(_) => {
                let is_regular = m > 1 || self.first_due_on.is_none();
                self.unit != Unit::Months && is_regular && self.working_days.is_none()
            }
        }
    }

    fn units_a_year(&self) -> u128 {
        match self.unit {
            Unit::Days => 365,
            Unit::Weeks => 52,
            Unit::Months => 12,
        }
    }

    fn nominal_days(&self) -> u128 {
        let unit = match self.unit {
            Unit::Days => 1,
            Unit::Weeks => 7,
            Unit::Months => 30,
        };
        u128::from(self.every) * unit
    }

    /// A month of 30 days by installment; an irregular first period counts whole intervals and a part of the next.
    fn by_installment(&self, k: u32, start: Day, due: Day, base: u128) -> Ratio {
        if k != 1 || self.first_due_on.is_none() {
            return Ratio::new(self.nominal_days(), base);
        }
        // Days off move a due date, not the length of a period that is counted by installment.
        let (start, due) = (start.date, self.first_due_on.unwrap_or(due.date));
        if self.unit != Unit::Months {
            return Ratio::new(days(start, due).into(), base);
        }
        let at = |count| shift(start, self.unit, self.every, count, self.month_end).unwrap_or(NaiveDate::MAX);
        let mut whole = 0;
        while at(whole + 1) <= due {
            whole += 1;
        }
        let next = u128::from(days(at(whole), at(whole + 1))).max(1);
        let left = u128::from(days(at(whole), due));
        Ratio::new((u128::from(whole) * next + left) * self.nominal_days(), base * next)
    }
}

/// Due dates one after the other.
pub(crate) struct Dues {
    first: Option<NaiveDate>,
    rhythm: Rhythm,
    working_days: Option<WorkingDays>,
}

impl Dues {
    /// The next one; an error where [`Calendar::due`] would be one.
    pub fn next(&mut self) -> Result<Day, TermsError> {
        let day = match self.first.take() {
            Some(first) => Some(first.into()),
            None => self.rhythm.next(),
        };
        let day = day.filter(|day| day.date.year() <= LAST_YEAR).ok_or_else(too_far)?;
        match &self.working_days {
            None => Ok(day),
            off => settle(off.as_ref(), day.date).map(Day::from),
        }
    }
}

/// The due date to which one moves.
fn settle(off: Option<&WorkingDays>, date: NaiveDate) -> Result<NaiveDate, TermsError> {
    let moved = off.map_or(Some(date), |off| off.settle(date));
    moved.filter(|day| day.year() <= LAST_YEAR).ok_or_else(|| {
        TermsError::on(
            "working_days",
            "Leave more days open: a due date has no working day within 400 days.",
        )
    })
}

fn in_range(date: Option<NaiveDate>) -> Result<NaiveDate, TermsError> {
    date.filter(|d| (1..=LAST_YEAR).contains(&d.year())).ok_or_else(too_far)
}

fn too_far() -> TermsError {
    TermsError::on(
        "every",
        "Choose a shorter rhythm or term: the last due date is too far away.",
    )
}

fn base(day_count: DayCount) -> u128 {
    match day_count {
        DayCount::Act360 | DayCount::Thirty360 => 360,
        DayCount::Act364 => 364,
        DayCount::Act365 | DayCount::Thirty365 | DayCount::ActAct => 365,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn a_month_that_lacks_the_day_clamps_or_rolls() {
        let months = |end| -> Vec<NaiveDate> {
            (1..=3)
                .map(|k| shift(day(2025, 1, 31), Unit::Months, 1, k, end).unwrap())
                .collect()
        };
        assert_eq!(
            months(MonthEnd::Clamp),
            [day(2025, 2, 28), day(2025, 3, 31), day(2025, 4, 30)]
        );
        assert_eq!(
            months(MonthEnd::Roll),
            [day(2025, 3, 1), day(2025, 3, 31), day(2025, 5, 1)]
        );
    }
}
