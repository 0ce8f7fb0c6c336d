//! A loan whose figures are explained: its course with the notes of the walk through it.

use super::derivation::{Code, Derivation, Value};
use super::number::{Fraction, approximate, plain};
use crate::Money;
use crate::amount::Amount;
use crate::choose::choose;
use crate::course::{Chosen, Course, LevelNote, Line, Note, Trace};
use crate::exact::Exact;
use crate::plan::{Dates, Plan};
use crate::ratio::Ratio;
use crate::schedule::{Schedule, show};
use crate::terms::TermsError;

/// An amount that can show itself before it is rounded.
pub(super) trait Told: Amount {
    /// As it stands in a formula.
    fn text(&self, decimals: u32) -> String;
    /// This times a fraction, unrounded.
    fn times_value(&self, by: Ratio, decimals: u32) -> Value;
}

impl Told for i64 {
    fn text(&self, decimals: u32) -> String {
        plain(*self, decimals)
    }
    fn times_value(&self, by: Ratio, decimals: u32) -> Value {
        Fraction::amount(*self, decimals).times(&Fraction::of(by)).value()
    }
}

impl Told for Exact {
    fn text(&self, decimals: u32) -> String {
        self.times_value(Ratio::new(1, 1), decimals).decimal
    }
    fn times_value(&self, by: Ratio, decimals: u32) -> Value {
        approximate(self.part(by).parts(), Exact::PLACES + decimals)
    }
}

/// A schedule with everything that led to it.
pub(super) struct Subject<'t, A> {
    pub plan: Plan<'t>,
    pub decimals: u32,
    pub dates: Dates,
    pub chosen: Chosen<A>,
    pub course: Course<A>,
    pub trace: Trace<A>,
    pub schedule: Schedule,
}

impl<'t, A: Told> Subject<'t, A> {
    pub fn of(plan: Plan<'t>, decimals: u32) -> Result<Subject<'t, A>, TermsError> {
        let mut dates = Dates::of(&plan);
        let chosen = choose::<A>(&plan, &mut dates)?;
        Subject::with(plan, decimals, dates, chosen)
    }

    /// The same without anything chosen beforehand.
    pub fn untuned(plan: Plan<'t>, decimals: u32) -> Result<Subject<'t, A>, TermsError> {
        let dates = Dates::of(&plan);
        Subject::with(plan, decimals, dates, Chosen::default())
    }

    fn with(plan: Plan<'t>, decimals: u32, mut dates: Dates, chosen: Chosen<A>) -> Result<Subject<'t, A>, TermsError> {
        let (course, trace) = Course::traced(&plan, &mut dates, chosen.clone())?;
        let schedule = show(&plan, &course, decimals)?;
        Ok(Subject {
            plan,
            decimals,
            dates,
            chosen,
            course,
            trace,
            schedule,
        })
    }

    pub fn money(&self, amount: Money) -> String {
        amount.to_plain(self.decimals)
    }

    /// An amount as it is shown: rounded to the unit of money.
    pub fn shown(&self, amount: &A) -> String {
        amount
            .shown(self.plan.money)
            .map_or_else(|| amount.text(self.decimals), |money| self.money(money))
    }

    /// An amount as it stands in a formula.
    pub fn text(&self, amount: &A) -> String {
        amount.text(self.decimals)
    }

    /// A step whose exact value is an amount of the exact ledger, rounded only to be shown.
    pub fn shown_step(&self, step: Derivation, amount: &A) -> Derivation {
        match self.plan.interest {
            Some(_) => step,
            None => step
                .exact(amount.times_value(Ratio::new(1, 1), self.decimals))
                .rounded(Some(self.plan.money), self.decimals),
        }
    }

    /// What further formulas reckon with: in an exact ledger the value before it was rounded to be shown.
    pub fn carried<'d>(&self, step: &'d Derivation) -> &'d str {
        let is_rounded = match step.code {
            Code::InstallmentLevel | Code::InstallmentEqualPrincipal | Code::InstallmentFlat => {
                self.plan.installment.is_some()
            }
            _ => self.plan.interest.is_some(),
        };
        match &step.exact {
            Some(exact) if !is_rounded => &exact.decimal,
            _ => &step.result,
        }
    }

    pub fn line(&self, k: u32) -> Option<&Line<A>> {
        self.course.lines.iter().find(|line| line.n == k)
    }

    pub fn note(&self, k: u32) -> Option<&Note<A>> {
        self.trace.notes.iter().find(|note| note.span.k == k)
    }

    /// The installment that was worked out last before row `k` or for it.
    pub fn level_note(&self, k: u32) -> Option<&LevelNote<A>> {
        self.trace.levels.iter().rev().find(|level| level.from <= k)
    }
}
