//! What was restored from a backup while others know more: a server, which gets back what it lost as its desks begin anew,
//! and a desk's book, which goes on from its backup.

use crate::common::loans::*;
use crate::common::*;
use crate::office::*;
use farthing_api::*;
use farthing_desk::{Clock, Home, keep};
use farthing_server::{backup, restore};

async fn states(office: &Office) -> Vec<(u32, u32, u32)> {
    let mut states = Vec::new();
    for desk in [&office.a.desk, &office.b] {
        let state = desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
        assert_eq!(state.halted, None);
        states.push((state.waiting, state.unsent, state.needs_attention));
    }
    states
}

#[tokio::test]
async fn desks_give_a_restored_server_what_it_lost() {
    let mut office = Box::pin(Office::new()).await;
    let (loan, today) = (office.loan, office.a.today());
    let mut receipts = vec![pay(&office.a, loan, "700", today).await.unwrap().receipt];
    receipts.push(pay_at(&office.b, loan, "300", today).await.receipt);
    office.sync().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.dump");
    backup(&office.cluster.url().replace("farthing@", "postgres@"), &file).unwrap();

    // What the backup lacks, although each desk was told that it is decided: money, and a decision that lost.
    receipts.push(pay(&office.a, loan, "500", today).await.unwrap().receipt);
    receipts.push(pay_at(&office.b, loan, "200", today).await.receipt);
    let applied = office.apply().await;
    office.sync().await;
    decide(&office.a.desk, applied, true).await.unwrap();
    decide(&office.b, applied, false).await.unwrap();
    office.sync().await;
    assert_eq!(states(&office).await, [(0, 0, 0), (0, 0, 1)]);

    let database = "create database second owner farthing";
    office.cluster.sql("postgres", database).unwrap();
    let second = office.cluster.url().replace("/farthing?", "/second?");
    restore(&second, &file).await.unwrap();
    office.server.close().await;
    office.move_to(&second).await;
    // Desk A has nothing to send and finds out all the same; desk B went on offline.
    receipts.push(pay_at(&office.b, loan, "150", today).await.receipt);
    let round = office.a.desk.run_sync().await.unwrap();
    assert_eq!(
        round.sent, 6,
        "a payment, an application, an approval, and all that is there already"
    );
    let shown = view(&office.a.desk, loan).await.payments.len();
    assert_eq!(shown, 3, "what only desk B can tell comes with its next round");
    office.sync().await;

    assert_eq!(states(&office).await, [(0, 0, 0), (0, 0, 1)]);
    for desk in [&office.a.desk, &office.b] {
        let payments = view(desk, loan).await.payments;
        let mut printed: Vec<_> = payments.iter().map(|p| p.receipt.clone()).collect();
        printed.sort();
        receipts.sort();
        assert_eq!(printed, receipts, "each once, under the number that was printed");
        assert_eq!(view(desk, applied).await.row.status, LoanStatus::Approved);
    }
    office.agree().await;

    // The next restore is another history again; a desk that heard of nothing new loses nothing either.
    office.server.begin_history().await.unwrap();
    assert!(office.b.run_sync().await.unwrap().facts > 0);
    let round = office.b.run_sync().await.unwrap();
    assert_eq!((round.sent, round.facts), (0, 0));
    office.sync().await;
    office.agree().await;
    office.server.close().await;
}

