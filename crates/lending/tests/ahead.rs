//! Money paid ahead: the rest of the schedule is the one that the conventions of the published figures lead to, whatever
//! the order of arrival, and a payment that is taken back leaves no trace.

use chrono::{Days, NaiveDate};
use farthing_lending::{Account, Money, Payment, Prepayment, Row, RowState, Share, Terms, build, replay, what_if};
use proptest::prelude::*;
use serde_json::{Value, json};

const CHOICES: [Prepayment; 3] = [Prepayment::Shorten, Prepayment::Lower, Prepayment::Defer];

fn terms(principal: u32, n: u32, method: &str, count: Option<&str>, start: &str) -> Terms {
    let mut terms = json!({
        "principal": principal.to_string(), "annual_rate": "18", "disbursed_on": start, "installments": n,
        "every": 1, "unit": "months", "method": method, "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    });
    if let Some(count) = count {
        terms["interest_period"] = "daily".into();
        terms["day_count"] = count.into();
    }
    if method == "balloon" {
        terms["balloon"] = Value::from((principal / 3).to_string());
    }
    serde_json::from_value(terms).unwrap()
}

fn account(terms: &Terms) -> Account {
    Account {
        rows: build(terms, 2).unwrap().rows,
        terms: Some(terms.clone()),
        decimals: 2,
        ..Account::default()
    }
}

/// The schedule part of the rows.
fn shape(rows: &[RowState]) -> Vec<(u32, NaiveDate, Money, Money)> {
    rows.iter().map(|r| (r.n, r.due_on, r.principal, r.interest)).collect()
}

fn agreed(rows: &[Row]) -> Vec<(u32, NaiveDate, Money, Money)> {
    rows.iter().map(|r| (r.n, r.due_on, r.principal, r.interest)).collect()
}

/// Pays every installment up to `k` on its day, then extra amounts so many days later.
fn paid(terms: &Terms, k: usize, extra: &[(u32, i64)], choice: Prepayment) -> Account {
    let mut account = account(terms);
    let start = if k == 0 {
        terms.disbursed_on
    } else {
        account.rows[k - 1].due_on
    };
    let rows = account.rows[..k].to_vec();
    account
        .payments
        .extend(rows.iter().map(|r| Payment::new(r.due_on, r.due())));
    account.payments.extend(extra.iter().map(|(days, amount)| Payment {
        on: start + Days::new((*days).into()),
        amount: Money::from_minor(*amount),
        prepay: Some(choice),
    }));
    account
}

/// The same by the schedule builder, which knows of real payments.
fn expected(terms: &Terms, account: &Account, choice: Prepayment) -> Option<Vec<(u32, NaiveDate, Money, Money)>> {
    let mut terms = terms.clone();
    let mut payments: Vec<Value> = Vec::new();
    for payment in &account.payments {
        payments.push(json!({"on": payment.on, "amount": payment.amount.to_plain(2)}));
    }
    terms.payments = Some(serde_json::from_value(payments.into()).unwrap());
    terms.prepayment = Some(choice);
    build(&terms, 2).ok().map(|schedule| agreed(&schedule.rows))
}

#[test]
fn three_ways_side_by_side() {
    let terms = terms(12_000, 12, "declining_equal_installments", None, "2025-01-01");
    let mut account = account(&terms);
    let first = account.rows[0];
    account.payments.push(Payment::new(first.due_on, first.due()));
    let on = NaiveDate::from_ymd_opt(2025, 3, 1).unwrap();
    let ways = what_if(&account, on, Money::from_minor(410_016));
    let told: Vec<_> = ways
        .iter()
        .map(|w| (w.choice, w.installments_left, w.interest_saved.is_positive()))
        .collect();
    assert_eq!(
        told,
        [
            (None, 8, false),
            (Some(Prepayment::Shorten), 7, true),
            (Some(Prepayment::Lower), 10, true),
            (Some(Prepayment::Defer), 10, true),
        ]
    );
    assert!(ways[1].interest_saved > ways[2].interest_saved);
    assert_eq!(ways[1].installment, Money::from_minor(110_016));
    assert!(ways[2].installment < Money::from_minor(110_016));
    assert_eq!(ways[1].ends_on, NaiveDate::from_ymd_opt(2025, 10, 1));
}

#[test]
fn a_purchase_plan_keeps_its_rows() {
    let mut account = account(&terms(1200, 6, "declining_equal_principal", None, "2025-01-01"));
    account.terms = None;
    account.payments.push(Payment {
        on: account.rows[0].due_on,
        amount: Money::from_minor(90_000),
        prepay: Some(Prepayment::Shorten),
    });
    let ledger = replay(&account);
    assert_eq!(ledger.rows.len(), 6);
    assert_eq!(ledger.kept_schedule.len(), 1);
    assert_eq!(ledger.allocations[0].total(), Money::from_minor(90_000));
}

fn method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "declining_equal_installments",
        "declining_equal_principal",
        "interest_only",
        "balloon",
    ])
}

