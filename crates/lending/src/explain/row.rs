//! How the other figures of a row came about: principal, due, balance, due date.

use super::derivation::{Code, Derivation};
use super::subject::{Subject, Told};
use crate::calendar::shift;
use crate::course::Note;
use crate::terms::{Method, TermsError, Unit};

impl<A: Told> Subject<'_, A> {
    pub(super) fn principal(&mut self, k: u32) -> Result<Derivation, TermsError> {
        let path = format!("rows[{k}].principal");
        if k == 0 {
            return self.down_payment(path);
        }
        if self.plan.terms.method == Method::Bullet {
            let result = self.line(1).map(|line| self.shown(&line.principal)).unwrap_or_default();
            return Ok(Derivation::new(Code::PrincipalLast, path, &result)
                .formula("principal", &result)
                .with("balance", &result)
                .say(format!(
                    "A bullet loan repays all of its principal, {result}, in its one row."
                )));
        }
        let (Some(note), Some(line)) = (self.note(k).cloned(), self.line(k)) else {
            return Err(super::unknown(&path));
        };
        let principal = line.principal.clone();
        let mut planned = self.planned(&note)?;
        if principal == note.planned {
            planned.path = path;
            return Ok(planned);
        }
        let interest = self.interest(k)?;
        let (early, on_due) = (self.text(&note.early), self.text(&note.on_due));
        let result = self.shown(&principal);
        let sentence = format!(
            "More was paid than the plan asks for: {early} before the due date, all of it principal, and {on_due} on it, of \
             which {} is interest; so {result} of principal instead of {}.",
            interest.result, planned.result,
        );
        let step = Derivation::new(Code::PrincipalPaid, path, result)
            .formula(
                "the largest of planned, early, early + (paid − interest)",
                format!(
                    "the largest of {}, {early}, {early} + ({on_due} − {})",
                    self.carried(&planned),
                    self.carried(&interest)
                ),
            )
            .with("planned", &planned.result)
            .with("early", &early)
            .with("paid_on_due_date", &on_due)
            .with("interest", &interest.result)
            .say(sentence);
        Ok(self.shown_step(step, &principal).because(planned).because(interest))
    }

    /// The principal that the plan asks for.
    fn planned(&mut self, note: &Note<A>) -> Result<Derivation, TermsError> {
        let step = self.asked(note)?;
        if note.skipped.is_zero() {
            return Ok(step);
        }
        let (result, skipped) = (self.shown(&note.planned), self.text(&note.skipped));
        let values = format!("{} − {skipped}", self.carried(&step));
        let sentence = format!(
            "The plan asks for {} of principal; {skipped} of it was paid ahead, so {result} is left.",
            step.result,
        );
        let less = Derivation::new(Code::PrincipalLessCredit, "", result)
            .formula("principal − paid ahead", values)
            .with("planned", &step.result)
            .with("paid_ahead", skipped)
            .say(sentence);
        Ok(self.shown_step(less, &note.planned).because(step))
    }

    /// The principal that the plan asks for before what was paid ahead comes off.
    fn asked(&mut self, note: &Note<A>) -> Result<Derivation, TermsError> {
        let k = note.span.k;
        let asked = note.planned.plus(&note.skipped);
        let result = self.shown(&asked);
        if note.is_last {
            let step = Derivation::new(Code::PrincipalLast, "", &result)
                .formula("balance", self.text(&asked))
                .with("balance", &result)
                .say(format!(
                    "The last installment repays the whole balance of {result}, whatever that makes of it."
                ));
            return Ok(self.shown_step(step, &asked));
        }
        if note.in_grace || self.plan.terms.method == Method::InterestOnly {
            return Ok(Derivation::new(Code::PrincipalNone, "", &result)
                .formula("0", "0")
                .with("grace", self.plan.terms.grace.principal)
                .say(format!("No principal falls due with installment {k} yet.")));
        }
        let installment = self.installment(k)?;
        let extra = super::number::plain(note.extra, self.decimals);
        let more = match note.extra {
            0 => String::new(),
            _ => format!(" + {extra}"),
        };
        if self.plan.terms.method == Method::DecliningEqualPrincipal {
            let step = Derivation::new(Code::PrincipalEqual, "", &result)
                .formula(
                    "equal part + share of the remainder",
                    format!("{}{more}", self.carried(&installment)),
                )
                .with("part", &installment.result)
                .with("remainder", &extra)
                .say(format!(
                    "Every installment but the last repays the same part of the principal: {result}."
                ));
            return Ok(self.shown_step(step, &asked).because(installment));
        }
        let interest = self.interest(k)?;
        let values = format!("{}{more} − {}", self.carried(&installment), self.carried(&interest));
        let sentence = format!(
            "What the installment of {} leaves after interest of {}{}: {result}.",
            installment.result,
            interest.result,
            match note.extra {
                0 => String::new(),
                _ => format!(", with {extra} of the remainder that rounding leaves"),
            },
        );
        let step = Derivation::new(Code::PrincipalOfInstallment, "", result)
            .formula("installment + share of the remainder − interest", values)
            .with("installment", &installment.result)
            .with("remainder", extra)
            .with("interest", &interest.result)
            .say(sentence);
        Ok(self.shown_step(step, &asked).because(installment).because(interest))
    }

    fn down_payment(&self, path: String) -> Result<Derivation, TermsError> {
        let (down, _) = self.plan.parts::<A>(self.plan.interest)?;
        let (Some(part), false) = (self.plan.down, down.is_zero()) else {
            return Err(super::unknown(&path));
        };
        let lent = A::of(self.plan.lent);
        let (text, percent) = (
            self.text(&lent),
            self.plan.terms.down_payment_pct.unwrap_or_default().normalize(),
        );
        let result = self.shown(&down);
        let sentence = format!("{percent} % of {text} is paid down on the day of disbursement: {result}.");
        Ok(Derivation::new(Code::DownPayment, path, result)
            .formula("principal × percent / 100", format!("{text} × {percent}/100"))
            .with("principal", &text)
            .with("percent", percent)
            .exact(lent.times_value(part, self.decimals))
            .rounded(Some(self.plan.money), self.decimals)
            .say(sentence))
    }

    pub(super) fn due(&mut self, k: u32) -> Result<Derivation, TermsError> {
        let path = format!("rows[{k}].due");
        let (principal, interest) = (self.principal(k)?, self.interest(k)?);
        let at = self.schedule.rows.iter().position(|row| row.n == k);
        let result = at
            .map(|at| self.money(self.schedule.due(at)))
            .ok_or_else(|| super::unknown(&path))?;
        let sentence = format!(
            "With installment {k} falls due principal of {} and interest of {}: {result}.",
            principal.result, interest.result,
        );
        let step = Derivation::new(Code::Due, path, result)
            .formula(
                "principal + interest",
                format!("{} + {}", self.carried(&principal), self.carried(&interest)),
            )
            .with("principal", &principal.result)
            .with("interest", &interest.result)
            .say(sentence);
        let due = self.line(k).map(|line| line.principal.plus(&line.interest));
        let step = due.map_or_else(|| step.clone(), |due| self.shown_step(step.clone(), &due));
        Ok(step.because(principal).because(interest))
    }

    pub(super) fn balance(&mut self, k: u32) -> Result<Derivation, TermsError> {
        let path = format!("rows[{k}].balance");
        let principal = self.principal(k)?;
        let before = match self.note(k) {
            Some(note) => note.before.clone(),
            None if k == 0 => A::of(self.plan.lent),
            None => self.plan.parts::<A>(self.plan.interest)?.1,
        };
        let after = match self.line(k) {
            Some(line) => line.balance.clone(),
            None => self.plan.parts::<A>(self.plan.interest)?.1,
        };
        let (before, result) = (self.text(&before), self.shown(&after));
        let sentence = format!(
            "Of {before} outstanding before it, installment {k} repays {}: {result} is left.",
            principal.result,
        );
        let step = Derivation::new(Code::Balance, path, result)
            .formula(
                "balance before − principal",
                format!("{before} − {}", self.carried(&principal)),
            )
            .with("before", &before)
            .with("principal", &principal.result)
            .say(sentence);
        Ok(self.shown_step(step, &after).because(principal))
    }

    pub(super) fn due_on(&mut self, k: u32) -> Result<Derivation, TermsError> {
        let path = format!("rows[{k}].due_on");
        let row = self.schedule.rows.iter().find(|row| row.n == k).copied();
        let (row, terms) = (row.ok_or_else(|| super::unknown(&path))?, self.plan.terms);
        let (anchor, steps) = match terms.first_due_on {
            _ if k == 0 => (terms.disbursed_on, 0),
            Some(first) => (first, k - 1),
            // A bullet loan has one row, on the due date of its last period.
            None if terms.method == Method::Bullet => (terms.disbursed_on, self.plan.last),
            None => (terms.disbursed_on, k),
        };
        let counted = shift(anchor, terms.unit, terms.every, steps, terms.month_end).unwrap_or(row.due_on);
        let unit = rhythm(terms.unit, terms.every);
        let moved = match counted == row.due_on {
            true => String::new(),
            false => format!(" That is a day off, so it moves to {}.", row.due_on),
        };
        Ok(Derivation::new(Code::DueDate, path, row.due_on.to_string())
            .formula("anchor + steps × rhythm", format!("{anchor} + {steps} × {unit}"))
            .with("anchor", anchor)
            .with("steps", steps)
            .with("rhythm", &unit)
            .with("counted", counted)
            .say(format!(
                "Counted from {anchor}: {steps} times {unit} is {counted}.{moved}"
            )))
    }
}

/// The rhythm in words: `1 month`, `30 days`.
fn rhythm(unit: Unit, every: u32) -> String {
    let one = match unit {
        Unit::Days => "day",
        Unit::Weeks => "week",
        Unit::Months => "month",
    };
    format!("{every} {one}{}", if every == 1 { "" } else { "s" })
}
