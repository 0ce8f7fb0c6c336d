//! Books that the server takes nothing more of, since they were copied or put back from a backup elsewhere: they are let in anew, and
//! what each of them recorded comes to the server once.

use crate::common::loans::*;
use crate::common::*;
use crate::office::*;
use farthing_api::*;
use farthing_desk::{Clock, Desk, Home, keep};
use farthing_server::{backup, restore};
use sqlx::{Connection, PgConnection};
use std::path::Path;
use uuid::Uuid;

/// The amounts of a loan's payments as a desk shows them, in order, and the receipts.
async fn paid(desk: &Desk, loan: LoanId) -> (Vec<String>, Vec<String>) {
    let payments = view(desk, loan).await.payments;
    let (mut amounts, mut receipts): (Vec<String>, Vec<String>) = payments
        .into_iter()
        .map(|p| (format!("{:>5}", p.amount.minor() / 100), p.receipt))
        .unzip();
    amounts.sort();
    receipts.sort();
    (amounts, receipts)
}

async fn of_amounts(desk: &Desk, loan: LoanId, amounts: &[u32]) {
    let (shown, mut receipts) = paid(desk, loan).await;
    let amounts: Vec<String> = amounts.iter().map(|amount| format!("{amount:>5}")).collect();
    assert_eq!(shown, amounts);
    receipts.dedup();
    assert_eq!(receipts.len(), amounts.len(), "each number once");
}

/// Nothing waits, and nothing keeps this desk from the server.
async fn is_well(desk: &Desk) {
    let state = desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!((state.halted, state.waiting, state.unsent), (None, 0, 0));
}

async fn at(folder: &Path, office: &Office) -> Desk {
    let desk = Desk::with_clock(Home::at(folder), Clock::moved(office.a.now())).without_second_factor();
    sign_in(&desk, ADMIN).await;
    desk
}

/// The administrator at desk B lets a book in.
async fn let_in(desk: &Desk, office: &Office) -> Result<String, ApiError> {
    let code = office.b.make_join_code(MakeJoinCode {}).await.unwrap().code;
    desk.let_in_anew(LetInAnew { challenge: None, code }).await
}

/// The receipts that had another number on paper than they have now: which, and which now.
async fn renumbered(desk: &Desk) -> Vec<[String; 2]> {
    let mut all = desk.list_overruled(ListOverruled {}).await.unwrap();
    all.sort_by_key(|overruled| overruled.command);
    let number = |reason: &ApiError, arg: &str| {
        let words = reason.args[arg].to_string();
        words.strip_prefix("BR1-01-").unwrap().to_owned()
    };
    all.iter()
        .map(|OverruledView { reason, .. }| {
            assert_eq!(reason.code, Code::Renumbered);
            [number(reason, "printed"), number(reason, "kept")]
        })
        .collect()
}

