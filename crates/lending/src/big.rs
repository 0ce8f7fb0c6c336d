//! Decimal numbers of many digits, for equations that have no exact solution.

use dashu_float::DBig;
use dashu_int::IBig;
use rust_decimal::Decimal;

/// A number with so many digits.
pub(crate) fn int(value: i64, digits: usize) -> DBig {
    DBig::from(IBig::from(value)).with_precision(digits).value()
}

/// A decimal with so many digits.
pub(crate) fn decimal(value: Decimal, digits: usize) -> DBig {
    DBig::from_parts(
        IBig::from(value.mantissa()),
        -isize::try_from(value.scale()).unwrap_or(0),
    )
    .with_precision(digits)
    .value()
}

/// A plain decimal number as text, without a sign of rounding or an exponent; nothing where it is not one, is longer
/// than any amount or rate, or is not finite.
pub(crate) fn parse(text: &str, digits: usize) -> Option<DBig> {
    let plain = text.strip_prefix(['-', '+']).unwrap_or(text);
    let fits = !plain.is_empty() && plain.len() <= 60 && plain.starts_with(|c: char| c.is_ascii_digit());
    if !fits || !plain.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: DBig = text.strip_prefix('+').unwrap_or(text).parse().ok()?;
    Some(value.with_precision(digits).value())
}

/// The number as text with so many significant digits.
pub(crate) fn show(value: &DBig, digits: usize) -> String {
    value.clone().with_precision(digits).value().to_string()
}

/// A whole number of 10^-decimals as a decimal number.
pub(crate) fn with_point(scaled: &IBig, decimals: u32) -> String {
    let text = scaled.to_string();
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |digits| ("-", digits));
    let decimals = decimals as usize;
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, part) = padded.split_at(padded.len() - decimals);
    let point = if decimals > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{part}")
}
