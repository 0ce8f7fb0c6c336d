//! The tight loop of a plain loan and the general one, which looks for payments in every period, are the same.

use farthing_lending::{Terms, build};
use proptest::prelude::*;
use serde_json::json;

fn pick(list: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(list)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn a_plain_loan_goes_the_general_way(
        (principal, rate, n, every) in (1_000u64..10_000_000_000, 0u32..60_000, 1u32..130, 1u32..4),
        unit in pick(&["days", "weeks", "months"]),
        method in pick(&["declining_equal_installments", "balloon"]),
        count in pick(&["per_installment", "act/360", "act/364", "act/365", "act/act", "30/360", "30/365"]),
        (mode, multiple, ledger) in (
            pick(&["half_even", "half_up", "up"]), pick(&["0.01", "1", "5"]), pick(&["rounded", "rounded", "exact"]),
        ),
        (day, first, month_end, nominal) in (1u32..=31, 0u32..90, pick(&["clamp", "roll"]), any::<bool>()),
        (grace, free, fixed) in (0u32..3, 0u32..3, 0u32..8),
    ) {
        let mut terms = json!({
            "principal": format!("{}.{:02}", principal / 100, principal % 100), "annual_rate": format!("{}.{:02}", rate / 100, rate % 100),
            "disbursed_on": format!("2023-12-{day:02}"), "installments": n, "every": every, "unit": unit, "method": method,
            "interest_period": "daily", "day_count": count, "month_end": month_end,
            "rounding": {"money": "0.01", "mode": mode, "installment_multiple": multiple, "ledger": ledger},
            "grace": {"principal": grace.min(n - 1), "interest_free": free.min(n)},
        });
        if count == "per_installment" {
            terms["interest_period"] = count.into();
            terms.as_object_mut().unwrap().remove("day_count");
        } else if nominal && count != "act/act" {
            terms["installment_rate"] = "nominal".into();
        }
        if first > 30 {
            terms["first_due_on"] = format!("2024-{:02}-{:02}", 1 + first / 31, 1 + first % 28).into();
        }
        if method == "balloon" {
            terms["balloon"] = (principal / 300).to_string().into();
        }
        if fixed == 7 {
            terms["fixed_installment"] = (principal / 100 / u64::from(n) + principal / 2000 + 1).to_string().into();
        }
        let plain: Terms = serde_json::from_value(terms.clone()).unwrap();
        // Facts that change nothing: on the day of disbursement, nothing was paid yet.
        terms["as_of"] = terms["disbursed_on"].clone();
        let general: Terms = serde_json::from_value(terms).unwrap();
        prop_assert_eq!(build(&plain, 2), build(&general, 2));
    }
}
