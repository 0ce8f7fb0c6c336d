//! The one answer for everything that could not be done.

use crate::{Code, Currency, Money, Role};
use chrono::{DateTime, NaiveDate, Timelike, Utc};
use farthing_lending::{AmountError, TermsError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What sort of failure it is, so that a screen knows where to show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// A field holds something that can't be used; `field` names it.
    Input,
    /// The rules of the office say no.
    Refused,
    /// The caller's role does not allow it.
    Forbidden,
    /// Nobody is signed in, or the session was locked.
    SignedOut,
    /// There is no such thing.
    NotFound,
    /// Someone else changed it in between.
    Changed,
    /// It was taken down and waits for a second person.
    Waiting,
    /// Something outside did not answer: mail, the disk, the keyring.
    Unavailable,
    /// The book itself can't be opened; nothing can be done before that is mended.
    Book,
    /// A fault of the program; the log has the details.
    Internal,
}

/// What fills a blank of an answer; a screen writes it as its language does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arg {
    /// Words that are the same in every language: a name, a number of a loan, what was typed.
    Text(String),
    /// A count.
    Number(u32),
    /// An amount in minor units, with the decimals of its currency.
    Money(Money, u32),
    /// A day.
    Date(NaiveDate),
    /// A moment.
    Time(DateTime<Utc>),
    /// Some of these roles.
    Roles(Vec<Role>),
    /// Another answer, which is the reason of this one.
    Reason(Box<ApiError>),
}

impl Arg {
    /// An amount of a currency.
    pub const fn money(amount: Money, currency: &Currency) -> Arg {
        Arg::Money(amount, currency.decimals)
    }
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Arg::Text(text) => f.write_str(text),
            Arg::Number(n) => n.fmt(f),
            Arg::Money(amount, decimals) => f.write_str(&amount.to_grouped(*decimals)),
            Arg::Date(date) => date.fmt(f),
            Arg::Time(at) => write!(f, "{:02}:{:02}:{:02} UTC", at.hour(), at.minute(), at.second()),
            Arg::Roles(roles) => f.write_str(&list(roles.iter().map(|role| role.word()), "or")),
            Arg::Reason(error) => f.write_str(&error.message),
        }
    }
}

/// Words as a sentence lists them: `a, b or c`.
pub fn list(words: impl Iterator<Item = impl Into<String>>, or: &str) -> String {
    let words: Vec<String> = words.map(Into::into).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {or} {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Arg {
        Arg::Text(text.to_string())
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Arg {
        Arg::Text(text.clone())
    }
}

impl From<u32> for Arg {
    fn from(n: u32) -> Arg {
        Arg::Number(n)
    }
}

impl From<usize> for Arg {
    fn from(n: usize) -> Arg {
        Arg::Number(u32::try_from(n).unwrap_or(u32::MAX))
    }
}

impl From<NaiveDate> for Arg {
    fn from(date: NaiveDate) -> Arg {
        Arg::Date(date)
    }
}

impl From<DateTime<Utc>> for Arg {
    fn from(at: DateTime<Utc>) -> Arg {
        Arg::Time(at)
    }
}

/// Why a request was not done, in words for the person who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// What sort of failure.
    pub kind: ErrorKind,
    /// The cause, by which a screen finds the answer in its own language.
    pub code: Code,
    /// The form's field that needs a change, if one does.
    pub field: Option<String>,
    /// What fills the answer's blanks, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, Arg>,
    /// The answer in English: the thing, the cause, the remedy.
    pub message: String,
}

impl ApiError {
    /// A failure without a field.
    pub fn new(kind: ErrorKind, code: Code) -> ApiError {
        ApiError {
            kind,
            code,
            field: None,
            args: BTreeMap::new(),
            message: code.english().to_string(),
        }
    }

    /// A field that needs a change.
    pub fn input(field: &str, code: Code) -> ApiError {
        ApiError::new(ErrorKind::Input, code).on(field)
    }

    /// A fault of the program; what happened has gone to the log.
    pub fn internal() -> ApiError {
        ApiError::new(ErrorKind::Internal, Code::Internal)
    }

    /// The same about a field of the caller's form.
    pub fn on(self, field: &str) -> ApiError {
        ApiError {
            field: Some(field.to_string()),
            ..self
        }
    }

    /// Fills the blank of this name.
    pub fn with(mut self, blank: &str, arg: impl Into<Arg>) -> ApiError {
        let arg = arg.into();
        self.message = self.message.replace(&format!("{{{blank}}}"), &arg.to_string());
        self.args.insert(blank.to_string(), arg);
        self
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

/// What was typed is no amount of this currency.
pub fn not_an_amount(error: AmountError, currency: &Currency) -> ApiError {
    let input = |code| ApiError::new(ErrorKind::Input, code);
    let example = 125_000 * 10_i64.pow(currency.decimals) / 100;
    let example = Arg::money(Money::from_minor(example), currency);
    match error {
        AmountError::Empty => input(Code::AmountEmpty).with("example", example),
        AmountError::Malformed(text) => input(Code::AmountMalformed)
            .with("text", &text)
            .with("example", example),
        AmountError::NoDecimals => input(Code::AmountWhole),
        AmountError::TooManyDecimals => input(Code::AmountDecimals).with("n", currency.decimals),
        AmountError::TooLarge => input(Code::AmountTooLarge).with("most", Arg::money(Money::LIMIT, currency)),
    }
}

/// The terms of a loan can't be carried out. The sentence is that of the mathematics; screens know each by heart.
impl From<TermsError> for ApiError {
    fn from(error: TermsError) -> ApiError {
        ApiError {
            message: error.message,
            ..ApiError::input(&error.field, Code::Terms)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn blanks_are_filled_and_kept_for_other_languages() {
        let error = ApiError::input("principal", Code::PrincipalRange)
            .with("product", "Small business")
            .with("least", Arg::Money(Money::from_minor(10_000), 2))
            .with("most", Arg::Money(Money::from_minor(5_000_000), 2));
        assert_eq!(
            error.message,
            "Small business lends from 100.00 to 50,000.00. Change the amount."
        );
        let back: ApiError = serde_json::from_str(&serde_json::to_string(&error).unwrap()).unwrap();
        assert_eq!(back, error);
        assert_eq!(error.args["least"], Arg::Money(Money::from_minor(10_000), 2));
    }

    #[test]
    fn an_amount_is_refused_with_an_example_of_its_currency() {
        for (code, typed, said) in [
            ("USD", "", "Enter an amount, such as 1,250.00."),
            (
                "JPY",
                "x",
                "“x” is not an amount. Use digits and one decimal mark, such as 1,250.",
            ),
            (
                "KWD",
                "1.2345",
                "This currency has 3 decimals. Shorten the amount to 3 digits after the decimal mark.",
            ),
        ] {
            let currency = Currency::of(code).unwrap();
            assert_eq!(
                not_an_amount(currency.read(typed).unwrap_err(), &currency).message,
                said
            );
        }
    }
}
