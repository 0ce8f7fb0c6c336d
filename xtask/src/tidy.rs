//! Checks of the whole source: the layers, the absence of floating point near money, the size of files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::process::root;
use std::fs;
use std::path::{Path, PathBuf};

/// Which of the project's crates each crate may use: only those of lower layers.
const LAYERS: &[(&str, &[&str])] = &[
    ("lending", &[]),
    ("api", &["lending"]),
    ("office", &["api", "lending"]),
    ("identity", &["api"]),
    ("sync", &["api", "lending", "office"]),
    ("sim", &["api", "lending", "office", "sync"]),
    ("store", &["api", "lending", "office", "sync"]),
    ("documents", &["api", "lending"]),
    (
        "desk",
        &["api", "lending", "office", "identity", "sync", "store", "documents"],
    ),
    (
        "cli",
        &["api", "lending", "office", "identity", "store", "documents", "desk"],
    ),
    ("server", &["api", "lending", "office", "identity", "sync", "documents"]),
    ("torture", &["api", "lending", "desk"]),
    ("ui", &["api", "lending", "office"]),
    ("desktop", &["api", "desk"]),
    ("bindgen", &[]),
    ("xtask", &[]),
    ("fuzz", &["lending", "api", "identity", "sync"]),
];

/// Where money is counted, so where nothing may be floating.
const EXACT: [&str; 3] = ["crates/lending/src", "crates/office/src", "crates/store/src"];

/// A longer file is a room to divide.
const MOST_LINES: usize = 500;

/// Every file below `folder` with one of these names' endings, outside of what is built.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "dist", ".git", "node_modules"].contains(&name.as_str()) {
            found.extend(files(&path, ending));
        } else if path.is_file() && name.ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// The package's name without the product's, and the project's crates that it depends on, tests apart.
fn package(manifest: &str) -> (String, Vec<String>) {
    let mut section = "";
    let mut name = String::new();
    let mut uses = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section == "[package]" && line.starts_with("name = ") {
            name = line
                .trim_start_matches("name = ")
                .trim_matches('"')
                .replace("farthing-", "");
        } else if section.ends_with("dependencies]")
            && !["[workspace.dependencies]", "[dev-dependencies]"].contains(&section)
            && let Some(used) = line.strip_prefix("farthing-")
        {
            uses.push(used.split(['.', ' ', '=']).next().unwrap().to_owned());
        }
    }
    (name, uses)
}

#[test]
fn layers_import_only_downward() {
    let mut wrong = Vec::new();
    for manifest in files(root(), "Cargo.toml") {
        let (name, uses) = package(&fs::read_to_string(&manifest).unwrap());
        let (_, allowed) = LAYERS
            .iter()
            .find(|(layer, _)| *layer == name)
            .unwrap_or_else(|| panic!("no layer for {name}"));
        wrong.extend(
            uses.iter()
                .filter(|used| !allowed.contains(&used.as_str()))
                .map(|used| format!("{name} uses {used}")),
        );
    }
    assert!(wrong.is_empty(), "upward imports: {wrong:?}");
}

#[test]
fn only_the_shell_knows_tauri_and_only_the_screens_know_leptos() {
    for (library, owner) in [
        ("tauri", "Cargo.toml"),
        ("leptos", "ui/Cargo.toml"),
        ("sqlx", "crates/store/Cargo.toml"),
    ] {
        for manifest in files(root(), "Cargo.toml") {
            let path = manifest.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&manifest).unwrap();
            let is_used = text
                .lines()
                .any(|line| line.starts_with(&format!("{library}.workspace")));
            assert!(
                !is_used || path == owner || path == "crates/server/Cargo.toml",
                "{path} uses {library}"
            );
        }
    }
}

#[test]
fn no_floating_point_where_money_is_counted() {
    let mut wrong = Vec::new();
    for file in EXACT.iter().flat_map(|folder| files(&root().join(folder), ".rs")) {
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap();
            let mut words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            if words.any(|word| word == "f32" || word == "f64") {
                wrong.push(format!("{}:{}", file.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "floating point: {wrong:?}");
}

#[test]
fn files_are_short() {
    let long = |file: &PathBuf| fs::read_to_string(file).unwrap().lines().count() > MOST_LINES;
    let wrong: Vec<_> = files(root(), ".rs").into_iter().filter(long).collect();
    assert!(wrong.is_empty(), "longer than {MOST_LINES} lines: {wrong:?}");
}

#[test]
fn every_file_of_tests_is_part_of_its_program() {
    for main in files(&root().join("crates"), "main.rs") {
        if !main.ends_with("tests/main.rs") {
            continue;
        }
        let listed = fs::read_to_string(&main).unwrap();
        for entry in fs::read_dir(main.parent().unwrap()).unwrap() {
            let file = entry.unwrap().path();
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            if file.extension().is_some_and(|ending| ending == "rs") && name != "main" {
                assert!(
                    listed.contains(&format!("mod {name};")),
                    "{} is not run: name it in the main.rs beside it.",
                    file.display()
                );
            }
        }
    }
}