/// The receipts of a loan's payments as a desk shows them, in order.
async fn printed(desk: &Desk, loan: LoanId) -> Vec<String> {
    let payments = view(desk, loan).await.payments;
    let mut printed: Vec<_> = payments.into_iter().map(|payment| payment.receipt).collect();
    printed.sort();
    printed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_goes_on_from_its_backup_and_gets_back_what_it_had_sent() {
    let mut office = Box::pin(Office::new()).await;
    let (loan, today) = (office.loan, office.a.today());
    let mut receipts = vec![pay(&office.a, loan, "700", today).await.unwrap().receipt];
    office.a.desk.run_sync().await.unwrap();
    // One payment is in the backup and sent after it, one is sent only, one is lost with the disk.
    receipts.push(pay(&office.a, loan, "50", today).await.unwrap().receipt);
    let backup = office.a.desk.backup_book(BackupBook {}).await.unwrap().path;
    receipts.push(pay(&office.a, loan, "300", today).await.unwrap().receipt);
    office.sync().await;
    pay(&office.a, loan, "40", today).await.unwrap();
    let left = tempfile::tempdir().unwrap();
    office.a.desk.shut().await;
    for file in std::fs::read_dir(office.a.path()).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), left.path().join(file.file_name())).unwrap();
        }
    }

    let (home, now) = (Home::at(office.a.path()), office.a.now());
    keep::restore(backup.as_ref(), &home, ADMIN, &Secret::new(PASSWORD), None, now)
        .await
        .unwrap();
    office.a = office.a.restarted().await;
    office.a.sign_in(ADMIN).await;
    receipts.push(pay(&office.a, loan, "20", today).await.unwrap().receipt);
    assert!(receipts[3].starts_with("BR1-01A-"), "{}", receipts[3]);
    office.sync().await;
    assert_eq!(states(&office).await, [(0, 0, 0), (0, 0, 0)]);
    receipts.push(pay(&office.a, loan, "10", today).await.unwrap().receipt);
    office.sync().await;
    receipts.sort();
    for desk in [&office.a.desk, &office.b] {
        assert_eq!(printed(desk, loan).await, receipts);
    }
    office.agree().await;
    office.a.check().await;

    // The copy that was left records, but nothing is taken of it, and the restored one goes on.
    let other = Desk::with_clock(Home::at(left.path()), Clock::moved(now)).without_second_factor();
    sign_in(&other, ADMIN).await;
    pay_at(&other, loan, "5", today).await;
    assert_eq!(other.run_sync().await.unwrap_err().code, Code::BookCopied);
    receipts.push(pay(&office.a, loan, "15", today).await.unwrap().receipt);
    office.sync().await;
    assert_eq!(states(&office).await, [(0, 0, 0), (0, 0, 0)]);
    receipts.sort();
    assert_eq!(printed(&office.b, loan).await, receipts);
}

/// A copy of a desk's book as it is now, to be restored.
async fn copy_of(desk: &Desk) -> String {
    desk.backup_book(BackupBook {}).await.unwrap().path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_backup_of_the_first_copy_brings_what_it_never_sent() {
    let mut office = Box::pin(Office::new()).await;
    let (loan, today) = (office.loan, office.a.today());
    let (home, now) = (Home::at(office.a.path()), office.a.now());
    let old = copy_of(&office.a.desk).await;
    let mut receipts = vec![pay(&office.a, loan, "700", today).await.unwrap().receipt];
    office.sync().await;
    receipts.push(pay(&office.a, loan, "50", today).await.unwrap().receipt);
    let new = copy_of(&office.a.desk).await;
    receipts.push(pay(&office.a, loan, "40", today).await.unwrap().receipt);
    for (backup, amount) in [(old, "300"), (new, "20")] {
        office.a.desk.shut().await;
        keep::restore(backup.as_ref(), &home, ADMIN, &Secret::new(PASSWORD), None, now)
            .await
            .unwrap();
        office.a = office.a.restarted().await;
        office.a.sign_in(ADMIN).await;
        receipts.push(pay(&office.a, loan, amount, today).await.unwrap().receipt);
        office.sync().await;
        assert_eq!(states(&office).await, [(0, 0, 0), (0, 0, 0)]);
    }
    // What was paid after the newer backup and never sent went with the disk.
    receipts.remove(2);
    receipts.sort();
    for desk in [&office.a.desk, &office.b] {
        assert_eq!(printed(desk, loan).await, receipts);
    }
    office.agree().await;
    office.a.check().await;
}
