//! Two who type the same code at the same moment: exactly one of them gets in, a thousand times.

use chrono::{DateTime, TimeDelta};
use farthing_store::{Book, BookKey, ChallengeRow, Suspension, Tried};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_verifications_that_race_exactly_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let key = BookKey::from_bytes(&[7; 32]);
    let book = Book::create(&folder.path().join("race.book"), &key).await.unwrap();
    let book = std::sync::Arc::new(book);
    let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
    let limit = Suspension {
        after: 20,
        lasts: TimeDelta::days(1),
    };
    for n in 0..1000 {
        let challenge = ChallengeRow {
            id: format!("challenge {n}"),
            purpose: "verify_email".into(),
            target: format!("someone{n}@example.test"),
            subject: String::new(),
            reference: "ABC".into(),
            codes: "[\"hash\"]".into(),
            tries: 0,
            sent_at: now,
            expires_at: now + TimeDelta::minutes(10),
            used: false,
            waits: None,
        };
        book.put_challenge(&challenge, "desk").await.unwrap();
        let verify = |book: std::sync::Arc<Book>, id: String| async move {
            match book.try_challenge(&id, "desk", now, limit).await.unwrap() {
                Tried::Counted(row) if !row.used => book.use_challenge(&id).await.unwrap(),
                _ => false,
            }
        };
        let one = tokio::spawn(verify(book.clone(), challenge.id.clone()));
        let other = tokio::spawn(verify(book.clone(), challenge.id.clone()));
        let won = [one.await.unwrap(), other.await.unwrap()];
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1, "round {n}");
    }
}
