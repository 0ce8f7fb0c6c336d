//! How a machine's access ends: what it still has to say goes to quarantine, then it is told so under the organisation's
//! key. Nothing else ends it, no silence and no answer of somebody in between.

use crate::authority::{AHEAD, Decision, Now};
use crate::intake::Taken;
use crate::wire::verifies;
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use farthing_api::{ApiError, Code, CustomerId, DeviceId, ErrorKind, UserId};
use farthing_office::{State, apply, quarantined};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An administrator asks which machines there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListDevices {
    /// The administrator.
    pub by: UserId,
}

/// An administrator takes a machine's access away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoke {
    /// Which machine.
    pub device: DeviceId,
    /// The administrator.
    pub by: UserId,
}

/// The word to a machine that its access has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// Ed25519 of the organisation's key over organisation, machine and instant.
    #[serde(with = "serde_bytes")]
    pub signature: [u8; 64],
    /// The place of the last command that the server has of the machine: nothing is destroyed before it has all. An older
    /// server does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has: Option<i64>,
    /// Which copy of the machine's book recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<i64>,
    /// The organisation's public key, for a book that has none yet, since it was restored from a backup of before it heard
    /// from the server: it takes the first key that it hears of here as it does from a page. An older server does not say.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_bytes")]
    pub authority: Option<[u8; 32]>,
}

impl Revocation {
    /// Signs with the organisation's secret.
    pub fn new(secret: &[u8; 32], organisation: Uuid, device: DeviceId, at: DateTime<Utc>) -> Revocation {
        let signature = SigningKey::from_bytes(secret).sign(&message(organisation, device, at));
        Revocation {
            at,
            signature: signature.to_bytes(),
            has: None,
            copy: None,
            authority: Some(public_of(secret)),
        }
    }

    /// Whether the organisation says so of this machine: the one with the key that the machine knows, if it knows one.
    pub fn holds(&self, known: Option<[u8; 32]>, organisation: Uuid, device: DeviceId) -> bool {
        let message = message(organisation, device, self.at);
        known
            .or(self.authority)
            .is_some_and(|key| verifies(&key, &message, &self.signature))
    }
}

fn message(organisation: Uuid, device: DeviceId, at: DateTime<Utc>) -> Vec<u8> {
    let at = at.timestamp_millis().to_be_bytes();
    let parts = [
        b"farthing-revocation".as_slice(),
        organisation.as_bytes(),
        device.0.as_bytes(),
        &at,
    ];
    parts.concat()
}

/// The public half of the organisation's secret, by which its desks know it.
pub fn public_of(secret: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(secret).verifying_key().to_bytes()
}

/// What follows from a command of a machine whose access has ended: it is kept, and nothing is done; of money that was
/// taken in hand a supervisor learns by a task. At a machine of a `customer`'s own nobody takes money, whatever it says.
pub fn keep_aside(state: &mut State, taken: &Taken, now: Now, customer: Option<CustomerId>) -> Decision {
    let mut context = taken.context.clone();
    context.at = context.at.min(now.at + AHEAD);
    context.today = context.today.min(now.today);
    let facts = match customer {
        Some(_) => Vec::new(),
        None => quarantined(state, &taken.command, &context),
    };
    for fact in &facts {
        apply(state, fact);
    }
    Decision {
        context,
        facts,
        refusal: Some(ApiError::new(ErrorKind::Forbidden, Code::DeviceRevoked)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_organisation_ends_an_access_and_only_this_one() {
        let (organisation, device) = (Uuid::from_u128(1), DeviceId(Uuid::from_u128(2)));
        let key = public_of(&[3; 32]);
        let word = Revocation::new(&[3; 32], organisation, device, DateTime::UNIX_EPOCH);
        assert!(word.holds(Some(key), organisation, device));
        assert!(!word.holds(Some(public_of(&[4; 32])), organisation, device));
        assert!(!word.holds(Some(key), organisation, DeviceId(Uuid::from_u128(5))));
        assert!(!word.holds(Some(key), Uuid::from_u128(6), device));
        // A book that knows no key yet takes the first that it hears of; an older server does not say it.
        assert!(word.holds(None, organisation, device));
        assert!(!word.holds(None, organisation, DeviceId(Uuid::from_u128(5))));
        let former = Revocation {
            authority: None,
            ..word
        };
        assert!(former.holds(Some(key), organisation, device) && !former.holds(None, organisation, device));
    }
}
