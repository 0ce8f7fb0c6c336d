//! Random terms as lenders have them, with every option, most of which can be carried out.

use chrono::{Days, Months, NaiveDate};
use proptest::prelude::*;
use serde_json::{Value, json};

pub fn pick(list: &'static [&'static str]) -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(list)
}

fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 31).unwrap()
}

/// What can be added to any terms, one at a time.
fn option() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let on = |days: u64| (start() + Days::new(days)).to_string();
    let amount = (10u32..5_000, 0u32..100).prop_map(|(whole, cents)| format!("{whole}.{cents:02}"));
    let payments = prop::collection::vec((1u64..200, amount.clone()), 1..4).prop_map(move |mut list| {
        list.sort_by_key(|(day, _)| *day);
        json!(
            list.iter()
                .map(|(day, amount)| json!({"on": on(*day), "amount": amount}))
                .collect::<Vec<_>>()
        )
    });
    prop_oneof![
        3 => Just(Vec::new()),
        1 => (payments, pick(&["shorten", "lower", "defer"]), 0u64..60).prop_map(move |(payments, way, later)| {
            let last: NaiveDate = payments.as_array().unwrap().last().unwrap()["on"].as_str().unwrap().parse().unwrap();
            vec![("payments", payments), ("prepayment", way.into()), ("as_of", (last + Days::new(later)).to_string().into())]
        }),
        1 => (0u64..300, pick(&["to_date", "to_period_end"])).prop_map(move |(day, way)| vec![
            ("payoff_on", on(day).into()), ("payoff_interest", way.into()),
        ]),
        1 => (1u32..6, 0u32..3000).prop_map(|(every, percent)| vec![
            ("step_up", json!({"every": every, "percent": format!("{}.{:02}", percent / 100, percent % 100)})),
        ]),
        1 => (1u32..6, 0u32..40).prop_map(|(every, more)| vec![("step_up", json!({"every": every, "amount": more.to_string()}))]),
        1 => (1u64..100, amount).prop_map(move |(day, amount)| vec![("advances", json!([{"on": on(day), "amount": amount}]))]),
        1 => pick(&["forward", "back", "none"]).prop_map(|way| vec![
            ("working_days", json!({"weekend": ["saturday", "sunday"], "holidays": ["2024-05-01"], "move": way})),
        ]),
        1 => (1u32..4, 0u32..4).prop_map(|(principal, deferred)| vec![
            ("grace", json!({"principal": principal, "interest_deferred": deferred.min(principal), "interest_free": deferred / 2})),
        ]),
        1 => (0u32..60).prop_map(|percent| vec![("down_payment_pct", percent.to_string().into())]),
        1 => (1u32..5, 0u32..4_000).prop_map(|(months, rate)| vec![
            ("rate_changes", json!([{"on": (start() + Months::new(months)).to_string(), "annual_rate": format!("{}.{:02}", rate / 100, rate % 100)}])),
        ]),
        1 => (1u64..80).prop_map(move |day| vec![("first_due_on", on(day).into())]),
        1 => Just(vec![("installment_tuning", true.into())]),
    ]
}

/// Terms in the form of the published vectors.
pub fn terms() -> impl Strategy<Value = Value> {
    let amounts = (100u32..2_000_000, 0u32..100, 0u32..6_000, 1u32..61);
    let shape = (
        pick(&["months", "months", "weeks", "days"]),
        pick(&[
            "declining_equal_installments",
            "declining_equal_installments",
            "declining_equal_principal",
            "flat",
            "interest_only",
            "balloon",
            "bullet",
        ]),
        pick(&["per_installment", "daily"]),
        pick(&["act/360", "act/364", "act/365", "act/act", "30/360", "30/365"]),
    );
    let rounding = (
        pick(&["half_even", "half_up", "up"]),
        pick(&["0.01", "0.01", "1", "5"]),
        pick(&["last", "last", "first", "spread"]),
    );
    (amounts, shape, rounding, option()).prop_map(
        |((whole, cents, rate, n), (unit, method, period, count), (mode, multiple, remainder), options)| {
            let mut terms = json!({
                "principal": format!("{whole}.{cents:02}"), "annual_rate": format!("{}.{:02}", rate / 100, rate % 100),
                "disbursed_on": start(), "installments": n, "every": 1, "unit": unit, "method": method,
                "interest_period": period, "day_count": count,
                "rounding": {"money": "0.01", "mode": mode, "installment_multiple": multiple, "remainder": remainder},
            });
            if method == "flat" {
                terms["interest_period"] = "per_installment".into();
            }
            if method == "balloon" {
                terms["balloon"] = (whole / 3).to_string().into();
            }
            for (key, value) in options {
                terms[key] = value;
            }
            if terms["interest_period"] == "per_installment" {
                terms.as_object_mut().unwrap().remove("day_count");
            }
            terms
        },
    )
}
