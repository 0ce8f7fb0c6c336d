//! How a loan goes, row by row: the one loop that all methods share.

use crate::amount::Amount;
use crate::paid::{Arrears, Period, too_much};
use crate::plan::{Dates, Factors, Plan, Span, too_large};
use crate::ratio::Ratio;
use crate::terms::{Method, PayoffInterest, Prepayment, TermsError};
use chrono::NaiveDate;

/// A row that is not yet rounded for showing.
pub(crate) struct Line<A> {
    pub n: u32,
    pub due_on: NaiveDate,
    pub principal: A,
    pub interest: A,
    pub balance: A,
}

/// All rows of a loan.
pub(crate) struct Course<A> {
    /// The first level installment, where the method has one.
    pub level: Option<A>,
    pub lines: Vec<Line<A>>,
    /// Principal and interest that settle the loan on the day asked for.
    pub payoff: Option<(A, A)>,
}

impl<A: Amount> Course<A> {
    /// The course of a plan, with a given level installment or the computed one.
    pub fn run(plan: &Plan<'_>, dates: &mut Dates, given: Option<A>) -> Result<Course<A>, TermsError> {
        if plan.terms.method == Method::Bullet {
            return bullet(plan, dates);
        }
        Walk::start(plan, dates, given)?.finish()
    }

    pub fn last_due(&self) -> Option<A> {
        self.lines.last().map(|line| line.principal.plus(&line.interest))
    }
}

/// What flat interest is, all in all and in each row but the last.
struct Flat<A> {
    total: A,
    each: A,
    so_far: A,
}

/// What was paid in a period: principal before the due date, and anything on it.
struct Paid<A> {
    early: A,
    on_due: A,
}

/// The state between two rows.
struct Walk<'p, 't, A> {
    plan: &'p Plan<'t>,
    dates: &'p mut Dates,
    flat: Option<Flat<A>>,
    balance: A,
    /// The level installment or the level principal in force; worked out when the next row needs it.
    level: Option<A>,
    /// Interest of the deferred periods that has not yet fallen due.
    deferred: A,
    /// Principal paid beyond the plan that the next rows may skip.
    credit: A,
    was_prepaid: bool,
    arrears: Arrears<A>,
    /// The payments after the last due date.
    payments: &'p [(NaiveDate, i64)],
    course: Course<A>,
}

impl<'p, 't, A: Amount> Walk<'p, 't, A> {
    fn start(plan: &'p Plan<'t>, dates: &'p mut Dates, given: Option<A>) -> Result<Walk<'p, 't, A>, TermsError> {
        let fixed = plan.fixed_installment.or(plan.fixed_principal).map(A::of);
        let (_, balance) = plan.parts(plan.interest)?;
        let mut walk = Walk {
            plan,
            dates,
            flat: None,
            balance,
            level: given.or(fixed),
            deferred: A::of(0),
            credit: A::of(0),
            was_prepaid: false,
            arrears: Arrears::default(),
            payments: plan.facts.as_ref().map_or(&[], |f| &f.payments),
            course: Course {
                level: None,
                lines: Vec::with_capacity(plan.terms.installments.unwrap_or(0) as usize),
                payoff: None,
            },
        };
        if plan.terms.method == Method::Flat {
            walk.flat = Some(walk.flat_interest()?);
        }
        Ok(walk)
    }

    fn finish(mut self) -> Result<Course<A>, TermsError> {
        for k in 1..=self.plan.last {
            if self.is_plain(k) {
                self.plain_rows(k)?;
                return Ok(self.course);
            }
            let span = self.dates.period(k)?;
            if self.row(span)? {
                self.check_leftovers()?;
                return Ok(self.course);
            }
        }
        Err(TermsError::on(
            if self.plan.fixed_principal.is_some() {
                "fixed_principal"
            } else {
                "fixed_installment"
            },
            "Enter a larger amount: the loan would not be repaid within 1,200 installments.",
        ))
    }

    /// Whether nothing but a level installment is left from row `k` on.
    fn is_plain(&self, k: u32) -> bool {
        let plan = self.plan;
        let grace = plan.terms.grace;
        matches!(plan.terms.method, Method::DecliningEqualInstallments | Method::Balloon)
            && plan.terms.installments.is_some()
            && plan.is_as_agreed()
            && plan.terms.payoff_on.is_none()
            && self.course.level.is_some()
            && k > grace
                .principal
                .max(grace.interest_deferred + 1)
                .max(grace.interest_free)
    }

