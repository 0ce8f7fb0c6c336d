//! Every message as it was ever shipped: bytes that are read to the same for good.
//!
//! `golden/requests/v1/push.hex` is a request as version 1 of the protocol encodes it, `golden/letters`, `golden/packed` and
//! `golden/dense` have messages as they go over the wire. What the present version writes is the same to the byte; of a former one it is enough that it
//! is read. `FARTHING_WRITE_GOLDEN=1 cargo test -p farthing-sync golden` writes the files that are missing and none that is there.

use crate::common::{push, rows, sign};
use crate::messages::{ORGANISATION, replies, requests};
use farthing_office::chain::START;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Form, Letter, PROTOCOL, Reply, Request, decode, encode, pack, unpack};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

fn folder(what: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(what)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let lines = bytes
        .chunks(60)
        .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect());
    lines.collect::<Vec<String>>().join("\n")
}

fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap())
        .collect()
}

/// The bytes of the file, which is written where there is none and that is asked for.
fn golden(what: &str, name: &str, now: &[u8]) -> Vec<u8> {
    let place = folder(what).join(format!("v{PROTOCOL}"));
    let file = place.join(format!("{name}.hex"));
    if !file.exists() && std::env::var_os("FARTHING_WRITE_GOLDEN").is_some() {
        fs::create_dir_all(&place).unwrap();
        let mut new = OpenOptions::new().write(true).create_new(true).open(&file).unwrap();
        writeln!(new, "{}", hex(now)).unwrap();
    }
    let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{what} {name} has no golden file"));
    bytes(&text)
}

/// The names of an enum's variants, as what reads it says them.
fn variants<T: DeserializeOwned + Debug>() -> Vec<String> {
    let error = serde_json::from_str::<T>("{\"?\":null}").unwrap_err().to_string();
    let listed = error.split_once("expected").unwrap().1;
    listed.split('`').skip(1).step_by(2).map(String::from).collect()
}

fn holds<T: Serialize + DeserializeOwned + Debug + PartialEq>(what: &str, all: &[(&str, T)]) {
    for (name, value) in all {
        let now = encode(value).unwrap();
        let then = golden(what, name, &now);
        assert_eq!(decode::<T>(&then).unwrap(), *value, "{what} {name} is read otherwise");
        assert_eq!(then, now, "{what} {name} is written otherwise");
    }
    let named = |value: &T| match serde_json::to_value(value).unwrap() {
        serde_json::Value::String(name) => name,
        value => value.as_object().unwrap().keys().next().unwrap().clone(),
    };
    let here: Vec<String> = all.iter().map(|(_, value)| named(value)).collect();
    let missing: Vec<String> = variants::<T>()
        .into_iter()
        .filter(|name| !here.contains(name))
        .collect();
    assert!(missing.is_empty(), "no golden file of {what} {missing:?}");
    // What is there of any version is read.
    for then in files(what) {
        assert!(decode::<T>(&then).is_ok(), "{what} of a former version are not read");
    }
}

/// The bytes of every golden file of a sort, of all versions, in the order of their names.
pub(crate) fn files(what: &str) -> Vec<Vec<u8>> {
    let below = |place: PathBuf| -> Vec<PathBuf> {
        fs::read_dir(place)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    };
    let mut all: Vec<PathBuf> = below(folder(what)).into_iter().flat_map(below).collect();
    all.sort();
    all.into_iter()
        .map(|file| bytes(&fs::read_to_string(file).unwrap()))
        .collect()
}

#[test]
fn golden_requests_are_read_and_written_as_ever() {
    holds("requests", &requests());
}

#[test]
fn golden_replies_are_read_and_written_as_ever() {
    holds("replies", &replies());
}

#[test]
fn golden_letters_are_read_and_written_as_ever() {
    let request = Request::Push(push(rows(1..=2), START));
    let letter = Letter::new(Versions::HERE, ORGANISATION, crate::common::device(), &request, sign).unwrap();
    let then = golden("letters", "push", &encode(&letter).unwrap());
    assert_eq!(then, encode(&letter).unwrap());
    let there: Letter = decode(&then).unwrap();
    let public = crate::common::key().verifying_key().to_bytes();
    assert_eq!(there.open(Versions::HERE, &public).unwrap(), request);
    // The next version of zstd may press otherwise; what is pressed is read for good.
    let packed = golden("packed", "push", &pack(&letter).unwrap());
    assert_eq!(unpack::<Letter>(&packed).unwrap(), letter);
    let dense = golden("dense", "push", &Form::Dense.pack(&letter).unwrap());
    assert_eq!(unpack::<Letter>(&dense).unwrap(), letter);
    for (name, reply) in replies() {
        let packed = golden("packed", name, &pack(&reply).unwrap());
        assert_eq!(unpack::<Reply>(&packed).unwrap(), reply, "{name}");
        let dense = golden("dense", name, &Form::Dense.pack(&reply).unwrap());
        assert_eq!(unpack::<Reply>(&dense).unwrap(), reply, "{name}");
    }
}
