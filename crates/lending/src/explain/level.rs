//! How an installment came about.

use super::derivation::{Code, Derivation, Value};
use super::number::{Fraction, approximate};
use super::subject::{Subject, Told};
use crate::amount::Amount;
use crate::course::LevelNote;
use crate::exact::Exact;
use crate::plan::StepGrowth;
use crate::ratio::Ratio;
use crate::terms::{Method, TermsError};

impl<A: Told> Subject<'_, A> {
    /// The installment that the schedule shows first.
    pub(super) fn first_installment(&mut self) -> Result<Derivation, TermsError> {
        let result = self.money(self.schedule.installment);
        if self.course.level.is_none() {
            let first = self.course.lines.first().map_or(1, |line| line.n);
            let due = self.due(first)?;
            return Ok(
                Derivation::new(Code::InstallmentFirstDue, "installment", result.clone())
                    .formula("due of the first row", &result)
                    .say(format!(
                        "This method has no level installment; {result} is what falls due first."
                    ))
                    .because(due),
            );
        }
        let mut step = self.installment(self.plan.terms.grace.principal + 1)?;
        step.path = "installment".into();
        Ok(step)
    }

    /// The installment in force for row `k`.
    pub(super) fn installment(&mut self, k: u32) -> Result<Derivation, TermsError> {
        let in_force = self.note(k).and_then(|note| note.level.clone());
        let in_force = in_force.unwrap_or_else(|| A::of(0));
        let result = self.shown(&in_force);
        let tuned = self.chosen.level.clone().filter(|level| *level == in_force);
        let noted = self.level_note(k).cloned();
        match (tuned, noted) {
            (Some(_), None) => self.tuned(&in_force),
            (None, None) => Ok(Derivation::new(Code::InstallmentGiven, "", result.clone())
                .formula("given", &result)
                .say(format!(
                    "The installment of {result} is agreed in the terms, not worked out."
                ))),
            (_, Some(note)) => {
                let first = self.worked_out(&note)?;
                if note.level == in_force {
                    return Ok(first);
                }
                Ok(self.stepped(k, &note, &in_force, first))
            }
        }
    }

    fn worked_out(&mut self, note: &LevelNote<A>) -> Result<Derivation, TermsError> {
        let (result, balance) = (self.shown(&note.level), self.text(&note.balance));
        let left = self.plan.last + 1 - note.from;
        let rounder = self.plan.installment;
        match self.plan.terms.method {
            Method::DecliningEqualPrincipal => Ok(Derivation::new(Code::InstallmentEqualPrincipal, "", &result)
                .formula("balance / installments left", format!("{balance} / {left}"))
                .with("balance", &balance)
                .with("installments", left)
                .exact(note.balance.times_value(Ratio::new(1, left.into()), self.decimals))
                .rounded(rounder, self.decimals)
                .say(format!("{balance} over {left} installments makes parts of {result}."))),
            Method::Flat => {
                let total = self.flat_total()?;
                let (amount, factor) = self.flat_factor()?;
                let (n, text) = (self.plan.last, self.text(&amount));
                let all = Ratio::new(factor.num + factor.den, factor.den * u128::from(n));
                Ok(Derivation::new(Code::InstallmentFlat, "", &result)
                    .formula(
                        "(principal + all interest) / installments",
                        format!("({text} + {}) / {n}", self.carried(&total)),
                    )
                    .with("principal", &text)
                    .with("all_interest", &total.result)
                    .with("installments", n)
                    .exact(amount.times_value(all, self.decimals))
                    .rounded(rounder, self.decimals)
                    .say(format!(
                        "{text} and all interest, {}, over {n} installments makes {result}.",
                        total.result
                    ))
                    .because(total))
            }
            _ if self.plan.steps.is_some()
                && self.plan.fixed_installment.is_some()
                && note.from == self.plan.terms.grace.principal + 1 =>
            {
                Ok(Derivation::new(Code::InstallmentGiven, "", &result)
                    .formula("given", &result)
                    .say(format!(
                        "The first installment of {result} is agreed in the terms, not worked out."
                    )))
            }
            _ => self.level_by_formula(note, left, &balance),
        }
    }

    fn level_by_formula(&mut self, note: &LevelNote<A>, left: u32, balance: &str) -> Result<Derivation, TermsError> {
        let growth = self.plan.growth(note.from, &mut self.dates)?;
        let (g, s) = Exact::growth_and_sum(&growth);
        let shown = |parts| approximate(parts, Exact::GROWTH_PLACES).decimal;
        let (g, s, residual) = (shown(&g), shown(&s), self.text(&note.residual));
        let mut factors: Vec<(Ratio, u32)> = Vec::new();
        growth.each(|f| match factors.iter_mut().find(|(known, _)| *known == f) {
            Some((_, times)) => *times += 1,
            None => factors.push((f, 1)),
        });
        let list: Vec<String> = factors
            .iter()
            .map(|(f, times)| format!("{times} × {}", Fraction::of(*f).text()))
            .collect();
        let result = self.shown(&note.level);
        let (code, exact, names, values) = match self.plan.steps {
            None => (
                Code::InstallmentLevel,
                Exact::level(&note.balance.exact(), &note.residual.exact(), &growth, None),
                "(B × G − R) / S",
                format!("({balance} × {g} − {residual}) / {s}"),
            ),
            Some(_) => (
                Code::InstallmentSteppedFirst,
                None,
                "(B × G − R − T) / S, with what later installments are larger in S and T",
                format!("B = {balance}, G = {g}, R = {residual}"),
            ),
        };
        let sentence = format!(
            "A balance of {balance} is brought down to {residual} by {left} installments from number {} on with the factors \
             {}: each is {result}, where G = {g} is the product of all 1 + f, and S = {s} what installments of 1 grow to.",
            note.from,
            list.join(", "),
        );
        let sentence = match self.plan.steps {
            None => sentence,
            Some(steps) => format!(
                "A balance of {balance} is brought down to {residual} by {left} installments from number {} on that grow by {} \
                 every {}, with the factors {}: the first is {result}.",
                note.from,
                self.growth_told(),
                steps.every,
                list.join(", "),
            ),
        };
        let mut step = Derivation::new(code, "", &result)
            .formula(names, values)
            .with("balance", balance)
            .with("residual", &residual)
            .with("installments", left)
            .with("from", note.from)
            .with("growth", &g)
            .with("sum", &s)
            .with("factors", list.join(" + "));
        if let Some(exact) = exact {
            step = step
                .exact(self.value_of(&exact))
                .rounded(self.plan.installment, self.decimals);
        }
        let span = self.dates.period(note.from)?;
        let first = self.factor(&span, span.start, span.due);
        Ok(step.say(sentence).because(first))
    }

    fn value_of(&self, exact: &Exact) -> Value {
        approximate(exact.parts(), Exact::PLACES + self.decimals)
    }

    /// The installment that tuning preferred, with the one of the formula.
    pub(super) fn tuned(&mut self, level: &A) -> Result<Derivation, TermsError> {
        let agreed = self.plan.as_agreed();
        let mut base = Subject::<A>::untuned(agreed, self.decimals)?;
        let first = base.first_installment()?;
        let (n, result) = (self.plan.last, self.shown(level));
        let (last, off, step) = match (base.course.last_due(), &base.course.level) {
            (Some(last), Some(untuned)) => (base.shown(&last), last.minus(untuned), level.minus(untuned)),
            _ => (String::new(), A::of(0), A::of(0)),
        };
        let (share, off) = (self.share(&off, &step), self.text(&off));
        Ok(Derivation::new(Code::InstallmentTuned, "", &result)
            .formula("installment + d / n", format!("{} + ({})", self.carried(&first), share.result))
            .with("untuned", &first.result)
            .with("last_due", &last)
            .with("difference", &off)
            .with("installments", n)
            .say(format!(
                "With {} the last installment would be {last}, off by {off}; {} of that on every one of {n} makes {result} and \
                 leaves the last one nearer to the others.",
                first.result, share.result,
            ))
            .because(first)
            .because(share))
    }

    /// The share of each installment in what the last one is off by.
    fn share(&self, off: &A, step: &A) -> Derivation {
        let (n, text, result) = (self.plan.last, self.text(off), self.shown(step));
        let size = off.abs().times_value(Ratio::new(1, n.into()), self.decimals);
        let sign = |text: String| if off.is_negative() { format!("-{text}") } else { text };
        let exact = Value {
            fraction: size.fraction.map(sign),
            decimal: sign(size.decimal),
        };
        Derivation::new(Code::TuningShare, "", &result)
            .formula("d / n", format!("({text}) / {n}"))
            .with("difference", &text)
            .with("installments", n)
            .exact(exact)
            .rounded(Some(self.plan.money), self.decimals)
            .say(format!("{text} over {n} installments is {result} each."))
    }

    /// By how much installments grow.
    fn growth_told(&self) -> String {
        match self.plan.steps.map(|steps| steps.growth) {
            Some(StepGrowth::Amount(minor)) => super::number::plain(minor, self.decimals),
            Some(StepGrowth::Part(part)) => format!("{} %", Fraction::of(part.times(100, 1)).decimal()),
            None => String::new(),
        }
    }

    /// An installment that has grown since it was worked out.
    fn stepped(&self, k: u32, note: &LevelNote<A>, in_force: &A, first: Derivation) -> Derivation {
        let (result, every) = (self.shown(in_force), self.plan.steps.map_or(1, |steps| steps.every));
        let start = self.plan.terms.grace.principal + 1;
        let times = (k - start) / every - (note.from - start) / every;
        let by = self.growth_told();
        let step = Derivation::new(Code::InstallmentStepped, "", &result)
            .formula(
                "first installment, grown",
                format!("{} grown {times} times by {by}", self.carried(&first)),
            )
            .with("first", &first.result)
            .with("times", times)
            .with("by", &by)
            .with("every", every);
        self.shown_step(step, in_force)
            .say(format!(
                "Installments grow by {by} every {every}: by number {k} the first, {}, has grown {times} times to {result}.",
                first.result,
            ))
            .because(first)
    }
}