    /// Adds the rows from `k` on where only a level installment is left: what [`Walk::row`] does, in one tight loop.
    fn plain_rows(&mut self, k: u32) -> Result<(), TermsError> {
        let plan = self.plan;
        let Some(level) = self.level.clone() else { return Ok(()) };
        let days = self.dates.through(plan.last)?;
        let factors = plan.factors(k);
        let mut balance = self.balance.clone();
        for (k, pair) in (k..).zip(days[k as usize - 1..].windows(2)) {
            let (start, due) = (pair[0], pair[1]);
            let factor = match factors {
                Factors::Same(factor) => factor,
                Factors::Daily(one) => one.by(start.until(due)),
                Factors::Each => plan.factor(&Span { k, start, due }),
            };
            let Some(interest) = balance.times(factor, plan.interest) else {
                return Err(too_large("principal"));
            };
            let is_last = k == plan.last || balance.plus(&interest) <= level;
            let principal = if is_last {
                balance.clone()
            } else {
                level.minus(&interest)
            };
            if principal.is_negative() {
                return Err(exceeds_installment());
            }
            balance = balance.minus(&principal);
            self.course.lines.push(Line {
                n: k,
                due_on: due.date,
                principal,
                interest,
                balance: balance.clone(),
            });
            if is_last {
                break;
            }
        }
        Ok(())
    }

    /// Adds a row; whether it was the last one.
    fn row(&mut self, span: Span) -> Result<bool, TermsError> {
        let plan = self.plan;
        let (accrued, paid) = self.accrue(span)?;
        let mut interest = self.falls_due(span.k, accrued)?;
        let in_grace = span.k <= plan.terms.grace.principal;
        if !in_grace {
            self.settle_level(span.k)?;
        }
        let (planned, mut is_last) = self.planned(span.k, in_grace, &interest)?;
        let on_due = if paid.on_due.is_zero() {
            paid.on_due
        } else {
            self.arrears.take(paid.on_due)
        };
        let beyond = paid.early.plus(&on_due).minus(&interest);
        let principal = planned.clone().max(paid.early.clone()).max(beyond);
        if principal > self.balance {
            let paid = !paid.early.is_zero() || !on_due.is_zero();
            return Err(if paid { too_much() } else { rounds_below_zero() });
        }
        if plan.facts.as_ref().is_some_and(|f| span.due.date <= f.as_of) {
            self.arrears.note(&interest, &principal, &on_due, &paid.early);
        }
        self.balance = self.balance.minus(&principal);
        let excess = principal.minus(&planned);
        is_last |= self.balance.is_zero() && (self.flat.is_none() || excess > A::of(0));
        if is_last && !self.deferred.is_zero() {
            interest = interest.plus(&self.deferred);
        }
        self.course.lines.push(Line {
            n: span.k,
            due_on: span.due.date,
            principal,
            interest,
            balance: self.balance.clone(),
        });
        self.after_row(excess, span.due.date);
        Ok(is_last)
    }

    /// The interest that a period bears, and what was paid in it.
    fn accrue(&mut self, span: Span) -> Result<(A, Paid<A>), TermsError> {
        let plan = self.plan;
        let payoff_on = plan
            .terms
            .payoff_on
            .filter(|on| (span.start.date..span.due.date).contains(on));
        let (inside, on_due) = self.paid_in(span);
        let as_of = plan.facts.as_ref().map_or(span.start.date, |f| f.as_of);
        let is_cut = !inside.is_empty() || (span.start.date < as_of && as_of < span.due.date);
        if !is_cut && self.arrears.is_empty() && payoff_on.is_none() {
            let interest = self.balance.times(plan.factor(&span), plan.interest);
            let paid = Paid {
                early: A::of(0),
                on_due,
            };
            return Ok((interest.ok_or_else(|| too_large("principal"))?, paid));
        }
        let period = Period::walk(plan, span, &self.balance, &mut self.arrears, inside)?;
        if let Some(on) = payoff_on {
            let until = match plan.terms.payoff_interest.unwrap_or_default() {
                PayoffInterest::ToDate => on.into(),
                PayoffInterest::ToPeriodEnd => span.due,
            };
            let principal = self.balance.minus(&period.early_until(on));
            self.course.payoff = Some((principal, period.interest_until(plan, until)?));
        }
        let paid = Paid {
            early: period.early(),
            on_due,
        };
        Ok((period.interest_until(plan, span.due)?, paid))
    }

