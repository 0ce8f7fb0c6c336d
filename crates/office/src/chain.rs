//! The hashes that chain commands and facts: the same wherever a log is kept or handed over.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A link of a chain: SHA-256.
pub type Hash = [u8; 32];

/// Where a chain begins.
pub const START: Hash = [0; 32];

/// SHA-256 of the link before and of each field with its length.
pub fn link(prev: &[u8], fields: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(prev);
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().into()
}

/// The part of a command's row that its hash covers.
#[derive(Clone, Copy, Debug)]
pub struct CommandLink<'a> {
    /// The operation.
    pub op: &'a Uuid,
    /// The machine that took it down.
    pub device: &'a Uuid,
    /// Which copy of the book.
    pub epoch: i64,
    /// Its place in that copy.
    pub dev_seq: i64,
    /// The hybrid logical clock.
    pub hlc: i64,
    /// The payload's version.
    pub version: i64,
    /// What was asked for, as it was written.
    pub payload: &'a str,
    /// The circumstances, as they were written.
    pub context: &'a str,
}

impl CommandLink<'_> {
    /// Its hash after the one before it.
    pub fn after(&self, prev: &[u8]) -> Hash {
        link(
            prev,
            &[
                self.op.as_bytes(),
                self.device.as_bytes(),
                &self.epoch.to_be_bytes(),
                &self.dev_seq.to_be_bytes(),
                &self.hlc.to_be_bytes(),
                &self.version.to_be_bytes(),
                self.payload.as_bytes(),
                self.context.as_bytes(),
            ],
        )
    }
}

/// The part of a fact's row that its hash covers: everything that it says.
#[derive(Clone, Copy, Debug)]
pub struct FactLink<'a> {
    /// The fact.
    pub id: &'a Uuid,
    /// The operation that it came of.
    pub op: &'a Uuid,
    /// The payload's version.
    pub version: i64,
    /// The payload's kind.
    pub kind: &'a str,
    /// The instant, as it was written.
    pub at: &'a str,
    /// The day of the ledger, as it was written.
    pub booking_date: &'a str,
    /// Who asked.
    pub actor: Option<&'a Uuid>,
    /// At which desk.
    pub desk: &'a str,
    /// What happened, as it was written.
    pub payload: &'a str,
}

impl FactLink<'_> {
    /// Its hash after the one before it.
    pub fn after(&self, prev: &[u8]) -> Hash {
        let actor = self.actor.map(Uuid::as_bytes).map_or(&[][..], |a| a.as_slice());
        link(
            prev,
            &[
                self.id.as_bytes(),
                self.op.as_bytes(),
                &self.version.to_be_bytes(),
                self.kind.as_bytes(),
                self.at.as_bytes(),
                self.booking_date.as_bytes(),
                actor,
                self.desk.as_bytes(),
                self.payload.as_bytes(),
            ],
        )
    }
}
