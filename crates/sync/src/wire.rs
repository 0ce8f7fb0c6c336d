//! What goes over the wire: MessagePack with named fields, so that a field may be added, compressed by zstd. Small ones have a second,
//! denser form ([`Form`]) between programs that both read it.
//!
//! Commands and facts travel as they were written into their logs (JSON text), since hashes cover those very bytes.

use crate::escrow::{AskRelease, Deposit, Release, Released};
use crate::health::{AskHealth, Health};
use crate::join::{AskOwn, Enrol, EnrolOwn, Enrolled, Found, Founded, Invite, OwnAsked};
use crate::revoke::{ListDevices, Revocation, Revoke};
use crate::scope::Scope;
use crate::snapshot::{AskChunk, ListChunks, Listed, SentChunk};
use crate::versions::Versions;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use farthing_api::{ApiError, CustomerId, DeviceId, DeviceView, FactId, OpId, Secret, UserId};
use farthing_office::chain::{FactLink, Hash};
use farthing_office::{FACT_VERSION, Fact, FactBody};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;
use uuid::Uuid;

mod dense;
mod letter;
mod packed;
mod words;

pub use dense::{Form, shortened, unpack};
pub use letter::{Letter, verifies};
pub use packed::{decode, encode, pack};
pub(crate) use packed::{encode_to, press};

/// The version of the protocol that this program speaks.
pub const PROTOCOL: u16 = 1;
/// The oldest version that it still understands.
pub const OLDEST: u16 = 1;
/// The most bytes of one message, unpacked. A sender that comes near it divides what it has to say.
pub const MOST_BYTES: usize = 32 << 20;

/// Why a message can't be read.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// It is not what this protocol sends.
    #[error("the message can't be read: {0}")]
    Malformed(String),
    /// It is larger than any message may be.
    #[error("the message is larger than {MOST_BYTES} bytes")]
    TooLarge,
    /// The other side speaks a version that this program does not.
    #[error("the other side speaks version {0} of the protocol, this program {OLDEST} to {PROTOCOL}")]
    Version(u16),
    /// It does not come from the device that it names.
    #[error("the signature does not belong to the message")]
    Signature,
}

/// What a desk asks of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Brings a standalone book's history, as the organisation's.
    Found(Box<Found>),
    /// A desktop wants to belong to the organisation.
    Enrol(Enrol),
    /// An administrator lets a desktop in.
    Invite(Invite),
    /// Commands that were taken down.
    Push(Push),
    /// What was decided since.
    Pull(Pull),
    /// An administrator asks for the machines.
    Devices(ListDevices),
    /// An administrator takes a machine's access away; the answer is the list.
    Revoke(Revoke),
    /// A desk's new secret, to be kept for its escrow slot.
    Deposit(Deposit),
    /// Someone forgot their password.
    AskRelease(AskRelease),
    /// Someone brings the link that they were sent.
    Release(Release),
    /// Which of these customers' data was destroyed. A book that was restored on a machine that is not known asks so too, since
    /// it has to forget them again; whoever asks knows the ids already.
    Erased(Vec<CustomerId>),
    /// A customer at a machine of their own wants a code to their email.
    AskOwn(AskOwn),
    /// Such a machine comes with the code.
    EnrolOwn(Box<EnrolOwn>),
    /// An administrator asks how the work of all machines goes.
    Health(AskHealth),
    /// A new desk asks which chunks of the history there are.
    Chunks(ListChunks),
    /// It asks for one of them.
    Chunk(AskChunk),
}

/// What the server answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// A part of the history is kept.
    Found(Founded),
    /// The desktop belongs to the organisation.
    Enrolled(Enrolled),
    /// The desktop may be let in by the code that was hashed.
    Invited,
    /// What became of a push.
    Push(PushAnswer),
    /// What was decided.
    Pull(Page),
    /// The organisation's machines.
    Devices(Vec<DeviceView>),
    /// The machine's access has ended. What it pushes is still kept.
    Revoked(Revocation),
    /// The secret is kept.
    Deposited,
    /// A link is on its way, if the address is known.
    ReleaseAsked,
    /// The desk's secret.
    Released(Released),
    /// Those of the customers.
    Erased(Vec<CustomerId>),
    /// A code is on its way, if the customer is known.
    OwnAsked(OwnAsked),
    /// How the work goes.
    Health(Health),
    /// The chunks.
    Chunks(Listed),
    /// One of them.
    Chunk(SentChunk),
    /// It was not done.
    Refused(ApiError),
}

