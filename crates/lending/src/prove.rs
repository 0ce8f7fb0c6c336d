//! Proves on the user's own machine that the published examples come out: every figure that a regulator, another system
//! or a derivation by hand expects is worked out anew and compared.

use crate::compute::write_answer;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The published examples that are built in, in order of their files' names.
const BUILT_IN: [&str; 9] = [
    include_str!("../vectors/derived.json"),
    include_str!("../vectors/eu-aprc.json"),
    include_str!("../vectors/fineract-cumulative.json"),
    include_str!("../vectors/fineract-payments.json"),
    include_str!("../vectors/fineract-progressive.json"),
    include_str!("../vectors/predecessors.json"),
    include_str!("../vectors/published-schedules.json"),
    include_str!("../vectors/reg-z.json"),
    include_str!("../vectors/tvm.json"),
];

/// Authorities, from the one with most weight down.
const WEIGHT: [&str; 5] = ["regulator", "published", "oss-test", "predecessor", "derived"];

/// What was proved, by which version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The version of the program.
    pub version: String,
    /// How many examples were worked out.
    pub examples: usize,
    /// How many of their figures were compared.
    pub figures: usize,
    /// Where they come from.
    pub sources: Vec<Source>,
    /// The figures that came out otherwise; none where all is well.
    pub differences: Vec<Difference>,
    /// SHA-256 over the examples' files, in order of their names, and the lines that `farthing compute` answers for them,
    /// in hexadecimal digits.
    pub hash: String,
}

/// Who published examples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// `regulator`, `oss-test`, `published`, `predecessor` or `derived`.
    pub authority: String,
    /// The publisher, or the system.
    pub name: String,
    /// How many examples are theirs.
    pub examples: usize,
    /// With how many figures.
    pub figures: usize,
}

/// A figure that came out otherwise than published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The example.
    pub id: String,
    /// The figure, as `rows[3].interest`.
    pub path: String,
    /// What is published.
    pub expected: String,
    /// What came out.
    pub got: String,
}

