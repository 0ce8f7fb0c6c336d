//! What two desks do to one loan without knowing of each other: the outcome is one, and both say it.

use crate::common::loans::*;
use crate::common::*;
use crate::office::*;
use farthing_api::*;

fn instant(text: &str) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::parse_from_rfc3339(text).unwrap().into()
}

async fn tasks(desk: &Desk) -> Vec<TaskKind> {
    let tasks = desk.list_tasks(ListTasks {}).await.unwrap();
    tasks.into_iter().map(|task| task.kind).collect()
}

async fn parts(desk: &Desk, loan: LoanId, receipt: &str) -> PaymentParts {
    let payments = view(desk, loan).await.payments;
    payments.into_iter().find(|p| p.receipt == receipt).unwrap().parts
}

#[tokio::test]
async fn of_two_that_pay_everything_off_the_second_is_kept_aside() {
    let office = Office::new().await;
    let (loan, today) = (office.loan, office.a.today());
    let first = pay(&office.a, loan, "16000", today).await.unwrap();
    let second = pay_at(&office.b, loan, "9000", today).await;
    assert!(first.parts.credit.is_positive(), "more than was owed");
    office.a.desk.run_sync().await.unwrap();
    assert_eq!(second.parts.suspense, Money::ZERO, "each desk knows of its own only");
    office
        .both(async |desk: &Desk| {
            assert_eq!(view(desk, loan).await.row.status, LoanStatus::Closed);
            assert_eq!(parts(desk, loan, &first.receipt).await, first.parts);
            assert_eq!(parts(desk, loan, &second.receipt).await.suspense, money("9000"));
            assert_eq!(tasks(desk).await, [TaskKind::PaymentOnClosedLoan]);
        })
        .await;
}

#[tokio::test]
async fn a_payment_on_a_loan_that_was_given_up_meanwhile_is_a_recovery() {
    let office = Office::new().await;
    let (loan, today) = (office.loan, office.a.today());
    let seen = view(&office.a.desk, loan).await.seen;
    let reason = "no trace of them".to_string();
    let request = WriteOffLoan { loan, seen, reason };
    office.a.desk.write_off_loan(request).await.unwrap();
    let paid = pay_at(&office.b, loan, "700", today).await;
    assert_eq!(paid.parts.recovery, Money::ZERO);
    office
        .both(async |desk: &Desk| {
            assert_eq!(view(desk, loan).await.row.status, LoanStatus::WrittenOff);
            assert_eq!(parts(desk, loan, &paid.receipt).await.recovery, money("700"));
            assert_eq!(tasks(desk).await, [TaskKind::PaymentOnWrittenOffLoan]);
        })
        .await;
    let state = office.b.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!((state.waiting, state.needs_attention), (0, 0));
}

#[tokio::test]
async fn a_late_payment_into_a_closed_day_takes_the_penalty_back() {
    let office = Office::new().await;
    let loan = office.loan;
    let penalties = async |desk: &Desk| {
        let rows = view(desk, loan).await.rows;
        rows.iter().map(|row| row.penalty).sum::<Money>()
    };
    let due = "2025-04-02T10:00:00Z";
    office.b_clock.set(instant(due));
    sign_in(&office.b, ADMIN).await;
    let paid = pay_at(&office.b, loan, "1318.74", instant(due).date_naive()).await;
    office.go_to("2025-04-09T09:00:00Z").await;
    office.a.desk.run_sync().await.unwrap();
    assert!(
        penalties(&office.a.desk).await.is_positive(),
        "nobody knows of the payment yet"
    );
    office
        .both(async |desk: &Desk| {
            assert_eq!(penalties(desk).await, Money::ZERO);
            let payment = view(desk, loan).await.payments.remove(0);
            assert_eq!(
                (payment.receipt, payment.value_date),
                (paid.receipt.clone(), instant(due).date_naive())
            );
            assert_eq!(payment.parts, paid.parts);
        })
        .await;
    // What the days said stays as it was: the ledger has the difference on the open day.
    let on = |day: &str| TrialBalance {
        on: Some(day.parse().unwrap()),
    };
    let closed = office.a.desk.trial_balance(on("2025-04-08")).await.unwrap();
    let open = office.a.desk.trial_balance(on("2025-04-09")).await.unwrap();
    let income = |view: &TrialBalanceView| {
        view.accounts
            .iter()
            .find(|a| a.account == "penalty_income")
            .map(|a| a.balance)
    };
    assert!(income(&closed).is_some_and(|sum| sum.is_negative()), "{closed:?}");
    assert_eq!(income(&open).unwrap_or_default(), Money::ZERO);
}

#[tokio::test]
async fn of_a_closing_and_a_payment_the_later_one_keeps_its_money() {
    for closing_first in [true, false] {
        let office = Office::new().await;
        let (loan, today) = (office.loan, office.a.today());
        let closed = close_early(&office.a, loan).await;
        let paid = pay_at(&office.b, loan, "700", today).await;
        match closing_first {
            true => office.a.desk.run_sync().await.unwrap(),
            false => office.b.run_sync().await.unwrap(),
        };
        office
            .both(async |desk: &Desk| {
                let [closing, payment] = [
                    parts(desk, loan, &closed.receipt).await,
                    parts(desk, loan, &paid.receipt).await,
                ];
                let (status, kept) = match closing_first {
                    true => (LoanStatus::Closed, (Money::ZERO, money("700"))),
                    false => (LoanStatus::Active, (quoted(&closed.loan, &closed.receipt), Money::ZERO)),
                };
                assert_eq!(view(desk, loan).await.row.status, status);
                assert_eq!((closing.suspense, payment.suspense), kept);
            })
            .await;
        let state = office.a.desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
        assert_eq!(state.needs_attention, u32::from(!closing_first));
    }
}

