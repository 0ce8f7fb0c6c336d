//! Turns `locales/LANGUAGE/*.json`, a file per area, into a table, one row per text, so that a text that a language
//! lacks, that stands in two areas, or whose blanks differ, stops the build.
//!
//! Three files are apart, since their English stands in the crates that say it: `answers.json` has the answers of the desk
//! by their codes, `sentences.json` those of the mathematics by their English sentence, `derivations.json` the steps of
//! a figure's explanation by their codes.

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

/// The files whose English is elsewhere, and the functions that look into them.
const APART: [(&str, &str); 3] = [
    ("answers.json", "answer"),
    ("sentences.json", "sentence"),
    ("derivations.json", "derivation"),
];

/// The languages in the order of the table's columns; `src/i18n.rs` has the same order.
const LANGUAGES: [&str; 2] = ["en", "fr"];

fn main() -> Result<(), Box<dyn Error>> {
    let tables = LANGUAGES.map(read);
    let mut columns = Vec::new();
    for table in tables {
        columns.push(table?);
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("texts.rs"), generate(&columns)?)?;
    let mut code = String::new();
    for (file, function) in APART {
        code += &lookup(file, function)?;
    }
    fs::write(out.join("answers.rs"), code)?;
    Ok(())
}

/// Every text of a language, all areas together.
#[allow(
    clippy::print_stdout,
    reason = "a build script speaks to cargo through its standard output"
)]
fn read(language: &str) -> Result<Map<String, Value>, Box<dyn Error>> {
    let folder = format!("locales/{language}");
    println!("cargo:rerun-if-changed={folder}");
    let mut texts = Map::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        println!("cargo:rerun-if-changed={}", path.display());
        if APART.iter().any(|(file, _)| path.ends_with(file)) {
            continue;
        }
        let area: Map<String, Value> = serde_json::from_str(&fs::read_to_string(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        for (key, text) in area {
            if texts.contains_key(&key) {
                return Err(format!("{}: {key} stands in another file too", path.display()).into());
            }
            texts.insert(key, text);
        }
    }
    Ok(texts)
}

/// One constant per key: `loan.next_due` becomes `LOAN_NEXT_DUE`, holding its text in each language.
fn generate(columns: &[Map<String, Value>]) -> Result<String, Box<dyn Error>> {
    let keys: BTreeSet<&String> = columns.iter().flat_map(Map::keys).collect();
    let mut code = String::new();
    for key in keys {
        let mut texts = Vec::new();
        for (language, column) in LANGUAGES.iter().zip(columns) {
            let text = column.get(key).and_then(Value::as_str);
            texts.push(text.ok_or_else(|| format!("locales/{language} has no text for {key}"))?);
        }
        if let Some(odd) = texts.iter().position(|text| blanks(text) != blanks(texts[0])) {
            return Err(format!("{key} has other blanks in {} than in {}", LANGUAGES[odd], LANGUAGES[0]).into());
        }
        let name = key.to_uppercase().replace(['.', '-'], "_");
        writeln!(
            code,
            "/// {:?}\npub const {name}: super::Text = super::Text({texts:?});",
            texts[0]
        )?;
    }
    Ok(code)
}

/// A function that answers what a language has for a word, from a file of that name.
fn lookup(file: &str, function: &str) -> Result<String, Box<dyn Error>> {
    let mut code = format!(
        "pub fn {function}(language: super::Language, word: &str) -> Option<&'static str> {{ match (language, word) {{\n"
    );
    for language in LANGUAGES.iter().skip(1) {
        let path = format!("locales/{language}/{file}");
        let texts: Map<String, Value> =
            serde_json::from_str(&fs::read_to_string(&path)?).map_err(|error| format!("{path}: {error}"))?;
        let variant = language[..1].to_uppercase() + &language[1..];
        for (word, text) in texts {
            let text = text.as_str().ok_or_else(|| format!("{path}: {word} has no text"))?;
            writeln!(code, "(super::Language::{variant}, {word:?}) => Some({text:?}),")?;
        }
    }
    code += "_ => None, }}\n";
    Ok(code)
}

/// The names between braces.
fn blanks(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}
