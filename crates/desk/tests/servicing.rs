//! What happens to a running loan besides payments, and the books that come of it, on a real encrypted file.

use crate::common::loans::*;
use crate::common::*;
use farthing_api::*;
use farthing_lending::options::{Move, Weekday, WorkingDays};
use farthing_lending::{
    Charge, ChargeAmount, ChargeWhen, EligibilityRule, EligibilityRules, Method, NewSchedule, Prepayment, Share,
    Verdict,
};
use std::collections::BTreeMap;

/// The balances, less those of nothing.
async fn balances(t: &Branch) -> BTreeMap<String, Money> {
    let view = t.desk.trial_balance(TrialBalance { on: None }).await.unwrap();
    assert_eq!(view.debit, view.credit, "{view:#?}");
    let accounts = view.accounts.into_iter().filter(|a| !a.balance.is_zero());
    accounts.map(|a| (a.account, a.balance)).collect()
}

async fn view(t: &Branch, loan: LoanId) -> LoanView {
    t.desk.get_loan(GetLoan { id: loan }).await.unwrap()
}

#[tokio::test]
async fn charges_are_taken_off_the_payout_and_fall_due_with_installments() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let charge = |name: &str, amount, when| Charge {
        name: name.into(),
        amount,
        when,
    };
    let mut terms = terms();
    terms.charges = vec![
        charge(
            "Origination",
            ChargeAmount::PercentOfPrincipal(2.into()),
            ChargeWhen::Payout,
        ),
        charge("Insurance", ChargeAmount::Flat(money("5")), ChargeWhen::EachInstallment),
    ];
    let loan = loan_under(&t, terms).await;
    assert_eq!(loan.charges_taken[0].amount, money("300"));
    assert_eq!(
        (loan.rows[0].fee, loan.rows[0].due, loan.total_due),
        (money("5"), money("1323.74"), money("15884.87"))
    );
    let books = balances(&t).await;
    assert_eq!(books["cash:BR1-01"], money("-14700"));
    assert_eq!(books["fee_income"], money("-300"));
    t.go_to("2025-04-02T09:00:00Z").await;
    let done = pay(&t, loan.row.id, "1323.74", t.today()).await.unwrap();
    assert_eq!(
        (done.parts.fee, done.parts.interest, done.parts.principal),
        (money("5"), money("125"), money("1193.74"))
    );
    // A charge is earned when its day is closed.
    assert_eq!(balances(&t).await["fee_income"], money("-300"));
    t.go_to("2025-04-03T09:00:00Z").await;
    assert_eq!(balances(&t).await["fee_income"], money("-305"));
    t.check().await;
}

#[tokio::test]
async fn interest_is_booked_as_it_is_earned_however_many_days_are_closed_at_once() {
    let one = Branch::new("2025-03-02T09:00:00Z").await;
    let many = Branch::new("2025-03-02T09:00:00Z").await;
    let (a, b) = (running_loan(&one).await, running_loan(&many).await);
    for day in 3..=31 {
        one.go_to(&format!("2025-03-{day:02}T09:00:00Z")).await;
    }
    for t in [&one, &many] {
        t.go_to("2025-04-17T09:00:00Z").await;
    }
    assert_eq!(balances(&one).await, balances(&many).await);
    let closed = view(&many, b.row.id).await;
    // The first period of 125.00, and 15 days at 3.84 of the second one of 115.05; the 16th is the last closed day.
    assert_eq!(closed.interest_earned, money("182.60"));
    assert_eq!(view(&one, a.row.id).await.interest_earned, money("182.60"));
    let books = balances(&many).await;
    assert_eq!(books["interest_income"], money("-182.60"));
    assert_eq!(books["interest_receivable"], money("182.60"));
    assert_eq!(books["loss_provision"], money("-750"));
    // Money that is received credits what was booked; it is no income a second time.
    pay(&many, b.row.id, "1345.11", many.today()).await.unwrap();
    let books = balances(&many).await;
    assert_eq!(books["interest_income"], money("-182.60"));
    assert_eq!(books["interest_receivable"], money("57.60"));
    for t in [&one, &many] {
        t.check().await;
    }
}

