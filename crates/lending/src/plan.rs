//! Terms made ready for reckoning: amounts in minor units, rounders, calendar, rates.

use crate::Money;
use crate::amount::{Amount, Growth};
use crate::calendar::{Calendar, Dues};
use crate::day::Day;
use crate::exact::Exact;
use crate::options::Advance;
use crate::ratio::{Ratio, Rounder};
use crate::terms::{LedgerKind, MOST_INSTALLMENTS, Method, Multiple, Prepayment, Terms, TermsError};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// An amount of the terms in minor units of a currency with so many decimals.
///
/// # Errors
/// When the amount has more decimals than the currency, or is larger than a book keeps.
pub(crate) fn minor(amount: Decimal, decimals: u32, field: &str) -> Result<i64, TermsError> {
    if let Some(minor) = exact_minor(amount, decimals) {
        return Ok(minor);
    }
    Err(match amount.normalize().scale() > decimals {
        true => TermsError::on(field, format!("Enter an amount with at most {decimals} decimals.")),
        false => too_large(field),
    })
}

/// An amount in minor units; nothing where it has more decimals than the currency, or is larger than a book keeps.
fn exact_minor(amount: Decimal, decimals: u32) -> Option<i64> {
    let (mantissa, scale) = match amount.scale() {
        scale if scale <= decimals => (amount.mantissa(), scale),
        _ => {
            let amount = amount.normalize();
            (amount.mantissa(), amount.scale())
        }
    };
    let power = 10i64.checked_pow(decimals.checked_sub(scale)?)?;
    let minor = i64::try_from(mantissa).ok()?.checked_mul(power)?;
    (minor.unsigned_abs() <= Money::LIMIT.minor().unsigned_abs()).then_some(minor)
}

/// The refusal of amounts that a book cannot keep.
pub(crate) fn too_large(field: &str) -> TermsError {
    TermsError::on(field, "Enter a smaller amount: this is larger than a book can keep.")
}

/// What was really paid, in minor units.
#[derive(Clone)]
pub(crate) struct Facts {
    /// In order of date.
    pub payments: Vec<(NaiveDate, i64)>,
    /// Up to when payments are known.
    pub as_of: NaiveDate,
    pub prepayment: Prepayment,
}

/// A period: the time between two due dates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// The number of the installment at its end.
    pub k: u32,
    pub start: Day,
    pub due: Day,
}

/// The factors of a run of periods.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Factors {
    /// All alike.
    Same(Ratio),
    /// By the days of the period; that of one day.
    Daily(Ratio),
    /// Each its own.
    Each,
}

/// The due dates of a plan, worked out as far as they are asked for.
pub(crate) struct Dates {
    known: Vec<Day>,
    dues: Dues,
}

impl Dates {
    pub fn of(plan: &Plan<'_>) -> Dates {
        let mut known = Vec::with_capacity(plan.terms.installments.unwrap_or(0) as usize + 1);
        known.push(plan.terms.disbursed_on.into());
        Dates {
            known,
            dues: plan.calendar.dues(),
        }
    }

    /// The day of disbursement and the due dates up to that of installment `k`.
    pub fn through(&mut self, k: u32) -> Result<&[Day], TermsError> {
        let wanted = k as usize + 1;
        while self.known.len() < wanted {
            let next = self.dues.next()?;
            if self.known.last().is_some_and(|last| *last >= next) {
                return Err(TermsError::on(
                    "working_days",
                    "Choose a longer rhythm or another move: two due dates would fall on the same day.",
                ));
            }
            self.known.push(next);
        }
        Ok(&self.known[..wanted])
    }

    /// Period `k`, from 1 on.
    pub fn period(&mut self, k: u32) -> Result<Span, TermsError> {
        let days = self.through(k)?;
        Ok(Span {
            k,
            start: days[k as usize - 1],
            due: days[k as usize],
        })
    }
}

/// Terms made ready.
#[derive(Clone)]
pub(crate) struct Plan<'t> {
    pub terms: &'t Terms,
    pub calendar: Calendar,
    /// The amount lent.
    pub lent: i64,
    /// The part of it that is paid down at once.
    pub down: Option<Ratio>,
    pub balloon: i64,
    pub fixed_installment: Option<i64>,
    pub fixed_principal: Option<i64>,
    /// To the unit of money, by the mode: what is shown, and interest in a rounded ledger.
    pub money: Rounder,
    /// How interest is rounded; not at all in an exact ledger.
    pub interest: Option<Rounder>,
    /// How installments are rounded; not at all where the multiple is `exact`.
    pub installment: Option<Rounder>,
    /// The last installment there can be.
    pub last: u32,
    pub facts: Option<Facts>,
    /// Further parts of the loan, in order of date.
    pub advances: Vec<(NaiveDate, i64)>,
    /// How installments grow.
    pub steps: Option<Steps>,
    /// The day for which a payoff is asked.
    pub payoff_on: Option<NaiveDate>,
    rate: Ratio,
    changes: Vec<(NaiveDate, Ratio)>,
}

