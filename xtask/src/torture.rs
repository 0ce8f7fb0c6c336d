//! `cargo xtask torture`: desks, servers and PostgreSQL as real processes, killed again and again.

use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, cargo, command, root, run, target};
use crate::run::NATIVE;
use crate::test::TEST_HOOKS;
use std::path::{Path, PathBuf};
use std::process::Command;

/// PostgreSQL is killed on machines of its own where this is among the arguments.
const CLUSTER: &str = "--cluster";

/// Kills as often as wanted, in chunks, each in an office of its own. Every chunk that came to its end is recorded in
/// `target/torture`, or the folder that is named, so that the same command goes on where it was interrupted. With `--cluster`
/// PostgreSQL is on three machines by the files of `deploy/cluster`, whose primary is killed or cut off.
///
/// # Errors
/// Something was lost, doubled or stuck, or an argument is not understood.
pub fn torture(arguments: &[&str]) -> Outcome {
    let has_machines = arguments.contains(&CLUSTER);
    let mut purposes = vec![Purpose::Build, Purpose::Server];
    purposes.extend(has_machines.then_some(Purpose::Cluster));
    prerequisites::install(&purposes)?;
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
    let program = programs.join("farthing-torture");
    let mut torture = match has_machines {
        true => apart(&program)?,
        false => command(program),
    };
    let others = arguments.iter().filter(|word| **word != CLUSTER);
    torture.arg("run").args(others).arg("--folder").arg(folder);
    if has_machines {
        torture.arg(CLUSTER).arg(root().join("deploy/cluster"));
    }
    run(torture
        .env("FARTHING_KEYRING", "off")
        .env("FARTHING_TEST_CHEAP_ARGON2", "1"))
}

/// A program with network, mounts and processes of its own: the addresses and folders of its machines are nobody else's, and nothing
/// of them stays.
fn apart(program: &Path) -> Outcome<Command> {
    if !prerequisites::is_root()? {
        return Err("machines of its own take root: run this as root".into());
    }
    let mut unshare = command("unshare");
    unshare.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    // A shell stays as the first process, which collects those whose parents were killed.
    unshare.args(["sh", "-c", "ip link set lo up && \"$0\" \"$@\"; exit $?"]);
    unshare.arg(program);
    Ok(unshare)
}

/// Where it keeps everything.
fn folder(arguments: &[&str]) -> PathBuf {
    let named = arguments.iter().position(|word| *word == "--folder");
    match named.and_then(|at| arguments.get(at + 1)) {
        Some(folder) => Path::new(folder).to_path_buf(),
        None => target().join("torture"),
    }
}
