//! The rest of a schedule worked out anew after principal was paid ahead: the rules are those of the whole schedule
//! ([`crate::course`]), begun in the middle.

use crate::Money;
use crate::amount::Amount;
use crate::ledger::{Ledger, NewTerms, RowState};
use crate::plan::{Dates, Plan, Span, too_large};
use crate::ratio::Ratio;
use crate::restructure::odd_first;
use crate::schedule::Row;
use crate::terms::{Method, Prepayment, Terms, TermsError};
use chrono::NaiveDate;

/// What holds at the start of a row and can't be read off the rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    /// The row's number.
    pub n: u32,
    /// The level installment, or the level principal, in force; none: to be worked out.
    pub level: Option<i64>,
    /// Principal paid ahead that this and the next rows skip.
    pub credit: i64,
}

/// The rows from one on, with the terms that they follow.
pub(crate) struct Tail<'a> {
    plan: Plan<'a>,
    /// The number of the last row that the terms do not cover.
    after: u32,
    ledger: &'a Ledger,
    rows: &'a [RowState],
    at: usize,
    /// The day on which the period of the first row begins.
    pub start: NaiveDate,
    /// By how much the first period is longer or shorter than a regular one, where new terms go by installment.
    odd: Option<(u32, u32)>,
}

/// Principal paid ahead, by day.
type Early = [(NaiveDate, Money)];

impl<'a> Tail<'a> {
    /// The tail of a ledger's rows from the row `at` on. `terms` are those of the loan, which a replacement may have
    /// overruled; none for a purchase plan that was never replaced.
    pub fn of(
        terms: Option<&'a Terms>,
        decimals: u32,
        ledger: &'a Ledger,
        at: usize,
    ) -> Result<Option<Tail<'a>>, TermsError> {
        match (&ledger.terms, terms) {
            (Some(new), _) => Tail::under(new, decimals, ledger, at).map(Some),
            (None, Some(terms)) => Tail::with((terms, 0, None), decimals, ledger, at).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The tail under terms that are not, or no longer, those of the ledger.
    pub fn under(new: &'a NewTerms, decimals: u32, ledger: &'a Ledger, at: usize) -> Result<Tail<'a>, TermsError> {
        // The first period of an account's own terms counts as they say.
        let odd = odd_first(&new.terms).filter(|_| !new.repriced);
        Tail::with((&new.terms, new.after, odd), decimals, ledger, at)
    }

    fn with(
        (terms, after, odd): (&'a Terms, u32, Option<(u32, u32)>),
        decimals: u32,
        ledger: &'a Ledger,
        at: usize,
    ) -> Result<Tail<'a>, TermsError> {
        let rows = &ledger.rows;
        let mut plan = Plan::of(terms, decimals)?;
        let last = rows.last().map_or(0, |row| row.n.saturating_sub(after));
        plan.last = plan.last.min(last).max(1);
        if rows.get(at).is_none_or(|row| row.n <= after) {
            return Err(on_prepayment(
                "Choose that the payment goes to the installments to come: the schedule was changed after this day.",
            ));
        }
        let before = at.checked_sub(1).map(|i| &rows[i]).filter(|row| row.n > after);
        Ok(Tail {
            start: before.map_or(terms.disbursed_on, |row| row.due_on),
            odd,
            plan,
            after,
            ledger,
            rows,
            at,
        })
    }

    /// Whether the row before is one of the same terms.
    pub fn has_row_before(&self) -> bool {
        self.at > 0 && self.rows[self.at - 1].n > self.after
    }

    /// The interest of a row's whole period on a balance of which `early` is paid ahead.
    fn own(&self, row: &RowState, start: NaiveDate, balance: i64, early: &Early) -> Result<i64, TermsError> {
        self.interest(row, start, balance, early, row.due_on)
    }

