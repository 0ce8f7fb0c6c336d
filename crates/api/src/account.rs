//! One's own account: a forgotten password, names and contacts, one's own data.

use crate::{CodeSent, Contact, CustomerId, Request, Saved, Secret, UserId, request};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// Sends a link to whoever forgot their password. The answer is the same whether or not the address is known.
    SendResetLink {
        /// The sign-in email.
        email: String,
    } => ResetLinkSent;

    /// Looks at a link without using it up: what it takes to set a new password.
    OpenResetLink {
        /// The link, or its last part.
        link: Secret,
    } => ResetNeeds;

    /// Sets a new password by a link, which is used up. The second factor stays, every session ends.
    ResetPassword {
        /// The link, or its last part.
        link: Secret,
        /// The new password.
        password: Secret,
        /// The recovery secret, which it takes for who works here.
        recovery: Option<Secret>,
    } => ();

    /// Uses a link up to prove who asks, so that an administrator may set the new password in person.
    AskForReset {
        /// The link, or its last part.
        link: Secret,
    } => ();

    /// Who proved by a link in the last day that they ask for a new password.
    ListResets {} => Vec<ResetAsked>;

    /// An administrator lets someone type a new password who has proved who they are.
    CompleteReset {
        /// Who.
        user: UserId,
        /// The new password.
        password: Secret,
    } => ();

    /// While the book is closed nobody can send a link: the recovery secret, which opens the book, sets a new password.
    ResetWithKit {
        /// The sign-in email.
        email: String,
        /// The new password.
        password: Secret,
        /// The recovery secret.
        recovery: Secret,
    } => ();

    /// One's own account.
    GetAccount {} => AccountView;

    /// Changes one's own name and language.
    SaveAccount {
        /// First name, or the whole name of someone who works here.
        first_name: String,
        /// Last name; empty for someone who works here.
        last_name: String,
        /// The language of messages; empty for the branch's.
        language: String,
    } => AccountView;

    /// Proves again who is signed in, before what touches the account: it holds for five minutes. What needs it is refused
    /// as [`crate::Code::ProveAgain`] until then.
    ProveAgain {
        /// The password.
        password: Secret,
        /// A code of the authenticator or a recovery code, where there is an authenticator.
        #[serde(default)]
        code: Secret,
    } => ();

    /// Sends a code to a new email or phone, after [`ProveAgain`].
    SendContactCode {
        /// Which of the two.
        contact: Contact,
        /// The new address or number.
        to: String,
    } => CodeSent;

    /// The code came back: the contact, and with it the sign-in name, is the new one; the old one is told.
    ConfirmContact {
        /// What [`SendContactCode`] answered.
        challenge: String,
        /// The six digits.
        code: Secret,
    } => AccountView;

    /// A customer at a machine of their own tells of another phone; the branch verifies it.
    TellPhone {
        /// The phone.
        phone: String,
    } => AccountView;

    /// Takes a changed contact back with the code that the old one was told.
    UndoContact {
        /// The code.
        code: Secret,
    } => ();

    /// Writes everything that is known about a customer into two files, one to read and one for programs; for oneself after
    /// [`ProveAgain`].
    ExportPersonalData {
        /// Whom; none for oneself.
        customer: Option<CustomerId>,
    } => Saved;

    /// Destroys a customer's personal data for good, after [`ProveAgain`]. The ledger stays, under the customer's number.
    EraseCustomer {
        /// Whom; none for oneself.
        customer: Option<CustomerId>,
    } => ();
}

/// A link is on its way, if the address is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetLinkSent {
    /// Minutes for which it holds.
    pub minutes: u32,
}

/// What it takes to set a new password by a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetNeeds {
    /// The link alone.
    Link,
    /// The recovery secret, or an administrator in person.
    KitOrAdministrator,
}

/// Someone who proved that they ask for a new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetAsked {
    /// Who.
    pub user: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

/// One's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Whether it is a customer's.
    pub is_customer: bool,
    /// First name, or the whole name of someone who works here.
    pub first_name: String,
    /// Last name; empty for someone who works here.
    pub last_name: String,
    /// Email.
    pub email: String,
    /// Phone; empty for someone who works here.
    pub phone: String,
    /// Whether a code that was sent to the phone came back.
    pub phone_verified: bool,
    /// The language of messages; empty for the branch's.
    pub language: String,
    /// Whether there is a password, which changes of contact take.
    pub has_password: bool,
}
