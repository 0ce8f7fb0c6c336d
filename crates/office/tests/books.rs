//! The books, whatever happens: balanced, equal to what the loans say, and the same for any order of arrival.

use crate::branch::{Branch, actor, money, terms};
use chrono::{Days, NaiveDate};
use farthing_api::*;
use farthing_lending::*;
use farthing_office::{Command, FactBody, quote};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn day(offset: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(offset.into())
}

#[test]
fn interest_is_income_as_days_pass_and_charges_when_they_are_taken() {
    let mut branch = Branch::new(terms());
    let loan = branch.lend(100_000, 3);
    assert_eq!(branch.balance("cash:BR1-01"), -100_000 + 1_000 + 500);
    assert_eq!(branch.balance("fee_income"), -1_500);
    branch.go_to(31);
    // January's interest: 2 % of 1,000.00.
    assert_eq!(branch.balance("interest_receivable"), 2_000);
    assert_eq!(branch.balance("interest_income"), -2_000);
    let first = branch.loan(loan).rows[0];
    branch.pay(loan, first.due().minor(), day(31), None).unwrap();
    assert_eq!(branch.balance("interest_receivable"), 0);
    // The charge of the first installment is earned at the end of its day.
    assert_eq!(branch.balance("unearned_income"), -150);
    branch.close_day();
    assert_eq!(
        (branch.balance("unearned_income"), branch.balance("fee_income")),
        (0, -1_650)
    );
    branch.check();
}

#[test]
fn interest_is_suspended_after_ninety_days_and_comes_back() {
    let mut branch = Branch::new(terms());
    let loan = branch.lend(100_000, 12);
    branch.go_to(31 + 91);
    assert_eq!(branch.balance("interest_suspended"), 0);
    branch.close_day();
    assert_eq!(
        branch.balance("interest_suspended"),
        -branch.balance("interest_receivable")
    );
    assert_eq!(branch.balance("interest_income"), 0);
    branch.go_to(140);
    assert_eq!(branch.balance("interest_income"), 0);
    branch.check();
    let due: Money = branch
        .loan(loan)
        .rows
        .iter()
        .filter(|r| r.due_on <= branch.today)
        .map(RowState::unpaid)
        .sum();
    branch.pay(loan, due.minor(), branch.today, None).unwrap();
    assert_eq!(branch.balance("interest_suspended"), 0);
    assert!(branch.balance("interest_income") < -7_000);
    branch.check();
}

#[test]
fn a_loss_and_what_is_recovered_of_it() {
    let mut branch = Branch::new(terms());
    let loan = branch.lend(100_000, 12);
    branch.go_to(60);
    let seen = branch.loan(loan).seen();
    let write_off = Command::WriteOff {
        loan,
        seen: seen.clone(),
        reason: "Moved away".into(),
    };
    assert_eq!(
        branch.run(&write_off, Some(actor(Role::Officer))).unwrap_err().0.kind,
        ErrorKind::Forbidden
    );
    branch.run(&write_off, Some(actor(Role::Supervisor))).unwrap();
    assert_eq!(branch.loan(loan).status, LoanStatus::WrittenOff);
    for (account, balance) in [
        ("loan_loss", 100_000),
        ("portfolio", 0),
        ("interest_receivable", 0),
        ("interest_income", 0),
        ("penalty_receivable", 0),
        ("penalty_income", 0),
        ("fee_receivable", 0),
    ] {
        assert_eq!(branch.balance(account), balance, "{account}");
    }
    branch.close_day();
    assert_eq!(branch.balance("loss_provision"), 0);
    let facts = branch.pay(loan, 5_000, branch.today, None).unwrap();
    assert!(matches!(facts[0].body, FactBody::MoneySetAside { .. }));
    assert!(matches!(&facts[1].body, FactBody::TaskOpened { what, .. } if what == "payment_on_written_off_loan"));
    assert_eq!(branch.balance("recovery_income"), -5_000);
    branch.check();
}

