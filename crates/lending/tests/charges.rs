//! Charges, penalties of every kind, waivers, and the two ways of allocation.

use chrono::{Days, NaiveDate};
use farthing_lending::{
    Account, AllocationBy, AllocationOrder, Charge, ChargeAmount, ChargeWhen, Fee, Money, Overdue, Payment, PenaltyCap,
    PenaltyKind, PenaltyRule, RatePer, Replacement, Row, RowState, Share, Waiver, at_start, replay, with_rows,
};
use proptest::prelude::*;

fn day(offset: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(offset.into())
}

fn money(minor: i64) -> Money {
    Money::from_minor(minor)
}

/// Three installments of 1,000.00 principal and 30.00 interest, every 30 days.
fn rows() -> Vec<Row> {
    (1..=3)
        .map(|n| Row {
            n,
            due_on: day(30 * n),
            principal: money(100_000),
            interest: money(3_000),
            balance: money(100_000 * (3 - i64::from(n))),
        })
        .collect()
}

fn account(kind: PenaltyKind, grace_days: u32, through: u32) -> Account {
    Account {
        rows: rows(),
        penalty: Some(PenaltyRule::new(kind, grace_days)),
        assessed_through: Some(day(through)),
        ..Account::default()
    }
}

fn penalties(account: &Account) -> Vec<i64> {
    replay(account).rows.iter().map(|r| r.penalty.minor()).collect()
}

fn charge(amount: ChargeAmount, when: ChargeWhen) -> Charge {
    Charge {
        name: "Processing".into(),
        amount,
        when,
    }
}

#[test]
fn charges_fall_where_they_say() {
    let charges = [
        charge(
            ChargeAmount::PercentOfPrincipal("1.5".parse().unwrap()),
            ChargeWhen::Payout,
        ),
        charge(ChargeAmount::Flat(money(2_500)), ChargeWhen::Disbursement),
        charge(
            ChargeAmount::PercentOfInstallment(1.into()),
            ChargeWhen::EachInstallment,
        ),
        charge(ChargeAmount::Flat(money(700)), ChargeWhen::AfterDays(31)),
        charge(ChargeAmount::Flat(money(900)), ChargeWhen::On(day(500))),
    ];
    let start = at_start(&charges, money(300_000));
    let told: Vec<_> = start.iter().map(|c| (c.amount.minor(), c.off_payout)).collect();
    assert_eq!(told, [(4_500, true), (2_500, false)]);
    let fees: Vec<_> = with_rows(&charges, money(300_000), day(0), &rows())
        .iter()
        .map(|f| (f.n, f.amount.minor()))
        .collect();
    // 1 % of 1,030.00, the charge of day 31 with the second installment, that of a day after the end with the last.
    assert_eq!(fees, [(1, 1_030), (2, 1_730), (3, 1_930)]);
    for (amount, when, field) in [
        (ChargeAmount::Flat(money(0)), ChargeWhen::Payout, "charges[0].amount"),
        (
            ChargeAmount::PercentOfInstallment(1.into()),
            ChargeWhen::Payout,
            "charges[0].amount",
        ),
        (
            ChargeAmount::PercentOfPrincipal(101.into()),
            ChargeWhen::EachInstallment,
            "charges[0].amount",
        ),
    ] {
        assert_eq!(charge(amount, when).check("charges[0]").unwrap_err().field, field);
    }
}

#[test]
fn every_kind_of_penalty() {
    let principal = PenaltyKind::PercentOfOverduePrincipal(2.into());
    assert_eq!(penalties(&account(principal, 5, 35)), [0, 0, 0]);
    assert_eq!(penalties(&account(principal, 5, 36)), [2_000, 0, 0]);
    assert_eq!(penalties(&account(PenaltyKind::Flat(money(500)), 0, 61)), [500, 500, 0]);
    let daily = |percent: &str, of, per| PenaltyKind::PerDay {
        percent: percent.parse().unwrap(),
        of,
        per,
    };
    // 0.1 % a day of 1,030.00 from the day after the due date on: 10 days.
    assert_eq!(
        penalties(&account(daily("0.1", Overdue::Installment, RatePer::Day), 0, 40)),
        [1_030, 0, 0]
    );
    // 36.5 % a year of 1,000.00 is 1.00 a day; the days of grace don't count.
    assert_eq!(
        penalties(&account(daily("36.5", Overdue::Principal, RatePer::Year), 7, 40)),
        [300, 0, 0]
    );
    // Not rounded day by day: 20 % a year of 1,000.00 is 0.5479... a day.
    assert_eq!(
        penalties(&account(daily("20", Overdue::Principal, RatePer::Year), 0, 60)),
        [1_644, 0, 0]
    );
}

