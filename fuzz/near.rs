//! Whatever is near some seeds, for the tests that replay the seeds of fuzz targets.

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

/// A change at a place: another byte, one more, one less, a piece said twice, a piece left out.
#[derive(Clone, Debug)]
enum Change {
    Put(prop::sample::Index, u8),
    Add(prop::sample::Index, u8),
    Drop(prop::sample::Index),
    Again(prop::sample::Index, prop::sample::Index),
    Cut(prop::sample::Index, prop::sample::Index),
}

/// `telling` are bytes that mean something in what is read.
fn change(telling: &'static [u8]) -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let byte = || prop_oneof![any::<u8>(), prop::sample::select(telling)];
    prop_oneof![
        (at(), byte()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (at(), byte()).prop_map(|(at, byte)| Change::Add(at, byte)),
        at().prop_map(Change::Drop),
        (at(), at()).prop_map(|(from, to)| Change::Again(from, to)),
        (at(), at()).prop_map(|(from, to)| Change::Cut(from, to)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let room = bytes.len().max(1);
        let piece = |from: &prop::sample::Index, to: &prop::sample::Index| {
            let (from, to) = (from.index(room), to.index(room));
            from.min(to)..from.max(to)
        };
        match change {
            Change::Put(at, byte) if !bytes.is_empty() => bytes[at.index(room)] = *byte,
            Change::Add(at, byte) => bytes.insert(at.index(bytes.len() + 1), *byte),
            Change::Drop(at) if !bytes.is_empty() => drop(bytes.remove(at.index(room))),
            Change::Again(from, to) if !bytes.is_empty() => {
                let again = bytes[piece(from, to)].to_vec();
                bytes.splice(from.index(room)..from.index(room), again);
            }
            Change::Cut(from, to) if !bytes.is_empty() => drop(bytes.drain(piece(from, to))),
            _ => {}
        }
    }
    bytes
}

/// Checks the seeds, then many bytes near them, the same ones each time, into which bytes that are `telling` come more often than others.
pub fn near(seeds: Vec<Vec<u8>>, telling: &'static [u8], check: fn(&[u8])) {
    assert!(seeds.len() >= 2, "only {} seeds", seeds.len());
    seeds.iter().for_each(|seed| check(seed));
    let config = ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let seeded = (
        prop::sample::select(seeds),
        prop::collection::vec(change(telling), 1..6),
    );
    let any = prop::collection::vec(any::<u8>(), 0..200);
    let bytes = prop_oneof![9 => seeded.prop_map(|(seed, changes)| changed(seed, &changes)), 1 => any];
    let same = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let run = TestRunner::new_with_rng(config, same).run(&bytes, |bytes| {
        check(&bytes);
        Ok(())
    });
    run.unwrap();
}
