//! The key that opens a book, and how a connection gets it.

#![allow(
    unsafe_code,
    reason = "a key that is written in a statement leaves copies of the statement in memory"
)]

use crate::StoreError;
use sqlx::sqlite::SqliteConnection;
use std::ffi::c_int;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The 32 bytes that open the file. They stay in one place in memory, however often their owner moves, and are wiped there.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct BookKey(Box<[u8; 32]>);

impl BookKey {
    /// The key from its bytes, of which the caller wipes its own.
    pub fn from_bytes(bytes: &[u8; 32]) -> BookKey {
        let mut key = BookKey(Box::new([0; 32]));
        key.0.copy_from_slice(bytes);
        key
    }

    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// [`StoreError::Io`] where the system has none to give.
    pub fn random() -> Result<BookKey, StoreError> {
        let mut key = BookKey(Box::new([0; 32]));
        getrandom::fill(key.0.as_mut_slice()).map_err(|e| StoreError::Io(std::io::Error::other(e.to_string())))?;
        Ok(key)
    }

    /// The bytes, for the key slots.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Gives a connection its key, before its first statement. `SQLCipher` wipes its copies as the connection closes.
pub(crate) async fn unlock(conn: &mut SqliteConnection, key: &BookKey) -> sqlx::Result<()> {
    // A raw key, from which nothing is derived: x'64 digits'.
    let mut text = Zeroizing::new([b'\''; 67]);
    text[0] = b'x';
    hex::encode_to_slice(key.bytes(), &mut text[2..66]).map_err(|e| sqlx::Error::Configuration(e.into()))?;
    let length = c_int::try_from(text.len()).map_err(|e| sqlx::Error::Configuration(e.into()))?;
    let mut handle = conn.lock_handle().await?;
    // SAFETY: the handle is an open database that nothing else uses while it is locked here; the text outlives the call, which
    // copies it.
    let given = unsafe { libsqlite3_sys::sqlite3_key(handle.as_raw_handle().as_ptr(), text.as_ptr().cast(), length) };
    match given {
        libsqlite3_sys::SQLITE_OK => Ok(()),
        other => Err(sqlx::Error::Protocol(format!(
            "the connection did not take its key: {other}"
        ))),
    }
}
