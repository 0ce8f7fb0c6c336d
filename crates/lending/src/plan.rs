//! Terms made ready for reckoning: amounts in minor units, rounders, calendar, rates.

use crate::Money;
use crate::amount::{Amount, Growth};
use crate::calendar::Calendar;
use crate::ratio::{Ratio, Rounder};
use crate::terms::{LedgerKind, MOST_INSTALLMENTS, Method, Multiple, Prepayment, Terms, TermsError};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// An amount of the terms in minor units of a currency with so many decimals.
///
/// # Errors
/// When the amount has more decimals than the currency, or is larger than a book keeps.
pub(crate) fn minor(amount: Decimal, decimals: u32, field: &str) -> Result<i64, TermsError> {
    let amount = amount.normalize();
    let Some(missing) = decimals.checked_sub(amount.scale()) else {
        return Err(TermsError::on(
            field,
            format!("Enter an amount with at most {decimals} decimals."),
        ));
    };
    10i128
        .checked_pow(missing)
        .and_then(|power| amount.mantissa().checked_mul(power))
        .and_then(|minor| i64::try_from(minor).ok())
        .filter(|minor| minor.abs() <= Money::LIMIT.minor())
        .ok_or_else(|| too_large(field))
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

/// Terms made ready.
#[derive(Clone)]
pub(crate) struct Plan<'t> {
    pub terms: &'t Terms,
    pub calendar: Calendar,
    /// The amount lent less the down payment.
    pub principal: i64,
    pub down_payment: i64,
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
        let down_payment = match terms.down_payment_pct {
            None => 0,
            Some(pct) => lent
                .times(Ratio::percent(pct), Some(money))
                .ok_or_else(|| too_large("principal"))?,
        };
        let plan = Plan {
            terms,
            calendar: Calendar::of(terms),
            principal: lent - down_payment,
            down_payment,
            balloon: some(terms.balloon, "balloon")?.unwrap_or(0),
            fixed_installment: some(terms.fixed_installment, "fixed_installment")?,
            fixed_principal: some(terms.fixed_principal, "fixed_principal")?,
            money,
            interest: (rounding.ledger == LedgerKind::Rounded).then_some(money),
            installment,
            last: terms.installments.unwrap_or(MOST_INSTALLMENTS),
            facts: facts(terms, decimals)?,
            rate: Ratio::percent(terms.annual_rate),
            changes: terms
                .rate_changes
                .iter()
                .map(|c| (c.on, Ratio::percent(c.annual_rate)))
                .collect(),
        };
        if plan.principal <= 0 {
            return Err(TermsError::on(
                "down_payment_pct",
                "Enter less: nothing would be left to lend.",
            ));
        }
        if plan.balloon >= plan.principal {
            return Err(TermsError::on(
                "balloon",
                "Enter less than the principal after the down payment.",
            ));
        }
        plan.check_changes()?;
        Ok(plan)
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

    /// Whether nothing was paid and no rate changes: the plan as it was agreed, which tuning looks at.
    pub fn is_as_agreed(&self) -> bool {
        self.facts.is_none() && self.changes.is_empty()
    }

    /// The same plan without what happened after it was agreed.
    pub fn as_agreed(&self) -> Plan<'t> {
        Plan {
            facts: None,
            changes: Vec::new(),
            ..self.clone()
        }
    }

    /// How much interest period `k` bears on one unit of money in its part `[a, b)`.
    pub fn factor(&self, k: u32, period: (NaiveDate, NaiveDate), part: Option<(NaiveDate, NaiveDate)>) -> Ratio {
        if k <= self.terms.grace.interest_free {
            return Ratio::new(0, 1);
        }
        let (start, due) = period;
        let years = match part {
            None => self.calendar.years(k, start, due),
            Some((a, b)) => self.calendar.part(k, start, due, a, b),
        };
        let rate = self.rate(start);
        rate.times(years.num, years.den)
    }

    /// The factors that the level installment of periods `m` to the last is worked out with, at the rate in force at
    /// the start of period `m`.
    pub fn growth(&self, m: u32, start: NaiveDate) -> Result<Growth, TermsError> {
        let rate = self.rate(start);
        let free = self.terms.grace.interest_free;
        if rate.is_zero() {
            return Ok(Growth::Uniform(Ratio::new(0, 1), self.last + 1 - m));
        }
        let mut start = start;
        if m > free && self.calendar.is_uniform(m) {
            let due = self.calendar.due(m)?;
            let years = self.calendar.formula_years(m, start, due);
            let factor = rate.times(years.num, years.den).reduced();
            return Ok(Growth::Uniform(factor, self.last + 1 - m));
        }
        let mut factors = Vec::with_capacity((self.last + 1 - m) as usize);
        for k in m..=self.last {
            let due = self.calendar.due(k)?;
            factors.push(if k <= free {
                Ratio::new(0, 1)
            } else {
                let years = self.calendar.formula_years(k, start, due);
                rate.times(years.num, years.den)
            });
            start = due;
        }
        Ok(Growth::Each(factors))
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

fn facts(terms: &Terms, decimals: u32) -> Result<Option<Facts>, TermsError> {
    let payments: Vec<(NaiveDate, i64)> = terms
        .payments
        .iter()
        .flatten()
        .enumerate()
        .map(|(i, p)| Ok((p.on, minor(p.amount, decimals, &format!("payments[{i}].amount"))?)))
        .collect::<Result<_, TermsError>>()?;
    let as_of = terms.as_of.or_else(|| payments.last().map(|(on, _)| *on));
    Ok(as_of.map(|as_of| Facts {
        payments,
        as_of,
        prepayment: terms.prepayment.unwrap_or_default(),
    }))
}
