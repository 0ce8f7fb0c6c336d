//! What can go wrong in the server, and what of it a desk learns.

use farthing_api::{ApiError, Code, ErrorKind};
use farthing_sync::wire::WireError;

/// A failure of the server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Another transaction was faster: the same again finds another state.
    #[error("another transaction was faster")]
    Again,
    /// Too much is asked for at once: the same later.
    #[error("too much is asked for at once")]
    Busy,
    /// It is not done, and the desk learns why.
    #[error("{0}")]
    Refused(Box<ApiError>),
    /// The message can't be read.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// What is kept contradicts itself.
    #[error("the server's book is damaged: {0}")]
    Damaged(String),
    /// What the database says.
    #[error("database: {0}")]
    Sql(sqlx::Error),
    /// A payload does not have the form that it should.
    #[error("payload: {0}")]
    Payload(#[from] serde_json::Error),
}

impl ServerError {
    /// A refusal with its cause.
    pub(crate) fn refused(kind: ErrorKind, code: Code) -> ServerError {
        ServerError::Refused(Box::new(ApiError::new(kind, code)))
    }
}

/// Serialisation failure, deadlock, unique violation: the transaction is tried again and sees what the other one did.
const AGAIN: [&str; 3] = ["40001", "40P01", "23505"];

impl From<sqlx::Error> for ServerError {
    fn from(error: sqlx::Error) -> ServerError {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return ServerError::Busy;
        }
        let code = error.as_database_error().and_then(|e| e.code());
        match code.as_deref().is_some_and(|code| AGAIN.contains(&code)) {
            true => ServerError::Again,
            false => ServerError::Sql(error),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for ServerError {
    fn from(error: sqlx::migrate::MigrateError) -> ServerError {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => ServerError::Sql(error),
            other => ServerError::Damaged(other.to_string()),
        }
    }
}