#[test]
fn money_on_a_closed_loan_waits_for_someone() {
    let mut branch = Branch::new(terms());
    let (paid, other) = (branch.lend(100_000, 1), branch.lend(100_000, 2));
    branch.go_to(31);
    let due = branch.loan(paid).rows[0].due().minor();
    branch.pay(paid, due, day(31), None).unwrap();
    assert_eq!(branch.loan(paid).status, LoanStatus::Closed);
    branch.pay(paid, 7_000, day(31), None).unwrap();
    assert_eq!(branch.balance("suspense"), -7_000);
    let payment = branch.loan(paid).payments.last().unwrap().id;
    let settle = |into| Command::SettleSuspense {
        loan: paid,
        payment,
        into,
        method: PaymentMethod::Cash,
        reason: "It is for the other loan".into(),
    };
    assert!(branch.run(&settle(Some(paid)), Some(actor(Role::Supervisor))).is_err());
    branch.run(&settle(Some(other)), Some(actor(Role::Supervisor))).unwrap();
    assert_eq!(branch.balance("suspense"), 0);
    assert_eq!(branch.loan(other).payments[0].amount, money(7_000));
    assert!(branch.run(&settle(None), Some(actor(Role::Supervisor))).is_err());
    branch.check();
}

#[test]
fn a_likely_duplicate_goes_to_suspense() {
    let mut branch = Branch::new(terms());
    let loan = branch.lend(100_000, 3);
    let receive = |reference: &str| Command::ReceivePayment {
        loan,
        amount: money(1_000),
        value_date: day(0),
        method: PaymentMethod::Bank,
        reference: reference.into(),
        prepayment: None,
    };
    branch.run(&receive("TRX 1"), Some(actor(Role::Cashier))).unwrap();
    branch.run(&receive("TRX 1"), Some(actor(Role::Cashier))).unwrap();
    assert_eq!(branch.balance("suspense"), -1_000);
    // The same money at another desk, without a reference.
    branch.desk = "BR1-02".into();
    branch.run(&receive(""), Some(actor(Role::Cashier))).unwrap();
    assert_eq!(branch.balance("suspense"), -2_000);
    branch.check();
    let payment = branch.loan(loan).payments[1].id;
    let back = Command::SettleSuspense {
        loan,
        payment,
        into: None,
        method: PaymentMethod::Cash,
        reason: "Paid twice".into(),
    };
    branch.run(&back, Some(actor(Role::Supervisor))).unwrap();
    assert_eq!(branch.balance("suspense"), -1_000);
    branch.check();
}

#[test]
fn new_terms_make_arrears_principal_in_the_books_too() {
    let mut branch = Branch::new(terms());
    let loan = branch.lend(100_000, 6);
    branch.go_to(75);
    let before = branch.balances.clone();
    let change = |branch: &Branch, kind, terms| Command::ChangeTerms {
        loan,
        seen: branch.loan(loan).seen(),
        change: kind,
        on: branch.today,
        terms: Box::new(terms),
        method: PaymentMethod::Bank,
        reason: "Flood".into(),
    };
    let capitalise = NewSchedule {
        installments: Some(12),
        capitalise_interest: true,
        capitalise_penalties: true,
        ..NewSchedule::default()
    };
    let refused = branch.run(
        &change(&branch, TermsChange::Reschedule, capitalise.clone()),
        Some(actor(Role::Supervisor)),
    );
    assert_eq!(refused.unwrap_err().0.field.unwrap(), "capitalise_interest");
    branch
        .run(
            &change(&branch, TermsChange::Restructure, capitalise),
            Some(actor(Role::Supervisor)),
        )
        .unwrap();
    branch.check();
    assert_eq!(branch.balance("penalty_receivable"), 0);
    assert_eq!(branch.balance("penalty_income"), before["penalty_income"]);
    assert!((branch.balance("interest_income") - before["interest_income"]).abs() <= 10);
    let made = before["interest_receivable"] + before["penalty_receivable"];
    assert!((branch.balance("portfolio") - 100_000 - made).abs() <= 10);
    let top_up = NewSchedule {
        top_up: money(20_000),
        ..NewSchedule::default()
    };
    branch
        .run(
            &change(&branch, TermsChange::TopUp, top_up),
            Some(actor(Role::Supervisor)),
        )
        .unwrap();
    assert_eq!(branch.balance("bank"), -20_000);
    branch.check();
    branch.go_to(200);
    branch.check();
}