#[tokio::test]
async fn a_payment_is_used_in_the_way_that_is_chosen_and_what_if_said_so() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    t.go_to("2025-04-02T09:00:00Z").await;
    let ask = WhatIfPayment {
        loan: loan.row.id,
        amount: money("5000"),
        on: t.today(),
    };
    let ways = t.desk.what_if_payment(ask).await.unwrap();
    let choices: Vec<_> = ways.iter().map(|way| way.choice).collect();
    assert_eq!(choices[0], None);
    assert!(
        ways[1..].iter().all(|way| way.interest_saved.is_positive()),
        "{ways:#?}"
    );
    let lower = ways
        .iter()
        .find(|way| way.choice == Some(Prepayment::Lower))
        .unwrap()
        .clone();
    let request = ReceivePayment {
        loan: loan.row.id,
        amount: money("5000"),
        value_date: t.today(),
        method: PaymentMethod::Cash,
        reference: String::new(),
        prepayment: Some(Prepayment::Lower),
        anyway: false,
    };
    let done = t.desk.receive_payment(request).await.unwrap();
    assert_eq!(done.parts, lower.parts);
    let rows: Vec<_> = done.loan.rows.iter().map(|r| (r.n, r.due_on, r.due)).collect();
    let said: Vec<_> = lower
        .rows
        .iter()
        .map(|r| (r.n, r.due_on, r.principal + r.interest))
        .collect();
    assert_eq!(rows, said);
    assert_eq!(done.loan.outstanding_principal, lower.outstanding_principal);
    t.check().await;
}

#[tokio::test]
async fn dues_are_waived_and_new_terms_do_what_their_preview_said() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    t.go_to("2025-05-10T09:00:00Z").await;
    let late = view(&t, loan.row.id).await;
    assert_eq!(late.rows[0].penalty + late.rows[1].penalty, money("52.74"));
    let waive = |share, amount| WaiveDues {
        loan: loan.row.id,
        share,
        amount: money(amount),
        reason: "Flood".into(),
    };
    let more = t.desk.waive_dues(waive(Share::Penalty, "52.75")).await.unwrap_err();
    assert_eq!(more.field.as_deref(), Some("amount"));
    let waived = t.desk.waive_dues(waive(Share::Penalty, "52.74")).await.unwrap();
    assert_eq!(waived.overdue, late.overdue - money("52.74"));
    let terms = NewSchedule {
        annual_rate: Some(8.into()),
        installments: Some(18),
        ..NewSchedule::default()
    };
    let preview = PreviewNewTerms {
        loan: loan.row.id,
        on: t.today(),
        terms: terms.clone(),
    };
    let said = t.desk.preview_new_terms(preview).await.unwrap();
    assert_eq!((said.principal, said.rows.len()), (money("15000"), 18));
    let change = |seen: &str| ChangeTerms {
        loan: loan.row.id,
        seen: seen.into(),
        kind: TermsChange::Reschedule,
        on: t.today(),
        terms: terms.clone(),
        method: PaymentMethod::Cash,
        reason: "Lost the harvest".into(),
    };
    let stale = t.desk.change_terms(change(&late.seen)).await.unwrap_err();
    assert_eq!(stale.code, Code::LoanChanged);
    let done = t.desk.change_terms(change(&waived.seen)).await.unwrap();
    assert_eq!((done.installment, done.overdue), (said.installment, Money::ZERO));
    let rows: Vec<_> = done.rows.iter().map(|r| (r.n, r.due_on, r.due)).collect();
    let before: Vec<_> = said
        .rows
        .iter()
        .map(|r| (r.n, r.due_on, r.principal + r.interest))
        .collect();
    assert_eq!(rows, before);
    assert_eq!(done.terms_changes[0].kind, TermsChange::Reschedule);
    balances(&t).await;
    t.check().await;
}

#[tokio::test]
async fn a_lost_loan_leaves_the_books_and_what_comes_back_is_a_recovery() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    t.go_to("2025-08-20T09:00:00Z").await;
    let late = view(&t, loan.row.id).await;
    assert!(late.interest_suspended, "the first installment is 140 days late");
    let request = WriteOffLoan {
        loan: loan.row.id,
        seen: late.seen,
        reason: "Left the country".into(),
    };
    let lost = t.desk.write_off_loan(request).await.unwrap();
    assert_eq!(lost.row.status, LoanStatus::WrittenOff);
    assert_eq!(lost.written_off.as_ref().unwrap().principal, money("15000"));
    let books = balances(&t).await;
    assert_eq!(books.get("portfolio"), None);
    assert_eq!(books.get("interest_receivable"), None);
    let done = pay(&t, loan.row.id, "700", t.today()).await.unwrap();
    assert_eq!(done.parts.recovery, money("700"));
    assert_eq!(done.loan.written_off.unwrap().recovered, money("700"));
    assert_eq!(balances(&t).await["recovery_income"], money("-700"));
    let tasks = t.desk.list_tasks(ListTasks {}).await.unwrap();
    assert_eq!(tasks[0].kind, TaskKind::PaymentOnWrittenOffLoan);
    t.check().await;
}

