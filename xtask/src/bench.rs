//! `cargo xtask bench`: the figures, as ratios against references in the same run.

use crate::build_ui::{self, Profile};
use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, cargo, command, root, run, say, target};
use crate::run::NATIVE;
use crate::wasm::Compiler;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What is measured: its word, and the name of its bench, in the order in which they run.
const BENCHES: [(&str, &str); 7] = [
    ("lending", "figures"),
    ("office", "day"),
    ("cli", "compute"),
    ("store", "book"),
    ("close", "close"),
    ("server", "exchange"),
    ("window", "window"),
];

/// A book made by `farthing demo`, in the place of the one that is made here.
const BOOK: &str = "FARTHING_BENCH_BOOK";
/// The password of that book's administrator and officer.
const PASSWORD: &str = "FARTHING_PASSWORD";
/// The password of the book that is made here, which holds nobody's data.
const MADE_WITH: &str = "a large branch of 2026";
/// With these, more than 1,200,000 installments.
const LARGE: [&str; 6] = ["--customers", "100000", "--loans", "125000", "--seed", "1"];

/// Measures the mathematics against floating point and Python's decimal module, `farthing compute` against a script,
/// the close of a day in memory and in an encrypted book, the book (a payment against a raw transaction of the same rows;
/// search, lists and homes of a large branch), the server and what goes between it and desks (against the same rows by COPY and by
/// plain inserts, and against other libraries from npm), and the window (start, memory and requests against a blank window; the
/// size of the screens). With one of their words only that one.
///
/// # Errors
/// The build or a measurement failed.
pub fn bench(only: Option<&str>) -> Outcome {
    let chosen: Vec<_> = BENCHES
        .into_iter()
        .filter(|(word, _)| only.is_none_or(|only| only == *word))
        .collect();
    if chosen.is_empty() {
        return Err("choose one of lending, office, cli, store, close, server and window, or none for all".into());
    }
    let is_chosen = |word: &str| chosen.iter().any(|(chosen, _)| *chosen == word);
    prerequisites::install(&[Purpose::Build, Purpose::Test])?;
    say("Building as optimised as a release; a first time takes many minutes.");
    if is_chosen("window") {
        build_ui::build(&Compiler::ready()?, Profile::Release)?;
        run(measured("build").args(["--example", "blank"]))?;
    }
    let mut benches = measured("bench");
    if is_chosen("store") {
        run(measured("build").args(["--bin", "farthing"]))?;
        let (book, password) = large_book()?;
        benches.env(BOOK, book).env(PASSWORD, password);
    }
    if is_chosen("server") {
        benches.env("FARTHING_BENCH_PEERS", peers()?);
    }
    for (_, bench) in &chosen {
        benches.args(["--bench", bench]);
    }
    run(&mut benches)?;
    if is_chosen("window") {
        say(&format!("WASM of the screens, gzipped: {} bytes", gzipped_size()?));
    }
    Ok(())
}

/// Cargo with the one selection of packages and features that all measured programs are built with.
fn measured(what: &str) -> Command {
    let mut cargo = cargo();
    cargo
        .arg(what)
        .args(NATIVE)
        .args(["--profile", "measure", "--features", "farthing-desktop/blank"]);
    cargo
}

/// The large book and its password: the one that is named, else one that is made once.
fn large_book() -> Outcome<(PathBuf, String)> {
    if let Some(book) = std::env::var_os(BOOK) {
        return Ok((book.into(), std::env::var(PASSWORD)?));
    }
    let (folder, part) = (target().join("bench/large"), target().join("bench/part"));
    if !folder.exists() {
        say("Making a large branch once: this takes many minutes and about 5 GB.");
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        fs::create_dir_all(&part)?;
        run(command(target().join("measure/farthing"))
            .args(["demo", "--book"])
            .arg(part.join("large.book"))
            .args(LARGE)
            .env(PASSWORD, MADE_WITH))?;
        fs::rename(part, &folder)?;
    }
    Ok((folder.join("large.book"), MADE_WITH.to_owned()))
}

/// Where the libraries from npm are with which the server's figures are compared, in the versions of their lock file.
fn peers() -> Outcome<PathBuf> {
    let (kept, folder) = (root().join("crates/server/benches/peers"), target().join("bench/peers"));
    fs::create_dir_all(&folder)?;
    for file in fs::read_dir(kept)? {
        let file = file?;
        fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    run(command("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(&folder))?;
    Ok(folder)
}

/// How many bytes the screens' WASM takes where it is sent or kept compressed.
fn gzipped_size() -> Outcome<usize> {
    let wasm = root().join("ui/dist/farthing_bg.wasm");
    let packed = command("gzip").args(["-9", "--stdout"]).arg(wasm).output()?;
    if !packed.status.success() {
        return Err("gzip did not pack the screens".into());
    }
    Ok(packed.stdout.len())
}
