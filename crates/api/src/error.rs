//! The one answer for everything that could not be done.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What sort of failure it is, so that a screen knows where to show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// A field holds something that can't be used; `field` names it.
    Input,
    /// The rules of the office say no.
    Refused,
    /// The caller's role does not allow it.
    Forbidden,
    /// Nobody is signed in, or the session was locked.
    SignedOut,
    /// There is no such thing.
    NotFound,
    /// Someone else changed it in between.
    Changed,
    /// Something outside did not answer: mail, the disk, the keyring.
    Unavailable,
    /// A fault of the program; the log has the details.
    Internal,
}

/// Why a request was not done, in words for the person who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// What sort of failure.
    pub kind: ErrorKind,
    /// A stable word for the cause, for tests and translations.
    pub code: String,
    /// The form's field that needs a change, if one does.
    pub field: Option<String>,
    /// The thing, the cause, the remedy: plain sentences.
    pub message: String,
}

impl ApiError {
    /// A failure without a field.
    pub fn new(kind: ErrorKind, code: &str, message: impl Into<String>) -> ApiError {
        ApiError {
            kind,
            code: code.into(),
            field: None,
            message: message.into(),
        }
    }

    /// A field that needs a change.
    pub fn input(field: &str, code: &str, message: impl Into<String>) -> ApiError {
        ApiError {
            kind: ErrorKind::Input,
            code: code.into(),
            field: Some(field.into()),
            message: message.into(),
        }
    }

    /// A fault of the program; what happened has gone to the log.
    pub fn internal() -> ApiError {
        ApiError::new(
            ErrorKind::Internal,
            "internal",
            "Farthing could not do this because of a fault of its own. Nothing was changed. The log file has the details.",
        )
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
