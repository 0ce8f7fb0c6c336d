//! How a message becomes bytes, and bytes a message.

use super::{MOST_BYTES, WireError};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::io;
use zstd::bulk::{Compressor, Decompressor};

/// How hard to press.
const LEVEL: i32 = 3;

thread_local! {
    // What presses and unpresses takes longer to make than to use on a small message.
    static PRESS: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPRESS: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Uses this thread's own, which is made with its first use.
fn with<T, R>(
    own: &'static std::thread::LocalKey<RefCell<Option<T>>>,
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

/// Encodes and compresses a value, as it goes over the wire.
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

/// The value of what came over the wire; a message that would unpack to more than [`MOST_BYTES`] is not unpacked.
///
/// # Errors
/// [`WireError::TooLarge`], [`WireError::Malformed`].
pub fn unpack<T: for<'a> Deserialize<'a>>(packed: &[u8]) -> Result<T, WireError> {
    let whole = with(&UNPRESS, Decompressor::new, |unpress| {
        unpress.decompress(packed, MOST_BYTES)
    });
    let bytes = whole.map_err(|_| WireError::TooLarge)?;
    decode(&bytes)
}
