//! Amounts and days as they are read: nothing is guessed, so that a typing error never becomes another loan.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// The most digits of a decimal number, so that none is rounded on the way in.
const MOST_DIGITS: usize = 28;

/// A plain decimal number: an optional minus, digits, and more digits after a point.
pub(crate) fn parse_decimal(text: &str) -> Result<Decimal, String> {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = plain.split_once('.').unwrap_or((plain, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    if !is_number(whole) || !is_number(part) {
        return Err(format!("“{text}” is not a decimal number such as 1250.00"));
    }
    if whole.len() + part.len() > MOST_DIGITS {
        return Err(format!("“{text}” has more than {MOST_DIGITS} digits"));
    }
    text.parse().map_err(|_| format!("“{text}” is not a decimal number"))
}

fn parse_day(text: &str) -> Result<NaiveDate, String> {
    let is_iso = text.len() == 10 && text.bytes().all(|c| c.is_ascii_digit() || c == b'-');
    let day = text.parse().ok().filter(|day: &NaiveDate| is_iso && day.year() > 0);
    day.ok_or_else(|| format!("“{text}” is not a day of the calendar such as 2024-01-31"))
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    Deserialize::deserialize(deserializer)
}

/// Reads a decimal number from text.
pub(crate) fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    parse_decimal(&text(deserializer)?).map_err(Error::custom)
}

/// Reads a decimal number from text, or nothing.
pub(crate) fn some_decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.map(|text| parse_decimal(&text)).transpose().map_err(Error::custom)
}

/// Reads a day from text.
pub(crate) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    parse_day(&text(deserializer)?).map_err(Error::custom)
}

/// Reads a day from text, or nothing.
pub(crate) fn some_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = Option::<Cow<'de, str>>::deserialize(deserializer)?;
    text.map(|text| parse_day(&text)).transpose().map_err(Error::custom)
}

/// Reads a list of days from text.
pub(crate) fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NaiveDate>, D::Error> {
    let list = Vec::<Cow<'de, str>>::deserialize(deserializer)?;
    let days = list.iter().map(|text| parse_day(text)).collect::<Result<_, _>>();
    days.map_err(Error::custom)
}

/// Reads what has a default, which `null` stands for, too.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_written_plainly() {
        for text in ["0", "1250.00", "-0.5", "007", "1234567890123456789012345.678"] {
            assert!(parse_decimal(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "+1",
            "1e3",
            "1_000",
            " 1",
            "1,5",
            "NaN",
            "0x10",
            "٣",
            "0.12345678901234567890123456789",
        ] {
            assert!(parse_decimal(text).is_err(), "{text}");
        }
        assert!(parse_day("2024-02-29").is_ok());
        for text in [
            "2024-02-30",
            "2024-2-3",
            "24-02-03",
            "+2024-02-03",
            "0000-01-01",
            "2024-02-03T00",
            "-024-01-01",
        ] {
            assert!(parse_day(text).is_err(), "{text}");
        }
    }
}
