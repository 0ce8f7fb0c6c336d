//! One-time codes by text message, against a gateway that is really asked: how long they hold, how often they may be sent
//! and tried, and who gets in by one.

use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use crate::gateway::Gateway;
use crate::sink::Sink;
use farthing_api::*;

const DAY: &str = "2025-03-03T09:00:00Z";

struct Town {
    branch: Branch,
    gateway: Gateway,
}

impl Town {
    async fn new() -> Town {
        let (branch, gateway) = (Branch::new(DAY).await, Gateway::start());
        branch.sign_in(ADMIN).await;
        let settings = Some(gateway.settings());
        branch.desk.save_sms(SaveSms { settings }).await.unwrap();
        branch.sign_in(OFFICER).await;
        Town { branch, gateway }
    }

    async fn customer(&self, phone: &str) -> CustomerId {
        let form = CustomerForm {
            first_name: "Amina".into(),
            last_name: "Odhiambo".into(),
            phone: phone.into(),
            ..CustomerForm::default()
        };
        let register = RegisterCustomer { form };
        self.branch.desk.register_customer(register).await.unwrap().row.id
    }

    async fn send(&self, customer: CustomerId) -> Result<CodeSent, ApiError> {
        let contact = Contact::Phone;
        self.branch.desk.send_code(SendCode { customer, contact }).await
    }

    async fn verify(&self, customer: CustomerId, sent: &CodeSent, code: &str) -> Result<CustomerView, Code> {
        let request = VerifyCode {
            customer,
            challenge: sent.challenge.clone(),
            code: code.into(),
        };
        self.branch.desk.verify_code(request).await.map_err(|error| error.code)
    }

    /// Later on the same morning; the officer is at the desk again.
    async fn at(&self, time: &str) {
        self.branch.go_to(&format!("2025-03-03T{time}Z")).await;
        self.branch.sign_in(OFFICER).await;
    }
}

fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn a_phone_is_verified_by_a_text_message() {
    let town = Town::new().await;
    let customer = town.customer("+254 700 000 001").await;
    let sent = town.send(customer).await.unwrap();
    assert_eq!((sent.minutes, sent.resend_after), (5, 60));
    let (to, text) = town.gateway.message();
    assert_eq!(to, "+254700000001");
    assert!(
        text.contains(&sent.reference) && text.contains("Harbour Street"),
        "{text}"
    );
    let code: String = text.chars().take(6).collect();

    assert_eq!(town.verify(customer, &sent, &other(&code)).await, Err(Code::WrongCode));
    let view = town.verify(customer, &sent, &code).await.unwrap();
    assert!(view.phone_verified_at.is_some() && view.email_verified_at.is_none());
    assert_eq!(view.may_receive, Ok(()));
    assert_eq!(town.verify(customer, &sent, &code).await, Err(Code::UsedCode));

    // Another phone is unverified again.
    let form = CustomerForm {
        phone: "+254 700 000 002".into(),
        ..view.form
    };
    let edited = town
        .branch
        .desk
        .edit_customer(EditCustomer { id: customer, form })
        .await;
    assert_eq!(edited.unwrap().phone_verified_at, None);
    town.branch.check().await;
}

#[tokio::test]
async fn a_number_without_a_country_gets_no_message() {
    let town = Town::new().await;
    let customer = town.customer("0700 000 001").await;
    let refused = town.send(customer).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::PhoneInternational, Some("phone"))
    );
    assert!(town.gateway.is_quiet());
}

#[tokio::test]
async fn the_newest_two_codes_hold_under_one_count_and_one_reference() {
    let town = Town::new().await;
    let customer = town.customer("+254700000001").await;
    let sent = town.send(customer).await.unwrap();
    let first = town.gateway.code();
    assert_eq!(town.send(customer).await.unwrap_err().code, Code::TooManyCodes);
    town.at("09:01:00").await;
    let again = town.send(customer).await.unwrap();
    assert_eq!((&again.challenge, &again.reference), (&sent.challenge, &sent.reference));
    assert_eq!(again.resend_after, 120);
    let second = town.gateway.code();
    town.at("09:03:00").await;
    town.send(customer).await.unwrap();
    let third = town.gateway.code();
    if first != second && first != third {
        assert_eq!(town.verify(customer, &sent, &first).await, Err(Code::WrongCode));
    }
    for _ in 0..3 {
        let wrong = [&first, &second, &third].map(|code| other(code));
        let wrong = wrong.iter().find(|code| **code != second && **code != third).unwrap();
        assert_eq!(town.verify(customer, &sent, wrong).await, Err(Code::WrongCode));
    }
    assert!(
        town.verify(customer, &sent, &second).await.is_ok(),
        "the fifth try, and the code before the newest"
    );
}