impl Certificate {
    /// Whether every figure came out as published.
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Works out every built-in example and compares every figure.
pub fn prove() -> Certificate {
    certify(&BUILT_IN)
}

/// The same for other files of examples: a JSON array each.
pub fn certify(files: &[&str]) -> Certificate {
    let mut hash = Sha256::new();
    let mut sources: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    let (mut differences, mut lines) = (Vec::new(), Vec::new());
    for text in files {
        hash.update(text);
        let examples: Vec<Value> = serde_json::from_str(text).unwrap_or_else(|error| {
            differences.push(Difference {
                id: String::new(),
                path: "file".into(),
                expected: "a JSON array".into(),
                got: error.to_string(),
            });
            Vec::new()
        });
        for example in &examples {
            let start = lines.len();
            write_answer(example, &mut lines);
            let answer = serde_json::from_slice(&lines[start..]).unwrap_or_default();
            lines.push(b'\n');
            let checked = compare(example, &answer);
            let (examples, figures) = sources.entry(source(example)).or_default();
            (*examples, *figures) = (*examples + 1, *figures + checked.figures);
            differences.extend(checked.differences);
        }
    }
    hash.update(&lines);
    let mut sources: Vec<Source> = sources
        .into_iter()
        .map(|((authority, name), (examples, figures))| Source {
            authority,
            name,
            examples,
            figures,
        })
        .collect();
    sources.sort_by_key(|source| WEIGHT.iter().position(|authority| *authority == source.authority));
    Certificate {
        version: env!("CARGO_PKG_VERSION").into(),
        examples: sources.iter().map(|source| source.examples).sum(),
        figures: sources.iter().map(|source| source.figures).sum(),
        sources,
        differences,
        hash: hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// The authority of an example, and the publisher or system before edition, page or file.
fn source(example: &Value) -> (String, String) {
    let text = |key| example.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("source").split(['@', ';', ',']).next().unwrap_or_default();
    (text("authority").into(), name.trim().into())
}

/// The comparison of one example.
pub struct Checked {
    /// How many figures were compared.
    pub figures: usize,
    /// Those that came out otherwise.
    pub differences: Vec<Difference>,
}

/// Compares what an example expects with its answer. An expected decimal number is met when what came out, rounded to as
/// many decimals, equals it.
pub fn compare(example: &Value, answer: &Value) -> Checked {
    let mut comparison = Comparison {
        id: plain(example.get("id").unwrap_or(&Value::Null)),
        mode: rounding(example),
        checked: Checked {
            figures: 0,
            differences: Vec::new(),
        },
    };
    if let Some(error) = answer.get("error") {
        comparison.meet("error", &Value::Null, error);
        return comparison.checked;
    }
    let expected = example.get("expect").and_then(Value::as_object);
    for (key, expected) in expected.into_iter().flatten() {
        match (key.as_str(), expected) {
            ("decimals" | "partial_rows", _) => {}
            ("rows", Value::Array(rows)) => {
                let partial = example.pointer("/expect/partial_rows") == Some(&Value::Bool(true));
                comparison.rows(rows, answer, partial);
            }
            ("sums", Value::Array(sums)) => comparison.sums(sums, example, answer),
            (_, Value::Object(parts)) => {
                for (part, expected) in parts {
                    let got = answer.get(key).and_then(|got| got.get(part));
                    comparison.meet(&format!("{key}.{part}"), expected, got.unwrap_or(&Value::Null));
                }
            }
            _ => comparison.meet(key, expected, answer.get(key).unwrap_or(&Value::Null)),
        }
    }
    comparison.checked
}

struct Comparison {
    id: String,
    mode: RoundingStrategy,
    checked: Checked,
}

impl Comparison {
    fn note(&mut self, path: &str, expected: String, got: String, is_met: bool) {
        self.checked.figures += 1;
        if !is_met {
            self.checked.differences.push(Difference {
                id: self.id.clone(),
                path: path.into(),
                expected,
                got,
            });
        }
    }

    fn meet(&mut self, path: &str, expected: &Value, got: &Value) {
        let is_met = expected == got
            || match (number(expected), number(got)) {
                (Some(e), Some(g)) => g.round_dp_with_strategy(e.scale(), self.mode) == e,
                _ => false,
            };
        self.note(path, plain(expected), plain(got), is_met);
    }

    fn rows(&mut self, rows: &[Value], answer: &Value, partial: bool) {
        let got = answer
            .get("rows")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        if !partial {
            self.meet("rows", &rows.len().into(), &got.len().into());
        }
        for fields in rows {
            let n = fields.get("n").unwrap_or(&Value::Null);
            let row = got.iter().find(|row| row.get("n") == Some(n));
            for (field, expected) in fields.as_object().into_iter().flatten() {
                let got = row.and_then(|row| row.get(field)).unwrap_or(&Value::Null);
                self.meet(&format!("rows[{n}].{field}"), expected, got);
            }
        }
    }

    /// Sums of a run of rows. Rows of an exact ledger are rounded one by one to be shown, which their sum is not.
    fn sums(&mut self, sums: &[Value], example: &Value, answer: &Value) {
        let is_exact = example.pointer("/terms/rounding/ledger") == Some(&Value::from("exact"));
        let unit = example
            .pointer("/terms/rounding/money")
            .and_then(number)
            .unwrap_or_default();
        let rows = answer
            .get("rows")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        for sum in sums {
            let end = |key| sum.get(key).and_then(Value::as_u64).unwrap_or_default();
            let range = end("from")..=end("to");
            for part in ["principal", "interest"] {
                let rows = rows
                    .iter()
                    .filter(|row| range.contains(&row.get("n").and_then(Value::as_u64).unwrap_or(0)));
                let parts: Vec<Decimal> = rows.filter_map(|row| row.get(part).and_then(number)).collect();
                let got: Decimal = parts.iter().sum();
                let half = unit * Decimal::from(parts.len()) / Decimal::TWO;
                let allowed = if is_exact { half } else { Decimal::ZERO };
                let expected = sum.get(part).unwrap_or(&Value::Null);
                let is_met = number(expected).is_some_and(|expected| (expected - got).abs() <= allowed);
                let path = format!("rows[{}..{}].{part}", range.start(), range.end());
                self.note(&path, plain(expected), got.to_string(), is_met);
            }
        }
    }
}

fn number(value: &Value) -> Option<Decimal> {
    value.as_str()?.parse().ok()
}

/// A value without quotation marks.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

/// How what came out is rounded to the decimals of what is expected: as the terms round money; numbers of the time-value
/// equation half-even, all others half-up.
fn rounding(example: &Value) -> RoundingStrategy {
    let mode = example.pointer("/terms/rounding/mode").and_then(Value::as_str);
    match (mode, example.get("kind").and_then(Value::as_str)) {
        (Some("half_even"), _) | (None, Some("tvm")) => RoundingStrategy::MidpointNearestEven,
        _ => RoundingStrategy::MidpointAwayFromZero,
    }
}
