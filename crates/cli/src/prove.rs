//! `farthing prove`: the published examples, worked out on this machine, and a certificate of it.

use crate::outcome::Outcome;
use farthing_lending::prove::{Certificate, prove};
use serde_json::json;

/// Works out every built-in example; status 1 where a figure differs.
pub fn run() -> Outcome {
    let certificate = prove();
    let (text, value) = (text(&certificate), json!(certificate));
    match certificate.holds() {
        true => Outcome::done(text, value),
        false => Outcome::findings(text, value),
    }
}

fn text(certificate: &Certificate) -> String {
    let mut lines = vec![format!(
        "Farthing {}: {} figures of {} published examples, worked out on this machine.",
        certificate.version, certificate.figures, certificate.examples
    )];
    lines.extend(certificate.sources.iter().map(|source| {
        format!(
            "  {:5} figures of {:2} examples  {}: {}",
            source.figures, source.examples, source.authority, source.name
        )
    }));
    lines.extend(certificate.differences.iter().map(|difference| {
        format!(
            "  DIFFERS  {} {}: published {}, worked out {}",
            difference.id, difference.path, difference.expected, difference.got
        )
    }));
    lines.push(match certificate.differences.len() {
        0 => "Every figure comes out exactly.".into(),
        n => format!("{n} figures differ: don't rely on this copy of the program, and report it."),
    });
    lines.push(format!("SHA-256 of the examples and the answers: {}", certificate.hash));
    lines.join("\n")
}
