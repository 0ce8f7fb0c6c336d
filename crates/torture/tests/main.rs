//! Thirty kills of desks, servers and PostgreSQL under load: what was said to be saved is at the server once, and nothing stands still.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

const KILLS: &str = "30";

#[test]
fn nothing_is_lost_or_doubled_or_stuck_whatever_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let run = |kills: &str| {
        let program = Path::new(env!("CARGO_BIN_EXE_farthing-torture"));
        let ran = Command::new(program)
            .args(["run", "--seed", "1", "--kills", kills, "--folder"])
            .arg(folder.path())
            .env("FARTHING_KEYRING", "off")
            .env("FARTHING_TEST_CHEAP_ARGON2", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&ran.stderr).into_owned();
        if !ran.status.success() {
            let kept = folder.path().with_extension("kept");
            let _ = std::fs::rename(folder.path(), &kept);
            panic!("{said}{wrong}\nWhat is left of it is in {}.", kept.display());
        }
        said
    };
    let said = run(KILLS);
    let summary = said.lines().last().unwrap();
    assert!(summary.starts_with("seed 1: 30 kills (10 desks, 10 servers,"), "{said}");
    assert!(summary.contains("; 0 lost, 0 doubled, 0 stuck; "), "{said}");
    // What is done is recorded: the same again does nothing more.
    assert_eq!(run(KILLS).lines().last().unwrap(), summary);
}
