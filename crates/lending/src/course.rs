//! How a loan goes, row by row: the one loop that all methods share.

mod bullet;
mod level;
mod plain;
mod trace;

use crate::amount::Amount;
use crate::paid::{Arrears, Period, Segment, sum_until, too_much};
use crate::plan::{Dates, Plan, Span, too_large};
use crate::terms::{Method, PayoffInterest, Prepayment, TermsError};
use chrono::NaiveDate;
use std::collections::VecDeque;

pub(crate) use trace::{LevelNote, Note, Trace};

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
    /// The course of a plan, with what was chosen for it beforehand.
    pub fn run(plan: &Plan<'_>, dates: &mut Dates, chosen: Chosen<A>) -> Result<Course<A>, TermsError> {
        if plan.terms.method == Method::Bullet {
            return bullet::bullet(plan, dates);
        }
        Walk::start(plan, dates, chosen)?.finish()
    }

    pub fn last_due(&self) -> Option<A> {
        self.lines.last().map(|line| line.principal.plus(&line.interest))
    }
}

/// What is chosen before a loan is walked through, by trying others.
#[derive(Clone)]
pub(crate) struct Chosen<A> {
    /// The level installment that tuning prefers.
    pub level: Option<A>,
    /// What some installments are larger for.
    pub extra: Option<Extra>,
}

impl<A> Default for Chosen<A> {
    fn default() -> Chosen<A> {
        Chosen {
            level: None,
            extra: None,
        }
    }
}

/// So many units that are spread over rows, the larger parts first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extra {
    /// The first of the rows.
    pub from: u32,
    /// How many rows share them.
    pub over: u32,
    /// How many; less than zero where installments are smaller for it.
    pub units: i64,
    /// A unit in minor units of money.
    pub unit: i64,
}

