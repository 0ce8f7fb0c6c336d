//! A backup of the server's database, and its restoring, by PostgreSQL's own tools.

use crate::error::ServerError;
use crate::server::Server;
use chrono::Utc;
use percent_encoding::percent_decode_str;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// Why a backup was not made or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The tool is missing or can't be started.
    #[error("{tool} can't be started, it is in Debian's package postgresql-client: {source}")]
    Tool {
        /// Which.
        tool: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The tool says why.
    #[error("{0}")]
    Failed(String),
    /// The file is there already: it is never overwritten.
    #[error("{0} exists already")]
    Exists(String),
}

/// Writes everything into one file, from one snapshot, while the server goes on. The role has to see the rows of all
/// organisations: a superuser, or one with BYPASSRLS that may read everything.
///
/// # Errors
/// [`BackupError`].
pub fn backup(database: &str, file: &Path) -> Result<(), BackupError> {
    if file.exists() {
        return Err(BackupError::Exists(file.display().to_string()));
    }
    // The file gets its name when it is whole.
    let part = file.with_extension("part");
    let arguments = ["--format=custom", "--no-owner", "--no-privileges", "--file"];
    run("pg_dump", database, &arguments, &part)?;
    std::fs::File::open(&part)
        .and_then(|whole| whole.sync_all())
        .and_then(|()| std::fs::rename(&part, file))
        .map_err(|error| BackupError::Failed(error.to_string()))
}

/// Puts a backup into an empty database, all of it or nothing, and begins another history there: desks may have heard of what
/// came after the backup.
///
/// # Errors
/// [`BackupError`]; a database that is not empty is refused by PostgreSQL.
pub async fn restore(database: &str, file: &Path) -> Result<(), BackupError> {
    put_back(database, file)?;
    let failed = |error: ServerError| BackupError::Failed(error.to_string());
    let server = Server::connect(database, 1, Arc::new(Utc::now)).await.map_err(failed)?;
    let begun = server.begin_history().await.map_err(failed);
    server.close().await;
    begun.map(drop)
}

fn put_back(database: &str, file: &Path) -> Result<(), BackupError> {
    let arguments = [
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
    ];
    run("pg_restore", database, &arguments, file)
}

fn run(tool: &'static str, database: &str, arguments: &[&str], file: &Path) -> Result<(), BackupError> {
    let (address, password) = without_password(database);
    let mut command = Command::new(tool);
    command.arg(format!("--dbname={address}")).args(arguments).arg(file);
    if let Some(password) = password {
        // Not among the arguments, which everybody on the machine can read.
        command.env("PGPASSWORD", password);
    }
    let done = command.output().map_err(|source| BackupError::Tool { tool, source })?;
    match done.status.success() {
        true => Ok(()),
        false => Err(BackupError::Failed(
            String::from_utf8_lossy(&done.stderr).trim().to_owned(),
        )),
    }
}

/// The address of a database without its password, and the password.
fn without_password(database: &str) -> (String, Option<String>) {
    let parts = database.split_once("://").and_then(|(scheme, rest)| {
        let authority = rest.find(['/', '?']).unwrap_or(rest.len());
        let at = rest[..authority].rfind('@')?;
        let (user, password) = rest[..at].split_once(':')?;
        let password = percent_decode_str(password).decode_utf8_lossy().into_owned();
        Some((format!("{scheme}://{user}{}", &rest[at..]), Some(password)))
    });
    parts.unwrap_or_else(|| (database.to_owned(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_no_argument() {
        let split = |url| without_password(url);
        assert_eq!(
            split("postgres://desk:a%40b:c@db:5432/farthing?sslmode=require"),
            (
                "postgres://desk@db:5432/farthing?sslmode=require".into(),
                Some("a@b:c".into())
            )
        );
        let plain = "postgres://desk@localhost/farthing?host=/run/postgresql";
        assert_eq!(split(plain), (plain.into(), None));
    }
}
