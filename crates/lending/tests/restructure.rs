//! A loan under new terms owes what it owed, and goes on like any other.

use chrono::{Days, NaiveDate};
use farthing_lending::{
    Account, Accrual, Charge, ChargeAmount, ChargeWhen, Money, NewSchedule, Payment, PayoffInterest, PenaltyKind,
    PenaltyRule, Prepayment, RowState, Share, Terms, Unit, build, payoff, replay, restructure, with_rows,
};
use proptest::prelude::*;
use serde_json::json;

fn day(offset: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(offset.into())
}

fn money(minor: i64) -> Money {
    Money::from_minor(minor)
}

fn charges() -> Vec<Charge> {
    vec![Charge {
        name: "Ledger".into(),
        amount: ChargeAmount::Flat(money(150)),
        when: ChargeWhen::EachInstallment,
    }]
}

fn account(n: u32, method: &str, daily: bool) -> Account {
    let mut terms = json!({
        "principal": "1200", "annual_rate": "18", "disbursed_on": "2025-01-01", "installments": n,
        "every": 1, "unit": "months", "method": method, "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    });
    if daily {
        terms["interest_period"] = "daily".into();
        terms["day_count"] = "act/365".into();
    }
    let terms: Terms = serde_json::from_value(terms).unwrap();
    let rows = build(&terms, 2).unwrap().rows;
    Account {
        fees: with_rows(&charges(), money(120_000), day(0), &rows),
        rows,
        terms: Some(terms),
        decimals: 2,
        penalty: Some(PenaltyRule::new(PenaltyKind::Flat(money(500)), 0)),
        ..Account::default()
    }
}

/// What the account owes on a day in all, by its quote.
fn owed(account: &Account, on: NaiveDate) -> Money {
    payoff(account.terms.as_ref(), 2, &replay(account), on, PayoffInterest::ToDate)
        .unwrap()
        .total
}

#[test]
fn arrears_come_into_the_schedule() {
    let mut account = account(6, "declining_equal_installments", false);
    account.assessed_through = Some(day(75));
    account.payments.push(Payment::new(day(40), money(10_000)));
    let before = replay(&account);
    // The first payment pays the penalty of 5.00, the charge of 1.50, 18.00 of interest and 75.50 of principal.
    assert_eq!(before.rows[0].paid_principal, money(7_550));
    assert_eq!(before.days_past_due(day(75)), 44);
    let change = NewSchedule::default();
    let new = restructure(account.terms.as_ref(), 2, &before, &charges(), day(75), &change).unwrap();
    account.replacements.push(new.replacement);
    let after = replay(&account);
    assert_eq!(after.days_past_due(day(75)), 0);
    assert_eq!(after.outstanding_principal(), before.outstanding_principal());
    // What was paid stays as row 1; six new ones follow, the first on the next due date of before.
    let told: Vec<_> = after.rows.iter().map(|r| (r.n, r.due_on)).collect();
    assert_eq!((told[0], told[1], told.len()), ((1, day(31)), (2, day(90)), 7));
    // The penalty of March and the charge of March fall due with the first new row, beside its own charge.
    assert_eq!((after.rows[1].penalty, after.rows[1].fee), (money(500), money(300)));
    assert_eq!(
        owed(&account, day(75)),
        owed(
            &Account {
                replacements: Vec::new(),
                ..account.clone()
            },
            day(75)
        )
    );
}

#[test]
fn interest_and_penalties_become_principal() {
    let mut account = account(6, "declining_equal_installments", false);
    account.assessed_through = Some(day(75));
    let before = replay(&account);
    let change = NewSchedule {
        annual_rate: Some(12.into()),
        installments: Some(12),
        every: Some(2),
        unit: Some(Unit::Weeks),
        first_due_on: Some(day(89)),
        principal_grace: 2,
        capitalise_interest: true,
        capitalise_fees: true,
        capitalise_penalties: true,
        ..NewSchedule::default()
    };
    let new = restructure(account.terms.as_ref(), 2, &before, &charges(), day(75), &change).unwrap();
    assert_eq!(
        (new.capitalised_penalty, new.capitalised_fee),
        (money(1_000), money(300))
    );
    let all = owed(&account, day(75));
    account.replacements.push(new.replacement);
    let after = replay(&account);
    // A quote asks for the charge of the running installment as well, which the new schedule asks for by itself.
    assert_eq!(after.outstanding_principal(), all - money(150));
    assert_eq!(after.outstanding_penalty(), Money::ZERO);
    assert_eq!(
        after.rows.iter().map(|r| r.n).collect::<Vec<_>>(),
        (1..=12).collect::<Vec<_>>()
    );
    assert_eq!(
        (after.rows[0].principal, after.rows[2].principal.is_positive()),
        (Money::ZERO, true)
    );
    assert_eq!(after.rows[11].due_on, day(89 + 11 * 14));
}

#[test]
fn money_on_top_of_a_running_loan() {
    let mut account = account(6, "declining_equal_principal", true);
    account
        .payments
        .push(Payment::new(day(31), account.rows[0].due() + money(150)));
    let before = replay(&account);
    let change = NewSchedule {
        top_up: money(50_000),
        ..NewSchedule::default()
    };
    let new = restructure(account.terms.as_ref(), 2, &before, &charges(), day(45), &change).unwrap();
    assert_eq!(new.replacement.added, money(50_000));
    let quoted = owed(&account, day(45));
    account.replacements.push(new.replacement);
    assert_eq!(owed(&account, day(45)), quoted + money(50_000));
    let after = replay(&account);
    assert_eq!(after.rows.len(), 6);
    // 14 days on 1,000.00 and 14 on 1,500.00 at 18 % a year, due with the next installment.
    assert_eq!(after.rows[1].interest, money(690 + 1_036));
}

#[test]
fn a_purchase_plan_is_rescheduled_without_interest() {
    let mut account = account(6, "declining_equal_principal", false);
    account.terms = None;
    let change = NewSchedule {
        installments: Some(4),
        ..NewSchedule::default()
    };
    let new = restructure(None, 2, &replay(&account), &[], day(10), &change).unwrap();
    account.replacements.push(new.replacement);
    let after = replay(&account);
    assert_eq!(
        after.rows.iter().map(|r| r.principal.minor()).collect::<Vec<_>>(),
        [30_000; 4]
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let account = account(6, "declining_equal_installments", false);
    let ledger = replay(&account);
    let refused = |change: NewSchedule| {
        restructure(account.terms.as_ref(), 2, &ledger, &[], day(10), &change)
            .unwrap_err()
            .field
    };
    assert_eq!(
        refused(NewSchedule {
            top_up: money(-1),
            ..NewSchedule::default()
        }),
        "top_up"
    );
    assert_eq!(
        refused(NewSchedule {
            first_due_on: Some(day(10)),
            ..NewSchedule::default()
        }),
        "first_due_on"
    );
    assert_eq!(
        refused(NewSchedule {
            installments: Some(0),
            ..NewSchedule::default()
        }),
        "installments"
    );
    assert_eq!(
        refused(NewSchedule {
            annual_rate: Some(1001.into()),
            ..NewSchedule::default()
        }),
        "annual_rate"
    );
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
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_it_goes_on(
        method in method(), daily in any::<bool>(), n in 2u32..10, on in 1u32..250, second in 1u32..200,
        payments in prop::collection::vec((0u32..500, 1i64..60_000, 0usize..4), 0..8),
        installments in prop::option::of(1u32..15), first in prop::option::of(1u32..70), flags in any::<[bool; 4]>(),
        taken_back in any::<prop::sample::Index>(),
    ) {
        // A flat loan bears its interest by installment.
        let mut account = account(n, method, daily && method != "flat");
        let all: Vec<Payment> = payments.iter().map(|(on, amount, choice)| Payment {
            on: day(*on),
            amount: money(*amount),
            prepay: [Prepayment::Shorten, Prepayment::Lower, Prepayment::Defer].get(*choice).copied(),
        }).collect();
        let mut added = Money::ZERO;
        for on in [on, on + second] {
            account.payments = all.iter().filter(|p| p.on < day(on)).copied().collect();
            account.assessed_through = Some(day(on));
            let before = replay(&account);
            let [interest, fees, penalties, top_up] = flags;
            let change = NewSchedule {
                installments,
                first_due_on: first.map(|days| day(on + days)),
                top_up: if top_up { money(30_000) } else { Money::ZERO },
                capitalise_interest: interest,
                capitalise_fees: fees,
                capitalise_penalties: penalties,
                ..NewSchedule::default()
            };
            let quoted = owed(&account, day(on));
            let Ok(new) = restructure(account.terms.as_ref(), 2, &before, &charges(), day(on), &change) else { continue };
            let topped = change.top_up;
            added += new.replacement.added;
            account.replacements.push(new.replacement);
            let after = replay(&account);
            prop_assert_eq!(after.days_past_due(day(on)), 0);
            // Every installment's own charge that comes with the next due date is not owed in the quote of before.
            let more = owed(&account, day(on)) - quoted - topped;
            prop_assert!(more.minor() <= 150 && more.minor() >= -150, "{more:?}");
            // What is earned and unpaid is the same before and after, apart from rounding within the period.
            let (a, b) = (Accrual::of(&before, day(on - 1), false), Accrual::of(&after, day(on - 1), false));
            let moved = new.capitalised_interest;
            let given_back = after.credit - before.credit;
            let off = (a.interest - a.ahead - (b.interest - b.ahead) - moved + given_back).abs();
            if method != "bullet" && method != "flat" {
                prop_assert!(off.minor() <= 40, "{a:?} {b:?} {moved:?}");
            }
        }
        account.payments = all;
        account.assessed_through = Some(day(500));
        let check = |account: &Account| {
            let ledger = replay(account);
            let asked: Money = ledger.rows.iter().map(|r| r.principal).sum();
            assert_eq!(asked, money(120_000) + added);
            let came: Money = account.payments.iter().map(|p| p.amount).sum();
            assert_eq!(came, ledger.rows.iter().map(RowState::paid).sum::<Money>() + ledger.credit);
            for row in &ledger.rows {
                for share in Share::ALL {
                    let (asked, paid) = row.share(share);
                    assert!(Money::ZERO <= paid && paid <= asked, "{row:?}");
                }
            }
        };
        check(&account);
        if !account.payments.is_empty() {
            let at = taken_back.index(account.payments.len());
            account.payments.remove(at);
            check(&account);
        }
    }
}
