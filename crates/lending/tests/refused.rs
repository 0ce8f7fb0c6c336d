//! What cannot be carried out names its field, in terms of every kind; other vectors are not disturbed.

use farthing_lending::compute::answer;
use serde_json::{Value, json};

fn loan() -> Value {
    json!({
        "principal": "100", "annual_rate": "12", "disbursed_on": "2024-01-01", "installments": 12, "every": 1, "unit": "months",
        "method": "declining_equal_installments", "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    })
}

/// Asserts that the terms of the kind are refused on the field.
fn refused(kind: &str, terms: &Value, field: &str) {
    let got = answer(&json!({"id": 7, "kind": kind, "terms": terms}));
    assert_eq!(got["error"]["field"], field, "{terms}: {got}");
    assert_eq!(got["id"], 7);
    assert!(got["error"]["message"].as_str().unwrap().ends_with('.'), "{got}");
}

/// Sets what a path with points names; removes it where the value is null.
fn with(terms: &Value, path: &str, value: Value) -> Value {
    let mut terms = terms.clone();
    let (inside, key) = path.rsplit_once('.').map_or((None, path), |(a, b)| (Some(a), b));
    let target = match inside {
        Some(inside) => &mut terms[inside],
        None => &mut terms,
    };
    match value {
        Value::Null => drop(target.as_object_mut().unwrap().remove(key)),
        value => target[key] = value,
    }
    terms
}

#[test]
fn one_value_at_a_time() {
    assert!(
        answer(&json!({"kind": "schedule", "terms": loan()}))
            .get("error")
            .is_none()
    );
    for (path, values) in [
        (
            "principal",
            json!([
                "-5",
                "0",
                100,
                "abc",
                "1e3",
                "1_000",
                "+100",
                "",
                " 100",
                "NaN",
                "1000000000000000000",
                null
            ]),
        ),
        (
            "principal",
            json!(["100.0000000000000000000000000000001", "100.0000001"]),
        ),
        ("annual_rate", json!(["-1", "1000.01", "7.1234567890123456", 12, null])),
        (
            "installments",
            json!([0, -1, 1_000_000, 1_000_000_000_000u64, "12", 12.5, null]),
        ),
        ("every", json!([0, -1, 1_000_000_000, null])),
        ("unit", json!(["years", null])),
        ("method", json!(["annuity", null])),
        ("interest_period", json!(["monthly", null])),
        ("day_count", json!(["act/366"])),
        ("month_end", json!(["last"])),
        (
            "disbursed_on",
            json!([
                "2024-02-31",
                "2024-2-3",
                "2024-02-03T00:00:00",
                "+10000-01-01",
                "0000-01-01",
                20_240_101,
                null
            ]),
        ),
        ("first_due_on", json!(["2023-12-01", "2024-01-01", "2024-02-31"])),
        ("surprise", json!([1])),
        ("rounding.money", json!(["0", "-1", "0.0000001", null])),
        ("rounding.mode", json!(["down", null])),
        ("rounding.installment_multiple", json!(["0", "x", "exact", null])),
        ("rounding.ledger", json!(["loose"])),
        ("rounding.surprise", json!([1])),
        ("rounding", json!([null, "0.01"])),
        ("as_of", json!(["2023-12-31"])),
        ("prepayment", json!(["sooner"])),
        ("payoff_on", json!(["2023-12-31", "2025-01-01", "2030-01-01"])),
        ("payoff_interest", json!(["never"])),
        ("down_payment_pct", json!(["100", "-1"])),
        ("balloon", json!(["5"])),
        ("fixed_installment", json!(["0", "-1"])),
        ("fixed_principal", json!(["5"])),
        ("installment_tuning", json!(["yes"])),
    ] {
        for value in values.as_array().unwrap() {
            refused("schedule", &with(&loan(), path, value.clone()), path);
        }
    }
    let far = with(&loan(), "disbursed_on", json!("9999-06-01"));
    refused("schedule", &far, "every");
}

#[test]
fn lists_inside_of_terms() {
    for (path, value, field) in [
        (
            "payments",
            json!([{"on": "2023-12-31", "amount": "5"}]),
            "payments[0].on",
        ),
        (
            "payments",
            json!([{"on": "2024-03-01", "amount": "5"}, {"on": "2024-02-01", "amount": "5"}]),
            "payments[1].on",
        ),
        (
            "payments",
            json!([{"on": "2024-02-30", "amount": "5"}]),
            "payments[0].on",
        ),
        (
            "payments",
            json!([{"on": "2024-03-01", "amount": "0"}]),
            "payments[0].amount",
        ),
        ("payments", json!([{"on": "2024-03-01"}]), "payments[0].amount"),
        (
            "payments",
            json!([{"on": "2024-03-01", "amount": "5", "by": "cash"}]),
            "payments[0].by",
        ),
        ("payments", json!([{"on": "2024-03-01", "amount": "5000"}]), "payments"),
        ("payments", json!({"on": "2024-03-01", "amount": "5"}), "payments"),
        (
            "rate_changes",
            json!([{"on": "2024-02-02", "annual_rate": "5"}]),
            "rate_changes[0].on",
        ),
        (
            "rate_changes",
            json!([{"on": "2024-01-01", "annual_rate": "5"}]),
            "rate_changes[0].on",
        ),
        (
            "rate_changes",
            json!([{"on": "2024-02-01", "annual_rate": "-5"}]),
            "rate_changes[0].annual_rate",
        ),
        ("grace", json!({"principal": 12}), "grace.principal"),
        ("grace", json!({"principal": -1}), "grace.principal"),
        ("grace", json!({"interest_deferred": 1}), "grace.interest_deferred"),
        ("grace", json!({"interest_free": 13}), "grace.interest_free"),
        ("grace", json!({"surprise": 1}), "grace.surprise"),
    ] {
        refused("schedule", &with(&loan(), path, value), field);
    }
    let mut late = with(&loan(), "payments", json!([{"on": "2024-03-01", "amount": "5"}]));
    late["as_of"] = json!("2024-02-29");
    refused("schedule", &late, "payments[0].on");
}

#[test]
fn what_does_not_go_together() {
    let daily = with(&loan(), "interest_period", json!("daily"));
    refused("schedule", &daily, "day_count");
    refused("schedule", &with(&daily, "method", json!("flat")), "day_count");
    let actual = with(&daily, "day_count", json!("act/act"));
    refused("schedule", &with(&actual, "method", json!("flat")), "interest_period");
    refused(
        "schedule",
        &with(&actual, "installment_rate", json!("nominal")),
        "installment_rate",
    );
    let balloon = with(&loan(), "method", json!("balloon"));
    refused("schedule", &balloon, "balloon");
    refused("schedule", &with(&balloon, "balloon", json!("100")), "balloon");
    let open = with(&loan(), "installments", Value::Null);
    refused(
        "schedule",
        &with(&open, "fixed_installment", json!("1")),
        "fixed_installment",
    );
    let flat = with(&loan(), "method", json!("flat"));
    refused(
        "schedule",
        &with(&flat, "fixed_installment", json!("9")),
        "fixed_installment",
    );
    refused("schedule", &with(&flat, "prepayment", json!("lower")), "prepayment");
}

#[test]
fn what_rounding_or_interest_makes_impossible() {
    // Half of 100 percent a month on 100 is more than the 5 that are paid.
    let mut dear = with(&loan(), "annual_rate", json!("600"));
    dear["fixed_installment"] = json!("5");
    refused("schedule", &dear, "installment");
    // 20 a month rounded up to 50 would repay 100 twice over in a flat loan of five rows.
    let mut flat = with(&loan(), "method", json!("flat"));
    flat["installments"] = json!(5);
    flat["rounding"]["installment_multiple"] = json!("50");
    flat["rounding"]["mode"] = json!("up");
    refused("schedule", &flat, "rounding");
}

#[test]
fn the_other_kinds() {
    let flow = |on: &str, amount: &str| json!({"on": on, "amount": amount});
    let eu = json!({"rule": "eu", "period": "month", "advances": [flow("2024-01-01", "100")], "payments": [flow("2024-02-01", "110")]});
    let us = json!({"rule": "reg_z", "unit_period": {"unit": "month"}, "advances": [flow("2024-01-01", "100")], "payments": [flow("2024-02-01", "110")]});
    for (terms, path, value, field) in [
        (&eu, "rule", json!("uk"), "rule"),
        (&eu, "period", Value::Null, "period"),
        (&eu, "advances", json!([]), "advances"),
        (&eu, "advances", json!([flow("2024-02-31", "100")]), "advances[0].on"),
        (&eu, "advances", json!([{"at": {}, "amount": "100"}]), "advances"),
        (&eu, "payments", json!([flow("2023-02-01", "110")]), "payments[0].on"),
        (
            &eu,
            "payments",
            json!([flow("2024-02-01", "-110")]),
            "payments[0].amount",
        ),
        (
            &eu,
            "payments",
            json!([{"on": "2024-02-01", "amount": "1", "count": 1_000_000, "every": 1, "unit": "months"}]),
            "payments[0].count",
        ),
        (
            &eu,
            "payments",
            json!([{"on": "2024-02-01", "amount": "1", "surprise": 1}]),
            "payments[0].surprise",
        ),
        (
            &eu,
            "payments",
            json!([{"at": {"days": 3}, "amount": "110"}]),
            "payments[0].at.year_days",
        ),
        (&us, "unit_period", Value::Null, "unit_period"),
        (
            &us,
            "unit_period",
            json!({"unit": "month", "every": 0}),
            "unit_period.every",
        ),
        (
            &us,
            "payments",
            json!([{"at": {"months": 1}, "amount": "110"}]),
            "payments[0].at",
        ),
    ] {
        refused("apr", &with(terms, path, value), field);
    }
    let pmt = json!({"fn": "pmt", "rate": "0.01", "nper": "12", "pv": "100"});
    for (path, value, field) in [
        ("fn", json!("npv"), "fn"),
        ("rate", json!("1/0"), "rate"),
        ("rate", json!("-1"), "rate"),
        ("rate", Value::Null, "rate"),
        ("nper", json!("0"), "nper"),
        ("pv", json!("x"), "pv"),
        ("surprise", json!("1"), "surprise"),
    ] {
        refused("tvm", &with(&pmt, path, value), field);
    }
    let late = json!({"rule": "late_penalty", "due": "7000", "penalty_pct": "10"});
    for (path, value, field) in [
        ("rule", json!("early_penalty"), "rule"),
        ("rule", Value::Null, "rule"),
        ("due", json!("x"), "due"),
        ("due", Value::Null, "due"),
        ("penalty_pct", json!("-1"), "penalty_pct"),
        ("surprise", json!("1"), "surprise"),
    ] {
        refused("rule", &with(&late, path, value), field);
    }
}

#[test]
fn what_is_no_vector() {
    let field = |vector: Value| answer(&vector)["error"]["field"].clone();
    assert_eq!(field(json!([1])), "vector");
    assert_eq!(field(json!({"id": 1})), "terms");
    assert_eq!(field(json!({"id": 1, "terms": {}})), "kind");
    assert_eq!(field(json!({"id": 1, "kind": "loan", "terms": {}})), "kind");
    assert_eq!(
        field(json!({"id": 1, "kind": "schedule", "terms": loan(), "surprise": 1})),
        "surprise"
    );
    assert_eq!(field(json!({"id": 1, "kind": "schedule", "terms": null})), "terms");
}
