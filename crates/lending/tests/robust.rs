//! Whatever the terms, there is an answer or an error with a field, never a panic; and what is answered adds up.

use crate::terms::pick;
use farthing_lending::compute::answer;
use proptest::prelude::*;
use serde_json::{Value, json};

fn cents(value: &Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn terms_are_answered_or_refused(
        (principal, rate, n, every) in (1u64..10_000_000_000_000, 0u32..110_000, 0u32..80, 0u32..40),
        (unit, method, period, count) in (
            pick(&["days", "weeks", "months"]),
            pick(&["declining_equal_installments", "declining_equal_principal", "flat", "interest_only", "balloon", "bullet"]),
            pick(&["per_installment", "daily"]),
            pick(&["act/360", "act/364", "act/365", "act/act", "30/360", "30/365"]),
        ),
        (mode, multiple, ledger, tuning) in (
            pick(&["half_even", "half_up", "up"]), pick(&["0.01", "1", "5", "exact"]), pick(&["rounded", "exact"]), any::<bool>(),
        ),
        (grace, deferred, free, down) in (0u32..4, 0u32..4, 0u32..4, 0u32..40),
        payments in prop::collection::vec((1u32..29, 1u64..100_000_000), 0..4),
        prepayment in pick(&["shorten", "lower", "defer"]),
    ) {
        let mut payments: Vec<Value> = payments
            .iter()
            .map(|(d, a)| json!({"on": format!("2024-03-{d:02}"), "amount": format!("{}.{:02}", a / 100, a % 100)}))
            .collect();
        payments.sort_by_key(|p| p["on"].to_string());
        let mut terms = json!({
            "principal": format!("{}.{:02}", principal / 100, principal % 100), "annual_rate": format!("{}.{:02}", rate / 100, rate % 100),
            "disbursed_on": "2024-01-31", "installments": n, "every": every, "unit": unit, "method": method,
            "interest_period": period, "day_count": count, "month_end": "clamp", "installment_tuning": tuning,
            "rounding": {"money": "0.01", "mode": mode, "installment_multiple": multiple, "ledger": ledger},
            "grace": {"principal": grace, "interest_deferred": deferred, "interest_free": free},
            "down_payment_pct": down.to_string(), "prepayment": prepayment,
        });
        if !payments.is_empty() {
            terms["payments"] = payments.into();
        }
        if method == "balloon" {
            terms["balloon"] = format!("{}", principal / 300).into();
        }
        let got = answer(&json!({"id": 1, "kind": "schedule", "terms": terms}));
        if let Some(error) = got.get("error") {
            prop_assert!(!error["field"].as_str().unwrap().is_empty());
            return Ok(());
        }
        let rows = got["rows"].as_array().unwrap();
        prop_assert_eq!(cents(&rows.last().unwrap()["balance"]), 0);
        for row in rows {
            prop_assert!(cents(&row["principal"]) >= 0 && cents(&row["interest"]) >= 0, "{}", got);
        }
        if ledger == "rounded" {
            let lent: i64 = rows.iter().map(|r| cents(&r["principal"])).sum();
            prop_assert_eq!(lent, i64::try_from(principal).unwrap());
        }
    }
}

/// Values at the edges of what can be written, and beyond.
fn edge() -> impl Strategy<Value = Value> {
    const NUMBERS: &[&str] = &[
        "0",
        "1",
        "0.01",
        "0.000001",
        "0.000000000000001",
        "999.999999999999999",
        "1000",
        "1000.000000000000001",
        "-1",
        "90071992547409.91",
        "90071992547409.92",
        "79228162514264337593543950335",
        "1e3",
        "",
        "exact",
        "half_even",
        "flat",
    ];
    const DAYS: &[&str] = &[
        "2024-01-31",
        "2024-02-29",
        "2023-02-29",
        "0001-01-01",
        "9999-12-31",
        "9998-12-31",
        "+10000-01-01",
    ];
    prop_oneof![
        pick(NUMBERS).prop_map(Value::from),
        pick(DAYS).prop_map(Value::from),
        prop::sample::select(vec![0u64, 1, 2, 1200, 1201, 1_000_000, u32::MAX.into(), u64::MAX]).prop_map(Value::from),
        prop::sample::select(vec![
            json!(null),
            json!(true),
            json!([]),
            json!({}),
            json!(-1),
            json!(0.5),
            json!([{"on": "9999-12-31"}])
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn an_edge_in_any_terms_is_answered_or_refused(
        mut terms in crate::terms::terms(),
        edges in prop::collection::vec((any::<prop::sample::Index>(), edge()), 1..4),
    ) {
        for (which, edge) in edges {
            let keys: Vec<String> = terms.as_object().unwrap().keys().cloned().collect();
            let key = which.get(&keys);
            match terms[key].as_object().map(|inner| inner.keys().cloned().collect::<Vec<_>>()) {
                Some(inner) if !inner.is_empty() => terms[key][which.get(&inner)] = edge,
                _ => terms[key] = edge,
            }
        }
        let vector = json!({"id": 1, "kind": "schedule", "terms": terms});
        crate::checks::compute(vector.to_string().as_bytes());
        crate::checks::explain(format!("\n{vector}").as_bytes());
    }
}
