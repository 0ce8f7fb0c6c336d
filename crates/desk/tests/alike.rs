//! Known and unknown names cost the same work, where anybody may ask: the same derivations from passwords, the same number of
//! times that the database is asked, the same messages put into words. Work is counted and not time, which would depend on the
//! machine. The counts are of the whole process: each test has one of its own.

use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use crate::gateway::Gateway;
use crate::town::{AMINA, Town};
use farthing_api::*;
use farthing_identity::work;

const WRONG: &str = "seven oblong kettles whisper 8";

/// Derivations, askings of the database and messages of one request.
type Work = (u64, u64, u64);

async fn counted<T>(branch: &Branch, what: impl Future<Output = T>) -> (T, Work) {
    let before = (
        work::derivations(),
        branch.desk.times_asked().await.unwrap(),
        work::messages(),
    );
    let done = what.await;
    let asked = branch.desk.times_asked().await.unwrap();
    let after = (
        work::derivations() - before.0,
        asked - before.1,
        work::messages() - before.2,
    );
    (done, after)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_fails_costs_the_same_whoever_it_is() {
    let t = Town::new().await;
    t.customer().await;
    let mut all = Vec::new();
    for email in [
        AMINA,
        OFFICER,
        "nobody@else.example.org",
        ADMIN,
        "another@else.example.org",
    ] {
        let request = SignIn {
            email: email.into(),
            password: Secret::new(WRONG),
        };
        let (answer, work) = counted(&t.branch, t.desk().sign_in(request)).await;
        let error = answer.unwrap_err();
        all.push(((error.code, error.field), work));
    }
    assert_eq!(all[0].1.0, 1, "one derivation");
    assert_eq!(all[0].0.0, Code::WrongPassword);
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_many_wrong_passwords_known_and_unknown_names_wait_alike() {
    let t = Town::new().await;
    t.customer().await;
    let mut waits = Vec::new();
    for (hour, email) in ["10", "12", "14"]
        .into_iter()
        .zip([AMINA, "nobody@else.example.org", OFFICER])
    {
        let mut answers = Vec::new();
        for minute in 0..9 {
            t.branch.set_clock(&format!("2025-03-03T{hour}:{minute:02}:00Z"));
            let request = SignIn {
                email: email.into(),
                password: Secret::new(WRONG),
            };
            for _ in 0..2 {
                let error = t.desk().sign_in(request.clone()).await.unwrap_err();
                answers.push((error.code, error.kind));
            }
        }
        waits.push(answers);
    }
    assert!(waits[0].iter().any(|(code, _)| *code == Code::Wait), "{waits:?}");
    assert!(waits.iter().all(|one| *one == waits[0]), "{waits:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_for_a_new_password_costs_the_same_whoever_asks() {
    let t = Town::new().await;
    t.customer().await;
    // Her email was verified by a code a moment ago, and the next message may go out a minute later.
    t.branch.set_clock("2025-03-03T10:00:00Z");
    let mut all = Vec::new();
    for email in [AMINA, "nobody@else.example.org", OFFICER] {
        let email = email.to_string();
        let (answer, work) = counted(&t.branch, t.desk().send_reset_link(SendResetLink { email })).await;
        all.push((answer.unwrap(), work));
    }
    assert_eq!((all[0].1.0, all[0].1.2), (0, 1), "one message");
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_to_sign_in_costs_the_same_whoever_asks() {
    let t = Town::new().await;
    let customer = t.customer().await;
    let gateway = Gateway::start();
    t.branch.sign_in(ADMIN).await;
    let settings = Some(gateway.settings());
    t.desk().save_sms(SaveSms { settings }).await.unwrap();
    t.branch.sign_in(OFFICER).await;
    let contact = Contact::Phone;
    let sent = t.desk().send_code(SendCode { customer, contact }).await.unwrap();
    let (challenge, code) = (sent.challenge, gateway.code().into());
    let verify = VerifyCode {
        customer,
        challenge,
        code,
    };
    t.desk().verify_code(verify).await.unwrap();
    t.branch.set_clock("2025-03-03T10:00:00Z");
    for (known, unknown) in [(AMINA, "nobody@else.example.org"), ("+254700000001", "+254700000099")] {
        let mut all = Vec::new();
        for to in [known, unknown] {
            let to = to.to_string();
            let (answer, work) = counted(&t.branch, t.desk().send_sign_in_code(SendSignInCode { to })).await;
            let sent = answer.unwrap();
            let wrong = SignInWithCode {
                challenge: sent.challenge,
                code: "abcdef".into(),
            };
            let (answer, tried) = counted(&t.branch, t.desk().sign_in_with_code(wrong)).await;
            all.push((work, answer.unwrap_err().code, tried));
        }
        assert_eq!((all[0].0.0, all[0].0.2, all[0].1), (0, 1, Code::WrongCode));
        assert_eq!(all[0], all[1], "{known}");
    }
}

/// Whoever asks, one derivation, no message, and a letter that is read later: the database is asked as often.
#[tokio::test(flavor = "multi_thread")]
async fn asking_for_access_costs_the_same_derivation_whoever_asks() {
    let t = Town::new().await;
    t.customer().await;
    t.desk().sign_out(SignOut {}).await.unwrap();
    let mut all = Vec::new();
    for email in [
        "nobody@else.example.org",
        AMINA,
        OFFICER,
        ADMIN,
        "nobody@else.example.org",
    ] {
        let request = SignUp {
            name: "Nia".into(),
            email: email.into(),
            password: Secret::new(PASSWORD),
        };
        let (answer, work) = counted(&t.branch, t.desk().sign_up(request)).await;
        answer.unwrap();
        all.push(work);
    }
    assert_eq!((all[0].0, all[0].2), (1, 0), "one derivation, no message");
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
}
