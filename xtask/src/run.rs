//! `cargo xtask run`: from a bare machine to the open window.

use crate::build_ui::{self, Profile};
use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, both, cargo, command, run as finish, say, target};
use crate::wasm::Compiler;

/// The packages of every native build. One selection for all of them, because cargo unifies features over what is
/// selected: another selection would compile the dependencies another time.
pub const NATIVE: [&str; 3] = ["--workspace", "--exclude", "farthing-ui"];

/// Tells what `run` and `test` would install.
///
/// # Errors
/// Something is missing.
pub fn check() -> Outcome {
    let needs = prerequisites::missing(&[Purpose::Build, Purpose::Test]);
    prerequisites::tell(&needs);
    let has_wasm = Compiler::is_ready();
    if !has_wasm {
        say("  wasm32-unknown-unknown   compiles the screens (from rustup, else from the distribution)");
    }
    if needs.is_empty() && has_wasm {
        say("Nothing is missing.");
        return Ok(());
    }
    Err("the things above are missing; `cargo xtask run` and `test` install them".into())
}

/// Installs what is missing, builds, and shows the window until it is closed.
///
/// # Errors
/// A step failed, or the program ended with an error.
pub fn run() -> Outcome {
    let needs = prerequisites::installable(&[Purpose::Build])?;
    let compiler = Compiler::ready()?;
    // The screens need no library of the system, and only the window embeds them: while one is fetched, or its last
    // parts wait for each other, the other goes on.
    let rest = || {
        prerequisites::install_these(&needs)?;
        finish(cargo().arg("build").args(NATIVE).args(["--bin", "farthing"]))
    };
    both(rest, || build_ui::build(&compiler, Profile::Dev))?;
    finish(cargo().arg("build").args(NATIVE).args(["--bin", "farthing-desktop"]))?;
    finish(&mut command(target().join("debug/farthing-desktop")))
}
