//! Working with a central server.

use crate::{ApiError, ChartView, CodeSent, DeviceId, OpId, Request, Secret, SetUpDone, request};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// Hands a standalone book over to a server.
    BringToServer {
        /// The server's one-time setup link: its address, `/#`, and the token.
        link: Secret,
    } => ();
    /// Asks for a code with which another desktop may join.
    MakeJoinCode {} => JoinCode;
    /// Makes a new machine a desk of an organisation that has a server.
    JoinServer {
        /// The server's address.
        server: String,
        /// An administrator's code.
        code: Secret,
        /// The email of that administrator, who signs in first.
        email: String,
        /// The password that they choose at this machine.
        password: Secret,
    } => SetUpDone;
    /// Lets this book go on with its server where it was copied or put back from a backup. The answer is the prefix of the desk's
    /// numbers from now on.
    LetInAnew {
        /// What [`AskCodeAgain`] answered, at a customer's own machine.
        challenge: Option<String>,
        /// An administrator's code; at a customer's own machine the one that was sent to them.
        code: Secret,
    } => String;
    /// Sends a code for that to the customer whose own machine this is.
    AskCodeAgain {} => CodeSent;
    /// Sends a code to a customer who would make this machine their own. The answer says nothing about who is known.
    AskOwnCode {
        /// The server's address.
        server: String,
        /// The email by which they sign in.
        email: String,
    } => CodeSent;
    /// Makes a machine a customer's own: a book with nothing in it but theirs.
    JoinAsCustomer {
        /// The server's address.
        server: String,
        /// The email by which they sign in.
        email: String,
        /// What [`AskOwnCode`] answered.
        challenge: String,
        /// The six digits.
        code: Secret,
        /// The password that they choose at this machine.
        password: Secret,
    } => SetUpDone;
    /// How far the handing over or the first fetching of a book is; none while there is neither.
    GetTransfer {} => Option<TransferState>;
    /// How this book and its server stand; none for a book that is complete by itself.
    GetSyncState {} => Option<SyncState>;
    /// What the server decided otherwise than was asked for here, newest first.
    ListOverruled {} => Vec<OverruledView>;
    /// The machines that work with the server, by desk.
    ListDevices {} => Vec<DeviceView>;
    /// How the work of all machines went lately, as the server knows it: an administrator's.
    GetSyncHealth {
        /// The language of the screen that asks.
        language: String,
    } => SyncHealth;
    /// Takes a machine's access away: it hands over what it recorded, then deletes its book. The answer is the list.
    RevokeDevice {
        /// Which.
        device: DeviceId,
    } => Vec<DeviceView>;
    /// Someone has seen what was decided otherwise.
    SettleOverruled {
        /// Which, by its place in this book's log.
        command: i64,
    } => ();
}

/// How far a book is that goes to a server or comes from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferState {
    /// So many facts are there.
    pub done: u64,
    /// Of so many; 0 where that is not known.
    pub total: u64,
}

/// How an enrolled book and its server stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncState {
    /// The server's address.
    pub server: String,
    /// What was recorded here and is not decided yet.
    pub waiting: u32,
    /// Of these, what the server does not have yet.
    pub unsent: u32,
    /// What was decided otherwise and nobody has seen.
    pub needs_attention: u32,
    /// How many facts came from the server: what screens show may have changed when it does.
    pub facts: u64,
    /// When the server last answered.
    pub contact_at: Option<DateTime<Utc>>,
    /// Why nothing is exchanged until a person does something.
    pub halted: Option<ApiError>,
}

/// A machine that works, or worked, with the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceView {
    /// Which.
    pub device: DeviceId,
    /// Its desk: `BR1-02`.
    pub desk: String,
    /// Whether it is the one that asks.
    pub own: bool,
    /// Whether it is a customer's own machine.
    pub of_customer: bool,
    /// Whether it may speak.
    pub state: DeviceState,
    /// Since when it belongs to the organisation.
    pub enrolled_at: DateTime<Utc>,
    /// When it last asked for anything, to the minute.
    pub seen_at: Option<DateTime<Utc>>,
    /// The version of its program; empty where it never said.
    pub program: String,
    /// How many decided facts it lacked when it last asked, and those since.
    pub behind: u32,
    /// How many commands it had not sent when it last asked.
    pub unsent: u32,
}

/// How the work of all machines went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncHealth {
    /// What was decided in each of the last fourteen days, as asked for and otherwise.
    pub chart: ChartView,
    /// What was decided otherwise, at any desk, the newest first; the last fifty.
    pub conflicts: Vec<ConflictView>,
}

/// A command of any machine that the server decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictView {
    /// The operation.
    pub op: OpId,
    /// The desk that sent it.
    pub desk: String,
    /// What was asked for: the command's stable word.
    pub what: String,
    /// By whom; empty where that is not known here.
    pub who: String,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// Why it was not done, and what to do.
    pub reason: ApiError,
}

/// Whether a machine may speak with the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// It may.
    Active,
    /// Its book was copied or restored: nothing more is taken of it.
    Copied,
    /// Its access was taken away; it does not know yet, or has handed everything over.
    Revoked,
}

/// Something that the server decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverruledView {
    /// Its place in this book's log.
    pub command: i64,
    /// What was asked for: the command's stable word.
    pub what: String,
    /// By whom.
    pub who: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// The loan that it is about, if one: its number.
    pub loan_number: String,
    /// Why it was not done, and what to do.
    pub reason: ApiError,
}

/// What a person types at the other desktop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinCode {
    /// The server's address.
    pub server: String,
    /// The code, good for half an hour and one desktop.
    pub code: Secret,
}