    /// The payments that fall inside a period, and what is paid on its due date.
    fn paid_in(&mut self, span: Span) -> (&'p [(NaiveDate, i64)], A) {
        let before = self.payments.iter().take_while(|(on, _)| *on < span.due.date).count();
        let (inside, later) = self.payments.split_at(before);
        let today = later.iter().take_while(|(on, _)| *on == span.due.date).count();
        let (today, later) = later.split_at(today);
        self.payments = later;
        let sum = today
            .iter()
            .fold(0, |sum: i64, (_, amount)| sum.saturating_add(*amount));
        (inside, A::of(sum))
    }

    /// The interest that falls due with row `k` when its period bore so much: flat rows have their own, and that of
    /// deferred periods waits.
    fn falls_due(&mut self, k: u32, accrued: A) -> Result<A, TermsError> {
        let own = match &mut self.flat {
            None => accrued,
            Some(flat) if k == self.plan.last => flat.total.minus(&flat.so_far),
            Some(flat) => {
                flat.so_far = flat.so_far.plus(&flat.each);
                flat.each.clone()
            }
        };
        if own.is_negative() {
            return Err(rounds_below_zero());
        }
        if k <= self.plan.terms.grace.interest_deferred {
            self.deferred = self.deferred.plus(&own);
            return Ok(A::of(0));
        }
        if self.deferred.is_zero() {
            return Ok(own);
        }
        Ok(own.plus(&std::mem::replace(&mut self.deferred, A::of(0))))
    }

    /// What an excess or a change of the rate does to the rows to come.
    fn after_row(&mut self, excess: A, due: NaiveDate) {
        let open_ended = self.plan.terms.installments.is_none();
        if excess > A::of(0) {
            self.was_prepaid = true;
            match self.plan.facts.as_ref().map(|f| f.prepayment) {
                Some(Prepayment::Lower) if !open_ended => self.level = None,
                Some(Prepayment::Defer) => self.credit = self.credit.plus(&excess),
                _ => {}
            }
        }
        let equal_principal = self.plan.terms.method == Method::DecliningEqualPrincipal;
        if !open_ended && !equal_principal && self.plan.changes_on(due) {
            self.level = None;
        }
    }

    /// The principal that the plan asks for in row `k`, and whether it is the last row.
    fn planned(&mut self, k: u32, in_grace: bool, interest: &A) -> Result<(A, bool), TermsError> {
        if self.plan.terms.installments == Some(k) || (!in_grace && self.ends_with(interest)) {
            return Ok((self.balance.clone(), true));
        }
        let level = match &self.level {
            Some(level) if !in_grace => level,
            _ => return Ok((A::of(0), false)),
        };
        let planned = match self.plan.terms.method {
            Method::DecliningEqualPrincipal => level.clone(),
            _ => level.minus(interest),
        };
        if planned.is_negative() {
            return Err(exceeds_installment());
        }
        if self.credit.is_zero() {
            return Ok((planned, false));
        }
        let skipped = self.credit.clone().min(planned.clone());
        self.credit = self.credit.minus(&skipped);
        Ok((planned.minus(&skipped), false))
    }

    /// Whether the balance is repaid by this row although others were planned.
    fn ends_with(&self, interest: &A) -> bool {
        let Some(level) = &self.level else { return false };
        match self.plan.terms.method {
            Method::DecliningEqualInstallments | Method::Balloon => self.balance.plus(interest) <= *level,
            Method::DecliningEqualPrincipal => self.balance <= *level,
            // What flat rounding repays too soon is refused; what was paid too soon is not.
            Method::Flat => self.was_prepaid && self.balance.plus(interest) <= *level,
            Method::InterestOnly | Method::Bullet => false,
        }
    }

    /// Works out the level installment, or the level principal, where none is in force.
    fn settle_level(&mut self, k: u32) -> Result<(), TermsError> {
        let plan = self.plan;
        if self.level.is_none() {
            let left = plan.last + 1 - k;
            self.level = match plan.terms.method {
                Method::InterestOnly | Method::Bullet => return Ok(()),
                Method::DecliningEqualPrincipal => self.balance.times(Ratio::new(1, left.into()), plan.installment),
                Method::Flat => self.flat_level()?,
                Method::DecliningEqualInstallments | Method::Balloon => {
                    let growth = plan.growth(k, self.dates)?;
                    // A balance that prepayments brought below the balloon is itself what is left for the end.
                    let residual = A::of(plan.balloon).min(self.balance.clone());
                    A::level(&self.balance, &residual, &growth, plan.installment)
                }
            };
            if self.level.is_none() {
                return Err(too_large("principal"));
            }
        }
        if plan.has_level() && self.course.level.is_none() {
            self.course.level.clone_from(&self.level);
        }
        Ok(())
    }

