//! Chunks of the history: what is cut, and what a desk takes of it.

use crate::common::at;
use crate::news::{facts, page, stretches};
use farthing_api::{FactId, Secret};
use farthing_sync::authority::Head;
use farthing_sync::device::{Broken, Position};
use farthing_sync::pull::Stretch;
use farthing_sync::scope::Scope;
use farthing_sync::snapshot::{Chunk, Cut, Full, SentChunk, Torn, cut, hash, seal};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Outcome, Page, SentFact, WireError};
use proptest::prelude::*;
use serde_bytes::{ByteArray, ByteBuf};
use std::collections::BTreeMap;
use uuid::Uuid;

const HISTORY: Uuid = Uuid::from_u128(3);

fn of(facts: u32) -> Full {
    Full {
        facts,
        ..Full::default()
    }
}

/// All chunks of some facts, in their order, with their list.
fn chunks(facts: &[SentFact], full: Full) -> Vec<(Chunk, SentChunk)> {
    let mut left: Vec<Stretch> = stretches(facts, &BTreeMap::new());
    let (mut all, mut through) = (Vec::new(), 0);
    while let Some(page) = cut(&mut left, full) {
        through += u64::try_from(page.entries.len()).unwrap();
        all.push(sealed(&page, through));
    }
    all
}

fn sealed(page: &Page, through: u64) -> (Chunk, SentChunk) {
    let Cut { packed, hash } = seal(page).unwrap();
    let listed = Chunk {
        through,
        bytes: u64::try_from(packed.len()).unwrap(),
        hash,
    };
    let sent = SentChunk {
        packed: ByteBuf::from(packed),
        history: HISTORY,
        keys: Vec::new(),
        credentials: Vec::new(),
    };
    (listed, sent)
}

/// What a new desk knows after so many chunks, and what it got.
fn taken(chunks: &[(Chunk, SentChunk)], most: usize) -> (Position, Vec<SentFact>) {
    let (mut position, mut got) = (Position::default(), Vec::new());
    let listed: Vec<Chunk> = chunks.iter().map(|(listed, _)| listed.clone()).collect();
    while let Some(n) = position.next_chunk(&listed).filter(|n| *n < most) {
        let page = chunks[n].1.clone().open(&chunks[n].0).unwrap();
        let news = position.news(Versions::HERE, page).unwrap();
        position = position.after(&news);
        got.extend(news.facts.into_iter().map(|(fact, _)| fact));
    }
    (position, got)
}

proptest! {
    /// However large chunks are and wherever a desk stopped between them, chunks and then a page bring what pages bring.
    #[test]
    fn chunks_and_then_pages_bring_what_pages_bring(count in 0u32..40, size in 1u32..12, most in 0usize..5) {
        let facts = facts(count);
        let chunks = chunks(&facts, of(size));
        prop_assert_eq!(chunks.len(), (count / size) as usize, "only full ones are cut");
        let (position, mut got) = taken(&chunks, most);
        prop_assert_eq!(got.len(), chunks.len().min(most) * size as usize);
        let rest = page(&facts, &position.cursors, 100);
        let news = position.news(Versions::HERE, rest).unwrap();
        got.extend(news.facts.iter().map(|(fact, _)| fact.clone()));
        prop_assert_eq!(&got, &facts);
        let whole = Position::default().news(Versions::HERE, page(&facts, &BTreeMap::new(), 100)).unwrap();
        prop_assert_eq!(position.after(&news).cursors, whole.cursors);
    }
}

#[test]
fn what_is_cut_later_goes_on_after_what_was_cut_before_and_never_changes_it() {
    let all = facts(30);
    let (early, late) = (chunks(&all[..13], of(5)), chunks(&all, of(5)));
    assert_eq!((early.len(), late.len()), (2, 6));
    assert_eq!(early, late[..2]);
}

#[test]
fn a_chunk_is_full_with_its_bytes_as_well() {
    let all = facts(10);
    let bytes = all[0].payload.len() + all[1].payload.len();
    let full = Full { facts: 5, bytes };
    let chunks = chunks(&all, full);
    assert_eq!(chunks.len(), 5);
    assert_eq!(taken(&chunks, 9).1, all);
}

