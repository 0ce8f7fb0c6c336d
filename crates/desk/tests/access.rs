//! How people come to have access: asking for it, being invited, being let in; before and after the book is open.

use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use farthing_api::*;

const START: &str = "2025-03-03T09:00:00Z";
const NEW: &str = "nia@branch.test";
const THEIRS: &str = "seven quiet lanterns drift 4";

async fn ask(t: &Branch, email: &str) -> Result<(), ApiError> {
    let request = SignUp {
        name: "Nia".into(),
        email: email.into(),
        password: Secret::new(THEIRS),
    };
    t.desk.sign_up(request).await
}

async fn sign_in_as(t: &Branch, email: &str) -> Result<SessionView, ApiError> {
    let request = SignIn {
        email: email.into(),
        password: Secret::new(THEIRS),
    };
    t.desk.sign_in(request).await
}

async fn user(t: &Branch, email: &str) -> Option<UserView> {
    let users = t.desk.list_users(ListUsers {}).await.unwrap();
    users.into_iter().find(|u| u.email == email)
}

async fn admit(t: &Branch, user: UserId, role: Option<Role>) -> Result<(), ApiError> {
    t.desk.admit_user(AdmitUser { user, role }).await
}

#[tokio::test]
async fn who_asks_before_the_book_is_open_waits_until_an_administrator_lets_them_in() {
    let t = Branch::new(START).await.restarted().await;
    ask(&t, NEW).await.unwrap();
    let file = std::fs::read_to_string(t.path().join("desk.book.keys")).unwrap();
    assert!(!file.contains("Nia") && !file.contains(NEW) && !file.contains(THEIRS));
    assert_eq!(sign_in_as(&t, NEW).await.unwrap_err().code, Code::WrongPassword);
    t.sign_in(OFFICER).await;
    let waits = user(&t, NEW).await.unwrap();
    assert!(waits.pending && !waits.active && waits.has_password && !waits.invited);
    assert_eq!(sign_in_as(&t, NEW).await.unwrap_err().code, Code::WrongPassword);
    assert_eq!(
        admit(&t, waits.id, Some(Role::Officer)).await.unwrap_err().code,
        Code::Forbidden
    );

    t.sign_in(ADMIN).await;
    assert_eq!(
        admit(&t, waits.id, Some(Role::Customer)).await.unwrap_err().code,
        Code::NotStaff
    );
    admit(&t, waits.id, Some(Role::Cashier)).await.unwrap();
    assert_eq!(admit(&t, waits.id, None).await.unwrap_err().code, Code::UserDecided);
    assert_eq!(sign_in_as(&t, NEW).await.unwrap().role, Role::Cashier);
    t.check().await;
    // The slot opens the book by itself.
    let t = t.restarted().await;
    assert_eq!(sign_in_as(&t, NEW).await.unwrap().role, Role::Cashier);
    // What was refused before the unlock is in the audit.
    t.sign_in(ADMIN).await;
    let query = ListQuery {
        filter: "refused".into(),
        ..ListQuery::default()
    };
    let rows = t.desk.list_audit(ListAudit { query }).await.unwrap().rows;
    let wrong = rows.iter().filter(|row| row.refused == Some(Code::WrongPassword));
    assert_eq!(wrong.count(), 2, "{rows:?}");
}

#[tokio::test]
async fn asking_with_a_known_email_answers_the_same_and_changes_nothing() {
    let t = Branch::new(START).await;
    ask(&t, OFFICER).await.unwrap();
    ask(&t, ADMIN).await.unwrap();
    let users = t.desk.list_users(ListUsers {}).await.unwrap();
    assert!(users.iter().all(|u| u.active && !u.pending) && users.len() == 2);
    t.sign_in(OFFICER).await;
    assert_eq!(sign_in_as(&t, OFFICER).await.unwrap_err().code, Code::WrongPassword);
    // Nor does who asks a second time put another password in the place of the first.
    ask(&t, NEW).await.unwrap();
    let again = SignUp {
        name: "Someone else".into(),
        email: NEW.into(),
        password: Secret::new(PASSWORD),
    };
    t.desk.sign_up(again).await.unwrap();
    t.sign_in(ADMIN).await;
    let waits = user(&t, NEW).await.unwrap();
    assert_eq!(waits.name, "Nia");
    admit(&t, waits.id, Some(Role::Officer)).await.unwrap();
    sign_in_as(&t, NEW).await.unwrap();
    t.check().await;
}

#[tokio::test]
async fn who_was_turned_away_may_ask_again() {
    let t = Branch::new(START).await;
    ask(&t, NEW).await.unwrap();
    let first = user(&t, NEW).await.unwrap();
    let access = SetUserAccess {
        user: first.id,
        password: Some(Secret::new(PASSWORD)),
    };
    assert_eq!(t.desk.set_user_access(access).await.unwrap_err().code, Code::UserWaits);
    admit(&t, first.id, None).await.unwrap();
    assert!(user(&t, NEW).await.is_none());
    assert_eq!(sign_in_as(&t, NEW).await.unwrap_err().code, Code::WrongPassword);
    ask(&t, NEW).await.unwrap();
    let second = user(&t, NEW).await.unwrap();
    assert_ne!(first.id, second.id);
    admit(&t, second.id, Some(Role::Officer)).await.unwrap();
    sign_in_as(&t, NEW).await.unwrap();

    // Access that is there is not given again: a new password would go unrecorded.
    t.sign_in(ADMIN).await;
    let again = SetUserAccess {
        user: second.id,
        password: Some(Secret::new("another long password 7 birds")),
    };
    assert_eq!(t.desk.set_user_access(again).await.unwrap_err().code, Code::HasAccess);
    sign_in_as(&t, NEW).await.unwrap();
    t.check().await;
}

#[tokio::test]
async fn an_invitation_is_taken_up_once_and_says_the_role() {
    let t = Branch::new(START).await;
    let invite = InviteUser {
        role: Role::Supervisor,
        name: "Nia Mwangi".into(),
        email: NEW.into(),
    };
    let invited = t.desk.invite_user(invite.clone()).await.unwrap();
    assert!(invited.pending && invited.invited && !invited.has_password);
    assert_eq!(t.desk.invite_user(invite).await.unwrap_err().code, Code::EmailTaken);
    let early = admit(&t, invited.id, Some(Role::Supervisor)).await.unwrap_err();
    assert_eq!(early.code, Code::NoPasswordYet);
    ask(&t, NEW).await.unwrap();
    let waits = user(&t, NEW).await.unwrap();
    assert!(waits.has_password && waits.role == Role::Supervisor && waits.name == "Nia Mwangi");
    admit(&t, waits.id, Some(waits.role)).await.unwrap();
    assert_eq!(sign_in_as(&t, NEW).await.unwrap().role, Role::Supervisor);
    t.check().await;
}

#[tokio::test]
async fn twenty_may_ask_while_the_book_is_closed() {
    let t = Branch::new(START).await.restarted().await;
    for n in 0..20 {
        ask(&t, &format!("n{n}@branch.test")).await.unwrap();
    }
    assert_eq!(ask(&t, NEW).await.unwrap_err().code, Code::SignUpFull);
    t.sign_in(ADMIN).await;
    let users = t.desk.list_users(ListUsers {}).await.unwrap();
    assert_eq!(users.iter().filter(|u| u.pending).count(), 20);
    ask(&t, NEW).await.unwrap();
    t.check().await;
}
