//! People who would work here, who is signed in at this desk, and the quick PIN.

use crate::{Request, Role, Secret, SessionView, UserId, UserView, request};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// Asks for access to this desk, or takes an invitation up, by choosing a password. The answer is the same whether or
    /// not the email is known here; an administrator lets people in.
    SignUp {
        /// Their name.
        name: String,
        /// Their email, which will be the sign-in name.
        email: String,
        /// Their password.
        password: Secret,
    } => ();

    /// Invites someone: they choose their password at this desk and wait to be let in.
    InviteUser {
        /// What they will be.
        role: Role,
        /// Their name.
        name: String,
        /// Their email.
        email: String,
    } => UserView;

    /// Lets someone in who asked or was invited, or turns them away.
    AdmitUser {
        /// Who.
        user: UserId,
        /// What they are from now on; none turns them away.
        role: Option<Role>,
    } => ();

    /// Who is or was signed in at this desk, the newest first: everyone for who manages people, else the caller's own.
    ListSessions {} => Vec<SessionRow>;

    /// Ends a session. One's own ends at once; another one, after [`crate::ProveAgain`], can't be gone on with.
    EndSession {
        /// Which.
        session: String,
    } => ();

    /// Sets, after [`crate::ProveAgain`], the PIN that brings the caller's locked session back until the program ends; none
    /// removes it.
    SetPin {
        /// Six digits.
        pin: Option<Secret>,
    } => SessionView;

    /// Brings a locked session back with its PIN; after three wrong ones only the password does.
    UnlockWithPin {
        /// Six digits.
        pin: Secret,
    } => SessionView;
}

/// How someone proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedInBy {
    /// Their password alone.
    Password,
    /// Password and authenticator.
    SecondFactor,
    /// Password and a recovery code.
    RecoveryCode,
    /// A code that was sent.
    Code,
    /// Back from the lock by the password.
    Unlock,
    /// Back from the lock by the PIN.
    Pin,
    /// They set the desk up.
    SetUp,
}

impl SignedInBy {
    /// Every way.
    pub const ALL: [SignedInBy; 7] = [
        SignedInBy::Password,
        SignedInBy::SecondFactor,
        SignedInBy::RecoveryCode,
        SignedInBy::Code,
        SignedInBy::Unlock,
        SignedInBy::Pin,
        SignedInBy::SetUp,
    ];

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            SignedInBy::Password => "password",
            SignedInBy::SecondFactor => "second_factor",
            SignedInBy::RecoveryCode => "recovery_code",
            SignedInBy::Code => "code",
            SignedInBy::Unlock => "unlock",
            SignedInBy::Pin => "pin",
            SignedInBy::SetUp => "set_up",
        }
    }
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// They signed out.
    SignedOut,
    /// The screen was locked, or nobody used it for long.
    Locked,
    /// It was ended from the list.
    Revoked,
    /// The password was changed, or the access was taken away.
    Changed,
    /// The machine was locked or put to sleep.
    Machine,
    /// The program ended.
    Closed,
}

impl SessionEnd {
    /// Every reason.
    pub const ALL: [SessionEnd; 6] = [
        SessionEnd::SignedOut,
        SessionEnd::Locked,
        SessionEnd::Revoked,
        SessionEnd::Changed,
        SessionEnd::Machine,
        SessionEnd::Closed,
    ];

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            SessionEnd::SignedOut => "signed_out",
            SessionEnd::Locked => "locked",
            SessionEnd::Revoked => "revoked",
            SessionEnd::Changed => "changed",
            SessionEnd::Machine => "machine",
            SessionEnd::Closed => "closed",
        }
    }
}

/// Someone is or was signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    /// Names it.
    pub id: String,
    /// Whose.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// How they signed in.
    pub by: SignedInBy,
    /// Since when.
    pub started_at: DateTime<Utc>,
    /// When it ended, and why; none while it goes on.
    pub ended: Option<(DateTime<Utc>, SessionEnd)>,
    /// Whether it ended by the lock and its owner can come back to it with a PIN.
    pub resumable: bool,
    /// Whether it is the caller's own of now.
    pub current: bool,
}
