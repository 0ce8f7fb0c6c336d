//! Codes whose message fails in each way in which a mail server or a gateway can fail: it is handed over once, whoever waits for
//! it is told why, and nothing sends it again by itself.

use crate::common::{ADMIN, Branch, OFFICER};
use crate::gateway::{Answer, Gateway};
use crate::sink::Sink;
use farthing_api::*;
use farthing_desk::Pass;
use std::fmt::Debug;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const DAY: &str = "2025-03-03T09:00:00Z";

/// What arrives at a server or gateway, one by one.
type Handed<T> = Arc<Mutex<Receiver<T>>>;

async fn customer(branch: &Branch, n: usize) -> CustomerId {
    branch.sign_in(OFFICER).await;
    let form = CustomerForm {
        first_name: "Amina".into(),
        last_name: "Odhiambo".into(),
        email: format!("amina{n}@example.org"),
        phone: format!("+25470000000{n}"),
        ..CustomerForm::default()
    };
    let register = RegisterCustomer { form };
    branch.desk.register_customer(register).await.unwrap().row.id
}

async fn send(branch: &Branch, customer: CustomerId, contact: Contact) -> Result<CodeSent, ApiError> {
    branch.desk.send_code(SendCode { customer, contact }).await
}

fn next<T>(handed: &Handed<T>) -> T {
    handed.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap()
}

/// Sends a code to a way that takes the message and says nothing. The clock of waiting stands still until the message is there,
/// since a blocking task waits for it, and runs by itself from then on: no time passes.
async fn send_to_silence<T: Send + 'static>(
    branch: &Branch,
    customer: CustomerId,
    contact: Contact,
    handed: &Handed<T>,
) -> (T, ApiError) {
    tokio::time::pause();
    let waits = handed.clone();
    let arrives = tokio::task::spawn_blocking(move || next(&waits));
    let (arrived, answer) = tokio::join!(arrives, send(branch, customer, contact));
    tokio::time::resume();
    (arrived.unwrap(), answer.unwrap_err())
}

/// The refusal says why in these words, what the customer may do meanwhile, and no code.
fn is_told(error: &ApiError, words: &str, code: Option<&str>) {
    assert_eq!(error.code, Code::NoCode);
    assert!(error.message.contains(words), "{error}");
    assert!(error.message.contains("may apply"), "{error}");
    let all = format!("{error:?} {error} {}", serde_json::to_string(error).unwrap());
    assert!(code.is_none_or(|code| !all.contains(code)), "{all}");
}

/// Nothing more arrives, also when the outbox has its turn later.
async fn nothing_more<T: Debug>(branch: &Branch, handed: &Handed<T>) {
    assert_eq!(branch.desk.run_outbox().await.unwrap(), Pass::default());
    let more = handed.lock().unwrap().try_recv();
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn a_gateway_that_fails_gets_each_code_once() {
    use Answer::{Breaks, Says, Stalls};
    let branch = Branch::new(DAY).await;
    for (n, (answer, words)) in [
        (Says("500 Oh", "{}"), "is in trouble itself (code 500)"),
        (
            Says("307 There\r\nlocation: http://localhost:1/", ""),
            "sends the desk elsewhere (code 307)",
        ),
        (Says("202 Accepted", "id: 7"), "answers something that can't be read"),
        (Breaks, "broke the connection before it answered"),
        (Stalls, "did not answer within 10 seconds"),
    ]
    .into_iter()
    .enumerate()
    {
        let gateway = Gateway::that(answer);
        branch.sign_in(ADMIN).await;
        let settings = Some(gateway.settings());
        branch.desk.save_sms(SaveSms { settings }).await.unwrap();
        let customer = customer(&branch, n).await;
        let ((to, text), error) = match answer {
            Stalls => send_to_silence(&branch, customer, Contact::Phone, &gateway.messages).await,
            _ => {
                let error = send(&branch, customer, Contact::Phone).await.unwrap_err();
                (gateway.message(), error)
            }
        };
        assert_eq!(to, format!("+25470000000{n}"));
        is_told(&error, words, Some(&text[..6]));
        nothing_more(&branch, &gateway.messages).await;
    }
}

#[tokio::test]
async fn a_mail_server_that_fails_gets_each_code_once() {
    let branch = Branch::new(DAY).await;
    for (n, (mode, words)) in [
        ("later", "takes no messages at the moment (code 451)"),
        ("refuse", "refuses the message (code 554)"),
        ("drop", "did not say whether it took the message"),
        ("stall", "did not answer within 15 seconds"),
    ]
    .into_iter()
    .enumerate()
    {
        let sink = Sink::that(mode);
        branch.sign_in(ADMIN).await;
        let settings = Some(sink.settings());
        branch.desk.save_mail(SaveMail { settings }).await.unwrap();
        let customer = customer(&branch, n).await;
        let (to, error) = match mode {
            "stall" => send_to_silence(&branch, customer, Contact::Email, &sink.handed).await,
            _ => {
                let error = send(&branch, customer, Contact::Email).await.unwrap_err();
                (next(&sink.handed), error)
            }
        };
        assert_eq!(to, format!("amina{n}@example.org"));
        is_told(&error, words, None);
        nothing_more(&branch, &sink.handed).await;
    }
}

/// Whoever was told so asks again a minute later, and the new code is good.
#[tokio::test]
async fn a_code_that_did_not_go_out_can_be_asked_for_again() {
    let branch = Branch::new(DAY).await;
    let broken = Gateway::that(Answer::Says("500 Oh", "{}"));
    let settings = Some(broken.settings());
    branch.desk.save_sms(SaveSms { settings }).await.unwrap();
    let customer = customer(&branch, 1).await;
    send(&branch, customer, Contact::Phone).await.unwrap_err();
    let gateway = Gateway::start();
    branch.go_to("2025-03-03T09:01:00Z").await;
    let settings = Some(gateway.settings());
    branch.desk.save_sms(SaveSms { settings }).await.unwrap();
    branch.sign_in(OFFICER).await;
    let sent = send(&branch, customer, Contact::Phone).await.unwrap();
    let request = VerifyCode {
        customer,
        challenge: sent.challenge,
        code: gateway.code().into(),
    };
    assert!(
        branch
            .desk
            .verify_code(request)
            .await
            .unwrap()
            .phone_verified_at
            .is_some()
    );
    assert_eq!(next(&broken.messages).0, "+254700000001");
    assert!(broken.is_quiet() && gateway.is_quiet());
}