#[test]
fn days_are_closed_in_their_order() {
    let mut branch = Branch::new(terms());
    let close = |date| Command::CloseDay {
        date,
        figures: Default::default(),
        products: Vec::new(),
    };
    branch.today = day(3);
    assert_eq!(branch.run(&close(day(4)), None).unwrap_err().0.code, Code::DayToCome);
    assert_eq!(branch.run(&close(day(1)), None).unwrap_err().0.code, Code::DayNotNext);
    branch.run(&close(day(0)), None).unwrap();
    assert_eq!(branch.run(&close(day(0)), None).unwrap_err().0.code, Code::DayClosed);
}

#[test]
fn an_approval_against_a_rule_takes_a_reason() {
    let mut branch = Branch::new(terms());
    let apply = Command::ApplyForLoan {
        customer: branch.customer,
        product: branch.product,
        principal: money(100_000),
        installments: 6,
        installment: None,
        purpose: String::new(),
        failed_rules: vec!["income".into()],
    };
    branch.run(&apply, Some(actor(Role::Officer))).unwrap();
    let loan = branch.loans[0];
    let decide = |branch: &Branch, reason: &str| Command::DecideLoan {
        loan,
        seen: branch.loan(loan).seen(),
        approve: true,
        reason: reason.into(),
        failed_rules: vec!["income".into(), "active_loans".into()],
    };
    let refused = branch
        .run(&decide(&branch, ""), Some(actor(Role::Supervisor)))
        .unwrap_err()
        .0;
    assert_eq!(
        (refused.code.word(), refused.field.as_deref()),
        ("not_eligible", Some("reason"))
    );
    branch
        .run(&decide(&branch, "Her brother signs too"), Some(actor(Role::Supervisor)))
        .unwrap();
    assert_eq!(branch.loan(loan).failed_rules, ["income", "active_loans"]);
}

/// One thing that someone does.
type Act = (u8, u32, i64, u32);

