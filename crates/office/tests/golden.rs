//! Every kind of command and fact as it was ever shipped: texts that are read to the same for good.
//!
//! `golden/facts/v1/payment_received.json` is a payload as version 1 writes it, to the byte; a second one of a kind has a word more
//! after a dot. What the present version writes is the same to the byte; what a former one wrote is read to what stands under the
//! same name in the present one's folder. `FARTHING_WRITE_GOLDEN=1 cargo test -p farthing-office` writes a file for each kind that has
//! none, of what the tests do, and touches none that is there; what no test does is written by hand.

use farthing_office::{COMMAND_VERSION, Command, FACT_VERSION, FactBody};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;

/// A kind of payload that is kept in logs.
pub(crate) trait Kept: Serialize + DeserializeOwned + Debug + PartialEq {
    const FOLDER: &str;
    const VERSION: u32;
}

impl Kept for Command {
    const FOLDER: &str = "commands";
    const VERSION: u32 = COMMAND_VERSION;
}

impl Kept for FactBody {
    const FOLDER: &str = "facts";
    const VERSION: u32 = FACT_VERSION;
}

fn folder<T: Kept>(version: u32) -> PathBuf {
    let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    place.join(T::FOLDER).join(format!("v{version}"))
}

fn kind(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    value["kind"].as_str().unwrap().to_string()
}

/// The kinds there are, as what reads them says.
fn kinds<T: Kept>() -> Vec<String> {
    let error = serde_json::from_str::<T>(r#"{"kind":"?"}"#).unwrap_err().to_string();
    let listed = error.split_once("expected one of").unwrap().1;
    listed.split('`').skip(1).step_by(2).map(String::from).collect()
}

/// The texts of a version by the name of their file.
fn texts<T: Kept>(version: u32) -> Vec<(String, String)> {
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let file = entry.unwrap().path();
        let text = fs::read_to_string(&file).unwrap();
        (
            file.file_stem().unwrap().to_string_lossy().into_owned(),
            text.trim_end().to_string(),
        )
    };
    fs::read_dir(folder::<T>(version)).unwrap().map(read).collect()
}

fn read<T: Kept>(name: &str, text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{} {name} is not read: {e}", T::FOLDER))
}

fn holds<T: Kept>() {
    let now = texts::<T>(T::VERSION);
    for (name, text) in &now {
        let written = serde_json::to_string(&read::<T>(name, text)).unwrap();
        assert_eq!(&written, text, "{} {name} is written otherwise", T::FOLDER);
        let of = name.split_once('.').map_or(name.as_str(), |(kind, _)| kind);
        assert_eq!(kind(text), of, "the name of the file");
    }
    let missing: Vec<_> = kinds::<T>()
        .into_iter()
        .filter(|kind| !now.iter().any(|(name, _)| name == kind))
        .collect();
    assert!(missing.is_empty(), "{} without a golden file: {missing:?}", T::FOLDER);
    for version in 1..T::VERSION {
        for (name, text) in texts::<T>(version) {
            let (_, same) = now.iter().find(|(other, _)| *other == name).unwrap();
            assert_eq!(
                read::<T>(&name, &text),
                read::<T>(&name, same),
                "{name} of version {version}"
            );
        }
    }
}

#[test]
fn golden_commands_are_read_and_written_as_ever() {
    holds::<Command>();
}

#[test]
fn golden_facts_are_read_and_written_as_ever() {
    holds::<FactBody>();
}
