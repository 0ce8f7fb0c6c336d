//! What a server has to know of a request before it does it.

use super::Request;

impl Request {
    /// The word under which it is counted.
    pub const fn word(&self) -> &'static str {
        match self {
            Request::Found(_) => "found",
            Request::Enrol(_) => "enrol",
            Request::Invite(_) => "invite",
            Request::Push(_) => "push",
            Request::Pull(_) => "pull",
            Request::Devices(_) => "devices",
            Request::Revoke(_) => "revoke",
            Request::Deposit(_) => "deposit",
            Request::AskRelease(_) => "ask_release",
            Request::Release(_) => "release",
            Request::Erased(_) => "erased",
            Request::AskOwn(_) => "ask_own",
            Request::EnrolOwn(_) => "enrol_own",
            Request::Health(_) => "health",
            Request::Chunks(_) => "chunks",
            Request::Chunk(_) => "chunk",
        }
    }

    /// Whether the machine that asks need not be known yet.
    pub const fn is_of_stranger(&self) -> bool {
        use Request::{AskOwn, Enrol, EnrolOwn, Erased, Found};
        matches!(self, Found(_) | Enrol(_) | Erased(_) | AskOwn(_) | EnrolOwn(_))
    }
}
