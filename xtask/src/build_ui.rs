//! The screens: compiled to WASM, given their JavaScript glue, and laid out in `ui/dist` with their styles and fonts.

use crate::process::{Outcome, cargo, command, root, run, say, target};
use crate::wasm::{Compiler, TARGET};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How the screens are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quickly.
    Dev,
    /// Small.
    Release,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}

/// The folders and files of `ui` that go into `ui/dist` as they are.
const COPIED: [&str; 3] = ["early.js", "boot.js", "fonts"];

/// The style sheet that imports the others.
const STYLE: &str = "style/farthing.css";

/// What the glue step writes.
const GLUE: [&str; 3] = ["farthing.js", "farthing_bg.wasm", "texts.json"];

/// Brings `ui/dist` up to date. A file that would not change is not touched, so that nothing is embedded anew.
///
/// # Errors
/// The screens don't compile, or a file can't be written.
pub fn build(compiler: &Compiler, profile: Profile) -> Outcome {
    run(with_flags(&mut compiler.cargo("build"), profile))?;
    let wasm = target().join(TARGET).join(profile.name()).join("farthing-ui.wasm");
    let dist = root().join("ui/dist");
    fs::create_dir_all(&dist)?;
    glue(&wasm, &dist, profile)?;

    let mut kept: BTreeSet<PathBuf> = GLUE.iter().map(|name| dist.join(name)).collect();
    for name in COPIED {
        copy(&root().join("ui").join(name), &dist.join(name), &mut kept)?;
    }
    for (name, content) in [("index.html", page()?), (STYLE, style()?)] {
        let to = dist.join(name);
        fs::create_dir_all(to.parent().unwrap_or(&dist))?;
        write(&to, content.as_bytes())?;
        kept.insert(to);
    }
    remove_others(&dist, &kept)
}

/// The page with the icons in the place that it names them at: a picture in a file of its own is fetched once a use.
fn page() -> Outcome<String> {
    const PLACE: &str = "<!-- icons/sprite.svg -->";
    let icons = fs::read_to_string(root().join("ui/icons/sprite.svg"))?;
    let page = fs::read_to_string(root().join("ui/index.html"))?;
    match page.contains(PLACE) {
        true => Ok(page.replace(PLACE, icons.trim_end())),
        false => Err(format!("ui/index.html has no place for the icons: {PLACE}").into()),
    }
}

/// The style sheets in one, in the order in which the first imports the others: the page waits for one file, not for
/// twenty that it hears of when that has arrived.
fn style() -> Outcome<String> {
    let path = root().join("ui").join(STYLE);
    let mut whole = String::new();
    for line in fs::read_to_string(&path)?.lines() {
        let imported = line
            .strip_prefix("@import url(\"")
            .and_then(|rest| rest.strip_suffix("\");"));
        match imported {
            Some(name) => whole += &fs::read_to_string(path.with_file_name(name))?,
            None => whole += line,
        }
        whole.push('\n');
    }
    Ok(whole)
}

/// The package, target, profile and flags of every compilation of the screens.
pub fn with_flags(command: &mut Command, profile: Profile) -> &mut Command {
    command.args([
        "--package",
        "farthing-ui",
        "--target",
        TARGET,
        "--profile",
        profile.name(),
    ]);
    // Types of views erased: much less to compile and to load, a little slower to run.
    command.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        "--cfg erase_components",
    );
    command
}

/// Writes the glue for `wasm`, unless it was written for this very file.
fn glue(wasm: &Path, dist: &Path, profile: Profile) -> Outcome {
    let stamp = target().join("farthing-glue.stamp");
    let is_written = GLUE.iter().all(|name| dist.join(name).is_file());
    if is_written && fs::read_to_string(&stamp).ok() == Some(identify(wasm, dist)?) {
        return Ok(());
    }
    say("Writing the screens' JavaScript glue.");
    let fresh = target().join("farthing-glue");
    run(cargo().args(["build", "--quiet", "--package", "farthing-bindgen"]))?;
    let mut bindgen = command(target().join("debug/farthing-bindgen"));
    bindgen.arg(wasm).arg(&fresh).arg("farthing");
    if profile == Profile::Release {
        bindgen.arg("small");
    }
    run(&mut bindgen)?;
    for name in GLUE {
        copy(&fresh.join(name), &dist.join(name), &mut BTreeSet::new())?;
    }
    fs::write(stamp, identify(wasm, dist)?)?;
    Ok(())
}

/// What tells one compilation of the screens, and the glue written for it, from another.
fn identify(wasm: &Path, dist: &Path) -> Outcome<String> {
    let mut lines = String::new();
    for file in [wasm, &dist.join(GLUE[1])] {
        let metadata = fs::metadata(file)?;
        lines += &format!("{} {} {:?}\n", file.display(), metadata.len(), metadata.modified()?);
    }
    Ok(lines)
}

/// Copies a file or a folder, leaving alone what is the same already; `kept` collects every file's place.
fn copy(from: &Path, to: &Path, kept: &mut BTreeSet<PathBuf>) -> Outcome {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()), kept)?;
        }
    } else if from.is_file() {
        write(to, &fs::read(from)?)?;
        kept.insert(to.to_owned());
    }
    Ok(())
}

/// Writes a file that would change.
fn write(to: &Path, content: &[u8]) -> Outcome {
    if fs::read(to).ok().as_deref() != Some(content) {
        fs::write(to, content)?;
    }
    Ok(())
}

/// Removes files that an earlier build left and this one does not have.
fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
