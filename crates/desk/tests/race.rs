//! One code, typed twice at the same moment: it counts once, a thousand times.

use crate::common::{Branch, OFFICER};
use crate::sink::Sink;
use farthing_api::*;

/// Two tries each: one person may try no more than thirty codes in five minutes.
const AN_HOUR: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_verifications_that_race_exactly_one_wins() {
    let branch = Branch::new("2025-03-03T00:00:00Z").await;
    let sink = Sink::of(&branch).await;
    for hour in 0..1000_usize.div_ceil(AN_HOUR) {
        let (day, hour) = (3 + hour / 24, hour % 24);
        branch.set_clock(&format!("2025-03-{day:02}T{hour:02}:30:00Z"));
        branch.sign_in(OFFICER).await;
        for round in 0..AN_HOUR {
            let form = CustomerForm {
                first_name: "Amina".into(),
                last_name: format!("Odhiambo {day} {hour} {round}"),
                email: format!("amina{day}.{hour}.{round}@example.org"),
                ..CustomerForm::default()
            };
            let desk = &branch.desk;
            let customer = desk.register_customer(RegisterCustomer { form }).await.unwrap().row.id;
            let contact = Contact::Email;
            let sent = desk.send_code(SendCode { customer, contact }).await.unwrap();
            let request = VerifyCode {
                customer,
                challenge: sent.challenge,
                code: sink.code().into(),
            };
            let (one, other) = tokio::join!(desk.verify_code(request.clone()), desk.verify_code(request));
            let lost = match (one, other) {
                (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost.code,
                both => panic!("{both:?}"),
            };
            assert_eq!(lost, Code::UsedCode);
        }
    }
}
