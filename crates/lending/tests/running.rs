//! The figures of running loans explain themselves, whatever happened to the loan.

use chrono::{Days, NaiveDate};
use farthing_lending::explain::{Code, Derivation, explain_payoff, explain_running};
use farthing_lending::terms::Prepayment;
use farthing_lending::{
    Account, Ledger, Money, Overdue, Payment, PayoffRule, PenaltyCap, PenaltyKind, PenaltyRule, RatePer, Terms, build,
    payoff, replay,
};
use proptest::prelude::*;
use serde_json::json;

fn day(offset: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(offset.into())
}

fn terms(method: &str) -> Terms {
    serde_json::from_value(json!({
        "principal": "1200.00", "annual_rate": "18", "disbursed_on": "2025-01-01", "installments": 6, "every": 1,
        "unit": "months", "method": method, "interest_period": "daily", "day_count": "act/365",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    }))
    .unwrap()
}

fn account(terms: Terms, payments: Vec<Payment>, penalty: PenaltyRule) -> Account {
    Account {
        rows: build(&terms, 2).unwrap().rows,
        payments,
        penalty: Some(penalty),
        assessed_through: Some(day(120)),
        terms: Some(terms),
        decimals: 2,
        ..Account::default()
    }
}

/// Every figure of every row, with what the ledger has.
fn figures(ledger: &Ledger) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut balance: Money = ledger.rows.iter().map(|row| row.principal).sum();
    for row in &ledger.rows {
        balance -= row.principal;
        for (name, amount) in [
            ("principal", row.principal),
            ("interest", row.interest),
            ("fee", row.fee),
            ("penalty", row.penalty),
            ("due", row.due()),
            ("paid", row.paid()),
            ("balance", balance),
        ] {
            all.push((format!("rows[{}].{name}", row.n), amount.to_plain(2)));
        }
        all.push((format!("rows[{}].due_on", row.n), row.due_on.to_string()));
    }
    all
}

fn codes(step: &Derivation) -> Vec<Code> {
    step.steps.iter().flat_map(codes).chain([step.code]).collect()
}

#[test]
fn what_nothing_changed_is_explained_as_agreed_and_what_changed_by_its_balance() {
    let rule = PenaltyRule::new(PenaltyKind::PercentOfOverdueInstallment(10.into()), 3);
    let mut account = account(terms("declining_equal_installments"), Vec::new(), rule);
    let due = account.rows[0].due();
    account.payments.push(Payment::new(day(31), due));
    account.payments.push(Payment {
        on: day(59),
        amount: due + Money::from_minor(20_000),
        prepay: Some(Prepayment::Lower),
    });
    let ledger = replay(&account);
    let explained = |path: &str| explain_running(&account, &ledger, 2, path).unwrap();
    assert_eq!(explained("rows[1].interest").code, Code::InterestOfPeriod);
    // The third installment is due on what the prepayment left.
    let third = explained("rows[3].interest");
    assert_eq!(third.code, Code::InterestOfPeriod);
    assert_eq!(third.steps[0].steps[0].arguments[2].value, "31");
    let penalty = explained("rows[3].penalty");
    assert_eq!(penalty.code, Code::Penalty, "{}", penalty.sentence);
    assert_eq!(penalty.formula, "overdue × percent / 100");
    let owed = explain_payoff(
        &account,
        &ledger,
        2,
        (day(100), Money::ZERO),
        &PayoffRule::default(),
        "payoff",
    )
    .unwrap();
    assert!(codes(&owed).contains(&Code::InterestOfSegment), "{owed:?}");
    assert!(
        explain_running(&account, &ledger, 2, "rows[9].due")
            .unwrap_err()
            .message
            .contains("no row 9")
    );
    assert_eq!(
        explain_running(&account, &ledger, 2, "rows[1].tax").unwrap_err().field,
        "path"
    );
}

fn penalty_rule() -> impl Strategy<Value = PenaltyRule> {
    let kind = prop_oneof![
        Just(PenaltyKind::Flat(Money::from_minor(500))),
        Just(PenaltyKind::PercentOfOverdueInstallment(10.into())),
        Just(PenaltyKind::PercentOfOverduePrincipal(5.into())),
        Just(PenaltyKind::PerDay {
            percent: rust_decimal::Decimal::new(1, 1),
            of: Overdue::Installment,
            per: RatePer::Day
        }),
        Just(PenaltyKind::PerDay {
            percent: 24.into(),
            of: Overdue::Principal,
            per: RatePer::Year
        }),
    ];
    (kind, 0u32..5, any::<bool>()).prop_map(|(kind, grace_days, capped)| PenaltyRule {
        kind,
        grace_days,
        most: capped.then(|| PenaltyCap::Amount(Money::from_minor(900))),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_figure_of_a_running_loan_is_derived(
        payments in prop::collection::vec((0u32..150, 1i64..60_000, 0usize..4), 0..6),
        rule in penalty_rule(),
        method in prop::sample::select(vec!["declining_equal_installments", "declining_equal_principal", "interest_only", "bullet"]),
        on in 0u32..200,
    ) {
        let ways = [None, Some(Prepayment::Shorten), Some(Prepayment::Lower), Some(Prepayment::Defer)];
        let payments = payments.iter().map(|(on, minor, way)| Payment {
            on: day(*on), amount: Money::from_minor(*minor), prepay: ways[*way],
        });
        let account = account(terms(method), payments.collect(), rule);
        let ledger = replay(&account);
        for (path, figure) in figures(&ledger) {
            let step = explain_running(&account, &ledger, 2, &path).unwrap();
            prop_assert_eq!((&step.result, &step.path), (&figure, &path));
            prop_assert!(!step.sentence.is_empty());
        }
        let quote = payoff(account.terms.as_ref(), 2, &ledger, day(on), PayoffRule::default().interest).unwrap();
        for (part, amount) in [
            ("principal", quote.principal), ("interest", quote.interest), ("fee", quote.fee), ("penalty", quote.penalty),
            ("total", quote.total),
        ] {
            let path = format!("payoff.{part}");
            let step = explain_payoff(&account, &ledger, 2, (day(on), Money::ZERO), &PayoffRule::default(), &path).unwrap();
            prop_assert_eq!((step.result, step.path), (amount.to_plain(2), path));
        }
    }
}
