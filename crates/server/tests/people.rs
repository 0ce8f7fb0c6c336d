//! Who works at several desks: authenticators, people who wait to be let in, second persons, and access that ends.

use crate::common::*;
use crate::office::Office;
use farthing_api::*;
use farthing_identity::second_factor::code_at;

const SECOND: &str = "plum vexed kiln harbours moss 4";
const NEW: &str = "ines@branch.test";

async fn stage(desk: &Desk, email: &str, password: &str) -> Result<SessionStage, Code> {
    let (email, password) = (email.to_string(), Secret::new(password));
    let answer = desk.sign_in(SignIn { email, password }).await;
    answer.map(|session| session.stage).map_err(|error| error.code)
}

/// The one who is signed in sets an authenticator up.
async fn enrol(desk: &Desk, now: chrono::DateTime<chrono::Utc>) -> Secret {
    let offer = desk.offer_second_factor(OfferSecondFactor {}).await.unwrap();
    let code = code_at(&offer.key, now).unwrap();
    desk.confirm_second_factor(ConfirmSecondFactor { code }).await.unwrap();
    offer.key
}

async fn person(desk: &Desk, email: &str) -> UserView {
    let users = desk.list_users(ListUsers {}).await.unwrap();
    users.into_iter().find(|user| user.email == email).unwrap()
}

fn administrator(email: &str, password: &str) -> AddUser {
    AddUser {
        role: Role::Administrator,
        name: "Bea".into(),
        email: email.into(),
        password: Secret::new(password),
    }
}

async fn ask(desk: &Desk) {
    let request = SignUp {
        name: "Ines".into(),
        email: NEW.into(),
        password: Secret::new(SECOND),
    };
    desk.sign_up(request).await.unwrap();
}

