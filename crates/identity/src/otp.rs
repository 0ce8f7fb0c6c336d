//! One-time codes: making, keeping and comparing them, and how often one may be sent. Pure but for the randomness.

use crate::mac::hmac;
use crate::{IdentityError, random};
use chrono::{DateTime, TimeDelta, Utc};
use farthing_api::Secret;
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;

/// The numbers of the policy.
pub struct Policy;

impl Policy {
    /// Digits of a code.
    pub const DIGITS: usize = 6;
    /// Minutes for which an emailed code holds.
    pub const EMAIL_MINUTES: u32 = 10;
    /// Minutes for which a code in a text message holds.
    pub const SMS_MINUTES: u32 = 5;
    /// Tries at one challenge, all its codes together.
    pub const TRIES: u32 = 5;
    /// How many of the newest codes of a challenge hold at once, so that a resend doesn't spoil the code on its way.
    pub const NEWEST: usize = 2;
    /// Wrong codes in a row, over all challenges to one address or phone, that suspend it.
    pub const WRONG_IN_A_ROW: u32 = 20;
    /// Hours for which it is suspended then.
    pub const SUSPENDED_HOURS: i64 = 24;
    /// Seconds after the first, the second and every later sending until the next may be asked for.
    pub const RESEND_SECONDS: [i64; 3] = [60, 120, 300];
    /// Sendings to one target in an hour.
    pub const PER_HOUR: usize = 5;
    /// Sendings to one target in a day.
    pub const PER_DAY: usize = 10;
    /// Codes that one person or place may have sent in an hour.
    pub const SENDS_FROM: usize = 20;
    /// Codes that one person or place may try in five minutes.
    pub const CHECKS_FROM: usize = 30;
}

/// A new code of six digits, each as likely as any other.
///
/// # Errors
/// Where the system gives no random numbers.
pub fn new_code() -> Result<Secret, IdentityError> {
    Ok(Secret::new(format!(
        "{:0width$}",
        random::below(1_000_000)?,
        width = Policy::DIGITS
    )))
}

/// How a code is kept: hexadecimal HMAC-SHA-256 (RFC 2104) under the pepper over challenge, purpose, channel, target
/// and code, each with its length in front, so that a code holds for nothing else. Spaces in what was typed are dropped.
pub fn code_hash(pepper: &[u8], challenge: &str, purpose: &str, channel: &str, target: &str, code: &Secret) -> String {
    let digits = Secret::new(code.reveal().chars().filter(|c| !c.is_whitespace()).collect::<String>());
    mac(pepper, &[challenge, purpose, channel, target, digits.reveal()])
}

fn mac(key: &[u8], parts: &[&str]) -> String {
    let lengths: Vec<[u8; 8]> = parts.iter().map(|part| (part.len() as u64).to_be_bytes()).collect();
    let framed = lengths.iter().zip(parts);
    let framed: Vec<&[u8]> = framed
        .flat_map(|(length, part)| [length.as_slice(), part.as_bytes()])
        .collect();
    // There is nothing that could be refused; an empty hash matches nothing.
    hmac(key, &framed).map(hex::encode).unwrap_or_default()
}

/// Whether the candidate is one of the hashes. It takes the same time whichever it is and wherever they differ.
pub fn matches(hashes: &[String], candidate: &str) -> bool {
    let mut found = false;
    for hash in hashes {
        let same_length = hash.len() == candidate.len() && !hash.is_empty();
        let difference = hash
            .bytes()
            .zip(candidate.bytes())
            .fold(0, |all, (a, b)| black_box(all | (a ^ b)));
        found |= same_length & (difference == 0);
    }
    black_box(found)
}

/// Whether another code may be sent to a target. `sent_before` holds the sendings of the last day, newest first.
/// Sendings that lie more than five minutes ahead come from a clock that was wrong and don't count.
///
/// # Errors
/// The time from which one may be sent.
pub fn may_send(sent_before: &[DateTime<Utc>], now: DateTime<Utc>) -> Result<u32, DateTime<Utc>> {
    let mut sent: Vec<DateTime<Utc>> = sent_before
        .iter()
        .filter(|at| **at <= now + TimeDelta::minutes(5))
        .copied()
        .collect();
    match next_after(&sent, now) {
        Some(at) if at > now => Err(at),
        _ => {
            sent.insert(0, now);
            let wait = next_after(&sent, now).map_or(0, |at| (at - now).num_seconds());
            Ok(u32::try_from(wait).unwrap_or(0))
        }
    }
}

/// From when on another may be sent, or nothing where nothing was sent lately. `sent` is newest first.
fn next_after(sent: &[DateTime<Utc>], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let newest = *sent.first()?;
    let lately = sent.iter().filter(|at| **at > now - TimeDelta::hours(1)).count();
    let gap = Policy::RESEND_SECONDS[lately.saturating_sub(1).min(2)];
    let cap = |most: usize, span: TimeDelta| sent.get(most - 1).map(|at| *at + span);
    [
        Some(newest + TimeDelta::seconds(gap)),
        cap(Policy::PER_HOUR, TimeDelta::hours(1)),
        cap(Policy::PER_DAY, TimeDelta::days(1)),
    ]
    .into_iter()
    .flatten()
    .max()
}

