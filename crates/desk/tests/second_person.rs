//! Maker-checker through the use cases: what waits, who may agree, and that what is carried out is what was asked for.

use crate::common::loans::{money, running_loan};
use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use farthing_api::*;

const START: &str = "2025-03-03T09:00:00Z";
const SECOND: &str = "second@branch.test";

/// A branch with two administrators where these kinds take a second person.
async fn branch(kinds: &[(Guarded, &str)]) -> Branch {
    let t = Branch::new(START).await;
    let second = AddUser {
        role: Role::Administrator,
        name: "Bea".into(),
        email: SECOND.into(),
        password: Secret::new(PASSWORD),
    };
    t.desk.add_user(second).await.unwrap();
    let rules = SecondPersonRules(kinds.iter().map(|(kind, from)| (*kind, money(from))).collect());
    t.desk
        .save_second_person_rules(SaveSecondPersonRules { rules })
        .await
        .unwrap();
    t
}

async fn waiting(t: &Branch) -> Vec<RequestView> {
    let request = ListRequests { waiting: true, page: 0 };
    t.desk.list_requests(request).await.unwrap().rows
}

async fn decide(t: &Branch, request: &RequestView, approve: bool) -> Result<RequestView, ApiError> {
    let decide = DecideRequest {
        request: request.id,
        hash: request.hash.clone(),
        approve,
        reason: "As agreed".into(),
    };
    t.desk.decide_request(decide).await
}

async fn write_off(t: &Branch, loan: LoanId) -> ApiError {
    let seen = t.desk.get_loan(GetLoan { id: loan }).await.unwrap().seen;
    let reason = "Moved away".into();
    t.desk
        .write_off_loan(WriteOffLoan { loan, seen, reason })
        .await
        .unwrap_err()
}

async fn status(t: &Branch, loan: LoanId) -> LoanStatus {
    t.desk.get_loan(GetLoan { id: loan }).await.unwrap().row.status
}