#[tokio::test]
async fn money_without_a_place_is_set_aside_until_someone_says_where_it_goes() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    pay(&t, loan.row.id, "15824.87", t.today()).await.unwrap();
    let closed = pay(&t, loan.row.id, "60", t.today()).await.unwrap_err();
    assert_eq!(closed.code, "closed");
    let request = ReceivePayment {
        loan: loan.row.id,
        amount: money("60"),
        value_date: t.today(),
        method: PaymentMethod::Bank,
        reference: "TX-9".into(),
        prepayment: None,
        anyway: true,
    };
    let aside = t.desk.receive_payment(request).await.unwrap();
    assert_eq!(aside.parts.suspense, money("60"));
    assert_eq!(balances(&t).await["suspense"], money("-60"));
    let tasks = t.desk.list_tasks(ListTasks {}).await.unwrap();
    assert_eq!(
        (tasks[0].kind, tasks[0].detail.as_str()),
        (TaskKind::PaymentOnClosedLoan, aside.receipt.as_str())
    );
    let settle = || SettleSuspense {
        loan: loan.row.id,
        payment: aside.payment,
        into: None,
        method: PaymentMethod::Bank,
        reason: "Sent back".into(),
    };
    t.desk.settle_suspense(settle()).await.unwrap();
    assert_eq!(balances(&t).await.get("suspense"), None);
    assert_eq!(t.desk.list_tasks(ListTasks {}).await.unwrap(), Vec::new());
    assert!(t.desk.settle_suspense(settle()).await.is_err());
    t.check().await;
}

#[tokio::test]
async fn a_rule_that_fails_takes_a_reason_from_someone_else() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let rules = EligibilityRules {
        least_income: Some(money("1000")),
        ..EligibilityRules::usual(2)
    };
    let kept = t
        .desk
        .save_eligibility_rules(SaveEligibilityRules { rules: Some(rules) })
        .await
        .unwrap();
    assert!(kept.eligibility.is_some());
    let product = t
        .desk
        .save_product(SaveProduct {
            id: None,
            terms: terms(),
        })
        .await
        .unwrap();
    t.sign_in(OFFICER).await;
    let form = CustomerForm {
        first_name: "Noor".into(),
        last_name: "Ali".into(),
        phone: "+254 700 000 002".into(),
        born_on: "1990-05-05".into(),
        employment: "employed".into(),
        monthly_income: "4,000".into(),
        ..CustomerForm::default()
    };
    let customer = t.desk.register_customer(RegisterCustomer { form }).await.unwrap();
    let ask = |principal: &str| CheckEligibility {
        customer: customer.row.id,
        product: product.id,
        principal: money(principal),
        installments: 12,
    };
    let yes = t.desk.check_eligibility(ask("5000")).await.unwrap().assessment.unwrap();
    assert!(yes.rules.iter().all(|r| r.verdict == Verdict::Met), "{yes:#?}");
    let no = t
        .desk
        .check_eligibility(ask("40000"))
        .await
        .unwrap()
        .assessment
        .unwrap();
    assert!(no.failed().contains(&EligibilityRule::Installment.word()), "{no:#?}");
    let largest = no.largest_amount.unwrap();
    assert!(largest.is_positive() && largest < money("40000"));
    let just = t.desk.check_eligibility(ask(&largest.to_plain(2))).await.unwrap();
    assert_eq!(just.assessment.unwrap().failed(), Vec::<&str>::new());
    let request = ApplyForLoan {
        customer: customer.row.id,
        product: product.id,
        principal: money("40000"),
        installments: 12,
        installment: None,
        purpose: String::new(),
    };
    let loan = t.desk.apply_for_loan(request).await.unwrap();
    assert!(!loan.failed_rules.is_empty());
    t.sign_in(ADMIN).await;
    let decide = |reason: &str| DecideLoan {
        loan: loan.row.id,
        seen: loan.seen.clone(),
        approve: true,
        reason: reason.into(),
    };
    let refused = t.desk.decide_loan(decide(" ")).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::NotEligible, Some("reason"))
    );
    let done = t.desk.decide_loan(decide("Owns the building")).await.unwrap();
    assert_eq!(done.row.status, LoanStatus::Approved);
    t.check().await;
}

