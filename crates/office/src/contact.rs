//! What is known of a person: sealed fields, and the channels by which they are reached.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Personal fields by name, each encrypted under the customer's own key; the office never sees them in clear.
pub type Sealed = BTreeMap<String, String>;

/// A channel by which a customer is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Email.
    #[default]
    Email,
    /// Phone.
    Phone,
}
