//! How the work of an organisation's machines goes, for its administrators.

use chrono::{DateTime, Utc};
use farthing_api::{ApiError, OpId, UserId};
use serde::{Deserialize, Serialize};

/// The most spans of time that can be asked for in one go.
pub const MOST_SPANS: usize = 62;

/// An administrator asks how the work goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskHealth {
    /// The administrator.
    pub by: UserId,
    /// Where each span of time begins, in order, and where the last one ends.
    pub bounds: Vec<DateTime<Utc>>,
}

/// How it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// What was decided in each span.
    pub spans: Vec<Span>,
    /// The last commands that were decided otherwise, the newest first.
    pub conflicts: Vec<Conflict>,
}

/// What was decided in a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// How many commands were carried out as they were asked for.
    pub as_asked: u32,
    /// How many were decided otherwise.
    pub otherwise: u32,
}

/// A command that was decided otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The operation.
    pub op: OpId,
    /// The desk that sent it.
    pub desk: String,
    /// What was asked for: the command's stable word.
    pub what: String,
    /// By whom.
    pub by: Option<UserId>,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// Why it was not done.
    pub reason: ApiError,
}
