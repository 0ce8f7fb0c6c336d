//! How the answer to a question about the time value of money came about.

use super::derivation::{Code, Derivation};
use crate::terms::TermsError;
use crate::tvm::{Function, Known, When, value};

/// The equation that holds between the five numbers.
const EQUATION: &str = "pv (1+r)^n + pmt (1 + r b) ((1+r)^n − 1)/r + fv = 0";

/// Explains the number asked for: the equation solved for it, with what is known.
///
/// # Errors
/// Those of [`value`].
pub(super) fn explain_tvm(known: &Known) -> Result<Derivation, TermsError> {
    let result = value(known)?;
    let (name, meaning, formula) = match known.function {
        Function::Pmt => (
            "pmt",
            "payment of each period",
            "pmt = −(pv (1+r)^n + fv) r / ((1 + r b) ((1+r)^n − 1))",
        ),
        Function::Pv => (
            "pv",
            "present value",
            "pv = −(fv + pmt (1 + r b) ((1+r)^n − 1)/r) / (1+r)^n",
        ),
        Function::Fv => (
            "fv",
            "future value",
            "fv = −(pv (1+r)^n + pmt (1 + r b) ((1+r)^n − 1)/r)",
        ),
        Function::Rate => ("rate", "rate per period", EQUATION),
        Function::Nper => ("nper", "number of periods", EQUATION),
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "0".into());
    let begin = match known.when {
        When::End => "0",
        When::Begin => "1",
    };
    let numbers = [
        ("rate", "r", text(&known.rate)),
        ("nper", "n", text(&known.nper)),
        ("pv", "pv", text(&known.pv)),
        ("pmt", "pmt", text(&known.pmt)),
        ("fv", "fv", text(&known.fv)),
    ];
    let given = numbers.iter().filter(|(number, ..)| *number != name);
    let mut values: Vec<String> = given
        .clone()
        .map(|(_, sign, value)| format!("{sign} = {value}"))
        .collect();
    values.push(format!("b = {begin}"));
    let sentence = format!(
        "The {meaning} that makes {EQUATION} true with {} is {result}, to 40 digits.",
        values.join(", "),
    );
    let step = Derivation::new(Code::TimeValue, "value", &result)
        .formula(formula, values.join(", "))
        .with("asked", name)
        .with("begin", begin);
    let step = given.fold(step, |step, (number, _, value)| step.with(number, value));
    Ok(step.say(sentence))
}
