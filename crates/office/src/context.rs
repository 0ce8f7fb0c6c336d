//! What a decision knows besides the command and the aggregates.

use crate::state::{Desk, State};
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
    /// The last numbers that the desk had given when it took the command down, where another authority decides: what was
    /// printed by then is never given again, whatever became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Desk>,
}

impl Context {
    /// The desk's next number of a kind.
    pub(crate) fn next(&self, state: &State, kind: fn(&Desk) -> u32) -> u32 {
        let known = state.desk(&self.desk).map_or(0, kind);
        known.max(self.numbers.as_ref().map_or(0, kind)) + 1
    }
}

/// The letters of a copy of a book, as its numbers have them after the desk's prefix: none for the first, A after the first
/// restore.
pub fn epoch_letters(mut epoch: u32) -> String {
    let mut letters = String::new();
    while epoch > 0 {
        epoch -= 1;
        letters.insert(0, char::from(b'A' + u8::try_from(epoch % 26).unwrap_or(0)));
        epoch /= 26;
    }
    letters
}
