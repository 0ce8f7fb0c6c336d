//! What a walk through a loan notes down where its figures are to be explained.

use super::{Chosen, Course, Walk};
use crate::amount::Amount;
use crate::paid::Segment;
use crate::plan::{Dates, Plan, Span};
use crate::terms::TermsError;

/// All that led to one row.
#[derive(Clone)]
pub(crate) struct Note<A> {
    pub span: Span,
    /// The parts of the period with one balance each.
    pub segments: Vec<Segment<A>>,
    /// The interest of the period itself, whether it falls due now or later.
    pub own: A,
    /// The principal outstanding before the row, with what was advanced in the period.
    pub before: A,
    /// The installment (for equal principal: the part) in force, without extra units.
    pub level: Option<A>,
    /// What the row is larger for, in minor units.
    pub extra: i64,
    /// The principal that the plan asks for.
    pub planned: A,
    /// What an earlier prepayment lets it ask less for.
    pub skipped: A,
    /// Principal paid before the due date, and anything paid on it.
    pub early: A,
    pub on_due: A,
    pub in_grace: bool,
    pub is_last: bool,
}

/// An installment that was worked out.
#[derive(Clone)]
pub(crate) struct LevelNote<A> {
    /// The row from which on it is in force.
    pub from: u32,
    pub balance: A,
    pub residual: A,
    pub level: A,
}

/// The notes of a whole walk.
pub(crate) struct Trace<A> {
    pub notes: Vec<Note<A>>,
    pub levels: Vec<LevelNote<A>>,
    /// The segments of the row that is being walked.
    pub(super) segments: Vec<Segment<A>>,
}

impl<A: Amount> Course<A> {
    /// A course with its notes. A bullet loan has none.
    pub fn traced(plan: &Plan<'_>, dates: &mut Dates, chosen: Chosen<A>) -> Result<(Course<A>, Trace<A>), TermsError> {
        let trace = Trace {
            notes: Vec::new(),
            levels: Vec::new(),
            segments: Vec::new(),
        };
        if plan.terms.method == crate::terms::Method::Bullet {
            return Ok((Course::run(plan, dates, chosen)?, trace));
        }
        let mut walk = Walk::start(plan, dates, chosen)?;
        walk.trace = Some(trace);
        walk.all_rows()?;
        let trace = walk.trace.take();
        let unused = || TermsError::on("terms", "Choose other terms: these have no installments.");
        Ok((walk.course, trace.ok_or_else(unused)?))
    }
}

impl<A: Amount> Walk<'_, '_, A> {
    pub(super) fn note_segments(&mut self, segments: impl FnOnce() -> Vec<Segment<A>>) {
        if let Some(trace) = &mut self.trace {
            trace.segments = segments();
        }
    }

    pub(super) fn note_level(&mut self, from: u32) {
        let (balance, residual) = (self.balance.clone(), self.residual());
        if let (Some(trace), Some(level)) = (&mut self.trace, &self.level) {
            trace.levels.push(LevelNote {
                from,
                balance,
                residual,
                level: level.clone(),
            });
        }
    }
}