async fn admit(desk: &Desk, role: Option<Role>) -> Result<(), Code> {
    let user = person(desk, NEW).await.id;
    let answer = desk.admit_user(AdmitUser { user, role }).await;
    answer.map_err(|error| error.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_that_was_set_up_at_one_desk_is_asked_for_at_the_other() {
    let office = Office::new().await.asking().await;
    let (a, b) = (&office.a.desk, &office.b);
    assert_eq!(stage(a, ADMIN, PASSWORD).await, Ok(SessionStage::Enrol));
    let key = enrol(a, office.a.now()).await;
    a.run_sync().await.unwrap();
    // Desk B learns of it with its next contact, for which nobody needs to be in.
    assert_eq!(stage(b, ADMIN, PASSWORD).await, Ok(SessionStage::Enrol));
    b.run_sync().await.unwrap();
    assert_eq!(
        b.get_session(GetSession {}).await.unwrap_err().kind,
        ErrorKind::SignedOut,
        "a sign-in that was to set up another one is over"
    );
    assert_eq!(stage(b, ADMIN, PASSWORD).await, Ok(SessionStage::SecondFactor));
    let offered = b.offer_second_factor(OfferSecondFactor {}).await.unwrap_err();
    assert_eq!(offered.code, Code::SecondFactorFirst);
    let code = code_at(&key, office.a.now()).unwrap();
    let session = b.check_second_factor(CheckSecondFactor { code }).await.unwrap();
    assert_eq!(session.stage, SessionStage::In);

    // Taken away at one desk, it is set up anew at any.
    b.add_user(administrator(NEW, SECOND)).await.unwrap();
    assert_eq!(stage(b, NEW, SECOND).await, Ok(SessionStage::Enrol));
    enrol(b, office.a.now()).await;
    let user = person(b, ADMIN).await.id;
    b.reset_second_factor(ResetSecondFactor { user }).await.unwrap();
    b.run_sync().await.unwrap();
    a.run_sync().await.unwrap();
    assert_eq!(stage(a, ADMIN, PASSWORD).await, Ok(SessionStage::Enrol));
    assert_eq!(stage(a, NEW, SECOND).await, Ok(SessionStage::SecondFactor));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_that_is_taken_away_at_one_desk_ends_the_suspension_at_the_other() {
    let office = Office::new().await.asking().await;
    let (a, b) = (&office.a.desk, &office.b);
    assert_eq!(stage(a, ADMIN, PASSWORD).await, Ok(SessionStage::Enrol));
    enrol(a, office.a.now()).await;
    a.add_user(administrator(NEW, SECOND)).await.unwrap();
    a.run_sync().await.unwrap();
    assert_eq!(stage(b, ADMIN, PASSWORD).await, Ok(SessionStage::Enrol));
    b.run_sync().await.unwrap();
    assert_eq!(stage(b, NEW, SECOND).await, Ok(SessionStage::Enrol));
    enrol(b, office.a.now()).await;

    let check = async |code: &str| {
        let code = Secret::new(code);
        let checked = a.check_second_factor(CheckSecondFactor { code }).await;
        checked.map_err(|error| error.code)
    };
    for _ in 0..4 {
        assert_eq!(stage(a, ADMIN, PASSWORD).await, Ok(SessionStage::SecondFactor));
        for _ in 0..4 {
            assert_eq!(check("000").await.unwrap_err(), Code::SecondFactorWrong);
        }
        assert_eq!(check("000").await.unwrap_err(), Code::SecondFactorOver);
    }
    assert_eq!(stage(a, ADMIN, PASSWORD).await, Ok(SessionStage::SecondFactor));
    assert_eq!(check("000").await.unwrap_err(), Code::SecondFactorSuspended);

    let user = person(b, ADMIN).await.id;
    b.reset_second_factor(ResetSecondFactor { user }).await.unwrap();
    b.run_sync().await.unwrap();
    a.run_sync().await.unwrap();
    assert_eq!(stage(a, ADMIN, PASSWORD).await, Ok(SessionStage::Enrol));
    let key = enrol(a, office.a.now()).await;
    assert_eq!(stage(a, ADMIN, PASSWORD).await, Ok(SessionStage::SecondFactor));
    office.a.set_clock("2025-03-02T09:01:00Z");
    let code = code_at(&key, office.a.now()).unwrap();
    assert_eq!(check(code.reveal()).await.unwrap().stage, SessionStage::In);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_brings_its_authenticators_to_the_server() {
    let a = Branch::new("2025-03-02T09:00:00Z").await.asking().await;
    assert_eq!(stage(&a.desk, ADMIN, PASSWORD).await, Ok(SessionStage::Enrol));
    let key = enrol(&a.desk, a.now()).await;
    let office = Office::brought(a).await;
    let b = &office.b;
    assert_eq!(stage(b, ADMIN, PASSWORD).await, Ok(SessionStage::SecondFactor));
    let code = code_at(&key, office.a.now()).unwrap();
    b.check_second_factor(CheckSecondFactor { code }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_access_at_one_desk_is_let_in_at_the_other_and_works_at_both() {
    let office = Office::new().await;
    let (a, b) = (&office.a.desk, &office.b);
    ask(a).await;
    office.sync().await;
    assert!(person(b, NEW).await.has_password);
    admit(b, Some(Role::Cashier)).await.unwrap();
    assert_eq!(stage(b, NEW, SECOND).await, Ok(SessionStage::In));
    office.sync().await;
    assert_eq!(stage(a, NEW, SECOND).await, Ok(SessionStage::In));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_invited_answers_at_one_desk_and_is_let_in_at_the_other() {
    let office = Office::new().await;
    let (a, b) = (&office.a.desk, &office.b);
    let invite = InviteUser {
        role: Role::Supervisor,
        name: "Ines".into(),
        email: NEW.into(),
    };
    a.invite_user(invite).await.unwrap();
    office.sync().await;
    assert_eq!(admit(b, Some(Role::Supervisor)).await, Err(Code::NoPasswordYet));
    ask(a).await;
    office.sync().await;
    admit(b, Some(Role::Supervisor)).await.unwrap();
    office.sync().await;
    for desk in [a, b] {
        assert_eq!(stage(desk, NEW, SECOND).await, Ok(SessionStage::In));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_person_decides_at_another_desk_and_the_password_goes_along() {
    let office = Office::new().await;
    let (a, b) = (&office.a.desk, &office.b);
    a.add_user(administrator("bea@branch.test", PASSWORD)).await.unwrap();
    let rules = SecondPersonRules([(Guarded::People, Money::ZERO)].into_iter().collect());
    a.save_second_person_rules(SaveSecondPersonRules { rules })
        .await
        .unwrap();
    office.sync().await;
    let asked = a.add_user(administrator(NEW, SECOND)).await.unwrap_err();
    assert_eq!(asked.kind, ErrorKind::Waiting);
    office.sync().await;
    assert_eq!(stage(b, "bea@branch.test", PASSWORD).await, Ok(SessionStage::In));
    let waiting = ListRequests { waiting: true, page: 0 };
    let request = b.list_requests(waiting).await.unwrap().rows.remove(0);
    let decide = DecideRequest {
        request: request.id,
        hash: request.hash.clone(),
        approve: true,
        reason: "As agreed".into(),
    };
    let decided = b.decide_request(decide).await.unwrap();
    assert_eq!(decided.state, RequestState::Done);
    assert_eq!(stage(b, NEW, SECOND).await, Ok(SessionStage::In));
    office.sync().await;
    assert_eq!(stage(a, NEW, SECOND).await, Ok(SessionStage::In));
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_ends_at_one_desk_ends_the_session_at_the_other() {
    let office = Office::new().await;
    let (a, b) = (&office.a.desk, &office.b);
    ask(a).await;
    admit(a, Some(Role::Cashier)).await.unwrap();
    office.sync().await;
    assert_eq!(stage(b, NEW, SECOND).await, Ok(SessionStage::In));
    let user = person(a, NEW).await.id;
    let access = SetUserAccess { user, password: None };
    a.set_user_access(access).await.unwrap();
    a.run_sync().await.unwrap();
    b.run_sync().await.unwrap();
    let over = b.get_session(GetSession {}).await.unwrap_err();
    assert_eq!(over.kind, ErrorKind::SignedOut);
    assert_eq!(stage(b, NEW, SECOND).await, Err(Code::WrongPassword));
}
