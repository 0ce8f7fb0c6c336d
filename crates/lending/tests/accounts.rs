//! Properties of accounts: money is conserved, nothing is negative, order of arrival does not matter, and what is
//! foreclosed and paid closes at exactly zero.

use chrono::{Days, NaiveDate};
use farthing_lending::{
    Account, AllocationOrder, ChargeAmount, Ledger, Money, Payment, PayoffInterest, PayoffRule, PenaltyKind,
    PenaltyRule, Purchase, Rhythm, Share, Terms, build, foreclose, payoff, replay,
};
use proptest::prelude::*;
use serde_json::json;

fn day(offset: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(offset.into())
}

fn terms(principal: u32, n: u32, method: &str) -> Terms {
    serde_json::from_value(json!({
        "principal": principal.to_string(), "annual_rate": "18", "disbursed_on": "2025-01-01", "installments": n,
        "every": 1, "unit": "months", "method": method, "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    }))
    .unwrap()
}

fn account(terms: &Terms, payments: Vec<Payment>) -> Account {
    Account {
        rows: build(terms, 2).unwrap().rows,
        payments,
        penalty: Some(PenaltyRule::new(PenaltyKind::PercentOfOverdueInstallment(10.into()), 3)),
        assessed_through: Some(day(500)),
        ..Account::default()
    }
}

fn assert_conserved(account: &Account, ledger: &Ledger) {
    for (payment, allocation) in account.payments.iter().zip(&ledger.allocations) {
        assert_eq!(allocation.total(), payment.amount);
    }
    let came: Money = account.payments.iter().map(|p| p.amount).sum();
    let paid: Money = ledger.rows.iter().map(|r| r.paid()).sum();
    assert_eq!(came, paid + ledger.credit);
    for row in &ledger.rows {
        for share in Share::ALL {
            let (asked, paid) = row.share(share);
            assert!(Money::ZERO <= paid && paid <= asked, "{row:?}");
        }
        assert_eq!(row.settled_on.is_some(), row.unpaid().is_zero());
    }
}

#[test]
fn the_published_installment() {
    let mut terms = terms(15_000, 12, "declining_equal_installments");
    terms.annual_rate = 10.into();
    let schedule = build(&terms, 2).unwrap();
    let figures = [schedule.installment, schedule.total_due, schedule.last_due];
    assert_eq!(figures.map(|m| m.to_plain(2)), ["1318.74", "15824.87", "1318.73"]);
}

#[test]
fn a_late_installment_costs_ten_percent_until_an_earlier_payment_turns_up() {
    let terms = terms(1200, 3, "declining_equal_installments");
    let mut account = account(&terms, Vec::new());
    let due = account.rows[0].due();
    account.assessed_through = account.rows[0].due_on.checked_add_days(Days::new(3));
    assert_eq!(replay(&account).outstanding_penalty(), Money::ZERO);
    account.assessed_through = account.rows[0].due_on.checked_add_days(Days::new(4));
    let late = replay(&account);
    assert_eq!(late.rows[0].penalty, Money::from_minor((due.minor() + 5) / 10));
    assert_eq!(late.days_past_due(day(41)), 10);
    account.payments.push(Payment::new(account.rows[0].due_on, due));
    let backdated = replay(&account);
    assert_eq!(backdated.outstanding_penalty(), Money::ZERO);
    assert_eq!(backdated.rows[0].settled_on, Some(account.rows[0].due_on));
}

#[test]
fn a_purchase_keeps_every_cent() {
    let purchase = |payments, first| Purchase {
        price: Money::from_minor(33_334),
        quantity: 3,
        payments,
        first: Money::from_minor(first),
        sold_on: day(0),
        rhythm: Rhythm::Every30Days,
    };
    let rows = purchase(4, 30_001).rows().unwrap();
    let amounts: Vec<i64> = rows.iter().map(|r| r.principal.minor()).collect();
    assert_eq!(amounts, [30_001, 23_333, 23_333, 23_335]);
    assert_eq!(rows[3].due_on, day(90));
    assert_eq!(purchase(4, 30_000).rows().unwrap_err().field, "first");
    assert_eq!(purchase(1, 30_001).rows().unwrap_err().field, "first");
    assert_eq!(purchase(1, 100_002).rows().unwrap().len(), 1);
}

fn payments() -> impl Strategy<Value = Vec<Payment>> {
    let one = (0u32..400, 1i64..60_000).prop_map(|(on, minor)| Payment::new(day(on), Money::from_minor(minor)));
    prop::collection::vec(one, 0..12)
}

fn method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "declining_equal_installments",
        "declining_equal_principal",
        "flat",
        "interest_only",
        "bullet",
    ])
}

proptest! {
    #[test]
    fn schedules_close_to_zero(principal in 100u32..1_000_000, n in 1u32..120, method in method()) {
        let schedule = build(&terms(principal, n, method), 2).unwrap();
        let lent: Money = schedule.rows.iter().map(|r| r.principal).sum();
        prop_assert_eq!(lent, Money::from_minor(i64::from(principal) * 100));
        prop_assert!(schedule.rows.last().unwrap().balance.is_zero());
        prop_assert!(schedule.rows.iter().all(|r| !r.principal.is_negative() && !r.interest.is_negative()));
    }

    #[test]
    fn money_is_conserved(payments in payments(), n in 1u32..12, method in method(), order in Just(Share::ALL).prop_shuffle()) {
        let mut account = account(&terms(1200, n, method), payments);
        account.order = AllocationOrder::try_from(order).unwrap();
        assert_conserved(&account, &replay(&account));
    }

    #[test]
    fn order_of_arrival_does_not_matter(payments in payments(), seed in any::<prop::sample::Index>()) {
        let terms = terms(1200, 6, "declining_equal_installments");
        let one = replay(&account(&terms, payments.clone()));
        let mut other = payments;
        if !other.is_empty() {
            let at = seed.index(other.len());
            other.rotate_left(at);
        }
        let other = replay(&account(&terms, other));
        prop_assert_eq!(one.rows, other.rows);
        prop_assert_eq!(one.credit, other.credit);
    }

    #[test]
    fn a_foreclosed_loan_closes_at_zero(
        payments in payments(), on in 0u32..500, off in 0u8..=100, method in method(), whole in any::<bool>(),
    ) {
        let terms = terms(1200, 6, method);
        let mut account = account(&terms, payments);
        account.payments.retain(|p| p.on <= day(on));
        account.assessed_through = Some(day(on));
        let before = replay(&account);
        let mode = if whole { PayoffInterest::ToPeriodEnd } else { PayoffInterest::ToDate };
        let fee = (off % 2 == 1).then_some(ChargeAmount::PercentOfPrincipal(2.into()));
        let rule = PayoffRule { interest: mode, fee, ..PayoffRule::default() };
        let quote = payoff(Some(&terms), 2, &before, day(on), mode).unwrap();
        let most = quote.interest + quote.penalty;
        let discount = Money::from_minor(most.minor() * i64::from(off) / 100);
        let closing = foreclose(Some(&terms), 2, &before, day(on), &rule, discount).unwrap();
        prop_assert!(foreclose(Some(&terms), 2, &before, day(on), &rule, most + Money::from_minor(1)).is_err());
        account.replacements.push(closing);
        let pay = quote.total + rule.closing_fee(quote.principal) - discount;
        account.payments.push(Payment::new(day(on), pay));
        let after = replay(&account);
        assert_conserved(&account, &after);
        prop_assert!(after.is_closed(), "{:?}", after);
        prop_assert_eq!(after.credit, before.credit);
    }
}