    /// The interest of a flat loan over its whole term, as a fraction of the principal.
    fn flat_factor(&self) -> Ratio {
        let start = self.plan.terms.disbursed_on;
        let years = self.plan.calendar.years(1, start.into(), start.into());
        let n = u128::from(self.plan.last);
        self.plan.rate(start).times(years.num * n, years.den)
    }

    fn flat_interest(&self) -> Result<Flat<A>, TermsError> {
        let factor = self.flat_factor();
        let n = u128::from(self.plan.last);
        let total = self.balance.times(factor, self.plan.interest);
        let each = self.balance.times(factor.times(1, n), self.plan.interest);
        match (total, each) {
            (Some(total), Some(each)) => Ok(Flat {
                total,
                each,
                so_far: A::of(0),
            }),
            _ => Err(too_large("principal")),
        }
    }

    /// The due of every flat row but the last: principal and all interest over the installments.
    fn flat_level(&self) -> Result<Option<A>, TermsError> {
        let factor = self.flat_factor();
        let all = Ratio::new(factor.num + factor.den, factor.den * u128::from(self.plan.last));
        let (_, amount) = self.plan.parts::<A>(self.plan.interest)?;
        Ok(amount.times(all, self.plan.installment))
    }

    /// Payments and a payoff after the end have nothing to go to.
    fn check_leftovers(&self) -> Result<(), TermsError> {
        if !self.payments.is_empty() && self.arrears.is_empty() {
            let all = self.plan.facts.as_ref().map_or(0, |f| f.payments.len());
            let i = all - self.payments.len();
            return Err(TermsError::on(
                format!("payments[{i}].on"),
                "Remove this payment: the loan is repaid before it.",
            ));
        }
        if self.plan.terms.payoff_on.is_some() && self.course.payoff.is_none() {
            return Err(payoff_too_late());
        }
        Ok(())
    }
}

fn exceeds_installment() -> TermsError {
    TermsError::on(
        "installment",
        "Choose more installments, a lower rate or a finer rounding: the interest of a period exceeds the installment.",
    )
}

fn rounds_below_zero() -> TermsError {
    TermsError::on(
        "rounding",
        "Choose a finer rounding or fewer installments: rounding would make a part of the schedule negative.",
    )
}

fn payoff_too_late() -> TermsError {
    TermsError::on("payoff_on", "Choose a day before the last due date.")
}

/// One payment at the end, with simple interest period by period.
fn bullet<A: Amount>(plan: &Plan<'_>, dates: &mut Dates) -> Result<Course<A>, TermsError> {
    let (_, principal) = plan.parts::<A>(plan.interest)?;
    // Interest of the running period: to the day of the payoff, or to the one due date there is.
    let until = match (plan.terms.payoff_on, plan.terms.payoff_interest.unwrap_or_default()) {
        (Some(on), PayoffInterest::ToDate) => on,
        _ => NaiveDate::MAX,
    };
    let (mut all, mut so_far) = (Ratio::new(0, 1), Ratio::new(0, 1));
    let mut end = plan.terms.disbursed_on;
    for k in 1..=plan.last {
        let span = dates.period(k)?;
        all = all.plus(plan.factor(&span));
        if until > span.start.date {
            let to = span.due.min(until.into());
            so_far = so_far.plus(plan.factor_of_part(&span, span.start, to));
        }
        end = span.due.date;
    }
    let interest = principal
        .times(all, plan.interest)
        .ok_or_else(|| too_large("principal"))?;
    let payoff = match plan.terms.payoff_on {
        None => None,
        Some(on) if on >= end => return Err(payoff_too_late()),
        Some(_) => Some((
            principal.clone(),
            principal
                .times(so_far, plan.interest)
                .ok_or_else(|| too_large("principal"))?,
        )),
    };
    Ok(Course {
        level: None,
        lines: vec![Line {
            n: 1,
            due_on: end,
            principal,
            interest,
            balance: A::of(0),
        }],
        payoff,
    })
}
