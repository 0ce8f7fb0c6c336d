//! The compiler for WASM: rustup's where it can be had, else the distribution's, unpacked into a private folder.

use crate::prerequisites::apt_get;
use crate::process::{Outcome, cargo, command, is_program, output, run, say, succeeds_within};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The target of the screens.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Set to anything to use the distribution's compiler even where rustup has the target.
const FORCE: &str = "FARTHING_WASM_FALLBACK";

/// How long rustup may take to fetch the target.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

/// The distribution's compiler, its libraries, its clippy, and the standard library's source, all at one version.
const PACKAGES: [&str; 5] = [
    "rustc-web",
    "libstd-rust-web-dev",
    "libstd-rust-web-",
    "rust-web-clippy",
    "rust-web-src",
];

/// The host's name in the compiler's own folders.
const HOST: &str = "x86_64-unknown-linux-gnu";

/// A compiler that can build for [`TARGET`].
pub enum Compiler {
    /// The one that cargo uses anyway.
    Rustup,
    /// The distribution's, in this folder (its `usr`).
    Distribution(PathBuf),
}

impl Compiler {
    /// Whether a compiler for the target is on the machine already.
    pub fn is_ready() -> bool {
        (!is_forced() && rustup_has_target()) || made().is_some()
    }

    /// The compiler for the target, installed first if need be.
    ///
    /// # Errors
    /// Neither rustup nor the distribution has one.
    pub fn ready() -> Outcome<Self> {
        if !is_forced() && rustup_has_target() {
            return Ok(Self::Rustup);
        }
        if let Some(usr) = made() {
            return Ok(Self::Distribution(usr));
        }
        if !is_forced() && is_program("rustup") {
            say("Installing the Rust target wasm32-unknown-unknown: it compiles the screens.");
            if succeeds_within(command("rustup").args(["target", "add", TARGET]), RUSTUP_LIMIT) && rustup_has_target() {
                return Ok(Self::Rustup);
            }
            say("rustup could not fetch it.");
        }
        Ok(Self::Distribution(make()?))
    }

    /// `cargo SUBCOMMAND` with this compiler.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = cargo();
        cargo.arg(subcommand);
        if let Self::Distribution(usr) = self {
            use_compiler(&mut cargo, usr);
        }
        cargo
    }

    /// clippy with this compiler; quiet about what passes.
    pub fn clippy(&self) -> Command {
        let Self::Distribution(usr) = self else {
            let mut clippy = self.cargo("clippy");
            clippy.arg("--quiet");
            return clippy;
        };
        // What `cargo clippy` does, with the driver that belongs to this compiler.
        let mut check = self.cargo("check");
        check
            .arg("--quiet")
            .env("RUSTC_WORKSPACE_WRAPPER", usr.join("bin/clippy-driver"));
        check
    }
}

/// Makes `cargo` compile with the compiler in `usr`, which finds its own libraries only when told where they are.
fn use_compiler<'a>(cargo: &'a mut Command, usr: &Path) -> &'a mut Command {
    cargo
        .env("RUSTC", usr.join("bin/rustc"))
        .env("LD_LIBRARY_PATH", usr.join("lib"))
}

fn is_forced() -> bool {
    env::var_os(FORCE).is_some()
}

fn rustup_has_target() -> bool {
    output(command("rustc").args(["--print", "sysroot"])).is_ok_and(|sysroot| has_library(Path::new(&sysroot)))
}

fn has_library(sysroot: &Path) -> bool {
    let library = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let is_std = |name: &str| name.starts_with("libstd-") || name == "libstd.rlib";
    fs::read_dir(library).is_ok_and(|files| files.flatten().any(|file| is_std(&file.file_name().to_string_lossy())))
}

/// Where the distribution's compiler is kept, so that every clone on the machine shares it.
fn store() -> Outcome<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    Ok(cache
        .ok_or("neither XDG_CACHE_HOME nor HOME is set")?
        .join("farthing/wasm-compiler"))
}

/// The distribution's compiler if it was made before.
fn made() -> Option<PathBuf> {
    store()
        .ok()
        .map(|folder| folder.join("usr"))
        .filter(|usr| has_library(usr))
}

