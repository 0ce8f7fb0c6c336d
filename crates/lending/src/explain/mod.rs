//! Explains a figure: how it came about, step by step, down to the days that were counted and the rounding, as data and
//! as sentences. The figures are those of [`crate::schedule::build`] and [`crate::apr::apr`]; nothing is worked out here
//! in another way.

mod apr;
mod derivation;
mod interest;
mod late;
mod level;
mod number;
mod penalty;
mod period;
mod row;
mod rule;
mod running;
mod settle;
mod subject;
mod totals;
mod tvm;

use crate::compute;
use crate::exact::Exact;
use crate::plan::Plan;
use crate::rules;
use crate::terms::{LedgerKind, Terms, TermsError};
use subject::{Subject, Told};

pub use apr::explain_apr;
pub use derivation::{Argument, Code, Derivation, Rounded, Value};
pub use penalty::penalty;
pub use running::explain_running;
pub use settle::explain_payoff;

/// Explains a figure of the schedule of terms: `rows[3].interest` (or `.principal`, `.due`, `.balance`, `.due_on`),
/// `installment`, `tuned`, `count`, `total_interest`, `total_due`, `last_due`, `payoff.principal` (or `.interest`, `.total`; `payoff` alone is the total), in a
/// currency with so many `decimals`.
///
/// # Errors
/// Those of [`crate::schedule::build`]; on `path` when the schedule has no such figure.
pub fn explain(terms: &Terms, decimals: u32, path: &str) -> Result<Derivation, TermsError> {
    terms.check()?;
    let plan = Plan::of(terms, decimals)?;
    match terms.rounding.ledger {
        LedgerKind::Rounded => figure(Subject::<i64>::of(plan, decimals)?, path),
        LedgerKind::Exact => figure(Subject::<Exact>::of(plan, decimals)?, path),
    }
}

/// Explains a figure of a vector of the headless contract, or of the bare terms of a schedule.
///
/// # Errors
/// Those of the vector; on `path` when its kind has no such figure.
pub fn explain_vector(vector: &serde_json::Value, path: &str) -> Result<Derivation, TermsError> {
    let (kind, terms) = match vector.get("terms") {
        Some(_) => compute::parts(vector)?,
        None => (Some("schedule"), vector),
    };
    match kind.unwrap_or("") {
        "schedule" => {
            let terms: Terms = compute::read(terms)?;
            explain(&terms, compute::decimals(&terms), path)
        }
        "apr" => {
            let disclosure = compute::read(terms)?;
            match path {
                "apr_pct" => explain_apr(&disclosure),
                "legal_1dp" => apr::explain_legal(&disclosure),
                _ => Err(no_such_figure(path, "apr_pct, or legal_1dp for the EU")),
            }
        }
        "tvm" if path == "value" => tvm::explain_tvm(&compute::read(terms)?),
        "tvm" => Err(no_such_figure(path, "value")),
        "rule" => rule::explain_rule(&rules::read(terms)?, path),
        _ => Err(TermsError::on("kind", "Give schedule, apr, tvm or rule.")),
    }
}

fn figure<A: Told>(mut subject: Subject<'_, A>, path: &str) -> Result<Derivation, TermsError> {
    if let Some((k, figure)) = row_of(path) {
        let numbers = || subject.schedule.rows.iter().map(|row| row.n);
        if !numbers().any(|n| n == k) {
            let (first, last) = (numbers().min().unwrap_or(1), numbers().max().unwrap_or(1));
            return Err(TermsError::on(
                "path",
                format!("Choose a row from {first} to {last}: the schedule has no row {k}."),
            ));
        }
        return match figure {
            "interest" => subject.interest(k),
            "principal" => subject.principal(k),
            "due" => subject.due(k),
            "balance" => subject.balance(k),
            "due_on" => subject.due_on(k),
            _ => Err(unknown(path)),
        };
    }
    match path {
        "installment" => subject.first_installment(),
        "tuned" => subject.is_tuned(),
        "count" => Ok(subject.count()),
        "total_interest" => Ok(subject.total_interest()),
        "total_due" => subject.total_due(),
        "last_due" => subject.last_due(),
        // The whole payoff is its total.
        "payoff" => subject.payoff("total"),
        _ => match path.strip_prefix("payoff.") {
            Some(figure) => subject.payoff(figure),
            None => Err(unknown(path)),
        },
    }
}

/// The number and the figure of `rows[3].interest`.
fn row_of(path: &str) -> Option<(u32, &str)> {
    let (number, figure) = path.strip_prefix("rows[")?.split_once("].")?;
    Some((number.parse().ok()?, figure))
}

/// The refusal of a path that a schedule does not have.
fn unknown(path: &str) -> TermsError {
    no_such_figure(
        path,
        "rows[N].interest, .principal, .due, .balance or .due_on, installment, tuned, count, total_interest, total_due, \
         last_due, or payoff.principal, .interest or .total where the terms have payoff_on",
    )
}

fn no_such_figure(path: &str, figures: &str) -> TermsError {
    TermsError::on(
        "path",
        format!("“{path}” is not a figure of these terms. Choose {figures}."),
    )
}
