//! What is derived equals a replay of the facts, whatever happened.

use farthing_api::Secret;
use farthing_desk::demo::{Size, make};
use farthing_desk::{Home, headless};
use proptest::prelude::*;
use std::path::Path;

const PASSWORD: &str = "copper lantern outgrows tides 9";

async fn branch(book: &Path, size: Size) {
    let now = "2026-07-09T12:00:00Z".parse().unwrap();
    make(Home::of_book(book), &Secret::new(PASSWORD), size, now, &mut |_| {})
        .await
        .unwrap();
}

async fn opened(book: &Path) -> headless::Headless {
    headless::open(book, Some("admin@demo.test"), &Secret::new(PASSWORD))
        .await
        .unwrap()
}

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_rebuild_gives_what_the_incremental_way_gave(seed in any::<u64>(), customers in 1u32..25, loans in 1u32..40) {
        block(async {
            let folder = tempfile::tempdir().unwrap();
            let book = folder.path().join("branch.book");
            branch(&book, Size { customers, loans, seed }).await;
            let desk = opened(&book).await;
            let before = desk.book().verify().await.unwrap();
            assert_eq!(before.findings, Vec::<String>::new());
            assert_eq!(desk.book().rebuild().await.unwrap(), before.facts);
            let after = desk.book().verify().await.unwrap();
            assert_eq!((after.facts, after.findings), (before.facts, before.findings));
            desk.close().await.unwrap();
        });
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_facts() {
    let folder = tempfile::tempdir().unwrap();
    let size = Size {
        customers: 12,
        loans: 20,
        seed: 42,
    };
    let mut heads = Vec::new();
    for name in ["one.book", "two.book"] {
        let book = folder.path().join(name);
        branch(&book, size).await;
        let desk = opened(&book).await;
        heads.push(desk.book().head().await.unwrap());
        desk.close().await.unwrap();
    }
    assert_eq!(heads[0], heads[1]);
    assert!(heads[0].0 > 100);
}

#[tokio::test]
async fn one_flipped_byte_anywhere_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("branch.book");
    branch(
        &book,
        Size {
            customers: 2,
            loans: 2,
            seed: 3,
        },
    )
    .await;
    let whole = std::fs::read(&book).unwrap();
    // Every page has a part of each kind: the salt or the text, the padding, the nonce and the code at its end.
    let offsets = (0..whole.len())
        .step_by(4096)
        .flat_map(|page| [page + 3, page + 2001, page + 4020, page + 4090]);
    for offset in offsets {
        let mut bytes = whole.clone();
        bytes[offset] ^= 1;
        std::fs::write(&book, &bytes).unwrap();
        let noticed = match headless::open(&book, Some("admin@demo.test"), &Secret::new(PASSWORD)).await {
            Ok(desk) => desk
                .book()
                .verify()
                .await
                .map_or(true, |report| !report.findings.is_empty()),
            Err(_) => true,
        };
        assert!(noticed, "a change at byte {offset} of {} was not noticed", whole.len());
    }
    std::fs::write(&book, &whole).unwrap();
    assert_eq!(
        opened(&book).await.book().verify().await.unwrap().findings,
        Vec::<String>::new()
    );
}
