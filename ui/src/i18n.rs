//! Every text on screen, by key, in every language. The texts are in `ui/locales/*.json`.

use leptos::prelude::{Get, RwSignal, expect_context, provide_context};
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
    /// The language whose BCP 47 tag, such as `fr-CM`, the system prefers; English where there is none.
    pub fn from_tag(tag: &str) -> Self {
        if tag.starts_with("fr") { Self::Fr } else { Self::En }
    }
}

/// One text in every language.
#[derive(Debug, Clone, Copy)]
pub struct Text([&'static str; 2]);

impl Text {
    /// The text in `language`.
    pub fn in_language(self, language: Language) -> &'static str {
        self.0[language as usize]
    }
}

/// Makes `language` the language of everything below this component, and one signal the place to change it.
pub fn provide(language: Language) -> RwSignal<Language> {
    let signal = RwSignal::new(language);
    provide_context(signal);
    signal
}

/// The text in the language in force; shown again when the language changes.
pub fn t(text: Text) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
    let language = expect_context::<RwSignal<Language>>();
    move || text.in_language(language.get())
}

/// The text in the language in force, each `{name}` replaced by its value.
pub fn tf<const N: usize>(
    text: Text,
    values: [(&'static str, String); N],
) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let text = t(text);
    move || fill(text(), &values)
}

fn fill(text: &str, values: &[(&str, String)]) -> String {
    values
        .iter()
        .fold(Cow::Borrowed(text), |text, (name, value)| {
            Cow::Owned(text.replace(&format!("{{{name}}}"), value))
        })
        .into_owned()
}
