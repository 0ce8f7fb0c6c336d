//! What real payments do inside a period: segments of interest, early principal, arrears.

use crate::amount::Amount;
use crate::calendar::days;
use crate::plan::{Plan, too_large};
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
    fn take(&mut self, mut amount: A) -> A {
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
}

/// A part of a period with one balance.
struct Segment<A> {
    from: NaiveDate,
    to: NaiveDate,
    balance: A,
}

/// One period and what was paid in it.
pub(crate) struct Period<A> {
    k: u32,
    pub start: NaiveDate,
    pub due: NaiveDate,
    /// Principal paid before the due date.
    pub early: A,
    /// The same, payment by payment.
    paid_early: Vec<(NaiveDate, A)>,
    on_due: A,
    segments: Vec<Segment<A>>,
}

impl<A: Amount> Period<A> {
    pub fn new(plan: &Plan<'_>, k: u32, start: NaiveDate, due: NaiveDate) -> Period<A> {
        let on_due = plan.facts.iter().flat_map(|f| &f.payments);
        Period {
            k,
            start,
            due,
            early: A::of(0),
            paid_early: Vec::new(),
            on_due: A::of(
                on_due
                    .filter(|(on, _)| *on == due)
                    .fold(0, |sum: i64, (_, amount)| sum.saturating_add(*amount)),
            ),
            segments: Vec::new(),
        }
    }

    /// The interest of the period on a balance, with the payments that fall inside it.
    pub fn walk(&mut self, plan: &Plan<'_>, balance: &A, arrears: &mut Arrears<A>) -> Result<A, TermsError> {
        let Some(facts) = &plan.facts else {
            let factor = plan.factor(self.k, (self.start, self.due), None);
            return balance
                .times(factor, plan.interest)
                .ok_or_else(|| too_large("principal"));
        };
        // The day of disbursement belongs to the first period; any other start is the due date of the row before.
        let inside = |day: NaiveDate| day < self.due && (day > self.start || (self.k == 1 && day == self.start));
        let paid: Vec<(NaiveDate, A)> = facts
            .payments
            .iter()
            .filter(|(on, _)| inside(*on))
            .map(|(on, amount)| (*on, A::of(*amount)))
            .collect();
        let mut cuts: Vec<NaiveDate> = paid.iter().map(|(on, _)| *on).collect();
        cuts.extend(inside(facts.as_of).then_some(facts.as_of));
        cuts.push(self.due);
        cuts.sort_unstable();
        cuts.dedup();
        let mut from = self.start;
        for to in cuts {
            let mut segment = balance.minus(&self.early);
            if segment.is_negative() {
                return Err(TermsError::on(
                    "payments",
                    "Enter less: more is paid than the loan owes.",
                ));
            }
            if from < facts.as_of {
                segment = segment.plus(&arrears.principal());
            }
            self.add_segment(from, to, segment);
            for (on, amount) in paid.iter().filter(|(on, _)| *on == to) {
                let early = arrears.take(amount.clone());
                self.early = self.early.plus(&early);
                self.paid_early.push((*on, early));
            }
            from = to;
        }
        self.interest_until(plan, self.k, self.due, balance)
    }

    fn add_segment(&mut self, from: NaiveDate, to: NaiveDate, balance: A) {
        match self.segments.last_mut() {
            _ if from == to => {}
            Some(last) if last.balance == balance => last.to = to,
            _ => self.segments.push(Segment { from, to, balance }),
        }
    }

    /// The interest from the start of the period to a day in it, each segment rounded by itself.
    pub fn interest_until(&self, plan: &Plan<'_>, k: u32, until: NaiveDate, balance: &A) -> Result<A, TermsError> {
        let whole = [Segment {
            from: self.start,
            to: self.due,
            balance: balance.clone(),
        }];
        let segments = if self.segments.is_empty() {
            &whole[..]
        } else {
            &self.segments
        };
        let mut sum = A::of(0);
        for segment in segments.iter().filter(|s| s.from < until) {
            let to = segment.to.min(until);
            let is_whole = segment.from == self.start && to == self.due;
            let part = (!is_whole).then_some((segment.from, to));
            debug_assert!(days(segment.from, to) > 0);
            let factor = plan.factor(k, (self.start, self.due), part);
            let interest = segment.balance.times(factor, plan.interest);
            sum = sum.plus(&interest.ok_or_else(|| too_large("principal"))?);
        }
        Ok(sum)
    }

    /// Principal paid in this period up to and including a day.
    pub fn early_before(&self, day: NaiveDate) -> A {
        let paid = self.paid_early.iter().filter(|(on, _)| *on <= day);
        paid.fold(A::of(0), |sum, (_, amount)| sum.plus(amount))
    }

    /// What is paid on the due date, arrears taken off.
    pub fn paid_on_due(&self, arrears: &mut Arrears<A>) -> A {
        arrears.take(self.on_due.clone())
    }

    /// What of the row is still owed after its due date, where that is known.
    pub fn note_arrears(&self, plan: &Plan<'_>, arrears: &mut Arrears<A>, interest: &A, principal: &A, paid: &A) {
        if plan.facts.as_ref().is_none_or(|f| self.due > f.as_of) {
            return;
        }
        let zero = A::of(0);
        let to_interest = interest.clone().min(paid.clone());
        let to_principal = paid.minus(&to_interest).plus(&self.early);
        let unpaid = (
            interest.minus(&to_interest),
            principal.minus(&to_principal).max(zero.clone()),
        );
        if unpaid != (zero.clone(), zero) {
            arrears.0.push_back(unpaid);
        }
    }
}
