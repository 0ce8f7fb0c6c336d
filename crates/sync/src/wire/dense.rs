//! A second form of the same messages, for small ones, of which what does not compress is most: ids, days and instants that are written as
//! text become bytes, and zstd has a dictionary of what is usually said. Of the message it gives back every byte.
//!
//! It begins with the number of the dictionary, in place of what every frame of zstd begins with, a first byte of 0x28: no dictionary may
//! have that number.

use super::packed::{decode, encode, press, pressed_with, unpressed_with};
use super::{MOST_BYTES, WireError};
use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use uuid::Uuid;
use zstd::bulk::{Compressor, Decompressor};

/// The dictionary of this form. It never changes: what was sent with it is read with it. Another one is another file with another number.
/// `tests/dictionary.rs` made it.
const DICTIONARY: &[u8] = include_bytes!("../../dictionary/1.zdict");
/// Its number.
const NUMBER: u8 = 1;
/// What zstd begins a frame with (RFC 8878, 3.1.1.1): its magic number, that nothing but a window follows, and a window of 128 KiB, which
/// is any that is asked for here. None of it is sent.
const FRAME: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x38];
/// The most bytes of a message in this form, before and after. Of a larger one little is gained, and it takes longer.
const MOST_DENSE: usize = 64 << 10;
/// How hard to press. The messages are small.
const LEVEL: i32 = 12;

/// What MessagePack begins nothing with. What it is, is said by the byte after it.
const ESCAPE: u8 = 0xc1;
/// The escape stands for itself, within bytes.
const ITSELF: u8 = 0;
/// The 16 bytes of an id that is written as text.
const ID: u8 = 1;
/// A day as text: the days since 1970, in two bytes.
const DAY: u8 = 2;
/// An instant as text, in UTC and to the millisecond, or to the second where it is a whole one: the milliseconds since 1970, in six
/// bytes.
const INSTANT: u8 = 3;

thread_local! {
    static PRESS: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPRESS: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// In which form a message is packed. Both are read without being told which it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// As every program reads it.
    #[default]
    Named,
    /// Small messages in shorter words and with a dictionary, for whoever says that they read it.
    Dense,
}

impl Form {
    /// The field of an HTTP request by which a desk says that it reads the dense form, and of the answer by which the server says the
    /// same. Whoever has packed a message in that form says so with it.
    pub const FIELD: &'static str = "farthing-form";
    /// What stands there: the number of the dictionary.
    pub const READ: &'static str = "1";

    /// What somebody reads who said this there.
    pub fn said(word: Option<&[u8]>) -> Form {
        match word {
            Some(word) if word == Form::READ.as_bytes() => Form::Dense,
            _ => Form::Named,
        }
    }

    /// The form of a packed message.
    pub fn of(packed: &[u8]) -> Form {
        match packed.first() {
            Some(&NUMBER) => Form::Dense,
            _ => Form::Named,
        }
    }

    /// Encodes and compresses a value, as it goes over the wire.
    ///
    /// # Errors
    /// [`WireError::TooLarge`], [`WireError::Malformed`].
    pub fn pack(self, value: &impl Serialize) -> Result<Vec<u8>, WireError> {
        let whole = encode(value)?;
        match self {
            Form::Dense if whole.len() <= MOST_DENSE / 2 => match dense(&whole)? {
                Some(packed) => Ok(packed),
                None => Form::Named.pack(value),
            },
            Form::Dense | Form::Named => press(&whole, super::packed::LEVEL),
        }
    }
}

/// A small message in this form; none where zstd makes anything else of it than one compressed block.
fn dense(whole: &[u8]) -> Result<Option<Vec<u8>>, WireError> {
    let make = || {
        let mut press = Compressor::with_dictionary(LEVEL, DICTIONARY)?;
        press.include_dictid(false)?;
        press.include_contentsize(false)?;
        Ok(press)
    };
    let frame = pressed_with(&PRESS, make, &shortened(whole))?;
    let block = frame.get(FRAME.len() + 3..).unwrap_or_default();
    let is_usual = frame.starts_with(&FRAME[..5])
        && frame
            .get(FRAME.len()..)
            .is_some_and(|rest| rest.starts_with(&head(block)));
    Ok(is_usual.then(|| [&[NUMBER], block].concat()))
}

/// The header of the only block of a frame, a compressed one (RFC 8878, 3.1.1.2).
fn head(block: &[u8]) -> [u8; 3] {
    let [a, b, c, ..] = (block.len() << 3 | 0b101).to_le_bytes();
    [a, b, c]
}