impl<'t> Plan<'t> {
    pub fn of(terms: &'t Terms, decimals: u32) -> Result<Plan<'t>, TermsError> {
        let amount = |value, field: &str| minor(value, decimals, field);
        let some = |value: Option<Decimal>, field: &str| value.map(|v| minor(v, decimals, field)).transpose();
        let unit = |value, field: &str| Ok(minor(value, decimals, field)?.unsigned_abs());
        let rounding = terms.rounding;
        let money = Rounder {
            unit: unit(rounding.money, "rounding.money")?,
            mode: rounding.mode,
        };
        let installment = match rounding.installment_multiple {
            Multiple::Exact => None,
            Multiple::Of(multiple) => Some(Rounder {
                unit: unit(multiple, "rounding.installment_multiple")?,
                mode: rounding.installment_mode.unwrap_or(rounding.mode),
            }),
        };
        let lent = amount(terms.principal, "principal")?;
        let plan = Plan {
            terms,
            calendar: Calendar::of(terms),
            lent,
            down: terms.down_payment_pct.map(Ratio::percent),
            balloon: some(terms.balloon, "balloon")?.unwrap_or(0),
            fixed_installment: some(terms.fixed_installment, "fixed_installment")?,
            fixed_principal: some(terms.fixed_principal, "fixed_principal")?,
            money,
            interest: (rounding.ledger == LedgerKind::Rounded).then_some(money),
            installment,
            last: terms.installments.unwrap_or(MOST_INSTALLMENTS),
            facts: facts(terms, decimals)?,
            advances: advances(terms, decimals)?,
            steps: steps(terms, decimals)?,
            payoff_on: terms.payoff_on,
            rate: Ratio::percent(terms.annual_rate),
            changes: terms
                .rate_changes
                .iter()
                .map(|c| (c.on, Ratio::percent(c.annual_rate)))
                .collect(),
        };
        match plan.interest {
            Some(_) => plan.check_parts::<i64>()?,
            None => plan.check_parts::<Exact>()?,
        }
        plan.check_changes()?;
        Ok(plan)
    }

    /// The down payment, and what is left to repay in installments.
    pub fn parts<A: Amount>(&self, rounder: Option<Rounder>) -> Result<(A, A), TermsError> {
        let lent = A::of(self.lent);
        let down = match self.down {
            None => A::of(0),
            Some(part) => lent.times(part, rounder).ok_or_else(|| too_large("principal"))?,
        };
        let left = lent.minus(&down);
        Ok((down, left))
    }

    /// Something is left after the down payment, and more than the balloon.
    fn check_parts<A: Amount>(&self) -> Result<(), TermsError> {
        let (_, left) = self.parts::<A>(self.interest)?;
        if left <= A::of(0) {
            return Err(TermsError::on(
                "down_payment_pct",
                "Enter less: nothing would be left to lend.",
            ));
        }
        if A::of(self.balloon) >= left {
            return Err(TermsError::on(
                "balloon",
                "Enter less than the principal after the down payment.",
            ));
        }
        Ok(())
    }

    /// The annual rate in force on a day, as a fraction of one.
    pub fn rate(&self, on: NaiveDate) -> Ratio {
        self.changes
            .iter()
            .rev()
            .find(|(from, _)| *from <= on)
            .map_or(self.rate, |(_, rate)| *rate)
    }

    /// Whether the rate changes on a day.
    pub fn changes_on(&self, day: NaiveDate) -> bool {
        self.changes.iter().any(|(on, _)| *on == day)
    }

    /// Whether nothing was paid, no rate changes and no payoff is asked: the plan as it was agreed, which tuning looks
    /// at.
    pub fn is_as_agreed(&self) -> bool {
        self.facts.is_none() && self.changes.is_empty() && self.payoff_on.is_none()
    }

    /// The same plan without what happened after it was agreed.
    pub fn as_agreed(&self) -> Plan<'t> {
        Plan {
            facts: None,
            changes: Vec::new(),
            payoff_on: None,
            ..self.clone()
        }
    }

    /// How much interest a period bears on one unit of money.
    pub fn factor(&self, period: &Span) -> Ratio {
        if period.k <= self.terms.grace.interest_free {
            return Ratio::new(0, 1);
        }
        let years = self.calendar.years(period.k, period.start, period.due);
        self.rate(period.start.date).times(years.num, years.den)
    }

    /// The factors of the periods from `k` on, the shortest way to them.
    pub fn factors(&self, k: u32) -> Factors {
        if k <= self.terms.grace.interest_free || !self.changes.is_empty() {
            return Factors::Each;
        }
        let of = |years: Ratio| self.rate.times(years.num, years.den).reduced();
        match (self.calendar.regular_years(k), self.calendar.years_a_day()) {
            (Some(years), _) => Factors::Same(of(years)),
            (None, Some(years)) => Factors::Daily(of(years)),
            (None, None) => Factors::Each,
        }
    }

