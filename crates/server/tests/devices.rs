//! Administrators see the machines, and end a machine's access: what it recorded is kept apart, and its book goes.

use crate::common::loans::*;
use crate::common::*;
use crate::office::*;
use farthing_api::*;

async fn devices(desk: &Desk) -> Vec<DeviceView> {
    desk.list_devices(ListDevices {}).await.unwrap()
}

#[tokio::test]
async fn administrators_see_who_lags_and_what_waits() {
    let office = Office::new().await;
    office.sync().await;
    let listed = devices(&office.a.desk).await;
    let desks: Vec<_> = listed.iter().map(|d| (d.desk.as_str(), d.own, d.state)).collect();
    assert_eq!(
        desks,
        [
            ("BR1-01", true, DeviceState::Active),
            ("BR1-02", false, DeviceState::Active)
        ]
    );
    assert!(
        listed
            .iter()
            .all(|d| d.program == env!("CARGO_PKG_VERSION") && d.seen_at.is_some())
    );
    // Desk A's payment is decided; desk B has not asked since.
    let today = office.a.today();
    pay(&office.a, office.loan, "700", today).await.unwrap();
    pay_at(&office.b, office.loan, "300", today).await;
    office.a.desk.run_sync().await.unwrap();
    office.a.desk.run_sync().await.unwrap();
    let lags: Vec<_> = devices(&office.a.desk).await.iter().map(|d| d.behind > 0).collect();
    assert_eq!(lags, [false, true]);
    let own = office.a.desk.list_devices(ListDevices {}).await.unwrap()[0].device;
    office.a.prove(PASSWORD).await;
    let refused = office
        .a
        .desk
        .revoke_device(RevokeDevice { device: own })
        .await
        .unwrap_err();
    assert_eq!(refused.code, "own_device");
    office.a.sign_in(OFFICER).await;
    let refused = office.a.desk.list_devices(ListDevices {}).await.unwrap_err();
    assert_eq!(refused.code, "forbidden");
}

#[tokio::test]
async fn a_machine_hands_over_what_it_recorded_and_forgets_the_rest() {
    let office = Office::new().await;
    let (loan, today) = (office.loan, office.a.today());
    office.sync().await;
    pay_at(&office.b, loan, "700", today).await;
    let customer = view(&office.b, loan).await.row.customer;
    change_address(&office.b, customer, "Elsewhere 9").await;
    let device = devices(&office.a.desk).await[1].device;
    let unproven = office.a.desk.revoke_device(RevokeDevice { device }).await.unwrap_err();
    assert_eq!(unproven.code, "prove_again");
    office.a.prove(PASSWORD).await;
    let listed = office.a.desk.revoke_device(RevokeDevice { device }).await.unwrap();
    assert_eq!(listed[1].state, DeviceState::Revoked);

    // Nothing happens while the server is silent, whatever stands in between says.
    office.lose_answers(2);
    assert_eq!(office.b.run_sync().await.unwrap_err().code, "server_silent");
    assert_eq!(view(&office.b, loan).await.payments.len(), 1);
    office.lose_answers(0);
    // What an update and a restore kept of the book goes with it.
    for copy in ["desk.before-31.book", "desk.book.before-restore-20250101090000"] {
        std::fs::write(office.b_folder().join(copy), copy).unwrap();
    }
    assert_eq!(office.b.run_sync().await.unwrap_err().code, "device_revoked");
    let StartState::FirstRun { revoked_at, .. } = office.b.start(Start {}).await.unwrap() else {
        panic!("there is still a book");
    };
    assert_eq!(revoked_at, Some(office.b_clock.now()));
    let left: Vec<_> = std::fs::read_dir(office.b_folder())
        .unwrap()
        .map(|f| f.unwrap().file_name())
        .collect();
    assert_eq!(left, ["desk.book.revoked"]);

    office.a.desk.run_sync().await.unwrap();
    let seen = view(&office.a.desk, loan).await;
    assert_eq!(seen.payments.len(), 0, "nothing is booked of it");
    let tasks = office.a.desk.list_tasks(ListTasks {}).await.unwrap();
    assert_eq!(
        (tasks[0].kind, tasks[0].amount),
        (TaskKind::RevokedDeskMoney, Some(money("700")))
    );
    assert_eq!(tasks[0].loan_number, seen.row.number);
    let found = office.a.desk.get_customer(GetCustomer { id: customer }).await.unwrap();
    assert_eq!(found.form.address, "", "a supervisor takes it up by hand");
    office.a.check().await;

    // The machine may come back as another desk.
    let code = office.a.desk.make_join_code(MakeJoinCode {}).await.unwrap();
    let request = JoinServer {
        server: code.server,
        code: code.code,
        email: ADMIN.into(),
        password: Secret::new(PASSWORD),
    };
    office.b.join_server(request).await.unwrap();
    office
        .both(async |desk: &Desk| assert_eq!(view(desk, loan).await.payments.len(), 0))
        .await;
    let desks: Vec<_> = devices(&office.b)
        .await
        .into_iter()
        .map(|d| (d.desk, d.state))
        .collect();
    let desk = |name: &str, state| (name.to_string(), state);
    assert_eq!(
        desks,
        [
            desk("BR1-01", DeviceState::Active),
            desk("BR1-02", DeviceState::Revoked),
            desk("BR1-03", DeviceState::Active)
        ]
    );
}
