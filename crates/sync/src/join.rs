//! How machines come to be known, and what both sides know of it without asking each other.

use crate::wire::{Cursor, SentFact};
use farthing_api::{CustomerId, DeviceId, FactId, OpId, Secret, UserId};
use farthing_office::chain::Hash;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How many facts of a history go in one part.
pub const PART: u32 = 2_000;

/// The organisation's id: that of the operation by which it was set up, so that a second try brings the same one.
pub fn organisation_of(set_up: OpId) -> Uuid {
    Uuid::new_v5(&set_up.0, b"organisation")
}

/// What is kept of a token or a code. They are long and random, or live for minutes, so that one round is enough. Spaces,
/// hyphens and capitals don't count, since people type codes.
pub fn token_hash(token: &str) -> Hash {
    let plain: String = token.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::digest(plain.to_ascii_lowercase()).into()
}

/// The letters and digits of a code, without those that look alike.
const CODE_LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A code as people type it, of random bytes: 140 bits in seven groups of four.
pub fn code_of(random: [u8; 28]) -> String {
    let letters = random.map(|byte| char::from(CODE_LETTERS[usize::from(byte % 32)]));
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join("-")
}

/// A part of a standalone book's history. The facts hold as they are; they are not decided again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The server's one-time setup token.
    pub token: String,
    /// The machine that brings it.
    pub device: Newcomer,
    /// The place of the first fact of this part: 1, 2, 3 ….
    pub from: i64,
    /// The facts, in the order of the book's log.
    pub facts: Vec<SentFact>,
    /// The keys of the customers whom they register, those who were erased left out.
    pub keys: Vec<(CustomerId, serde_bytes::ByteArray<32>)>,
    /// The credentials that its facts give and that the book knows: what customers' passwords became, and authenticators'
    /// keys. Those of former facts are followed by the later ones. An older desk sends none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<(FactId, Secret)>,
    /// With the last part: the hash of the last fact, under the machine's signature.
    pub end: Option<End>,
}

/// The end of a book's log of facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// The hash of the last fact.
    #[serde(with = "serde_bytes")]
    pub head: Hash,
    /// The machine's signature over it.
    #[serde(with = "serde_bytes")]
    pub signature: [u8; 64],
}

/// A machine that is to be known from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newcomer {
    /// Its Ed25519 key.
    #[serde(with = "serde_bytes")]
    pub public: [u8; 32],
    /// The desk's prefix without the epoch, `BR1-01`, or the two digits that it wishes for.
    pub desk: String,
    /// Which copy of the book.
    pub epoch: i64,
    /// The place of its last command so far, which is not sent.
    pub dev_seq: i64,
    /// The hash of that command.
    #[serde(with = "serde_bytes")]
    pub head: Hash,
    /// The machine as which its book was known, where that was copied or put back from a backup: it is let in anew, and keeps
    /// its desk's prefix under another letter. A new desk leaves it out, and so does a program from before there was this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<DeviceId>,
}

/// What became of a part of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founded {
    /// How many facts the server has.
    pub through: i64,
    /// Once all are there: how far each scope reaches, so that nothing is pulled again.
    pub cursors: Vec<Cursor>,
}

/// A desktop with an administrator's code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrol {
    /// The code.
    pub code: String,
    /// The machine.
    pub device: Newcomer,
}

/// A customer at a machine of their own asks for a code to their email. The answer says nothing about who is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskOwn {
    /// Their email, to which the code goes.
    pub email: Secret,
    /// The machine's Ed25519 key.
    #[serde(with = "serde_bytes")]
    pub public: [u8; 32],
}

/// A code is on its way to the email, if someone signs in by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAsked {
    /// What to bring with the code.
    pub challenge: Uuid,
    /// Four letters that the mail shows too.
    pub reference: String,
    /// Minutes for which the code holds.
    pub minutes: u32,
    /// Seconds until another may be asked for.
    pub resend_after: u32,
}

/// A customer's own machine with the code that came to their email.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolOwn {
    /// What [`OwnAsked`] said.
    pub challenge: Uuid,
    /// The email once more.
    pub email: Secret,
    /// The six digits.
    pub code: Secret,
    /// The machine.
    pub device: Newcomer,
}

/// An administrator's approval of a desktop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// SHA-256 of the code.
    #[serde(with = "serde_bytes")]
    pub code: Hash,
    /// The administrator.
    pub by: UserId,
}

/// What a desktop has to know to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The organisation.
    pub organisation: Uuid,
    /// The desk's prefix: `BR1-02`.
    pub desk: String,
    /// Who signs in first: the administrator who approved it, or the customer whose own machine it is.
    pub approved_by: UserId,
    /// How many facts wait for the desktop. An older server does not say.
    #[serde(default)]
    pub facts: u64,
    /// Which copy of the desk's book it is, where it was let in anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<i64>,
}