#[tokio::test]
async fn a_second_person_agrees_and_exactly_what_was_asked_for_happens() {
    let t = branch(&[(Guarded::WriteOff, "0")]).await;
    let loan = running_loan(&t).await.row.id;
    t.sign_in(ADMIN).await;
    let kept = write_off(&t, loan).await;
    assert_eq!((kept.kind, kept.code), (ErrorKind::Waiting, Code::RequestKept));
    assert_eq!(status(&t, loan).await, LoanStatus::Active, "nothing happened yet");
    let [request] = waiting(&t).await.try_into().unwrap();
    assert_eq!(request.amount, Some(money("15000")));
    assert_eq!(
        (request.by_name.as_str(), request.reason.as_str()),
        ("Ada", "Moved away")
    );
    assert_eq!(t.desk.get_session(GetSession {}).await.unwrap().requests, 1);

    // Never the same person; nor one who lacks the permission; nor over another payload than the one that was seen.
    assert_eq!(decide(&t, &request, true).await.unwrap_err().code, Code::RequestOwn);
    t.sign_in(OFFICER).await;
    assert_eq!(decide(&t, &request, true).await.unwrap_err().code, Code::Forbidden);
    t.sign_in(SECOND).await;
    let other = RequestView {
        hash: "0".repeat(64),
        ..request.clone()
    };
    assert_eq!(decide(&t, &other, true).await.unwrap_err().code, Code::RequestChanged);
    assert_eq!(status(&t, loan).await, LoanStatus::Active);

    let done = decide(&t, &request, true).await.unwrap();
    assert_eq!((done.state, done.decided_by.as_str()), (RequestState::Done, "Bea"));
    assert_eq!(status(&t, loan).await, LoanStatus::WrittenOff);
    assert_eq!(decide(&t, &request, true).await.unwrap_err().code, Code::RequestOver);
    assert!(waiting(&t).await.is_empty());
    t.check().await;
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_carried_out_and_says_why() {
    let t = branch(&[(Guarded::Reverse, "0")]).await;
    let loan = running_loan(&t).await;
    t.sign_in(ADMIN).await;
    let pay = |amount: &str| ReceivePayment {
        loan: loan.row.id,
        amount: money(amount),
        value_date: t.today(),
        method: PaymentMethod::Cash,
        reference: String::new(),
        prepayment: None,
        anyway: false,
    };
    let first = t.desk.receive_payment(pay("100")).await.unwrap();
    let payment = first.loan.payments.last().unwrap().id;
    let reverse = ReversePayment {
        loan: loan.row.id,
        payment,
        reason: "Wrong loan".into(),
    };
    assert_eq!(
        t.desk.reverse_payment(reverse).await.unwrap_err().code,
        Code::RequestKept
    );
    t.desk.receive_payment(pay("50")).await.unwrap();
    t.sign_in(SECOND).await;
    let [request] = waiting(&t).await.try_into().unwrap();
    let refused = decide(&t, &request, true).await.unwrap();
    assert_eq!(refused.state, RequestState::Refused);
    assert_eq!(refused.refusal.unwrap().code, Code::RequestStale);
    let loan = t.desk.get_loan(GetLoan { id: loan.row.id }).await.unwrap();
    assert!(loan.payments.iter().all(|p| p.reversed.is_none()));
    // Its author sees what became of it.
    t.sign_in(ADMIN).await;
    let all = ListRequests {
        waiting: false,
        page: 0,
    };
    let rows = t.desk.list_requests(all).await.unwrap().rows;
    assert_eq!(rows[0].state, RequestState::Refused);
    t.check().await;
}

#[tokio::test]
async fn after_72_hours_it_is_void_and_small_amounts_go_without() {
    let t = branch(&[(Guarded::WriteOff, "20000"), (Guarded::Disburse, "15000")]).await;
    // Paying 15,000 out takes a second person.
    let product = t
        .desk
        .save_product(SaveProduct {
            id: None,
            terms: crate::common::loans::terms(),
        })
        .await
        .unwrap();
    let customer = crate::common::loans::customer(&t.desk).await.row.id;
    t.verify_by_document(customer).await;
    let mut loans = Vec::new();
    for amount in ["15000", "14999.99"] {
        t.sign_in(OFFICER).await;
        let apply = ApplyForLoan {
            customer,
            product: product.id,
            principal: money(amount),
            installments: 12,
            installment: None,
            purpose: String::new(),
        };
        let loan = t.desk.apply_for_loan(apply).await.unwrap();
        t.sign_in(ADMIN).await;
        let approve = DecideLoan {
            loan: loan.row.id,
            seen: loan.seen,
            approve: true,
            reason: String::new(),
        };
        let seen = t.desk.decide_loan(approve).await.unwrap().seen;
        let disburse = DisburseLoan {
            loan: loan.row.id,
            seen,
            value_date: t.today(),
            method: PaymentMethod::Cash,
            first_due_on: None,
            amount: None,
        };
        loans.push((loan.row.id, t.desk.disburse_loan(disburse).await));
    }
    assert_eq!(loans[0].1.as_ref().unwrap_err().code, Code::RequestKept);
    assert_eq!(loans[1].1.as_ref().unwrap().row.status, LoanStatus::Active);
    let [request] = waiting(&t).await.try_into().unwrap();
    t.set_clock("2025-03-06T09:00:00Z");
    t.sign_in(SECOND).await;
    assert!(waiting(&t).await.is_empty());
    assert_eq!(decide(&t, &request, true).await.unwrap_err().code, Code::RequestExpired);
    let all = ListRequests {
        waiting: false,
        page: 0,
    };
    let rows = t.desk.list_requests(all).await.unwrap().rows;
    assert_eq!(rows[0].state, RequestState::Expired);
    assert_eq!(status(&t, loans[0].0).await, LoanStatus::Approved);
    t.check().await;
}

#[tokio::test]
async fn people_are_added_by_two_and_the_maker_must_still_be_one_of_them() {
    let t = branch(&[(Guarded::People, "0"), (Guarded::Rules, "0")]).await;
    let add = |email: &str| AddUser {
        role: Role::Cashier,
        name: "Cleo".into(),
        email: email.into(),
        password: Secret::new(PASSWORD),
    };
    let kept = t.desk.add_user(add("cleo@branch.test")).await.unwrap_err();
    assert_eq!(kept.code, Code::RequestKept);
    let sign_in = SignIn {
        email: "cleo@branch.test".into(),
        password: Secret::new(PASSWORD),
    };
    t.desk.sign_in(sign_in.clone()).await.unwrap_err();
    t.sign_in(SECOND).await;
    let [request] = waiting(&t).await.try_into().unwrap();
    assert_eq!(request.about, "Cleo");
    decide(&t, &request, true).await.unwrap();
    // Her own first password opens the book, though nobody kept it.
    assert_eq!(t.desk.sign_in(sign_in).await.unwrap().role, Role::Cashier);

    // Loosening the rules takes two as well, and who asked can take it back.
    t.sign_in(ADMIN).await;
    let none = SecondPersonRules::default();
    let loosen = SaveSecondPersonRules { rules: none };
    let kept = t.desk.save_second_person_rules(loosen).await.unwrap_err();
    assert_eq!(kept.code, Code::RequestKept);
    let [request] = waiting(&t).await.try_into().unwrap();
    assert_eq!(
        decide(&t, &request, false).await.unwrap().state,
        RequestState::Withdrawn
    );

    // A request of someone who lost their access is not carried out.
    t.desk.add_user(add("dora@branch.test")).await.unwrap_err();
    t.sign_in(SECOND).await;
    let users = t.desk.list_users(ListUsers {}).await.unwrap();
    let admin = users.iter().find(|u| u.email == ADMIN).unwrap().id;
    let take = SetUserAccess {
        user: admin,
        password: None,
    };
    assert_eq!(t.desk.set_user_access(take).await.unwrap_err().code, Code::RequestKept);
    t.check().await;
}

#[tokio::test]
async fn rules_that_nobody_could_agree_to_are_refused() {
    let t = Branch::new(START).await;
    let rules = SecondPersonRules([(Guarded::People, Money::ZERO)].into());
    let refused = t.desk.save_second_person_rules(SaveSecondPersonRules { rules }).await;
    assert_eq!(refused.unwrap_err().code, Code::SecondPersonAlone);
}
