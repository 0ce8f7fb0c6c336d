//! Turns `locales/LANGUAGE/*.json`, a file per area, into a table, one row per text, so that a text that a language
//! lacks, that stands in two areas, or whose blanks differ, stops the build.

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

/// The languages in the order of the table's columns; `src/i18n.rs` has the same order.
const LANGUAGES: [&str; 2] = ["en", "fr"];

fn main() -> Result<(), Box<dyn Error>> {
    let tables = LANGUAGES.map(read);
    let mut columns = Vec::new();
    for table in tables {
        columns.push(table?);
    }
    let out = PathBuf::from(env::var("OUT_DIR")?).join("texts.rs");
    fs::write(out, generate(&columns)?)?;
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
        let area: Map<String, Value> =
            serde_json::from_str(&fs::read_to_string(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
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

/// The names between braces.
fn blanks(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}
