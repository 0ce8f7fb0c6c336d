//! How interest came about.

use super::derivation::{Code, Derivation};
use super::subject::{Subject, Told};
use crate::course::Note;
use crate::day::Day;
use crate::paid::Segment;
use crate::plan::{Plan, Span};
use crate::ratio::Ratio;
use crate::terms::{Method, TermsError};

impl<A: Told> Subject<'_, A> {
    /// The interest of a row that is known to exist.
    pub(super) fn interest(&mut self, k: u32) -> Result<Derivation, TermsError> {
        let path = format!("rows[{k}].interest");
        if k == 0 {
            let zero = self.shown(&A::of(0));
            return Ok(Derivation::new(Code::InterestOfDownPayment, path, zero)
                .formula("0", "0")
                .say("A down payment is made on the day of disbursement and bears no interest."));
        }
        if self.plan.terms.method == Method::Bullet {
            return self.simple_interest(path);
        }
        let (Some(note), Some(line)) = (self.note(k).cloned(), self.line(k)) else {
            return Err(super::unknown(&path));
        };
        let (falls_due, deferred) = (line.interest.clone(), self.plan.terms.grace.interest_deferred);
        let own = self.own_interest(&note, &path)?;
        if falls_due == note.own {
            return Ok(own);
        }
        let mut own = own;
        own.path = String::new();
        if k <= deferred && falls_due.is_zero() {
            return Ok(Derivation::new(Code::InterestDeferred, path, self.shown(&falls_due))
                .formula("0", "0")
                .with("own", &own.result)
                .with("falls_due_with", deferred + 1)
                .say(format!(
                    "No interest falls due with installment {k}: its {} waits for installment {}.",
                    own.result,
                    deferred + 1,
                ))
                .because(own));
        }
        let brought = falls_due.minus(&note.own);
        let values = format!("{} + {}", self.text(&note.own), self.text(&brought));
        let result = self.shown(&falls_due);
        let sentence = format!(
            "With installment {k} falls due its own interest of {} and that of the deferred periods before it, {}: {result}.",
            own.result,
            self.shown(&brought),
        );
        let step = Derivation::new(Code::InterestWithDeferred, path, result)
            .formula("own interest + deferred interest", values)
            .with("own", &own.result)
            .with("deferred", self.shown(&brought))
            .say(sentence)
            .because(own);
        let waited: Vec<u32> = (1..=deferred.min(k - 1)).collect();
        waited
            .into_iter()
            .try_fold(self.shown_step(step, &falls_due), |step, other| {
                let Some(note) = self.note(other).cloned() else {
                    return Ok(step);
                };
                Ok(step.because(self.own_interest(&note, "")?))
            })
    }

    /// The interest of a period, whether it falls due with its row or later.
    fn own_interest(&mut self, note: &Note<A>, path: &str) -> Result<Derivation, TermsError> {
        if self.plan.terms.method == Method::Flat {
            return self.flat_interest(note, path);
        }
        let until = note.span.due;
        Ok(self.interest_until(&note.span, &note.segments, until, path, &note.own))
    }

    /// The interest of a period up to a day in it.
    pub(super) fn interest_until(
        &self,
        span: &Span,
        segments: &[Segment<A>],
        until: Day,
        path: &str,
        sum: &A,
    ) -> Derivation {
        let parts: Vec<&Segment<A>> = segments.iter().filter(|s| s.from < until).collect();
        if let [only] = parts[..] {
            return self.segment(span, only, until, path);
        }
        let steps: Vec<Derivation> = parts.iter().map(|part| self.segment(span, part, until, "")).collect();
        let results: Vec<&str> = steps.iter().map(|step| self.carried(step)).collect();
        let (values, result) = (results.join(" + "), self.shown(sum));
        let sentence = format!(
            "The balance changed within the period, so its {} parts bear interest by themselves: {values} = {result}.",
            steps.len(),
        );
        let step = Derivation::new(Code::InterestOfSegments, path, result)
            .formula("sum of the parts", values)
            .with("parts", steps.len())
            .say(sentence);
        steps.into_iter().fold(self.shown_step(step, sum), Derivation::because)
    }

    fn segment(&self, span: &Span, segment: &Segment<A>, until: Day, path: &str) -> Derivation {
        let part = (segment.from, segment.to.min(until));
        self.plan
            .segment_told(self.decimals, span, &segment.balance, part, path)
    }

    /// The factor of the part `[a, b)` of a period.
    pub(super) fn factor(&self, span: &Span, a: Day, b: Day) -> Derivation {
        self.plan.factor_told(span, a, b)
    }

    fn flat_interest(&mut self, note: &Note<A>, path: &str) -> Result<Derivation, TermsError> {
        let (n, k) = (self.plan.last, note.span.k);
        let total = self.flat_total()?;
        let result = self.shown(&note.own);
        if k == n {
            let others = self.course.lines.iter().filter(|line| line.n < n);
            let others = others.fold(A::of(0), |sum, line| sum.plus(&line.interest));
            let others = self.text(&others);
            let sentence = format!(
                "The last installment takes what the others leave of all interest: {} − {others} = {result}.",
                total.result,
            );
            let step = Derivation::new(Code::InterestFlatLast, path, result)
                .formula(
                    "all interest − interest of the other installments",
                    format!("{} − {others}", self.carried(&total)),
                )
                .with("all", &total.result)
                .with("others", others)
                .say(sentence);
            return Ok(self.shown_step(step, &note.own).because(total));
        }
        let (amount, factor) = self.flat_factor()?;
        let sentence =
            format!("Every installment but the last bears an equal part of all interest, one of {n}: {result}.");
        Ok(Derivation::new(Code::InterestFlat, path, result)
            .formula(
                "all interest / installments",
                format!("{} × {} / {n}", self.text(&amount), self.fraction(factor)),
            )
            .with("installments", n)
            .exact(amount.times_value(factor.times(1, n.into()), self.decimals))
            .rounded(Some(self.plan.money), self.decimals)
            .say(sentence)
            .because(total))
    }

    /// The amount lent in installments, and all flat interest as a fraction of it.
    pub(super) fn flat_factor(&mut self) -> Result<(A, Ratio), TermsError> {
        let (_, amount) = self.plan.parts::<A>(self.plan.interest)?;
        let span = self.dates.period(1)?;
        let years = self.plan.calendar.years(1, span.start, span.start);
        let rate = self.plan.rate(span.start.date);
        Ok((amount, rate.times(years.num * u128::from(self.plan.last), years.den)))
    }

    pub(super) fn flat_total(&mut self) -> Result<Derivation, TermsError> {
        let (amount, factor) = self.flat_factor()?;
        let total = amount.times(factor, self.plan.interest).unwrap_or_else(|| A::of(0));
        let (n, text) = (self.plan.last, self.text(&amount));
        let span = self.dates.period(1)?;
        let one = self.factor(&span, span.start, span.due);
        let result = self.shown(&total);
        let sentence = format!(
            "All interest is agreed at the start, on the amount lent for the whole term: {text} × {} for each of {n} periods is {result}.",
            one.result,
        );
        Ok(Derivation::new(Code::InterestFlatTotal, "", result)
            .formula(
                "principal × factor × installments",
                format!("{text} × {} × {n}", one.result),
            )
            .with("principal", &text)
            .with("installments", n)
            .exact(amount.times_value(factor, self.decimals))
            .rounded(Some(self.plan.money), self.decimals)
            .say(sentence)
            .because(one))
    }

    /// The interest of a bullet loan.
    fn simple_interest(&mut self, path: String) -> Result<Derivation, TermsError> {
        let (_, principal) = self.plan.parts::<A>(self.plan.interest)?;
        let (mut all, mut steps) = (Ratio::new(0, 1), Vec::new());
        for k in 1..=self.plan.last {
            let span = self.dates.period(k)?;
            all = all.plus(self.plan.factor(&span));
            steps.push(self.factor(&span, span.start, span.due));
        }
        let interest = self.line(1).map_or_else(|| A::of(0), |line| line.interest.clone());
        let (result, text) = (self.shown(&interest), self.text(&principal));
        let sentence = format!(
            "Simple interest on {text} over all {} periods: their factors add up to {}.",
            self.plan.last,
            self.fraction(all),
        );
        let step = Derivation::new(Code::InterestSimple, path, result)
            .formula(
                "principal × sum of the factors",
                format!("{text} × {}", self.fraction(all)),
            )
            .with("principal", &text)
            .with("periods", self.plan.last)
            .exact(principal.times_value(all, self.decimals))
            .rounded(Some(self.plan.money), self.decimals)
            .say(sentence);
        Ok(steps.into_iter().fold(step, Derivation::because))
    }

    pub(super) fn fraction(&self, ratio: Ratio) -> String {
        super::number::Fraction::of(ratio).text()
    }
}

