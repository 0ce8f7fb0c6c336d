//! What is earned day by day: to the cent what a direct reckoning of each loan gives, whatever happens meanwhile.

use chrono::{Days, NaiveDate};
use farthing_lending::{
    Account, Accrual, Earning, Earnings, Fee, Money, Payment, Prepayment, Rates, Spread, Terms, build, replay,
};
use proptest::prelude::*;
use serde_json::json;

fn day(offset: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(offset.into())
}

fn account(principal: u32, n: u32, start: u32, method: &str, deferred: u32) -> Account {
    let terms: Terms = serde_json::from_value(json!({
        "principal": principal.to_string(), "annual_rate": "21", "disbursed_on": day(start), "installments": n,
        "every": 1, "unit": "months", "method": method, "interest_period": "per_installment",
        "grace": {"interest_deferred": deferred, "principal": if deferred > 0 { deferred + 1 } else { 0 }},
        "rounding": {"money": "0.01", "mode": "half_up", "installment_multiple": "0.01"},
    }))
    .unwrap();
    Account {
        rows: build(&terms, 2).unwrap().rows,
        fees: vec![Fee {
            n: 1,
            amount: Money::from_minor(333),
        }],
        terms: Some(terms),
        decimals: 2,
        ..Account::default()
    }
}

#[test]
fn a_month_is_earned_evenly_and_what_is_paid_ahead_is_earned_first() {
    let mut account = account(1_000, 1, 0, "declining_equal_installments", 0);
    // 17.50 over the 31 days of January: 0.56 a day, and 0.57 on the first 14.
    let earned = |account: &Account, through| Accrual::of(&replay(account), through, false);
    let ten = earned(&account, day(9));
    assert_eq!(
        (ten.interest, ten.fee, ten.plan.len()),
        (Money::from_minor(570), Money::ZERO, 2)
    );
    assert_eq!(earned(&account, day(13)).interest, Money::from_minor(14 * 57));
    assert_eq!(earned(&account, day(30)).interest, Money::from_minor(1_750));
    assert_eq!(earned(&account, day(31)).fee, Money::from_minor(333));
    account
        .payments
        .push(Payment::new(day(5), Money::from_minor(333 + 600)));
    let ahead = earned(&account, day(4));
    assert_eq!(
        (ahead.interest, ahead.ahead),
        (Money::ZERO, Money::from_minor(600 - 285))
    );
    assert_eq!(ahead.fee_ahead, Money::from_minor(333));
    let kinds: Vec<_> = ahead.plan.iter().map(|s| (s.kind, s.days, s.amount.minor())).collect();
    assert_eq!(
        kinds,
        [
            (Earning::InterestAhead, 5, 285),
            (Earning::InterestAhead, 1, 30),
            (Earning::Interest, 1, 27),
            (Earning::Interest, 20, 3 * 57 + 17 * 56),
            (Earning::FeeAhead, 1, 333),
        ]
    );
}

#[test]
fn deferred_interest_is_earned_from_the_first_day() {
    let account = account(10_000, 6, 0, "declining_equal_installments", 2);
    let ledger = replay(&account);
    assert_eq!(ledger.starts[2], day(0));
    let half = Accrual::of(&ledger, day(30), false).interest;
    assert!(half.minor() > 10_000 && half.minor() < 20_000, "{half:?}");
}

#[test]
fn a_suspended_loan_is_owed_interest_that_is_no_income() {
    let account = account(1_000, 2, 0, "declining_equal_installments", 0);
    let late = Accrual::of(&replay(&account), day(40), true);
    assert_eq!(late.interest, late.suspended);
    assert_eq!(late.earned(day(45)).of(Earning::Interest), Money::ZERO);
    assert!(late.earned(day(45)).of(Earning::InterestSuspended).is_positive());
}