impl Extra {
    /// What row `k` is larger for, in minor units.
    pub fn of(&self, k: u32) -> i64 {
        let over = i64::from(self.over);
        match k.checked_sub(self.from).map(i64::from) {
            Some(at) if at < over => {
                let more = i64::from(at < self.units.rem_euclid(over));
                (self.units.div_euclid(over) + more).saturating_mul(self.unit)
            }
            _ => 0,
        }
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
    /// The rows with which the level installment grows, and what it is from then on.
    ladder: VecDeque<(u32, A)>,
    extra: Option<Extra>,
    /// Interest of the deferred periods that has not yet fallen due.
    deferred: A,
    /// Principal paid beyond the plan that the next rows may skip.
    credit: A,
    was_prepaid: bool,
    arrears: Arrears<A>,
    /// The payments after the last due date.
    payments: &'p [(NaiveDate, i64)],
    /// The advances from the last due date on.
    advances: &'p [(NaiveDate, i64)],
    /// Notes, where figures are to be explained.
    trace: Option<Trace<A>>,
    course: Course<A>,
}

impl<'p, 't, A: Amount> Walk<'p, 't, A> {
    fn start(plan: &'p Plan<'t>, dates: &'p mut Dates, chosen: Chosen<A>) -> Result<Walk<'p, 't, A>, TermsError> {
        let fixed = plan.fixed_installment.or(plan.fixed_principal).map(A::of);
        let (_, balance) = plan.parts(plan.interest)?;
        let mut walk = Walk {
            plan,
            dates,
            flat: None,
            balance,
            level: chosen.level.or(fixed),
            ladder: VecDeque::new(),
            extra: chosen.extra,
            deferred: A::of(0),
            credit: A::of(0),
            was_prepaid: false,
            arrears: Arrears::default(),
            payments: plan.facts.as_ref().map_or(&[], |f| &f.payments),
            advances: &plan.advances,
            trace: None,
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
        self.all_rows()?;
        Ok(self.course)
    }

    fn all_rows(&mut self) -> Result<(), TermsError> {
        for k in 1..=self.plan.last {
            if self.is_plain(k) {
                return self.plain_rows(k);
            }
            let span = self.dates.period(k)?;
            if self.row(span)? {
                return self.check_leftovers();
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

    /// Adds a row; whether it was the last one.
    fn row(&mut self, span: Span) -> Result<bool, TermsError> {
        let plan = self.plan;
        let before = self.advances.len();
        let (accrued, paid) = self.accrue(span)?;
        let was_advanced = self.advances.len() < before;
        let own = self.own_interest(span.k, accrued)?;
        let mut interest = self.falls_due(span.k, &own);
        let in_grace = span.k <= plan.terms.grace.principal;
        if !in_grace {
            self.settle_level(span.k)?;
        }
        let credit = self.credit.clone();
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
        if let Some(trace) = &mut self.trace {
            trace.notes.push(Note {
                span,
                segments: std::mem::take(&mut trace.segments),
                own,
                before: self.balance.clone(),
                level: self.level.clone(),
                extra: self.extra.map_or(0, |extra| extra.of(span.k)),
                planned: planned.clone(),
                skipped: credit.minus(&self.credit),
                early: paid.early,
                on_due,
                in_grace,
                is_last,
            });
        }
        self.balance = self.balance.minus(&principal);
        let excess = principal.minus(&planned);
        let may_end = self.advances.is_empty() && (self.flat.is_none() || excess > A::of(0));
        is_last |= self.balance.is_zero() && may_end;
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
        self.after_row(excess, was_advanced, span.due.date);
        Ok(is_last)
    }

    /// The interest that a period bears, and what was paid in it.
    fn accrue(&mut self, span: Span) -> Result<(A, Paid<A>), TermsError> {
        let plan = self.plan;
        let payoff_on = plan
            .payoff_on
            .filter(|on| (span.start.date..span.due.date).contains(on));
        let (inside, on_due) = self.paid_in(span);
        let as_of = plan.facts.as_ref().map_or(span.start.date, |f| f.as_of);
        let advanced = self.advanced_in(span);
        let is_cut = !inside.is_empty() || !advanced.is_empty() || (span.start.date < as_of && as_of < span.due.date);
        if !is_cut && self.arrears.is_empty() && payoff_on.is_none() {
            let interest = self.balance.times(plan.factor(&span), plan.interest);
            let whole = Segment {
                from: span.start,
                to: span.due,
                balance: self.balance.clone(),
            };
            self.note_segments(|| vec![whole]);
            let paid = Paid {
                early: A::of(0),
                on_due,
            };
            return Ok((interest.ok_or_else(|| too_large("principal"))?, paid));
        }
        let period = Period::walk(plan, span, &self.balance, &mut self.arrears, inside, advanced)?;
        self.note_segments(|| period.segments.clone());
        if let Some(on) = payoff_on {
            let until = match plan.terms.payoff_interest.unwrap_or_default() {
                PayoffInterest::ToDate => on.into(),
                PayoffInterest::ToPeriodEnd => span.due,
            };
            let lent = self.balance.plus(&sum_until(advanced, on));
            let principal = lent.minus(&period.early_until(on));
            self.course.payoff = Some((principal, period.interest_until(plan, until)?));
        }
        let paid = Paid {
            early: period.early(),
            on_due,
        };
        self.balance = self.balance.plus(&sum_until(advanced, span.due.date));
        Ok((period.interest_until(plan, span.due)?, paid))
    }

    /// The advances of a period: those from its start on, before its due date.
    fn advanced_in(&mut self, span: Span) -> &'p [(NaiveDate, i64)] {
        let here = self.advances.iter().take_while(|(on, _)| *on < span.due.date).count();
        let (here, later) = self.advances.split_at(here);
        self.advances = later;
        here
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

    /// The interest of row `k` when its period bore so much: flat rows have their own.
    fn own_interest(&mut self, k: u32, accrued: A) -> Result<A, TermsError> {
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
        Ok(own)
    }

    /// The interest that falls due with row `k`: that of deferred periods waits.
    fn falls_due(&mut self, k: u32, own: &A) -> A {
        if k <= self.plan.terms.grace.interest_deferred {
            self.deferred = self.deferred.plus(own);
            return A::of(0);
        }
        if self.deferred.is_zero() {
            return own.clone();
        }
        own.plus(&std::mem::replace(&mut self.deferred, A::of(0)))
    }

    /// What an excess, an advance or a change of the rate does to the rows to come.
    fn after_row(&mut self, excess: A, was_advanced: bool, due: NaiveDate) {
        let open_ended = self.plan.terms.installments.is_none();
        if excess > A::of(0) {
            self.was_prepaid = true;
            match self.plan.facts.as_ref().map(|f| f.prepayment) {
                Some(Prepayment::Lower) if !open_ended => self.forget_level(),
                Some(Prepayment::Defer) => self.credit = self.credit.plus(&excess),
                _ => {}
            }
        }
        let equal_principal = self.plan.terms.method == Method::DecliningEqualPrincipal;
        let is_new = was_advanced || (!equal_principal && self.plan.changes_on(due));
        if is_new && !open_ended {
            self.forget_level();
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
        let mut planned = match self.plan.terms.method {
            Method::DecliningEqualPrincipal | Method::InterestOnly => level.clone(),
            _ => level.minus(interest),
        };
        if let Some(extra) = &self.extra {
            planned = planned.plus(&A::of(extra.of(k)));
        }
        if planned.is_negative() {
            return Err(exceeds_installment());
        }
        if !self.advances.is_empty() {
            planned = planned.min(self.balance.clone());
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
        if !self.advances.is_empty() {
            return false;
        }
        match self.plan.terms.method {
            Method::DecliningEqualInstallments | Method::Balloon => self.balance.plus(interest) <= *level,
            Method::DecliningEqualPrincipal => self.balance <= *level,
            // What flat rounding repays too soon is refused; what was paid too soon is not.
            Method::Flat => self.was_prepaid && self.balance.plus(interest) <= *level,
            Method::InterestOnly | Method::Bullet => false,
        }
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
        if self.plan.payoff_on.is_some() && self.course.payoff.is_none() {
            return Err(payoff_too_late());
        }
        if !self.advances.is_empty() {
            let i = self.plan.advances.len() - self.advances.len();
            return Err(TermsError::on(
                format!("advances[{i}].on"),
                "Choose a day before the last due date.",
            ));
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
