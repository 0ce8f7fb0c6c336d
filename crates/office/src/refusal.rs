//! Why the office says no.

use farthing_api::{ApiError, ErrorKind};

/// A refusal: nothing happened, and the person who asked learns why and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub ApiError);

impl Refusal {
    /// The rules say no.
    pub fn rule(code: &str, message: impl Into<String>) -> Refusal {
        Refusal(ApiError::new(ErrorKind::Refused, code, message))
    }

    /// A field of the form can't be used.
    pub fn field(field: &str, code: &str, message: impl Into<String>) -> Refusal {
        Refusal(ApiError::input(field, code, message))
    }

    /// The thing does not exist.
    pub fn missing(what: &str) -> Refusal {
        Refusal(ApiError::new(
            ErrorKind::NotFound,
            "not_found",
            format!("This {what} is not in the book."),
        ))
    }

    /// Someone changed it since the caller looked.
    pub fn changed(what: &str) -> Refusal {
        Refusal(ApiError::new(
            ErrorKind::Changed,
            "changed",
            format!("This {what} was changed after you opened it. Look at it again, then decide."),
        ))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        refusal.0
    }
}
