//! Sessions: the lock, the PIN, the list, and what ends them.

use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use farthing_api::*;

const START: &str = "2025-03-03T09:00:00Z";
const PIN: &str = "270391";

async fn set_pin(t: &Branch) {
    t.prove(PASSWORD).await;
    let pin = Some(Secret::new(PIN));
    assert!(t.desk.set_pin(SetPin { pin }).await.unwrap().has_pin);
}

async fn pin(t: &Branch, pin: &str) -> Result<SessionView, Code> {
    let request = UnlockWithPin { pin: Secret::new(pin) };
    t.desk.unlock_with_pin(request).await.map_err(|error| error.code)
}

async fn unlock(t: &Branch, password: &str) -> Result<SessionView, Code> {
    let request = Unlock {
        password: Secret::new(password),
    };
    t.desk.unlock(request).await.map_err(|error| error.code)
}

async fn sessions(t: &Branch) -> Vec<SessionRow> {
    t.desk.list_sessions(ListSessions {}).await.unwrap()
}

async fn current(t: &Branch) -> String {
    let rows = sessions(t).await;
    rows.into_iter().find(|row| row.current).unwrap().id
}

async fn works(t: &Branch) -> Result<(), Code> {
    let request = ListUsers {};
    t.desk.list_users(request).await.map(drop).map_err(|error| error.code)
}

#[tokio::test]
async fn five_idle_minutes_end_a_session_and_the_pin_begins_another() {
    let t = Branch::new(START).await;
    t.sign_in(OFFICER).await;
    set_pin(&t).await;
    t.set_clock("2025-03-03T09:05:00Z");
    assert_eq!(works(&t).await, Ok(()));
    t.set_clock("2025-03-03T09:10:01Z");
    assert_eq!(works(&t).await, Err(Code::Locked));
    assert_eq!(pin(&t, "270392").await, Err(Code::PinWrong));
    assert!(!pin(&t, PIN).await.unwrap().locked);
    assert_eq!(works(&t).await, Ok(()));
    let rows = sessions(&t).await;
    assert_eq!(
        (rows[0].by, rows[0].ended, rows[0].current),
        (SignedInBy::Pin, None, true)
    );
    assert_eq!(rows[1].ended.unwrap().1, SessionEnd::Locked);
    // The officer sees their own only.
    assert!(rows.iter().all(|row| row.name == "Olu"));
}

#[tokio::test]
async fn twelve_hours_end_a_session_however_busy() {
    let t = Branch::new("2025-03-03T06:00:00Z").await;
    t.sign_in(OFFICER).await;
    for minute in (0..12 * 60).step_by(4) {
        t.set_clock(&format!("2025-03-03T{:02}:{:02}:00Z", 6 + minute / 60, minute % 60));
        assert_eq!(works(&t).await, Ok(()), "after {minute} minutes");
    }
    t.set_clock("2025-03-03T18:00:00Z");
    assert_eq!(works(&t).await, Err(Code::Locked));
    assert!(!unlock(&t, PASSWORD).await.unwrap().locked);
    assert_eq!(works(&t).await, Ok(()));
}

#[tokio::test]
async fn three_wrong_pins_and_only_the_password_helps() {
    let t = Branch::new(START).await;
    set_pin(&t).await;
    t.desk.lock(Lock {}).await.unwrap();
    assert_eq!(pin(&t, "111222").await, Err(Code::PinWrong));
    assert_eq!(pin(&t, "111222").await, Err(Code::PinWrong));
    assert_eq!(pin(&t, "111222").await, Err(Code::PinGone));
    assert_eq!(pin(&t, PIN).await, Err(Code::PinGone));
    assert_eq!(unlock(&t, "not the password").await, Err(Code::WrongPassword));
    assert!(!unlock(&t, PASSWORD).await.unwrap().has_pin);
    // Every one of them is in the audit.
    let query = ListQuery {
        filter: "refused".into(),
        ..ListQuery::default()
    };
    let rows = t.desk.list_audit(ListAudit { query }).await.unwrap().rows;
    let count = |code| rows.iter().filter(|row| row.refused == Some(code)).count();
    assert_eq!((count(Code::PinWrong), count(Code::PinGone)), (2, 2));
    assert_eq!(count(Code::WrongPassword), 1);
}

