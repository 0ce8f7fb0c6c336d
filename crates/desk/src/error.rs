//! From a failure inside to the one answer that a screen gets. What the database or the system said goes to the log.

use farthing_api::{ApiError, Code, ErrorKind};
use farthing_documents::DocumentError;
use farthing_identity::mail::MailError;
use farthing_identity::sms::SmsError;
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
            StoreError::DiskFull => ApiError::new(ErrorKind::Unavailable, Code::DiskFull),
            StoreError::Damaged(_) | StoreError::Unreadable => {
                tracing::error!(error = %error, "the book is damaged");
                ApiError::new(ErrorKind::Book, Code::BookDamaged)
            }
            StoreError::Io(error) => disk(&error),
            StoreError::Missing => ApiError::new(ErrorKind::NotFound, Code::NotFound),
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
        self.map_err(|error| disk(&error))
    }
}

/// What the disk said.
pub(crate) fn disk(error: &std::io::Error) -> ApiError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => ApiError::new(ErrorKind::Unavailable, Code::DiskFull),
        std::io::ErrorKind::PermissionDenied => ApiError::new(ErrorKind::Unavailable, Code::NoAccess),
        _ => internal(error),
    }
}

impl<T> Told<T> for Result<T, MailError> {
    fn told(self) -> Answer<T> {
        self.map_err(|error| {
            tracing::info!(error = %error, "mail was not sent");
            match error {
                MailError::Address(error) if error.code == Code::MailSender => error.on("from"),
                MailError::Address(error) => error.on("to"),
                MailError::Unreachable(error) | MailError::Unclear(error) | MailError::Refused(error) => error,
            }
        })
    }
}

impl<T> Told<T> for Result<T, SmsError> {
    fn told(self) -> Answer<T> {
        self.map_err(|error| {
            tracing::info!(error = %error, "a text message was not sent");
            match error {
                SmsError::Settings(error)
                | SmsError::Unclear(error)
                | SmsError::Unreachable(error)
                | SmsError::Refused(error) => error,
            }
        })
    }
}

impl<T> Told<T> for Result<T, SlotError> {
    fn told(self) -> Answer<T> {
        self.map_err(|error| match error {
            SlotError::Wrong => wrong_password(),
            SlotError::Wait { until } => wait(until),
            SlotError::NoDevice(error) => *error,
            SlotError::Io(error) => disk(&error),
            other => internal(&other),
        })
    }
}

/// The same words for an unknown name and a wrong password.
pub(crate) fn wrong_password() -> ApiError {
    ApiError::input("password", Code::WrongPassword)
}

pub(crate) fn wait(until: chrono::DateTime<chrono::Utc>) -> ApiError {
    not_before(Code::Wait, until)
}

/// It may be done again from a moment on.
pub(crate) fn not_before(code: Code, until: chrono::DateTime<chrono::Utc>) -> ApiError {
    ApiError::new(ErrorKind::Unavailable, code).with("time", until)
}

pub(crate) fn internal(error: &dyn std::error::Error) -> ApiError {
    tracing::error!(error = %error, "a request failed");
    ApiError::internal()
}
