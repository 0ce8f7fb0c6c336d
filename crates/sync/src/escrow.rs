//! A forgotten password at an enrolled desk: the server keeps a secret for each desk's escrow slot, and releases it once to whoever
//! proved by a link to their email that they ask. Whoever asks is answered alike, known or not.

use farthing_api::UserId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A desk's new secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposit {
    /// Names it.
    pub id: Uuid,
    /// The secret.
    #[serde(with = "serde_bytes")]
    pub secret: [u8; 32],
    /// The one that the desk's key file still holds, in case it does not come to hold the new one; all others go.
    pub holds: Option<Uuid>,
}

/// Someone at a desk forgot their password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskRelease {
    /// The hash of their sign-in name.
    pub sign_in: String,
}

/// A link was pasted at the desk at which it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The secret that the desk's key file needs.
    pub id: Uuid,
    /// The hash of the link.
    pub link: String,
}

/// What was released.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// Who asked, and may choose a new password.
    pub user: UserId,
    /// The desk's secret.
    #[serde(with = "serde_bytes")]
    pub secret: [u8; 32],
}

impl std::fmt::Debug for Deposit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deposit").field("id", &self.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Released {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Released")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
