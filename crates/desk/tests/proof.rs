//! Whoever is signed in proves again who they are before what touches their account.

use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use farthing_api::*;
use farthing_identity::second_factor::code_at;

const START: &str = "2025-03-03T09:00:00Z";

/// What each change of the account says now.
async fn refusals(t: &Branch) -> Vec<(&'static str, Result<(), Code>)> {
    let desk = &t.desk;
    let pin = Some(Secret::new("270391"));
    let contact = SendContactCode {
        contact: Contact::Email,
        to: "new@branch.test".into(),
    };
    let confirm = ConfirmContact {
        challenge: "none".into(),
        code: "000000".into(),
    };
    fn code<T>(answer: Result<T, ApiError>) -> Result<(), Code> {
        answer.map(drop).map_err(|error| error.code)
    }
    vec![
        (
            "authenticator",
            code(desk.offer_second_factor(OfferSecondFactor {}).await),
        ),
        (
            "recovery codes",
            code(desk.new_recovery_codes(NewRecoveryCodes {}).await),
        ),
        ("pin", code(desk.set_pin(SetPin { pin }).await)),
        ("email", code(desk.send_contact_code(contact).await)),
        ("new email", code(desk.confirm_contact(confirm).await)),
    ]
}

async fn all_refused(t: &Branch, when: &str) {
    for (what, answer) in refusals(t).await {
        assert_eq!(answer, Err(Code::ProveAgain), "{what} {when}");
    }
}

async fn none_refused(t: &Branch, when: &str) {
    for (what, answer) in refusals(t).await {
        assert_ne!(answer, Err(Code::ProveAgain), "{what} {when}");
    }
}

/// Signed in by password and authenticator; its key.
async fn enrolled(t: &Branch) -> Secret {
    t.sign_in(OFFICER).await;
    let offer = t.desk.offer_second_factor(OfferSecondFactor {}).await.unwrap();
    let code = code_at(&offer.key, t.now()).unwrap();
    t.desk
        .confirm_second_factor(ConfirmSecondFactor { code })
        .await
        .unwrap();
    offer.key
}

#[tokio::test]
async fn a_change_of_the_account_takes_password_and_authenticator_again() {
    let t = Branch::new(START).await.asking().await;
    let key = enrolled(&t).await;
    all_refused(&t, "after the sign-in alone").await;
    t.set_clock("2025-03-03T09:01:00Z");
    let now = || code_at(&key, t.now()).unwrap();
    let refused = |answer: Result<(), ApiError>| answer.map_err(|error| (error.code, error.field.unwrap_or_default()));
    let without = refused(t.try_to_prove(PASSWORD, "").await);
    assert_eq!(without, Err((Code::Required, "code".into())));
    let wrong = refused(t.try_to_prove("not the password", now().reveal()).await);
    assert_eq!(wrong, Err((Code::WrongOldPassword, "password".into())));
    let wrong = refused(t.try_to_prove(PASSWORD, "0").await);
    assert_eq!(wrong, Err((Code::SecondFactorWrong, "code".into())));
    all_refused(&t, "after wrong tries").await;
    t.try_to_prove(PASSWORD, now().reveal()).await.unwrap();
    none_refused(&t, "after the proof").await;
    // The code of the proof is used up, like any other.
    let again = refused(t.try_to_prove(PASSWORD, now().reveal()).await);
    assert_eq!(again, Err((Code::SecondFactorWrong, "code".into())));
    t.set_clock("2025-03-03T09:05:59Z");
    none_refused(&t, "just before five minutes").await;
    t.set_clock("2025-03-03T09:06:00Z");
    all_refused(&t, "after five minutes").await;
}

#[tokio::test]
async fn a_proof_ends_with_the_lock_the_session_and_the_password() {
    let t = Branch::new(START).await;
    t.sign_in(OFFICER).await;
    t.prove(PASSWORD).await;
    none_refused(&t, "after the proof").await;
    t.desk.lock(Lock {}).await.unwrap();
    let password = Secret::new(PASSWORD);
    t.desk.unlock(Unlock { password }).await.unwrap();
    all_refused(&t, "after the lock").await;
    t.prove(PASSWORD).await;
    t.sign_in(ADMIN).await;
    t.sign_in(OFFICER).await;
    all_refused(&t, "in another session").await;
    t.prove(PASSWORD).await;
    let change = ChangePassword {
        old: Secret::new(PASSWORD),
        new: Secret::new("eleven copper kites over Lisbon"),
    };
    t.desk.change_password(change).await.unwrap();
    all_refused(&t, "after another password").await;
    t.try_to_prove(PASSWORD, "").await.unwrap_err();
    t.prove("eleven copper kites over Lisbon").await;
    none_refused(&t, "after a proof by the new one").await;
}
