//! How a message becomes bytes, and bytes a message.

use super::{MOST_BYTES, WireError};
use serde::{Deserialize, Serialize};

/// Encodes a value as MessagePack with named fields.
///
/// # Errors
/// [`WireError::Malformed`] where it has no form there.
pub fn encode(value: &impl Serialize) -> Result<Vec<u8>, WireError> {
    rmp_serde::to_vec_named(value).map_err(|e| WireError::Malformed(e.to_string()))
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
    let bytes = encode(value)?;
    if bytes.len() > MOST_BYTES {
        return Err(WireError::TooLarge);
    }
    zstd::bulk::compress(&bytes, 3).map_err(|e| WireError::Malformed(e.to_string()))
}

/// The value of what came over the wire; a message that would unpack to more than [`MOST_BYTES`] is not unpacked.
///
/// # Errors
/// [`WireError::TooLarge`], [`WireError::Malformed`].
pub fn unpack<T: for<'a> Deserialize<'a>>(packed: &[u8]) -> Result<T, WireError> {
    let bytes = zstd::bulk::decompress(packed, MOST_BYTES).map_err(|_| WireError::TooLarge)?;
    decode(&bytes)
}