/// Whether something may be done once more where `most` are the limit in a span. `done` is newest first; times far ahead come
/// from a clock that was wrong and don't count.
///
/// # Errors
/// The time from which it may be done.
pub fn within(done: &[DateTime<Utc>], most: usize, span: TimeDelta, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
    let counted = done.iter().filter(|at| **at <= now + TimeDelta::minutes(5));
    match counted
        .copied()
        .nth(most - 1)
        .map(|at| at + span)
        .filter(|until| *until > now)
    {
        Some(until) => Err(until),
        None => Ok(()),
    }
}

/// Four letters that the message and the screen both show, so that people see which message belongs to which screen.
/// Not a secret. No vowels, so that they spell nothing, and no letters that are read for others.
pub fn reference() -> String {
    const LETTERS: &[u8; 18] = b"BCDFGHJKMNPQRTVWXY";
    // Names a message and protects nothing: the standard library's per-process randomness serves, and never fails.
    let mut number = RandomState::new().hash_one(0_u8);
    (0..4)
        .map(|_| {
            let letter = LETTERS[usize::try_from(number % 18).unwrap_or(0)];
            number /= 18;
            char::from(letter)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::HashSet;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn as_many_as_the_limit_in_its_span() {
        let done: Vec<_> = (0..30).rev().map(at).collect();
        let span = TimeDelta::minutes(5);
        assert_eq!(within(&done, 30, span, at(30)), Err(at(300)));
        assert_eq!(within(&done, 30, span, at(300)), Ok(()));
        assert_eq!(within(&done[1..], 30, span, at(30)), Ok(()));
        let ahead: Vec<_> = (0..30).map(|n| at(n + 10_000)).collect();
        assert_eq!(within(&ahead, 30, span, at(30)), Ok(()));
    }

    #[test]
    fn codes_are_six_digits_and_spread() {
        let codes: HashSet<String> = (0..500).map(|_| new_code().unwrap().reveal().to_string()).collect();
        assert!(codes.len() > 480);
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()))
        );
        let first: HashSet<char> = codes.iter().filter_map(|code| code.chars().next()).collect();
        assert_eq!(first.len(), 10);
    }

    #[test]
    fn a_hash_holds_for_one_challenge_purpose_channel_and_target() {
        let code = Secret::new("012345");
        let hash = code_hash(b"pepper", "c1", "sign_in", "email", "a@b.org", &code);
        let same = code_hash(b"pepper", "c1", "sign_in", "email", "a@b.org", &Secret::new(" 012 345"));
        assert!(matches(&["".into(), hash.clone()], &same));
        for other in [
            code_hash(b"pepper", "c2", "sign_in", "email", "a@b.org", &code),
            code_hash(b"pepper", "c1", "verify", "email", "a@b.org", &code),
            code_hash(b"pepper", "c1", "sign_in", "sms", "a@b.org", &code),
            code_hash(b"pepper", "c1", "sign_in", "email", "c@b.org", &code),
            code_hash(b"pepper", "c1s", "ign_in", "email", "a@b.org", &code),
            code_hash(b"another", "c1", "sign_in", "email", "a@b.org", &code),
            code_hash(b"pepper", "c1", "sign_in", "email", "a@b.org", &Secret::new("012346")),
            String::new(),
        ] {
            assert!(!matches(std::slice::from_ref(&hash), &other));
        }
        assert!(!matches(&[], &hash));
        assert!(!matches(&[String::new()], ""));
    }

    #[test]
    fn sends_on_a_ladder_and_within_the_caps() {
        let mut sent: Vec<DateTime<Utc>> = Vec::new();
        let mut now = 0;
        let mut gaps = Vec::new();
        for _ in 0..11 {
            let gap = may_send(&sent, at(now)).unwrap();
            sent.insert(0, at(now));
            assert_eq!(
                may_send(&sent, at(now + i64::from(gap) - 1)),
                Err(at(now + i64::from(gap)))
            );
            gaps.push(gap);
            now += i64::from(gap);
        }
        // Five in the first hour, the sixth an hour after the first; the eleventh a day after the first.
        assert_eq!(gaps[..5], [60, 120, 300, 300, 3600 - 780]);
        let before_eleventh: u32 = gaps[..10].iter().sum();
        assert_eq!(before_eleventh, 86_400);
    }

    #[test]
    fn a_clock_that_was_wrong_locks_nobody_out() {
        assert_eq!(may_send(&[at(9_000_000)], at(0)), Ok(60));
    }

    #[test]
    fn references_are_four_plain_letters() {
        let all: HashSet<String> = (0..200).map(|_| reference()).collect();
        assert!(all.len() > 150);
        assert!(
            all.iter()
                .all(|r| r.len() == 4 && r.bytes().all(|b| b"BCDFGHJKMNPQRTVWXY".contains(&b)))
        );
    }
}
