//! The escrow slot: it holds the book's key under a secret that only the server has, which releases it once to whoever proved by
//! a link to their email that they ask for a new password. The machine's own secret is needed besides, so that neither the
//! server nor whoever copies the key file opens anything alone.

use super::{OpenedKey, Sealed, SlotFile, VERSION, key_of};
use crate::seal::{derive, open, seal};
use crate::{DeviceSecret, IdentityError, SlotError, random};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

const ESCROW_INFO: &str = "farthing escrow v1";

/// Whom to ask for the secret while the book is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscrowPlace {
    /// The server's address.
    pub server: String,
    /// The organisation there.
    pub organisation: Uuid,
    /// This machine, as the server knows it.
    pub device: Uuid,
    /// Which copy of the book.
    pub epoch: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Escrow {
    /// Names the secret at the server.
    id: Uuid,
    place: EscrowPlace,
    sealed: Sealed,
}

/// A new escrow slot, whose secret the server has to keep before the slot is put into the file.
pub struct NewEscrow {
    /// Names the secret at the server.
    pub id: Uuid,
    /// The secret. It is kept nowhere here.
    pub secret: Zeroizing<[u8; 32]>,
}

impl NewEscrow {
    /// Draws one.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn draw() -> Result<NewEscrow, IdentityError> {
        Ok(NewEscrow {
            id: Uuid::from_bytes(random::bytes()?),
            secret: Zeroizing::new(random::bytes()?),
        })
    }
}

impl SlotFile {
    /// Whom to ask for the escrow slot's secret, and its name there; none for a book without a server.
    pub fn escrow(&self) -> Option<(&EscrowPlace, Uuid)> {
        let escrow = self.kept.body.escrow.as_ref()?;
        Some((&escrow.place, escrow.id))
    }

    /// Puts an escrow slot into the file, in place of the one before. Call [`SlotFile::save`] afterwards.
    ///
    /// # Errors
    /// [`SlotError::Damaged`] where the file is not the one that this book key has authenticated; [`SlotError::Crypto`].
    pub fn set_escrow(
        &mut self,
        new: &NewEscrow,
        place: EscrowPlace,
        device: &DeviceSecret,
        book_key: &[u8; 32],
    ) -> Result<(), SlotError> {
        self.check(book_key)?;
        let salt: [u8; 32] = random::bytes()?;
        let key = escrow_key(&new.secret, &salt, device)?;
        let bytes = seal(&key, &self.escrow_bound(new.id), book_key)?;
        self.kept.body.escrow = Some(Escrow {
            id: new.id,
            place,
            sealed: Sealed::new(&salt, &bytes),
        });
        self.authenticate(book_key)
    }

    /// Opens the escrow slot by the secret that the server released.
    ///
    /// # Errors
    /// [`SlotError::Wrong`] where the secret is another one's or there is no escrow slot; [`SlotError::Damaged`] where the file
    /// was changed.
    pub fn open_escrow(&self, secret: &[u8; 32], device: &DeviceSecret) -> Result<OpenedKey, SlotError> {
        let escrow = self.kept.body.escrow.as_ref().ok_or(SlotError::Wrong)?;
        let (salt, bytes) = escrow.sealed.parts()?;
        let key = escrow_key(secret, &salt, device)?;
        let plain = open(&key, &self.escrow_bound(escrow.id), &bytes).ok_or(SlotError::Wrong)?;
        let book_key = key_of(&plain)?;
        self.check(&book_key)?;
        Ok(book_key)
    }

    fn escrow_bound(&self, id: Uuid) -> Vec<u8> {
        format!("{}|escrow|{id}|{VERSION}", self.kept.body.installation).into_bytes()
    }
}

fn escrow_key(secret: &[u8; 32], salt: &[u8; 32], device: &DeviceSecret) -> Result<Zeroizing<[u8; 32]>, IdentityError> {
    let salt = Zeroizing::new([salt.as_slice(), device.bytes()].concat());
    derive(secret, &salt, ESCROW_INFO)
}
