//! How a loan goes, row by row: the one loop that all methods share.

use crate::amount::Amount;
use crate::paid::{Arrears, Period};
use crate::plan::{Plan, too_large};
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
    pub fn run(plan: &Plan<'_>, given: Option<A>) -> Result<Course<A>, TermsError> {
        if plan.terms.method == Method::Bullet {
            return bullet(plan);
        }
        Walk::start(plan, given)?.finish()
    }

    pub fn last_due(&self) -> Option<A> {
        self.lines.last().map(|line| line.principal.plus(&line.interest))
    }
}

/// What flat interest is, all in all and in each row but the last.
struct Flat<A> {
    total: A,
    each: A,
}

/// The state between two rows.
struct Walk<'p, 't, A> {
    plan: &'p Plan<'t>,
    flat: Option<Flat<A>>,
    balance: A,
    /// The level installment or the level principal in force; worked out when the next row needs it.
    level: Option<A>,
    /// Interest of the deferred periods that has not yet fallen due.
    deferred: A,
    /// Principal paid beyond the plan that the next rows may skip.
    credit: A,
    arrears: Arrears<A>,
    course: Course<A>,
}

impl<'p, 't, A: Amount> Walk<'p, 't, A> {
    fn start(plan: &'p Plan<'t>, given: Option<A>) -> Result<Walk<'p, 't, A>, TermsError> {
        let fixed = plan.fixed_installment.or(plan.fixed_principal).map(A::of);
        let mut walk = Walk {
            plan,
            flat: None,
            balance: A::of(plan.principal),
            level: given.or(fixed),
            deferred: A::of(0),
            credit: A::of(0),
            arrears: Arrears::default(),
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
        let mut start = self.plan.calendar.due(0)?;
        for k in 1..=self.plan.last {
            let due = self.plan.calendar.due(k)?;
            if self.row(k, start, due)? {
                self.check_leftovers(due)?;
                return Ok(self.course);
            }
            start = due;
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

    /// Adds row `k`; whether it was the last one.
    fn row(&mut self, k: u32, start: NaiveDate, due: NaiveDate) -> Result<bool, TermsError> {
        let plan = self.plan;
        let grace = plan.terms.grace;
        let mut period = Period::new(plan, k, start, due);
        let accrued = period.walk(plan, &self.balance, &mut self.arrears)?;
        self.note_payoff(&period, k)?;
        let own = match &self.flat {
            None => accrued,
            Some(flat) if k == plan.last => {
                let so_far = self.course.lines.iter().fold(A::of(0), |sum, l| sum.plus(&l.interest));
                flat.total.minus(&so_far)
            }
            Some(flat) => flat.each.clone(),
        };
        if own.is_negative() {
            return Err(rounds_below_zero());
        }
        let interest = if k <= grace.interest_deferred {
            self.deferred = self.deferred.plus(&own);
            A::of(0)
        } else {
            own.plus(&std::mem::replace(&mut self.deferred, A::of(0)))
        };
        let in_grace = k <= grace.principal;
        if !in_grace {
            self.settle_level(k, start)?;
        }
        let is_last = plan.terms.installments == Some(k) || (!in_grace && self.ends_with(&interest));
        let planned = self.planned(is_last, in_grace, &interest)?;
        let paid = period.paid_on_due(&mut self.arrears);
        let beyond = period.early.plus(&paid).minus(&interest);
        let principal = planned.clone().max(period.early.clone()).max(beyond);
        if principal > self.balance {
            return Err(if period.early.is_zero() && paid.is_zero() {
                rounds_below_zero()
            } else {
                too_much()
            });
        }
        period.note_arrears(plan, &mut self.arrears, &interest, &principal, &paid);
        self.balance = self.balance.minus(&principal);
        let excess = principal.minus(&planned);
        let paid_off = self.balance.is_zero() && (self.flat.is_none() || excess > A::of(0));
        self.course.lines.push(Line {
            n: k,
            due_on: due,
            principal,
            interest,
            balance: self.balance.clone(),
        });
        self.after_row(excess, due);
        Ok(is_last || paid_off)
    }

    /// What an excess or a change of the rate does to the rows to come.
    fn after_row(&mut self, excess: A, due: NaiveDate) {
        let open_ended = self.plan.terms.installments.is_none();
        if excess > A::of(0) {
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

    /// The principal that the plan asks for.
    fn planned(&mut self, is_last: bool, in_grace: bool, interest: &A) -> Result<A, TermsError> {
        if is_last {
            return Ok(self.balance.clone());
        }
        let level = match (&self.level, in_grace) {
            (Some(level), false) => level,
            _ => return Ok(A::of(0)),
        };
        let planned = match self.plan.terms.method {
            Method::DecliningEqualPrincipal => level.clone(),
            _ => level.minus(interest),
        };
        if planned.is_negative() {
            return Err(TermsError::on(
                "installment",
                "Choose more installments, a lower rate or a finer rounding: the interest of a period exceeds the installment.",
            ));
        }
        let skipped = self.credit.clone().min(planned.clone());
        self.credit = self.credit.minus(&skipped);
        Ok(planned.minus(&skipped))
    }

    /// Whether the balance is repaid by this row although others were planned.
    fn ends_with(&self, interest: &A) -> bool {
        match (self.plan.terms.method, &self.level) {
            (Method::DecliningEqualInstallments | Method::Balloon, Some(level)) => {
                self.balance.plus(interest) <= *level
            }
            (Method::DecliningEqualPrincipal, Some(part)) => self.balance <= *part,
            _ => false,
        }
    }

    /// Works out the level installment, or the level principal, where none is in force.
    fn settle_level(&mut self, k: u32, start: NaiveDate) -> Result<(), TermsError> {
        let plan = self.plan;
        if self.level.is_none() {
            let left = plan.last + 1 - k;
            self.level = match plan.terms.method {
                Method::InterestOnly | Method::Bullet => return Ok(()),
                Method::DecliningEqualPrincipal => self.balance.times(Ratio::new(1, left.into()), plan.installment),
                Method::Flat => self.flat_level(),
                Method::DecliningEqualInstallments | Method::Balloon => {
                    let growth = plan.growth(k, start)?;
                    A::level(&self.balance, &A::of(plan.balloon), &growth, plan.installment)
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
        let years = self.plan.calendar.years(1, start, start);
        let n = u128::from(self.plan.last);
        self.plan.rate(start).times(years.num * n, years.den)
    }

    fn flat_interest(&self) -> Result<Flat<A>, TermsError> {
        let factor = self.flat_factor();
        let n = u128::from(self.plan.last);
        let total = self.balance.times(factor, self.plan.interest);
        let each = self.balance.times(factor.times(1, n), self.plan.interest);
        match (total, each) {
            (Some(total), Some(each)) => Ok(Flat { total, each }),
            _ => Err(too_large("principal")),
        }
    }

    /// The due of every flat row but the last: principal and all interest over the installments.
    fn flat_level(&self) -> Option<A> {
        let factor = self.flat_factor();
        let all = Ratio::new(factor.num + factor.den, factor.den * u128::from(self.plan.last));
        A::of(self.plan.principal).times(all, self.plan.installment)
    }

    fn note_payoff(&mut self, period: &Period<A>, k: u32) -> Result<(), TermsError> {
        let Some(on) = self.plan.terms.payoff_on else {
            return Ok(());
        };
        if period.start <= on && on < period.due {
            let until = match self.plan.terms.payoff_interest.unwrap_or_default() {
                PayoffInterest::ToDate => on,
                PayoffInterest::ToPeriodEnd => period.due,
            };
            let early = period.early_before(on);
            let interest = period.interest_until(self.plan, k, until, &self.balance)?;
            self.course.payoff = Some((self.balance.minus(&early), interest));
        }
        Ok(())
    }

    /// Payments and a payoff after the end have nothing to go to.
    fn check_leftovers(&self, end: NaiveDate) -> Result<(), TermsError> {
        let payments = self.plan.facts.iter().flat_map(|f| &f.payments);
        let late = payments.into_iter().position(|(on, _)| *on > end);
        if let (Some(i), true) = (late, self.arrears.is_empty()) {
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

fn rounds_below_zero() -> TermsError {
    TermsError::on(
        "rounding",
        "Choose a finer rounding or fewer installments: rounding would make a part of the schedule negative.",
    )
}

fn too_much() -> TermsError {
    TermsError::on("payments", "Enter less: more is paid than the loan owes.")
}

fn payoff_too_late() -> TermsError {
    TermsError::on("payoff_on", "Choose a day before the last due date.")
}

/// One payment at the end, with simple interest period by period.
fn bullet<A: Amount>(plan: &Plan<'_>) -> Result<Course<A>, TermsError> {
    let principal = A::of(plan.principal);
    // Interest of the running period: to the day of the payoff, or to the one due date there is.
    let until = match (plan.terms.payoff_on, plan.terms.payoff_interest.unwrap_or_default()) {
        (Some(on), PayoffInterest::ToDate) => on,
        _ => NaiveDate::MAX,
    };
    let mut start = plan.calendar.due(0)?;
    let (mut all, mut so_far) = (Ratio::new(0, 1), Ratio::new(0, 1));
    for k in 1..=plan.last {
        let due = plan.calendar.due(k)?;
        all = all.plus(plan.factor(k, (start, due), None));
        if until > start {
            let part = (until < due).then_some((start, until));
            so_far = so_far.plus(plan.factor(k, (start, due), part));
        }
        start = due;
    }
    let interest = principal
        .times(all, plan.interest)
        .ok_or_else(|| too_large("principal"))?;
    let payoff = match plan.terms.payoff_on {
        None => None,
        Some(on) if on >= start => return Err(payoff_too_late()),
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
            due_on: start,
            principal,
            interest,
            balance: A::of(0),
        }],
        payoff,
    })
}