    /// The interest of a row's period from `start` to a day on a balance of which `early` is paid ahead: in segments cut
    /// where it was paid, each rounded by itself.
    pub fn interest(
        &self,
        row: &RowState,
        start: NaiveDate,
        balance: i64,
        early: &Early,
        until: NaiveDate,
    ) -> Result<i64, TermsError> {
        let mut sum = 0i64;
        let (mut from, mut left) = (start, balance);
        let end = (until.max(start), Money::ZERO);
        for (on, amount) in early.iter().filter(|(on, _)| *on >= start && *on < until).chain([&end]) {
            if *on > from {
                let is_whole = from == start && *on == row.due_on;
                let factor = self.factor(row, start, (!is_whole).then_some((from, *on)))?;
                let interest = left.max(0).times(factor, Some(self.plan.money));
                sum += interest.ok_or_else(|| too_large("principal"))?;
                from = *on;
            }
            left -= amount.minor();
        }
        Ok(sum)
    }

    /// The interest of the periods before the first row that falls due with it.
    pub fn deferred(&self, balance: i64) -> Result<i64, TermsError> {
        let k = self.rows[self.at].n - self.after;
        if k > self.plan.terms.grace.interest_deferred + 1 || self.plan.terms.method == Method::Bullet {
            return Ok(0);
        }
        let (mut sum, mut dates) = (0i64, Dates::of(&self.plan));
        for k in 1..k {
            let interest = balance.times(self.plan.factor(&dates.period(k)?), Some(self.plan.money));
            sum += interest.ok_or_else(|| too_large("principal"))?;
        }
        Ok(sum)
    }

    /// How much interest the period of a row bears on one unit of money in a part of it; that of a bullet loan is the
    /// whole term.
    fn factor(
        &self,
        row: &RowState,
        start: NaiveDate,
        part: Option<(NaiveDate, NaiveDate)>,
    ) -> Result<Ratio, TermsError> {
        let plan = &self.plan;
        if plan.terms.method != Method::Bullet {
            let span = Span {
                k: row.n - self.after,
                start: start.into(),
                due: row.due_on.into(),
            };
            let factor = match part {
                None => plan.factor(&span),
                Some((a, b)) => plan.factor_of_part(&span, a.into(), b.into()),
            };
            return Ok(match self.odd.filter(|_| self.is_first(row)) {
                Some((real, regular)) => factor.times(real.into(), regular.into()),
                None => factor,
            });
        }
        let (a, b) = part.unwrap_or((start, row.due_on));
        let (mut dates, mut sum) = (Dates::of(plan), Ratio::new(0, 1));
        for k in 1..=plan.terms.installments.unwrap_or(1) {
            let span = dates.period(k)?;
            let (from, to) = (span.start.max(a.into()), span.due.min(b.into()));
            if from < to {
                sum = sum.plus(plan.factor_of_part(&span, from, to));
            }
        }
        Ok(sum)
    }

    fn is_first(&self, row: &RowState) -> bool {
        row.n == self.after + 1
    }

    /// Interest of a row that was earned before its period.
    fn moved(&self, row: &RowState) -> i64 {
        self.ledger.earned_before(row.n).minor()
    }

    /// What holds at the start of a row that no prepayment has touched: its due is the level installment.
    fn stage(&self, i: usize, known: &[Stage]) -> Stage {
        let row = &self.rows[i];
        if let Some(stage) = known.iter().find(|stage| stage.n == row.n) {
            return *stage;
        }
        let in_grace = row.n - self.after <= self.plan.terms.grace.principal;
        let is_last = i + 1 == self.rows.len();
        if self.odd.is_some() && self.is_first(row) && !is_last {
            // A first period of another length leaves the due of its row apart.
            return Stage {
                n: row.n,
                ..self.stage(i + 1, known)
            };
        }
        let level = match self.plan.terms.method {
            Method::InterestOnly | Method::Bullet => None,
            Method::DecliningEqualPrincipal => Some(row.principal.minor()),
            _ => Some((row.principal + row.interest).minor() - self.moved(row)),
        };
        Stage {
            n: row.n,
            level: level.filter(|_| !in_grace && !is_last),
            credit: 0,
        }
    }

