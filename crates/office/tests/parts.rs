//! Loans that are paid out in parts.

use crate::branch::{Branch, actor, money, terms};
use chrono::{Days, NaiveDate};
use farthing_api::*;
use farthing_lending::{Method, RowState};
use farthing_office::Command;

fn day(offset: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(offset)
}

fn in_parts(parts: u32) -> ProductTerms {
    ProductTerms { parts, ..terms() }
}

fn next(branch: &Branch, loan: LoanId, amount: i64) -> Command {
    Command::DisbursePart {
        loan,
        seen: branch.loan(loan).seen(),
        on: branch.today,
        amount: money(amount),
        method: PaymentMethod::Bank,
    }
}

#[test]
fn each_part_is_owed_from_the_day_on_which_it_went_out() {
    let mut branch = Branch::new(in_parts(3));
    let cashier = Some(actor(Role::Cashier));
    let loan = branch.lend_part(300_000, 10, Some(100_000));
    let first = branch.loan(loan).clone();
    assert_eq!((first.principal, first.undisbursed), (money(100_000), money(200_000)));
    assert_eq!(first.parts_left(), 2);
    // 1 % of all that was approved goes off the first part; the passbook is paid in cash.
    assert_eq!(branch.balance("cash:BR1-01"), -100_000 + 3_000 + 500);
    branch.go_to(31);
    let due = branch.loan(loan).rows[0].due().minor();
    branch.pay(loan, due, day(31), None).unwrap();

    let refused = branch.run(&next(&branch, loan, 200_001), cashier).unwrap_err().0;
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::PartAmount, Some("amount"))
    );
    branch.run(&next(&branch, loan, 150_000), cashier).unwrap();
    let second = branch.loan(loan).clone();
    assert_eq!((second.principal, second.undisbursed), (money(250_000), money(50_000)));
    assert_eq!(branch.balance("bank"), -150_000);
    let left: Money = second.rows.iter().map(|r| r.principal - r.paid_principal).sum();
    assert_eq!(left, money(250_000) - first.schedule[0].principal);
    let still = second.rows.iter().filter(|r| r.settled_on.is_none()).count();
    assert_eq!(still, 9, "the rest is spread over the installments left");
    branch.check();

    branch.go_to(45);
    branch.run(&next(&branch, loan, 50_000), cashier).unwrap();
    let refused = branch.run(&next(&branch, loan, 1), cashier).unwrap_err().0;
    assert_eq!(refused.code, Code::NothingUndisbursed);
    branch.check();
    while branch.loan(loan).status == LoanStatus::Active {
        let row = *branch
            .loan(loan)
            .rows
            .iter()
            .find(|r| r.unpaid().is_positive())
            .unwrap();
        let until = row.due_on.signed_duration_since(day(0)).num_days();
        branch.go_to(u32::try_from(until).unwrap());
        let due = branch
            .loan(loan)
            .rows
            .iter()
            .find(|r| r.n == row.n)
            .map(RowState::unpaid);
        branch.pay(loan, due.unwrap().minor(), row.due_on, None).unwrap();
    }
    let paid: Money = branch.loan(loan).rows.iter().map(|r| r.paid_principal).sum();
    assert_eq!(paid, money(300_000));
    assert_eq!(branch.balance("portfolio"), 0);
    branch.check();
}

#[test]
fn a_loan_in_one_sum_has_no_parts() {
    let mut branch = Branch::new(terms());
    let loan = branch.lend(100_000, 3);
    let refused = branch
        .run(&next(&branch, loan, 1), Some(actor(Role::Officer)))
        .unwrap_err()
        .0;
    assert_eq!(refused.code, Code::NothingUndisbursed);
    let auditor = branch
        .run(&next(&branch, loan, 1), Some(actor(Role::Auditor)))
        .unwrap_err()
        .0;
    assert_eq!(auditor.kind, ErrorKind::Forbidden);
}

#[test]
fn what_is_worked_out_at_once_is_not_divided() {
    let balloon = ProductTerms {
        method: Method::Balloon,
        options: Box::new(ScheduleOptions {
            balloon_percent: Some(30.into()),
            ..ScheduleOptions::default()
        }),
        ..in_parts(2)
    };
    let save = |terms: ProductTerms| Command::SaveProduct {
        id: None,
        terms: Box::new(terms),
    };
    let mut branch = Branch::new(terms());
    let admin = Some(actor(Role::Administrator));
    assert_eq!(
        branch.run(&save(balloon), admin).unwrap_err().0.code,
        Code::PartsNotWith
    );
    assert_eq!(
        branch.run(&save(in_parts(25)), admin).unwrap_err().0.code,
        Code::PartsRange
    );
    branch.run(&save(in_parts(24)), admin).unwrap();
}