/// A command as its desk wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCommand {
    /// The operation.
    pub op: OpId,
    /// Its place in its copy of the book: 1, 2, 3 ….
    pub dev_seq: i64,
    /// Its hybrid logical clock.
    pub hlc: i64,
    /// The payload's version.
    pub version: i64,
    /// The payload.
    pub payload: String,
    /// The circumstances.
    pub context: String,
    /// The key of the customer whom it registers.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_bytes")]
    pub key: Option<[u8; 32]>,
    /// What the password became that it gives someone: argon2id of it, as the desks write it, never the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Secret>,
}

/// Commands in their order, without a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Which copy of the book recorded them.
    pub epoch: i64,
    /// The commands.
    pub commands: Vec<SentCommand>,
    /// The hash of the command before the first, by which a book that was restored or let in anew tells where it goes on, and any one
    /// where it begins. Otherwise it is left out, as by programs from before there was this field.
    #[serde(default)]
    pub after: Option<ByteArray<32>>,
    /// Which copy of the book sends them, where another one recorded them: it was restored from a backup since. A program from
    /// before there was this field leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<i64>,
    /// The machine that recorded them, where it is another one than the one that sends them: its book was let in anew since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<DeviceId>,
    /// The hash of the last of them.
    #[serde(with = "serde_bytes")]
    pub head: Hash,
    /// The machine's signature over that hash, which the server keeps as evidence.
    #[serde(with = "serde_bytes")]
    pub signature: [u8; 64],
}

impl Push {
    /// Which copy of the book sends it.
    pub fn sender(&self) -> i64 {
        self.copy.unwrap_or(self.epoch)
    }
}

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PushAnswer {
    /// Everything up to this place is kept and decided.
    Kept {
        /// The place of the last command that the server has.
        through: i64,
    },
    /// The server lacks something in between: it wants to have the commands after this place.
    Behind {
        /// The place of the last command that the server has.
        through: i64,
    },
    /// The server is older than this program and can't decide these commands yet.
    Older,
    /// Two different commands claim one place: this book was copied or restored. Nothing more is taken of it.
    Incident {
        /// The place.
        at: i64,
    },
}

/// Asks for what was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// Which copy of the book.
    pub epoch: i64,
    /// How far each scope is known.
    pub cursors: Vec<Known>,
    /// Up to which of its own commands the desk knows what became of them.
    pub outcomes_after: i64,
    /// The most facts of the answer.
    pub most: u32,
    /// What administrators are told of the machine.
    #[serde(default)]
    pub about: About,
}

/// What a machine says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The program's version.
    pub program: String,
    /// How many commands the server does not have yet.
    pub unsent: u32,
}

/// How far a scope is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The scope.
    pub scope: Scope,
    /// The number of its last entry that is known; 0 where none is.
    pub seq: i64,
}

/// What was decided, of one snapshot of the database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The scopes that the desk may see.
    pub scopes: Vec<Part>,
    /// The facts, in an order in which each follows from those before it. Each names its scope by its place in `scopes`,
    /// and is the next one of that scope.
    pub entries: Vec<Entry>,
    /// What became of the desk's own commands; only with the last page, when their facts are all there.
    pub outcomes: Vec<Outcome>,
    /// Whether there are more facts in the server's book.
    pub more: bool,
    /// The place of the last command that the server has of the machine. An older server does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has: Option<i64>,
    /// Which copy of the machine's book recorded it. An older server says nothing of another copy than the one that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<i64>,
    /// Up to which of its commands the desk had said that it knows their outcome: what it was asked. An older server does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcomes_after: Option<i64>,
    /// Which history the server tells: another one once it was restored from a backup. An older server does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Uuid>,
    /// The organisation's public key, under which alone a machine's access is ended.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_bytes")]
    pub authority: Option<[u8; 32]>,
    /// How many facts come in chunks to whoever asks for those. Only said with facts; an older server does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_chunks: Option<u64>,
}

