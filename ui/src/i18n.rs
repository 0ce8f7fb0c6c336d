//! Every text on screen, by key, in every language. The texts are in `ui/locales/LANGUAGE/*.json`; the build collects them
//! into `texts.json`, which is read once at the start.

use crate::lean;
use farthing_api::Marks;
use leptos::prelude::{Get, RwSignal, Signal, expect_context};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use wasm_bindgen::JsValue;

/// A constant per key: `"loan.next_due"` in the files is `text::LOAN_NEXT_DUE` here.
#[allow(dead_code, reason = "a text may be written before the screen that shows it")]
pub mod text {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

/// A language of the screens, in the order of the table that the build script writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
}

impl Language {
    /// Every language.
    pub const ALL: [Language; 2] = [Language::En, Language::Fr];

    /// The language whose BCP 47 tag, such as `fr-CM`, the system prefers; English where there is none.
    pub fn from_tag(tag: &str) -> Self {
        if tag.starts_with("fr") { Self::Fr } else { Self::En }
    }

    /// The language's code, as in [`farthing_api::SetUp`].
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// How the language punctuates amounts.
    pub const fn marks(self) -> Marks {
        match self {
            Self::En => Marks::ENGLISH,
            Self::Fr => Marks::FRENCH,
        }
    }

    /// The language's own name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Fr => "Français",
        }
    }
}

/// What the glue step takes out of the program and lays beside it as `texts.json`.
#[allow(
    dead_code,
    unsafe_code,
    reason = "a section of its own, which nothing here reads, is the one way to hand something to the glue step"
)]
#[unsafe(link_section = "farthing-texts")]
static SHIPPED: [u8; include_bytes!(concat!(env!("OUT_DIR"), "/texts.json")).len()] =
    *include_bytes!(concat!(env!("OUT_DIR"), "/texts.json"));

/// What is in `texts.json`: a column per language, in the order of [`Language::ALL`].
#[derive(Deserialize)]
struct Texts {
    texts: Vec<Vec<String>>,
    answers: Vec<BTreeMap<String, String>>,
    sentences: Vec<BTreeMap<String, String>>,
    derivations: Vec<BTreeMap<String, String>>,
}

static TEXTS: OnceLock<Texts> = OnceLock::new();

/// Reads the texts that the page has fetched.
///
/// # Errors
/// Where there are none, or others than this program's.
pub fn load() -> Result<(), JsValue> {
    let handed = crate::early::take("texts").and_then(|texts| texts.as_string());
    let text = handed.ok_or("no texts were handed over")?;
    let texts: Texts = lean::read(&text).map_err(|error| error.to_string())?;
    let _ = TEXTS.set(texts);
    Ok(())
}

fn apart(of: fn(&Texts) -> &[BTreeMap<String, String>], language: Language, word: &str) -> Option<&'static str> {
    let found = of(TEXTS.get()?).get(language as usize)?.get(word)?;
    Some(found)
}

/// What a language has for an answer of the desk, by its code.
pub fn answer(language: Language, code: &str) -> Option<&'static str> {
    apart(|texts| &texts.answers, language, code)
}

/// What a language has for a sentence of the mathematics, by the English sentence.
pub fn sentence(language: Language, english: &str) -> Option<&'static str> {
    apart(|texts| &texts.sentences, language, english)
}

/// What a language has for a step of a derivation, by its code.
pub fn derivation(language: Language, code: &str) -> Option<&'static str> {
    apart(|texts| &texts.derivations, language, code)
}

/// One text: its place among those of each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text(u16);

impl Text {
    /// The text in `language`.
    pub fn in_language(self, language: Language) -> &'static str {
        let texts = TEXTS.get().and_then(|texts| texts.texts.get(language as usize));
        texts
            .and_then(|texts| texts.get(usize::from(self.0)))
            .map_or("", String::as_str)
    }

    /// The text in `language`, each `{name}` replaced by its value.
    pub fn filled(self, language: Language, values: &[(&str, String)]) -> String {
        fill(self.in_language(language), values)
    }
}

/// So that a component whose property is words takes a key as it is: `<Button label=text::LOAN_APPROVE/>`.
impl From<Text> for Signal<String> {
    fn from(text: Text) -> Self {
        let text = t(text);
        Signal::derive(move || text().to_owned())
    }
}

/// The text in the language in force; shown again when the language changes. To be called while a component is built.
pub fn t(text: Text) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    let language = expect_context::<RwSignal<Language>>();
    move || text.in_language(language.get())
}

/// The text in the language in force, each `{name}` replaced by its value. To be called while a component is built.
pub fn tf<const N: usize>(
    text: Text,
    values: [(&'static str, String); N],
) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let text = t(text);
    move || fill(text(), &values)
}

/// [`tf`] as a signal, for components whose property is words.
pub fn words<const N: usize>(text: Text, values: [(&'static str, String); N]) -> Signal<String> {
    Signal::derive(tf(text, values))
}

fn fill(text: &str, values: &[(&str, String)]) -> String {
    values
        .iter()
        .fold(Cow::Borrowed(text), |text, (name, value)| {
            Cow::Owned(text.replace(&format!("{{{name}}}"), value))
        })
        .into_owned()
}
