//! How totals and a payoff came about.

use super::derivation::{Code, Derivation};
use super::subject::{Subject, Told};
use crate::paid::sum_until;
use crate::terms::{Method, PayoffInterest, TermsError};

impl<A: Told> Subject<'_, A> {
    pub(super) fn total_interest(&self) -> Derivation {
        let parts: Vec<(u32, A)> = self
            .course
            .lines
            .iter()
            .map(|line| (line.n, line.interest.clone()))
            .collect();
        self.total(
            "total_interest",
            "interest",
            &parts,
            self.money(self.schedule.total_interest),
        )
    }

    pub(super) fn total_due(&self) -> Result<Derivation, TermsError> {
        let (down, _) = self.plan.parts::<A>(self.plan.interest)?;
        let first = (!down.is_zero()).then_some((0, down));
        let others = self
            .course
            .lines
            .iter()
            .map(|line| (line.n, line.principal.plus(&line.interest)));
        let parts: Vec<(u32, A)> = first.into_iter().chain(others).collect();
        Ok(self.total("total_due", "due", &parts, self.money(self.schedule.total_due)))
    }

    fn total(&self, path: &str, column: &str, parts: &[(u32, A)], result: String) -> Derivation {
        let texts: Vec<String> = parts.iter().map(|(_, part)| self.text(part)).collect();
        let sentence = format!("The {column} of all {} rows adds up to {result}.", parts.len());
        let sum = parts.iter().fold(A::of(0), |sum, (_, part)| sum.plus(part));
        let step = Derivation::new(Code::Total, path, result)
            .formula("sum of the rows", texts.join(" + "))
            .with("column", column)
            .with("rows", parts.len())
            .say(sentence);
        self.shown_step(step, &sum)
    }

    pub(super) fn count(&self) -> Derivation {
        let (count, planned) = (self.schedule.count(), self.plan.terms.installments);
        let why = match planned {
            Some(n) if usize::try_from(n).is_ok_and(|n| n == count) => "as many as agreed".to_string(),
            Some(n) => format!("of the {n} agreed, because the balance is repaid by then"),
            None => "as many as the given installment takes".to_string(),
        };
        Derivation::new(Code::Count, "count", count.to_string())
            .formula("rows", count.to_string())
            .with("agreed", planned.map_or_else(|| "null".to_string(), |n| n.to_string()))
            .say(format!(
                "There are {count} installments, {why}; a down payment does not count."
            ))
    }

    /// Whether tuning took another installment.
    pub(super) fn is_tuned(&mut self) -> Result<Derivation, TermsError> {
        let (asked, taken) = (self.plan.terms.installment_tuning, self.chosen.level.clone());
        let step = Derivation::new(Code::Tuned, "tuned", taken.is_some().to_string())
            .formula(
                "the tuned installment leaves a last one that is nearer",
                taken.is_some().to_string(),
            )
            .with("asked", asked);
        let Some(level) = taken else {
            return Ok(step.say(match asked {
                true => "The installment of the formula stays: no other leaves a last one that is nearer to it.",
                false => "The terms ask for no tuning: the installment of the formula stays.",
            }));
        };
        let tuned = self.tuned(&level)?;
        Ok(step
            .say(format!(
                "Tuning took {} instead of the formula's installment.",
                tuned.result
            ))
            .because(tuned))
    }

    pub(super) fn last_due(&mut self) -> Result<Derivation, TermsError> {
        let last = self.course.lines.last().map_or(1, |line| line.n);
        let mut step = self.due(last)?;
        step.path = "last_due".into();
        Ok(step)
    }

    pub(super) fn payoff(&mut self, figure: &str) -> Result<Derivation, TermsError> {
        let path = format!("payoff.{figure}");
        if !["principal", "interest", "total"].contains(&figure) {
            return Err(super::no_such_figure(
                &path,
                "payoff.principal, payoff.interest or payoff.total",
            ));
        }
        let (Some(on), Some(payoff)) = (self.plan.payoff_on, self.schedule.payoff) else {
            return Err(TermsError::on(
                "payoff_on",
                "Enter the day of the payoff: the terms have none.",
            ));
        };
        let principal = self.payoff_principal(on);
        let interest = self.payoff_interest(on)?;
        match figure {
            "principal" => Ok(principal),
            "interest" => Ok(interest),
            _ => {
                let result = self.money(payoff.total);
                let sentence = format!(
                    "On {on} the loan is settled by {result}: principal of {} and interest of {}.",
                    principal.result, interest.result,
                );
                let step = Derivation::new(Code::PayoffTotal, path, result)
                    .formula(
                        "principal + interest",
                        format!("{} + {}", self.carried(&principal), self.carried(&interest)),
                    )
                    .with("on", on);
                let sum = self
                    .course
                    .payoff
                    .as_ref()
                    .map(|(principal, interest)| principal.plus(interest));
                let step = sum.map_or_else(|| step.clone(), |sum| self.shown_step(step.clone(), &sum));
                Ok(step.say(sentence).because(principal).because(interest))
            }
        }
    }

    fn payoff_principal(&self, on: chrono::NaiveDate) -> Derivation {
        let principal = self
            .course
            .payoff
            .as_ref()
            .map_or_else(|| A::of(0), |(principal, _)| principal.clone());
        let result = self.shown(&principal);
        let row = self
            .course
            .lines
            .iter()
            .take_while(|line| line.due_on <= on)
            .last()
            .map_or(0, |line| line.n);
        let step = Derivation::new(Code::PayoffPrincipal, "payoff.principal", &result)
            .formula("principal outstanding", &result)
            .with("on", on)
            .with("rows_before", row)
            .say(format!(
                "On {on}, after {row} installments and with what was paid and advanced since, {result} of principal is outstanding."
            ));
        self.shown_step(step, &principal)
    }

    fn payoff_interest(&mut self, on: chrono::NaiveDate) -> Result<Derivation, TermsError> {
        let path = "payoff.interest";
        let interest = self
            .course
            .payoff
            .as_ref()
            .map_or_else(|| A::of(0), |(_, interest)| interest.clone());
        let whole = self.plan.terms.payoff_interest.unwrap_or_default() == PayoffInterest::ToPeriodEnd;
        if self.plan.terms.method == Method::Bullet {
            return self.payoff_of_bullet(on, whole, &interest);
        }
        let note = self
            .trace
            .notes
            .iter()
            .find(|note| note.span.start.date <= on && on < note.span.due.date);
        let Some(note) = note.cloned() else {
            return Err(super::unknown(path));
        };
        let until = if whole { note.span.due } else { on.into() };
        let running = self.interest_until(&note.span, &note.segments, until, "", &interest);
        let result = self.shown(&interest);
        let sentence = format!(
            "The interest of the running period from {} up to {}, {}: {result}.",
            note.span.start.date,
            until.date,
            if whole {
                "the end of the period"
            } else {
                "the day of the payoff"
            },
        );
        Ok(Derivation::new(Code::PayoffInterest, path, &result)
            .formula("interest of the running period", &result)
            .with("from", note.span.start.date)
            .with("to", until.date)
            .with("advanced", sum_until::<A>(&self.plan.advances, on).text(self.decimals))
            .say(sentence)
            .because(running))
    }

    fn payoff_of_bullet(&mut self, on: chrono::NaiveDate, whole: bool, interest: &A) -> Result<Derivation, TermsError> {
        let result = self.shown(interest);
        let end = self.course.lines.first().map_or(on, |line| line.due_on);
        let until = if whole { end } else { on };
        let step = Derivation::new(Code::PayoffInterest, "payoff.interest", &result)
            .formula("principal × sum of the factors", &result)
            .with("from", self.plan.terms.disbursed_on)
            .with("to", until)
            .say(format!(
                "Simple interest from the disbursement up to {until}: {result}."
            ));
        let mut step = self.shown_step(step, interest);
        for k in 1..=self.plan.last {
            let span = self.dates.period(k)?;
            if span.start.date < until {
                step = step.because(self.factor(&span, span.start, span.due.min(until.into())));
            }
        }
        Ok(step)
    }
}
