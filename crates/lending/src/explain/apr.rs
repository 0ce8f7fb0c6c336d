//! How an annual percentage rate came about.

use super::derivation::{Code, Derivation, Value};
use crate::apr::{AprRule, Disclosure, Group, apr, grouped};
use crate::apr_exact::{DIGITS, solve, worth};
use crate::apr_time::{Count, Time};
use crate::big;
use crate::ratio::Rounder;
use crate::terms::{RoundingMode, TermsError};
use dashu_float::DBig;

/// Explains an annual percentage rate: the equation, the time of each line of flows, and what each is worth at the rate.
///
/// # Errors
/// Those of [`apr`].
pub fn explain_apr(disclosure: &Disclosure) -> Result<Derivation, TermsError> {
    let result = apr(disclosure)?.to_decimals(10);
    let (groups, count) = grouped(disclosure)?;
    let (num, den) = count.per_year();
    let per_year = if den == 1 {
        num.to_string()
    } else {
        format!("{num}/{den}")
    };
    if let Count::Term { .. } = count {
        return Ok(of_term(&groups, &result, &per_year));
    }
    let is_eu = disclosure.rule == AprRule::Eu;
    let mut flows: Vec<_> = groups.iter().flat_map(|group| group.flows.clone()).collect();
    flows.sort_by_key(|flow| flow.time.whole);
    let rate = solve(&flows, is_eu)?;
    let (formula, values) = match is_eu {
        true => (
            "sum of advances × (1 + X)^-t = sum of payments × (1 + X)^-t; 100 × X",
            "100 × ((1 + i)^n − 1)",
        ),
        false => (
            "sum of advances / ((1 + f i)(1 + i)^t) = sum of payments / ((1 + f i)(1 + i)^t); 100 × i × n",
            "100 × i × n",
        ),
    };
    let unit = short(&rate, 12);
    let values = format!("{values} with i = {unit}, n = {per_year}");
    let rule = if is_eu {
        "the EU directives"
    } else {
        "Regulation Z, appendix J"
    };
    let sentence = format!(
        "By {rule} the rate per unit-period is {unit}, at which what is advanced and what is paid are worth the same on the \
         day of the first advance; with {per_year} unit-periods a year that is {result} %.",
    );
    let step = Derivation::new(Code::Apr, "apr_pct", &result)
        .formula(formula, values)
        .with("rule", if is_eu { "eu" } else { "reg_z" })
        .with("rate_per_period", &unit)
        .with("periods_a_year", &per_year)
        .with("flows", flows.len())
        .say(sentence);
    Ok(groups
        .iter()
        .fold(step, |step, group| step.because(of_group(group, is_eu, &rate))))
}

/// Explains the rate with one decimal that the EU asks for.
///
/// # Errors
/// Those of [`apr`]; on `path` for Regulation Z.
pub(super) fn explain_legal(disclosure: &Disclosure) -> Result<Derivation, TermsError> {
    if disclosure.rule != AprRule::Eu {
        return Err(super::no_such_figure("legal_1dp", "apr_pct"));
    }
    let (result, whole) = (apr(disclosure)?.to_decimals(1), explain_apr(disclosure)?);
    let exact = Value {
        fraction: None,
        decimal: whole.result.clone(),
    };
    let rounder = Rounder {
        unit: 1,
        mode: RoundingMode::HalfUp,
    };
    Ok(Derivation::new(Code::AprLegal, "legal_1dp", &result)
        .formula("rate, rounded to one decimal", &whole.result)
        .with("apr_pct", &whole.result)
        .exact(exact)
        .rounded(Some(rounder), 1)
        .say(format!("The EU's rate is stated with one decimal: {result} %."))
        .because(Derivation {
            path: "apr_pct".into(),
            ..whole
        }))
}

/// A number with so many decimals, the last of them rounded.
fn short(value: &DBig, decimals: u32) -> String {
    let scale = big::int(10, DIGITS).powi(dashu_int::IBig::from(decimals));
    big::with_point(&(value * scale).round().to_int().value(), decimals)
}

fn time(time: Time) -> String {
    match time.part {
        (0, _) => time.whole.to_string(),
        (num, den) => format!("{} + {num}/{den}", time.whole),
    }
}

fn of_group(group: &Group, is_eu: bool, rate: &DBig) -> Derivation {
    let (sum, _) = worth(&group.flows, is_eu, rate);
    let sum = if sum < DBig::ZERO { -sum } else { sum };
    let result = short(&sum, 10);
    let amount = group
        .flows
        .first()
        .map(|flow| flow.amount.abs().normalize())
        .unwrap_or_default();
    let first = group.flows.first().map(|flow| time(flow.time)).unwrap_or_default();
    let last = group.flows.last().map(|flow| time(flow.time)).unwrap_or_default();
    let count = group.flows.len();
    let when = match count {
        1 => format!("at {first} unit-periods"),
        _ => format!("{count} times, from {first} to {last} unit-periods"),
    };
    Derivation::new(Code::Worth, &group.path, &result)
        .formula("sum of amount × discount", format!("{amount} {when}"))
        .with("amount", amount)
        .with("count", count)
        .with("first_time", first)
        .with("last_time", last)
        .say(format!(
            "{amount} {when} after the first advance, is worth {result} on its day."
        ))
}

fn of_term(groups: &[Group], result: &str, per_year: &str) -> Derivation {
    let amount = |at: usize| {
        let flow = groups.get(at).and_then(|group| group.flows.first());
        flow.map(|flow| flow.amount.abs().normalize()).unwrap_or_default()
    };
    let (lent, paid) = (amount(0), amount(1));
    Derivation::new(Code::AprOfTerm, "apr_pct", result)
        .formula("100 × (payment / advance − 1) × n", format!("100 × ({paid} / {lent} − 1) × {per_year}"))
        .with("advance", lent)
        .with("payment", paid)
        .with("periods_a_year", per_year)
        .say(format!(
            "One payment of {paid} for one advance of {lent}, over a term that fits into a year {per_year} times: {result} %."
        ))
}
