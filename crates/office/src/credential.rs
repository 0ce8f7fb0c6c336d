//! Credentials: they are never in a fact, but a fact says from when on which one counts.

use crate::FactBody;
use farthing_api::UserId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What sets a new password in place of a forgotten one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetHow {
    /// A link to the sign-in email, for a customer.
    Link,
    /// The recovery secret.
    Kit,
    /// An administrator in person.
    Administrator,
    /// A link from the server to the sign-in email, for which it released what opens the escrow slot.
    Escrow,
}

/// What goes beside the log from desk to desk, with the fact that gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credential {
    /// The password of someone who has access.
    Password(UserId),
    /// A password that waits: until someone is let in, by their id, or until a second person has decided, by the request's.
    Waiting(Uuid),
    /// The key of someone's authenticator.
    SecondFactor(UserId),
}

impl Credential {
    /// Its stable word, under which it is kept.
    pub const fn word(self) -> &'static str {
        match self {
            Credential::Password(_) => "password",
            Credential::Waiting(_) => "waiting",
            Credential::SecondFactor(_) => "second_factor",
        }
    }

    /// Whose it is, or which request's.
    pub const fn whose(self) -> Uuid {
        match self {
            Credential::Password(user) | Credential::SecondFactor(user) => user.0,
            Credential::Waiting(whose) => whose,
        }
    }

    /// The credential under a word; none where there is no such word.
    pub fn of(word: &str, whose: Uuid) -> Option<Credential> {
        match word {
            "password" => Some(Credential::Password(UserId(whose))),
            "waiting" => Some(Credential::Waiting(whose)),
            "second_factor" => Some(Credential::SecondFactor(UserId(whose))),
            _ => None,
        }
    }
}

impl FactBody {
    /// The credential that counts from this fact on, where it came along.
    pub const fn gives(&self) -> Option<Credential> {
        match self {
            FactBody::UserAdded { user, .. }
            | FactBody::UserAdmitted { user, .. }
            | FactBody::UserAccessSet { user, active: true }
            | FactBody::PasswordChanged { user, .. } => Some(Credential::Password(*user)),
            FactBody::UserAsked { user, .. } | FactBody::InvitationAnswered { user } => {
                Some(Credential::Waiting(user.0))
            }
            FactBody::RequestMade { request, .. } => Some(Credential::Waiting(request.0)),
            FactBody::SecondFactorSet { user, on: true } => Some(Credential::SecondFactor(*user)),
            _ => None,
        }
    }

    /// The credential that counts no more from this fact on.
    pub const fn takes(&self) -> Option<Credential> {
        match self {
            FactBody::UserAccessSet { user, active: false } => Some(Credential::Password(*user)),
            FactBody::UserAdmitted { user, .. } | FactBody::UserTurnedAway { user, .. } => {
                Some(Credential::Waiting(user.0))
            }
            FactBody::RequestEnded { request, .. } => Some(Credential::Waiting(request.0)),
            FactBody::SecondFactorSet { user, on: false } => Some(Credential::SecondFactor(*user)),
            _ => None,
        }
    }
}
