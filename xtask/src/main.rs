//! Everything a developer runs: `cargo xtask run`, `test`, `dist`.

mod bench;
mod build_ui;
mod cluster;
mod compare;
mod dist;
mod installed;
mod prepare;
mod prerequisites;
mod process;
mod run;
mod server;
mod sim;
mod test;
#[cfg(test)]
mod tidy;
mod torture;
mod wasm;

use process::{Outcome, say};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run [--check]   install what is missing, build, and open the window; --check only tells what is missing
cargo xtask test            every check and every test
cargo xtask ui [--release]  build the screens into ui/dist
cargo xtask bench [WHAT]    measure against references in the same run: lending, cli, store, window, or all
cargo xtask compare         random terms against the independent reference: [--cases N] [--seed S]
cargo xtask prepare         check the queries of desk and server against their migrations and keep what sqlx learns
cargo xtask server          start the central server on a private PostgreSQL cluster, until it is interrupted
cargo xtask sim             desks and a server under every fault: --seeds FROM..TO, or --mutants to see that planted bugs are found
cargo xtask torture         desks, servers and PostgreSQL as real processes, killed again and again: [--kills N] [--seed S]
                            [--folder F]; --cluster: PostgreSQL on three machines, whose primary is lost again and again
cargo xtask dist [--check]  make the installer of this system; --check installs it into a bare Debian and starts it";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match execute(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("xtask: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn execute(arguments: &[&str]) -> Outcome {
    match arguments {
        ["run", "--check"] => run::check(),
        ["run"] => run::run(),
        ["test"] => test::test(),
        ["ui"] => build_ui::build(&wasm::Compiler::ready()?, build_ui::Profile::Dev),
        ["ui", "--release"] => build_ui::build(&wasm::Compiler::ready()?, build_ui::Profile::Release),
        ["bench"] => bench::bench(None),
        ["bench", package] => bench::bench(Some(package)),
        ["compare", rest @ ..] => compare::compare(rest),
        ["prepare"] => prepare::prepare(),
        ["server", rest @ ..] => server::server(rest),
        ["sim", rest @ ..] => sim::sim(rest),
        ["torture", rest @ ..] => torture::torture(rest),
        ["dist"] => dist::dist(),
        ["dist", "--check"] => installed::check(),
        _ => Err(format!("usage:\n{USAGE}").into()),
    }
}
