//! The published figures: every vector of the copy kept here, and of the shared folder where it is present, must come
//! out exactly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use farthing_lending::compute::answer;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// Equal, or the same number once rounded to the decimals that the expectation shows.
fn meets(expected: &Value, got: &Value, mode: RoundingStrategy) -> bool {
    if expected == got {
        return true;
    }
    let (Some(expected), Some(got)) = (expected.as_str(), got.as_str()) else {
        return false;
    };
    let (Ok(e), Ok(g)) = (expected.parse::<Decimal>(), got.parse::<Decimal>()) else {
        return false;
    };
    g.round_dp_with_strategy(e.scale(), mode) == e
}

fn check(vector: &Value) -> Vec<String> {
    let got = answer(vector);
    let mut wrong = Vec::new();
    let mode = match vector["terms"]["rounding"]["mode"].as_str() {
        Some("half_even") => RoundingStrategy::MidpointNearestEven,
        _ if vector["kind"] == "tvm" => RoundingStrategy::MidpointNearestEven,
        _ => RoundingStrategy::MidpointAwayFromZero,
    };
    let mut expect = |path: String, expected: &Value, got: &Value| {
        if !meets(expected, got, mode) {
            wrong.push(format!("{} {path}: expected {expected}, got {got}", vector["id"]));
        }
    };
    if got.get("error").is_some() {
        return vec![format!("{} {}", vector["id"], got["error"])];
    }
    let row = |n: &Value| {
        got["rows"]
            .as_array()
            .and_then(|rows| rows.iter().find(|r| r["n"] == *n))
    };
    for (key, expected) in vector["expect"].as_object().unwrap() {
        match key.as_str() {
            "decimals" | "partial_rows" => {}
            "rows" => {
                for fields in expected.as_array().unwrap() {
                    for (field, value) in fields.as_object().unwrap() {
                        let n = &fields["n"];
                        expect(
                            format!("rows[{n}].{field}"),
                            value,
                            row(n).map_or(&Value::Null, |r| &r[field]),
                        );
                    }
                }
                if vector["expect"]["partial_rows"] != true {
                    let (a, b) = (
                        expected.as_array().unwrap().len(),
                        got["rows"].as_array().unwrap().len(),
                    );
                    expect("rows".into(), &a.into(), &b.into());
                }
            }
            "sums" => {
                for sum in expected.as_array().unwrap() {
                    let range = sum["from"].as_i64().unwrap()..=sum["to"].as_i64().unwrap();
                    for part in ["principal", "interest"] {
                        let total: Decimal = range
                            .clone()
                            .map(|n| {
                                row(&n.into()).unwrap()[part]
                                    .as_str()
                                    .unwrap()
                                    .parse::<Decimal>()
                                    .unwrap()
                            })
                            .sum();
                        let off = (total - sum[part].as_str().unwrap().parse::<Decimal>().unwrap()).abs();
                        // Rows of an exact ledger are rounded one by one to be shown.
                        assert!(
                            off <= Decimal::new(5, 2),
                            "{} {range:?} {part}: off by {off}",
                            vector["id"]
                        );
                    }
                }
            }
            "payoff" => {
                for (field, value) in expected.as_object().unwrap() {
                    expect(format!("payoff.{field}"), value, &got["payoff"][field]);
                }
            }
            _ => expect(key.clone(), expected, &got[key]),
        }
    }
    wrong
}

#[test]
fn every_published_figure_comes_out() {
    let all = common::vectors();
    let wrong: Vec<String> = all.iter().flat_map(check).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
