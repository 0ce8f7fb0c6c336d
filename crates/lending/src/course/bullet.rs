//! A loan that is repaid in one payment at its end.

use super::{Course, Line, payoff_too_late};
use crate::amount::Amount;
use crate::plan::{Dates, Plan, too_large};
use crate::ratio::Ratio;
use crate::terms::{PayoffInterest, TermsError};
use chrono::NaiveDate;

/// One payment at the end, with simple interest period by period.
pub(super) fn bullet<A: Amount>(plan: &Plan<'_>, dates: &mut Dates) -> Result<Course<A>, TermsError> {
    let (_, principal) = plan.parts::<A>(plan.interest)?;
    // Interest of the running period: to the day of the payoff, or to the one due date there is.
    let until = match (plan.payoff_on, plan.terms.payoff_interest.unwrap_or_default()) {
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
    let payoff = match plan.payoff_on {
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
