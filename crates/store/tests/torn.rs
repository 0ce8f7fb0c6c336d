//! A power cut before each write and each sync of a payment, and a disk that is full at each write: what was acknowledged
//! is there, and nothing is there by half.

use chrono::{DateTime, Utc};
use farthing_api::{ListQuery, LoanId, Money, OpId, PaymentMethod, Role, Secret};
use farthing_desk::demo::{Size, make};
use farthing_desk::{Home, headless};
use farthing_office::{Actor, Command, Context, RULES};
use farthing_store::{Beside, Book, BookKey, StoreError};
use std::path::Path;

/// The file system is one for the whole process, so its tests take turns.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

const PASSWORD: &str = "copper lantern outgrows tides 9";

/// A small branch, its key, and a payment to make there.
pub(crate) async fn branch(path: &Path) -> (BookKey, Command, Context, LoanId) {
    let now: DateTime<Utc> = "2026-07-09T12:00:00Z".parse().unwrap();
    make(
        Home::of_book(path),
        &Secret::new(PASSWORD),
        Size {
            customers: 6,
            loans: 12,
            seed: 11,
        },
        now,
        &mut |_| {},
    )
    .await
    .unwrap();
    let desk = headless::open(path, Some("officer@demo.test"), &Secret::new(PASSWORD))
        .await
        .unwrap();
    let query = ListQuery {
        filter: "active".into(),
        ..ListQuery::default()
    };
    let loan = desk.book().loans(&query, now.date_naive()).await.unwrap().rows[0].id;
    let identity = desk.book().identity().await.unwrap().unwrap();
    let key = BookKey::from_bytes(desk.book().key().bytes());
    let ctx = Context {
        op: OpId(uuid::Uuid::from_u128(77)),
        at: now,
        today: now.date_naive(),
        actor: Some(Actor {
            user: desk.user(),
            role: Role::Officer,
            customer: None,
        }),
        device: identity.device,
        desk: identity.prefix(),
        rules: RULES,
        numbers: None,
    };
    let command = Command::ReceivePayment {
        loan,
        amount: Money::from_minor(1_234),
        value_date: now.date_naive(),
        method: PaymentMethod::Cash,
        reference: String::new(),
        prepayment: None,
    };
    desk.close().await.unwrap();
    (key, command, ctx, loan)
}

/// Pays with a cut before the `n`-th change of a file; whether the payment was acknowledged.
async fn pay_until_cut(path: &Path, key: &BookKey, command: &Command, ctx: &Context, n: u64) -> bool {
    crate::vfs::cut_before(n);
    let outcome: Result<(), StoreError> = async {
        let book = Book::open_with(path, key, Some(crate::vfs::NAME), false).await?;
        book.execute(command, ctx, Beside::default()).await?;
        // The process ends here without closing anything, as it does when the power goes.
        drop(book);
        Ok(())
    }
    .await;
    outcome.is_ok()
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_cut_before_every_write_and_sync() {
    let _turn = TURN.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let clean = folder.path().join("clean.book");
    let (key, command, ctx, loan) = branch(&clean).await;
    let torn = folder.path().join("torn.book");
    let (mut kept, mut lost, mut finished) = (0, 0, false);
    for n in 1..500 {
        for leftover in ["torn.book-wal", "torn.book-shm"] {
            let _ = std::fs::remove_file(folder.path().join(leftover));
        }
        std::fs::copy(&clean, &torn).unwrap();
        let is_acknowledged = pay_until_cut(&torn, &key, &command, &ctx, n).await;
        finished = !crate::vfs::is_cut();
        crate::vfs::power_back();
        let _ = std::fs::remove_file(folder.path().join("torn.book-shm"));
        let book = Book::open(&torn, &key).await.unwrap();
        let payments = book.payments_of(loan).await.unwrap();
        let is_there = payments.iter().any(|p| p.amount == Money::from_minor(1_234));
        assert!(
            is_there || !is_acknowledged,
            "cut before change {n}: an acknowledged payment is lost"
        );
        let report = book.verify().await.unwrap();
        assert_eq!(report.findings, Vec::<String>::new(), "cut before change {n}");
        book.close().await.unwrap();
        kept += u32::from(is_there);
        lost += u32::from(!is_there);
        if finished {
            break;
        }
    }
    assert!(
        finished && lost > 5 && kept > 0,
        "kept {kept}, lost {lost}, finished {finished}"
    );
}

#[tokio::test]
async fn a_full_disk_refuses_a_payment_whole_and_takes_it_once_there_is_room() {
    let _turn = TURN.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let clean = folder.path().join("clean.book");
    let (key, command, ctx, loan) = branch(&clean).await;
    let full = folder.path().join("full.book");
    let mut refused = 0;
    for room in 0..500 {
        for leftover in ["full.book-wal", "full.book-shm"] {
            let _ = std::fs::remove_file(folder.path().join(leftover));
        }
        std::fs::copy(&clean, &full).unwrap();
        crate::vfs::cut_before(u64::MAX);
        let book = Book::open_with(&full, &key, Some(crate::vfs::NAME), false)
            .await
            .unwrap();
        crate::vfs::room_for(room);
        let outcome = book.execute(&command, &ctx, Beside::default()).await;
        crate::vfs::room_for(u64::MAX);
        let is_done = outcome.is_ok();
        if let Err(error) = outcome {
            assert!(matches!(error, StoreError::DiskFull), "room for {room}: {error}");
            assert!(
                book.payments_of(loan)
                    .await
                    .unwrap()
                    .iter()
                    .all(|p| p.amount != Money::from_minor(1_234))
            );
            refused += 1;
            book.execute(&command, &ctx, Beside::default()).await.unwrap();
        }
        let payments = book.payments_of(loan).await.unwrap();
        let there = payments.iter().filter(|p| p.amount == Money::from_minor(1_234));
        assert_eq!(there.count(), 1, "room for {room}");
        assert_eq!(
            book.verify().await.unwrap().findings,
            Vec::<String>::new(),
            "room for {room}"
        );
        book.close().await.unwrap();
        if is_done {
            break;
        }
    }
    assert!(refused > 5, "the disk was full {refused} times");
}