async fn close_early(branch: &Branch, loan: LoanId) -> PaymentDone {
    let (value_date, discount) = (branch.today(), Money::ZERO);
    let quote = QuotePayoff {
        loan,
        on: value_date,
        discount,
    };
    let request = ForecloseLoan {
        loan,
        seen: view(&branch.desk, loan).await.seen,
        value_date,
        discount,
        amount: branch.desk.quote_payoff(quote).await.unwrap().total,
        method: PaymentMethod::Cash,
    };
    branch.desk.foreclose_loan(request).await.unwrap()
}

#[tokio::test]
async fn of_one_loan_paid_out_at_two_desks_at_once_one_is_refused() {
    let office = Office::new().await;
    let loan = office.apply().await;
    decide(&office.a.desk, loan, true).await.unwrap();
    office.sync().await;
    let request = DisburseLoan {
        loan,
        seen: view(&office.b, loan).await.seen,
        value_date: office.a.today(),
        method: PaymentMethod::Cash,
        first_due_on: None,
        amount: None,
    };
    let (a, b) = tokio::join!(
        office.a.desk.disburse_loan(request.clone()),
        office.b.disburse_loan(request.clone())
    );
    assert_eq!([&a, &b].iter().filter(|done| done.is_ok()).count(), 1, "{a:?} {b:?}");
    office
        .both(async |desk: &Desk| {
            let view = view(desk, loan).await;
            assert_eq!(view.row.status, LoanStatus::Active);
            assert_eq!(
                view.history.iter().filter(|line| line.what == "loan_disbursed").count(),
                1
            );
        })
        .await;
}

#[tokio::test]
async fn who_lost_access_meanwhile_took_money_but_decides_nothing() {
    let office = Office::new().await;
    let (loan, today) = (office.loan, office.a.today());
    let users = office.b.list_users(ListUsers {}).await.unwrap();
    let olu = users.iter().find(|user| user.email == OFFICER).unwrap().id;
    office.a.sign_in(OFFICER).await;
    let paid = pay(&office.a, loan, "700", today).await.unwrap();
    let customer = view(&office.a.desk, loan).await.row.customer;
    change_address(&office.a.desk, customer, "Elsewhere 9").await;
    let request = SetUserAccess {
        user: olu,
        password: None,
    };
    office.b.set_user_access(request).await.unwrap();
    office.b.run_sync().await.unwrap();
    office.a.sign_in(ADMIN).await;
    office
        .both(async |desk: &Desk| {
            assert_eq!(parts(desk, loan, &paid.receipt).await, paid.parts);
            let found = desk.get_customer(GetCustomer { id: customer }).await.unwrap();
            assert_eq!(found.form.address, "");
        })
        .await;
    let listed = office.a.desk.list_overruled(ListOverruled {}).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].reason.code, "access_taken");

    // Administrators see it at every desk, among all that was decided.
    let ask = || GetSyncHealth { language: "en".into() };
    let shown = office.b.get_sync_health(ask()).await.unwrap();
    let conflict = &shown.conflicts[0];
    assert_eq!((shown.conflicts.len(), conflict.desk.as_str()), (1, "BR1-01"));
    assert_eq!(
        (conflict.what.as_str(), conflict.who.as_str()),
        ("change_customer", "Olu")
    );
    assert_eq!(conflict.reason.code, "access_taken");
    let rows = &shown.chart.rows;
    assert_eq!(rows.len(), 14);
    assert!(rows[..13].iter().all(|row| row[1..] == ["0", "0"]), "{rows:?}");
    let as_asked: u32 = rows[13][1].parse().unwrap();
    assert!(as_asked >= 3 && rows[13][2] == "1", "{rows:?}");
    assert_eq!(
        shown.chart.title,
        format!("1 of {} commands in two weeks decided otherwise", as_asked + 1)
    );
    office.b.sign_out(SignOut {}).await.unwrap();
    let refused = office.b.get_sync_health(ask()).await.unwrap_err();
    assert_eq!(refused.code, "signed_out");
}

#[tokio::test]
async fn a_number_that_was_printed_is_given_once_also_where_the_server_refused() {
    let office = Office::new().await;
    let customer = view(&office.a.desk, office.loan).await.row.customer;
    let product = office.a.desk.list_products(ListProducts {}).await.unwrap().remove(0);
    let apply = || ApplyForLoan {
        customer,
        product: product.id,
        principal: money("2000"),
        installments: 6,
        installment: None,
        purpose: String::new(),
    };
    let offered = async |active: bool| {
        let request = SaveProduct {
            id: Some(product.id),
            terms: ProductTerms {
                active,
                ..product.terms.clone()
            },
        };
        office.a.desk.save_product(request).await.unwrap();
        office.a.desk.run_sync().await.unwrap();
    };
    offered(false).await;
    let first = office.b.apply_for_loan(apply()).await.unwrap();
    assert_eq!(first.row.number, "BR1-02-L00001");
    office.sync().await;
    assert_eq!(office.b.list_overruled(ListOverruled {}).await.unwrap().len(), 1);
    offered(true).await;
    office.sync().await;
    let second = office.b.apply_for_loan(apply()).await.unwrap();
    assert_eq!(second.row.number, "BR1-02-L00002", "a paper may bear the other one");
    office
        .both(async |desk: &Desk| assert_eq!(view(desk, second.row.id).await.row.number, "BR1-02-L00002"))
        .await;
}

fn quoted(loan: &LoanView, receipt: &str) -> Money {
    let taken = loan.payments.iter().find(|p| p.receipt == receipt);
    taken.unwrap().amount
}
