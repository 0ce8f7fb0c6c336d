//! Money paid ahead under terms that few products have: days off, periods without principal or interest, a coarse money
//! unit, a remainder elsewhere than last. Nothing is lost, nothing is negative, and the payoff closes the account.

use chrono::Days;
use farthing_lending::{Account, Money, Payment, PayoffInterest, Prepayment, Share, Terms, build, payoff, replay};
use proptest::prelude::*;
use serde_json::{Value, json};

fn terms(principal: u32, n: u32, which: usize, method: &str) -> Option<Terms> {
    let mut terms = json!({
        "principal": principal.to_string(), "annual_rate": "18", "disbursed_on": "2025-01-31", "installments": n,
        "every": 1, "unit": "months", "method": method, "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    });
    if method == "balloon" {
        terms["balloon"] = Value::from((principal / 4).to_string());
    }
    match which {
        0 => {
            terms["working_days"] = json!({"weekend": ["saturday", "sunday"], "move": "forward",
                "holidays": ["2025-04-30", "2025-12-31"]});
            terms["interest_period"] = "daily".into();
            terms["day_count"] = "act/365".into();
        }
        1 => terms["grace"] = json!({"principal": 2, "interest_free": 1}),
        2 => terms["rounding"] = json!({"money": "1", "mode": "half_up", "installment_multiple": "1"}),
        3 => terms["rounding"]["remainder"] = "first".into(),
        4 => terms["rounding"]["remainder"] = "spread".into(),
        5 => terms["installment_tuning"] = true.into(),
        _ => terms["month_end"] = "roll".into(),
    }
    let terms: Terms = serde_json::from_value(terms).unwrap();
    build(&terms, 2).ok().map(|_| terms)
}

proptest! {
    #[test]
    fn nothing_is_lost(
        principal in 500u32..50_000,
        n in 3u32..30,
        which in 0usize..7,
        method in prop::sample::select(vec!["declining_equal_installments", "declining_equal_principal", "balloon"]),
        paid in prop::collection::vec((0u32..500, 1u32..800_000, 0usize..4), 0..5),
        closing in 1u32..900,
    ) {
        let Some(terms) = terms(principal, n, which, method) else { return Ok(()) };
        let choices = [None, Some(Prepayment::Shorten), Some(Prepayment::Lower), Some(Prepayment::Defer)];
        let mut account = Account {
            rows: build(&terms, 2).unwrap().rows,
            terms: Some(terms.clone()),
            decimals: 2,
            ..Account::default()
        };
        account.payments = paid
            .iter()
            .map(|(day, amount, choice)| Payment {
                on: terms.disbursed_on + Days::new((*day).into()),
                amount: Money::from_minor(i64::from(*amount)),
                prepay: choices[*choice],
            })
            .collect();
        let ledger = replay(&account);
        let lent = Money::from_minor(i64::from(principal) * 100);
        let of = |part: fn(&farthing_lending::RowState) -> Money| ledger.rows.iter().map(part).sum::<Money>();
        prop_assert_eq!(of(|row| row.principal), lent);
        for row in &ledger.rows {
            prop_assert!(!row.principal.is_negative() && !row.interest.is_negative(), "{:?}", row);
            prop_assert!(row.paid_principal <= row.principal && row.paid_interest <= row.interest, "{:?}", row);
        }
        let received: Money = account.payments.iter().map(|p| p.amount).sum();
        prop_assert_eq!(received, of(farthing_lending::RowState::paid) + ledger.credit);
        // What settles the account on a day after all of them is never less than its principal.
        let on = terms.disbursed_on + Days::new((500 + closing).into());
        let quote = payoff(Some(&terms), 2, &ledger, on, PayoffInterest::ToDate).unwrap();
        let open: Money = ledger.rows.iter().map(|row| row.unpaid_of(Share::Principal)).sum();
        prop_assert_eq!(quote.principal, open);
        prop_assert!(!quote.interest.is_negative());
    }
}
