//! Messages of an office with several desks.

use crate::common::*;
use crate::office::{Office, sign_in, view};
use crate::sink::Sink;
use farthing_api::*;

/// The first installment of desk A's loan falls due on the second of these days; the first is three days before it.
const DAYS: [&str; 2] = ["2025-03-30T10:00:00Z", "2025-04-02T10:00:00Z"];

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_goes_out_once_from_the_desk_whose_loan_it_is() {
    let (office, sink) = (Office::new().await, Sink::start());
    let desks = [&office.a.desk, &office.b];
    office.a.sign_in(ADMIN).await;
    sign_in(&office.b, ADMIN).await;
    for desk in desks {
        let settings = Some(sink.settings());
        desk.save_mail(SaveMail { settings }).await.unwrap();
    }
    let loan = view(desks[0], office.loan).await;
    assert_eq!(loan.rows[0].due_on.to_string(), &DAYS[1][..10]);
    let (customer, contact) = (loan.row.customer, Contact::Email);
    let sent = desks[0].send_code(SendCode { customer, contact }).await.unwrap();
    let (challenge, code) = (sent.challenge, sink.code().into());
    let verify = VerifyCode {
        customer,
        challenge,
        code,
    };
    desks[0].verify_code(verify).await.unwrap();
    office.sync().await;
    for desk in desks {
        for _ in 0..desk.run_outbox().await.unwrap().sent {
            sink.next();
        }
    }

    for day in DAYS {
        office.go_to(day).await;
        office.sync().await;
        // Both look twice, also after they have spoken again.
        let mut sent = Vec::new();
        for _ in 0..2 {
            for desk in [desks[1], desks[0]] {
                sent.push(desk.run_outbox().await.unwrap().sent);
            }
            office.sync().await;
        }
        assert_eq!(sent, [0, 1, 0, 0], "{day}");
        let (to, mail) = sink.next();
        assert!(to == "raja@example.test" && mail.contains("1,318.74"), "{mail}");
    }
    assert!(sink.is_quiet());
}
