//! The headless contract: a vector in, its figures out, both as JSON. What cannot be carried out is answered with the
//! field and the remedy, never with a panic.

use crate::Money;
use crate::schedule::{Schedule, build};
use crate::terms::{Multiple, Terms, TermsError};
use crate::{apr, rules, tvm};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The most decimals that a currency of the contract may have.
const MOST_DECIMALS: u32 = 6;

/// The answer to one vector: its `id` and every figure that its kind can have, or its `id` and an `error`.
pub fn answer(vector: &Value) -> Value {
    let id = vector.get("id").cloned().unwrap_or(Value::Null);
    match figures(vector) {
        Ok(mut figures) => {
            figures.insert("id".into(), id);
            Value::Object(figures)
        }
        Err(error) => json!({"id": id, "error": error}),
    }
}

fn figures(vector: &Value) -> Result<Map<String, Value>, TermsError> {
    let terms = vector
        .get("terms")
        .ok_or_else(|| TermsError::on("terms", "Give the terms."))?;
    match vector.get("kind").and_then(Value::as_str) {
        Some("schedule") => schedule(terms),
        Some("apr") => apr::figures(&read(terms)?),
        Some("tvm") => Ok(Map::from_iter([(
            "value".to_string(),
            tvm::value(&read(terms)?)?.into(),
        )])),
        Some("rule") => rules::figures(&read(terms)?),
        _ => Err(TermsError::on("kind", "Give schedule, apr, tvm or rule.")),
    }
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
        TermsError::on(field, format!("Correct this value: {message}."))
    })
}

/// How many decimals the terms need: those of their unit of money and of every amount in them.
fn decimals(terms: &Terms) -> u32 {
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
    ];
    let paid = terms.payments.iter().flatten().map(|p| p.amount);
    let scales = amounts.into_iter().flatten().chain(paid);
    let most = scales.map(|amount: Decimal| amount.normalize().scale()).max();
    most.unwrap_or(0).min(MOST_DECIMALS)
}

fn schedule(terms: &Value) -> Result<Map<String, Value>, TermsError> {
    let terms: Terms = read(terms)?;
    let schedule = build(&terms, decimals(&terms))?;
    Ok(show(&schedule))
}

fn show(schedule: &Schedule) -> Map<String, Value> {
    let plain = |amount: Money| Value::String(amount.to_plain(schedule.decimals));
    let rows: Vec<Value> = schedule
        .rows
        .iter()
        .map(|row| {
            json!({
                "n": row.n,
                "due_on": row.due_on,
                "principal": plain(row.principal),
                "interest": plain(row.interest),
                "due": plain(row.due()),
                "balance": plain(row.balance),
            })
        })
        .collect();
    let mut figures = Map::new();
    figures.insert("installment".into(), plain(schedule.installment));
    figures.insert("tuned".into(), schedule.tuned.into());
    figures.insert("count".into(), schedule.count().into());
    figures.insert("rows".into(), rows.into());
    figures.insert("total_interest".into(), plain(schedule.total_interest));
    figures.insert("total_due".into(), plain(schedule.total_due));
    figures.insert("last_due".into(), plain(schedule.last_due));
    if let Some(payoff) = schedule.payoff {
        let payoff = json!({
            "principal": plain(payoff.principal),
            "interest": plain(payoff.interest),
            "total": plain(payoff.total),
        });
        figures.insert("payoff".into(), payoff);
    }
    figures
}
