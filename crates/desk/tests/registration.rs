//! A customer who registers themself at the sign-in screen, against a mail server and a gateway that are really asked.

use crate::common::{ADMIN, OFFICER, PASSWORD};
use crate::gateway::Gateway;
use crate::town::{AMINA, Town};
use farthing_api::*;
use farthing_identity::work;

const INES: &str = "ines@example.org";
const PHONE: &str = "+254 700 000 077";

fn form(email: &str) -> RegisterMyself {
    RegisterMyself {
        first_name: " Ines ".into(),
        last_name: "Duarte".into(),
        email: email.into(),
        phone: PHONE.into(),
        language: "fr".into(),
        password: Secret::new(PASSWORD),
        again: None,
    }
}

fn again(email: &str, sent: &CodeSent) -> RegisterMyself {
    RegisterMyself {
        again: Some(sent.challenge.clone()),
        ..form(email)
    }
}

fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

impl Town {
    /// The code came back, or something else did.
    async fn confirm(&self, sent: &CodeSent, code: &str) -> Result<SessionView, Code> {
        let (challenge, code) = (sent.challenge.clone(), Secret::new(code));
        let request = ConfirmRegistration { challenge, code };
        self.desk()
            .confirm_registration(request)
            .await
            .map_err(|error| error.code)
    }

    /// Staff has opened the book and gone.
    async fn kiosk() -> Town {
        let t = Town::new().await;
        t.desk().sign_out(SignOut {}).await.unwrap();
        t
    }