#[test]
fn a_plan_is_kept_in_few_bytes() {
    let spread = Spread {
        from: day(0),
        days: 31,
        amount: Money::from_minor(1_750),
        kind: Earning::Interest,
    };
    let text = serde_json::to_string(&spread).unwrap();
    assert_eq!(text, r#"["2025-01-01",31,1750,"interest"]"#);
    assert_eq!(serde_json::from_str::<Spread>(&text).unwrap(), spread);
}

/// The balances of a loan's interest and charges, and what of them is income.
fn books(a: &Accrual) -> [Money; 5] {
    [a.interest, a.fee, a.ahead, a.suspended, a.fee_ahead]
}

/// What a day's earnings do to these balances.
fn booked(books: &mut [Money; 5], earned: &Earnings) {
    books[0] += earned.of(Earning::Interest) + earned.of(Earning::InterestSuspended);
    books[1] += earned.of(Earning::Fee);
    books[2] -= earned.of(Earning::InterestAhead);
    books[4] -= earned.of(Earning::FeeAhead);
    books[3] += earned.of(Earning::InterestSuspended);
}

type Story = (u32, u32, u32, &'static str, Vec<(u32, u32, i64, usize)>);

fn story() -> impl Strategy<Value = Story> {
    let method = prop::sample::select(vec!["declining_equal_installments", "flat", "interest_only"]);
    // When it is recorded, how many days before that it has its value date, how much, and as what.
    let payments = prop::collection::vec((0u32..260, 0u32..20, 1i64..90_000, 0usize..4), 0..6);
    (100u32..3_000, 1u32..9, 0u32..40, method, payments)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_spread_is_whole_however_it_is_cut(days in 1u32..400, amount in 0i64..100_000, at in 0u32..400) {
        let spread = Spread { from: day(0), days, amount: Money::from_minor(amount), kind: Earning::Interest };
        let rest = spread.after(day(at));
        let sum = spread.earned(day(at)) + rest.map_or(Money::ZERO, |r| r.amount);
        prop_assert_eq!(sum, spread.amount);
        for later in at..at + 40 {
            let whole = spread.earned(day(later)) - spread.earned(day(at));
            prop_assert_eq!(whole, rest.map_or(Money::ZERO, |r| r.earned(day(later))));
        }
    }

    #[test]
    fn a_portfolio_earns_what_its_loans_earn(stories in prop::collection::vec(story(), 1..6)) {
        let mut rates = Rates::default();
        let mut accounts: Vec<Account> = Vec::new();
        let mut kept: Vec<Accrual> = Vec::new();
        for (principal, n, start, method, _) in &stories {
            let account = account(*principal, *n, *start, method, 0);
            let accrual = Accrual::of(&replay(&account), day(0).pred_opt().unwrap(), false);
            rates.replace(day(0), &[], &accrual.plan);
            kept.push(accrual);
            accounts.push(account);
        }
        // All balances, as the day's entries and the loans' own entries lead to them.
        let mut all = [Money::ZERO; 5];
        for today in 0..300u32 {
            let yesterday = day(today).pred_opt().unwrap();
            for (i, (_, _, start, _, payments)) in stories.iter().enumerate() {
                let mut changed = false;
                for (_, back, amount, choice) in payments.iter().filter(|p| p.0.max(*start) == today) {
                    let prepay = [Prepayment::Shorten, Prepayment::Lower, Prepayment::Defer].get(*choice).copied();
                    let on = day(today.saturating_sub(*back).max(*start));
                    accounts[i].payments.push(Payment { on, amount: Money::from_minor(*amount), prepay });
                    changed = true;
                }
                let late = today % 50 == 49;
                if changed || late {
                    let old = kept[i].at(yesterday);
                    let new = Accrual::of(&replay(&accounts[i]), yesterday, late);
                    for (sum, (new, old)) in all.iter_mut().zip(books(&new).into_iter().zip(books(&old))) {
                        *sum += new - old;
                    }
                    rates.replace(day(today), &old.plan, &new.plan);
                    kept[i] = new;
                }
            }
            booked(&mut all, &rates.close(day(today)));
            if today % 30 == 0 || today == 299 {
                let mut direct = [Money::ZERO; 5];
                for (account, accrual) in accounts.iter().zip(&kept) {
                    let late = accrual.suspended == accrual.interest && accrual.interest.is_positive();
                    let now = accrual.at(day(today));
                    for (sum, part) in direct.iter_mut().zip(books(&now)) {
                        *sum += part;
                    }
                    if !late && !accrual.plan.iter().any(|s| s.kind == Earning::InterestSuspended) {
                        prop_assert_eq!(books(&Accrual::of(&replay(account), day(today), false)), books(&now));
                    }
                }
                prop_assert_eq!(all, direct, "day {}", today);
            }
        }
    }
}