#[tokio::test]
async fn a_pin_ends_with_the_process_and_with_the_key() {
    let t = Branch::new(START).await;
    set_pin(&t).await;
    t.desk.forget().await;
    assert_eq!(works(&t).await, Err(Code::SignedOut));
    assert_eq!(pin(&t, PIN).await, Err(Code::SignedOut));
    t.sign_in(ADMIN).await;
    assert!(!t.desk.get_session(GetSession {}).await.unwrap().has_pin);
    let rows = sessions(&t).await;
    let ended = rows.iter().filter_map(|row| row.ended);
    assert_eq!(ended.map(|(_, why)| why).collect::<Vec<_>>(), [SessionEnd::Machine]);
}

#[tokio::test]
async fn a_locked_session_waits_beside_another_until_it_is_ended() {
    let t = Branch::new(START).await;
    t.sign_in(OFFICER).await;
    set_pin(&t).await;
    let with_pin = SignIn {
        email: OFFICER.into(),
        password: Secret::new(PIN),
    };
    t.desk.lock(Lock {}).await.unwrap();
    t.desk.sign_out(SignOut {}).await.unwrap();
    t.sign_in(ADMIN).await;
    let waits = sessions(&t).await.into_iter().find(|row| row.resumable).unwrap();
    assert_eq!(waits.name, "Olu");
    // Back by the PIN, and locked again.
    t.desk.sign_out(SignOut {}).await.unwrap();
    let back = t.desk.sign_in(with_pin.clone()).await.unwrap();
    assert_eq!(back.role, Role::Officer);
    t.desk.lock(Lock {}).await.unwrap();
    t.desk.sign_out(SignOut {}).await.unwrap();

    // The administrator ends it: its PIN is worth nothing any more.
    t.sign_in(ADMIN).await;
    t.prove(PASSWORD).await;
    let rows = sessions(&t).await;
    let waits = rows.iter().find(|row| row.resumable).unwrap();
    let gone = EndSession {
        session: rows
            .iter()
            .find(|row| !row.resumable && !row.current)
            .unwrap()
            .id
            .clone(),
    };
    assert_eq!(t.desk.end_session(gone).await.unwrap_err().code, Code::NoSession);
    let end = EndSession {
        session: waits.id.clone(),
    };
    t.desk.end_session(end.clone()).await.unwrap();
    assert_eq!(t.desk.end_session(end.clone()).await.unwrap_err().code, Code::NoSession);
    let row = sessions(&t)
        .await
        .into_iter()
        .find(|row| row.id == end.session)
        .unwrap();
    assert_eq!(row.ended.unwrap().1, SessionEnd::Revoked);
    t.desk.sign_out(SignOut {}).await.unwrap();
    t.desk.sign_in(with_pin).await.unwrap_err();

    // Nobody ends what is not theirs; one's own of now ends at once.
    t.sign_in(ADMIN).await;
    let admins = current(&t).await;
    t.sign_in(OFFICER).await;
    let others = EndSession { session: admins };
    assert_eq!(t.desk.end_session(others).await.unwrap_err().code, Code::NoSession);
    let own = EndSession {
        session: current(&t).await,
    };
    t.desk.end_session(own).await.unwrap();
    assert_eq!(works(&t).await, Err(Code::SignedOut));
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_the_pin() {
    let t = Branch::new(START).await;
    t.sign_in(OFFICER).await;
    set_pin(&t).await;
    let change = ChangePassword {
        old: Secret::new(PASSWORD),
        new: Secret::new("eleven copper kites over Lisbon"),
    };
    t.desk.change_password(change).await.unwrap();
    assert_eq!(works(&t).await, Ok(()), "this session goes on");
    assert!(!t.desk.get_session(GetSession {}).await.unwrap().has_pin);

    // Access that is taken away ends what waits.
    t.desk.lock(Lock {}).await.unwrap();
    let officer = sessions_of_locked(&t).await;
    t.desk.sign_out(SignOut {}).await.unwrap();
    t.sign_in(ADMIN).await;
    let take = SetUserAccess {
        user: officer,
        password: None,
    };
    t.desk.set_user_access(take).await.unwrap();
    assert!(sessions(&t).await.iter().all(|row| !row.resumable));
}

async fn sessions_of_locked(t: &Branch) -> UserId {
    t.desk.get_session(GetSession {}).await.unwrap().user
}

#[tokio::test]
async fn a_customer_does_not_come_back_to_a_lock() {
    let t = Branch::new(START).await;
    let customer = crate::common::loans::customer(&t.desk).await;
    let pin = Some(Secret::new(PIN));
    assert!(customer.row.name.contains("Venkataraman"));
    t.prove(PASSWORD).await;
    t.desk.set_pin(SetPin { pin: pin.clone() }).await.unwrap();
    t.desk.sign_out(SignOut {}).await.unwrap();
    assert_eq!(t.desk.set_pin(SetPin { pin }).await.unwrap_err().code, Code::SignedOut);
}
