//! What holds for every schedule, whatever its terms.

use crate::common::figures;
use crate::terms::{pick, terms};
use farthing_lending::compute::answer;
use farthing_lending::explain::explain_vector;
use proptest::prelude::*;
use serde_json::{Value, json};

fn cents(value: &Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

fn worked_out(terms: &Value) -> Value {
    answer(&json!({"id": 1, "kind": "schedule", "terms": terms}))
}

/// A few terms have no schedule, and say which of them; most have one.
fn schedule(terms: &Value) -> Result<Value, TestCaseError> {
    let answer = worked_out(terms);
    match answer.get("error") {
        None => Ok(answer),
        Some(error) => {
            prop_assert!(error["message"].as_str().unwrap().ends_with('.'), "{}", error);
            Err(TestCaseError::reject(error["field"].to_string()))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_global_rejects: 6000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_schedule_closes_at_zero_and_every_row_adds_up(terms in terms()) {
        let got = schedule(&terms)?;
        let rows = got["rows"].as_array().unwrap();
        let advances: Vec<(&str, i64)> = terms["advances"].as_array().into_iter().flatten()
            .map(|a| (a["on"].as_str().unwrap(), cents(&a["amount"]))).collect();
        let lent = cents(&terms["principal"]);
        let (mut balance, mut before, mut interest, mut due) = (lent, terms["disbursed_on"].as_str().unwrap(), 0, 0);
        for row in rows {
            let parts = ["principal", "interest", "due", "balance"].map(|part| cents(&row[part]));
            prop_assert!(parts.iter().all(|part| *part >= 0), "{}", row);
            let on = row["due_on"].as_str().unwrap();
            prop_assert!(before < on || row["n"] == 0, "{} {}", before, on);
            let more: i64 = advances.iter().filter(|(day, _)| before <= *day && *day < on).map(|(_, amount)| amount).sum();
            balance += more - parts[0];
            prop_assert_eq!((parts[2], parts[3]), (parts[0] + parts[1], balance));
            (before, interest, due) = (on, interest + parts[1], due + parts[2]);
        }
        prop_assert_eq!(balance, 0);
        prop_assert_eq!((cents(&got["total_interest"]), cents(&got["total_due"])), (interest, due));
        let repaid: i64 = rows.iter().map(|row| cents(&row["principal"])).sum();
        prop_assert_eq!(repaid, lent + advances.iter().map(|(_, amount)| amount).sum::<i64>());
    }

    #[test]
    fn a_figure_of_any_terms_explains_itself(terms in terms(), which in any::<prop::sample::Index>()) {
        let (path, figure) = which.get(&figures(&schedule(&terms)?)).clone();
        let step = explain_vector(&terms, &path).map_err(|error| TestCaseError::fail(format!("{path}: {error}")))?;
        prop_assert_eq!((step.result, step.path), (figure, path));
    }

    /// Of what is paid ahead, the shorter term costs at most what rounding makes of it more than the lower installment.
    #[test]
    fn to_shorten_costs_no_more_interest_than_to_lower(
        (principal, rate, n) in (1_000u32..100_000, 1u32..4_000, 3u32..61),
        (k, share) in (1u32..12, 2u32..60),
        method in pick(&["declining_equal_installments", "declining_equal_principal"]),
        (mode, multiple) in (pick(&["half_even", "half_up", "up"]), pick(&["0.01", "1"])),
    ) {
        let mut terms = json!({
            "principal": principal.to_string(), "annual_rate": format!("{}.{:02}", rate / 100, rate % 100),
            "disbursed_on": "2024-01-15", "installments": n, "every": 1, "unit": "months", "method": method,
            "interest_period": "per_installment",
            "rounding": {"money": "0.01", "mode": mode, "installment_multiple": multiple},
        });
        // All that is due is paid on its day, the last time with a share of the principal on top.
        let plan = schedule(&terms)?;
        let rows = &plan["rows"].as_array().unwrap()[..k.min(n - 1) as usize];
        let more = |at: usize| if at + 1 == rows.len() { i64::from(principal * share) } else { 0 };
        let paid = |(at, row): (usize, &Value)| {
            let amount = cents(&row["due"]) + more(at);
            json!({"on": row["due_on"], "amount": format!("{}.{:02}", amount / 100, amount % 100)})
        };
        terms["payments"] = rows.iter().enumerate().map(paid).collect();
        let left = i64::from(n) - i64::try_from(rows.len()).unwrap();
        let mut interest = |way: &str| {
            terms["prepayment"] = way.into();
            schedule(&terms).map(|got| cents(&got["total_interest"]))
        };
        let (shorten, lower) = (interest("shorten")?, interest("lower")?);
        prop_assert!(shorten <= lower + left, "{} {}", shorten, lower);
    }
}

#[test]
fn a_part_below_zero_is_refused_where_it_comes_from() {
    let terms = |rate: &str, n: u32, rounding: Value| {
        json!({
            "principal": "10", "annual_rate": rate, "disbursed_on": "2024-01-15", "installments": n, "every": 1, "unit": "months",
            "method": "declining_equal_installments", "interest_period": "per_installment", "rounding": rounding,
        })
    };
    let coarse = json!({"money": "0.01", "mode": "half_up", "installment_multiple": "5"});
    // A hundredth of ten is nothing in multiples of five.
    let error = worked_out(&terms("24", 100, coarse));
    assert_eq!(error["error"]["field"], "installment", "{error}");
    let mut flat = terms(
        "0",
        12,
        json!({"money": "0.01", "mode": "up", "installment_multiple": "5"}),
    );
    flat["method"] = "flat".into();
    assert_eq!(worked_out(&flat)["error"]["field"], "rounding");
}

#[test]
fn a_million_of_anything_is_refused_not_tried() {
    let schedule = json!({
        "principal": "10000", "annual_rate": "12", "disbursed_on": "2024-01-15", "installments": 1_000_000, "every": 1,
        "unit": "days", "method": "bullet", "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    });
    assert_eq!(worked_out(&schedule)["error"]["field"], "installments");
    let apr = json!({"id": 1, "kind": "apr", "terms": {
        "rule": "reg_z", "unit_period": {"unit": "month", "every": 1}, "advances": [{"on": "2024-01-15", "amount": "100"}],
        "payments": [{"on": "2024-02-15", "amount": "1", "count": 1_000_000, "every": 1, "unit": "days"}],
    }});
    assert_eq!(answer(&apr)["error"]["field"], "payments[0].count");
    let tvm = json!({"id": 1, "kind": "tvm", "terms": {"fn": "pmt", "rate": "0.01", "nper": "1000000", "pv": "100"}});
    assert_eq!(answer(&tvm)["error"]["field"], "nper");
    let rule = json!({"id": 1, "kind": "rule", "terms": {
        "rule": "affordability", "monthly_income": "1000", "existing_installments": "0", "share": "0.4", "annual_rate": "12",
        "installments": 1_000_000,
    }});
    assert_eq!(answer(&rule)["error"]["field"], "installments");
}
