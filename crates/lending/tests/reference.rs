//! Random terms, worked out here and by an independent reference in Python (`tests/reference`), must agree. A few cases
//! by default; `cargo xtask compare --cases N --seed S` runs many.

use farthing_lending::compute::answer;
use rust_decimal::Decimal;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Digits of numbers without an exact decimal that have to agree.
const DIGITS: usize = 24;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// The first digits of a decimal number, rounded by cutting off.
fn leading(text: &str) -> String {
    let mut seen = 0;
    let significant = |c: &char| {
        seen += usize::from(c.is_ascii_digit() && (seen > 0 || *c != '0'));
        seen <= DIGITS
    };
    text.chars().take_while(significant).collect()
}

fn agrees(path: &str, expected: &Value, got: &Value) -> bool {
    match (path.rsplit('.').next(), expected.as_str(), got.as_str()) {
        (Some("value"), Some(e), Some(g)) => {
            let number = |text: &str| text.parse::<Decimal>().ok();
            e == g || leading(e) == leading(g) || number(e).is_some() && number(e) == number(g)
        }
        (Some("amount_paid"), Some(e), Some(g)) => {
            g.parse::<Decimal>().unwrap().round_dp(12) == e.parse::<Decimal>().unwrap()
        }
        _ => expected == got,
    }
}

fn compare(path: &str, expected: &Value, got: &Value, wrong: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(e), Value::Object(g)) => {
            for key in e.keys().chain(g.keys().filter(|key| !e.contains_key(*key))) {
                compare(
                    &format!("{path}.{key}"),
                    e.get(key).unwrap_or(&Value::Null),
                    g.get(key).unwrap_or(&Value::Null),
                    wrong,
                );
            }
        }
        (Value::Array(e), Value::Array(g)) if e.len() == g.len() => {
            for (i, (e, g)) in e.iter().zip(g).enumerate() {
                compare(&format!("{path}[{i}]"), e, g, wrong);
            }
        }
        _ if agrees(path, expected, got) => {}
        _ => wrong.push(format!("  {path}: reference {expected}, here {got}")),
    }
}

/// What differs; an error is compared by its field alone.
fn differences(line: &str) -> Option<String> {
    let both: Value = serde_json::from_str(line).unwrap();
    let (vector, expected) = (&both["vector"], &both["answer"]);
    let mut got = answer(vector);
    got.as_object_mut().unwrap().remove("id");
    let mut wrong = Vec::new();
    match (expected.get("error"), got.get("error")) {
        (Some(e), Some(g)) => {
            let field = g["field"].as_str().unwrap().split(['[', '.']).next().unwrap();
            compare("error.field", &e["field"], &field.into(), &mut wrong);
        }
        (None, None) => compare("", expected, &got, &mut wrong),
        (e, g) => wrong.push(format!("  error: reference {e:?}, here {g:?}")),
    }
    (!wrong.is_empty()).then(|| format!("{vector}\n{}", wrong.join("\n")))
}

#[test]
fn agrees_with_an_independent_reference() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/reference.py");
    let (cases, seed) = (
        number("FARTHING_COMPARE_CASES", 250),
        number("FARTHING_COMPARE_SEED", 1),
    );
    let started = Command::new("python3")
        .arg("-B")
        .arg(script)
        .args(["--random", &cases.to_string(), "--seed", &seed.to_string()])
        .stdout(Stdio::piped())
        .spawn();
    // Without Python there is nothing to compare with; the vectors are checked all the same.
    let Ok(mut reference) = started else { return };
    let lines = BufReader::new(reference.stdout.take().unwrap()).lines();
    let (mut seen, mut wrong) = (0, Vec::new());
    for line in lines {
        seen += 1;
        wrong.extend(differences(&line.unwrap()));
    }
    assert!(reference.wait().unwrap().success(), "the reference failed");
    assert_eq!(seen, cases);
    let shown: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {seen} differ:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}