#[tokio::test]
async fn five_tries_and_no_more() {
    let town = Town::new().await;
    let customer = town.customer("+254700000001").await;
    let sent = town.send(customer).await.unwrap();
    let code = town.gateway.code();
    for _ in 0..5 {
        assert_eq!(town.verify(customer, &sent, &other(&code)).await, Err(Code::WrongCode));
    }
    assert_eq!(town.verify(customer, &sent, &code).await, Err(Code::TooManyTries));
    // The next code is another challenge.
    town.at("09:01:00").await;
    let fresh = town.send(customer).await.unwrap();
    assert_ne!(fresh.challenge, sent.challenge);
    let code = town.gateway.code();
    assert!(town.verify(customer, &fresh, &code).await.is_ok());
}

#[tokio::test]
async fn a_code_holds_for_five_minutes() {
    let town = Town::new().await;
    let customer = town.customer("+254700000001").await;
    let sent = town.send(customer).await.unwrap();
    let code = town.gateway.code();
    town.at("09:05:00").await;
    assert_eq!(town.verify(customer, &sent, &code).await, Err(Code::ExpiredCode));
}

#[tokio::test]
async fn another_code_lets_the_first_live_no_longer() {
    let town = Town::new().await;
    let customer = town.customer("+254700000001").await;
    town.send(customer).await.unwrap();
    let first = town.gateway.code();
    town.at("09:04:00").await;
    let sent = town.send(customer).await.unwrap();
    let second = town.gateway.code();
    town.at("09:05:30").await;
    assert_eq!(town.verify(customer, &sent, &first).await, Err(Code::ExpiredCode));
    assert!(town.verify(customer, &sent, &second).await.is_ok());
}

#[tokio::test]
async fn twenty_wrong_codes_in_a_row_suspend_the_phone_for_a_day() {
    let town = Town::new().await;
    let customer = town.customer("+254700000001").await;
    for minute in [0, 10, 20, 30] {
        town.at(&format!("10:{minute:02}:00")).await;
        let sent = town.send(customer).await.unwrap();
        let code = town.gateway.code();
        for _ in 0..5 {
            assert_eq!(town.verify(customer, &sent, &other(&code)).await, Err(Code::WrongCode));
        }
    }
    town.at("12:00:00").await;
    let sent = town.send(customer).await.unwrap();
    let code = town.gateway.code();
    assert_eq!(town.verify(customer, &sent, &code).await, Err(Code::Suspended));
    // Another customer's phone is not touched, and a day later this one takes codes again.
    let neighbour = town.customer("+254700000002").await;
    let theirs = town.send(neighbour).await.unwrap();
    let their_code = town.gateway.code();
    assert!(town.verify(neighbour, &theirs, &their_code).await.is_ok());
    town.branch.go_to("2025-03-04T10:31:00Z").await;
    town.branch.sign_in(OFFICER).await;
    let sent = town.send(customer).await.unwrap();
    let code = town.gateway.code();
    assert!(town.verify(customer, &sent, &code).await.is_ok());
}

#[tokio::test]
async fn one_person_sends_twenty_an_hour_and_tries_thirty_in_five_minutes() {
    let town = Town::new().await;
    let mut sent = Vec::new();
    for n in 0..20 {
        let customer = town.customer(&format!("+2547000001{n:02}")).await;
        sent.push((customer, town.send(customer).await.unwrap(), town.gateway.code()));
    }
    let customer = town.customer("+254700000999").await;
    assert_eq!(town.send(customer).await.unwrap_err().code, Code::TooManyCodesHere);
    for n in 0..30 {
        let (customer, sent, code) = &sent[n % 20];
        assert_eq!(town.verify(*customer, sent, &other(code)).await, Err(Code::WrongCode));
    }
    let (customer, challenge, code) = &sent[19];
    assert_eq!(
        town.verify(*customer, challenge, code).await,
        Err(Code::TooManyChecksHere)
    );
    town.branch.sign_in(ADMIN).await;
    assert!(
        town.verify(*customer, challenge, code).await.is_ok(),
        "others are not held up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_signs_in_by_phone_and_an_unknown_phone_is_answered_alike() {
    let town = Town::new().await;
    let customer = town.customer("+254 700 000 001").await;
    let sent = town.send(customer).await.unwrap();
    let code = town.gateway.code();
    town.verify(customer, &sent, &code).await.unwrap();
    let to = |to: &str| SendSignInCode { to: to.into() };

    // Without a sign-in of their own nobody gets in; the answer doesn't say so.
    let nobody = town
        .branch
        .desk
        .send_sign_in_code(to("+254 799 999 999"))
        .await
        .unwrap();
    assert_eq!((nobody.minutes, nobody.resend_after), (5, 60));
    assert!(town.gateway.is_quiet());
    let request = SignInWithCode {
        challenge: nobody.challenge,
        code: "000000".into(),
    };
    let refused = town.branch.desk.sign_in_with_code(request).await.unwrap_err();
    assert_eq!(refused.code, Code::WrongCode);
    let refused = town
        .branch
        .desk
        .send_sign_in_code(to("0700 000 001"))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::PhoneInternational, Some("to"))
    );

    // With the phone verified it takes no email and no password.
    let access = OpenCustomerAccess {
        customer,
        password: None,
    };
    assert!(town.branch.desk.open_customer_access(access).await.unwrap().has_access);
    town.at("09:01:00").await;
    let known = town.branch.desk.send_sign_in_code(to("00254700000001")).await.unwrap();
    assert_eq!(
        (known.minutes, known.resend_after),
        (5, 120),
        "the code before it counts for the phone"
    );
    let request = SignInWithCode {
        challenge: known.challenge,
        code: town.gateway.code().into(),
    };
    let session = town.branch.desk.sign_in_with_code(request.clone()).await.unwrap();
    assert_eq!(
        (session.role, session.name.as_str()),
        (Role::Customer, "Amina Odhiambo")
    );
    assert!(town.branch.desk.customer_home(CustomerHome {}).await.is_ok());
    // Who came in by a code alone sees and pays, and applies for nothing.
    let apply = ApplyForLoan {
        customer,
        product: ProductId(uuid::Uuid::nil()),
        principal: Money::ZERO,
        installments: 6,
        installment: None,
        purpose: String::new(),
    };
    let refused = town.branch.desk.apply_for_loan(apply).await.unwrap_err();
    assert_eq!(refused.code, Code::ProveAgain);
    assert_eq!(
        town.branch.desk.list_users(ListUsers {}).await.unwrap_err().code,
        Code::Forbidden
    );
    assert_eq!(
        town.branch.desk.sign_in_with_code(request).await.unwrap_err().code,
        Code::UsedCode
    );
}

