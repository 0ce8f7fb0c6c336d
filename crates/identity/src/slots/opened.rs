//! What a slot gives.

use super::unfit;
use crate::SlotError;
use farthing_api::{Role, UserId};
use std::fmt;
use zeroize::Zeroizing;

/// The book's key, as a slot gives it.
pub type OpenedKey = Box<Zeroizing<[u8; 32]>>;

/// A slot was opened.
pub struct Opened {
    /// Whose.
    pub user: UserId,
    /// What they were when the slot was made.
    pub role: Role,
    /// The book's key. Its bytes stay in one place, so that none is left behind where it is handed on.
    pub key: OpenedKey,
    /// Whether the slot was made at another cost than is used now, and should be made anew.
    pub stale_cost: bool,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("user", &self.user)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A key of these bytes, which have to be as many.
pub(super) fn key_of(bytes: &[u8]) -> Result<OpenedKey, SlotError> {
    let mut key = Box::new(Zeroizing::new([0; 32]));
    match bytes.len() == key.len() {
        true => key.copy_from_slice(bytes),
        false => return Err(unfit()),
    }
    Ok(key)
}
