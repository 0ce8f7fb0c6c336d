//! Why the office says no.

use farthing_api::{ApiError, Arg, Code, ErrorKind};

/// A refusal: nothing happened, and the person who asked learns why and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub ApiError);

impl Refusal {
    /// The rules say no.
    pub fn rule(code: Code) -> Refusal {
        Refusal(ApiError::new(ErrorKind::Refused, code))
    }

    /// A field of the form can't be used.
    pub fn field(field: &str, code: Code) -> Refusal {
        Refusal(ApiError::input(field, code))
    }

    /// The thing does not exist.
    pub fn missing(code: Code) -> Refusal {
        Refusal(ApiError::new(ErrorKind::NotFound, code))
    }

    /// Someone changed it since the caller looked.
    pub fn changed(code: Code) -> Refusal {
        Refusal(ApiError::new(ErrorKind::Changed, code))
    }

    /// Fills a blank of the answer.
    pub fn with(self, blank: &str, arg: impl Into<Arg>) -> Refusal {
        Refusal(self.0.with(blank, arg))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        refusal.0
    }
}

impl From<farthing_lending::TermsError> for Refusal {
    fn from(error: farthing_lending::TermsError) -> Refusal {
        Refusal(error.into())
    }
}
