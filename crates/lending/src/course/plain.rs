//! The tight loop of what most loans are: a level installment, and nothing else.

use super::{Line, Walk, exceeds_installment};
use crate::amount::Amount;
use crate::plan::{Factors, Span, too_large};
use crate::terms::{Method, TermsError};

impl<A: Amount> Walk<'_, '_, A> {
    /// Whether nothing but a level installment is left from row `k` on.
    pub(super) fn is_plain(&self, k: u32) -> bool {
        let plan = self.plan;
        let grace = plan.terms.grace;
        matches!(plan.terms.method, Method::DecliningEqualInstallments | Method::Balloon)
            && plan.terms.installments.is_some()
            && self.trace.is_none()
            && plan.is_as_agreed()
            && self.advances.is_empty()
            && self.ladder.is_empty()
            && self.extra.is_none()
            && self.level.is_some()
            && self.course.level.is_some()
            && k > grace
                .principal
                .max(grace.interest_deferred + 1)
                .max(grace.interest_free)
    }

    /// Adds the rows from `k` on where only a level installment is left: what [`Walk::row`] does, in one tight loop.
    pub(super) fn plain_rows(&mut self, k: u32) -> Result<(), TermsError> {
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
}
