//! `farthing close-day` killed in the middle of many days: what was closed stays closed, the rest follows, nothing twice.
#![cfg(target_os = "linux")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PASSWORD: &str = "copper lantern outgrows tides 9";
/// The demo branch ends here, and its days are closed up to seven years later.
const UNTIL: &str = "2019-03-01";
const LAST: &str = "2026-03-01";
/// How many bytes a process may have written when it is killed: before its first commit, after it, and in what is left.
const KILLED_AT: [u64; 3] = [200_000, 14_000_000, 1_000_000];

fn farthing(book: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_farthing"));
    command
        .args(arguments)
        .arg("--book")
        .arg(book)
        .arg("--json")
        .env("FARTHING_PASSWORD", PASSWORD)
        .env("FARTHING_USER", "admin@demo.test")
        .env("FARTHING_TEST_CHEAP_ARGON2", "1")
        .env("FARTHING_KEYRING", "off")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn answer(book: &Path, arguments: &[&str]) -> Value {
    let out = farthing(book, arguments).output().unwrap();
    assert!(out.status.success(), "{arguments:?}: {:?}", out.status);
    serde_json::from_slice(&out.stdout).unwrap()
}

/// What a process has written so far.
fn written(child: &Child) -> Option<u64> {
    let counted = std::fs::read_to_string(format!("/proc/{}/io", child.id())).ok()?;
    counted
        .lines()
        .find_map(|line| line.strip_prefix("wchar: "))?
        .parse()
        .ok()
}

/// Kills a process once it has written so many bytes; whether it was still at work.
fn killed(mut child: Child, bytes: u64) -> bool {
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if written(&child).is_some_and(|written| written >= bytes) {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::yield_now();
    }
}

/// A copy of a book with everything that stands beside it.
fn copied(folder: &Path, from: &Path, name: &str) -> PathBuf {
    let stem = from.file_stem().unwrap().to_str().unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let beside = path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .strip_prefix(stem)
            .map(str::to_owned);
        if let Some(ending) = beside {
            std::fs::copy(&path, folder.join(format!("{name}{ending}"))).unwrap();
        }
    }
    folder.join(format!("{name}.book"))
}

#[test]
fn days_that_were_interrupted_are_closed_as_if_nothing_had_happened() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first.book");
    let demo = [
        "demo",
        "--customers",
        "60",
        "--loans",
        "120",
        "--seed",
        "3",
        "--until",
        UNTIL,
    ];
    answer(&first, &demo);
    let (whole, cut) = (
        copied(folder.path(), &first, "whole"),
        copied(folder.path(), &first, "cut"),
    );
    let at_once = answer(&whole, &["close-day", "--date", LAST]);
    assert!(at_once["penalties"].as_u64().unwrap() > 100);

    let facts = |book: &Path| answer(book, &["verify"])["facts"].as_u64().unwrap();
    let before = facts(&cut);
    let after = KILLED_AT.map(|bytes| {
        let child = farthing(&cut, &["close-day", "--date", LAST]).spawn().unwrap();
        assert!(killed(child, bytes), "it was at work when it was killed at {bytes}");
        facts(&cut)
    });
    assert_eq!(after[0], before, "nothing of what was not committed");
    assert!(
        before < after[1] && after[1] < facts(&whole),
        "some days, not all: {after:?}"
    );
    let rest = answer(&cut, &["close-day", "--date", LAST]);
    assert_eq!(rest["open"], at_once["open"]);
    assert_eq!(answer(&cut, &["trial-balance"]), answer(&whole, &["trial-balance"]));
    assert_eq!(facts(&cut), facts(&whole));
}