    async fn customers(&self) -> Vec<CustomerRow> {
        self.branch.sign_in(ADMIN).await;
        let query = ListQuery::default();
        let rows = self.desk().list_customers(ListCustomers { query }).await.unwrap().rows;
        self.desk().sign_out(SignOut {}).await.unwrap();
        rows
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_code_makes_a_customer_who_is_in() {
    let t = Town::kiosk().await;
    let sent = t.desk().register_myself(form("Ines@Example.org ")).await.unwrap();
    assert_eq!((sent.minutes, sent.resend_after), (10, 60));
    let (to, mail) = t.sink.next();
    assert_eq!(to, INES);
    // In the language of the page.
    assert!(
        mail.contains("Subject: Votre code") && mail.contains(&sent.reference),
        "{mail}"
    );
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|c| c.is_ascii_digit());
    let code = mail.lines().map(str::trim).find(is_code).unwrap().to_string();
    assert!(t.customers().await.is_empty(), "nobody is kept before the code is back");

    let session = t.confirm(&sent, &code).await.unwrap();
    assert_eq!((session.role, session.name.as_str()), (Role::Customer, "Ines Duarte"));
    let home = t.desk().customer_home(CustomerHome {}).await.unwrap();
    assert!(!home.phone_to_verify, "this desk sends no text messages");
    assert_eq!(t.confirm(&sent, &code).await.unwrap_err(), Code::UsedCode);
    t.desk().sign_out(SignOut {}).await.unwrap();
    assert_eq!(t.sign_in(INES, PASSWORD).await.unwrap().role, Role::Customer);

    let id = home.customer;
    t.branch.sign_in(OFFICER).await;
    let view = t.desk().get_customer(GetCustomer { id }).await.unwrap();
    assert!(view.has_access && view.email_verified_at.is_some() && view.phone_verified_at.is_none());
    assert_eq!(view.may_receive, Ok(()));
    assert_eq!(
        (view.form.first_name.as_str(), view.form.language.as_str()),
        ("Ines", "fr")
    );
    assert_eq!(t.customers().await.len(), 1);
    t.branch.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_takes_nothing_away_and_a_second_one_joins_the_first() {
    let t = Town::kiosk().await;
    let sent = t.desk().register_myself(form(INES)).await.unwrap();
    let first = t.sink.code();
    assert_eq!(t.confirm(&sent, &other(&first)).await.unwrap_err(), Code::WrongCode);
    let early = t.desk().register_myself(again(INES, &sent)).await.unwrap_err();
    assert_eq!(early.code, Code::TooManyCodes);
    t.branch.set_clock("2025-03-03T09:01:00Z");
    let resent = t.desk().register_myself(again(INES, &sent)).await.unwrap();
    assert_eq!(
        (&resent.challenge, &resent.reference),
        (&sent.challenge, &sent.reference)
    );
    let second = t.sink.code();
    let (wrong, fresh) = (other(&second), second != first);
    if wrong != first {
        assert_eq!(t.confirm(&sent, &wrong).await.unwrap_err(), Code::WrongCode);
    }
    // The newest two hold.
    let code = if fresh { &first } else { &second };
    assert_eq!(t.confirm(&sent, code).await.unwrap().role, Role::Customer);
    assert_eq!(t.customers().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_end_the_challenge_and_not_the_registration() {
    let t = Town::kiosk().await;
    let sent = t.desk().register_myself(form(INES)).await.unwrap();
    let code = t.sink.code();
    for _ in 0..5 {
        assert_eq!(t.confirm(&sent, &other(&code)).await.unwrap_err(), Code::WrongCode);
    }
    assert_eq!(t.confirm(&sent, &code).await.unwrap_err(), Code::TooManyTries);
    t.branch.set_clock("2025-03-03T09:01:00Z");
    let fresh = t.desk().register_myself(again(INES, &sent)).await.unwrap();
    assert_ne!(fresh.challenge, sent.challenge);
    let code = t.sink.code();
    t.confirm(&fresh, &code).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_registration_code_accepted() {
    let t = Town::kiosk().await;
    let sent = t.desk().register_myself(form(INES)).await.unwrap();
    let code = t.sink.code();
    t.branch.set_clock("2025-03-03T09:10:00Z");
    assert_eq!(t.confirm(&sent, &code).await.unwrap_err(), Code::ExpiredCode);
    // What waited for it is gone with the next pass; another code begins anew.
    t.desk().run_outbox().await.unwrap();
    assert_eq!(t.confirm(&sent, &code).await.unwrap_err(), Code::ExpiredCode);
    let fresh = t.desk().register_myself(again(INES, &sent)).await.unwrap();
    let code = t.sink.code();
    t.confirm(&fresh, &code).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_for_another_purpose_or_address_registers_nobody() {
    let t = Town::new().await;
    let customer = t.customer().await;
    let desk = t.desk();
    desk.sign_out(SignOut {}).await.unwrap();
    // A code that lets Amina in.
    t.branch.set_clock("2025-03-03T09:05:00Z");
    let theirs = desk
        .send_sign_in_code(SendSignInCode { to: AMINA.into() })
        .await
        .unwrap();
    let their_code = t.sink.code();
    assert_eq!(t.confirm(&theirs, &their_code).await.unwrap_err(), Code::WrongCode);
    // The code of one registration for another.
    let ines = desk.register_myself(form(INES)).await.unwrap();
    let code = t.sink.code();
    let rui = desk.register_myself(form("rui@example.org")).await.unwrap();
    let rui_code = t.sink.code();
    if code != rui_code {
        assert_eq!(t.confirm(&rui, &code).await.unwrap_err(), Code::WrongCode);
    }
    // A registration's code verifies no contact and lets nobody in.
    let sign_in = SignInWithCode {
        challenge: ines.challenge.clone(),
        code: Secret::new(&code),
    };
    assert_eq!(desk.sign_in_with_code(sign_in).await.unwrap_err().code, Code::WrongCode);
    t.branch.sign_in(OFFICER).await;
    let verify = VerifyCode {
        customer,
        challenge: ines.challenge.clone(),
        code: Secret::new(&code),
    };
    assert_eq!(desk.verify_code(verify).await.unwrap_err().code, Code::WrongCode);
    // Someone else who begins with the same email joins nothing: their password does not come with Ines's code.
    t.branch.set_clock("2025-03-03T09:06:00Z");
    let mallory = RegisterMyself {
        password: Secret::new("seven quiet lanterns drift 4"),
        ..form(INES)
    };
    let second = desk.register_myself(mallory).await.unwrap();
    assert_ne!(second.challenge, ines.challenge);
    t.sink.code();
    t.confirm(&ines, &code).await.unwrap();
    t.desk().sign_out(SignOut {}).await.unwrap();
    assert!(t.sign_in(INES, PASSWORD).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_that_is_known_is_answered_alike_and_told_by_mail() {
    let t = Town::new().await;
    t.customer().await;
    t.desk().sign_out(SignOut {}).await.unwrap();
    t.branch.set_clock("2025-03-03T10:00:00Z");
    let mut all = Vec::new();
    // A customer's, nobody's, that of who works here.
    for email in [AMINA, INES, OFFICER] {
        let asked = t.desk().times_asked().await.unwrap();
        let (derived, worded) = (work::derivations(), work::messages());
        let sent = t.desk().register_myself(form(email)).await.unwrap();
        let derived = work::derivations() - derived;
        assert_eq!(derived, 1);
        all.push((
            (
                sent.minutes,
                sent.resend_after,
                sent.challenge.len(),
                sent.reference.len(),
            ),
            (t.desk().times_asked().await.unwrap() - asked, work::messages() - worded),
        ));
        let (to, mail) = t.sink.next();
        assert_eq!(to, email);
        assert_eq!(mail.contains("Subject: Votre code"), email == INES, "{mail}");
        let has_code = mail
            .lines()
            .any(|line| line.trim().len() == 6 && line.trim().parse::<u32>().is_ok());
        assert_eq!(has_code, email == INES);
        assert_eq!(t.confirm(&sent, "abcdef").await.unwrap_err(), Code::WrongCode);
    }
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    // Amina's password is still hers, and there is no second Amina.
    assert!(t.sign_in(AMINA, PASSWORD).await.is_ok());
    t.desk().sign_out(SignOut {}).await.unwrap();
    assert_eq!(t.customers().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_that_was_taken_meanwhile_is_refused_after_the_code() {
    let t = Town::kiosk().await;
    let sent = t.desk().register_myself(form(AMINA)).await.unwrap();
    let code = t.sink.code();
    t.branch.set_clock("2025-03-03T09:05:00Z");
    t.customer().await;
    t.desk().sign_out(SignOut {}).await.unwrap();
    let (challenge, code) = (sent.challenge, Secret::new(code));
    let refused = t
        .desk()
        .confirm_registration(ConfirmRegistration { challenge, code })
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::EmailTaken, Some("email"))
    );
    assert_eq!(t.customers().await.len(), 1);
    t.branch.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_likely_duplicate_becomes_a_task() {
    let t = Town::new().await;
    t.customer().await;
    t.desk().sign_out(SignOut {}).await.unwrap();
    let twin = RegisterMyself {
        phone: "+254 700 000 001".into(),
        ..form(INES)
    };
    let sent = t.desk().register_myself(twin).await.unwrap();
    let code = t.sink.code();
    t.confirm(&sent, &code).await.unwrap();
    t.branch.sign_in(OFFICER).await;
    let tasks = t.desk().list_tasks(ListTasks {}).await.unwrap();
    let found = tasks
        .iter()
        .filter(|task| task.kind == TaskKind::LikelyDuplicateCustomer);
    assert_eq!(found.count(), 1, "{tasks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_says_what_it_lacks_and_takes_nothing_else() {
    let t = Town::kiosk().await;
    type Spoil = fn(&mut RegisterMyself);
    let cases: [(&str, Spoil, Code); 7] = [
        ("first_name", |f| f.first_name.clear(), Code::Required),
        ("last_name", |f| f.last_name = " ".into(), Code::Required),
        ("email", |f| f.email.clear(), Code::Required),
        ("phone", |f| f.phone.clear(), Code::Required),
        ("phone", |f| f.phone = "0700 000 077".into(), Code::PhoneInternational),
        (
            "password",
            |f| f.password = Secret::new("twelve chars 1"),
            Code::PasswordShort,
        ),
        (
            "password",
            |f| f.password = Secret::new("Ines Duarte ines@example"),
            Code::PasswordWeak,
        ),
    ];
    for (field, spoil, code) in cases {
        let mut request = form(INES);
        spoil(&mut request);
        let refused = t.desk().register_myself(request).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (code, Some(field)));
    }
    assert!(t.sink.is_quiet());
    // A role, an id or "verified" of the page's own changes nothing.
    let mut body = serde_json::to_value(form(INES)).unwrap();
    for (name, value) in [
        ("role", serde_json::json!("administrator")),
        ("verified", true.into()),
        ("email_verified", true.into()),
        ("customer", serde_json::json!("0191a000-0000-7000-8000-000000000000")),
    ] {
        body[name] = value;
    }
    if let Ok(request) = serde_json::from_value::<RegisterMyself>(body) {
        let sent = t.desk().register_myself(request).await.unwrap();
        assert!(t.customers().await.is_empty());
        let code = t.sink.code();
        let session = t.confirm(&sent, &code).await.unwrap();
        assert_eq!(session.role, Role::Customer);
        assert_eq!(
            t.desk().list_users(ListUsers {}).await.unwrap_err().code,
            Code::Forbidden
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_registers_before_staff_has_opened_the_book_or_without_mail() {
    let t = Town::kiosk().await;
    let sent = t.desk().register_myself(form(INES)).await.unwrap();
    let code = t.sink.code();
    t.branch.sign_in(ADMIN).await;
    t.desk().save_mail(SaveMail { settings: None }).await.unwrap();
    t.branch.set_clock("2025-03-03T09:05:00Z");
    let refused = t.desk().register_myself(form(INES)).await.unwrap_err();
    assert_eq!(refused.code, Code::NoMail);
    // What waits outlives the process, and takes an open book.
    let t = Town {
        branch: t.branch.restarted().await,
        ..t
    };
    assert_eq!(
        t.desk().register_myself(form(INES)).await.unwrap_err().code,
        Code::BookClosed
    );
    assert_eq!(t.confirm(&sent, &code).await.unwrap_err(), Code::BookClosed);
    t.branch.sign_in(ADMIN).await;
    t.desk().sign_out(SignOut {}).await.unwrap();
    t.confirm(&sent, &code).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_is_verified_from_the_own_screen_and_nobody_is_told() {
    let t = Town::new().await;
    let gateway = Gateway::start();
    let settings = Some(gateway.settings());
    t.desk().save_sms(SaveSms { settings }).await.unwrap();
    t.desk().run_outbox().await.unwrap();
    t.desk().sign_out(SignOut {}).await.unwrap();
    let sent = t.desk().register_myself(form(INES)).await.unwrap();
    let code = t.sink.code();
    t.confirm(&sent, &code).await.unwrap();
    assert!(t.desk().customer_home(CustomerHome {}).await.unwrap().phone_to_verify);
    let send = || SendContactCode {
        contact: Contact::Phone,
        to: PHONE.into(),
    };
    let desk = t.desk();
    assert_eq!(desk.send_contact_code(send()).await.unwrap_err().code, Code::ProveAgain);
    t.branch.prove(PASSWORD).await;
    let sent = desk.send_contact_code(send()).await.unwrap();
    let code = gateway.code();
    let confirm = |code: &str| ConfirmContact {
        challenge: sent.challenge.clone(),
        code: Secret::new(code),
    };
    let wrong = desk.confirm_contact(confirm(&other(&code))).await.unwrap_err();
    assert_eq!(wrong.code, Code::WrongCode);
    t.branch.set_clock("2025-03-03T09:01:00Z");
    assert_eq!(desk.send_contact_code(send()).await.unwrap().challenge, sent.challenge);
    let second = gateway.code();
    let view = desk.confirm_contact(confirm(&second)).await.unwrap();
    assert!(view.phone_verified && view.phone == "+254700000077", "{view:?}");
    assert!(!desk.customer_home(CustomerHome {}).await.unwrap().phone_to_verify);
    assert_eq!(
        desk.send_contact_code(send()).await.unwrap_err().code,
        Code::SameContact
    );
    // Nothing changed that somebody might want to take back.
    t.branch.sign_in(ADMIN).await;
    desk.run_outbox().await.unwrap();
    assert!(gateway.is_quiet() && t.sink.is_quiet());
    // Now a code to it lets her in.
    t.branch.set_clock("2025-03-03T09:30:00Z");
    desk.sign_out(SignOut {}).await.unwrap();
    let known = desk
        .send_sign_in_code(SendSignInCode { to: PHONE.into() })
        .await
        .unwrap();
    let sign_in = SignInWithCode {
        challenge: known.challenge,
        code: gateway.code().into(),
    };
    assert_eq!(desk.sign_in_with_code(sign_in).await.unwrap().role, Role::Customer);
    t.branch.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_code_is_readable_nowhere() {
    let t = Town::kiosk().await;
    let sent = t.desk().register_myself(form(INES)).await.unwrap();
    let code = t.sink.code();
    let request = form(INES);
    assert!(!format!("{request:?}").contains(PASSWORD));
    let folder = t.branch.path().to_path_buf();
    t.desk().shut().await;
    for file in std::fs::read_dir(&folder)
        .unwrap()
        .flatten()
        .filter(|file| file.path().is_file())
    {
        let bytes = std::fs::read(file.path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for secret in [INES, "Duarte", PASSWORD, &code, &sent.challenge] {
            assert!(!text.contains(secret), "{secret} in {:?}", file.path());
        }
    }
}
