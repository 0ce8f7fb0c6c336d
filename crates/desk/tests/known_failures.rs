//! Failures that sign-ins elsewhere were known for, one test each; those of codes that were sent are in `codes.rs`.

use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use crate::sink::Sink;
use farthing_api::*;

const START: &str = "2025-03-03T09:00:00Z";

async fn unlock(t: &Branch, password: &str) -> Code {
    let request = Unlock {
        password: Secret::new(password),
    };
    t.desk.unlock(request).await.unwrap_err().code
}

async fn try_sign_in(t: &Branch, email: &str, password: &str) -> Result<SessionView, Code> {
    let request = SignIn {
        email: email.into(),
        password: Secret::new(password),
    };
    t.desk.sign_in(request).await.map_err(|error| error.code)
}

#[tokio::test]
async fn lockout_skipped_on_another_path() {
    let t = Branch::new(START).await;
    t.sign_in(OFFICER).await;
    t.desk.lock(Lock {}).await.unwrap();
    for _ in 0..6 {
        unlock(&t, "wrong").await;
    }
    assert_eq!(unlock(&t, PASSWORD).await, Code::Wait);
    assert_eq!(try_sign_in(&t, OFFICER, PASSWORD).await.unwrap_err(), Code::Wait);
    let change = ChangePassword {
        old: Secret::new(PASSWORD),
        new: Secret::new("eleven copper kites over Lisbon"),
    };
    assert_eq!(t.desk.change_password(change).await.unwrap_err().code, Code::Locked);
    // Nobody else pays for it, and it is not for good.
    try_sign_in(&t, ADMIN, PASSWORD).await.unwrap();
    t.set_clock("2025-03-03T09:16:00Z");
    try_sign_in(&t, OFFICER, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn attempt_counter_lost_with_the_process() {
    let t = Branch::new(START).await.restarted().await;
    for _ in 0..6 {
        let _ = try_sign_in(&t, OFFICER, "wrong").await;
    }
    let t = t.restarted().await;
    assert_eq!(try_sign_in(&t, OFFICER, PASSWORD).await.unwrap_err(), Code::Wait);
}

#[tokio::test]
async fn user_sets_verified_true() {
    let t = Branch::new(START).await;
    t.sign_in(OFFICER).await;
    let body = serde_json::json!({ "form": {
        "first_name": "Mallory", "last_name": "M", "email": "m@example.test", "phone": "+254 700 000 009",
        "document_id": "", "born_on": "", "address": "", "employer": "", "monthly_income": "",
        "other_installments": "", "email_verified": true, "verified": true, "vouched": true,
    }});
    if let Ok(request) = serde_json::from_value::<RegisterCustomer>(body) {
        let customer = t.desk.register_customer(request).await.unwrap();
        assert!(!customer.row.verified, "{customer:?}");
    }
}

#[tokio::test]
async fn role_taken_from_the_client() {
    let t = Branch::new(START).await;
    let body = serde_json::json!({
        "name": "Mallory", "email": "m@branch.test", "password": "seven quiet lanterns drift 4",
        "role": "administrator", "active": true, "pending": false,
    });
    if let Ok(request) = serde_json::from_value::<SignUp>(body) {
        t.desk.sign_up(request).await.unwrap();
    }
    let users = t.desk.list_users(ListUsers {}).await.unwrap();
    assert!(
        users
            .iter()
            .all(|u| u.email != "m@branch.test" || (u.pending && !u.active && u.role == Role::Officer))
    );
}

#[tokio::test]
async fn one_email_code_as_both_factors() {
    let t = Branch::new(START).await;
    let sink = Sink::of(&t).await;
    t.desk.sign_out(SignOut {}).await.unwrap();
    // Who works here gets no sign-in code at all, and is not told apart.
    let request = SendSignInCode { to: ADMIN.into() };
    let sent = t.desk.send_sign_in_code(request).await.unwrap();
    assert!(sink.is_quiet());
    for code in ["000000", "000001", "000002", "000003"] {
        let request = SignInWithCode {
            challenge: sent.challenge.clone(),
            code: code.into(),
        };
        t.desk.sign_in_with_code(request).await.unwrap_err();
    }
    assert_eq!(
        t.desk.get_session(GetSession {}).await.unwrap_err().code,
        Code::SignedOut
    );
}

#[tokio::test]
async fn state_changed_before_the_second_step() {
    let t = Branch::new(START).await.asking().await;
    let session = try_sign_in(&t, OFFICER, PASSWORD).await.unwrap();
    assert_eq!(session.stage, SessionStage::Enrol);
    let pin = Some(Secret::new("270391"));
    assert_eq!(
        t.desk.set_pin(SetPin { pin }).await.unwrap_err().code,
        Code::SecondFactorMissing
    );
    assert_eq!(
        t.desk.list_sessions(ListSessions {}).await.unwrap_err().code,
        Code::SecondFactorMissing
    );
}
