//! Every answer can be said in every language of the screens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use farthing_api::Code;
use farthing_lending::explain::{Derivation, explain_vector};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// How the files of the calculators begin that only the command line asks.
const NO_SCREEN: [&str; 4] = ["apr", "tvm", "compute", "rules"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder of each language but English, whose answers stand beside their codes.
fn languages() -> Vec<PathBuf> {
    let folders = fs::read_dir(root().join("ui/locales")).unwrap();
    let folders: Vec<_> = folders.map(|entry| entry.unwrap().path()).collect();
    let other: Vec<_> = folders.into_iter().filter(|path| !path.ends_with("en")).collect();
    assert!(!other.is_empty(), "ui/locales has languages");
    other
}

fn texts(language: &Path, file: &str) -> BTreeMap<String, String> {
    let path = language.join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn blanks(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts.filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[test]
fn every_code_has_an_answer_in_every_language() {
    for language in languages() {
        let own = texts(&language, "answers.json");
        for code in Code::ALL {
            let text = own.get(code.word());
            let text = text.unwrap_or_else(|| panic!("{} has no answer for {code}", language.display()));
            assert_ne!(code.english(), code.word(), "English has no answer for {code}");
            assert_eq!(blanks(text), blanks(code.english()), "the blanks of {code}");
        }
        nobody_says(&own, &language);
    }
}

#[test]
fn english_answers_what_is_said_and_nothing_else() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR"));
    nobody_says(&texts(beside, "answers.json"), beside);
}

/// That every one of these answers belongs to a code.
fn nobody_says(answers: &BTreeMap<String, String>, of: &Path) {
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    let left: Vec<_> = answers.keys().filter(|word| !known.contains(word.as_str())).collect();
    assert!(left.is_empty(), "{} answers what nobody says: {left:?}", of.display());
}

#[test]
fn codes_are_words_and_differ() {
    let words: BTreeSet<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(words.len(), Code::ALL.len());
    for word in words {
        assert!(word.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{word}");
        assert_eq!(serde_json::from_str::<Code>(&format!("\"{word}\"")).unwrap(), word);
    }
}

/// The string literals of a source that are whole sentences: what the mathematics says of terms that can't be carried
/// out.
fn sentences(source: &str) -> BTreeSet<String> {
    let code: Vec<&str> = source.split("#[cfg(test)]").next().unwrap().lines().collect();
    let code: Vec<&str> = code
        .into_iter()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let is_sentence = |text: &&str| text.starts_with(|c: char| c.is_uppercase()) && text.ends_with('.');
    let literals = code.iter().flat_map(|line| line.split('"').skip(1).step_by(2));
    literals.filter(is_sentence).map(str::to_owned).collect()
}

#[test]
fn every_sentence_of_the_mathematics_is_known_in_every_language() {
    let source = root().join("crates/lending/src");
    let folders = [source.clone(), source.join("course")];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let files = files.map(|entry| entry.unwrap().path());
    let said: BTreeSet<String> = files
        .filter(|path| path.is_file() && !NO_SCREEN.iter().any(|start| name(path).starts_with(start)))
        .flat_map(|path| sentences(&fs::read_to_string(path).unwrap()))
        .filter(|sentence| blanks(sentence).is_empty())
        .collect();
    assert!(said.len() > 40, "the sentences were found");
    for language in languages() {
        let known: BTreeSet<String> = texts(&language, "sentences.json").into_keys().collect();
        let lacks: Vec<_> = said.difference(&known).collect();
        assert!(lacks.is_empty(), "{} lacks {lacks:#?}", language.display());
        let left: Vec<_> = known.difference(&said).collect();
        assert!(
            left.is_empty(),
            "{} has what nobody says: {left:#?}",
            language.display()
        );
    }
}

/// Every step of a derivation.
fn steps(step: &Derivation) -> Vec<&Derivation> {
    step.steps.iter().flat_map(steps).chain([step]).collect()
}

#[test]
fn every_step_of_a_derivation_can_be_said_in_every_language() {
    let vectors = root().join("crates/lending/vectors");
    let files = fs::read_dir(vectors).unwrap().map(|entry| entry.unwrap().path());
    let all = files
        .flat_map(|path| serde_json::from_str::<Vec<serde_json::Value>>(&fs::read_to_string(path).unwrap()).unwrap());
    let figures = [
        "installment",
        "rows[1].balance",
        "rows[2].due",
        "total_due",
        "last_due",
        "payoff",
        "apr_pct",
        "legal_1dp",
    ];
    let derived: Vec<Derivation> = all
        .flat_map(|vector| figures.map(|path| explain_vector(&vector, path)))
        .filter_map(Result::ok)
        .collect();
    for language in languages() {
        let own = texts(&language, "derivations.json");
        for code in farthing_lending::explain::Code::ALL {
            assert!(
                own.contains_key(&code.word()),
                "{} cannot say {code:?}",
                language.display()
            );
        }
        for step in derived.iter().flat_map(steps) {
            let known: BTreeSet<&str> = step.arguments.iter().map(|argument| argument.name.as_str()).collect();
            let left = blanks(&own[&step.code.word()]);
            let left: Vec<_> = left
                .difference(&known)
                .filter(|blank| !["result", "values"].contains(*blank))
                .collect();
            assert!(left.is_empty(), "{:?} leaves {left:?} blank", step.code);
        }
    }
}
