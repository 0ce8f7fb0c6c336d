//! The recovery slot, which the printed secret opens.

use super::{OpenedKey, Sealed, SlotFile, VERSION, key_of, unfit};
use crate::seal::{derive, open, seal};
use crate::{DeviceSecret, SlotError, random, recovery};
use farthing_api::Secret;
use zeroize::Zeroizing;

const RECOVERY_INFO: &str = "farthing recovery v1";

impl SlotFile {
    /// Makes a recovery secret, in place of the one before it, and answers with what is printed: nine groups of four
    /// characters. It alone opens a copy of the files on another machine, and lets a forgotten password be set anew.
    /// Call [`SlotFile::save`] afterwards.
    ///
    /// # Errors
    /// [`SlotError::Damaged`] where the file is not the one that this book key has authenticated; [`SlotError::Crypto`].
    pub fn set_recovery(&mut self, device: &DeviceSecret, book_key: &[u8; 32]) -> Result<Secret, SlotError> {
        self.check(book_key)?;
        let secret = recovery::new()?;
        let salt: [u8; 32] = random::bytes()?;
        let key = derive(&secret[..], &salt, RECOVERY_INFO)?;
        let both = Zeroizing::new([book_key.as_slice(), device.bytes()].concat());
        let bytes = seal(&key, &self.recovery_bound(), &both)?;
        self.kept.body.recovery = Some(Sealed::new(&salt, &bytes));
        self.authenticate(book_key)?;
        Ok(recovery::print(&secret))
    }

    /// Opens the file by the printed secret: the book's key, and the device secret that its slots were made with.
    ///
    /// # Errors
    /// [`SlotError::Wrong`] where the secret was mistyped or is not this file's; [`SlotError::Damaged`] where the
    /// file was changed.
    pub fn open_recovery(&self, secret: &Secret) -> Result<(OpenedKey, DeviceSecret), SlotError> {
        let secret = recovery::read(secret).ok_or(SlotError::Wrong)?;
        let sealed = self.kept.body.recovery.as_ref().ok_or(SlotError::Wrong)?;
        let (salt, bytes) = sealed.parts()?;
        let key = derive(&secret[..], &salt, RECOVERY_INFO)?;
        let both = open(&key, &self.recovery_bound(), &bytes).ok_or(SlotError::Wrong)?;
        let (book_key, device) = both.split_at_checked(32).ok_or_else(unfit)?;
        let book_key = key_of(book_key)?;
        self.check(&book_key)?;
        Ok((book_key, DeviceSecret::from_bytes(**key_of(device)?)))
    }

    fn recovery_bound(&self) -> Vec<u8> {
        format!("{}|recovery|{VERSION}", self.kept.body.installation).into_bytes()
    }
}
