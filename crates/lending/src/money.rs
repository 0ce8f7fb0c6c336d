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

/// What stands between the groups of digits, and before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Between groups of three.
    pub group: &'static str,
    /// Before the decimals.
    pub point: &'static str,
}

impl Marks {
    /// `1,234.50`
    pub const ENGLISH: Marks = Marks { group: ",", point: "." };
    /// `1 234,50`, with a space that does not break.
    pub const FRENCH: Marks = Marks {
        group: "\u{a0}",
        point: ",",
    };

    /// Those of a language by its code; English ones where it has none of its own.
    pub fn of(language: &str) -> Marks {
        match language {
            "fr" => Marks::FRENCH,
            _ => Marks::ENGLISH,
        }
    }

    /// A typed amount with these marks as [`Money::parse`] reads it.
    pub fn plain(self, typed: &str) -> String {
        match self.point {
            "." => typed.to_string(),
            point => typed.replace(point, "."),
        }
    }
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// There is nothing.
    Empty,
    /// It holds something else than digits, or marks where none belong.
    Malformed(String),
    /// The currency has no decimals.
    NoDecimals,
    /// The currency has fewer decimals.
    TooManyDecimals,
    /// It is above [`Money::LIMIT`].
    TooLarge,
}

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

    /// Whether it is nothing, for fields that are left out then.
    pub const fn is_nothing(amount: &Money) -> bool {
        amount.0 == 0
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
        let marks = Marks { group: "", point: "." };
        punctuate(self.0, decimals, marks)
    }

    /// Reads what a person typed: an optional sign, digits, grouped with `,`, spaces or `'`, and at most `decimals` digits
    /// after a point. A comma where no group ends is refused rather than skipped, since many write `12,50` for
    /// twelve and a half.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(text: &str, decimals: u32) -> Result<Money, AmountError> {
        let text = text.trim().replace('\u{2212}', "-");
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_space = |c: char| matches!(c, ' ' | '\'' | '\u{a0}' | '\u{2009}' | '\u{202f}');
        let whole: String = whole.chars().filter(|c| !is_space(*c)).collect();
        if whole.is_empty() && fraction.is_empty() {
            return Err(AmountError::Empty);
        }
        // Thousands everywhere, and lakhs and crores in India: the last group has three digits, those before two or three.
        let groups: Vec<usize> = whole.split(',').map(str::len).collect();
        let is_grouped = match groups.as_slice() {
            [first, between @ .., last] => {
                *last == 3 && (1..=3).contains(first) && between.iter().all(|n| (2..=3).contains(n))
            }
            _ => true,
        };
        let whole = whole.replace(',', "");
        if !is_grouped || !whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit()) {
            return Err(AmountError::Malformed(text));
        }
        if fraction.len() > decimals as usize {
            return Err(match decimals {
                0 => AmountError::NoDecimals,
                _ => AmountError::TooManyDecimals,
            });
        }
        let padded = format!("{whole}{fraction:0<width$}", width = decimals as usize);
        match padded.parse::<i64>() {
            Ok(minor) if minor <= Money::LIMIT.0 => Ok(Money(sign * minor)),
            _ => Err(AmountError::TooLarge),
        }
    }

    /// The amount as people read it in English: `1,234.50`, with U+2212 for minus.
    pub fn to_grouped(self, decimals: u32) -> String {
        self.written(decimals, Marks::ENGLISH)
    }

    /// The amount as people read it, with U+2212 for minus.
    pub fn written(self, decimals: u32, marks: Marks) -> String {
        punctuate(self.0, decimals, marks).replace('-', "\u{2212}")
    }
}

fn punctuate(minor: i64, decimals: u32, marks: Marks) -> String {
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
            out.push_str(marks.group);
        }
        out.push(digit);
    }
    if decimals > 0 {
        out.push_str(marks.point);
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
    pub fn read(&self, text: &str) -> Result<Money, AmountError> {
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
            let french = Money(minor).written(decimals, Marks::FRENCH);
            assert_eq!(Money::parse(&Marks::FRENCH.plain(&french), decimals), Ok(Money(minor)));
        }
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        for text in [
            "",
            ".",
            "12,5o",
            "12,50",
            "1234,567",
            "1,2,345",
            ",123",
            "1.234",
            "1.234,00",
            "--1",
            "99999999999999999",
        ] {
            assert!(Money::parse(text, 2).is_err(), "{text}");
        }
        for (text, minor) in [
            ("7.5", 750),
            (".5", 50),
            ("1,234", 123_400),
            ("1,23,456", 12_345_600),
            ("1 234 567.8", 123_456_780),
        ] {
            assert_eq!(Money::parse(text, 2), Ok(Money(minor)), "{text}");
        }
    }
}
