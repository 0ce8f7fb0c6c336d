//! The installment in force: worked out where none is, and changed where the terms say so.

use super::{Flat, Walk};
use crate::amount::{Amount, Growth};
use crate::exact::{Exact, Pattern};
use crate::plan::{StepGrowth, Steps, too_large};
use crate::ratio::Ratio;
use crate::terms::{Method, TermsError};

impl<A: Amount> Walk<'_, '_, A> {
    /// Has the level installment worked out anew for the rows to come.
    pub(super) fn forget_level(&mut self) {
        self.level = None;
        self.ladder.clear();
        self.extra = None;
    }

    /// Works out the level installment, or the level principal, where none is in force, and lets it grow where it does.
    pub(super) fn settle_level(&mut self, k: u32) -> Result<(), TermsError> {
        let plan = self.plan;
        let is_first = k == plan.terms.grace.principal + 1;
        match plan.steps {
            Some(steps) if self.level.is_none() || is_first => {
                self.settle_ladder(k, steps)?;
                self.note_level(k);
            }
            _ if self.level.is_none() => {
                let level = self.level_from(k)?;
                self.level = Some(level.ok_or_else(|| too_large("principal"))?);
                self.note_level(k);
            }
            _ => {}
        }
        while self.ladder.front().is_some_and(|(row, _)| *row <= k) {
            self.level = self.ladder.pop_front().map(|(_, level)| level);
        }
        if plan.has_level() && self.course.level.is_none() {
            self.course.level.clone_from(&self.level);
        }
        Ok(())
    }

    fn level_from(&mut self, k: u32) -> Result<Option<A>, TermsError> {
        let plan = self.plan;
        let left = plan.last + 1 - k;
        Ok(match plan.terms.method {
            // Nothing but interest falls due before the end.
            Method::InterestOnly | Method::Bullet => Some(A::of(0)),
            Method::DecliningEqualPrincipal => self.balance.times(Ratio::new(1, left.into()), plan.installment),
            Method::Flat => self.flat_level()?,
            Method::DecliningEqualInstallments | Method::Balloon => {
                let growth = plan.growth(k, self.dates)?;
                A::level(&self.balance, &self.residual(), &growth, plan.installment)
            }
        })
    }

    /// What is left for the last due date: the balloon, or the balance where prepayments brought it below that.
    pub(super) fn residual(&self) -> A {
        A::of(self.plan.balloon).min(self.balance.clone())
    }

    /// Works out the installments from row `k` on that grow by steps: the first one so that all of them repay the
    /// loan, each later one of its exact value, rounded by itself. A given installment is the first one.
    fn settle_ladder(&mut self, k: u32, steps: Steps) -> Result<(), TermsError> {
        let plan = self.plan;
        let since = k - plan.terms.grace.principal - 1;
        let next = steps.every - since % steps.every;
        let mut level = match &self.level {
            Some(given) => given.exact(),
            None => {
                let growth: Growth = plan.growth(k, self.dates)?;
                let pattern = Pattern {
                    first: next,
                    every: steps.every,
                    growth: steps.growth,
                };
                Exact::stepped(&self.balance.exact(), &self.residual().exact(), &growth, pattern)
            }
        };
        let rounded = |level: &Exact| A::of_exact(level, plan.installment);
        self.level = Some(rounded(&level).ok_or_else(|| too_large("principal"))?);
        self.ladder.clear();
        let mut row = k + next;
        while row <= plan.last {
            level = match steps.growth {
                StepGrowth::Part(part) => level.plus(&level.part(part)),
                StepGrowth::Amount(minor) => level.plus(&Exact::of(minor)),
            };
            // An installment that no book can keep repays any loan before it is asked for.
            let Some(step) = rounded(&level) else { break };
            self.ladder.push_back((row, step));
            row += steps.every;
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

    pub(super) fn flat_interest(&self) -> Result<Flat<A>, TermsError> {
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
}
