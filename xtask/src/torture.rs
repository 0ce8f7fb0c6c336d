//! `cargo xtask torture`: desks, servers and PostgreSQL as real processes, killed again and again.

use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, cargo, command, run, target};
use crate::run::NATIVE;
use crate::test::TEST_HOOKS;
use std::path::{Path, PathBuf};

/// Kills as often as wanted, in chunks, each in an office of its own. Every chunk that came to its end is recorded in
/// `target/torture`, or the folder that is named, so that the same command goes on where it was interrupted.
///
/// # Errors
/// Something was lost, doubled or stuck, or an argument is not understood.
pub fn torture(arguments: &[&str]) -> Outcome {
    prerequisites::install(&[Purpose::Build, Purpose::Server])?;
    // As the tests build them, so that nothing is compiled another time.
    run(cargo().arg("build").args(NATIVE).args(TEST_HOOKS).args([
        "--bin",
        "farthing-torture",
        "--bin",
        "farthing-server",
    ]))?;
    // The programs are copied, so that a build in between does not change what is being run.
    let folder = folder(arguments);
    let programs = folder.join("programs");
    std::fs::create_dir_all(&programs)?;
    let (folder, programs) = (folder.canonicalize()?, programs.canonicalize()?);
    for name in ["farthing-torture", "farthing-server"] {
        std::fs::copy(target().join("debug").join(name), programs.join(name))?;
    }
    let mut torture = command(programs.join("farthing-torture"));
    torture.arg("run").args(arguments).arg("--folder").arg(folder);
    run(torture
        .env("FARTHING_KEYRING", "off")
        .env("FARTHING_TEST_CHEAP_ARGON2", "1"))
}

/// Where it keeps everything.
fn folder(arguments: &[&str]) -> PathBuf {
    let named = arguments.iter().position(|word| *word == "--folder");
    match named.and_then(|at| arguments.get(at + 1)) {
        Some(folder) => Path::new(folder).to_path_buf(),
        None => target().join("torture"),
    }
}
