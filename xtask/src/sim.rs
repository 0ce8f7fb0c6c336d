//! `cargo xtask sim`: seeds of the simulator, as optimised as a release.

use crate::process::{Outcome, cargo, run};

/// Runs seeds and says what came of them, or plants every bug in turn and says which seed finds it.
///
/// # Errors
/// A seed failed, a planted bug survived, or an argument is not understood.
pub fn sim(arguments: &[&str]) -> Outcome {
    let what = match arguments {
        ["--seeds", range] => range,
        ["--mutants", ..] => "--mutants",
        _ => return Err("usage: cargo xtask sim --seeds FROM..TO | --mutants [WORD]".into()),
    };
    run(cargo()
        .args([
            "run",
            "--quiet",
            "--package",
            "farthing-sim",
            "--profile",
            "measure",
            "--",
        ])
        .arg(what)
        .args(arguments.get(1).filter(|_| what == "--mutants")))
}
