//! Who someone is at the desk.

use serde::{Deserialize, Serialize};

/// What a user is; what follows from it stands in the office's permission table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sets up the desk, its products and its people; approves.
    Administrator,
    /// Approves and vouches for what officers bring.
    Supervisor,
    /// Registers customers, takes applications, disburses, collects.
    Officer,
    /// Receives and pays out money.
    Cashier,
    /// Reads everything, changes nothing.
    Auditor,
    /// Sees and asks for their own things only.
    Customer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 6] = [
        Role::Administrator,
        Role::Supervisor,
        Role::Officer,
        Role::Cashier,
        Role::Auditor,
        Role::Customer,
    ];

    /// Whether the role belongs to someone who works for the organisation.
    pub const fn is_staff(self) -> bool {
        !matches!(self, Role::Customer)
    }

    /// The role's word in English, as in files and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Supervisor => "supervisor",
            Role::Officer => "officer",
            Role::Cashier => "cashier",
            Role::Auditor => "auditor",
            Role::Customer => "customer",
        }
    }
}
