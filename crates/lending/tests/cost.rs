//! What a loan costs the customer: figures of a loan whose rates are published, and of one with every kind of charge.

use farthing_lending::{Charge, ChargeAmount, ChargeWhen, Money, Terms, build, cost_of_credit};
use serde_json::json;

fn charge(amount: ChargeAmount, when: ChargeWhen) -> Charge {
    Charge {
        name: "Charge".into(),
        amount,
        when,
    }
}

fn terms(principal: &str, rate: &str, n: u32) -> Terms {
    serde_json::from_value(json!({
        "principal": principal, "annual_rate": rate, "disbursed_on": "2025-03-02", "installments": n, "every": 1,
        "unit": "months", "method": "declining_equal_installments", "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_even", "installment_multiple": "0.01"},
    }))
    .unwrap()
}

#[test]
fn a_charge_off_the_payout_raises_the_rate() {
    let terms = terms("12000", "12", 12);
    let schedule = build(&terms, 2).unwrap();
    let plain = cost_of_credit(&terms, &schedule, &[], 2);
    assert_eq!((plain.cost, plain.charges), (schedule.total_interest, Money::ZERO));
    assert_eq!(plain.apr.as_deref(), Some("12.00"));
    // 1 % a month compounded is 12.68 % a year.
    assert_eq!(plain.aprc.as_deref(), Some("12.7"));
    let origination = charge(ChargeAmount::PercentOfPrincipal(1.into()), ChargeWhen::Payout);
    let cost = cost_of_credit(&terms, &schedule, &[origination], 2);
    assert_eq!(cost.received, Money::from_minor(1_188_000));
    assert_eq!(cost.cost, schedule.total_interest + Money::from_minor(12_000));
    assert_eq!(cost.repaid, plain.repaid);
    // The rate at which twelve installments of 1,066.19 (the last one 1,066.14) are worth 11,880.
    assert_eq!(
        (cost.apr.as_deref(), cost.aprc.as_deref()),
        (Some("13.91"), Some("14.8"))
    );
}

#[test]
fn charges_with_installments_and_at_the_counter_count_too() {
    let terms = terms("1000", "0", 4);
    let schedule = build(&terms, 2).unwrap();
    let charges = [
        charge(ChargeAmount::Flat(Money::from_minor(2_000)), ChargeWhen::Disbursement),
        charge(ChargeAmount::Flat(Money::from_minor(500)), ChargeWhen::EachInstallment),
    ];
    let cost = cost_of_credit(&terms, &schedule, &charges, 2);
    assert_eq!((cost.charges, cost.interest), (Money::from_minor(4_000), Money::ZERO));
    assert_eq!(cost.received, Money::from_minor(100_000));
    assert_eq!(cost.repaid - cost.received, cost.cost);
    assert_eq!(cost.repaid, Money::from_minor(104_000));
}
