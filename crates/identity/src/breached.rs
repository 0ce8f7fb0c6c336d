//! Passwords that are known from breaches, and what people make of them.

use std::sync::LazyLock;
use zeroize::Zeroizing;

/// Known passwords without case, spaces and signs, in the order of bytes: the 20,000 most frequent of the Pwned Passwords
/// count, as web frameworks bundle them, the long ones of the 30,000 that zxcvbn ranks, the most probable ones of wireless
/// networks, runs over the keyboard and phrases. Also those that are too short by themselves, since people lengthen them. Then
/// those that are long enough: the 10,000 most frequent with 12 signs or more and the 5,000 with 15 or more, of the ten million
/// passwords that Mark Burnett gave into the public domain in 2015, in the order of SecLists, Copyright (c) Daniel Miessler,
/// under the MIT License, whose words are in `LICENSE-MIT`.
const LIST: &str = include_str!("breached.txt");

static KNOWN: LazyLock<Vec<&str>> = LazyLock::new(|| LIST.lines().collect());

/// With how many digits at either end a known password is still one.
const DIGITS_AROUND: usize = 4;

/// The fewest letters of a known password that counts as half of another.
const HALF: usize = 4;

/// Whether a password is a known one, however it is spaced and written: alone, said again, two of them one after the other,
/// and any of these with a few digits before or after it. It is looked up on this machine, nobody is asked.
pub fn is_breached(password: &str) -> bool {
    let plain: String = password.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = Zeroizing::new(plain.to_lowercase());
    (0..=DIGITS_AROUND)
        .map_while(|n| after_digits(&plain, n))
        .flat_map(|text| (0..=DIGITS_AROUND).map_while(move |n| before_digits(text, n)))
        .any(|text| is_known(text) || is_known(said_once(text)) || is_two_known(text))
}

/// Whether two known passwords, one after the other, make the text.
fn is_two_known(text: &str) -> bool {
    (HALF..text.len().saturating_sub(HALF - 1))
        .filter_map(|at| text.split_at_checked(at))
        .any(|(one, other)| is_known(one) && is_known(other))
}

fn is_known(text: &str) -> bool {
    KNOWN.binary_search(&text).is_ok()
}

/// The text without its first `n` letters, if they are digits.
fn after_digits(text: &str, n: usize) -> Option<&str> {
    let (cut, rest) = text.split_at_checked(n)?;
    cut.bytes().all(|c| c.is_ascii_digit()).then_some(rest)
}

/// The text without its last `n` letters, if they are digits.
fn before_digits(text: &str, n: usize) -> Option<&str> {
    let (rest, cut) = text.split_at_checked(text.len().checked_sub(n)?)?;
    cut.bytes().all(|c| c.is_ascii_digit()).then_some(rest)
}

/// What a text says again and again; itself where it does not.
fn said_once(text: &str) -> &str {
    let whole = text.len();
    (1..=whole / 2)
        .filter(|part| whole.is_multiple_of(*part))
        .filter_map(|part| text.get(..part))
        .find(|part| part.repeat(whole / part.len()) == text)
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_long_enough_to_matter() {
        assert!(KNOWN.is_sorted_by(|a, b| a < b), "binary search needs it");
        assert!(KNOWN.len() > 30_000, "{}", KNOWN.len());
        // As many as the standard asks for, with and without a second factor.
        for least in [12, 15] {
            assert!(
                KNOWN.iter().filter(|word| word.len() >= least).count() > 3_000,
                "{least}"
            );
        }
        let plain = |word: &&&str| word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        assert_eq!(KNOWN.iter().filter(plain).count(), KNOWN.len());
    }

    #[test]
    fn known_passwords_are_known_however_they_are_written_and_lengthened() {
        for bad in [
            "Correct Horse, Battery Staple",
            "correct horse battery staple 9",
            "PEANUTBUTTER",
            "1q2w3e4r5t6y",
            "1q2w3e4r5t6y7",
            "thisIsMyPassword",
            "gfhjkmgfhjkm",
            "Leave me alone!",
            "dontworrybehappy",
            "Manchester-2024!",
            "2024 manchester",
            "monkeymonkeymonkey",
            "dragon dragon 99",
            "sunshine princess",
            "1990 Monkey-Football!",
        ] {
            assert!(is_breached(bad), "{bad}");
        }
    }

    #[test]
    fn others_are_not() {
        for good in [
            "copper lantern outgrows tides",
            "dragon eats the ladder",
            "monkey 918273645 kettle",
            "été été été été",
            "",
        ] {
            assert!(!is_breached(good), "{good}");
        }
    }
}
