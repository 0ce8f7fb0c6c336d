//! What can go wrong here. No error carries a password, a code or a key.

use chrono::{DateTime, Utc};
use farthing_api::ApiError;

/// A primitive failed, or a stored value is not one that may be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The operating system gave no random numbers.
    #[error("The operating system gives no random numbers: {0}")]
    Random(String),
    /// A stored hash asks for more memory or time than is ever granted, or is not an argon2id hash at all.
    #[error("The stored password hash can't be used: {0}")]
    Hash(String),
    /// A cipher or key derivation refused its input; for an opened text: it was changed or sealed by another key.
    #[error("Cryptography failed: {0}")]
    Crypto(String),
}

/// Why a slot file did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SlotError {
    /// There is no file.
    #[error("The key file is missing. Put it back beside the book from a backup.")]
    Missing,
    /// The file, or the device's own file, was changed or cut short; the text says what doesn't fit.
    #[error("The key file is damaged: {0}. Take it from a backup, or use the recovery kit.")]
    Damaged(String),
    /// The part of every slot that this machine keeps can't be had; the answer says why.
    #[error("{0}")]
    NoDevice(Box<ApiError>),
    /// The sign-in name, the password or the recovery secret is wrong; which one is never told.
    #[error("The email or the password is wrong.")]
    Wrong,
    /// Too many people asked for something already.
    #[error("Too many requests wait already.")]
    Full,
    /// Too many tries; the next is looked at from this time on.
    #[error("Too many tries. Try again after {until}.")]
    Wait {
        /// When the next try is looked at.
        until: DateTime<Utc>,
    },
    /// The disk refused, or a sign-in name belongs to someone else already (kind `AlreadyExists`).
    #[error("The key file can't be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// A primitive failed.
    #[error("Cryptography failed: {0}")]
    Crypto(String),
}

impl From<IdentityError> for SlotError {
    fn from(error: IdentityError) -> SlotError {
        SlotError::Crypto(error.to_string())
    }
}
