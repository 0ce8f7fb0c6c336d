//! Collects `locales/LANGUAGE/*.json`, a file per area, into one file that is shipped beside the WASM, and a constant per
//! text, so that a text that a language lacks, that stands in two areas, or whose blanks differ, stops the build.
//!
//! Three files are apart, since their English belongs to the crates that say it: `answers.json` has the answers of the desk
//! by their codes (the English beside the codes, in `crates/api`), `sentences.json` those of the mathematics by their
//! English sentence, `derivations.json` the steps of a figure's explanation by their codes.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

/// The files whose English is elsewhere, what `src/i18n.rs` calls them, and the file of the English where it is one.
const APART: [(&str, &str, Option<&str>); 3] = [
    ("answers.json", "answers", Some("../crates/api/answers.json")),
    ("sentences.json", "sentences", None),
    ("derivations.json", "derivations", None),
];

/// The languages in the order of the table's columns; `src/i18n.rs` has the same order.
const LANGUAGES: [&str; 2] = ["en", "fr"];

fn main() -> Result<(), Box<dyn Error>> {
    let tables = LANGUAGES.map(read);
    let mut columns = Vec::new();
    for table in tables {
        columns.push(table?);
    }
    let keys: BTreeSet<&String> = columns.iter().flat_map(Map::keys).collect();
    let mut shipped = json!({ "texts": texts(&columns, &keys)? });
    for (file, name, english) in APART {
        shipped[name] = apart(file, english)?;
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("texts.rs"), constants(&columns[0], &keys)?)?;
    fs::write(out.join("texts.json"), shipped.to_string())?;
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
        if APART.iter().any(|(file, ..)| path.ends_with(file)) {
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

/// The texts of each language, in the order of the keys.
fn texts(columns: &[Map<String, Value>], keys: &BTreeSet<&String>) -> Result<Value, Box<dyn Error>> {
    let mut all = vec![Vec::new(); columns.len()];
    for key in keys {
        for (n, (language, column)) in LANGUAGES.iter().zip(columns).enumerate() {
            let text = column.get(*key).and_then(Value::as_str);
            all[n].push(text.ok_or_else(|| format!("locales/{language} has no text for {key}"))?);
            if blanks(all[n][all[n].len() - 1]) != blanks(all[0][all[n].len() - 1]) {
                return Err(format!("{key} has other blanks in {language} than in {}", LANGUAGES[0]).into());
            }
        }
    }
    Ok(json!(all))
}

/// One constant per key: `loan.next_due` becomes `LOAN_NEXT_DUE`, holding its place among the texts of each language.
fn constants(english: &Map<String, Value>, keys: &BTreeSet<&String>) -> Result<String, Box<dyn Error>> {
    let mut code = String::new();
    for (place, key) in keys.iter().enumerate() {
        let name = key.to_uppercase().replace(['.', '-'], "_");
        let text = english.get(*key).and_then(Value::as_str).unwrap_or_default();
        writeln!(
            code,
            "/// {text:?}\npub const {name}: super::Text = super::Text({place});"
        )?;
    }
    Ok(code)
}

/// What each language has for the words of a file: an object a language, empty for English where that is elsewhere.
fn apart(file: &str, english: Option<&str>) -> Result<Value, Box<dyn Error>> {
    let mut languages = vec![match english {
        Some(path) => words(path)?,
        None => Value::Object(Map::new()),
    }];
    for language in LANGUAGES.iter().skip(1) {
        languages.push(words(&format!("locales/{language}/{file}"))?);
    }
    Ok(Value::Array(languages))
}

/// The texts of a file by their words.
#[allow(
    clippy::print_stdout,
    reason = "a build script speaks to cargo through its standard output"
)]
fn words(path: &str) -> Result<Value, Box<dyn Error>> {
    println!("cargo:rerun-if-changed={path}");
    let texts: Map<String, Value> =
        serde_json::from_str(&fs::read_to_string(path)?).map_err(|error| format!("{path}: {error}"))?;
    match texts.iter().find(|(_, text)| !text.is_string()) {
        Some((word, _)) => Err(format!("{path}: {word} has no text").into()),
        None => Ok(Value::Object(texts)),
    }
}

/// The names between braces.
fn blanks(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}
