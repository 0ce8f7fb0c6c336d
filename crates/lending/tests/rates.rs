//! A variable rate: a running loan comes to stand as if its terms had known of the change.

use chrono::NaiveDate;
use farthing_lending::explain::explain_running;
use farthing_lending::{
    Account, Ledger, Money, NewSchedule, Payment, Prepayment, RateChange, Terms, build, replay, restructure,
};
use serde_json::json;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn change(on: &str, rate: &str) -> RateChange {
    RateChange {
        on: day(on),
        annual_rate: rate.parse().unwrap(),
    }
}

fn terms(more: serde_json::Value) -> Terms {
    let mut terms = json!({
        "principal": "12000.00", "annual_rate": "12", "disbursed_on": "2025-01-15", "installments": 12, "every": 1,
        "unit": "months", "method": "declining_equal_installments", "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    });
    terms.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(terms).unwrap()
}

fn account(terms: &Terms, rates: &[RateChange]) -> Account {
    Account {
        rows: build(terms, 2).unwrap().rows,
        terms: Some(terms.clone()),
        decimals: 2,
        rates: rates.to_vec(),
        ..Account::default()
    }
}

fn rows(ledger: &Ledger) -> Vec<(u32, NaiveDate, Money, Money)> {
    let row = |row: &farthing_lending::RowState| (row.n, row.due_on, row.principal, row.interest);
    ledger.rows.iter().map(row).collect()
}

fn paid_as_due(account: &mut Account, until: &str) {
    let due = replay(account).rows;
    let due = due.iter().filter(|row| row.due_on <= day(until));
    account.payments = due.map(|row| Payment::new(row.due_on, row.due())).collect();
}

#[test]
fn a_running_loan_follows_its_rate_as_if_the_terms_had_known() {
    for more in [
        json!({}),
        json!({"interest_period": "daily", "day_count": "act/365"}),
        json!({"interest_period": "daily", "day_count": "30/360", "first_due_on": "2025-02-01"}),
        json!({"first_due_on": "2025-02-01"}),
        json!({"method": "declining_equal_principal"}),
        json!({"method": "interest_only"}),
        json!({"method": "balloon", "balloon": "3000.00"}),
        json!({"grace": {"principal": 3}}),
        json!({"working_days": {"weekend": ["saturday", "sunday"], "holidays": [], "move": "forward"}}),
    ] {
        let agreed = terms(more.clone());
        // Between two due dates, on a due date, and twice within one period.
        let rates = [
            change("2025-04-03", "18"),
            change("2025-07-15", "9.5"),
            change("2025-09-20", "11"),
            change("2025-09-21", "10"),
        ];
        let mut known = agreed.clone();
        known.follow(&rates).unwrap();
        let expected = build(&known, 2).unwrap();
        let mut account = account(&agreed, &rates);
        let ahead = replay(&account);
        let as_built: Vec<_> = expected
            .rows
            .iter()
            .map(|r| (r.n, r.due_on, r.principal, r.interest))
            .collect();
        assert_eq!(rows(&ahead), as_built, "{more}");
        assert!(ahead.kept_schedule.is_empty(), "{:?}", ahead.kept_schedule);
        // Whatever is paid as it falls due changes nothing of it.
        paid_as_due(&mut account, "2025-08-20");
        assert_eq!(rows(&replay(&account)), as_built, "{more}");
        assert_eq!(replay(&account).credit, Money::ZERO);
    }
}

#[test]
fn an_installment_names_the_rate_it_was_worked_out_with() {
    let agreed = terms(json!({}));
    let account = account(&agreed, &[change("2025-04-03", "18")]);
    let ledger = replay(&account);
    let said = |path: &str| {
        let step = explain_running(&account, &ledger, 2, path).unwrap();
        serde_json::to_string(&step).unwrap()
    };
    assert!(said("rows[3].interest").contains("12 % a year"));
    assert!(said("rows[4].interest").contains("18 % a year"));
    assert!(said("rows[4].due").contains("18 % a year"));
}

/// A row's interest is 18 % a year for so many days on what is left, to the cent.
fn bears(ledger: &Ledger, at: usize, days: i64) {
    let left: Money = ledger.rows[at..].iter().map(|row| row.principal).sum();
    let off = ledger.rows[at].interest.minor() * 36_500 - left.minor() * 18 * days;
    assert!(off.abs() <= 36_500, "{:?} on {left:?}", ledger.rows[at]);
}

#[test]
fn what_is_paid_ahead_and_what_is_agreed_anew_follow_the_rate_too() {
    let agreed = terms(json!({"interest_period": "daily", "day_count": "act/365"}));
    let rates = [change("2025-06-01", "18")];
    let mut known = account(&agreed, &rates);
    paid_as_due(&mut known, "2025-03-15");
    for prepay in [Prepayment::Shorten, Prepayment::Lower, Prepayment::Defer] {
        let mut early = known.clone();
        early.payments.push(Payment {
            on: day("2025-04-01"),
            amount: Money::from_minor(200_000),
            prepay: Some(prepay),
        });
        let ledger = replay(&early);
        assert!(ledger.kept_schedule.is_empty(), "{:?}", ledger.kept_schedule);
        let owed: Money = ledger.rows.iter().map(|row| row.principal).sum();
        assert_eq!(owed, Money::from_minor(1_200_000));
        // The seventh period bears interest on what is left after the sixth.
        let at = ledger
            .rows
            .iter()
            .position(|row| row.due_on == day("2025-07-15"))
            .unwrap();
        bears(&ledger, at, 30);
        // The change that was announced first or last is the same.
        let late = Account {
            rates: Vec::new(),
            ..early.clone()
        };
        assert_eq!(rows(&replay(&late))[..5], rows(&ledger)[..5]);
    }
    // New terms before the change, and between its day and the due date from which it holds.
    for (on, paid) in [("2025-04-20", "2025-04-15"), ("2025-06-05", "2025-05-15")] {
        let mut restructured = account(&agreed, &rates);
        paid_as_due(&mut restructured, paid);
        let longer = NewSchedule {
            installments: Some(18),
            ..NewSchedule::default()
        };
        let done = restructure(Some(&agreed), 2, &replay(&restructured), &[], day(on), &longer).unwrap();
        restructured.replacements.push(done.replacement);
        let ledger = replay(&restructured);
        assert!(ledger.kept_schedule.is_empty(), "{:?}", ledger.kept_schedule);
        let owed: Money = ledger.rows.iter().map(|row| row.principal).sum();
        assert_eq!(owed, Money::from_minor(1_200_000));
        let rates = &ledger.terms.as_ref().unwrap().terms.rate_changes;
        assert_eq!(rates.as_slice(), [change("2025-06-15", "18")]);
        let at = ledger
            .rows
            .iter()
            .position(|row| row.due_on == day("2025-08-15"))
            .unwrap();
        bears(&ledger, at, 31);
    }
}
