//! A backup that takes the place of a book whose power went and whose file is damaged.

use crate::common::loans::{pay, running_loan};
use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use farthing_api::*;
use farthing_desk::{Home, headless, keep};
use std::fs;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_book_that_was_there_gets_into_the_one_that_is_put_back() {
    let damages: [fn(&Path, Vec<u8>); 3] = [
        |book, mut left| {
            left[64..512].fill(0);
            fs::write(book, left).unwrap();
        },
        |book, left| fs::write(book, vec![7; left.len()]).unwrap(),
        |book, _| fs::remove_file(book).unwrap(),
    ];
    for damage in damages {
        Box::pin(restore_after(damage)).await;
    }
}

async fn restore_after(damage: fn(&Path, Vec<u8>)) {
    let t = Branch::new("2025-03-03T09:00:00Z").await;
    let loan = running_loan(&t).await.row.id;
    let backup = t.desk.backup_book(BackupBook {}).await.unwrap().path;
    for amount in ["100", "200", "300"] {
        pay(&t, loan, amount, t.today()).await.unwrap();
    }
    // What the power leaves: what was committed last is in the log alone.
    let book = Home::at(t.path()).book();
    let log = book.with_extension("book-wal");
    let left = fs::read(&book).unwrap();
    let in_log = fs::read(&log).unwrap();
    assert!(!in_log.is_empty());
    let t = t.restarted().await;
    damage(&book, left);
    fs::write(&log, in_log).unwrap();

    let (home, password) = (Home::at(t.path()), Secret::new(PASSWORD));
    keep::restore(backup.as_ref(), &home, ADMIN, &password, None, t.now())
        .await
        .unwrap();
    let open = headless::open(&book, Some(ADMIN), &password).await.unwrap();
    assert_eq!(open.book().verify().await.unwrap().findings, Vec::<String>::new());
    open.close().await.unwrap();
    t.sign_in(OFFICER).await;
    let seen = t.desk.get_loan(GetLoan { id: loan }).await.unwrap();
    assert_eq!(seen.payments.len(), 0);
}
