//! `farthing compute` on many schedules, JSON in and out, against Python doing the same with decimal and json. Run by
//! `cargo xtask bench`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use serde_json::{Value, json};
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const VECTORS: u32 = 2000;

fn vectors() -> Vec<Value> {
    let one = |i: u32| {
        json!({"id": i, "kind": "schedule", "terms": {
            "principal": (100_000 + 37 * i).to_string(), "annual_rate": format!("{}.{:02}", 3 + i % 9, i % 100),
            "disbursed_on": "2024-01-31", "installments": 360, "every": 1, "unit": "months",
            "method": "declining_equal_installments", "interest_period": "per_installment", "month_end": "clamp",
            "rounding": {"money": "0.01", "mode": "half_even", "installment_multiple": "0.01", "remainder": "last"},
        }})
    };
    (0..VECTORS).map(one).collect()
}

/// The time of a whole process that writes its answers into a file.
fn timed(command: &mut Command, out: &Path) -> Duration {
    let file = File::create(out).unwrap();
    let start = Instant::now();
    let status = command.stdout(file).status().unwrap();
    let took = start.elapsed();
    assert!(status.success(), "{command:?}");
    took
}

fn answers(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let (input, ours, theirs) = (
        folder.path().join("vectors.json"),
        folder.path().join("ours.jsonl"),
        folder.path().join("theirs.jsonl"),
    );
    std::fs::write(&input, Value::from(vectors()).to_string()).unwrap();
    let farthing = || {
        timed(
            Command::new(env!("CARGO_BIN_EXE_farthing")).arg("compute").arg(&input),
            &ours,
        )
    };
    let best = (0..5).map(|_| farthing()).min().unwrap();
    println!("farthing compute, {VECTORS} schedules of 360 rows: {best:?}");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/compute.py");
    if Command::new("python3").arg("--version").output().is_ok() {
        let python = timed(Command::new("python3").arg(script).arg(&input), &theirs);
        assert_eq!(answers(&ours), answers(&theirs));
        let ratio = python.as_secs_f64() / best.as_secs_f64();
        println!("the same in Python with decimal and json: {python:?}; {ratio:.1} times ours");
    }
}
