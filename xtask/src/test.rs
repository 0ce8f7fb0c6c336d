//! `cargo xtask test`: every check, then every test, the runner's own summary last.

use crate::build_ui::{self, Profile};
use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, cargo, command, is_program, run, say};
use crate::run::NATIVE;
use crate::wasm::Compiler;

/// The desktop as the window tests want it.
pub const TEST_HOOKS: [&str; 2] = [
    "--features",
    "farthing-desktop/test-hooks,farthing-desk/test-hooks,farthing-cli/test-hooks",
];

/// Runs all checks and all tests.
///
/// # Errors
/// One of them failed; the rest is not run.
pub fn test() -> Outcome {
    prerequisites::install(&[Purpose::Build, Purpose::Test, Purpose::Server])?;
    let compiler = Compiler::ready()?;
    step("format");
    run(cargo().args(["fmt", "--all", "--check"]))?;
    licences()?;
    step("the screens: build and clippy");
    // First, because the desktop embeds the screens while it compiles, which clippy makes it do too.
    build_ui::build(&compiler, Profile::Dev)?;
    run(build_ui::with_flags(&mut compiler.clippy(), Profile::Dev))?;
    step("clippy");
    run(cargo()
        .args(["clippy", "--quiet"])
        .args(NATIVE)
        .args(TEST_HOOKS)
        .arg("--all-targets"))?;
    step("tests");
    let test = |tool: &[&str]| {
        let mut cargo = cargo();
        cargo
            .args(tool)
            .args(NATIVE)
            .args(TEST_HOOKS)
            .env("FARTHING_TEST_CHEAP_ARGON2", "1");
        run(&mut cargo)
    };
    if is_program("cargo-nextest") {
        test(&["test", "--quiet", "--doc"])?;
        return test(&["nextest", "run"]);
    }
    test(&["test"])
}

/// Checks the dependencies' licences, sources and bans where cargo-deny is installed.
fn licences() -> Outcome {
    if !is_program("cargo-deny") {
        say("cargo-deny is not installed: licences and sources of the dependencies are not checked here.");
        return Ok(());
    }
    step("dependencies");
    run(command("cargo-deny").args(["--log-level", "error", "check", "bans", "licenses", "sources"]))
}

fn step(name: &str) {
    say(&format!("== {name}"));
}
