//! Two desks and a server on a real PostgreSQL: what either records offline is the same everywhere afterwards.

use crate::common::loans::*;
use crate::common::*;
use crate::office::*;
use farthing_api::*;

#[tokio::test]
async fn a_payment_taken_offline_arrives_at_the_other_desk() {
    let office = Office::new().await;
    let loan = office.loan;
    let paid = pay(&office.a, loan, "1318.74", office.a.today()).await.unwrap();
    assert_eq!(paid.receipt, "BR1-01-000001", "it counts at once at its own desk");
    assert_eq!(view(&office.b, loan).await.payments.len(), 0);
    let state = office.a.desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!((state.waiting, state.unsent), (1, 1));
    office.sync().await;
    let state = office.a.desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!((state.waiting, state.unsent, state.needs_attention), (0, 0, 0));
    assert_eq!(view(&office.b, loan).await.payments[0].receipt, paid.receipt);
    office.agree().await;
}

#[tokio::test]
async fn a_payment_whose_answer_was_lost_is_counted_once() {
    let office = Office::new().await;
    pay(&office.a, office.loan, "500", office.a.today()).await.unwrap();
    office.lose_answers(1);
    let lost = office.a.desk.run_sync().await.unwrap_err();
    assert_eq!(lost.code, "server_silent");
    office.sync().await;
    assert_eq!(view(&office.b, office.loan).await.payments.len(), 1);
    office.agree().await;
}

#[tokio::test]
async fn of_one_payment_taken_at_two_desks_the_second_goes_to_suspense() {
    let office = Office::new().await;
    let (loan, today) = (office.loan, office.a.today());
    let first = pay(&office.a, loan, "1000", today).await.unwrap();
    let second = pay_at(&office.b, loan, "1000", today).await;
    assert_eq!(
        (first.receipt.as_str(), second.receipt.as_str()),
        ("BR1-01-000001", "BR1-02-000001")
    );
    assert_eq!(second.parts.suspense, money("0"), "each desk knows of its own only");
    office.a.desk.run_sync().await.unwrap();
    office.b.run_sync().await.unwrap();
    office.sync().await;
    for desk in [&office.a.desk, &office.b] {
        let view = view(desk, loan).await;
        let parts: Vec<_> = view
            .payments
            .iter()
            .map(|p| (p.receipt.as_str(), p.parts.suspense))
            .collect();
        assert_eq!(
            parts,
            [("BR1-02-000001", money("1000")), ("BR1-01-000001", money("0"))],
            "newest first"
        );
        let tasks = desk.list_tasks(ListTasks {}).await.unwrap();
        assert_eq!(tasks[0].kind, TaskKind::LikelyDuplicatePayment);
    }
    office.agree().await;
}

#[tokio::test]
async fn the_first_decision_holds_and_the_other_is_shown_to_its_author() {
    let office = Office::new().await;
    let application = office.apply().await;
    office.sync().await;
    decide(&office.a.desk, application, true).await.unwrap();
    let rejected = decide(&office.b, application, false).await.unwrap();
    assert_eq!(
        rejected.row.status,
        LoanStatus::Rejected,
        "the officer sees the own decision at once"
    );
    office.sync().await;
    for desk in [&office.a.desk, &office.b] {
        assert_eq!(view(desk, application).await.row.status, LoanStatus::Approved);
    }
    let state = office.b.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!((state.waiting, state.needs_attention), (0, 1));
    let listed = office.b.list_overruled(ListOverruled {}).await.unwrap();
    assert_eq!(
        (listed[0].what.as_str(), &listed[0].reason.code),
        ("decide_loan", &Code::Decided)
    );
    let command = listed[0].command;
    office.b.settle_overruled(SettleOverruled { command }).await.unwrap();
    assert_eq!(office.b.list_overruled(ListOverruled {}).await.unwrap(), []);
    office.agree().await;
}

#[tokio::test]
async fn money_goes_out_once_and_only_with_the_server() {
    let office = Office::new().await;
    let loan = office.apply().await;
    decide(&office.a.desk, loan, true).await.unwrap();
    office.sync().await;
    office.lose_answers(1_000);
    let seen = view(&office.b, loan).await.seen;
    let request = |seen: &str| DisburseLoan {
        loan,
        seen: seen.to_string(),
        value_date: office.a.today(),
        method: PaymentMethod::Cash,
        first_due_on: None,
        amount: None,
    };
    let alone = office.b.disburse_loan(request(&seen)).await.unwrap_err();
    assert_eq!(alone.code, "online_only");
    office.lose_answers(0);
    office.a.desk.disburse_loan(request(&seen)).await.unwrap();
    let second = office.b.disburse_loan(request(&seen)).await.unwrap_err();
    assert!(
        matches!(second.kind, ErrorKind::Refused | ErrorKind::Changed),
        "{second:?}"
    );
    assert_eq!(
        view(&office.b, loan).await.row.status,
        LoanStatus::Active,
        "it learned of the first"
    );
    office.sync().await;
    office.agree().await;
}

#[tokio::test]
async fn the_last_writer_of_a_field_wins_whoever_is_heard_first() {
    let office = Office::new().await;
    let customer = view(&office.a.desk, office.loan).await.row.customer;
    office.a.go_to("2025-03-02T10:00:00Z").await;
    change_address(&office.a.desk, customer, "Later Road 2").await;
    change_address(&office.b, customer, "Earlier Road 1").await;
    office.a.desk.run_sync().await.unwrap();
    office.sync().await;
    for desk in [&office.a.desk, &office.b] {
        let found = desk.get_customer(GetCustomer { id: customer }).await.unwrap();
        assert_eq!(found.form.address, "Later Road 2");
    }
    office.agree().await;
}

#[tokio::test]
async fn work_goes_on_without_the_server_and_nothing_is_lost() {
    let office = Office::new().await;
    let today = office.a.today();
    office.lose_answers(1_000);
    for n in 1..=5 {
        pay(&office.a, office.loan, &format!("{n}00"), today).await.unwrap();
        pay_at(&office.b, office.loan, &format!("{n}50"), today).await;
        office.a.desk.run_sync().await.unwrap_err();
        office.b.run_sync().await.unwrap_err();
    }
    office.lose_answers(0);
    office.sync().await;
    assert_eq!(view(&office.b, office.loan).await.payments.len(), 10);
    office.agree().await;
}

#[tokio::test]
async fn a_link_serves_once_and_a_code_one_desktop() {
    let office = Office::new().await;
    let other = Branch::new("2025-03-02T09:00:00Z").await;
    let link = office.link.clone();
    let refused = other.desk.bring_to_server(BringToServer { link }).await.unwrap_err();
    assert_eq!(refused.code, "setup_token");
    let (_folder, third) = office.empty_desk();
    let request = JoinServer {
        server: office.address.clone(),
        code: office.code.clone(),
        email: ADMIN.into(),
        password: Secret::new(PASSWORD),
    };
    assert_eq!(third.join_server(request.clone()).await.unwrap_err().code, "join_code");
    let code = office.a.desk.make_join_code(MakeJoinCode {}).await.unwrap().code;
    let request = JoinServer {
        email: OFFICER.into(),
        code,
        ..request
    };
    assert_eq!(third.join_server(request.clone()).await.unwrap_err().code, "join_email");
    // The same machine may try again with the code that it has used.
    let request = JoinServer {
        email: ADMIN.into(),
        ..request
    };
    third.join_server(request).await.unwrap();
    assert_eq!(
        view(&third, office.loan).await.row.number,
        view(&office.b, office.loan).await.row.number
    );
}