/// The entries of one scope in a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The scope.
    pub scope: Scope,
    /// The number of its first entry of this page: the desk's cursor plus one.
    pub from: i64,
    /// The hash of the entry before that.
    #[serde(with = "serde_bytes")]
    pub prev: Hash,
    /// The hash of its last entry of this page.
    #[serde(with = "serde_bytes")]
    pub head: Hash,
}

/// One fact in one scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The place of its scope in the page.
    pub part: u16,
    /// The fact.
    pub fact: SentFact,
    /// The key of the customer whom it registers, unless they were erased.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_bytes")]
    pub key: Option<[u8; 32]>,
    /// What the password became that it gave someone, as long as it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Secret>,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Its place.
    pub dev_seq: i64,
    /// The operation.
    pub op: OpId,
    /// Why it was not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<ApiError>,
}

/// A fact as its authority wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFact {
    /// Which.
    pub id: FactId,
    /// The operation that it came of.
    pub op: OpId,
    /// The payload's version.
    pub version: i64,
    /// When it was decided, in milliseconds since 1970.
    pub at: i64,
    /// The day of the ledger to which it belongs.
    pub booking_date: NaiveDate,
    /// Who asked.
    pub by: Option<UserId>,
    /// At which desk.
    pub desk: String,
    /// What happened.
    pub payload: String,
}

impl SentFact {
    /// A fact that was decided just now.
    ///
    /// # Errors
    /// [`WireError::Malformed`] where it can't be written.
    pub fn of(fact: &Fact) -> Result<SentFact, WireError> {
        Ok(SentFact {
            id: fact.id,
            op: fact.op,
            version: i64::from(FACT_VERSION),
            at: fact.at.timestamp_millis(),
            booking_date: fact.booking_date,
            by: fact.by,
            desk: fact.desk.clone(),
            payload: serde_json::to_string(&fact.body).map_err(|e| WireError::Malformed(e.to_string()))?,
        })
    }

    /// The fact, an old payload in the form of today.
    ///
    /// # Errors
    /// [`WireError::Malformed`]; a payload of a newer version is one as well.
    pub fn read(&self) -> Result<Fact, WireError> {
        let body: FactBody = serde_json::from_str(&self.payload).map_err(|e| WireError::Malformed(e.to_string()))?;
        Ok(Fact {
            id: self.id,
            op: self.op,
            at: DateTime::from_timestamp_millis(self.at).unwrap_or_default(),
            booking_date: self.booking_date,
            by: self.by,
            desk: self.desk.clone(),
            body,
        })
    }

    /// Whether it is newer than what a program understands.
    pub fn is_newer(&self, versions: Versions) -> bool {
        self.version > i64::from(versions.facts)
    }

    /// The payload's kind: the tag with which it begins.
    pub fn kind(&self) -> &str {
        self.payload.split('"').nth(3).unwrap_or_default()
    }

    /// When it was decided, as logs write it.
    pub fn at_text(&self) -> String {
        let at: DateTime<Utc> = DateTime::from_timestamp_millis(self.at).unwrap_or_default();
        at.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// Its hash after the one before it.
    pub fn hash_after(&self, prev: &Hash) -> Hash {
        let (at, booking_date) = (self.at_text(), self.booking_date.to_string());
        let link = FactLink {
            id: &self.id.0,
            op: &self.op.0,
            version: self.version,
            kind: self.kind(),
            at: &at,
            booking_date: &booking_date,
            actor: self.by.as_ref().map(|by| &by.0),
            desk: &self.desk,
            payload: &self.payload,
        };
        link.after(prev)
    }
}

/// How far a scope is known, with the hash of its last entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The scope.
    pub scope: Scope,
    /// The number of its last entry.
    pub seq: i64,
    /// That entry's hash.
    #[serde(with = "serde_bytes")]
    pub hash: Hash,
}
