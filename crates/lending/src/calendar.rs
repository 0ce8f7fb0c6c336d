//! Due dates, and how much of a year a period is.

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

/// Days from `a` to `b`: the first day counts, the last does not. Never negative.
pub fn days(a: NaiveDate, b: NaiveDate) -> u32 {
    u32::try_from((b - a).num_days()).unwrap_or(0)
}

/// The real days of `[a, b)` as a part of years of 365 and 366 days, cut at each 31 December.
fn act_act(a: NaiveDate, b: NaiveDate) -> Ratio {
    let mut parts = 0u128;
    let mut from = a;
    while from < b {
        let year = from.succ_opt().map_or(from.year(), |d| d.year());
        let cut = NaiveDate::from_ymd_opt(year, 12, 31).map_or(b, |end| end.min(b));
        let other_length = if from_leap(year) { 365 } else { 366 };
        parts += u128::from(days(from, cut)) * other_length;
        from = cut;
    }
    Ratio::new(parts, 365 * 366)
}

fn from_leap(year: i32) -> bool {
    NaiveDate::from_ymd_opt(year, 2, 29).is_some()
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
        }
    }

    /// The due date of installment `k`; for 0 the day of disbursement.
    ///
    /// # Errors
    /// On `every` when the date leaves the calendar (year 9999 is the last that documents can show).
    pub fn due(&self, k: u32) -> Result<NaiveDate, TermsError> {
        let date = match (k, self.first_due_on) {
            (0, _) => Some(self.disbursed_on),
            (_, Some(first)) => shift(first, self.unit, self.every, k - 1, self.month_end),
            (_, None) => shift(self.disbursed_on, self.unit, self.every, k, self.month_end),
        };
        date.filter(|d| d.year() <= 9999).ok_or_else(|| {
            TermsError::on(
                "every",
                "Choose a shorter rhythm or term: the last due date is too far away.",
            )
        })
    }

    /// The length in years of period `k`, which runs from `start` to `due`.
    pub fn years(&self, k: u32, start: NaiveDate, due: NaiveDate) -> Ratio {
        let real = u128::from(days(start, due));
        match self.day_count {
            None => Ratio::new(self.every.into(), self.units_a_year()),
            Some(DayCount::Act360) => Ratio::new(real, 360),
            Some(DayCount::Act364) => Ratio::new(real, 364),
            Some(DayCount::Act365) => Ratio::new(real, 365),
            Some(DayCount::ActAct) => act_act(start, due),
            Some(DayCount::Thirty360) => self.by_installment(k, start, due, 360),
            Some(DayCount::Thirty365) => self.by_installment(k, start, due, 365),
        }
    }

    /// The length in years of the part `[a, b)` of period `k`.
    pub fn part(&self, k: u32, start: NaiveDate, due: NaiveDate, a: NaiveDate, b: NaiveDate) -> Ratio {
        match self.day_count {
            Some(DayCount::Act360 | DayCount::Act364 | DayCount::Act365 | DayCount::ActAct) => self.years(k, a, b),
            _ => self
                .years(k, start, due)
                .times(days(a, b).into(), days(start, due).max(1).into()),
        }
    }

    /// The length in years that period `k` has in the formula of the level installment.
    pub fn formula_years(&self, k: u32, start: NaiveDate, due: NaiveDate) -> Ratio {
        match (self.nominal, self.day_count) {
            (InstallmentRate::Nominal, Some(day_count)) => Ratio::new(self.nominal_days(), base(day_count)),
            _ => self.years(k, start, due),
        }
    }

    /// Whether every period from `m` on has the same length in the formula of the level installment.
    pub fn is_uniform(&self, m: u32) -> bool {
        match self.day_count {
            None => true,
            Some(_) if self.nominal == InstallmentRate::Nominal => true,
            Some(DayCount::Thirty360 | DayCount::Thirty365) => m > 1 || self.first_due_on.is_none(),
            Some(DayCount::ActAct) => false,
            Some(_) => self.unit != Unit::Months && (m > 1 || self.first_due_on.is_none()),
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
    fn by_installment(&self, k: u32, start: NaiveDate, due: NaiveDate, base: u128) -> Ratio {
        if k != 1 || self.first_due_on.is_none() {
            return Ratio::new(self.nominal_days(), base);
        }
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

    #[test]
    fn act_act_cuts_at_the_31st_of_december() {
        assert_eq!(
            act_act(day(2023, 12, 12), day(2024, 1, 12)),
            Ratio::new(19 * 366 + 12 * 365, 365 * 366)
        );
        assert_eq!(act_act(day(2023, 12, 31), day(2024, 1, 1)), Ratio::new(365, 365 * 366));
    }
}
