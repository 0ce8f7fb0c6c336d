//! From a failure inside to the one answer that a screen gets. What the database or the system said goes to the log.

use farthing_api::{ApiError, ErrorKind};
use farthing_documents::DocumentError;
use farthing_identity::mail::MailError;
use farthing_identity::{IdentityError, SlotError};
use farthing_store::StoreError;

/// What a use case answers.
pub type Answer<T> = Result<T, ApiError>;

/// Turns an inner failure into an answer, logging what the person can't use.
pub(crate) trait Told<T> {
    /// The value, or the failure in words for people.
    fn told(self) -> Answer<T>;
}

impl<T> Told<T> for Result<T, StoreError> {
    fn told(self) -> Answer<T> {
        self.map_err(|error| match error {
            StoreError::Refused(refusal) => refusal.0,
            StoreError::DiskFull => ApiError::new(
                ErrorKind::Unavailable,
                "disk_full",
                "The disk is full, so nothing was saved. Free some space and do it again; the form keeps what you typed.",
            ),
            StoreError::Missing => ApiError::new(ErrorKind::NotFound, "not_found", "This is not in the book."),
            other => internal(&other),
        })
    }
}

impl<T> Told<T> for Result<T, IdentityError> {
    fn told(self) -> Answer<T> {
        self.map_err(|error| internal(&error))
    }
}

impl<T> Told<T> for Result<T, DocumentError> {
    fn told(self) -> Answer<T> {
        self.map_err(|error| internal(&error))
    }
}

impl<T> Told<T> for std::io::Result<T> {
    fn told(self) -> Answer<T> {
        self.map_err(|error| match error.kind() {
            std::io::ErrorKind::StorageFull => ApiError::new(
                ErrorKind::Unavailable,
                "disk_full",
                "The disk is full. Free some space and do it again.",
            ),
            std::io::ErrorKind::PermissionDenied => ApiError::new(
                ErrorKind::Unavailable,
                "no_access",
                "Farthing may not write to its folder. Give your account access to it and do it again.",
            ),
            _ => internal(&error),
        })
    }
}

impl<T> Told<T> for Result<T, MailError> {
    fn told(self) -> Answer<T> {
        self.map_err(|error| {
            tracing::info!(error = %error, "mail was not sent");
            match error {
                MailError::Address(message) => ApiError::input("to", "address", message),
                MailError::Unreachable(message) => ApiError::new(ErrorKind::Unavailable, "mail_unreachable", message),
                MailError::Refused(message) => ApiError::new(ErrorKind::Unavailable, "mail_refused", message),
            }
        })
    }
}

impl<T> Told<T> for Result<T, SlotError> {
    fn told(self) -> Answer<T> {
        self.map_err(|error| match error {
            SlotError::Wrong => wrong_password(),
            SlotError::Wait { until } => wait(until),
            SlotError::NoDevice(_) => ApiError::new(ErrorKind::Unavailable, "no_device", error.to_string()),
            other => internal(&other),
        })
    }
}

/// The same words for an unknown name and a wrong password.
pub(crate) fn wrong_password() -> ApiError {
    ApiError::input(
        "password",
        "wrong_password",
        "This email and password don't belong together. Check both and try again.",
    )
}

pub(crate) fn wait(until: chrono::DateTime<chrono::Utc>) -> ApiError {
    let message = format!(
        "There were too many wrong tries. The next one counts from {} UTC on.",
        until.format("%H:%M:%S")
    );
    ApiError::new(ErrorKind::Unavailable, "wait", message)
}

pub(crate) fn internal(error: &dyn std::error::Error) -> ApiError {
    tracing::error!(error = %error, "a request failed");
    ApiError::internal()
}
