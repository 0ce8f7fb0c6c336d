//! The program is updated while commands wait for a server's decision.

use crate::torn::branch;
use farthing_api::{ApiError, Code, ErrorKind};
use farthing_store::{Beside, Book};
use farthing_sync::device::News;
use farthing_sync::wire::Outcome;

/// What a later program may do to tables in which the provisional layer has changed rows.
const LATER: &str = "alter table loan add column later text not null default '';
    alter table payment add column later text not null default '';
    update loan set later = number";

const FAILS: &str = "update loan set title = ''; update no_such_table set one = 2";

#[tokio::test]
async fn what_waits_lies_on_top_of_what_an_update_made_of_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.book");
    let (key, command, ctx, loan) = branch(&path).await;
    let book = Book::open(&path, &key).await.unwrap();
    book.enrol("http://127.0.0.1:1", uuid::Uuid::from_u128(5), None)
        .await
        .unwrap();
    let before = book.loan_row(loan, ctx.today).await.unwrap();
    book.execute(&command, &ctx, Beside::default()).await.unwrap();
    let paid = book.loan_row(loan, ctx.today).await.unwrap();
    assert_ne!(paid, before);
    book.close().await.unwrap();

    // An update that fails leaves the book to the program that it was of.
    assert!(Book::open_updated(&path, &key, FAILS).await.is_err());
    let book = Book::open(&path, &key).await.unwrap();
    assert_eq!(book.loan_row(loan, ctx.today).await.unwrap(), paid);
    assert!(book.verify().await.unwrap().findings.is_empty());
    book.close().await.unwrap();

    let book = Book::open_updated(&path, &key, LATER).await.unwrap();
    let enrolment = book.enrolment().await.unwrap().unwrap();
    assert_eq!(book.loan_row(loan, ctx.today).await.unwrap(), paid);
    // The server could not do it after all.
    let unsent = book.to_send(enrolment.position.sent, 10).await.unwrap();
    let refused = Outcome {
        dev_seq: unsent.commands[0].dev_seq,
        op: ctx.op,
        refusal: Some(ApiError::new(ErrorKind::Refused, Code::LoanChanged)),
    };
    let news = News {
        outcomes: vec![refused],
        ..News::default()
    };
    book.apply(&news, ctx.at).await.unwrap();
    assert_eq!(book.loan_row(loan, ctx.today).await.unwrap(), before);
    let other: i64 = sqlx::query_scalar("select count(*) from loan where later <> number")
        .fetch_one(book.readers())
        .await
        .unwrap();
    assert_eq!(other, 0);
    book.close().await.unwrap();
}
