//! Words and dates of papers and charts, in English and French.

use chrono::{Datelike, NaiveDate};
use farthing_lending::Marks;

/// The English or the French text, by language code.
pub(crate) fn say<'a>(language: &str, en: &'a str, fr: &'a str) -> &'a str {
    if is_french(language) { fr } else { en }
}

/// The words of a text. An amount is one word, also where spaces that don't break group its digits.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\n', '\t']).filter(|word| !word.is_empty())
}

/// How a language punctuates amounts.
pub(crate) fn marks(language: &str) -> Marks {
    if is_french(language) {
        Marks::FRENCH
    } else {
        Marks::ENGLISH
    }
}

pub(crate) fn is_french(language: &str) -> bool {
    language.split(['-', '_']).next() == Some("fr")
}

const SHORT: [(&str, &str); 12] = [
    ("Jan", "janv."),
    ("Feb", "févr."),
    ("Mar", "mars"),
    ("Apr", "avr."),
    ("May", "mai"),
    ("Jun", "juin"),
    ("Jul", "juil."),
    ("Aug", "août"),
    ("Sep", "sept."),
    ("Oct", "oct."),
    ("Nov", "nov."),
    ("Dec", "déc."),
];

const LONG: [(&str, &str); 12] = [
    ("January", "janvier"),
    ("February", "février"),
    ("March", "mars"),
    ("April", "avril"),
    ("May", "mai"),
    ("June", "juin"),
    ("July", "juillet"),
    ("August", "août"),
    ("September", "septembre"),
    ("October", "octobre"),
    ("November", "novembre"),
    ("December", "décembre"),
];

fn month_of(table: &'static [(&'static str, &'static str); 12], language: &str, date: NaiveDate) -> &'static str {
    let (en, fr) = table[date.month0() as usize % 12];
    say(language, en, fr)
}

/// The month's short name: `Jun`, `juin`.
pub(crate) fn month_short(language: &str, date: NaiveDate) -> &'static str {
    month_of(&SHORT, language, date)
}

/// The month's whole name: `June`, `juin`.
pub(crate) fn month_long(language: &str, date: NaiveDate) -> &'static str {
    month_of(&LONG, language, date)
}

/// A date as people read it: `5 Jun 2026`, `5 juin 2026`.
pub fn day(language: &str, date: NaiveDate) -> String {
    let first = if is_french(language) && date.day() == 1 {
        "er"
    } else {
        ""
    };
    format!("{}{first} {} {}", date.day(), month_short(language, date), date.year())
}

/// A share in hundredths of a percent with one decimal, rounded half up: `4.4%`, `4,4 %`.
pub(crate) fn percent(language: &str, hundredths: u32) -> String {
    let tenths = (u64::from(hundredths) + 5) / 10;
    match is_french(language) {
        true => format!("{},{} %", tenths / 10, tenths % 10),
        false => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// A whole number of percent: `95%`, `95 %`.
pub(crate) fn whole_percent(language: &str, percent: u64) -> String {
    match is_french(language) {
        true => format!("{percent} %"),
        false => format!("{percent}%"),
    }
}