#[test]
fn a_daily_penalty_follows_what_is_paid_and_stops_at_the_most() {
    let kind = PenaltyKind::PerDay {
        percent: "0.1".parse().unwrap(),
        of: Overdue::Principal,
        per: RatePer::Day,
    };
    let mut account = account(kind, 0, 50);
    account.order = AllocationOrder::try_from([Share::Interest, Share::Principal, Share::Fee, Share::Penalty]).unwrap();
    account.payments.push(Payment::new(day(40), money(53_000)));
    // 10 days on 1,000.00, then 10 days on 500.00.
    assert_eq!(penalties(&account), [1_500, 0, 0]);
    account.penalty.as_mut().unwrap().most = Some(PenaltyCap::Amount(money(1_200)));
    assert_eq!(penalties(&account), [1_200, 0, 0]);
    account.penalty.as_mut().unwrap().most = Some(PenaltyCap::PercentOfInstallment(1.into()));
    assert_eq!(penalties(&account), [1_030, 0, 0]);
}

#[test]
fn a_waiver_takes_the_oldest_off_and_no_more_than_is_unpaid() {
    let mut account = account(PenaltyKind::Flat(money(500)), 0, 61);
    account.fees = vec![
        Fee {
            n: 1,
            amount: money(250),
        },
        Fee {
            n: 3,
            amount: money(250),
        },
    ];
    let waive = |share, amount| Waiver {
        on: day(61),
        share,
        amount: money(amount),
    };
    account.waivers = vec![
        waive(Share::Penalty, 700),
        waive(Share::Fee, 10_000),
        waive(Share::Interest, 1_000),
        waive(Share::Principal, 5),
    ];
    let ledger = replay(&account);
    let told: Vec<_> = ledger
        .rows
        .iter()
        .map(|r| (r.penalty.minor(), r.fee.minor(), r.interest.minor()))
        .collect();
    assert_eq!(told, [(0, 0, 2_000), (300, 0, 3_000), (0, 250, 3_000)]);
    assert_eq!(ledger.outstanding_principal(), money(300_000));
    // What was waived is not charged again.
    account.assessed_through = Some(day(80));
    assert_eq!(replay(&account).rows[0].penalty, Money::ZERO);
}

#[test]
fn across_pays_a_share_of_all_that_is_due_before_the_next_share() {
    let mut account = account(PenaltyKind::Flat(money(500)), 0, 61);
    account.by = AllocationBy::Across;
    account.payments.push(Payment::new(day(61), money(7_500)));
    let told = |account: &Account| -> Vec<_> {
        let paid = |r: &RowState| {
            (
                r.paid_penalty.minor(),
                r.paid_interest.minor(),
                r.paid_principal.minor(),
            )
        };
        replay(account).rows.iter().map(paid).collect()
    };
    assert_eq!(told(&account), [(500, 3_000, 500), (500, 3_000, 0), (0, 0, 0)]);
    account.by = AllocationBy::Installment;
    assert_eq!(told(&account), [(500, 3_000, 4_000), (0, 0, 0), (0, 0, 0)]);
    // Beyond what is due both go on with the next installment.
    account.by = AllocationBy::Across;
    account.payments[0].amount = money(207_000 + 4_000);
    assert_eq!(told(&account)[2], (0, 3_000, 1_000));
}