async fn refused(desk: &Desk, code: Code) {
    assert_eq!(desk.run_sync().await.unwrap_err().code, code);
    let state = desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!(state.halted.unwrap().code, code);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_copies_were_asked_under_one_id_is_done_once() {
    let office = Box::pin(Office::new()).await;
    let (loan, today) = (office.loan, office.a.today());
    pay(&office.a, loan, "700", today).await.unwrap();
    office.sync().await;
    office.a.desk.shut().await;
    let (now, folders) = (office.a.now(), [copied(office.a.path()), copied(office.a.path())]);
    let [first, second] = folders
        .each_ref()
        .map(|folder| Desk::with_clock(Home::at(folder.path()), Clock::moved(now)).without_second_factor());
    // A machine that was halted with the payment typed, and goes on twice. Of the second only the person at it is another one.
    let (first, second) = (first.seeded(7), second.seeded(7));
    sign_in(&first, ADMIN).await;
    sign_in(&second, OFFICER).await;
    for desk in [&first, &second] {
        pay_at(desk, loan, "300", today).await;
    }
    pay_at(&second, loan, "20", today).await;
    first.run_sync().await.unwrap();
    refused(&second, Code::BookCopied).await;
    sign_in(&second, ADMIN).await;
    let_in(&second, &office).await.unwrap();
    pay_at(&second, loan, "5", today).await;
    for desk in [&second, &first, &office.b] {
        desk.run_sync().await.unwrap();
        is_well(desk).await;
        of_amounts(desk, loan, &[5, 20, 300, 700]).await;
    }
    assert_eq!(office.server.check().await.unwrap().findings, Vec::<String>::new());
    office.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_takes_the_place_of_what_the_server_lost_is_noticed() {
    let mut office = Box::pin(Office::new()).await;
    let (loan, today) = (office.loan, office.a.today());
    pay(&office.a, loan, "700", today).await.unwrap();
    office.sync().await;
    office.a.desk.shut().await;
    let folder = copied(office.a.path());
    office.a = office.a.restarted().await;
    office.a.sign_in(ADMIN).await;
    let copy = at(folder.path(), &office).await;
    let file = folder.path().join("all.dump");
    backup(&office.cluster.url().replace("farthing@", "postgres@"), &file).unwrap();
    let mut conn = PgConnection::connect(&office.cluster.url()).await.unwrap();
    let history: Uuid = sqlx::query_scalar("select id from history")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    conn.close().await.unwrap();

    // The server says that it has the payment, and its database loses the commit with its primary.
    pay(&office.a, loan, "300", today).await.unwrap();
    office.stop_after(1);
    office.a.desk.run_sync().await.unwrap_err();
    let state = office.a.desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!((state.unsent, state.waiting), (0, 1));
    let database = "create database second owner farthing";
    office.cluster.sql("postgres", database).unwrap();
    let second = office.cluster.url().replace("/farthing?", "/second?");
    restore(&second, &file).await.unwrap();
    let same = format!("update history set id = '{history}'");
    office.cluster.sql("second", &same).unwrap();
    office.server.close().await;
    office.stop_after(u32::MAX);
    office.move_to(&second).await;

    pay_at(&copy, loan, "20", today).await;
    copy.run_sync().await.unwrap();
    is_well(&copy).await;
    refused(&office.a.desk, Code::BookCopied).await;
    let_in(&office.a.desk, &office).await.unwrap();
    for desk in [&office.a.desk, &office.b] {
        desk.run_sync().await.unwrap();
        is_well(desk).await;
        of_amounts(desk, loan, &[20, 300, 700]).await;
    }
    office.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_copies_of_a_book_are_let_in_anew_and_both_bring_what_they_recorded() {
    let mut office = Box::pin(Office::new()).await;
    let (loan, today) = (office.loan, office.a.today());
    pay(&office.a, loan, "700", today).await.unwrap();
    office.sync().await;
    let unneeded = let_in(&office.a.desk, &office).await.unwrap_err();
    assert_eq!(unneeded.code, Code::AlreadyJoined, "its commands are taken");
    // Not sent when the copy is made: both have it, and it is done once.
    pay(&office.a, loan, "50", today).await.unwrap();
    office.a.desk.shut().await;
    let folder = copied(office.a.path());
    office.a = office.a.restarted().await;
    office.a.sign_in(ADMIN).await;
    let copy = at(folder.path(), &office).await;

    let printed = pay(&office.a, loan, "300", today).await.unwrap().receipt;
    assert_eq!(pay_at(&copy, loan, "20", today).await.receipt, printed);
    office.a.desk.run_sync().await.unwrap();
    refused(&copy, Code::BookCopied).await;
    // Nobody can tell which of them is the right one.
    pay(&office.a, loan, "10", today).await.unwrap();
    refused(&office.a.desk, Code::BookCopied).await;
    pay_at(&copy, loan, "5", today).await;

    // A wrong code changes nothing that a right one does not mend.
    let code = Secret::new("ABCD-EFGH");
    let wrong = copy.let_in_anew(LetInAnew { challenge: None, code }).await.unwrap_err();
    assert_eq!(wrong.code, Code::JoinCode);
    assert_eq!(let_in(&copy, &office).await.unwrap(), "BR1-01A");
    is_well(&copy).await;
    // The first answer is lost: the same code is good for the same machine.
    let code = office.b.make_join_code(MakeJoinCode {}).await.unwrap().code;
    office.lose_answers(1);
    let lost = office
        .a
        .desk
        .let_in_anew(LetInAnew {
            challenge: None,
            code: code.clone(),
        })
        .await;
    assert_eq!(lost.unwrap_err().code, Code::ServerSilent);
    refused(&office.a.desk, Code::DeviceUnknown).await;
    office
        .a
        .desk
        .let_in_anew(LetInAnew { challenge: None, code })
        .await
        .unwrap();
    is_well(&office.a.desk).await;

    let numbers = [
        pay(&office.a, loan, "3", today).await.unwrap().receipt,
        pay_at(&copy, loan, "2", today).await.receipt,
    ];
    assert_eq!(numbers, ["BR1-01B-000001", "BR1-01A-000001"]);
    for desk in [&copy, &office.a.desk, &office.b, &copy] {
        desk.run_sync().await.unwrap();
    }
    for desk in [&copy, &office.a.desk, &office.b] {
        is_well(desk).await;
        of_amounts(desk, loan, &[2, 3, 5, 10, 20, 50, 300, 700]).await;
    }
    // Both had printed the same numbers: who has such a paper gets another one.
    assert_eq!(renumbered(&copy).await, [["000003", "000004"], ["000004", "000005"]]);
    assert_eq!(renumbered(&office.a.desk).await, [["000004", "000006"]]);
    assert_eq!(renumbered(&office.b).await, [[""; 2]; 0]);
    office.agree().await;
    assert_eq!(said(&copy).await, said(&office.b).await);
    let again = copy.run_sync().await.unwrap();
    assert_eq!((again.sent, again.facts), (0, 0));
    let devices = office.b.list_devices(ListDevices {}).await.unwrap();
    let states: Vec<_> = devices.iter().map(|d| (d.desk.as_str(), d.state)).collect();
    let expected = [
        ("BR1-01", DeviceState::Copied),
        ("BR1-01A", DeviceState::Active),
        ("BR1-01B", DeviceState::Active),
        ("BR1-02", DeviceState::Active),
    ];
    assert_eq!(states, expected);
    office.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_that_was_restored_on_another_machine_brings_what_it_never_sent() {
    let office = Box::pin(Office::new()).await;
    let (loan, today, now) = (office.loan, office.a.today(), office.a.now());
    pay(&office.a, loan, "700", today).await.unwrap();
    office.sync().await;
    // In the backup: one that was sent after it, and one that only the backup has.
    pay(&office.a, loan, "50", today).await.unwrap();
    office.a.desk.run_sync().await.unwrap();
    pay(&office.a, loan, "40", today).await.unwrap();
    let file = office.a.desk.backup_book(BackupBook {}).await.unwrap().path;
    office.a.desk.shut().await;

    let folder = tempfile::tempdir().unwrap();
    let (home, kit) = (Home::at(folder.path()), office.a.kit.clone());
    keep::restore(file.as_ref(), &home, ADMIN, &Secret::new(PASSWORD), Some(&kit), now)
        .await
        .unwrap();
    let restored = at(folder.path(), &office).await;
    let receipt = pay_at(&restored, loan, "30", today).await.receipt;
    assert_eq!(receipt, "BR1-01A-000001");
    refused(&restored, Code::DeviceUnknown).await;
    // No other desktop is needed: whoever runs the server makes a code.
    assert_eq!(office.server.invite_for(OFFICER).await.unwrap().len(), 0);
    let codes = office.server.invite_for(ADMIN).await.unwrap();
    assert_eq!(codes.len(), 1);
    assert_eq!(codes[0].0, "Harbour Street");
    let code = codes[0].1.clone();
    restored.let_in_anew(LetInAnew { challenge: None, code }).await.unwrap();
    is_well(&restored).await;
    let receipt = pay_at(&restored, loan, "20", today).await.receipt;
    assert_eq!(receipt, "BR1-01B-000001");
    for desk in [&restored, &office.b] {
        desk.run_sync().await.unwrap();
    }

    // The first machine was not lost after all: it is another desk by now, and each command is done once.
    let old = at(office.a.path(), &office).await;
    pay_at(&old, loan, "10", today).await;
    for desk in [&old, &restored, &office.b] {
        desk.run_sync().await.unwrap();
    }
    for desk in [&old, &restored, &office.b] {
        is_well(desk).await;
        of_amounts(desk, loan, &[10, 20, 30, 40, 50, 700]).await;
        assert_eq!(said(desk).await, said(&office.b).await);
    }
    assert_eq!(office.server.check().await.unwrap().findings, Vec::<String>::new());
    office.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_a_restored_server_never_met_is_let_in_with_all_that_it_recorded() {
    let mut office = Box::pin(Office::new()).await;
    let (loan, today) = (office.loan, office.a.today());
    office.sync().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.dump");
    backup(&office.cluster.url().replace("farthing@", "postgres@"), &file).unwrap();
    let (third_folder, third) = office.empty_desk();
    let code = office.b.make_join_code(MakeJoinCode {}).await.unwrap();
    let request = JoinServer {
        server: code.server,
        code: code.code,
        email: ADMIN.into(),
        password: Secret::new(PASSWORD),
    };
    third.join_server(request).await.unwrap();
    pay_at(&third, loan, "60", today).await;
    third.run_sync().await.unwrap();
    pay_at(&third, loan, "7", today).await;

    let database = "create database second owner farthing";
    office.cluster.sql("postgres", database).unwrap();
    let second = office.cluster.url().replace("/farthing?", "/second?");
    restore(&second, &file).await.unwrap();
    office.server.close().await;
    office.move_to(&second).await;
    refused(&third, Code::DeviceUnknown).await;
    office.sync().await;
    let_in(&third, &office).await.unwrap();
    is_well(&third).await;
    office.sync().await;
    for desk in [&third, &office.a.desk, &office.b] {
        of_amounts(desk, loan, &[7, 60]).await;
        assert_eq!(said(desk).await, said(&office.b).await);
    }
    assert_eq!(office.server.check().await.unwrap().findings, Vec::<String>::new());

    // A machine whose access ended is not let in by another copy of its book.
    third.shut().await;
    let copy = copied(third_folder.path());
    let devices = office.b.list_devices(ListDevices {}).await.unwrap();
    let device = devices.iter().find(|d| d.desk.starts_with("BR1-03")).unwrap().device;
    office.a.prove(PASSWORD).await;
    office.a.desk.revoke_device(RevokeDevice { device }).await.unwrap();
    farthing_identity::device::renew_key(&copy.path().join("desk.book")).unwrap();
    let revoked = at(copy.path(), &office).await;
    refused(&revoked, Code::DeviceUnknown).await;
    assert_eq!(let_in(&revoked, &office).await.unwrap_err().code, Code::DeviceRevoked);
    office.server.close().await;
}
