//! Replays the seeds of identity's fuzz targets and whatever is near them: read or refused, never a panic.

use proptest::prelude::*;
use std::path::Path;

/// A change at a place: another byte, one more, one less, a piece said twice.
#[derive(Clone, Debug)]
enum Change {
    Put(prop::sample::Index, u8),
    Add(prop::sample::Index, u8),
    Drop(prop::sample::Index),
    Again(prop::sample::Index, prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    let byte = || {
        prop_oneof![
            any::<u8>(),
            prop::sample::select(b"0+-=$.,:;{}[]\"\\ \r\n\x1e\x00".to_vec())
        ]
    };
    prop_oneof![
        (at(), byte()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (at(), byte()).prop_map(|(at, byte)| Change::Add(at, byte)),
        at().prop_map(Change::Drop),
        (at(), at()).prop_map(|(from, to)| Change::Again(from, to)),
    ]
}

fn changed(mut text: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let room = text.len().max(1);
        match change {
            Change::Put(at, byte) if !text.is_empty() => text[at.index(room)] = *byte,
            Change::Add(at, byte) => text.insert(at.index(text.len() + 1), *byte),
            Change::Drop(at) if !text.is_empty() => drop(text.remove(at.index(room))),
            Change::Again(from, to) if !text.is_empty() => {
                let (from, to) = (from.index(room), to.index(room));
                let piece = text[from.min(to)..from.max(to)].to_vec();
                text.splice(from..from, piece);
            }
            _ => {}
        }
    }
    text
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target);
    let seeds: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| std::fs::read(f.unwrap().path()).unwrap())
        .collect();
    assert!(seeds.len() >= 3, "only {} seeds of {target}", seeds.len());
    seeds
}

fn near_its_seeds(target: &str, check: fn(&[u8])) {
    let seeds = seeds(target);
    seeds.iter().for_each(|seed| check(seed));
    let config = ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let near = (prop::sample::select(seeds), prop::collection::vec(change(), 1..6));
    let any = prop::collection::vec(any::<u8>(), 0..200);
    let text = prop_oneof![9 => near.prop_map(|(seed, changes)| changed(seed, &changes)), 1 => any];
    proptest!(config, |(text in text)| check(&text));
}

#[test]
fn any_slot_file_is_read_or_refused() {
    near_its_seeds("slot_file", crate::identity::slot_file);
}

#[test]
fn no_text_is_a_token() {
    near_its_seeds("token", crate::identity::token);
}

#[test]
fn any_hash_is_worked_out_within_limits_or_refused() {
    near_its_seeds("phc", crate::identity::phc);
}

#[test]
fn any_phone_number_has_one_form_or_none() {
    near_its_seeds("phone", crate::identity::phone);
}

#[test]
fn no_message_adds_to_what_a_gateway_is_asked() {
    near_its_seeds("sms_template", crate::identity::sms_template);
}

#[test]
fn nobody_adds_a_header_line() {
    near_its_seeds("mail_headers", crate::identity::mail_headers);
}
