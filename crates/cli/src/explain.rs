//! `farthing explain`: how one figure of terms came about.

use crate::compute::read;
use crate::outcome::{Failure, Outcome};
use farthing_lending::explain::explain_vector;
use serde_json::{Value, json};
use std::path::Path;

/// Reads the terms and explains the figure, each step deeper than what it explains.
pub fn run(file: &Path, path: &str) -> Result<Outcome, Failure> {
    let text = read(Some(file))?;
    let vector: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|e| Failure::usage(format!("{} is not one JSON object: {e}", file.display())))?;
    if !vector.is_object() {
        return Err(Failure::usage(format!(
            "{} is not one JSON object: give the terms of one loan",
            file.display()
        )));
    }
    Ok(match explain_vector(&vector, path) {
        Ok(step) => {
            let lines = step.lines().into_iter();
            let lines: Vec<String> = lines
                .map(|(depth, line)| format!("{}{line}", "  ".repeat(depth)))
                .collect();
            let text = format!("{path} = {}\n{}", step.result, lines.join("\n"));
            Outcome::done(text, json!(step))
        }
        Err(error) => Outcome::findings(format!("farthing: {error}"), json!({ "error": error })),
    })
}