/// Unpacks the distribution's compiler, and builds the standard library that it lacks for the target.
///
/// Everything happens in a folder that gets its final name only when it is whole, so that an interrupted run starts again.
fn make() -> Outcome<PathBuf> {
    if !(cfg!(target_arch = "x86_64") && is_program("apt-get")) {
        return Err(format!(
            "the Rust target {TARGET} is missing, and this system has no apt to take a compiler for it from: run \
             `rustup target add {TARGET}`, or install the distribution's rust package for WASM"
        )
        .into());
    }
    say("Unpacking the distribution's Rust compiler for WASM into a private folder (about 3 minutes, once):");
    say("  libllvm22, lld-22        the code generator and the linker of that compiler");
    say("  rustc-web and its parts  compile the screens; kept apart from the system's own Rust");
    let store = store()?;
    let fresh = store.with_extension("fresh");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    run(apt_get()?.args(["update", "-qq"]))?;
    run(apt_get()?.args(["install", "-y", "-qq", "--no-install-recommends", "libllvm22", "lld-22"]))?;
    unpack(&fresh)?;
    let usr = fresh.join("usr");
    link_libraries(&usr)?;
    build_library(&fresh, &usr)?;
    if store.exists() {
        fs::remove_dir_all(&store)?;
    }
    fs::rename(&fresh, &store)?;
    Ok(store.join("usr"))
}

/// Downloads the packages, all at the compiler's own version, and unpacks them into `folder` without installing them.
fn unpack(folder: &Path) -> Outcome {
    let policy = output(command("apt-cache").args(["policy", PACKAGES[0]]))?;
    let candidate = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "));
    let version = candidate
        .filter(|version| *version != "(none)")
        .ok_or("this distribution has no rustc-web")?;
    let minor = version.split('.').take(2).collect::<Vec<_>>().join(".");
    for package in PACKAGES {
        let suffix = if package.ends_with('-') { minor.as_str() } else { "" };
        run(command("apt-get")
            .args([
                "download",
                "-qq",
                "-o",
                "APT::Sandbox::User=root",
                &format!("{package}{suffix}={version}"),
            ])
            .current_dir(folder))?;
    }
    for archive in files_ending(folder, "deb")? {
        run(command("dpkg").arg("-x").arg(&archive).arg(folder))?;
        fs::remove_file(archive)?;
    }
    Ok(())
}

/// Puts the driver's libraries and the linker where the compiler looks for them in a folder of its own.
fn link_libraries(usr: &Path) -> Outcome {
    // Debian keeps libraries one folder deeper. The links are relative, since the whole folder gets another name.
    let deeper = Path::new("x86_64-linux-gnu");
    for entry in fs::read_dir(usr.join("lib").join(deeper))? {
        let name = entry?.file_name();
        let link = usr.join("lib").join(&name);
        if name.to_string_lossy().contains(".so") && !link.exists() {
            symlink(deeper.join(&name), link)?;
        }
    }
    let linkers = usr.join("lib/rustlib").join(HOST).join("bin");
    fs::create_dir_all(&linkers)?;
    let linker = linkers.join("rust-lld");
    if !linker.exists() {
        symlink("/usr/bin/lld-22", linker)?;
    }
    Ok(())
}

/// Compiles the standard library for the target from the source of the same version.
fn build_library(folder: &Path, usr: &Path) -> Outcome {
    say("Compiling the standard library for WASM (about a minute).");
    let source = find_library(&usr.join("src"))?;
    let copy = folder.join("source");
    run(command("cp").arg("-rL").arg(&source).arg(&copy))?;
    let built = folder.join("built");
    run(use_compiler(&mut cargo(), usr)
        .args(["build", "--release", "--quiet", "--target", TARGET, "--manifest-path"])
        .arg(copy.join("sysroot/Cargo.toml"))
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", &built)
        // The standard library uses features that only its own compiler may; link-time optimisation needs the bitcode.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes"))?;
    let library = usr.join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&library)?;
    for file in files_ending(&built.join(TARGET).join("release/deps"), "rlib")? {
        fs::copy(&file, library.join(file.file_name().unwrap_or_default()))?;
    }
    fs::remove_dir_all(copy)?;
    fs::remove_dir_all(built)?;
    Ok(())
}

/// The `library` folder of the compiler's source, one or two levels below `sources`.
fn find_library(sources: &Path) -> Outcome<PathBuf> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default()
    };
    let candidates = below(sources).into_iter().flat_map(|folder| {
        let mut deeper = below(&folder);
        deeper.push(folder);
        deeper
    });
    let found = candidates
        .map(|folder| folder.join("library"))
        .find(|library| library.join("sysroot/Cargo.toml").is_file());
    Ok(found.ok_or("the distribution's Rust source has no library/sysroot")?)
}

fn files_ending(folder: &Path, extension: &str) -> Outcome<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension() == Some(OsStr::new(extension)))
        .collect())
}
