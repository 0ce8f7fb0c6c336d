//! The second step of a sign-in: who needs it, what it takes, and what a code is good for.

use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use farthing_api::*;
use farthing_identity::second_factor::code_at;

const PLAIN: &str = "2025-03-03T09:00:00Z";

async fn sign_in(branch: &Branch, email: &str) -> SessionStage {
    let request = SignIn {
        email: email.into(),
        password: Secret::new(PASSWORD),
    };
    branch.desk.sign_in(request).await.unwrap().stage
}

async fn check(branch: &Branch, code: &Secret) -> Result<SessionStage, Code> {
    let request = CheckSecondFactor { code: code.clone() };
    let answer = branch.desk.check_second_factor(request).await;
    answer.map(|session| session.stage).map_err(|error| error.code)
}

/// The one who is signed in sets an authenticator up: its key, and the recovery codes.
async fn enrol(branch: &Branch) -> (Secret, Vec<Secret>) {
    let offer = branch.desk.offer_second_factor(OfferSecondFactor {}).await.unwrap();
    let code = code_at(&offer.key, branch.now()).unwrap();
    let confirm = ConfirmSecondFactor { code };
    let answer = branch.desk.confirm_second_factor(confirm).await.unwrap();
    assert_eq!(answer.session.stage, SessionStage::In);
    (offer.key, answer.codes)
}

fn wrong(key: &Secret, branch: &Branch) -> Secret {
    let near = [-30, 0, 30].map(|s| code_at(key, branch.now() + chrono::Duration::seconds(s)).unwrap());
    let free = (0..)
        .map(|n| Secret::new(format!("{n:06}")))
        .find(|code| !near.contains(code));
    free.unwrap()
}

async fn may_work(branch: &Branch) -> Result<(), Code> {
    let answer = branch
        .desk
        .list_customers(ListCustomers {
            query: ListQuery::default(),
        })
        .await;
    answer.map(drop).map_err(|error| error.code)
}

#[tokio::test]
async fn who_works_here_sets_an_authenticator_up_before_anything_else() {
    let branch = Branch::new(PLAIN).await.asking().await;
    assert_eq!(sign_in(&branch, OFFICER).await, SessionStage::Enrol);
    assert_eq!(may_work(&branch).await, Err(Code::SecondFactorMissing));
    let session = branch.desk.get_session(GetSession {}).await.unwrap();
    assert!(session.permissions.is_empty());

    let offer = branch.desk.offer_second_factor(OfferSecondFactor {}).await.unwrap();
    assert!(offer.picture.reveal().starts_with("<svg") && offer.key.reveal().len() == 32);
    let code = wrong(&offer.key, &branch);
    let refused = branch
        .desk
        .confirm_second_factor(ConfirmSecondFactor { code })
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::SecondFactorWrong, Some("code"))
    );
    let (_, codes) = enrol(&branch).await;
    assert_eq!(codes.len(), 10);
    assert_eq!(may_work(&branch).await, Ok(()));
    branch.desk.sign_out(SignOut {}).await.unwrap();
    assert_eq!(sign_in(&branch, OFFICER).await, SessionStage::SecondFactor);
}

#[tokio::test]
async fn a_code_lets_in_once() {
    let branch = Branch::new(PLAIN).await.asking().await;
    sign_in(&branch, OFFICER).await;
    let (key, recovery) = enrol(&branch).await;
    assert_eq!(sign_in(&branch, OFFICER).await, SessionStage::SecondFactor);
    assert_eq!(may_work(&branch).await, Err(Code::SecondFactorFirst));
    let offer = branch.desk.offer_second_factor(OfferSecondFactor {}).await;
    assert_eq!(
        offer.unwrap_err().code,
        Code::SecondFactorFirst,
        "a password alone changes no second factor"
    );
    // The code that proved the authenticator is used.
    let used = code_at(&key, branch.now()).unwrap();
    assert_eq!(check(&branch, &used).await, Err(Code::SecondFactorWrong));
    branch.set_clock("2025-03-03T09:00:30Z");
    let next = code_at(&key, branch.now()).unwrap();
    assert_eq!(check(&branch, &next).await, Ok(SessionStage::In));
    assert_eq!(may_work(&branch).await, Ok(()));
    sign_in(&branch, OFFICER).await;
    assert_eq!(check(&branch, &next).await, Err(Code::SecondFactorWrong));

    // A recovery code too, however it is typed; the others stay.
    let typed = Secret::new(recovery[3].reveal().to_lowercase().replace('-', " "));
    assert_eq!(check(&branch, &typed).await, Ok(SessionStage::In));
    assert_eq!(
        branch.desk.count_recovery_codes(CountRecoveryCodes {}).await.unwrap(),
        9
    );
    sign_in(&branch, OFFICER).await;
    assert_eq!(check(&branch, &recovery[3]).await, Err(Code::RecoveryWrong));
    assert_eq!(check(&branch, &recovery[4]).await, Ok(SessionStage::In));

    // New ones take the place of those that were left.
    branch.set_clock("2025-03-03T09:01:00Z");
    let code = code_at(&key, branch.now()).unwrap();
    branch.try_to_prove(PASSWORD, code.reveal()).await.unwrap();
    let fresh = branch.desk.new_recovery_codes(NewRecoveryCodes {}).await.unwrap();
    sign_in(&branch, OFFICER).await;
    assert_eq!(check(&branch, &recovery[5]).await, Err(Code::RecoveryWrong));
    assert_eq!(check(&branch, &fresh.codes[0]).await, Ok(SessionStage::In));
}

