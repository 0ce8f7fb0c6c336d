//! A book that its server takes nothing more of, since it was copied or put back from a backup elsewhere, is let in anew.

use super::join::newcomer;
use super::own::{challenge_of, sent};
use super::{Speaker, strange};
use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use farthing_api::{ApiError, AskCodeAgain, Code, CodeSent, CustomerId, ErrorKind, LetInAnew, Secret};
use farthing_identity::device;
use farthing_office::permission::Permission;
use farthing_store::{Enrolment, Identity};
use farthing_sync::join::{AskOwn, Enrol, EnrolOwn, Enrolled, Newcomer};
use farthing_sync::wire::{Reply, Request};

impl Desk {
    /// Sends a code to the customer whose own machine this is, for [`Desk::let_in_anew`].
    ///
    /// # Errors
    /// At a desk; where the server takes this book's commands anyway, does not answer or sends no mail; too many codes.
    pub async fn ask_code_again(&self, _: AskCodeAgain) -> Answer<CodeSent> {
        let (open, session) = self.caller().await?;
        let customer = session.customer.filter(|customer| open.is_own(Some(*customer)));
        let customer = customer.ok_or_else(|| ApiError::new(ErrorKind::Forbidden, Code::Forbidden))?;
        let email = self.own_email(&open, customer).await?;
        let _turn = open.sync.lock().await;
        let (speaker, _) = self.newly_named(&open, &self.enrolled(&open).await?).await?;
        let public = speaker.key.public();
        sent(speaker.ask(&Request::AskOwn(AskOwn { email, public })).await?)
    }

    /// Lets this book go on with its server as another machine, by an administrator's code, or at a customer's own machine by one
    /// that was sent to them. It keeps its desk's prefix under another letter, and offers everything that it recorded since it came to
    /// the server; what the server has of it is not done twice.
    ///
    /// # Errors
    /// Where the server takes this book's commands anyway, or does not answer; a code that can't be used. The book goes on
    /// recording then, and the same code may be tried again.
    pub async fn let_in_anew(&self, request: LetInAnew) -> Answer<String> {
        let (open, session) = self.caller().await?;
        if !open.is_own(session.customer) {
            self.caller_who_may(Permission::ManageDesk).await?;
        }
        {
            let _turn = open.sync.lock().await;
            self.go_on_as_another(&open, &session, request).await?;
        }
        // What waits is sent now; where the line breaks off, the next round goes on.
        if let Err(error) = self.sync(&open).await {
            tracing::info!(code = %error.code, "the book was let in anew and exchanges later");
        }
        Ok(open.identity().prefix())
    }

    async fn enrolled(&self, open: &Open) -> Answer<Enrolment> {
        let enrolment = open.book.enrolment().await.told()?;
        enrolment.ok_or_else(|| ApiError::new(ErrorKind::Refused, Code::NoServer))
    }

    async fn own_email(&self, open: &Open, customer: CustomerId) -> Answer<Secret> {
        Ok(Secret::new(self.customer_or_missing(open, customer).await?.form.email))
    }

    async fn go_on_as_another(&self, open: &Open, session: &Session, request: LetInAnew) -> Answer<()> {
        let enrolment = self.enrolled(open).await?;
        let (speaker, base) = self.newly_named(open, &enrolment).await?;
        let identity = open.identity();
        let device = Newcomer {
            epoch: i64::from(identity.epoch),
            former: Some(identity.device),
            ..newcomer(&speaker.key, &identity.desk, base)
        };
        let ask = match session.customer {
            Some(customer) => Request::EnrolOwn(Box::new(EnrolOwn {
                challenge: challenge_of(request.challenge.as_deref().unwrap_or_default())?,
                email: self.own_email(open, customer).await?,
                code: request.code,
                device,
            })),
            None => Request::Enrol(Enrol {
                code: request.code.reveal().to_string(),
                device,
            }),
        };
        let Reply::Enrolled(Enrolled {
            organisation,
            desk,
            epoch,
            ..
        }) = speaker.ask(&ask).await?
        else {
            return Err(strange());
        };
        // A server from before books were let in anew takes this machine for a new desk.
        let epoch = epoch.and_then(|epoch| u32::try_from(epoch).ok()).ok_or_else(strange)?;
        if organisation != enrolment.organisation {
            return Err(strange());
        }
        let identity = Identity {
            device: speaker.device,
            epoch,
            desk,
        };
        open.book.go_on_as(&identity).await.told()?;
        open.go_on_as(identity);
        Ok(())
    }

    /// This machine under the name of its own key, which no copy of the book has, and where its commands begin.
    async fn newly_named(&self, open: &Open, enrolment: &Enrolment) -> Answer<(Speaker, (i64, [u8; 32]))> {
        match enrolment.halted.as_ref().map(|why| why.code) {
            // The server knows the key that the copies have in common. From now on it knows this machine no more, until it is let in.
            Some(Code::BookCopied) => {
                device::renew_key(&self.home.book()).told()?;
                let unknown = ApiError::new(ErrorKind::Forbidden, Code::DeviceUnknown);
                open.book.note_halted(Some(&unknown)).await.told()?;
            }
            Some(Code::DeviceUnknown) => {}
            _ => return Err(ApiError::new(ErrorKind::Refused, Code::AlreadyJoined)),
        }
        let mut speaker = self.stranger(&enrolment.address)?;
        speaker.organisation = enrolment.organisation;
        Ok((speaker, open.book.base().await.told()?))
    }
}