fn act(branch: &mut Branch, (what, which, amount, back): Act) {
    let supervisor = Some(actor(Role::Supervisor));
    if branch.loans.is_empty() || what == 0 {
        if branch.loans.len() < 6 {
            branch.lend(10_000 + amount * 3, 1 + which % 12);
        }
        return;
    }
    let id = branch.loans[which as usize % branch.loans.len()];
    let loan = branch.loan(id).clone();
    let start = loan.disbursed_on.unwrap_or(branch.today);
    let on = (branch.today - Days::new(u64::from(back % 20))).max(start);
    let choice = [Prepayment::Shorten, Prepayment::Lower, Prepayment::Defer]
        .get(back as usize % 4)
        .copied();
    let seen = loan.seen();
    let change = |kind, on, terms: NewSchedule| Command::ChangeTerms {
        loan: id,
        seen: seen.clone(),
        change: kind,
        on,
        terms: Box::new(terms),
        method: PaymentMethod::Bank,
        reason: "As agreed".into(),
    };
    let payment = loan
        .payments
        .get(back as usize % loan.payments.len().max(1))
        .map(|p| p.id);
    let command = match what {
        1..=7 => {
            let _ = branch.pay(id, amount, on, choice);
            return;
        }
        8 | 9 => {
            for _ in 0..=back % 40 {
                branch.close_day();
            }
            return;
        }
        10 | 11 => match payment {
            Some(payment) => Command::ReversePayment {
                loan: id,
                payment,
                reason: "Wrong loan".into(),
            },
            None => return,
        },
        12 => Command::WaiveDues {
            loan: id,
            share: [Share::Penalty, Share::Fee, Share::Interest][back as usize % 3],
            amount: money(amount / 50 + 1),
            reason: "Flood".into(),
        },
        13 => change(
            TermsChange::Reschedule,
            on,
            NewSchedule {
                installments: Some(1 + back % 15),
                ..NewSchedule::default()
            },
        ),
        14 => change(
            TermsChange::Restructure,
            branch.today,
            NewSchedule {
                annual_rate: Some(12.into()),
                capitalise_interest: back % 2 == 0,
                capitalise_fees: back % 3 == 0,
                capitalise_penalties: true,
                ..NewSchedule::default()
            },
        ),
        15 => change(
            TermsChange::TopUp,
            branch.today,
            NewSchedule {
                top_up: money(amount),
                ..NewSchedule::default()
            },
        ),
        16 if back % 3 == 0 => Command::WriteOff {
            loan: id,
            seen,
            reason: "Moved away".into(),
        },
        17 => match quote(&loan, branch.today, Money::ZERO, branch.today, 2) {
            Ok(quoted) => Command::Foreclose {
                loan: id,
                seen,
                value_date: branch.today,
                discount: Money::ZERO,
                amount: quoted.total,
                method: PaymentMethod::Bank,
            },
            Err(_) => return,
        },
        18 => Command::Refund {
            loan: id,
            amount: loan.credit,
            method: PaymentMethod::Cash,
        },
        19 => match payment {
            Some(payment) => Command::SettleSuspense {
                loan: id,
                payment,
                into: (back % 2 == 0).then(|| branch.loans[0]),
                method: PaymentMethod::Cash,
                reason: "Found out".into(),
            },
            None => return,
        },
        _ => Command::Sell {
            customer: branch.customer,
            goods: branch.goods,
            quantity: 1,
            installments: 3,
            first: money(12_000),
            monthly: true,
            method: PaymentMethod::Cash,
        },
    };
    let role = if matches!(command, Command::Sell { .. }) {
        Some(actor(Role::Officer))
    } else {
        supervisor
    };
    let _ = branch.run(&command, role);
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec((0u8..21, 0u32..50, 1i64..60_000, 0u32..60), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_say_what_the_loans_say(acts in acts(), across in any::<bool>(), daily in any::<bool>(), method in 0usize..4) {
        let mut terms = terms();
        terms.method = [
            Method::DecliningEqualInstallments, Method::DecliningEqualPrincipal, Method::Flat, Method::InterestOnly,
        ][method];
        if across {
            terms.allocate = AllocationBy::Across;
        }
        if daily {
            let kind = PenaltyKind::PerDay { percent: "0.1".parse().unwrap(), of: Overdue::Installment, per: RatePer::Day };
            terms.penalty = Some(PenaltyRule { most: Some(PenaltyCap::PercentOfInstallment(10.into())), ..PenaltyRule::new(kind, 2) });
        }
        let mut branch = Branch::new(terms);
        for one in acts {
            act(&mut branch, one);
            branch.check();
        }
        branch.close_day();
        branch.check();
    }

    #[test]
    fn payments_in_any_order_of_arrival_lead_to_the_same_books(
        payments in prop::collection::vec((0u32..150, 1i64..40_000, 0usize..4), 1..7), turn in any::<prop::sample::Index>(), back in any::<prop::sample::Index>(),
    ) {
        let told = |order: &[(u32, i64, usize)], taken_back: bool| -> (Vec<RowState>, BTreeMap<String, i64>) {
            let mut branch = Branch::new(terms());
            let loan = branch.lend(100_000, 6);
            branch.go_to(150);
            for (on, amount, choice) in order {
                let choice = [Prepayment::Shorten, Prepayment::Lower, Prepayment::Defer].get(*choice).copied();
                let _ = branch.pay(loan, *amount, day(*on), choice);
            }
            if taken_back {
                let at = back.index(order.len());
                if let Some(payment) = branch.loan(loan).payments.get(at).filter(|p| p.aside.is_none()) {
                    let (amount, on, prepay) = (payment.amount.minor(), payment.on, payment.prepay);
                    let payment = payment.id;
                    branch.run(&Command::ReversePayment { loan, payment, reason: "Wrong".into() }, Some(actor(Role::Supervisor))).unwrap();
                    branch.check();
                    let _ = branch.pay(loan, amount, on, prepay);
                }
            }
            branch.check();
            let nothing = |(_, balance): &(String, i64)| *balance != 0;
            (branch.loan(loan).rows.clone(), branch.balances.clone().into_iter().filter(nothing).collect())
        };
        // No payment is refused or set aside in one order and not in another.
        let sum: i64 = payments.iter().map(|p| p.1).sum();
        prop_assume!(sum < 90_000);
        let mut plain = payments.clone();
        plain.sort_by_key(|p| (p.0, p.2 == 3));
        let one = told(&payments, false);
        let mut turned = payments.clone();
        let by = turn.index(turned.len());
        turned.rotate_left(by);
        prop_assert_eq!(&told(&turned, false), &one);
        prop_assert_eq!(&told(&payments, true), &one);
    }
}
