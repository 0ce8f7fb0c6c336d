//! Lets a customer in by a code that was sent.

use super::codes::{Purpose, SIGN_IN_BY_EMAIL, SIGN_IN_BY_PHONE, THIS_DESK, closed_book};
use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use farthing_api::{
    ApiError, Code, CodeSent, Contact, CustomerId, SendSignInCode, SessionView, SignInWithCode, SignedInBy,
};
use farthing_identity::{normalise_phone, sign_in_name};
use farthing_office::Actor;

impl Desk {
    /// Sends a sign-in code to a customer's email or phone. The answer and its time are the same whether or not it is known.
    ///
    /// # Errors
    /// Where this desk can't send such codes at all.
    pub async fn send_sign_in_code(&self, request: SendSignInCode) -> Answer<CodeSent> {
        let open = self.opened().await.map_err(|_| closed_book())?;
        let purpose = match request.to.contains('@') {
            true => SIGN_IN_BY_EMAIL,
            false => SIGN_IN_BY_PHONE,
        };
        let target = purpose.target(&request.to).map_err(|error| error.on("to"))?;
        let user = self.who_signs_in(&open, purpose, &target).await?;
        // An unknown address gets a challenge too, about nobody, which no code opens.
        let is_known = user.is_some();
        let subject = user
            .map_or(CustomerId(uuid::Uuid::nil()), |(customer, _)| customer)
            .to_string();
        let ready = self.prepare(&open, purpose, &target, &subject, THIS_DESK).await?;
        let sent = ready.sent.clone();
        if is_known {
            tokio::spawn(async move {
                if ready.send().await.is_err() {
                    tracing::warn!("a sign-in code was not sent");
                }
            });
        }
        Ok(sent)
    }

    /// The customer who signs in by this email or verified phone, if there is exactly one, and their sign-in name.
    async fn who_signs_in(&self, open: &Open, purpose: Purpose, target: &str) -> Answer<Option<(CustomerId, String)>> {
        let sign_in = match purpose.contact {
            Contact::Email => sign_in_name(target),
            Contact::Phone => {
                let phones = open.book.phones_that_sign_in().await.told()?;
                let mut same = phones
                    .into_iter()
                    .filter(|(phone, _)| normalise_phone(phone).is_ok_and(|phone| phone == target));
                match (same.next(), same.next()) {
                    (Some((_, sign_in)), None) => sign_in,
                    // Looked for all the same: nobody has this name.
                    _ => String::new(),
                }
            }
        };
        let user = open.book.sign_in_user(&sign_in).await.told()?;
        let customer = user.filter(|u| u.active).and_then(|u| u.customer);
        Ok(customer.map(|customer| (customer, sign_in)))
    }

    /// Lets a customer in with a code that was sent.
    ///
    /// # Errors
    /// Those of a wrong or expired code.
    pub async fn sign_in_with_code(&self, request: SignInWithCode) -> Answer<SessionView> {
        let open = self.opened().await.map_err(|_| closed_book())?;
        let purposes = [SIGN_IN_BY_EMAIL, SIGN_IN_BY_PHONE];
        let (purpose, challenge) = self
            .check_code(&open, &purposes, &request.challenge, &request.code, THIS_DESK)
            .await?;
        let wrong = || ApiError::input("code", Code::WrongCode);
        let known = self.who_signs_in(&open, purpose, &challenge.target).await?;
        let (_, sign_in) = known
            .filter(|(customer, _)| customer.to_string() == challenge.subject)
            .ok_or_else(wrong)?;
        let user = open.book.sign_in_user(&sign_in).await.told()?.ok_or_else(wrong)?;
        if !open.book.use_challenge(&challenge.id).await.told()? {
            return Err(ApiError::input("code", Code::UsedCode));
        }
        let actor = Actor {
            user: user.user,
            role: user.role,
            customer: user.customer,
        };
        let session = Session {
            by: SignedInBy::Code,
            by_code: true,
            ..Session::of(actor, user.name, sign_in)
        };
        self.begin(session).await
    }
}
