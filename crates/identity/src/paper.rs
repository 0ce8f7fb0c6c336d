//! Codes that people read off a paper or a message and type: Crockford's base 32 in groups of four.

use crate::{IdentityError, random};

/// Crockford's alphabet: no I, L, O, U, which are read for digits or make words.
pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// So many random letters, five bits each.
pub(crate) fn letters<const N: usize>() -> Result<String, IdentityError> {
    let bytes: [u8; N] = random::bytes()?;
    Ok(bytes
        .iter()
        .map(|b| char::from(ALPHABET[usize::from(b % 32)]))
        .collect())
}

/// The letters in groups of four with dashes between them.
pub(crate) fn in_fours(letters: &str) -> String {
    let mut text = String::with_capacity(letters.len() * 5 / 4);
    for (i, c) in letters.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            text.push('-');
        }
        text.push(c);
    }
    text
}

/// The letter that was meant: case does not matter, I and L are 1, O is 0.
pub(crate) const fn meant(c: char) -> char {
    match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    }
}

/// What was typed, without dashes, spaces and whatever else is no letter or digit.
pub(crate) fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(meant).collect()
}
