//! Amounts of money and the currency that gives them their meaning.

use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// An amount in minor units of the organisation's one currency (cents for USD, whole yen for JPY).
///
/// Arithmetic saturates nowhere and wraps nowhere: the operators panic on overflow in every profile through
/// `checked_*`, which cannot happen for amounts a book accepts (at most [`Money::LIMIT`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);
    /// The largest amount that a form, a file or a fact may carry, in minor units. It stays below 2^53, so that the
    /// amount survives a trip through a web view, and leaves room to add a thousand of them in an `i64`.
    pub const LIMIT: Money = Money(9_000_000_000_000_000);

    /// An amount of so many minor units.
    pub const fn from_minor(minor: i64) -> Money {
        Money(minor)
    }

    /// How many minor units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The amount without its sign.
    pub const fn abs(self) -> Money {
        Money(self.0.abs())
    }

    /// This less `other`, but never below nothing.
    pub fn less(self, other: Money) -> Money {
        Money((self.0 - other.0).max(0))
    }

    /// The amount as a decimal number of `decimals` digits, without separators: `1234.50`.
    pub fn to_plain(self, decimals: u32) -> String {
        group(self.0, decimals, "")
    }

    /// Reads what a person typed: an optional sign, digits with optional grouping by `,`, space, `'` or thin space,
    /// and at most `decimals` digits after a point.
    ///
    /// # Errors
    /// Says in words what is wrong with the text; the caller adds the field's name.
    pub fn parse(text: &str, decimals: u32) -> Result<Money, String> {
        let text = text.trim().replace('\u{2212}', "-");
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let whole: String = whole
            .chars()
            .filter(|c| !matches!(c, ',' | ' ' | '\'' | '\u{a0}' | '\u{2009}' | '\u{202f}'))
            .collect();
        if whole.is_empty() && fraction.is_empty() {
            return Err("Enter an amount, such as 1,250.00.".into());
        }
        if !whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit()) {
            return Err(format!(
                "“{text}” is not an amount. Use digits and one point, such as 1,250.00."
            ));
        }
        if fraction.len() > decimals as usize {
            return Err(match decimals {
                0 => "This currency has no decimals. Enter a whole amount.".to_string(),
                n => format!("This currency has {n} decimals. Shorten the amount to {n} digits after the point."),
            });
        }
        let padded = format!("{whole}{fraction:0<width$}", width = decimals as usize);
        match padded.parse::<i64>() {
            Ok(minor) if minor <= Money::LIMIT.0 => Ok(Money(sign * minor)),
            _ => Err(format!(
                "This amount is larger than the largest that can be kept, {}.",
                Money::LIMIT.to_grouped(decimals)
            )),
        }
    }

    /// The amount as people read it: `1,234.50`, with U+2212 for minus.
    pub fn to_grouped(self, decimals: u32) -> String {
        group(self.0, decimals, ",").replace('-', "\u{2212}")
    }
}

fn group(minor: i64, decimals: u32, separator: &str) -> String {
    let digits = minor.unsigned_abs().to_string();
    let decimals = decimals as usize;
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let mut out = String::new();
    if minor < 0 {
        out.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push_str(separator);
        }
        out.push(digit);
    }
    if decimals > 0 {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[allow(
    clippy::expect_used,
    reason = "amounts are bounded by Money::LIMIT, so a sum cannot leave i64"
)]
fn sum(a: i64, b: i64) -> i64 {
    a.checked_add(b).expect("amounts are bounded by Money::LIMIT")
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(sum(self.0, other.0))
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(sum(self.0, -other.0))
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Money) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

/// A currency by its ISO 4217 code and the number of decimals that the standard gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// The ISO 4217 code: `USD`.
    pub code: String,
    /// How many decimals the minor unit stands for: 2 for USD, 0 for JPY, 3 for BHD.
    pub decimals: u32,
}

impl Currency {
    /// The currency of an ISO 4217 code, or nothing where the standard has no such code for money in use.
    pub fn of(code: &str) -> Option<Currency> {
        let decimals = ISO_4217.iter().find(|(c, _)| *c == code)?.1;
        Some(Currency {
            code: code.to_string(),
            decimals,
        })
    }

    /// Every currency, in the order of the codes.
    pub fn all() -> impl Iterator<Item = Currency> {
        ISO_4217.iter().map(|(code, decimals)| Currency {
            code: (*code).to_string(),
            decimals: *decimals,
        })
    }

    /// The amount in this currency as people read it, without the code: `1,234.50`.
    pub fn show(&self, amount: Money) -> String {
        amount.to_grouped(self.decimals)
    }

