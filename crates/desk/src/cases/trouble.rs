//! When the book can't be used: what is wrong with it, and the ways out that need no sign-in.

use crate::desk::{Desk, keys_path, signed_out};
use crate::error::{Answer, Told, disk, internal, wait, wrong_password};
use crate::keep::{self, KeepError};
use chrono::{DateTime, Utc};
use farthing_api::{ApiError, BackupView, Code, ErrorKind, ListBackups, RestoreBackup, ShowFolder};
use farthing_identity::{SlotError, SlotFile};
use farthing_office::permission::Permission;
use farthing_store::{Book, StoreError};
use std::fs::DirEntry;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;

/// The ending of backup files.
pub(crate) const BACKUP: &str = "farthing";

/// What a failure to open the book says, if it is one of the book's own.
pub(crate) fn trouble_of(error: &StoreError) -> Option<Code> {
    Some(match error {
        StoreError::InUse => Code::BookInUse,
        StoreError::Newer { .. } => Code::BookNewer,
        StoreError::Unreadable | StoreError::Damaged(_) => Code::BookDamaged,
        StoreError::DiskFull => Code::BookDiskFull,
        _ => return None,
    })
}

impl Desk {
    /// What can be seen of a book's trouble before anyone signs in.
    pub(crate) fn trouble_before_unlock(&self, open: bool) -> Option<ApiError> {
        let book = self.home.book();
        if open {
            return None;
        }
        if let Err(error) = SlotFile::load(&keys_path(&book)) {
            tracing::error!(%error, "the key slots can't be read");
            return Some(self.book_trouble(Code::KeysDamaged));
        }
        Book::is_held(&book).then(|| self.book_trouble(Code::BookInUse))
    }

    /// The answer that leads to the screen of a book in trouble; from now on a backup may be restored without a
    /// sign-in.
    pub(crate) fn book_trouble(&self, code: Code) -> ApiError {
        let path = self.home.book().display().to_string();
        self.leads_to_trouble(ApiError::new(ErrorKind::Book, code).with("path", &path))
    }

    /// The same of an answer that is made already.
    pub(crate) fn leads_to_trouble(&self, error: ApiError) -> ApiError {
        self.in_trouble.store(true, Ordering::Relaxed);
        error
    }

    /// Refuses what is open to everyone only while the book is in trouble.
    async fn must_be_in_trouble(&self) -> Answer<()> {
        let in_trouble = self.in_trouble.load(Ordering::Relaxed);
        match self.open.read().await.is_none() && in_trouble {
            true => Ok(()),
            false => Err(signed_out()),
        }
    }

    /// The backups in the backup folder, the newest first.
    ///
    /// # Errors
    /// Where the book is not in trouble and the caller may not keep the book.
    pub async fn list_backups(&self, _: ListBackups) -> Answer<Vec<BackupView>> {
        if self.must_be_in_trouble().await.is_err() {
            self.caller_who_may(Permission::KeepBook).await?;
        }
        let entries = match std::fs::read_dir(self.home.backups()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.told()?,
        };
        let mut found: Vec<BackupView> = entries.flatten().filter_map(|entry| backup_of(&entry)).collect();
        found.sort_by(|a, b| b.name.cmp(&a.name));
        Ok(found)
    }

    /// Restores a backup in the place of a book in trouble.
    ///
    /// # Errors
    /// Each leaves the book that is there as it is.
    pub async fn restore_backup(&self, request: RestoreBackup) -> Answer<()> {
        self.must_be_in_trouble().await?;
        let RestoreBackup {
            path,
            email,
            password,
            recovery,
        } = request;
        let recovery = recovery.filter(|secret| !secret.is_empty());
        let restored = keep::restore(
            Path::new(path.trim()),
            &self.home,
            &email,
            &password,
            recovery.as_ref(),
            self.clock.now(),
        )
        .await;
        restored.map(drop).map_err(|error| {
            tracing::error!(%error, "a backup was not restored");
            match error {
                KeepError::NotABackup(_) => ApiError::input("path", Code::NotABackup),
                KeepError::Wrong if recovery.is_some() => ApiError::input("recovery", Code::BackupNotOpened),
                KeepError::Wrong => ApiError::input("password", Code::BackupNotOpened),
                KeepError::Findings(_) | KeepError::Store(StoreError::Damaged(_) | StoreError::Unreadable) => {
                    ApiError::input("path", Code::BackupDamaged)
                }
                KeepError::Store(error) => match trouble_of(&error) {
                    Some(code) => ApiError::new(ErrorKind::Unavailable, code),
                    None => internal(&error),
                },
                KeepError::Slots(SlotError::Wrong) => wrong_password(),
                KeepError::Slots(SlotError::Wait { until }) => wait(until),
                KeepError::Slots(SlotError::NoDevice(error)) => ApiError {
                    kind: ErrorKind::Unavailable,
                    ..*error
                },
                KeepError::Slots(_) => ApiError::input("path", Code::BackupDamaged),
                KeepError::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    ApiError::input("path", Code::NoSuchFile)
                }
                KeepError::Io(error) => disk(&error),
            }
        })
    }

    /// Shows the folder with the book, its backups and the log.
    ///
    /// # Errors
    /// Where the system has no file manager; the answer names the folder.
    pub async fn show_folder(&self, _: ShowFolder) -> Answer<()> {
        show(self.home.folder())
    }
}

/// A file of the backup folder, if it is a backup.
fn backup_of(entry: &DirEntry) -> Option<BackupView> {
    let (path, about) = (entry.path(), entry.metadata().ok()?);
    if path.extension().is_none_or(|ending| ending != BACKUP) {
        return None;
    }
    Some(BackupView {
        name: path.file_name()?.to_string_lossy().into_owned(),
        at: DateTime::<Utc>::from(about.modified().ok()?),
        bytes: about.len(),
        path: path.display().to_string(),
    })
}

/// Has the system show a file or a folder with the program that it has for such.
///
/// # Errors
/// Where it has none; the answer says where the thing is.
pub(crate) fn show(path: &Path) -> Answer<()> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let spawned = Command::new(opener)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    spawned.map(drop).map_err(|error| {
        tracing::warn!(%error, "no viewer");
        ApiError::new(ErrorKind::Unavailable, Code::NoViewer).with("path", &path.display().to_string())
    })
}
