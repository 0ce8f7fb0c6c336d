//! What can go wrong with the book, each as its own case, since each has its own remedy.

use farthing_office::Refusal;

/// A failure of the book.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no book at this path.
    #[error("there is no book here")]
    Missing,
    /// There is a book at this path already.
    #[error("there is a book here already")]
    Exists,
    /// Another process holds the book.
    #[error("another process holds the book")]
    InUse,
    /// The key does not open the file, or the file is damaged where it matters most.
    #[error("the file can't be read with this key")]
    Unreadable,
    /// A newer program has changed the file's schema.
    #[error("the book was last opened by a newer program (schema {found}, this program knows {known})")]
    Newer {
        /// The schema of the file.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The content contradicts itself; the text says where.
    #[error("the book is damaged: {0}")]
    Damaged(String),
    /// The office says no.
    #[error("{}", .0.0.message)]
    Refused(Refusal),
    /// A payload does not have the form that it should.
    #[error("payload: {0}")]
    Payload(#[from] serde_json::Error),
    /// A file could not be read or written.
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
    /// Anything else that the database says.
    #[error("database: {0}")]
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        let code = error
            .as_database_error()
            .and_then(|e| e.code())
            .and_then(|c| c.parse::<i32>().ok())
            .map(|c| c & 0xff);
        match code {
            Some(libsqlite3_sys::SQLITE_FULL) => StoreError::DiskFull,
            Some(libsqlite3_sys::SQLITE_NOTADB) => StoreError::Unreadable,
            Some(libsqlite3_sys::SQLITE_CORRUPT) => StoreError::Damaged("a page can't be read".into()),
            Some(libsqlite3_sys::SQLITE_BUSY | libsqlite3_sys::SQLITE_LOCKED) => StoreError::InUse,
            _ => StoreError::Sql(error),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> StoreError {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => StoreError::Damaged(other.to_string()),
        }
    }
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> StoreError {
        StoreError::Refused(refusal)
    }
}
