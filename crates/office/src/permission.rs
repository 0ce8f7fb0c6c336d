//! Who may do what: one table, checked for every command.

use crate::refusal::Refusal;
use farthing_api::{ApiError, Arg, Code, ErrorKind, Role};

/// Something that a role may or may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Change the organisation, its mail and its desk.
    ManageDesk,
    /// Add people, take their access away.
    ManageUsers,
    /// Add and change loan products.
    ManageProducts,
    /// Add and change the goods of the shop.
    ManageGoods,
    /// Register and change customers, verify their contacts, see their documents.
    RegisterCustomers,
    /// Vouch for a document that another has seen.
    Vouch,
    /// Take applications down.
    Apply,
    /// Approve or reject applications.
    Approve,
    /// Pay loans out.
    Disburse,
    /// Take payments.
    Receive,
    /// Take wrong payments back.
    Reverse,
    /// Close loans early.
    Foreclose,
    /// Give unapplied credit back.
    Refund,
    /// No longer ask for penalties, charges or interest.
    Waive,
    /// Put running loans under new terms.
    ChangeTerms,
    /// Give loans up as lost.
    WriteOff,
    /// Decide where money in suspense goes.
    SettleSuspense,
    /// Set the rules of lateness, provisions and eligibility.
    ManageRules,
    /// See the general ledger and export it.
    SeeLedger,
    /// Sell on installments.
    Sell,
    /// Close days.
    CloseDay,
    /// Deal with what needs attention.
    SettleTasks,
    /// Tell the branch of a payment made elsewhere.
    GiveNotice,
    /// See every customer and loan.
    SeeBook,
    /// See the organisation's figures.
    SeeOverview,
    /// See who asked for what, and what was refused.
    SeeAudit,
    /// Check and back up the book.
    KeepBook,
    /// Destroy a customer's personal data.
    EraseCustomers,
    /// See the messages that go out to customers, send one again or take it back.
    ManageMessages,
}

use Permission::*;
use Role::*;

/// Every permission, its word, and the roles that have it.
pub const TABLE: &[(Permission, &str, &[Role])] = &[
    (ManageDesk, "manage_desk", &[Administrator]),
    (ManageUsers, "manage_users", &[Administrator]),
    (ManageProducts, "manage_products", &[Administrator]),
    (ManageGoods, "manage_goods", &[Administrator]),
    (
        RegisterCustomers,
        "register_customers",
        &[Administrator, Supervisor, Officer],
    ),
    (Vouch, "vouch", &[Administrator, Supervisor]),
    (Apply, "apply", &[Administrator, Supervisor, Officer, Customer]),
    (Approve, "approve", &[Administrator, Supervisor]),
    (Disburse, "disburse", &[Administrator, Supervisor, Officer, Cashier]),
    (Receive, "receive", &[Administrator, Supervisor, Officer, Cashier]),
    (Reverse, "reverse", &[Administrator, Supervisor]),
    (Foreclose, "foreclose", &[Administrator, Supervisor, Officer]),
    (Refund, "refund", &[Administrator, Supervisor]),
    (Waive, "waive", &[Administrator, Supervisor]),
    (ChangeTerms, "change_terms", &[Administrator, Supervisor]),
    (WriteOff, "write_off", &[Administrator, Supervisor]),
    (SettleSuspense, "settle_suspense", &[Administrator, Supervisor]),
    (ManageRules, "manage_rules", &[Administrator]),
    (SeeLedger, "see_ledger", &[Administrator, Supervisor, Auditor]),
    (Sell, "sell", &[Administrator, Supervisor, Officer]),
    (Permission::CloseDay, "close_day", &[Administrator, Supervisor, Officer]),
    (SettleTasks, "settle_tasks", &[Administrator, Supervisor, Officer]),
    (
        GiveNotice,
        "give_notice",
        &[Administrator, Supervisor, Officer, Customer],
    ),
    (
        SeeBook,
        "see_book",
        &[Administrator, Supervisor, Officer, Cashier, Auditor],
    ),
    (SeeOverview, "see_overview", &[Administrator, Supervisor, Auditor]),
    (SeeAudit, "see_audit", &[Administrator, Auditor]),
    (KeepBook, "keep_book", &[Administrator, Auditor]),
    (EraseCustomers, "erase_customers", &[Administrator]),
    (ManageMessages, "manage_messages", &[Administrator, Supervisor]),
];

impl Permission {
    /// Its word in the table.
    pub fn word(self) -> &'static str {
        let row = TABLE.iter().find(|(permission, _, _)| *permission == self);
        row.map_or("", |(_, word, _)| *word)
    }
}

/// Whether a role has a permission.
pub fn allows(role: Role, permission: Permission) -> bool {
    TABLE
        .iter()
        .any(|(p, _, roles)| *p == permission && roles.contains(&role))
}

/// Refuses where a role lacks a permission.
///
/// # Errors
/// Names the roles that have it.
pub fn check(role: Role, permission: Permission) -> Result<(), Refusal> {
    if allows(role, permission) {
        return Ok(());
    }
    let row = TABLE.iter().find(|(p, _, _)| *p == permission);
    let roles = row.map(|(_, _, roles)| roles.to_vec()).unwrap_or_default();
    let refused = ApiError::new(ErrorKind::Forbidden, Code::Forbidden);
    Err(Refusal(refused.with("roles", Arg::Roles(roles))))
}

/// The words of everything that a role may do.
pub fn of(role: Role) -> impl Iterator<Item = &'static str> {
    TABLE
        .iter()
        .filter(move |(_, _, roles)| roles.contains(&role))
        .map(|(_, word, _)| *word)
}
