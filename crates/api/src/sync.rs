//! Working with a central server.

use crate::{ApiError, Request, Secret, SetUpDone, request};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// Hands a standalone book over to a server.
    BringToServer {
        /// The server's one-time setup link: its address, `/#`, and the token.
        link: String,
    } => ();
    /// Asks for a code with which another desktop may join.
    MakeJoinCode {} => JoinCode;
    /// Makes a new machine a desk of an organisation that has a server.
    JoinServer {
        /// The server's address.
        server: String,
        /// An administrator's code.
        code: String,
        /// The email of that administrator, who signs in first.
        email: String,
        /// The password that they choose at this machine.
        password: Secret,
    } => SetUpDone;
    /// How this book and its server stand; none for a book that is complete by itself.
    GetSyncState {} => Option<SyncState>;
    /// What the server decided otherwise than was asked for here, newest first.
    ListOverruled {} => Vec<OverruledView>;
    /// Someone has seen what was decided otherwise.
    SettleOverruled {
        /// Which, by its place in this book's log.
        command: i64,
    } => ();
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
    /// When the server last answered.
    pub contact_at: Option<DateTime<Utc>>,
    /// Why nothing is exchanged until a person does something.
    pub halted: Option<ApiError>,
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
    pub code: String,
}