fn day_count() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![None, Some("act/365"), Some("act/act"), Some("30/360")])
}

fn start() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["2025-01-01", "2024-01-31", "2023-12-30"])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rest_is_what_the_conventions_lead_to(
        method in method(), count in day_count(), start in start(), n in 2u32..30, k in 0usize..20,
        extra in prop::collection::vec((0u32..28, 1i64..300_000), 1..4), choice in prop::sample::select(CHOICES.to_vec()),
    ) {
        let k = k % (n as usize - 1);
        let terms = terms(10_000, n, method, count, start);
        let mut extra = extra;
        extra.sort_unstable();
        let account = paid(&terms, k, &extra, choice);
        let Some(expected) = expected(&terms, &account, choice) else { return Ok(()) };
        let ledger = replay(&account);
        if method == "balloon" && choice == Prepayment::Lower && !ledger.kept_schedule.is_empty() {
            // What was paid first left less than the balloon, so no lower installment could be worked out then.
            return Ok(());
        }
        prop_assert_eq!(&ledger.kept_schedule, &Vec::new());
        prop_assert_eq!(shape(&ledger.rows), expected);
    }

    #[test]
    fn any_order_of_arrival_leads_to_the_same_schedule(
        n in 2u32..15, payments in prop::collection::vec((0u32..400, 1i64..400_000, 0usize..4), 1..8), turn in any::<prop::sample::Index>(),
    ) {
        let terms = terms(10_000, n, "declining_equal_installments", None, "2025-01-01");
        let mut account = account(&terms);
        account.payments = payments.iter().map(|(days, amount, choice)| Payment {
            on: terms.disbursed_on + Days::new((*days).into()),
            amount: Money::from_minor(*amount),
            prepay: CHOICES.get(*choice).copied(),
        }).collect();
        let one = replay(&account);
        let owed: Money = one.rows.iter().map(|r| r.principal).sum();
        prop_assert_eq!(owed, Money::from_minor(1_000_000));
        let came: Money = account.payments.iter().map(|p| p.amount).sum();
        prop_assert_eq!(came, one.rows.iter().map(RowState::paid).sum::<Money>() + one.credit);
        for row in &one.rows {
            for share in Share::ALL {
                let (asked, paid) = row.share(share);
                prop_assert!(Money::ZERO <= paid && paid <= asked, "{row:?}");
            }
        }
        let mut other = account.clone();
        let at = turn.index(other.payments.len());
        other.payments.rotate_left(at);
        let other = replay(&other);
        prop_assert_eq!(&one.rows, &other.rows);
        prop_assert_eq!(one.credit, other.credit);
    }

    #[test]
    fn shortening_costs_at_most_a_cent_an_installment_more_than_lowering(
        principal in 1_000u32..100_000, n in 3u32..60, k in 1usize..50, share in 1i64..90, days in 0u32..28,
    ) {
        let k = k % (n as usize - 2);
        let terms = terms(principal, n, "declining_equal_installments", None, "2025-01-01");
        let extra = i64::from(principal) * share;
        let interest = |choice| {
            let ledger = replay(&paid(&terms, k, &[(days, extra)], choice));
            ledger.rows.iter().map(|r| r.interest).sum::<Money>()
        };
        let more = interest(Prepayment::Shorten) - interest(Prepayment::Lower);
        prop_assert!(more.minor() <= i64::from(n) - k as i64, "{more:?}");
    }
}
