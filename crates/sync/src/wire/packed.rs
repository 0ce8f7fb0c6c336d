//! How a message becomes bytes, and bytes a message.

use super::{MOST_BYTES, WireError};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::io;
use std::thread::LocalKey;
use zstd::bulk::{Compressor, Decompressor};

/// What a thread keeps.
type Kept<T> = LocalKey<RefCell<Option<T>>>;

/// How hard to press.
pub(super) const LEVEL: i32 = 3;

thread_local! {
    // What presses and unpresses takes longer to make than to use on a small message.
    static PRESS: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPRESS: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Uses this thread's own, which is made with its first use.
fn with<T, R>(
    own: &'static Kept<T>,
    make: impl FnOnce() -> io::Result<T>,
    work: impl FnOnce(&mut T) -> io::Result<R>,
) -> io::Result<R> {
    own.with_borrow_mut(|kept| match kept {
        Some(kept) => work(kept),
        None => work(kept.insert(make()?)),
    })
}

/// Encodes a value as MessagePack with named fields.
///
/// # Errors
/// [`WireError::Malformed`] where it has no form there.
pub fn encode(value: &impl Serialize) -> Result<Vec<u8>, WireError> {
    encode_to(value, 128)
}

/// The same of what takes about so many bytes: a large message is not moved again and again as it grows.
pub(crate) fn encode_to(value: &impl Serialize, bytes: usize) -> Result<Vec<u8>, WireError> {
    let mut whole = Vec::with_capacity(bytes);
    let written = rmp_serde::encode::write_named(&mut whole, value);
    written.map_err(|e| WireError::Malformed(e.to_string()))?;
    Ok(whole)
}

/// Decodes what [`encode`] made.
///
/// # Errors
/// [`WireError::Malformed`].
pub fn decode<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, WireError> {
    rmp_serde::from_slice(bytes).map_err(|e| WireError::Malformed(e.to_string()))
}

/// Encodes and compresses a value in the form that every program reads.
///
/// # Errors
/// [`WireError::TooLarge`], [`WireError::Malformed`].
pub fn pack(value: &impl Serialize) -> Result<Vec<u8>, WireError> {
    press(&encode(value)?, LEVEL)
}

/// Compresses an encoded message, so hard.
pub(crate) fn press(bytes: &[u8], level: i32) -> Result<Vec<u8>, WireError> {
    if bytes.len() > MOST_BYTES {
        return Err(WireError::TooLarge);
    }
    let pressed = with(
        &PRESS,
        || Compressor::new(level),
        |press| {
            press.set_compression_level(level)?;
            press.compress(bytes)
        },
    );
    pressed.map_err(|e| WireError::Malformed(e.to_string()))
}

/// What [`press`] pressed, if it is not more than so many bytes.
pub(super) fn unpress(packed: &[u8], most: usize) -> Result<Vec<u8>, WireError> {
    unpressed_with(&UNPRESS, Decompressor::new, packed, most)
}

/// Compresses bytes by what this thread keeps for it.
pub(super) fn pressed_with(
    own: &'static Kept<Compressor<'static>>,
    make: impl FnOnce() -> io::Result<Compressor<'static>>,
    bytes: &[u8],
) -> Result<Vec<u8>, WireError> {
    with(own, make, |press| press.compress(bytes)).map_err(|e| WireError::Malformed(e.to_string()))
}

/// Decompresses at most so many bytes by what this thread keeps for it.
pub(super) fn unpressed_with(
    own: &'static Kept<Decompressor<'static>>,
    make: impl FnOnce() -> io::Result<Decompressor<'static>>,
    packed: &[u8],
    most: usize,
) -> Result<Vec<u8>, WireError> {
    with(own, make, |unpress| unpress.decompress(packed, most)).map_err(|_| WireError::TooLarge)
}
