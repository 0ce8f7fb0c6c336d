//! The headless contract: a vector in, its figures out, both as JSON. What cannot be carried out is answered with the
//! field and the remedy, never with a panic.

use crate::schedule::{Schedule, build};
use crate::show::{Named, Refused, Shown};
use crate::terms::{Multiple, Terms, TermsError};
use crate::{apr, rules, tvm};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The most decimals that a currency of the contract may have.
const MOST_DECIMALS: u32 = 6;

/// The keys of a vector; only the first three are read.
const KEYS: [&str; 7] = ["id", "kind", "terms", "expect", "source", "authority", "note"];

/// What a vector can ask for, worked out.
enum Figures {
    Schedule(Box<Schedule>),
    Named(Map<String, Value>),
}

/// The answer to one vector: its `id` and every figure that its kind can have, or its `id` and an `error`.
pub fn answer(vector: &Value) -> Value {
    let mut line = Vec::new();
    write_answer(vector, &mut line);
    serde_json::from_slice(&line).unwrap_or_default()
}

/// Writes the answer to one vector as JSON without a line's end; whether it is figures, not an error.
pub fn write_answer(vector: &Value, out: &mut Vec<u8>) -> bool {
    let id = vector.get("id").unwrap_or(&Value::Null);
    let figures = figures(vector);
    // Writing into memory cannot fail.
    let _ = match &figures {
        Ok(Figures::Schedule(schedule)) => serde_json::to_writer(out, &Shown::of(id, schedule)),
        Ok(Figures::Named(figures)) => serde_json::to_writer(out, &Named { id, figures }),
        Err(error) => serde_json::to_writer(out, &Refused { id, error }),
    };
    figures.is_ok()
}

/// The kind of a vector, and its terms.
///
/// # Errors
/// On a key that a vector does not have, and on `terms` where they are missing.
pub(crate) fn parts(vector: &Value) -> Result<(Option<&str>, &Value), TermsError> {
    let Some(keys) = vector.as_object() else {
        return Err(TermsError::on("vector", "Give an object with id, kind and terms."));
    };
    if let Some(unknown) = keys.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let message = format!("Remove this key: a vector has {}.", KEYS.join(", "));
        return Err(TermsError::on(named(unknown, "vector"), message));
    }
    let terms = vector
        .get("terms")
        .ok_or_else(|| TermsError::on("terms", "Give the terms."))?;
    Ok((vector.get("kind").and_then(Value::as_str), terms))
}

fn figures(vector: &Value) -> Result<Figures, TermsError> {
    let (kind, terms) = parts(vector)?;
    Ok(match kind {
        Some("schedule") => {
            let terms: Terms = read(terms)?;
            Figures::Schedule(Box::new(build(&terms, decimals(&terms))?))
        }
        Some("apr") => Figures::Named(apr::figures(&read(terms)?)?),
        Some("tvm") => Figures::Named(Map::from_iter([(
            "value".to_string(),
            tvm::value(&read(terms)?)?.into(),
        )])),
        Some("rule") => Figures::Named(rules::figures(&rules::read(terms)?)?),
        _ => return Err(TermsError::on("kind", "Give schedule, apr, tvm or rule.")),
    })
}

/// The name of a field; a key may be empty, and is then named by what it is in.
fn named<'a>(field: &'a str, whole: &'a str) -> &'a str {
    if field.is_empty() { whole } else { field }
}

/// Reads the terms of one kind; what does not fit is named by its path.
pub(crate) fn read<T: DeserializeOwned>(terms: &Value) -> Result<T, TermsError> {
    serde_path_to_error::deserialize(terms).map_err(|error| {
        let message = error.inner().to_string();
        let path = error.path().to_string();
        let missing = message
            .strip_prefix("missing field `")
            .and_then(|rest| rest.split('`').next());
        let field = match (missing, path.as_str()) {
            (Some(name), ".") => name.to_string(),
            (Some(name), _) => format!("{path}.{name}"),
            (None, ".") => "terms".to_string(),
            (None, _) => path,
        };
        TermsError::on(
            named(&field, "terms"),
            match missing {
                Some(_) => "Give this value: without it the rest has no meaning.".to_string(),
                None if message.starts_with("unknown field") => format!("Remove this key: {message}."),
                None => format!("Correct this value: {message}."),
            },
        )
    })
}

/// How many decimals the terms need: those of their unit of money and of every amount in them.
pub(crate) fn decimals(terms: &Terms) -> u32 {
    let multiple = match terms.rounding.installment_multiple {
        Multiple::Exact => None,
        Multiple::Of(multiple) => Some(multiple),
    };
    let amounts = [
        Some(terms.rounding.money),
        Some(terms.principal),
        multiple,
        terms.fixed_installment,
        terms.fixed_principal,
        terms.balloon,
        terms.step_up.and_then(|steps| steps.amount),
    ];
    let paid = terms.payments.iter().flatten().map(|p| p.amount);
    let lent = terms.advances.iter().map(|a| a.amount);
    let scales = amounts.into_iter().flatten().chain(paid).chain(lent);
    let most = scales.map(|amount: Decimal| amount.normalize().scale()).max();
    most.unwrap_or(0).min(MOST_DECIMALS)
}
