//! `cargo xtask server`: the central server on a private PostgreSQL cluster.

use crate::cluster::Cluster;
use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, cargo, command, run, say, target};
use crate::run::NATIVE;

/// Builds the server and runs it on a cluster of its own, whose data stay in `target/server`, until it is interrupted.
/// Arguments go to the server.
///
/// # Errors
/// PostgreSQL is missing, a step failed, or the server ended with an error.
pub fn server(arguments: &[&str]) -> Outcome {
    prerequisites::install(&[Purpose::Server])?;
    run(cargo().arg("build").args(NATIVE).args(["--bin", "farthing-server"]))?;
    let folder = target().join("server");
    let cluster = Cluster::start(&folder, true)?;
    say(&format!("PostgreSQL runs in {}.", folder.display()));
    run(command(target().join("debug/farthing-server"))
        .args(arguments)
        .env("DATABASE_URL", cluster.url()))
}
