//! A customer's own machine: a code to their email makes it theirs, and nothing but what is theirs comes to it.

use super::join::Newcoming;
use super::strange;
use crate::desk::{Desk, keys_path};
use crate::error::Answer;
use farthing_api::{ApiError, AskOwnCode, Code, CodeSent, ErrorKind, JoinAsCustomer, Role, Secret, SetUpDone};
use farthing_identity::{SlotFile, check_password, normalise_email};
use farthing_sync::join::{AskOwn, EnrolOwn};
use farthing_sync::wire::{Reply, Request};
use uuid::Uuid;

impl Desk {
    /// Whether the book here is a customer's own, which its key slots say while it is closed.
    pub(crate) fn is_own_machine(&self) -> bool {
        let slots = SlotFile::load(&keys_path(&self.home.book()));
        slots.is_ok_and(|slots| slots.users().iter().any(|(_, role)| *role == Role::Customer))
    }

    /// Sends a code to a customer who would make this machine their own. The answer says nothing about who is known.
    ///
    /// # Errors
    /// Where there is a book already; a server that does not answer or sends no mail; too many codes.
    pub async fn ask_own_code(&self, request: AskOwnCode) -> Answer<CodeSent> {
        if self.home.book().exists() {
            return Err(ApiError::new(ErrorKind::Refused, Code::BookExists));
        }
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        super::line::check_address(&request.server)?;
        self.make_known()?;
        let speaker = self.stranger(&request.server)?;
        let ask = AskOwn {
            email: Secret::new(email),
            public: speaker.key.public(),
        };
        sent(speaker.ask(&Request::AskOwn(ask)).await?)
    }

    /// Makes this machine the customer's own: a new book, with what is theirs.
    ///
    /// # Errors
    /// Names the field that needs a change; nothing is left behind then, except what makes this machine known.
    pub async fn join_as_customer(&self, request: JoinAsCustomer) -> Answer<SetUpDone> {
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        check_password(&request.password, false, &[&email]).map_err(|error| error.on("password"))?;
        let challenge = challenge_of(&request.challenge)?;
        let (own, code) = (Secret::new(email.clone()), request.code);
        let newcoming = Newcoming {
            server: request.server,
            email,
            password: request.password,
            is_own: true,
            joining: None,
        };
        let ask = |device| {
            let enrol = EnrolOwn {
                challenge,
                email: own,
                code,
                device,
            };
            Request::EnrolOwn(Box::new(enrol))
        };
        self.join(newcoming, ask).await
    }
}

/// What the server says of a code that it sent.
pub(super) fn sent(reply: Reply) -> Answer<CodeSent> {
    match reply {
        Reply::OwnAsked(asked) => Ok(CodeSent {
            challenge: asked.challenge.to_string(),
            reference: asked.reference,
            minutes: asked.minutes,
            resend_after: asked.resend_after,
        }),
        _ => Err(strange()),
    }
}

/// What a code was asked for under.
pub(super) fn challenge_of(text: &str) -> Answer<Uuid> {
    text.parse().map_err(|_| ApiError::input("code", Code::WrongCode))
}