    /// The rows from the first on after a prepayment, and what holds at the start of each.
    ///
    /// `were` is the principal paid ahead before, `early` the same with the prepayment; on a due date the prepayment
    /// belongs to the row before and is given as `on_due`.
    pub fn anew(
        &self,
        known: &[Stage],
        were: &Early,
        early: &Early,
        on_due: Option<Money>,
        choice: Prepayment,
    ) -> Result<(Vec<Row>, Vec<Stage>), TermsError> {
        let stage = self.stage(self.at, known);
        self.walk(self, stage, were, early, on_due, choice)
    }

    /// The rows from the first on at another rate than that of the tail `before`, and what holds at the start of each: the
    /// installment is worked out anew over the same installments; a level principal stays.
    pub fn repriced(
        &self,
        before: &Tail<'_>,
        known: &[Stage],
        early: &Early,
    ) -> Result<(Vec<Row>, Vec<Stage>), TermsError> {
        let mut stage = before.stage(self.at, known);
        if self.plan.terms.method != Method::DecliningEqualPrincipal {
            stage.level = None;
        }
        self.walk(before, stage, early, early, None, Prepayment::Shorten)
    }

    /// `before` is the tail by whose rate the interest of the rows was worked out.
    fn walk(
        &self,
        before: &Tail<'_>,
        stage: Stage,
        were: &Early,
        early: &Early,
        on_due: Option<Money>,
        choice: Prepayment,
    ) -> Result<(Vec<Row>, Vec<Stage>), TermsError> {
        if self.rows[self.at].n - self.after <= self.plan.terms.grace.interest_deferred {
            return Err(on_prepayment(
                "Choose that the payment goes to the installments to come: interest is deferred.",
            ));
        }
        if self.plan.terms.step_up.is_some() || !self.plan.terms.advances.is_empty() {
            return Err(on_prepayment(
                "Choose that the payment goes to the installments to come: they grow, or further parts are paid out.",
            ));
        }
        let old = &self.rows[self.at..];
        let mut old_balance: i64 = old.iter().map(|row| row.principal.minor()).sum();
        let mut walk = Walk {
            tail: self,
            balance: old_balance - on_due.map_or(0, Money::minor),
            stage,
            planned: 0,
            choice,
        };
        if let Some(amount) = on_due {
            walk.after_row(amount.minor(), None);
        }
        let (mut rows, mut stages) = (Vec::with_capacity(old.len()), Vec::with_capacity(old.len()));
        let mut start = self.start;
        if walk.balance == 0 {
            return Ok((rows, stages));
        }
        for (i, was) in old.iter().enumerate() {
            let moved = self.moved(was);
            // Interest that came on top when the rows were agreed stays on its row; that of a flat loan does not change.
            let interest = match self.plan.terms.method {
                Method::Flat => was.interest.minor() - moved,
                _ => {
                    let agreed = was.interest.minor() - moved - before.own(was, start, old_balance, were)?;
                    (self.own(was, start, walk.balance, early)? + agreed).max(0)
                }
            };
            walk.stage.n = was.n;
            let left = u32::try_from(old.len() - i).unwrap_or(1);
            let stays: i64 = old[i..].iter().map(|row| row.interest.minor() - self.moved(row)).sum();
            walk.settle_level(was.n - self.after, left, stays)?;
            stages.push(walk.stage);
            let paid = early.iter().filter(|(on, _)| *on >= start && *on < was.due_on);
            let paid: i64 = paid.map(|(_, amount)| amount.minor()).sum();
            let (mut row, is_last) = walk.row(was, interest, paid, i + 1 == old.len())?;
            // What was earned before on rows that are no more falls due with the last one.
            let gone = if is_last { &old[i..] } else { &old[i..=i] };
            row.interest += Money::from_minor(gone.iter().map(|row| self.moved(row)).sum());
            let principal = row.principal.minor();
            rows.push(row);
            if is_last {
                return Ok((rows, stages));
            }
            walk.after_row(principal - walk.planned, Some(was.due_on));
            old_balance -= was.principal.minor();
            start = was.due_on;
        }
        Ok((rows, stages))
    }
}

/// The state between two rows.
struct Walk<'w, 'a> {
    tail: &'w Tail<'a>,
    balance: i64,
    stage: Stage,
    /// The principal that the plan asked for in the row before.
    planned: i64,
    choice: Prepayment,
}

