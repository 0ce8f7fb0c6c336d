//! Whatever the terms, there is an answer or an error with a field, never a panic; and what is answered adds up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use farthing_lending::compute::answer;
use proptest::prelude::*;
use serde_json::{Value, json};

fn pick(list: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(list)
}

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