#[tokio::test]
async fn wrong_codes_end_the_sign_in_and_twenty_in_a_row_rest_for_a_day() {
    let branch = Branch::new(PLAIN).await.asking().await;
    sign_in(&branch, OFFICER).await;
    let (key, recovery) = enrol(&branch).await;
    for round in 0..4 {
        branch.set_clock(&format!("2025-03-03T09:1{round}:00Z"));
        assert_eq!(sign_in(&branch, OFFICER).await, SessionStage::SecondFactor);
        let code = wrong(&key, &branch);
        for _ in 0..4 {
            assert_eq!(check(&branch, &code).await, Err(Code::SecondFactorWrong));
        }
        assert_eq!(check(&branch, &code).await, Err(Code::SecondFactorOver));
        assert_eq!(check(&branch, &code).await, Err(Code::SignedOut));
    }
    branch.set_clock("2025-03-03T10:00:00Z");
    sign_in(&branch, OFFICER).await;
    let right = code_at(&key, branch.now()).unwrap();
    assert_eq!(check(&branch, &right).await, Err(Code::SecondFactorSuspended));
    assert_eq!(check(&branch, &recovery[0]).await, Err(Code::SecondFactorSuspended));
    branch.set_clock("2025-03-04T09:14:00Z");
    sign_in(&branch, OFFICER).await;
    let right = code_at(&key, branch.now()).unwrap();
    assert_eq!(check(&branch, &right).await, Ok(SessionStage::In));
}

#[tokio::test]
async fn an_administrator_helps_who_lost_theirs_and_nobody_helps_themselves() {
    let branch = Branch::new(PLAIN).await.asking().await;
    sign_in(&branch, OFFICER).await;
    let (old, _) = enrol(&branch).await;
    let officer = branch.desk.get_session(GetSession {}).await.unwrap().user;
    let reset = |user| ResetSecondFactor { user };
    let refused = branch.desk.reset_second_factor(reset(officer)).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);

    sign_in(&branch, ADMIN).await;
    enrol(&branch).await;
    let admin = branch.desk.get_session(GetSession {}).await.unwrap().user;
    let refused = branch.desk.reset_second_factor(reset(admin)).await.unwrap_err();
    assert_eq!(refused.code, Code::OwnAccess);
    branch.desk.reset_second_factor(reset(officer)).await.unwrap();
    let report = branch.desk.verify_book(VerifyBook {}).await.unwrap();
    assert_eq!(report.findings, Vec::<String>::new());

    branch.set_clock("2025-03-03T09:05:00Z");
    assert_eq!(sign_in(&branch, OFFICER).await, SessionStage::Enrol);
    let stale = code_at(&old, branch.now()).unwrap();
    assert_eq!(check(&branch, &stale).await, Err(Code::SecondFactorMissing));
    enrol(&branch).await;
}

/// A new password is no second factor: whoever resets it still gives the code of the authenticator that they had.
#[tokio::test]
async fn the_second_factor_stays_after_a_reset() {
    const NEW: &str = "quite another wooden bridge 4";
    let branch = Branch::new(PLAIN).await.asking().await;
    sign_in(&branch, OFFICER).await;
    let (key, recovery) = enrol(&branch).await;
    let branch = branch.asking().await;
    let reset = ResetWithKit {
        email: OFFICER.into(),
        password: Secret::new(NEW),
        recovery: branch.kit.clone(),
    };
    branch.desk.reset_with_kit(reset).await.unwrap();
    branch.set_clock("2025-03-03T09:05:00Z");
    let request = SignIn {
        email: OFFICER.into(),
        password: Secret::new(NEW),
    };
    let session = branch.desk.sign_in(request).await.unwrap();
    assert_eq!(session.stage, SessionStage::SecondFactor);
    assert_eq!(may_work(&branch).await, Err(Code::SecondFactorFirst));
    let code = code_at(&key, branch.now()).unwrap();
    assert_eq!(check(&branch, &code).await, Ok(SessionStage::In));
    let left = branch.desk.count_recovery_codes(CountRecoveryCodes {}).await.unwrap();
    assert_eq!(left as usize, recovery.len());
}

/// A sign-in that stops half way doesn't wait for someone else to go on with it.
#[tokio::test]
async fn half_a_sign_in_ends_when_nobody_goes_on() {
    let branch = Branch::new(PLAIN).await.asking().await;
    sign_in(&branch, OFFICER).await;
    let (key, _) = enrol(&branch).await;
    sign_in(&branch, OFFICER).await;
    branch.set_clock("2025-03-03T09:06:00Z");
    let code = code_at(&key, branch.now()).unwrap();
    assert_eq!(check(&branch, &code).await, Err(Code::SignedOut));
    sign_in(&branch, OFFICER).await;
    branch.desk.lock(Lock {}).await.unwrap();
    assert_eq!(check(&branch, &code).await, Err(Code::SignedOut));
}
