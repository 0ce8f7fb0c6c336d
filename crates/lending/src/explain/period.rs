//! How a period became a factor: its length in years, times the rate.

use super::derivation::{Code, Derivation};
use super::number::Fraction;
use crate::day::Day;
use crate::plan::{Plan, Span};
use crate::ratio::Ratio;
use crate::terms::{DayCount, InterestPeriod, Unit};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The name of a day count in the terms.
fn name(day_count: DayCount) -> &'static str {
    match day_count {
        DayCount::Act360 => "act/360",
        DayCount::Act364 => "act/364",
        DayCount::Act365 => "act/365",
        DayCount::ActAct => "act/act",
        DayCount::Thirty360 => "30/360",
        DayCount::Thirty365 => "30/365",
    }
}

impl Plan<'_> {
    /// The annual rate in force on a day, in percent.
    fn annual_rate(&self, on: NaiveDate) -> Decimal {
        let changes = self.terms.rate_changes.iter().rev();
        let change = changes.into_iter().find(|change| change.on <= on);
        change
            .map_or(self.terms.annual_rate, |change| change.annual_rate)
            .normalize()
    }

    /// The factor of the part `[a, b)` of a period.
    pub(super) fn factor_told(&self, span: &Span, a: Day, b: Day) -> Derivation {
        if span.k <= self.terms.grace.interest_free {
            return Derivation::new(Code::FactorFree, "", "0")
                .formula("0", "0")
                .with("period", span.k)
                .say(format!("Period {} is free of interest, so its factor is 0.", span.k));
        }
        let factor = self.factor_of_part(span, a, b);
        let years = self.years(span, a, b);
        let rate = self.annual_rate(span.start.date);
        let text = Fraction::of(factor);
        let sentence = format!(
            "The factor of {} to {} is {} % a year for {} years: {rate}/100 × {} = {}.",
            a.date,
            b.date,
            rate,
            years.result,
            years.result,
            text.text(),
        );
        Derivation::new(Code::Factor, "", text.text())
            .formula("annual_rate / 100 × years", format!("{rate}/100 × {}", years.result))
            .with("annual_rate", rate)
            .with("years", &years.result)
            .with("period", span.k)
            .exact(text.value())
            .say(sentence)
            .because(years)
    }

    /// The length in years of the part `[a, b)` of a period.
    fn years(&self, span: &Span, a: Day, b: Day) -> Derivation {
        let (calendar, terms) = (&self.calendar, self.terms);
        let is_whole = (a, b) == (span.start, span.due);
        let days = a.until(b);
        let count = match terms.interest_period {
            InterestPeriod::Daily => terms.day_count,
            InterestPeriod::PerInstallment => None,
        };
        let step = |code, years: Ratio| {
            let years = Fraction::of(years);
            Derivation::new(code, "", years.text())
                .with("from", a.date)
                .with("to", b.date)
                .with("days", days)
                .exact(years.value())
        };
        match count {
            Some(count @ (DayCount::Act360 | DayCount::Act364 | DayCount::Act365)) => {
                let base = name(count).trim_start_matches("act/");
                step(Code::YearsByDays, calendar.years(span.k, a, b))
                    .formula("days / base", format!("{days}/{base}"))
                    .with("base", base)
                    .with("day_count", name(count))
                    .say(format!(
                        "From {} to {} are {days} days, the first counted, the last not; by {} that is {days}/{base} of a year.",
                        a.date, b.date, name(count),
                    ))
            }
            Some(count @ DayCount::ActAct) => {
                let (common, leap) = a.by_year(b);
                step(Code::YearsActAct, calendar.years(span.k, a, b))
                    .formula("days_of_365 / 365 + days_of_366 / 366", format!("{common}/365 + {leap}/366"))
                    .with("days_of_365", common)
                    .with("days_of_366", leap)
                    .with("day_count", name(count))
                    .say(format!(
                        "From {} to {} are {common} days of years of 365 and {leap} of years of 366, cut at 31 December: \
                         {common}/365 + {leap}/366 of a year.",
                        a.date, b.date,
                    ))
            }
            _ if !is_whole => {
                let whole = self.years(span, span.start, span.due);
                let all = span.start.until(span.due);
                step(Code::YearsOfPart, calendar.part(span.k, span.start, span.due, a, b))
                    .formula(
                        "years of the period × days / days of the period",
                        format!("{} × {days}/{all}", whole.result),
                    )
                    .with("days_of_period", all)
                    .say(format!(
                        "From {} to {} are {days} of the {all} days of period {}, so that part of its {} years.",
                        a.date, b.date, span.k, whole.result,
                    ))
                    .because(whole)
            }
            Some(count) => self.years_by_installment(span, count, step),
            None => {
                let (unit, a_year) = match terms.unit {
                    Unit::Days => ("days", 365),
                    Unit::Weeks => ("weeks", 52),
                    Unit::Months => ("months", 12),
                };
                let every = terms.every;
                step(Code::YearsPerInstallment, calendar.years(span.k, a, b))
                    .formula("every / units a year", format!("{every}/{a_year}"))
                    .with("every", every)
                    .with("unit", unit)
                    .with("units_a_year", a_year)
                    .say(format!(
                        "Every installment counts the same whatever its dates: {every} of the {a_year} {unit} of a year."
                    ))
            }
        }
    }

    fn years_by_installment(
        &self,
        span: &Span,
        count: DayCount,
        step: impl Fn(Code, Ratio) -> Derivation,
    ) -> Derivation {
        let terms = self.terms;
        let base = name(count).trim_start_matches("30/");
        let years = self.calendar.years(span.k, span.start, span.due);
        let days = match terms.unit {
            Unit::Days => terms.every,
            Unit::Weeks => 7 * terms.every,
            Unit::Months => 30 * terms.every,
        };
        if span.k == 1 && terms.first_due_on.is_some() {
            let years_text = Fraction::of(years).text();
            return step(Code::YearsOfFirstPeriod, years)
                .formula("intervals × days of an interval / base", years_text.clone())
                .with("days_of_interval", days)
                .with("base", base)
                .with("day_count", name(count))
                .say(format!(
                    "The first period is irregular: it counts as the whole intervals of {days} days that fit into it and the \
                     days left as a part of the next, over {base}: {years_text} of a year.",
                ));
        }
        step(Code::YearsByInstallment, years)
            .formula("days of an installment / base", format!("{days}/{base}"))
            .with("days_of_interval", days)
            .with("base", base)
            .with("day_count", name(count))
            .say(format!(
                "By {} every installment counts {days} days whatever its dates: {days}/{base} of a year.",
                name(count),
            ))
    }
}
