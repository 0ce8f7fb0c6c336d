//! What a product may say.

use crate::branch::{Branch, actor, money, terms};
use chrono::NaiveDate;
use farthing_api::*;
use farthing_lending::options::{Move, StepUp, Weekday, WorkingDays};
use farthing_lending::{Method, Prepayment, RateChange};
use farthing_office::Command;
use rust_decimal::Decimal;

fn growing(percent: Option<i64>, amount: Option<Decimal>) -> ProductTerms {
    ProductTerms {
        options: Box::new(ScheduleOptions {
            step_up: Some(StepUp {
                every: 6,
                percent: percent.map(Decimal::from),
                amount,
            }),
            ..ScheduleOptions::default()
        }),
        ..terms()
    }
}

#[test]
fn installments_grow_by_a_percentage_or_by_an_amount() {
    let amount = Some(Decimal::new(2_550, 2));
    let large = ProductTerms {
        min_principal: money(100_000),
        max_installments: 12,
        ..growing(None, amount)
    };
    let mut branch = Branch::new(large);
    let loan = branch.lend(120_000, 12);
    let rows = &branch.loan(loan).schedule;
    assert_eq!(rows[6].due() - rows[5].due(), money(2_550));
    assert_eq!(rows[5].due(), rows[0].due());

    for (wrong, field) in [
        (growing(None, None), "step_up.percent"),
        (growing(Some(3), amount), "step_up.amount"),
        // 100.00 over 36 installments.
        (growing(None, amount), "step_up.amount"),
        // The currency has two decimals.
        (growing(None, Some(Decimal::new(1, 3))), "step_up.amount"),
    ] {
        let save = Command::SaveProduct {
            id: None,
            terms: Box::new(wrong),
        };
        let refused = branch.run(&save, Some(actor(Role::Administrator))).unwrap_err().0;
        assert_eq!(refused.field.as_deref(), Some(field));
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn change(on: &str, rate: i64) -> RateChange {
    RateChange {
        on: day(on),
        annual_rate: rate.into(),
    }
}

fn variable(rates: &[RateChange]) -> ProductTerms {
    ProductTerms {
        options: Box::new(ScheduleOptions {
            variable_rate: Some(rates.to_vec()),
            ..ScheduleOptions::default()
        }),
        ..terms()
    }
}

fn save(branch: &mut Branch, terms: ProductTerms) -> Result<(), (Code, Option<String>)> {
    let save = Command::SaveProduct {
        id: Some(branch.product),
        terms: Box::new(terms),
    };
    let done = branch.run(&save, Some(actor(Role::Administrator)));
    done.map(|_| ()).map_err(|refusal| (refusal.0.code, refusal.0.field))
}

fn follow(branch: &mut Branch) -> usize {
    let follow = Command::FollowRates {
        product: branch.product,
        loans: branch.loans.clone(),
    };
    branch.run(&follow, None).unwrap().len()
}

#[test]
fn running_loans_of_a_variable_rate_follow_what_is_announced() {
    let mut branch = Branch::new(terms());
    let fixed = branch.lend(120_000, 12);
    save(&mut branch, variable(&[])).unwrap();
    let loan = branch.lend(120_000, 12);
    branch.go_to(31);
    branch
        .pay(loan, branch.loan(loan).rows[0].due().minor(), day("2025-02-01"), None)
        .unwrap();
    branch.go_to(40);

    let refused = |code: Code| Err((code, Some("rates".to_owned())));
    let today = change("2025-02-10", 18);
    assert_eq!(save(&mut branch, variable(&[today])), refused(Code::RateChangeDay));
    let twice = [change("2025-04-03", 18), change("2025-04-03", 12)];
    assert_eq!(save(&mut branch, variable(&twice)), refused(Code::RateChangeDay));
    let beyond = [change("2025-04-03", 1001)];
    assert_eq!(save(&mut branch, variable(&beyond)), refused(Code::RateRange));
    let flat = ProductTerms {
        method: Method::Flat,
        ..variable(&[])
    };
    let not_this = Err((Code::VariableNotThis, Some("variable_rate".to_owned())));
    assert_eq!(save(&mut branch, flat), not_this);

    let announced = [change("2025-04-03", 18)];
    save(&mut branch, variable(&announced)).unwrap();
    let before = branch.loan(loan).rows.clone();
    assert_eq!(follow(&mut branch), 1, "the one with a fixed rate does not");
    assert_eq!(follow(&mut branch), 0, "it follows already");
    assert!(branch.loan(fixed).rates.is_none());
    let after = branch.loan(loan).rows.clone();
    // The first due date on or after the day is 1 May: the installments after it are less.
    let changed = |i: usize| (before[i].due() != after[i].due(), after[i].due_on);
    assert_eq!(changed(3), (false, day("2025-05-01")));
    assert_eq!(changed(4), (true, day("2025-06-01")));
    assert!(after[4].due() < before[4].due());
    branch.check();

    // Until its day the rate may be another one; the change itself stays.
    assert_eq!(save(&mut branch, variable(&[])), refused(Code::RateChangeKept));
    save(&mut branch, variable(&[change("2025-04-03", 30)])).unwrap();
    assert_eq!(follow(&mut branch), 1);
    assert!(branch.loan(loan).rows[4].due() > before[4].due());
    branch.go_to(200);
    branch.check();
    let past = [change("2025-04-03", 12)];
    assert_eq!(save(&mut branch, variable(&past)), refused(Code::RateChangeDay));
    let owed: Money = branch.loan(loan).rows.iter().map(|row| row.principal).sum();
    assert_eq!(owed, money(120_000));
}

#[test]
fn a_loan_that_is_paid_out_after_the_announcement_knows_of_it() {
    let mut branch = Branch::new(variable(&[change("2025-03-10", 36)]));
    let known = branch.lend(120_000, 12);
    let row = |branch: &Branch, loan, i: usize| branch.loan(loan).rows[i].due();
    assert!(row(&branch, known, 4) > row(&branch, known, 2));

    let apply = Command::ApplyForLoan {
        customer: branch.customer,
        product: branch.product,
        principal: money(120_000),
        installments: 12,
        installment: None,
        purpose: String::new(),
        failed_rules: Vec::new(),
    };
    branch.run(&apply, Some(actor(Role::Officer))).unwrap();
    let loan = *branch.loans.last().unwrap();
    save(&mut branch, variable(&[change("2025-03-10", 48)])).unwrap();
    let approve = Command::DecideLoan {
        loan,
        seen: branch.loan(loan).seen(),
        approve: true,
        reason: String::new(),
        failed_rules: Vec::new(),
    };
    branch.run(&approve, Some(actor(Role::Administrator))).unwrap();
    let disburse = Command::Disburse {
        loan,
        customer: branch.customer,
        seen: branch.loan(loan).seen(),
        value_date: branch.today,
        method: PaymentMethod::Cash,
        first_due_on: None,
        amount: None,
        product: Some(branch.product),
    };
    branch.run(&disburse, Some(actor(Role::Officer))).unwrap();
    assert!(row(&branch, loan, 4) > row(&branch, known, 4));
    assert_eq!(follow(&mut branch), 1, "only the one that was paid out before");
    assert_eq!(row(&branch, loan, 4), row(&branch, known, 4));
    branch.check();
}

#[test]
fn a_product_goes_by_the_days_off_of_the_organisation() {
    let own = ProductTerms {
        options: Box::new(ScheduleOptions {
            working_days: Some(WorkingDays {
                rule: Move::Forward,
                ..WorkingDays::default()
            }),
            office_days: true,
            ..ScheduleOptions::default()
        }),
        ..terms()
    };
    let mut branch = Branch::new(own);
    let before = branch.lend(120_000, 12);
    // 1 March 2025 is a Saturday; the first of January has no day off in it.
    assert_eq!(branch.loan(before).rows[1].due_on, day("2025-03-03"));
    let admin = Some(actor(Role::Administrator));
    let set = |weekend: &[Weekday], holidays: &[&str]| Command::SetDaysOff {
        days: DaysOff {
            weekend: weekend.to_vec(),
            holidays: holidays.iter().map(|text| day(text)).collect(),
        },
    };
    let week = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let refused = branch.run(&set(&week, &[]), admin).unwrap_err().0;
    assert_eq!(refused.field.as_deref(), Some("working_days.weekend"));
    branch.run(&set(&[Weekday::Friday], &["2025-03-01"]), admin).unwrap();
    let after = branch.lend(120_000, 12);
    assert_eq!(branch.loan(after).rows[1].due_on, day("2025-03-02"));
    assert_eq!(
        branch.loan(before).rows[1].due_on,
        day("2025-03-03"),
        "what was agreed stays"
    );
    let kept = branch.state.product(branch.product).unwrap();
    assert_eq!(kept.terms.options.working_days.as_ref().unwrap().weekend, []);
}

#[test]
fn a_part_may_be_paid_down_on_the_day_of_the_disbursement() {
    let mut branch = Branch::new(ProductTerms {
        options: Box::new(ScheduleOptions {
            down_payment_percent: Some(20.into()),
            ..ScheduleOptions::default()
        }),
        ..terms()
    });
    let loan = branch.lend(120_000, 12);
    let down = branch.loan(loan).rows[0];
    assert_eq!((down.n, down.due_on, down.due()), (0, branch.today, money(24_000)));
    let today = branch.today;
    branch.pay(loan, 24_000, today, None).unwrap();
    branch.check();
    branch.go_to(31);
    let due = branch.loan(loan).rows[1].due().minor();
    branch
        .pay(loan, due + 20_000, day("2025-02-01"), Some(Prepayment::Lower))
        .unwrap();
    branch.go_to(70);
    branch.check();
    let owed: Money = branch.loan(loan).rows.iter().map(|row| row.principal).sum();
    assert_eq!(owed, money(120_000));
}