#[tokio::test]
async fn the_ledger_leaves_as_a_file_whose_lines_add_up() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    t.go_to("2025-04-02T09:00:00Z").await;
    pay(&t, loan.row.id, "1318.74", t.today()).await.unwrap();
    let export = |format| ExportLedger {
        from: "2025-03-01".parse().unwrap(),
        to: "2025-04-30".parse().unwrap(),
        format,
    };
    let saved = t.desk.export_ledger(export(ExportFormat::Csv)).await.unwrap();
    let text = std::fs::read_to_string(saved.path).unwrap();
    let mut lines = text.lines();
    assert_eq!(
        lines.next().unwrap(),
        "entry,line,booking_date,what,account,class,debit,credit,loan,desk"
    );
    let (mut sums, mut count) = (BTreeMap::<String, i64>::new(), 0);
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let minor = |text: &str| text.replace('.', "").parse::<i64>().unwrap_or(0);
        *sums.entry(fields[4].into()).or_default() += minor(fields[6]) - minor(fields[7]);
        count += 1;
    }
    assert!(count > 40, "an entry for each day");
    assert_eq!(sums.values().sum::<i64>(), 0);
    sums.retain(|_, sum| *sum != 0);
    let books = balances(&t).await;
    let books: BTreeMap<_, _> = books.into_iter().map(|(account, sum)| (account, sum.minor())).collect();
    assert_eq!(sums, books);
    let saved = t.desk.export_ledger(export(ExportFormat::Json)).await.unwrap();
    let objects: Vec<serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(saved.path).unwrap()).unwrap();
    assert_eq!(objects.len(), count);
    let page = t
        .desk
        .account_lines(AccountLines {
            account: "interest_receivable".into(),
            from: "2025-03-01".parse().unwrap(),
            to: "2025-04-30".parse().unwrap(),
            page: 0,
        })
        .await
        .unwrap();
    assert!(page.matches > 30);
    t.sign_in(OFFICER).await;
    let refused = t.desk.export_ledger(export(ExportFormat::Csv)).await.unwrap_err();
    assert_eq!(refused.code, "forbidden");
}

#[tokio::test]
async fn what_a_product_chooses_reaches_the_loan() {
    let t = Branch::new("2025-03-03T09:00:00Z").await;
    let mut terms = terms();
    terms.min_installments = 3;
    terms.options.grace.principal = 2;
    terms.options.money_unit = Some(money("1"));
    terms.installment_multiple = money("1");
    terms.options.working_days = Some(WorkingDays {
        weekend: vec![Weekday::Saturday, Weekday::Sunday],
        holidays: vec!["2025-04-03".parse().unwrap()],
        rule: Move::Forward,
        meeting: None,
    });
    let loan = loan_under(&t, terms.clone()).await;
    let rows: Vec<_> = loan
        .rows
        .iter()
        .map(|row| (row.due_on.to_string(), row.principal))
        .collect();
    // 3 April is a holiday, 3 May a Saturday, 3 June a Tuesday.
    assert_eq!(rows[0], ("2025-04-04".to_string(), Money::ZERO));
    assert_eq!(rows[1], ("2025-05-05".to_string(), Money::ZERO));
    assert_eq!(rows[2].0, "2025-06-03");
    assert!(
        loan.rows.iter().all(|row| row.interest.minor() % 100 == 0),
        "{:#?}",
        loan.rows
    );
    // What makes no sense names its field.
    terms.options.balloon_percent = Some(20.into());
    let refused = t
        .desk
        .save_product(SaveProduct {
            id: None,
            terms: terms.clone(),
        })
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::BalloonNotThis, Some("balloon"))
    );
    terms.method = Method::Balloon;
    terms.options.grace.principal = 0;
    t.desk.save_product(SaveProduct { id: None, terms }).await.unwrap();
    t.check().await;
}
