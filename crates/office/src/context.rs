//! What a decision knows besides the command and the aggregates.

use chrono::{DateTime, NaiveDate, Utc};
use farthing_api::{CustomerId, DeviceId, OpId, Role, UserId};
use serde::{Deserialize, Serialize};

/// The version of the rules in this crate; stored with each outcome.
pub const RULES: u32 = 1;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Their id; nobody's for what the authority does by itself.
    pub user: UserId,
    /// What they are.
    pub role: Role,
    /// Which customer they are, if one.
    pub customer: Option<CustomerId>,
}

/// The circumstances of a decision. The host fills it in and stores it; the same context yields the same facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The operation, from whose id all new ids come.
    pub op: OpId,
    /// When.
    pub at: DateTime<Utc>,
    /// Today, in the branch's time zone.
    pub today: NaiveDate,
    /// Who asks; none where the authority itself acts.
    pub actor: Option<Actor>,
    /// On which machine.
    pub device: DeviceId,
    /// The desk's prefix, `BR1-01`, with the epoch's letter where there is one.
    pub desk: String,
    /// The version of the rules.
    pub rules: u32,
}
