//! Every text on screen, by key, in every language. The texts are in `ui/locales/LANGUAGE/*.json`.

use farthing_api::Marks;
use leptos::prelude::{Get, RwSignal, Signal, expect_context};
use std::borrow::Cow;

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

/// One text in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text([&'static str; 2]);

impl Text {
    /// The text in `language`.
    pub fn in_language(self, language: Language) -> &'static str {
        self.0[language as usize]
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
