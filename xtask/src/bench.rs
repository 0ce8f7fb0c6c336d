//! `cargo xtask bench`: the figures, as ratios against references in the same run.

use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, cargo, run, say};

/// The benches in the order in which they run: the package, the bench, and the features that it needs.
const BENCHES: [(&str, &str, &[&str]); 3] = [
    ("farthing-lending", "figures", &[]),
    ("farthing-cli", "compute", &[]),
    ("farthing-store", "figures", &["--features", "farthing-desk/test-hooks"]),
];

/// Measures the mathematics against floating point and Python's decimal module, `farthing compute` against a script, and
/// the book: a payment against a raw transaction of the same rows, and, where FARTHING_BENCH_BOOK names a large book
/// made by `farthing demo` (its password in FARTHING_PASSWORD), search, lists and homes. With the name of a package
/// only its bench runs.
///
/// # Errors
/// The build or a measurement failed.
pub fn bench(only: Option<&str>) -> Outcome {
    prerequisites::install(&[Purpose::Build])?;
    say("Building as optimised as a release; a first time takes minutes.");
    for (package, bench, features) in BENCHES {
        if only.is_none_or(|only| package.ends_with(only)) {
            run(cargo()
                .args(["bench", "--profile", "measure", "--package", package, "--bench", bench])
                .args(features)
                .env("FARTHING_TEST_CHEAP_ARGON2", "1"))?;
        }
    }
    Ok(())
}
