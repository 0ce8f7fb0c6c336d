//! Backup and restore: one file that holds the book and its key slots.

use crate::desk::{Home, erased_path, keys_path};
use farthing_api::Secret;
use farthing_identity::{SlotError, SlotFile, device, normalise_email, sign_in_name};
use farthing_store::{Book, BookKey, StoreError};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

const BOOK: &str = "desk.book";
const KEYS: &str = "desk.book.keys";
/// Whose data was erased; a backup of before the first erasure has none.
const ERASED: &str = "desk.book.erased";

/// Why a backup was not restored. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The file is not a backup, or is cut short.
    #[error("this file is not a whole backup of Farthing: {0}")]
    NotABackup(String),
    /// The password, or the recovery secret, does not open it.
    #[error("the password does not open this backup; on another machine it takes the recovery secret as well")]
    Wrong,
    /// The copy in it has faults.
    #[error("the backup has faults and was not restored: {0}")]
    Findings(String),
    /// The book, or the file beside it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key slots.
    #[error(transparent)]
    Slots(#[from] SlotError),
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Writes the book and its key slots into one new file. The file appears under its name when it is whole.
///
/// # Errors
/// [`StoreError::Exists`] where there is a file already; [`StoreError::DiskFull`].
pub async fn backup(book: &Book, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::Exists);
    }
    let copy = with_ending(to, "copy");
    let _ = std::fs::remove_file(&copy);
    book.copy_to(&copy).await?;
    let packed = pack(&copy, book.path(), to);
    let _ = std::fs::remove_file(&copy);
    packed.map_err(Into::into)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".");
    name.push(ending);
    name.into()
}

/// `copy` is a copy of `book` at rest.
fn pack(copy: &Path, book: &Path, to: &Path) -> std::io::Result<()> {
    let part = with_ending(to, "part");
    let mut archive = tar::Builder::new(File::create(&part)?);
    archive.append_path_with_name(copy, BOOK)?;
    archive.append_path_with_name(keys_path(book), KEYS)?;
    let erased = erased_path(book);
    if erased.exists() {
        archive.append_path_with_name(erased, ERASED)?;
    }
    archive.into_inner()?.sync_all()?;
    std::fs::rename(&part, to)
}

/// Puts the book of a backup in place. The copy is opened and checked whole before anything is replaced; the book that
/// was there is kept beside it.
///
/// # Errors
/// Each failure of [`KeepError`] leaves the book that is there untouched.
pub async fn restore(
    from: &Path,
    home: &Home,
    email: &str,
    password: &Secret,
    recovery: Option<&Secret>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<u64, KeepError> {
    let target = home.book();
    if Book::is_held(&target) {
        return Err(StoreError::InUse.into());
    }
    let work = with_ending(&target, "restoring");
    let _ = std::fs::remove_dir_all(&work);
    std::fs::create_dir_all(&work)?;
    let outcome = restore_in(&work, from, &target, email, password, recovery, now).await;
    let _ = std::fs::remove_dir_all(&work);
    outcome
}

async fn restore_in(
    work: &Path,
    from: &Path,
    target: &Path,
    email: &str,
    password: &Secret,
    recovery: Option<&Secret>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<u64, KeepError> {
    unpack(from, work)?;
    let mut slots = SlotFile::load(&work.join(KEYS))?;
    let secret = match recovery {
        Some(secret) => slots.open_recovery(secret).map_err(wrong)?.1,
        // Only the machine that has this book's device secret can do without the recovery secret.
        None if device::is_there(target) => device::load(target)?,
        None => return Err(KeepError::Wrong),
    };
    let email = normalise_email(email).map_err(|_| KeepError::Wrong)?;
    let opened = slots
        .open(&sign_in_name(&email), password, &secret, now)
        .map_err(wrong)?;
    let key = BookKey::from_bytes(&opened.key);
    let copy = work.join(BOOK);
    let book = Book::open(&copy, &key).await?;
    let report = book.verify().await?;
    book.close().await?;
    if !report.findings.is_empty() {
        return Err(KeepError::Findings(report.findings.join(" ")));
    }
    Book::raise_epoch(&copy, &key, target).await?;
    let old = with_ending(target, &format!("before-restore-{}", now.format("%Y%m%d%H%M%S")));
    set_aside(target, &old)?;
    device::install(target, &secret)?;
    // Before the book, so that it is never there without the list of whom it has to forget.
    remember_all(&work.join(ERASED), &erased_path(target))?;
    slots.save(&keys_path(target))?;
    std::fs::rename(&copy, target)?;
    Ok(report.facts)
}

/// Moves away what is there of a book, its log too: one that stayed would be played into whatever book takes this one's place.
fn set_aside(book: &Path, to: &Path) -> std::io::Result<()> {
    for end in ["", "-wal", "-shm", ".keys"] {
        let named = |path: &Path| {
            let mut name = path.as_os_str().to_os_string();
            name.push(end);
            std::path::PathBuf::from(name)
        };
        match std::fs::rename(named(book), named(to)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Adds to the list of erased customers beside a book those that a backup names.
fn remember_all(from: &Path, to: &Path) -> std::io::Result<()> {
    let read = |path: &Path| match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    };
    let (named, mut known) = (read(from)?, read(to)?);
    let new: Vec<&str> = named
        .lines()
        .filter(|id| !known.lines().any(|own| own == *id))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    for id in new {
        known.push_str(id);
        known.push('\n');
    }
    let part = with_ending(to, "part");
    let mut file = File::create(&part)?;
    file.write_all(known.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&part, to)
}

fn wrong(error: SlotError) -> KeepError {
    match error {
        SlotError::Wrong | SlotError::Missing => KeepError::Wrong,
        other => KeepError::Slots(other),
    }
}

/// Unpacks the files by name; anything else in the archive is refused.
fn unpack(from: &Path, into: &Path) -> Result<(), KeepError> {
    let no = |e: std::io::Error| KeepError::NotABackup(e.to_string());
    let mut archive = tar::Archive::new(File::open(from)?);
    let mut found = Vec::new();
    for entry in archive.entries().map_err(no)? {
        let mut entry = entry.map_err(no)?;
        let name = entry.path().map_err(no)?.to_string_lossy().into_owned();
        if ![BOOK, KEYS, ERASED].contains(&name.as_str()) || found.contains(&name) {
            return Err(KeepError::NotABackup(format!("it holds {name}")));
        }
        let mut file = File::create(into.join(&name))?;
        std::io::copy(&mut entry, &mut file).map_err(no)?;
        file.sync_all()?;
        found.push(name);
    }
    match [BOOK, KEYS].iter().all(|part| found.iter().any(|name| name == part)) {
        true => Ok(()),
        false => Err(KeepError::NotABackup("a part is missing".into())),
    }
}
