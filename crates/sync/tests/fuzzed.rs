//! Replays the golden files of the wire as seeds of its fuzz targets, and whatever is near them: read or refused, never a panic.

use crate::golden::files;
use crate::wire;
use farthing_sync::wire::{MOST_BYTES, Reply, WireError, unpack};
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

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    // What MessagePack begins lengths, numbers, maps and nothing with.
    let byte = || {
        prop_oneof![
            any::<u8>(),
            prop::sample::select(
                b"\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc4\xc6\xcf\xd3\xd9\xdb\xdd\xdf\xff\x00\x7f:".to_vec()
            )
        ]
    };
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

/// So many bytes near some seeds, the same ones each time.
fn near(seeds: Vec<Vec<u8>>, check: fn(&[u8])) {
    assert!(seeds.len() >= 2, "only {} seeds", seeds.len());
    seeds.iter().for_each(|seed| check(seed));
    let config = ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let seeded = (prop::sample::select(seeds), prop::collection::vec(change(), 1..6));
    let any = prop::collection::vec(any::<u8>(), 0..200);
    let bytes = prop_oneof![9 => seeded.prop_map(|(seed, changes)| changed(seed, &changes)), 1 => any];
    let same = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let run = TestRunner::new_with_rng(config, same).run(&bytes, |bytes| {
        check(&bytes);
        Ok(())
    });
    run.unwrap();
}

#[test]
fn any_letter_is_read_or_refused() {
    near([files("letters"), files("requests")].concat(), wire::letter);
}

#[test]
fn any_request_is_read_or_refused() {
    near(files("requests"), wire::request);
}

#[test]
fn any_reply_is_read_or_refused() {
    near(files("replies"), wire::reply);
}

#[test]
fn anything_off_the_line_is_unpacked_within_the_limit_or_refused() {
    near(files("packed"), wire::packed);
}

#[test]
fn any_page_goes_on_where_a_desk_stands_or_is_left() {
    near(files("replies"), wire::page);
}

#[test]
fn any_chunk_goes_on_where_a_desk_stands_or_is_left() {
    let pages = files("replies")
        .iter()
        .filter_map(|reply| wire::chunk_of(reply))
        .collect();
    near([files("replies"), pages].concat(), wire::chunk);
}

#[test]
fn no_push_of_nobody_is_taken() {
    near(files("requests"), wire::push);
}

#[test]
fn any_text_is_one_scope_or_none() {
    let seeds = [
        "org-public",
        "org",
        "branch:BR1",
        "customer:01980000-0000-7000-8000-000000000001",
    ];
    near(seeds.map(|text| text.as_bytes().to_vec()).to_vec(), wire::scope);
}

#[test]
fn what_would_unpack_to_too_much_is_refused() {
    // A frame of a few kilobytes that would unpack to one byte more than a message may have, and one that hides how much.
    let whole = vec![0; MOST_BYTES + 1];
    let pressed = zstd::bulk::compress(&whole, 19).unwrap();
    let mut streamed = zstd::Encoder::new(Vec::new(), 19).unwrap();
    std::io::copy(&mut whole.as_slice(), &mut streamed).unwrap();
    for bomb in [pressed, streamed.finish().unwrap()] {
        assert!(bomb.len() < 8 << 10);
        assert!(matches!(unpack::<Reply>(&bomb), Err(WireError::TooLarge)));
    }
    let most = zstd::bulk::compress(&whole[1..], 3).unwrap();
    assert!(matches!(unpack::<Reply>(&most), Err(WireError::Malformed(_))));
}
