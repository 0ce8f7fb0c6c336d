//! The audit: who asked for what, when, at which desk, and what became of it.

use crate::{Code, ListQuery, Page, Request, Saved, request};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// A page of the audit, the newest first. Filter: `refused`. The search finds people by their name.
    ListAudit {
        /// Which part.
        query: ListQuery,
    } => Page<AuditRow>;

    /// Writes the audit into the folder of papers, as CSV.
    ExportAudit {} => Saved;
}

/// A command, something that was done without one, or something that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Names the entry: `c` and a command's number, or `r` and that of what was noted without one.
    pub key: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who asked; empty for the desk itself, and where nobody was signed in.
    pub by: String,
    /// The command's kind, what was done without one, the permission's word, or the step of the sign-in.
    pub what: String,
    /// The desk's prefix.
    pub desk: String,
    /// Why it was refused; none for what was done.
    pub refused: Option<Code>,
}
