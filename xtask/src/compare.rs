//! `cargo xtask compare`: random terms against the independent reference.

use crate::process::{Outcome, cargo, run};

/// Works out many random terms here and by the reference in `crates/lending/tests/reference`, and shows what differs.
///
/// # Errors
/// Something differs, or an argument is not understood.
pub fn compare(arguments: &[&str]) -> Outcome {
    let (mut cases, mut seed) = ("20000", "1");
    for pair in arguments.chunks(2) {
        match pair {
            ["--cases", number] => cases = number,
            ["--seed", number] => seed = number,
            _ => return Err("usage: cargo xtask compare [--cases N] [--seed S]".into()),
        }
    }
    run(cargo()
        .args(["test", "--package", "farthing-lending", "--test", "reference"])
        .env("FARTHING_COMPARE_CASES", cases)
        .env("FARTHING_COMPARE_SEED", seed))
}
