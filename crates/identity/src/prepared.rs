//! What a password becomes before its slot is made: for people who wait until someone lets them in.

use crate::seal::derive;
use crate::{Cost, DeviceSecret, IdentityError, SlotError, password, random};
use farthing_api::Secret;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub(crate) const SLOT_INFO: &str = "farthing slot v1";

/// What a password becomes by argon2id, with the salt and the cost. The password itself is in none of it. Each machine makes a
/// slot of it with its own secret, as soon as there is a book key to put in.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Prepared {
    salt: [u8; 32],
    stretched: [u8; 32],
    #[zeroize(skip)]
    cost: Cost,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

impl Prepared {
    /// Works a password out. It takes about a second: keep it off the threads that draw or answer.
    ///
    /// # Errors
    /// Where the system gives no random numbers or no memory.
    pub fn new(password: &Secret, cost: Cost) -> Result<Prepared, SlotError> {
        let salt: [u8; 32] = random::bytes()?;
        let stretched = *password::stretch(password, &salt, cost)?;
        Ok(Prepared { salt, stretched, cost })
    }

    /// Whether it was made of this password. It takes as long as [`Prepared::new`].
    ///
    /// # Errors
    /// Where the system gives no memory.
    pub fn is_of(&self, password: &Secret) -> Result<bool, IdentityError> {
        let stretched = password::stretch(password, &self.salt, self.cost)?;
        let [one, other] = [&*stretched, &self.stretched].map(hex::encode);
        Ok(crate::otp::matches(&[one], &other))
    }

    /// As text that can be sealed.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_secret(&self) -> Result<Secret, IdentityError> {
        let text = serde_json::to_string(self).map_err(|e| IdentityError::Crypto(e.to_string()))?;
        Ok(Secret::new(text))
    }

    /// From that text.
    ///
    /// # Errors
    /// Where it is none, or asks for more work than any slot is made with.
    pub fn from_secret(text: &Secret) -> Result<Prepared, IdentityError> {
        let unfit = || IdentityError::Crypto("what a slot is to be made of doesn't have its form".into());
        let read: Prepared = serde_json::from_str(text.reveal()).map_err(|_| unfit())?;
        if read.cost.is_bearable() {
            Ok(read)
        } else {
            Err(unfit())
        }
    }

    pub(crate) const fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    pub(crate) const fn cost(&self) -> Cost {
        self.cost
    }

    /// The key of the slot that is made of it on a machine.
    pub(crate) fn key(&self, device: &DeviceSecret) -> Result<Zeroizing<[u8; 32]>, IdentityError> {
        derive(&self.stretched, device.bytes(), SLOT_INFO)
    }
}

/// The key of a slot: HKDF-SHA256 of argon2id of the password, salted with the device's secret.
pub(crate) fn slot_key(
    password: &Secret,
    salt: &[u8; 32],
    device: &DeviceSecret,
    cost: Cost,
) -> Result<Zeroizing<[u8; 32]>, SlotError> {
    let stretched = password::stretch(password, salt, cost)?;
    Ok(derive(&*stretched, device.bytes(), SLOT_INFO)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// It may come from a server.
    #[test]
    fn what_asks_for_too_much_work_is_none() {
        let cost = Cost {
            memory_mib: 1,
            passes: 1,
            lanes: 1,
        };
        let made = Prepared::new(&Secret::new("copper lantern"), cost).unwrap();
        let text = made.to_secret().unwrap();
        assert_eq!(Prepared::from_secret(&text).unwrap().cost(), cost);
        for (from, to) in [
            ("\"memory_mib\":1,", "\"memory_mib\":513,"),
            ("\"passes\":1,", "\"passes\":11,"),
            ("\"lanes\":1}", "\"lanes\":17}"),
        ] {
            assert!(text.reveal().contains(from), "{from}");
            let asks = Secret::new(text.reveal().replace(from, to));
            assert!(Prepared::from_secret(&asks).is_err(), "{to}");
        }
    }
}