    /// Reads an amount typed in this currency.
    ///
    /// # Errors
    /// Those of [`Money::parse`].
    pub fn read(&self, text: &str) -> Result<Money, String> {
        Money::parse(text, self.decimals)
    }
}

/// Codes and minor units of ISO 4217:2015 (list one, funds and metals left out).
#[rustfmt::skip]
const ISO_4217: &[(&str, u32)] = &[
    ("AED", 2), ("AFN", 2), ("ALL", 2), ("AMD", 2), ("AOA", 2), ("ARS", 2), ("AUD", 2), ("AWG", 2), ("AZN", 2), ("BAM", 2), ("BBD", 2),
    ("BDT", 2), ("BHD", 3), ("BIF", 0), ("BMD", 2), ("BND", 2), ("BOB", 2), ("BRL", 2), ("BSD", 2), ("BTN", 2), ("BWP", 2), ("BYN", 2),
    ("BZD", 2), ("CAD", 2), ("CDF", 2), ("CHF", 2), ("CLP", 0), ("CNY", 2), ("COP", 2), ("CRC", 2), ("CUP", 2), ("CVE", 2), ("CZK", 2),
    ("DJF", 0), ("DKK", 2), ("DOP", 2), ("DZD", 2), ("EGP", 2), ("ERN", 2), ("ETB", 2), ("EUR", 2), ("FJD", 2), ("FKP", 2), ("GBP", 2),
    ("GEL", 2), ("GHS", 2), ("GIP", 2), ("GMD", 2), ("GNF", 0), ("GTQ", 2), ("GYD", 2), ("HKD", 2), ("HNL", 2), ("HTG", 2), ("HUF", 2),
    ("IDR", 2), ("ILS", 2), ("INR", 2), ("IQD", 3), ("IRR", 2), ("ISK", 0), ("JMD", 2), ("JOD", 3), ("JPY", 0), ("KES", 2), ("KGS", 2),
    ("KHR", 2), ("KMF", 0), ("KPW", 2), ("KRW", 0), ("KWD", 3), ("KYD", 2), ("KZT", 2), ("LAK", 2), ("LBP", 2), ("LKR", 2), ("LRD", 2),
    ("LSL", 2), ("LYD", 3), ("MAD", 2), ("MDL", 2), ("MGA", 2), ("MKD", 2), ("MMK", 2), ("MNT", 2), ("MOP", 2), ("MRU", 2), ("MUR", 2),
    ("MVR", 2), ("MWK", 2), ("MXN", 2), ("MYR", 2), ("MZN", 2), ("NAD", 2), ("NGN", 2), ("NIO", 2), ("NOK", 2), ("NPR", 2), ("NZD", 2),
    ("OMR", 3), ("PAB", 2), ("PEN", 2), ("PGK", 2), ("PHP", 2), ("PKR", 2), ("PLN", 2), ("PYG", 0), ("QAR", 2), ("RON", 2), ("RSD", 2),
    ("RUB", 2), ("RWF", 0), ("SAR", 2), ("SBD", 2), ("SCR", 2), ("SDG", 2), ("SEK", 2), ("SGD", 2), ("SHP", 2), ("SLE", 2), ("SOS", 2),
    ("SRD", 2), ("SSP", 2), ("STN", 2), ("SVC", 2), ("SYP", 2), ("SZL", 2), ("THB", 2), ("TJS", 2), ("TMT", 2), ("TND", 3), ("TOP", 2),
    ("TRY", 2), ("TTD", 2), ("TWD", 2), ("TZS", 2), ("UAH", 2), ("UGX", 0), ("USD", 2), ("UYU", 2), ("UZS", 2), ("VES", 2), ("VND", 0),
    ("VUV", 0), ("WST", 2), ("XAF", 0), ("XCD", 2), ("XOF", 0), ("XPF", 0), ("YER", 2), ("ZAR", 2), ("ZMW", 2), ("ZWG", 2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_and_reads_back() {
        for (minor, decimals, text) in [
            (123_456, 2, "1,234.56"),
            (5, 2, "0.05"),
            (-1_234_567, 3, "\u{2212}1,234.567"),
            (1000, 0, "1,000"),
            (0, 2, "0.00"),
        ] {
            assert_eq!(Money(minor).to_grouped(decimals), text);
            assert_eq!(Money::parse(text, decimals), Ok(Money(minor)));
        }
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        for text in ["", ".", "12,5o", "1.234", "--1", "99999999999999999"] {
            assert!(Money::parse(text, 2).is_err(), "{text}");
        }
        assert_eq!(Money::parse("7.5", 2), Ok(Money(750)));
    }
}
