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
    if cfg!(target_os = "linux") {
        prove_link(&target().join("release/bundle").join(bundle))?;
    }
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

/// Shows that the package makes the system open links for a new password with the program.
fn prove_link(folder: &Path) -> Outcome {
    let packages = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let package = packages
        .iter()
        .map(fs::DirEntry::path)
        .find(|path| path.extension().is_some_and(|e| e == "deb"));
    let package = package.ok_or("the package is missing")?;
    let script = r#"dpkg-deb --fsys-tarfile "$0" | tar -xO --wildcards '*.desktop'"#;
    let entry = command("sh").arg("-c").arg(script).arg(&package).output()?;
    let entry = String::from_utf8_lossy(&entry.stdout).into_owned();
    let has = |line: &str| entry.lines().any(|own| own == line);
    if has("MimeType=x-scheme-handler/farthing;") && has("Exec=farthing-desktop %u") {
        return Ok(());
    }
    Err(format!("{} does not open links:\n{entry}", package.display()).into())
}

/// Shows that what only a window test may reach is not in the shipped program: neither asked for nor compiled in.
fn prove_without_hooks(program: &Path) -> Outcome {
    let content = fs::read(program)?;
    if content.windows(HOOK_PREFIX.len()).any(|window| window == HOOK_PREFIX) {
        return Err(format!("{} contains test hooks", program.display()).into());
    }
    Ok(())
}