#[test]
fn replaced_rows_keep_the_principal_whole_and_may_take_arrears_over() {
    let mut account = account(PenaltyKind::Flat(money(500)), 0, 40);
    account.fees = vec![Fee {
        n: 1,
        amount: money(250),
    }];
    let row = |n, due, principal, interest| Row {
        n,
        due_on: day(due),
        principal: money(principal),
        interest: money(interest),
        balance: Money::ZERO,
    };
    account.payments.push(Payment::new(day(35), money(40_000)));
    let paid = replay(&account).rows[0];
    let cut = row(1, 30, paid.paid_principal.minor(), paid.paid_interest.minor());
    let rest = 300_000 - cut.principal.minor();
    account.replacements.push(Replacement {
        arrears_to: Some(2),
        fees: Some(vec![Fee {
            n: 1,
            amount: paid.paid_fee,
        }]),
        ..Replacement::of(
            day(40),
            vec![cut, row(2, 70, rest / 2, 1_000), row(3, 100, rest - rest / 2, 900)],
        )
    });
    let ledger = replay(&account);
    assert!(ledger.rows[0].settled_on.is_some());
    assert_eq!(ledger.days_past_due(day(60)), 0);
    assert_eq!(
        ledger.outstanding_principal() + ledger.rows[0].paid_principal,
        money(300_000)
    );
    // A payment of before turns up, and one that the cut row was made of is taken back: still everything is there.
    account.payments.push(Payment::new(day(31), money(10_000)));
    account.payments.remove(0);
    let ledger = replay(&account);
    let asked: Money = ledger.rows.iter().map(|r| r.principal).sum();
    assert_eq!(asked, money(300_000));
    let paid: Money = ledger.rows.iter().map(RowState::paid).sum();
    assert_eq!(paid + ledger.credit, money(10_000));
}

fn kind() -> impl Strategy<Value = PenaltyKind> {
    prop::sample::select(vec![
        PenaltyKind::PercentOfOverdueInstallment(10.into()),
        PenaltyKind::PercentOfOverduePrincipal(3.into()),
        PenaltyKind::Flat(money(333)),
        PenaltyKind::PerDay {
            percent: "0.07".parse().unwrap(),
            of: Overdue::Installment,
            per: RatePer::Day,
        },
        PenaltyKind::PerDay {
            percent: 24.into(),
            of: Overdue::Principal,
            per: RatePer::Year,
        },
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_no_cent_is_lost(
        kind in kind(), grace in 0u32..10, across in any::<bool>(), order in Just(Share::ALL).prop_shuffle(),
        payments in prop::collection::vec((0u32..200, 1i64..150_000), 0..10),
        waivers in prop::collection::vec((0u32..200, 0usize..4, 1i64..20_000), 0..4),
        most in prop::option::of(100i64..5_000), turn in any::<prop::sample::Index>(),
    ) {
        let mut account = account(kind, grace, 200);
        account.penalty.as_mut().unwrap().most = most.map(|m| PenaltyCap::Amount(money(m)));
        account.fees = vec![Fee { n: 2, amount: money(250) }];
        account.by = if across { AllocationBy::Across } else { AllocationBy::Installment };
        account.order = AllocationOrder::try_from(order).unwrap();
        account.payments = payments.iter().map(|(on, amount)| Payment::new(day(*on), money(*amount))).collect();
        account.waivers = waivers.iter().map(|(on, share, amount)| Waiver {
            on: day(*on), share: Share::ALL[*share], amount: money(*amount),
        }).collect();
        let ledger = replay(&account);
        let came: Money = account.payments.iter().map(|p| p.amount).sum();
        prop_assert_eq!(came, ledger.rows.iter().map(RowState::paid).sum::<Money>() + ledger.credit);
        for row in &ledger.rows {
            for share in Share::ALL {
                let (asked, paid) = row.share(share);
                prop_assert!(Money::ZERO <= paid && paid <= asked, "{row:?}");
            }
            prop_assert_eq!(row.settled_on.is_some(), row.unpaid().is_zero());
            prop_assert!(most.is_none_or(|most| row.penalty <= money(most)));
        }
        for (payment, allocation) in account.payments.iter().zip(&ledger.allocations) {
            prop_assert_eq!(allocation.total(), payment.amount);
        }
        if !account.payments.is_empty() {
            let mut other = account.clone();
            let at = turn.index(other.payments.len());
            other.payments.rotate_left(at);
            let other = replay(&other);
            prop_assert_eq!(ledger.rows, other.rows);
        }
    }
}
