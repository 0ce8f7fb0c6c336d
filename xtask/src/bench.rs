//! `cargo xtask bench`: the figures, as ratios against references in the same run.

use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, cargo, run, say};

/// Measures the book: a payment against a raw transaction of the same rows, and, where FARTHING_BENCH_BOOK names a
/// large book made by `farthing demo` (its password in FARTHING_PASSWORD), search, lists and homes.
///
/// # Errors
/// The build or a measurement failed.
pub fn bench() -> Outcome {
    prerequisites::install(&[Purpose::Build])?;
    say("Building as optimised as a release; a first time takes minutes.");
    run(cargo()
        .args([
            "bench",
            "--profile",
            "measure",
            "--package",
            "farthing-store",
            "--bench",
            "figures",
        ])
        .args(["--features", "farthing-desk/test-hooks"])
        .env("FARTHING_TEST_CHEAP_ARGON2", "1"))
}