#[test]
fn a_desk_knows_where_it_goes_on() {
    let chunks = chunks(&facts(20), of(5));
    let listed: Vec<Chunk> = chunks.iter().map(|(listed, _)| listed.clone()).collect();
    let knows = |facts: i64| Position {
        cursors: BTreeMap::from([(
            Scope::Public,
            Head {
                seq: facts,
                hash: [0; 32],
            },
        )]),
        ..Position::default()
    };
    let places: Vec<_> = [0, 5, 7, 15, 20, 25].map(|n| knows(n).next_chunk(&listed)).to_vec();
    assert_eq!(places, [Some(0), Some(1), None, Some(3), None, None]);
    assert_eq!(knows(0).next_chunk(&[]), None);
    let says = |in_chunks| Page {
        in_chunks,
        ..Page::default()
    };
    let asks: Vec<_> = [None, Some(5), Some(6)]
        .map(|facts| knows(5).is_behind_chunks(&says(facts)))
        .to_vec();
    assert_eq!(asks, [false, false, true]);
}

#[test]
fn a_chunk_that_was_altered_or_does_not_fit_is_not_taken() {
    let facts = facts(20);
    let chunks = chunks(&facts, of(5));
    let (listed, sent) = chunks[1].clone();
    let mut flipped = sent.clone();
    flipped.packed[9] ^= 1;
    assert!(matches!(flipped.open(&listed), Err(Torn::Hash)));
    assert!(matches!(sent.clone().open(&chunks[0].0), Err(Torn::Hash)));
    // Whoever kept another page with its own hash is found out by the chain, and a chunk in the wrong place by its numbers.
    let (stands, _) = taken(&chunks, 1);
    let mut other = sent.clone().open(&listed).unwrap();
    other.entries[0].fact.payload = other.entries[0].fact.payload.replace("kind", "Kind");
    let (listed, other) = sealed(&other, 10);
    let altered = other.open(&listed).unwrap();
    assert!(matches!(stands.news(Versions::HERE, altered), Err(Broken::Fork(_))));
    let (listed, third) = chunks[2].clone();
    let third = third.open(&listed).unwrap();
    assert!(matches!(stands.news(Versions::HERE, third), Err(Broken::Gap { .. })));
    // One of another history is left for the pages, which say that it began.
    let knows = Position {
        history: Some(Uuid::from_u128(4)),
        ..stands
    };
    let page = sent.open(&chunks[1].0).unwrap();
    assert_eq!(knows.news(Versions::HERE, page), Err(Broken::Anew(HISTORY)));
    let (listed, noise) = sealed(&Page::default(), 0);
    let noise = SentChunk {
        packed: ByteBuf::from(b"no page".to_vec()),
        ..noise
    };
    let listed = Chunk {
        hash: hash(&noise.packed),
        ..listed
    };
    assert!(matches!(noise.open(&listed), Err(Torn::Wire(WireError::TooLarge))));
}

#[test]
fn keys_and_credentials_come_beside_and_nothing_else_does() {
    let all = facts(4);
    let mut page = cut(&mut stretches(&all, &BTreeMap::new()), of(4)).unwrap();
    assert!(page.entries.iter().all(|e| e.key.is_none() && e.credential.is_none()));
    // Whatever else was packed is not listened to.
    (page.has, page.outcomes_after) = (Some(7), Some(9));
    page.outcomes.push(Outcome {
        dev_seq: 1,
        op: all[0].op,
        refusal: None,
    });
    let (listed, sent) = sealed(&page, 4);
    let stranger = FactId::of(all[0].op, 99);
    let sent = SentChunk {
        keys: vec![
            (all[2].id, ByteArray::new([8; 32])),
            (stranger, ByteArray::new([9; 32])),
        ],
        credentials: vec![(all[1].id, Secret::new("argon2id of it"))],
        ..sent
    };
    let news = Position::default()
        .news(Versions::HERE, sent.open(&listed).unwrap())
        .unwrap();
    let keys: Vec<_> = news.facts.iter().map(|(_, key)| *key).collect();
    assert_eq!(keys, [None, None, Some([8; 32]), None]);
    assert_eq!(news.credentials, [(all[1].id, Secret::new("argon2id of it"))]);
    assert_eq!((news.outcomes.len(), news.lacks, news.more), (0, None, true));
    assert_eq!(news.facts[0].0.at, at().timestamp_millis());
}
