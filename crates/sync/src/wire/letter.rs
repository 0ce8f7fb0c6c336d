//! A letter: a request under a signature.

use super::{OLDEST, Request, WireError, decode, encode};
use crate::versions::Versions;
use ed25519_dalek::{Signature, VerifyingKey};
use farthing_api::DeviceId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A request under the signature of the machine that asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The protocol's version.
    pub version: u16,
    /// Whose server data it is about.
    pub organisation: Uuid,
    /// The machine.
    pub device: DeviceId,
    /// An encoded [`Request`].
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// Ed25519 over [`Letter::signed`].
    #[serde(with = "serde_bytes")]
    pub signature: [u8; 64],
}

impl Letter {
    /// A request in a program's version of the protocol, signed by the machine's key.
    ///
    /// # Errors
    /// [`WireError::Malformed`] where it can't be encoded.
    pub fn new(
        versions: Versions,
        organisation: Uuid,
        device: DeviceId,
        request: &Request,
        sign: impl FnOnce(&[u8]) -> [u8; 64],
    ) -> Result<Letter, WireError> {
        let body = encode(request)?;
        let signature = sign(&signed(versions.protocol, organisation, device, &body));
        Ok(Letter {
            version: versions.protocol,
            organisation,
            device,
            body,
            signature,
        })
    }

    /// The request, if the machine with this public key signed it.
    ///
    /// # Errors
    /// [`WireError::Version`], [`WireError::Signature`], [`WireError::Malformed`].
    pub fn open(&self, versions: Versions, public: &[u8; 32]) -> Result<Request, WireError> {
        let request = self.peek(versions)?;
        self.must_be_of(public).map(|()| request)
    }

    /// Refuses a letter that the machine with this public key did not sign.
    ///
    /// # Errors
    /// [`WireError::Signature`].
    pub fn must_be_of(&self, public: &[u8; 32]) -> Result<(), WireError> {
        let message = signed(self.version, self.organisation, self.device, &self.body);
        match verifies(public, &message, &self.signature) {
            true => Ok(()),
            false => Err(WireError::Signature),
        }
    }

    /// The request before it is known who signed it. A newer version is refused as such, whatever it asks for.
    ///
    /// # Errors
    /// [`WireError::Version`], [`WireError::Malformed`].
    pub fn peek(&self, versions: Versions) -> Result<Request, WireError> {
        match (OLDEST..=versions.protocol).contains(&self.version) {
            true => decode(&self.body),
            false => Err(WireError::Version(self.version)),
        }
    }
}

fn signed(version: u16, organisation: Uuid, device: DeviceId, body: &[u8]) -> Vec<u8> {
    let version = version.to_be_bytes();
    let parts = [
        b"farthing-sync".as_slice(),
        &version,
        organisation.as_bytes(),
        device.0.as_bytes(),
        body,
    ];
    parts.concat()
}

/// Whether a signature is that of a key over a message.
pub fn verifies(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public)
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}