    /// How much interest the part `[a, b)` of a period bears on one unit of money.
    pub fn factor_of_part(&self, period: &Span, a: Day, b: Day) -> Ratio {
        if (a, b) == (period.start, period.due) {
            return self.factor(period);
        }
        if period.k <= self.terms.grace.interest_free {
            return Ratio::new(0, 1);
        }
        let years = self.calendar.part(period.k, period.start, period.due, a, b);
        self.rate(period.start.date).times(years.num, years.den)
    }

    /// The factors that the level installment of periods `m` to the last is worked out with, at the rate in force at
    /// the start of period `m`.
    pub fn growth(&self, m: u32, dates: &mut Dates) -> Result<Growth, TermsError> {
        let first = dates.period(m)?;
        let rate = self.rate(first.start.date);
        let free = self.terms.grace.interest_free;
        if rate.is_zero() {
            return Ok(Growth::Uniform(Ratio::new(0, 1), self.last + 1 - m));
        }
        let factor = |span: &Span| {
            let years = self.calendar.formula_years(span.k, span.start, span.due);
            rate.times(years.num, years.den)
        };
        if m > free && self.calendar.is_uniform(m) {
            return Ok(Growth::Uniform(factor(&first).reduced(), self.last + 1 - m));
        }
        let days = dates.through(self.last)?[m as usize - 1..].windows(2);
        if let (true, Some(years)) = (m > free, self.calendar.years_a_day()) {
            let one = rate.times(years.num, years.den).reduced();
            return Ok(Growth::Daily(one, days.map(|pair| pair[0].until(pair[1])).collect()));
        }
        let factors = (m..).zip(days).map(|(k, pair)| match k <= free {
            true => Ratio::new(0, 1),
            false => factor(&Span {
                k,
                start: pair[0],
                due: pair[1],
            }),
        });
        Ok(Growth::Each(factors.collect()))
    }

    /// Every change of the rate is on a due date.
    fn check_changes(&self) -> Result<(), TermsError> {
        let mut k = 1;
        for (i, (on, _)) in self.changes.iter().enumerate() {
            while k < self.last && self.calendar.due(k)? < *on {
                k += 1;
            }
            if self.calendar.due(k)? != *on {
                return Err(TermsError::on(
                    format!("rate_changes[{i}].on"),
                    "Choose a due date of the schedule: a rate changes between two periods.",
                ));
            }
        }
        Ok(())
    }

    /// Whether the method has a level installment.
    pub fn has_level(&self) -> bool {
        matches!(
            self.terms.method,
            Method::DecliningEqualInstallments | Method::Balloon | Method::Flat
        )
    }
}

/// How installments grow, in minor units.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    /// So many installments are alike.
    pub every: u32,
    pub growth: StepGrowth,
}

/// How much larger the next installments are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StepGrowth {
    /// By this fraction.
    Part(Ratio),
    /// By so much.
    Amount(i64),
}

fn steps(terms: &Terms, decimals: u32) -> Result<Option<Steps>, TermsError> {
    let Some(step_up) = terms.step_up else { return Ok(None) };
    let growth = match (step_up.percent, step_up.amount) {
        (_, Some(amount)) => StepGrowth::Amount(minor(amount, decimals, "step_up.amount")?),
        (percent, None) => StepGrowth::Part(Ratio::percent(percent.unwrap_or_default())),
    };
    Ok(Some(Steps {
        every: step_up.every,
        growth,
    }))
}

fn advances(terms: &Terms, decimals: u32) -> Result<Vec<(NaiveDate, i64)>, TermsError> {
    let minor = |(i, advance): (usize, &Advance)| {
        let amount = minor(advance.amount, decimals, &format!("advances[{i}].amount"))?;
        Ok((advance.on, amount))
    };
    terms.advances.iter().enumerate().map(minor).collect()
}

fn facts(terms: &Terms, decimals: u32) -> Result<Option<Facts>, TermsError> {
    let payments: Vec<(NaiveDate, i64)> = terms
        .payments
        .iter()
        .flatten()
        .enumerate()
        .map(|(i, p)| match exact_minor(p.amount, decimals) {
            Some(minor) => Ok((p.on, minor)),
            None => minor(p.amount, decimals, &format!("payments[{i}].amount")).map(|minor| (p.on, minor)),
        })
        .collect::<Result<_, TermsError>>()?;
    let as_of = terms.as_of.or_else(|| payments.last().map(|(on, _)| *on));
    Ok(as_of.map(|as_of| Facts {
        payments,
        as_of,
        prepayment: terms.prepayment.unwrap_or_default(),
    }))
}
