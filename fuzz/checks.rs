//! What must hold for any input. The fuzz targets and the test that replays their seeds share it.
#![allow(dead_code, reason = "each target uses one of the two")]

use farthing_lending::compute::answer;
use farthing_lending::explain::explain_vector;
use serde_json::Value;

/// Any text as a vector: figures, or an error that names a field.
pub fn compute(data: &[u8]) {
    let Ok(vector) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let answer = answer(&vector);
    if let Some(error) = answer.get("error") {
        assert!(
            error["field"].as_str().is_some_and(|field| !field.is_empty()),
            "{error}"
        );
        assert!(
            error["message"].as_str().is_some_and(|message| !message.is_empty()),
            "{error}"
        );
        return;
    }
    if let Some(rows) = answer.get("rows").and_then(Value::as_array) {
        let last = rows
            .last()
            .map(|row| row["balance"].as_str().unwrap_or_default().to_string());
        assert!(
            last.is_some_and(|left| left.bytes().all(|c| c == b'0' || c == b'.')),
            "{answer}"
        );
        let negative = |figure: &str| {
            rows.iter()
                .any(|row| row[figure].as_str().is_some_and(|text| text.starts_with('-')))
        };
        assert!(
            !negative("principal") && !negative("interest") && !negative("due"),
            "{answer}"
        );
    }
}

/// A path on the first line, a vector after it. An empty path stands for each of the answer's own figures.
pub fn explain(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    let (path, text) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (Ok(path), Ok(vector)) = (std::str::from_utf8(path), serde_json::from_slice::<Value>(text)) else {
        return;
    };
    if !path.is_empty() {
        let step = explain_vector(&vector, path);
        assert!(step.map_or_else(|error| !error.message.is_empty(), |step| !step.sentence.is_empty()));
        return;
    }
    let answer = answer(&vector);
    if answer.get("error").is_some() {
        return;
    }
    // A long schedule has nothing that its first and last rows have not.
    let rows = answer
        .get("rows")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let some = rows.iter().take(3).chain(rows.iter().rev().take(2));
    let in_rows = some.flat_map(|row| {
        let figures = ["interest", "principal", "due", "balance", "due_on"];
        figures.map(|figure| (format!("rows[{}].{figure}", row["n"]), row[figure].clone()))
    });
    let named = answer
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_array() && !value.is_object());
    let named = named
        .filter(|(key, _)| *key != "id")
        .map(|(key, value)| (key.clone(), value.clone()));
    let payoff = answer.get("payoff").and_then(Value::as_object).into_iter().flatten();
    let payoff = payoff.map(|(key, value)| (format!("payoff.{key}"), value.clone()));
    for (path, figure) in in_rows.chain(named).chain(payoff) {
        let figure = figure.as_str().map_or_else(|| figure.to_string(), str::to_string);
        match explain_vector(&vector, &path) {
            Ok(step) => assert_eq!((&step.result, step.path.as_str()), (&figure, path.as_str()), "{vector}"),
            Err(error) => panic!("{path} of {vector}: {error}"),
        }
    }
}
