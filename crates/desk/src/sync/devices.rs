//! The organisation's machines, and the end of this one's access: what it recorded is handed over, then its book goes.

use super::{Round, Speaker, strange};
use crate::desk::{Desk, Home, Open, keys_path};
use crate::error::{Answer, Told};
use chrono::{DateTime, Utc};
use farthing_api::{ApiError, Code, DeviceView, ErrorKind, ListDevices, RevokeDevice};
use farthing_identity::device;
use farthing_office::permission::Permission;
use farthing_store::Enrolment;
use farthing_sync::revoke::{self, Revocation};
use farthing_sync::wire::{Reply, Request};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

impl Desk {
    /// The machines that work with the server.
    ///
    /// # Errors
    /// Where the caller may not, or the server does not answer.
    pub async fn list_devices(&self, _: ListDevices) -> Answer<Vec<DeviceView>> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        let list = revoke::ListDevices { by: session.user };
        self.ask_for_devices(&open, Request::Devices(list)).await
    }

    /// Takes a machine's access away.
    ///
    /// # Errors
    /// Where the caller may not or has not proved again who they are, or the server does not answer or refuses.
    pub async fn revoke_device(&self, request: RevokeDevice) -> Answer<Vec<DeviceView>> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        self.must_be_proven(&session)?;
        let revoke = revoke::Revoke {
            device: request.device,
            by: session.user,
        };
        self.ask_for_devices(&open, Request::Revoke(revoke)).await
    }

    async fn ask_for_devices(&self, open: &Open, request: Request) -> Answer<Vec<DeviceView>> {
        match self.ask_the_server(open, request).await? {
            Reply::Devices(devices) => Ok(devices),
            _ => Err(strange()),
        }
    }

    pub(super) async fn ask_the_server(&self, open: &Open, request: Request) -> Answer<Reply> {
        let enrolment = open.book.enrolment().await.told()?;
        let enrolment = enrolment.ok_or_else(|| ApiError::new(ErrorKind::Refused, Code::NoServer))?;
        let speaker = self.speaker(open, &enrolment.address, enrolment.organisation)?;
        speaker.ask(&request).await
    }

    /// The server says that this machine's access has ended. Where the organisation's signature is under it, everyone is
    /// signed out, and what was recorded up to now is handed over.
    pub(super) async fn told_of_the_end(
        &self,
        open: &Open,
        speaker: &Speaker,
        enrolment: &Enrolment,
        word: &Revocation,
    ) -> Answer<ApiError> {
        let holds = word.holds(enrolment.key, enrolment.organisation, open.identity().device);
        if !holds {
            tracing::error!("the word that this machine's access has ended is not the organisation's");
            return Err(strange());
        }
        open.book.note_revoked(word).await.told()?;
        if let Some(place) = enrolment.position.lacks(word.has, word.copy) {
            open.book.note_lost(place, self.clock.now()).await.told()?;
        }
        self.sign_everyone_out().await;
        self.hand_over_commands(open, speaker, &mut Round::default(), None)
            .await?;
        Ok(ApiError::new(ErrorKind::Forbidden, Code::DeviceRevoked))
    }

    /// Nobody signs in to a book whose access has ended.
    pub(crate) async fn must_have_access(&self, open: &Open) -> Answer<()> {
        match open.book.is_revoked().await.told()? {
            true => Err(ApiError::new(ErrorKind::Forbidden, Code::DeviceRevoked)),
            false => Ok(()),
        }
    }

    /// After a round: deletes the book if this machine's access has ended and the server has all that was recorded.
    pub(super) async fn leave_if_revoked(&self) -> Answer<()> {
        let Some(open) = self.open.read().await.clone() else {
            return Ok(());
        };
        let enrolment = open.book.enrolment().await.told()?;
        let is_over = enrolment.is_some_and(|e| e.revoked && e.waiting.1 == 0);
        drop(open);
        if !is_over {
            return Ok(());
        }
        let at = self.clock.now();
        write_notice(&self.home, DELETING, at).told()?;
        self.close_revoked().await;
        delete_book(&self.home, at).told()?;
        tracing::warn!("this machine's access has ended; its book was deleted");
        Ok(())
    }

    /// When this machine's access ended, if it ever did. What an interruption left of the book goes now.
    pub(crate) fn revoked_at(&self) -> Option<DateTime<Utc>> {
        let notice = fs::read_to_string(notice_path(&self.home)).ok()?;
        let (state, at) = notice.trim().split_once(' ')?;
        let at = at.parse().ok()?;
        if state == DELETING
            && let Err(error) = delete_book(&self.home, at)
        {
            tracing::error!(%error, "the book of an access that has ended could not be deleted");
        }
        Some(at)
    }
}

fn beside(book: &Path, end: &str) -> PathBuf {
    let mut name = book.as_os_str().to_os_string();
    name.push(end);
    name.into()
}

fn notice_path(home: &Home) -> PathBuf {
    beside(&home.book(), ".revoked")
}

/// The notice while the book goes, and once it is gone: only in the former state is anything deleted, so that a book that
/// begins here later is safe.
const DELETING: &str = "deleting";
const GONE: &str = "gone";

fn write_notice(home: &Home, state: &str, at: DateTime<Utc>) -> io::Result<()> {
    let mut file = fs::File::create(notice_path(home))?;
    writeln!(file, "{state} {}", at.to_rfc3339())?;
    file.sync_all()
}

/// Destroys the keys first, so that what a disk may still hold of the book can't be read, then the book, its papers and its
/// backups. What can't be deleted is tried again with the next start.
fn delete_book(home: &Home, at: DateTime<Utc>) -> io::Result<()> {
    let book = home.book();
    overwrite(&keys_path(&book))?;
    device::destroy(&book)?;
    for folder in [home.documents(), home.backups()] {
        unless_missing(fs::remove_dir_all(folder))?;
    }
    for end in ["-wal", "-shm", ".lock", ".erased", ""] {
        unless_missing(fs::remove_file(beside(&book, end)))?;
    }
    for copy in fs::read_dir(home.folder())?.flatten().filter(is_copy_of(&book)) {
        unless_missing(fs::remove_file(copy.path()))?;
    }
    write_notice(home, GONE, at)
}

/// Whether a file is what an update or a restore kept of the book as it was before.
fn is_copy_of(book: &Path) -> impl Fn(&fs::DirEntry) -> bool {
    let begin = |path: &Path| format!("{}.before-", path.file_name().unwrap_or_default().to_string_lossy());
    let begins = [begin(&book.with_extension("")), begin(book)];
    move |file| {
        let name = file.file_name().to_string_lossy().into_owned();
        begins.iter().any(|begin| name.starts_with(begin))
    }
}

fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes zeros over a file and deletes it.
fn overwrite(path: &Path) -> io::Result<()> {
    let length = match fs::metadata(path) {
        Ok(found) => usize::try_from(found.len()).unwrap_or(0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    fs::remove_file(path)
}
