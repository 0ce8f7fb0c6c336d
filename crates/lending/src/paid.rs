//! What real payments do inside a period: segments of interest, early principal, arrears.

use crate::amount::Amount;
use crate::day::Day;
use crate::plan::{Plan, Span, too_large};
use crate::terms::TermsError;
use chrono::NaiveDate;
use std::collections::VecDeque;

/// What fell due and was not paid, oldest first: interest and principal of each row.
pub(crate) struct Arrears<A>(VecDeque<(A, A)>);

impl<A> Default for Arrears<A> {
    fn default() -> Arrears<A> {
        Arrears(VecDeque::new())
    }
}

impl<A: Amount> Arrears<A> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The principal in arrears, which goes on bearing interest.
    fn principal(&self) -> A {
        self.0.iter().fold(A::of(0), |sum, (_, principal)| sum.plus(principal))
    }

    /// Takes a payment, in each row its interest first; what is left of it.
    pub fn take(&mut self, mut amount: A) -> A {
        while let Some((interest, principal)) = self.0.front_mut() {
            for part in [interest, principal] {
                let used = part.clone().min(amount.clone());
                *part = part.minus(&used);
                amount = amount.minus(&used);
            }
            match self.0.front() {
                Some((i, p)) if i.is_zero() && p.is_zero() => drop(self.0.pop_front()),
                _ => break,
            }
        }
        amount
    }

    /// Notes what of a row is still owed after its due date: its interest and principal, less what was paid on that
    /// day, interest first, and what was paid of its principal before.
    pub fn note(&mut self, interest: &A, principal: &A, paid: &A, early: &A) {
        let to_interest = interest.clone().min(paid.clone());
        let to_principal = paid.minus(&to_interest).plus(early);
        let zero = A::of(0);
        let unpaid = (
            interest.minus(&to_interest),
            principal.minus(&to_principal).max(zero.clone()),
        );
        if unpaid != (zero.clone(), zero) {
            self.0.push_back(unpaid);
        }
    }
}

/// A part of a period with one balance.
#[derive(Clone, Debug)]
pub(crate) struct Segment<A> {
    pub from: Day,
    pub to: Day,
    pub balance: A,
}

/// One period, cut where its balance changes, and what was paid in it.
pub(crate) struct Period<A> {
    pub span: Span,
    pub segments: Vec<Segment<A>>,
    /// Principal paid before the due date, payment by payment.
    paid_early: Vec<(NaiveDate, A)>,
}

impl<A: Amount> Period<A> {
    /// A period with what is paid inside it, which first repays arrears, and what is advanced.
    pub fn walk(
        plan: &Plan<'_>,
        span: Span,
        balance: &A,
        arrears: &mut Arrears<A>,
        paid: &[(NaiveDate, i64)],
        advanced: &[(NaiveDate, i64)],
    ) -> Result<Period<A>, TermsError> {
        let known = plan.facts.as_ref().map_or(span.start.date, |f| f.as_of);
        let mut cuts: Vec<Day> = paid.iter().chain(advanced).map(|(on, _)| (*on).into()).collect();
        if span.start.date < known && known < span.due.date {
            cuts.push(known.into());
        }
        cuts.push(span.due);
        cuts.sort_unstable();
        cuts.dedup();
        let mut period = Period {
            span,
            segments: Vec::with_capacity(cuts.len()),
            paid_early: Vec::with_capacity(paid.len()),
        };
        let mut from = span.start;
        for to in cuts {
            let mut segment = balance.plus(&sum_until(advanced, from.date)).minus(&period.early());
            if segment.is_negative() {
                return Err(too_much());
            }
            if from.date < known {
                segment = segment.plus(&arrears.principal());
            }
            period.add_segment(from, to, segment);
            for (on, amount) in paid.iter().filter(|(on, _)| *on == to.date) {
                let early = arrears.take(A::of(*amount));
                period.paid_early.push((*on, early));
            }
            from = to;
        }
        Ok(period)
    }

    fn add_segment(&mut self, from: Day, to: Day, balance: A) {
        match self.segments.last_mut() {
            _ if from == to => {}
            Some(last) if last.balance == balance => last.to = to,
            _ => self.segments.push(Segment { from, to, balance }),
        }
    }

    /// The interest from the start of the period to a day in it, each segment rounded by itself.
    pub fn interest_until(&self, plan: &Plan<'_>, until: Day) -> Result<A, TermsError> {
        let mut sum = A::of(0);
        for segment in self.segments.iter().filter(|s| s.from < until) {
            let factor = plan.factor_of_part(&self.span, segment.from, segment.to.min(until));
            let interest = segment.balance.times(factor, plan.interest);
            sum = sum.plus(&interest.ok_or_else(|| too_large("principal"))?);
        }
        Ok(sum)
    }

    /// Principal paid before the due date.
    pub fn early(&self) -> A {
        self.early_until(NaiveDate::MAX)
    }

    /// Principal paid in this period up to and including a day.
    pub fn early_until(&self, day: NaiveDate) -> A {
        let paid = self.paid_early.iter().filter(|(on, _)| *on <= day);
        paid.fold(A::of(0), |sum, (_, amount)| sum.plus(amount))
    }
}

/// What was advanced up to and including a day.
pub(crate) fn sum_until<A: Amount>(advanced: &[(NaiveDate, i64)], day: NaiveDate) -> A {
    let known = advanced.iter().take_while(|(on, _)| *on <= day);
    known.fold(A::of(0), |sum, (_, amount)| sum.plus(&A::of(*amount)))
}

/// The refusal of payments beyond what is owed.
pub(crate) fn too_much() -> TermsError {
    TermsError::on("payments", "Enter less: more is paid than the loan owes.")
}
