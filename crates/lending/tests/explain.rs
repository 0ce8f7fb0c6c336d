//! Every figure explains itself, and the explanation leads to the figure.

use crate::common::{figures, vectors};
use farthing_lending::RoundingMode;
use farthing_lending::compute::answer;
use farthing_lending::explain::{Derivation, explain_vector};
use rust_decimal::Decimal;
use serde_json::json;

#[test]
fn every_figure_of_every_vector_is_derived() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for vector in vectors() {
        for (path, figure) in figures(&answer(&vector)) {
            count += 1;
            match explain_vector(&vector, &path) {
                Ok(step) if step.result == figure && step.path == path => {}
                Ok(step) => wrong.push(format!(
                    "{} {path}: {figure}, derived {} as {}",
                    vector["id"], step.result, step.path
                )),
                Err(error) => wrong.push(format!("{} {path}: {error}", vector["id"])),
            }
        }
    }
    assert!(count > 2_500, "only {count} figures");
    assert!(
        wrong.is_empty(),
        "{} of {count} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What a formula with values in it comes to: sums, products, quotients, brackets; nothing where it has words.
struct Formula<'a>(std::iter::Peekable<std::str::Chars<'a>>);

impl Formula<'_> {
    fn value(text: &str) -> Option<Decimal> {
        let plain = text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let is_plain = plain.chars().all(|c| c.is_ascii_digit() || "+−-×/().".contains(c));
        // A day is not a difference.
        if !is_plain || plain.split('-').count() > 2 {
            return None;
        }
        let mut formula = Formula(plain.chars().peekable());
        let value = formula.sum()?;
        formula.0.next().is_none().then_some(value)
    }

    fn sum(&mut self) -> Option<Decimal> {
        let mut value = self.product()?;
        while let Some(sign) = self.0.next_if(|c| "+−".contains(*c)) {
            let other = self.product()?;
            value = if sign == '+' { value + other } else { value - other };
        }
        Some(value)
    }

    fn product(&mut self) -> Option<Decimal> {
        let mut value = self.number()?;
        while let Some(sign) = self.0.next_if(|c| "×/".contains(*c)) {
            let other = self.number()?;
            value = if sign == '×' {
                value.checked_mul(other)?
            } else {
                value.checked_div(other)?
            };
        }
        Some(value)
    }

    fn number(&mut self) -> Option<Decimal> {
        if self.0.next_if_eq(&'(').is_some() {
            let value = self.sum()?;
            return self.0.next_if_eq(&')').map(|_| value);
        }
        let mut text = String::new();
        while let Some(c) = self
            .0
            .next_if(|c| c.is_ascii_digit() || *c == '.' || (*c == '-' && text.is_empty()))
        {
            text.push(c);
        }
        Decimal::from_str_exact(&text).ok()
    }
}

/// What in a step, or in those that it rests on, does not lead to its result.
fn check(step: &Derivation, wrong: &mut Vec<String>, checked: &mut usize) {
    let mut say = |what: String| wrong.push(format!("{} {:?}: {what}", step.path, step.code));
    let number = |text: &str| text.parse::<Decimal>().ok();
    let is_near = |a: Decimal, b: Decimal| (a - b).abs() <= Decimal::new(1, 9) * (Decimal::ONE + b.abs());
    if step.sentence.is_empty() || step.formula.is_empty() {
        say("nothing is said".into());
    }
    let before = step.exact.as_ref().and_then(|exact| number(&exact.decimal));
    if let (Some(before), Some(rounded)) = (before, &step.rounded) {
        let off = (number(&rounded.to).unwrap() - before).abs();
        let unit = number(&rounded.unit).unwrap();
        let most = if rounded.mode == RoundingMode::Up {
            unit
        } else {
            unit / Decimal::TWO
        };
        if off > most + Decimal::new(1, 15) || rounded.to != step.result {
            say(format!("{before} rounded to {} is {}", rounded.unit, rounded.to));
        }
    }
    if let (Some(value), Some(result)) = (
        Formula::value(&step.values),
        before.or_else(|| Formula::value(&step.result)),
    ) {
        *checked += 1;
        if !is_near(value, result) {
            say(format!("{} = {} is {value}, not {result}", step.formula, step.values));
        }
    }
    for step in &step.steps {
        check(step, wrong, checked);
    }
}

#[test]
fn the_values_of_a_formula_lead_to_its_result() {
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for vector in vectors() {
        for (path, _) in figures(&answer(&vector)) {
            let mut here = Vec::new();
            check(&explain_vector(&vector, &path).unwrap(), &mut here, &mut checked);
            wrong.extend(here.into_iter().map(|what| format!("{} {path}: {what}", vector["id"])));
        }
    }
    assert!(checked > 10_000, "only {checked} formulas were worked out");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_path_that_does_not_exist_is_refused_with_those_that_do() {
    let terms = json!({
        "principal": "100", "annual_rate": "7", "disbursed_on": "2024-01-01", "installments": 6, "every": 1, "unit": "months",
        "method": "declining_equal_installments", "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_even", "installment_multiple": "0.01"},
    });
    for (path, says) in [
        ("rows[7].interest", "from 1 to 6"),
        ("rows[0].principal", "from 1 to 6"),
        ("rows[3]", "rows[N].interest"),
        ("rows[3].fee", "rows[N].interest"),
        ("rows[-1].due", "rows[N].interest"),
        ("", "installment"),
        ("apr_pct", "total_interest"),
        ("payoff.tax", "payoff.interest"),
    ] {
        let error = explain_vector(&terms, path).unwrap_err();
        assert_eq!(error.field, "path", "{path}");
        assert!(error.message.contains(says), "{path}: {}", error.message);
    }
    assert_eq!(explain_vector(&terms, "payoff").unwrap_err().field, "payoff_on");
    let rule = json!({"kind": "rule", "terms": {"rule": "late_penalty", "due": "350", "penalty_pct": "10"}});
    assert!(
        explain_vector(&rule, "fee")
            .unwrap_err()
            .message
            .contains("must_pay or penalty")
    );
    let mut impossible = terms;
    impossible["principal"] = "-1".into();
    assert_eq!(
        explain_vector(&impossible, "installment").unwrap_err().field,
        "principal"
    );
}

#[test]
fn a_sentence_names_days_rule_and_rounding() {
    let terms = json!({
        "principal": "1000", "annual_rate": "12", "disbursed_on": "2024-01-15", "installments": 3, "every": 1,
        "unit": "months", "method": "declining_equal_installments", "interest_period": "daily", "day_count": "act/365",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    });
    let step = explain_vector(&terms, "rows[1].interest").unwrap();
    assert_eq!(
        (step.formula.as_str(), step.values.as_str()),
        ("balance × factor", "1000.00 × 93/9125")
    );
    let rounded = step.rounded.clone().unwrap();
    assert_eq!(
        (rounded.from.as_str(), rounded.to.as_str()),
        ("10.19178082191780821918", "10.19")
    );
    let said = step
        .lines()
        .iter()
        .map(|(_, line)| line.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    for part in [
        "31 days",
        "act/365",
        "31/365",
        "12 %",
        "rounded to the nearest, ties up, to a multiple of 0.01: 10.19",
        "10.19",
    ] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
}