impl Walk<'_, '_> {
    fn is_in_grace(&self, k: u32) -> bool {
        k <= self.tail.plan.terms.grace.principal
    }

    /// Works out the level installment, or the level principal, where none is in force.
    fn settle_level(&mut self, k: u32, left: u32, interest_left: i64) -> Result<(), TermsError> {
        let plan = &self.tail.plan;
        if self.stage.level.is_some() || self.is_in_grace(k) {
            return Ok(());
        }
        let level = match plan.terms.method {
            Method::InterestOnly | Method::Bullet => return Ok(()),
            Method::DecliningEqualPrincipal => self.balance.times(Ratio::new(1, left.into()), plan.installment),
            Method::Flat => (self.balance + interest_left).times(Ratio::new(1, left.into()), plan.installment),
            Method::DecliningEqualInstallments | Method::Balloon => {
                let growth = plan.growth(k, &mut Dates::of(plan))?;
                i64::level(&self.balance, &plan.balloon, &growth, plan.installment)
            }
        };
        self.stage.level = Some(level.ok_or_else(|| too_large("principal"))?);
        Ok(())
    }

    /// One row, and whether it is the last one. `paid` is the principal paid ahead in its period.
    fn row(&mut self, was: &RowState, interest: i64, paid: i64, is_final: bool) -> Result<(Row, bool), TermsError> {
        let in_grace = self.is_in_grace(was.n - self.tail.after);
        let is_last = is_final || (!in_grace && self.ends_with(interest));
        self.planned = match (self.stage.level, is_last) {
            (_, true) => self.balance,
            (Some(_), _) if self.tail.odd.is_some() && self.tail.is_first(was) => {
                was.principal.minor().min(self.balance)
            }
            (Some(level), _) if !in_grace => self.planned_of(level, interest)?,
            _ => 0,
        };
        let principal = self.planned.max(paid);
        if principal > self.balance {
            let message = "Choose a finer rounding: a part of the schedule would be negative.";
            return Err(TermsError::on("rounding", message));
        }
        self.balance -= principal;
        let is_paid_off = self.balance == 0 && principal > self.planned;
        let row = Row {
            n: was.n,
            due_on: was.due_on,
            principal: Money::from_minor(principal),
            interest: Money::from_minor(interest),
            balance: Money::from_minor(self.balance),
        };
        Ok((row, is_last || is_paid_off))
    }

    fn planned_of(&mut self, level: i64, interest: i64) -> Result<i64, TermsError> {
        let planned = match self.tail.plan.terms.method {
            Method::DecliningEqualPrincipal => level,
            _ => level - interest,
        };
        if planned < 0 {
            let message = "Choose a lower installment: the interest of a period exceeds the installment.";
            return Err(TermsError::on("prepayment", message));
        }
        let skipped = self.stage.credit.min(planned);
        self.stage.credit -= skipped;
        Ok(planned - skipped)
    }

    /// Whether the balance is repaid by this row although others were planned.
    fn ends_with(&self, interest: i64) -> bool {
        match (self.tail.plan.terms.method, self.stage.level) {
            (Method::DecliningEqualPrincipal, Some(part)) => self.balance <= part,
            (Method::InterestOnly | Method::Bullet, _) | (_, None) => false,
            (_, Some(level)) => self.balance + interest <= level,
        }
    }

    /// What principal paid ahead, or a change of the rate on the due date, does to the rows to come.
    fn after_row(&mut self, excess: i64, due: Option<NaiveDate>) {
        let plan = &self.tail.plan;
        let is_open_ended = plan.terms.installments.is_none();
        if excess > 0 {
            match self.choice {
                Prepayment::Lower if !is_open_ended => self.stage.level = None,
                Prepayment::Defer => self.stage.credit += excess,
                _ => {}
            }
        }
        let is_equal_principal = plan.terms.method == Method::DecliningEqualPrincipal;
        if due.is_some_and(|due| plan.changes_on(due)) && !is_open_ended && !is_equal_principal {
            self.stage.level = None;
        }
    }
}

fn on_prepayment(message: &str) -> TermsError {
    TermsError::on("prepayment", message)
}
