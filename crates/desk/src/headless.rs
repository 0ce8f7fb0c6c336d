//! What the command line does with a book, without a window and without a session that locks.

use crate::cases::{close_through, open_and_renew, trial_balance, write_ledger};
use crate::desk::{Desk, Home, Open, keys_path, must};
use crate::error::{Answer, Told};
use crate::outbox::Pass;
use chrono::NaiveDate;
use farthing_api::{ApiError, DayClosed, ExportFormat, Role, Secret, TrialBalanceView, UserId};
use farthing_identity::{SlotError, SlotFile, device, normalise_email, sign_in_name};
use farthing_office::permission::Permission;
use farthing_store::{Book, BookKey, StoreError};
use std::sync::Arc;

/// Why a book did not open on the command line.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The password is wrong, or nobody by this name has a slot.
    #[error("the password does not open this book for this user")]
    Wrong,
    /// Too many wrong tries.
    #[error("too many wrong tries; the next one counts from {0} on")]
    Wait(chrono::DateTime<chrono::Utc>),
    /// Several people have a slot, so one has to be named.
    #[error("several people can open this book; name one with --user")]
    WhichUser,
    /// The book itself.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The part of the key that this machine keeps can't be had.
    #[error("{0}")]
    NoDevice(String),
    /// The key slots.
    #[error(transparent)]
    Slots(SlotError),
    /// Anything else, in words for people.
    #[error("{0}")]
    Other(ApiError),
}

impl From<SlotError> for OpenError {
    fn from(error: SlotError) -> OpenError {
        match error {
            SlotError::Wrong => OpenError::Wrong,
            SlotError::Wait { until } => OpenError::Wait(until),
            SlotError::Missing => OpenError::Store(StoreError::Missing),
            SlotError::NoDevice(_) => OpenError::NoDevice(error.to_string()),
            other => OpenError::Slots(other),
        }
    }
}

/// A book opened by one person's slot.
pub struct Headless {
    desk: Desk,
    open: Arc<Open>,
    user: UserId,
    role: Role,
}

/// Opens a book by a person's slot. A wrong password is counted in the key file.
///
/// # Errors
/// Each case of [`OpenError`] has its own exit status.
pub async fn open(path: &std::path::Path, email: Option<&str>, password: &Secret) -> Result<Headless, OpenError> {
    let desk = Desk::new(Home::of_book(path));
    if !path.exists() {
        return Err(StoreError::Missing.into());
    }
    if Book::is_held(path) {
        return Err(StoreError::InUse.into());
    }
    let mut slots = SlotFile::load(&keys_path(path))?;
    let secret = device::load(path)?;
    let sign_in = match email {
        Some(email) => sign_in_name(&normalise_email(email).map_err(|_| OpenError::Wrong)?),
        None => slots.only_sign_in().ok_or(OpenError::WhichUser)?,
    };
    let opened = open_and_renew(&mut slots, &sign_in, password, &secret, desk.clock.now())?;
    let book = Book::open(path, &BookKey::from_bytes(&opened.key)).await?;
    let found = book
        .sign_in_user(&sign_in)
        .await?
        .filter(|u| u.active)
        .ok_or(OpenError::Wrong)?;
    let open = Open::of(book).await.map_err(OpenError::Other)?;
    desk.forget_again(&open).await.map_err(OpenError::Other)?;
    Ok(Headless {
        desk,
        open: Arc::new(open),
        user: found.user,
        role: found.role,
    })
}

impl Headless {
    /// The book.
    pub fn book(&self) -> &Book {
        &self.open.book
    }

    /// The decimals of the organisation's currency.
    pub fn decimals(&self) -> u32 {
        self.open.currency().decimals
    }

    /// Who opened it.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Refuses where the person's role lacks a permission.
    ///
    /// # Errors
    /// Says so.
    pub fn must(&self, permission: Permission) -> Answer<()> {
        must(self.role, permission)
    }

    /// Closes every open day up to and including one.
    ///
    /// # Errors
    /// Those of the office.
    pub async fn close_day(&self, date: NaiveDate) -> Answer<DayClosed> {
        self.must(Permission::CloseDay)?;
        close_through(&self.desk, &self.open, date).await
    }

    /// One pass of the outbox: makes the messages that are due and hands over what waits.
    ///
    /// # Errors
    /// Where the person may not, or what the book says.
    pub async fn send_messages(&self) -> Answer<Pass> {
        self.must(Permission::ManageMessages)?;
        self.desk.pass(&self.open).await
    }

    /// Writes the lines of the general ledger between two booking dates into a file; how many.
    ///
    /// # Errors
    /// Where the person may not, or the disk refuses.
    pub async fn export_ledger(
        &self,
        period: (NaiveDate, NaiveDate),
        format: ExportFormat,
        path: &std::path::Path,
    ) -> Answer<u64> {
        self.must(Permission::SeeLedger)?;
        let lines = write_ledger(&self.open, period, format, path).await.told()?;
        self.note_done("export_ledger").await.told()?;
        Ok(lines)
    }

    /// Keeps in the audit that the person did what no command tells.
    ///
    /// # Errors
    /// What the database says.
    pub async fn note_done(&self, what: &str) -> Result<(), StoreError> {
        let (desk, at) = (self.open.identity().prefix(), self.desk.clock.now());
        self.book().note(Some(self.user), &desk, what, None, at).await
    }

    /// Every account with its balance at the end of a booking date, or as of now.
    ///
    /// # Errors
    /// Where the person may not.
    pub async fn trial_balance(&self, on: Option<NaiveDate>) -> Answer<TrialBalanceView> {
        self.must(Permission::SeeLedger)?;
        trial_balance(&self.open, on).await
    }

    /// Closes the book.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close(self) -> Result<(), StoreError> {
        match Arc::try_unwrap(self.open) {
            Ok(open) => open.book.close().await,
            // Whoever still reads closes it when done.
            Err(_) => Ok(()),
        }
    }
}
