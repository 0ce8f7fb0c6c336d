//! Customers who register themselves at desks of one office.

use crate::common::*;
use crate::office::{Office, sign_in};
use crate::sink::Sink;
use farthing_api::*;

const INES: &str = "ines@example.org";

/// Someone registers at a desk that staff has opened.
async fn register(desk: &Desk, sink: &Sink) -> SessionView {
    sign_in(desk, ADMIN).await;
    let settings = Some(sink.settings());
    desk.save_mail(SaveMail { settings }).await.unwrap();
    desk.sign_out(SignOut {}).await.unwrap();
    let request = RegisterMyself {
        first_name: "Ines".into(),
        last_name: "Duarte".into(),
        email: INES.into(),
        phone: "+254 700 000 077".into(),
        language: "en".into(),
        password: Secret::new("seven quiet lanterns drift 4"),
        again: None,
    };
    let challenge = desk.register_myself(request).await.unwrap().challenge;
    let code = sink.code().into();
    let request = ConfirmRegistration { challenge, code };
    desk.confirm_registration(request).await.unwrap()
}

async fn customers(desk: &Desk) -> Vec<CustomerRow> {
    sign_in(desk, ADMIN).await;
    let query = ListQuery::default();
    let rows = desk.list_customers(ListCustomers { query }).await.unwrap().rows;
    rows.into_iter().filter(|row| row.email == INES).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_registers_at_two_desks_has_one_sign_in_and_somebody_looks() {
    let (office, sink) = (Office::new().await, Sink::start());
    let (a, b) = (&office.a.desk, &office.b);
    // Neither desk has heard of the other's.
    register(a, &sink).await;
    let session = register(b, &sink).await;
    assert_eq!(session.role, Role::Customer);
    office.sync().await;
    // The one whom the server heard of first has the sign-in; the other is a customer all the same, and out.
    assert_eq!(
        b.get_session(GetSession {}).await.unwrap_err().kind,
        ErrorKind::SignedOut
    );
    for desk in [a, b] {
        let rows = customers(desk).await;
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.verified), "{rows:?}");
        let mut access = Vec::new();
        for row in &rows {
            access.push(desk.get_customer(GetCustomer { id: row.id }).await.unwrap().has_access);
        }
        access.sort_unstable();
        assert_eq!(access, [false, true]);
        let tasks = desk.list_tasks(ListTasks {}).await.unwrap();
        let twins = tasks
            .iter()
            .filter(|task| task.kind == TaskKind::LikelyDuplicateCustomer);
        assert_eq!(twins.count(), 1, "{tasks:?}");
    }
    let overruled = b.list_overruled(ListOverruled {}).await.unwrap();
    assert!(
        overruled.iter().any(|one| one.reason.code == Code::EmailTaken),
        "{overruled:?}"
    );
    office.agree().await;
}