#[tokio::test]
async fn the_gateway_key_is_shown_to_nobody_and_kept_sealed() {
    let town = Town::new().await;
    assert_eq!(
        town.branch.desk.get_sms(GetSms {}).await.unwrap_err().code,
        Code::Forbidden
    );
    town.branch.sign_in(ADMIN).await;
    let shown = town.branch.desk.get_sms(GetSms {}).await.unwrap().unwrap();
    assert!(shown.secret.is_empty());
    // Saved again without the key, it is still the key in force.
    let settings = Some(shown.clone());
    town.branch.desk.save_sms(SaveSms { settings }).await.unwrap();
    let test = TestSms {
        settings: shown.clone(),
        to: "+254700000009".into(),
    };
    assert_eq!(town.branch.desk.test_sms(test).await.unwrap().id, "7");
    assert_eq!(town.gateway.message().0, "+254700000009");
    let wrong = SmsSettings {
        url: "http://sms.example.org/send".into(),
        ..shown
    };
    let refused = town
        .branch
        .desk
        .save_sms(SaveSms { settings: Some(wrong) })
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::SmsUnprotected, Some("url"))
    );
}

/// The language of the customer's page, for codes by either channel and for links; the organisation's for who wishes none.
#[tokio::test(flavor = "multi_thread")]
async fn codes_and_links_are_in_the_customers_language() {
    let town = Town::new().await;
    let desk = &town.branch.desk;
    let sink = Sink::of(&town.branch).await;
    for (n, (wish, of_text, of_code, of_link)) in [
        (
            "fr",
            "est votre code pour",
            "Subject: Votre code",
            "Subject: Nouveau mot de passe",
        ),
        ("", "is your code for", "Subject: Your code", "Subject: A new password"),
    ]
    .into_iter()
    .enumerate()
    {
        town.at(&format!("09:{n}0:00")).await;
        let email = format!("amina{n}@example.org");
        let form = CustomerForm {
            first_name: "Amina".into(),
            last_name: "Odhiambo".into(),
            email: email.clone(),
            phone: format!("+25470000000{n}"),
            language: wish.into(),
            ..CustomerForm::default()
        };
        let customer = desk.register_customer(RegisterCustomer { form }).await.unwrap().row.id;
        town.send(customer).await.unwrap();
        let (_, text) = town.gateway.message();
        assert!(text.contains(of_text), "{text}");
        let contact = Contact::Email;
        let sent = desk.send_code(SendCode { customer, contact }).await.unwrap();
        let (_, mail) = sink.next();
        assert!(mail.contains(of_code), "{mail}");
        let code = mail
            .lines()
            .map(str::trim)
            .find(|line| line.len() == 6 && line.parse::<u32>().is_ok());
        town.verify(customer, &sent, code.unwrap()).await.unwrap();
        let access = OpenCustomerAccess {
            customer,
            password: Some(Secret::new(PASSWORD)),
        };
        desk.open_customer_access(access).await.unwrap();
        town.at(&format!("09:{n}5:00")).await;
        desk.sign_out(SignOut {}).await.unwrap();
        desk.send_sign_in_code(SendSignInCode { to: email.clone() })
            .await
            .unwrap();
        let (_, mail) = sink.next();
        assert!(mail.contains(of_code), "{mail}");
        town.branch.set_clock(&format!("2025-03-03T09:{n}8:00Z"));
        desk.send_reset_link(SendResetLink { email }).await.unwrap();
        let (_, mail) = sink.next();
        assert!(mail.contains(of_link), "{mail}");
    }
}
