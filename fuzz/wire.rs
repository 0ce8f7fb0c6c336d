//! What must hold for any bytes that a server or a desk takes off the wire. The fuzz targets and the test that replays their seeds
//! share it.
#![allow(dead_code, reason = "each target uses one of them")]

use farthing_api::DeviceId;
use farthing_sync::device::Position;
use farthing_sync::intake::{Known, MOST_COMMANDS, Machine, Verdict, check};
use farthing_sync::scope::Scope;
use farthing_sync::snapshot::{Chunk, SentChunk, Torn, hash, seal};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Form, Letter, MOST_BYTES, Reply, Request, WireError, decode, encode, unpack};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use uuid::Uuid;

/// What is read is written to something that is read to the same, and is not much larger than what came.
fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let bytes = encode(value).expect("what was read can be written");
    assert_eq!(&decode::<T>(&bytes).expect("and read"), value);
}

/// Any bytes as a letter: whoever has no key writes none that is taken, and a newer one is refused whatever it says.
pub fn letter(data: &[u8]) {
    let Ok(letter) = decode::<Letter>(data) else { return };
    comes_back(&letter);
    assert!(letter.open(Versions::HERE, &[0xff; 32]).is_err());
    match letter.peek(Versions::HERE) {
        Ok(request) => comes_back(&request),
        Err(WireError::Version(version)) => assert_eq!(version, letter.version),
        Err(_) => {}
    }
}

/// Any bytes as a request.
pub fn request(data: &[u8]) {
    if let Ok(request) = decode::<Request>(data) {
        comes_back(&request);
        assert!(!request.word().is_empty());
    }
}

/// Any bytes as an answer.
pub fn reply(data: &[u8]) {
    if let Ok(reply) = decode::<Reply>(data) {
        comes_back(&reply);
    }
}

/// Any bytes as they come off the line: what would unpack to more than a message may be is not unpacked.
pub fn packed(data: &[u8]) {
    match unpack::<serde_bytes::ByteBuf>(data) {
        Ok(bytes) => assert!(bytes.len() <= MOST_BYTES),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(letter) = unpack::<Letter>(data) {
        packs(&letter);
    }
    if let Ok(reply) = unpack::<Reply>(data) {
        packs(&reply);
    }
}

/// What is packed, in whichever form, is unpacked to the same.
fn packs<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    for form in [Form::Named, Form::Dense] {
        let packed = form.pack(value).expect("what was read can be packed");
        assert_eq!(&unpack::<T>(&packed).expect("and unpacked"), value);
    }
}

/// Any page to a desk that knows nothing, and to one that stands where the page goes on: what it applies goes on from there.
pub fn page(data: &[u8]) {
    let Ok(Reply::Pull(page)) = decode::<Reply>(data) else {
        return;
    };
    for fact in page.entries.iter().map(|entry| &entry.fact) {
        let (_, _) = (fact.read().is_ok(), fact.hash_after(&[0; 32]));
    }
    let there = page.scopes.iter().map(|part| {
        let head = farthing_sync::authority::Head {
            seq: part.from.saturating_sub(1),
            hash: part.prev,
        };
        (part.scope.clone(), head)
    });
    let stands = Position {
        decided: page.outcomes_after.unwrap_or(0),
        history: page.history,
        cursors: there.collect(),
        ..Position::default()
    };
    for position in [Position::default(), stands] {
        let Ok(news) = position.news(Versions::HERE, page.clone()) else {
            continue;
        };
        assert!(news.facts.iter().all(|(fact, _)| !fact.is_newer(Versions::HERE)));
        let after = position.after(&news);
        for (scope, head) in &after.cursors {
            assert!(
                position.cursors.get(scope).is_none_or(|before| before.seq <= head.seq),
                "{scope} goes back"
            );
        }
        assert!(after.sent <= position.sent.max(0), "a page sends nothing");
    }
}

/// The bytes of a page as a chunk has them, where a reply is one.
pub fn chunk_of(reply: &[u8]) -> Option<Vec<u8>> {
    match decode::<Reply>(reply) {
        Ok(Reply::Pull(page)) => Some(seal(&page).expect("what was read can be packed").packed),
        _ => None,
    }
}

/// Any bytes as a chunk that came, and as what is packed in one: where they are those that were listed, what comes of them is checked
/// as any page.
pub fn chunk(data: &[u8]) {
    let packed = SentChunk {
        packed: data.to_vec().into(),
        history: Uuid::from_u128(5),
        keys: Vec::new(),
        credentials: Vec::new(),
    };
    let came = match decode::<Reply>(data) {
        Ok(Reply::Chunk(chunk)) => Some(chunk),
        _ => None,
    };
    for sent in came.into_iter().chain([packed]) {
        let listed = Chunk {
            through: 1,
            bytes: 1,
            hash: hash(&sent.packed),
        };
        let other = Chunk {
            hash: [0; 32],
            ..listed.clone()
        };
        assert!(matches!(sent.clone().open(&other), Err(Torn::Hash)));
        if let Ok(opened) = sent.open(&listed) {
            assert!(opened.outcomes.is_empty() && opened.has.is_none() && opened.more);
            page(&encode(&Reply::Pull(opened)).expect("what was read can be written"));
        }
    }
}

/// Any push of a machine that nobody knows the key of: nothing new is taken of it.
pub fn push(data: &[u8]) {
    let Ok(Request::Push(push)) = decode::<Request>(data) else {
        return;
    };
    let machine = Machine {
        device: DeviceId(Uuid::from_u128(1)),
        // No point of the curve: nothing verifies under it.
        public: [0xff; 32],
        desk: "BR1-01".into(),
        epoch: 0,
        dev_seq: 0,
        head: [0; 32],
    };
    let first = push.commands.first().map_or(0, |c| c.dev_seq);
    let near = Machine {
        dev_seq: first.saturating_sub(1),
        epoch: push.epoch,
        head: push.after.map_or([0; 32], |after| after.into_array()),
        ..machine.clone()
    };
    for machine in [machine, near] {
        if let Verdict::Fresh { taken, .. } = check(&machine, &push, &Known::new(), Versions::HERE) {
            panic!("{} of {MOST_COMMANDS} commands were taken of nobody", taken.len());
        }
    }
}

/// Any text as a scope: it has one form, which is its own.
pub fn scope(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(scope) = text.parse::<Scope>() {
        assert_eq!(scope.to_string().parse::<Scope>().as_ref(), Ok(&scope), "{text}");
    }
}
