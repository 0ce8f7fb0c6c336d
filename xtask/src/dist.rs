//! `cargo xtask dist`: the installer of this system, made by Tauri's own packager.

use crate::build_ui::{self, Profile};
use crate::prerequisites::{self, Purpose};
use crate::process::{Outcome, command, is_program, run, say, target};
use crate::wasm::Compiler;
use std::fs;
use std::path::{Path, PathBuf};

/// The packager: prebuilt, so that it need not be compiled.
const PACKAGER: &str = "@tauri-apps/cli@2.12";

/// What the name of every variable that only a window test may set begins with.
const HOOK_PREFIX: &[u8] = b"FARTHING_TEST_";

/// Builds the screens small and the desktop fast, and packs them.
///
/// # Errors
/// A step failed, npm is missing, or the program would contain what only tests may reach.
pub fn dist() -> Outcome {
    prerequisites::install(&[Purpose::Build])?;
    let packager = packager()?;
    build_ui::build(&Compiler::ready()?, Profile::Release)?;
    let bundle = if cfg!(target_os = "linux") {
        "deb"
    } else if cfg!(windows) {
        "msi"
    } else {
        "dmg"
    };
    run(command(packager).args(["build", "--ci", "--bundles", bundle]))?;
    prove_without_hooks(&target().join("release").join(program_name()))?;
    say(&format!(
        "The installer is in {}.",
        target().join("release/bundle").join(bundle).display()
    ));
    Ok(())
}

/// The packager's program, fetched once into the target folder.
fn packager() -> Outcome<PathBuf> {
    let folder = target().join("tauri-cli");
    let program = folder.join("node_modules/.bin/tauri");
    if !program.exists() {
        if !is_program("npm") {
            return Err("npm is missing: it fetches Tauri's packager (Debian's package is npm)".into());
        }
        say("Installing Tauri's packager by npm: it makes the installer.");
        run(command("npm")
            .args(["install", "--silent", "--no-fund", "--no-audit", "--prefix"])
            .arg(&folder)
            .arg(PACKAGER))?;
    }
    Ok(program)
}

fn program_name() -> &'static str {
    if cfg!(windows) {
        "farthing-desktop.exe"
    } else {
        "farthing-desktop"
    }
}

/// Shows that what only a window test may reach is not in the shipped program: neither asked for nor compiled in.
fn prove_without_hooks(program: &Path) -> Outcome {
    let content = fs::read(program)?;
    if content.windows(HOOK_PREFIX.len()).any(|window| window == HOOK_PREFIX) {
        return Err(format!("{} contains test hooks", program.display()).into());
    }
    Ok(())
}
