//! Phone numbers as text messages need them.

use farthing_api::{ApiError, Code};

/// A phone number in the form of ITU-T E.164: `+254700000001`. Spaces, brackets, dots, dashes and slashes are dropped, and 00 in
/// front counts as +.
///
/// # Errors
/// Code `phone_international` where the country is missing, or it is no phone number; the caller names the field.
pub fn normalise_phone(text: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::input("phone", Code::PhoneInternational).with("text", text.trim());
    let bare: String = text.chars().filter(|c| !" ()-./\u{a0}".contains(*c)).collect();
    let digits = bare
        .strip_prefix('+')
        .or_else(|| bare.strip_prefix("00"))
        .ok_or_else(wrong)?;
    let fits =
        (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    match fits {
        true => Ok(format!("+{digits}")),
        false => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_form_for_all_ways_of_writing() {
        for text in [
            "+254 700 000 001",
            "00254-700-000-001",
            " (+254) 700.000.001",
            "+254/700/000001",
        ] {
            assert_eq!(normalise_phone(text).unwrap(), "+254700000001", "{text}");
        }
    }

    #[test]
    fn what_no_gateway_could_reach_is_refused() {
        for text in [
            "",
            "+",
            "0700 000 001",
            "+0700000001",
            "+2547",
            "+2547000000011111",
            "+254 7OO 000 001",
            "++254700000001",
            "+254\u{0660}00000001",
        ] {
            assert!(normalise_phone(text).is_err(), "{text}");
        }
    }
}