/// The value of what came over the wire, in either form; a message that would unpack to more than [`MOST_BYTES`] is not unpacked.
///
/// # Errors
/// [`WireError::TooLarge`], [`WireError::Malformed`].
pub fn unpack<T: for<'a> Deserialize<'a>>(packed: &[u8]) -> Result<T, WireError> {
    match (Form::of(packed), packed.get(1..)) {
        (Form::Dense, Some(block)) => {
            let frame = [&FRAME, head(block).as_slice(), block].concat();
            let make = || Decompressor::with_dictionary(DICTIONARY);
            decode(&lengthened(&unpressed_with(&UNPRESS, make, &frame, MOST_DENSE)?)?)
        }
        _ => decode(&super::packed::unpress(packed, MOST_BYTES)?),
    }
}

/// How a text begins that has a shorter form: so many bytes of it, and the kind and bytes that stand for them.
fn short(text: &[u8]) -> Option<(usize, Vec<u8>)> {
    let form = guess(text)?;
    let (whole, _) = long(&form)?;
    text.starts_with(&whole).then_some((whole.len(), form))
}

/// The shorter form of what a text looks like, which may stand for another way to write it.
fn guess(text: &[u8]) -> Option<Vec<u8>> {
    let is = |at: usize, c: u8| text.get(at) == Some(&c);
    let words = |len: usize| std::str::from_utf8(text.get(..len)?).ok();
    if is(8, b'-') && is(13, b'-') {
        let id = Uuid::try_parse(words(36)?).ok()?;
        return Some([&[ID], id.as_bytes().as_slice()].concat());
    }
    if !is(4, b'-') || !is(7, b'-') {
        return None;
    }
    if is(10, b'T') {
        let len = if is(19, b'Z') { 20 } else { 24 };
        let instant = words(len)?.parse::<DateTime<Utc>>().ok()?;
        return Some([&[INSTANT], &instant.timestamp_millis().to_be_bytes()[2..]].concat());
    }
    let since = words(10)?
        .parse::<NaiveDate>()
        .ok()?
        .signed_duration_since(NaiveDate::default());
    let days = u16::try_from(since.num_days()).ok()?;
    Some([&[DAY], days.to_be_bytes().as_slice()].concat())
}

fn instant_of(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Any bytes, with ids, days and instants that stand in them as text in their shorter form: what is compressed of a message. A
/// dictionary is made of such.
pub fn shortened(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(rest.len() + 16);
    while let Some((&first, after)) = rest.split_first() {
        rest = match (short(rest), first) {
            (Some((len, form)), _) => {
                out.push(ESCAPE);
                out.extend(form);
                &rest[len..]
            }
            (None, ESCAPE) => {
                out.extend([ESCAPE, ITSELF]);
                after
            }
            (None, _) => {
                out.push(first);
                after
            }
        };
    }
    out
}

/// The bytes of which [`shortened`] made these: at most three times as many.
fn lengthened(mut rest: &[u8]) -> Result<Vec<u8>, WireError> {
    let mut whole = Vec::with_capacity(rest.len() * 2);
    while let Some(at) = rest.iter().position(|&byte| byte == ESCAPE) {
        whole.extend(&rest[..at]);
        let (text, after) = long(&rest[at + 1..]).ok_or_else(|| WireError::Malformed("a broken escape".into()))?;
        whole.extend(text);
        rest = after;
    }
    whole.extend(rest);
    Ok(whole)
}

/// What an escape stands for, and what follows.
fn long(escaped: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (kind, rest) = escaped.split_first()?;
    Some(match *kind {
        ITSELF => (vec![ESCAPE], rest),
        ID => {
            let (bytes, rest) = rest.split_first_chunk()?;
            (Uuid::from_bytes(*bytes).hyphenated().to_string().into_bytes(), rest)
        }
        DAY => {
            let (bytes, rest) = rest.split_first_chunk()?;
            let day = NaiveDate::default().checked_add_days(Days::new(u16::from_be_bytes(*bytes).into()))?;
            (day.to_string().into_bytes(), rest)
        }
        INSTANT => {
            let (&[a, b, c, d, e, f], rest) = rest.split_first_chunk()?;
            let instant = DateTime::from_timestamp_millis(i64::from_be_bytes([0, 0, a, b, c, d, e, f]))?;
            (instant_of(instant).into_bytes(), rest)
        }
        _ => return None,
    })
}
