//! The printed recovery secret: 160 random bits in Crockford's base 32, with a checksum that catches a slip of the pen.

use crate::paper::{ALPHABET, meant};
use crate::{IdentityError, random};
use farthing_api::Secret;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of the secret.
const BYTES: usize = 20;
/// Characters of the secret, five bits each, and of the checksum.
const CHARACTERS: usize = BYTES * 8 / 5;
const CHECK_CHARACTERS: usize = 4;

/// The secret's bytes.
pub(crate) type Bytes = Zeroizing<[u8; BYTES]>;

/// A new secret.
pub(crate) fn new() -> Result<Bytes, IdentityError> {
    Ok(Zeroizing::new(random::bytes()?))
}

/// The secret as it is printed: nine groups of four.
pub(crate) fn print(bytes: &Bytes) -> Secret {
    let characters = Zeroizing::new([base32(&bytes[..], CHARACTERS), checksum(bytes)].concat());
    let mut text = Zeroizing::new(String::with_capacity(characters.len() * 5 / 4));
    for (i, c) in characters.iter().enumerate() {
        if i > 0 && i % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(*c));
    }
    Secret::new(text.as_str())
}

/// Reads what someone typed from the paper: case, spaces and dashes don't matter, I and L are 1, O is 0.
pub(crate) fn read(text: &Secret) -> Option<Bytes> {
    let mut values = Zeroizing::new(Vec::with_capacity(CHARACTERS + CHECK_CHARACTERS));
    for c in text
        .reveal()
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '\u{2212}'))
    {
        values.push(u8::try_from(ALPHABET.iter().position(|a| char::from(*a) == meant(c))?).ok()?);
    }
    let (secret, check) = values.split_at_checked(CHARACTERS)?;
    let mut bytes = Zeroizing::new([0; BYTES]);
    for (i, value) in secret.iter().enumerate() {
        for bit in 0..5 {
            if value >> (4 - bit) & 1 == 1 {
                bytes[(i * 5 + bit) / 8] |= 0x80 >> ((i * 5 + bit) % 8);
            }
        }
    }
    let typed: Vec<u8> = check.iter().map(|v| ALPHABET[usize::from(*v)]).collect();
    (typed == checksum(&bytes)).then_some(bytes)
}

fn checksum(bytes: &Bytes) -> Vec<u8> {
    let hash = Sha256::new()
        .chain_update(b"farthing recovery checksum v1\0")
        .chain_update(&bytes[..])
        .finalize();
    base32(&hash, CHECK_CHARACTERS)
}

/// The first `characters` groups of five bits.
fn base32(bytes: &[u8], characters: usize) -> Vec<u8> {
    let bit = |n: usize| bytes[n / 8] >> (7 - n % 8) & 1;
    (0..characters)
        .map(|i| ALPHABET[usize::from((0..5).fold(0, |value, b| value << 1 | bit(i * 5 + b)))])
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn prints_and_reads_back() {
        for _ in 0..50 {
            let bytes = new().unwrap();
            let printed = print(&bytes);
            assert_eq!(printed.reveal().len(), 36 + 8);
            assert_eq!(read(&printed).unwrap(), bytes);
            let sloppy = printed
                .reveal()
                .to_lowercase()
                .replace('-', " ")
                .replace('0', "o")
                .replace('1', "l");
            assert_eq!(read(&Secret::new(sloppy)).unwrap(), bytes);
        }
    }

    #[test]
    fn notices_a_slip_of_the_pen() {
        let printed = print(&Zeroizing::new([0x5a; BYTES]));
        for i in 0..printed.reveal().len() {
            let mut changed: Vec<char> = printed.reveal().chars().collect();
            if changed[i] == '-' {
                continue;
            }
            changed[i] = if changed[i] == 'Z' { 'Y' } else { 'Z' };
            assert!(read(&Secret::new(changed.iter().collect::<String>())).is_none(), "{i}");
        }
        assert!(read(&Secret::new("")).is_none());
        assert!(read(&Secret::new("U")).is_none());
    }
}
