//! Derivations in the language of the screens, with amounts and dates as it writes them.

use crate::i18n::{Language, derivation};
use crate::state::App;
use chrono::NaiveDate;
use farthing_api::Marks;
use farthing_lending::RoundingMode;
use farthing_lending::explain::Derivation;
use leptos::prelude::Get;

/// So many decimals of a value before rounding are enough to see how it is rounded.
const DECIMALS: usize = 8;
/// A whole number with fewer digits is a count, a year or a part of a fraction rather than an amount.
const AMOUNT_DIGITS: usize = 5;

/// What a step says.
pub fn told(app: App, step: &Derivation) -> String {
    let language = app.language.get();
    let template = match language {
        Language::En => None,
        _ => derivation(language, &step.code.word()),
    };
    let Some(template) = template else {
        return app.numbers(&step.sentence);
    };
    let fill = |text: String, (blank, value): (&str, &str)| text.replace(&format!("{{{blank}}}"), value);
    let arguments = step.arguments.iter().map(|a| (a.name.as_str(), a.value.as_str()));
    let own = [("result", step.result.as_str()), ("values", step.values.as_str())];
    let mut said = arguments.chain(own).fold(template.to_owned(), fill);
    if let Some(rounded) = &step.rounded {
        let word = match rounded.mode {
            RoundingMode::HalfEven => "rounded_half_even",
            RoundingMode::HalfUp => "rounded_half_up",
            RoundingMode::Up => "rounded_up",
        };
        let how = derivation(language, word).unwrap_or_default().to_owned();
        let parts = [
            ("from", rounded.from.as_str()),
            ("unit", rounded.unit.as_str()),
            ("to", rounded.to.as_str()),
        ];
        said = format!("{said} {}", parts.into_iter().fold(how, fill));
    }
    app.numbers(&said)
}

impl App {
    /// A text in which plain numbers and days (`10000.50`, `2024-01-31`) are written as the language in force does.
    pub fn numbers(self, text: &str) -> String {
        let marks = self.marks();
        let mut out = String::with_capacity(text.len() + 16);
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let (before, from) = rest.split_at(start);
            let end = from
                .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
                .unwrap_or(from.len());
            let token = from[..end].trim_end_matches(['.', '-']);
            out += before;
            let in_fraction = before.ends_with('/') || from[token.len()..].starts_with('/');
            match token.parse::<NaiveDate>() {
                Ok(day) => out += &self.date(day),
                Err(_) if in_fraction => out += token,
                Err(_) => out += &number(token, marks),
            }
            rest = &from[token.len()..];
        }
        out + rest
    }
}

/// A plain decimal number with the marks of a language; what is none stays as it is.
fn number(token: &str, marks: Marks) -> String {
    let (whole, part) = token.split_once('.').map_or((token, None), |(w, p)| (w, Some(p)));
    let is_plain = whole
        .chars()
        .chain(part.unwrap_or_default().chars())
        .all(|c| c.is_ascii_digit());
    if !is_plain || (part.is_none() && whole.len() < AMOUNT_DIGITS) {
        return token.to_owned();
    }
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out += marks.group;
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out += marks.point;
        out += part.get(..DECIMALS).unwrap_or(part);
        if part.len() > DECIMALS {
            out.push('…');
        }
    }
    out
}