impl Plan<'_> {
    /// The interest that a balance bears in a part of a period.
    pub(super) fn segment_told<A: Told>(
        &self,
        decimals: u32,
        span: &Span,
        balance: &A,
        (from, to): (Day, Day),
        path: &str,
    ) -> Derivation {
        let factor = self.factor_of_part(span, from, to);
        let interest = balance.times(factor, self.interest).unwrap_or_else(|| A::of(0));
        let result = interest
            .shown(self.money)
            .map_or_else(|| interest.text(decimals), |money| money.to_plain(decimals));
        let text = balance.text(decimals);
        let why = self.factor_told(span, from, to);
        let code = match (from, to) == (span.start, span.due) {
            true => Code::InterestOfPeriod,
            false => Code::InterestOfSegment,
        };
        let sentence = format!(
            "From {} to {} a balance of {text} bears interest of {result}: {text} × {}.",
            from.date, to.date, why.result,
        );
        Derivation::new(code, path, result)
            .formula("balance × factor", format!("{text} × {}", why.result))
            .with("balance", &text)
            .with("factor", &why.result)
            .with("from", from.date)
            .with("to", to.date)
            .with("days", from.until(to))
            .exact(balance.times_value(factor, decimals))
            .rounded(Some(self.money), decimals)
            .say(sentence)
            .because(why)
    }
}
