//! A customer registers themself at the sign-in screen. Until the code to their email has come back, what they typed waits beside
//! that code, sealed, and goes with it; then there is a customer with a sign-in, at once.

use super::codes::{REGISTER, THIS_DESK, Wanted, closed_book};
use super::proof::may_choose;
use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told, internal};
use farthing_api::{
    ApiError, Code, CodeSent, ConfirmRegistration, CustomerForm, RegisterMyself, Secret, SessionView, UserId,
};
use farthing_identity::{Cost, hash_password, letters, mail, normalise_phone, open_text, seal_text, sign_in_name};
use farthing_office::{Actor, Channel, Command, Key};
use farthing_store::Beside;
use serde::{Deserialize, Serialize};

/// What is sealed for this purpose is a registration that waits.
const SEALED: &str = "registration";

/// A registration that waits.
#[derive(Serialize, Deserialize)]
struct Waiting {
    form: CustomerForm,
    /// What argon2id made of the password, as PHC text.
    hash: String,
}

impl Desk {
    /// Someone registers themself: sends a code to their email. Whoever has that email already gets a mail that says so
    /// instead; the answer and the work are the same.
    ///
    /// # Errors
    /// Names the field that needs a change; says where no mail can be sent.
    pub async fn register_myself(&self, request: RegisterMyself) -> Answer<CodeSent> {
        let open = self.opened().await.map_err(|_| closed_book())?;
        let form = self.own_form(&open, &request)?;
        let name = format!("{} {}", form.first_name, form.last_name);
        let own = [&name, &form.email, &form.phone];
        may_choose(Some(&open), &request.password, false, &own, "password")?;
        let subject = self.attempt(&open, request.again.as_deref(), &form.email).await?;
        let password = request.password;
        let hash = self
            .blocking(move || hash_password(&password, Cost::desktop()))
            .await?
            .told()?;
        let (email, language) = (form.email.clone(), open.language_or_own(&form.language));
        let known = mail::known_message(&language, &open.organisation.name);
        let is_known = is_taken(&open, &sign_in_name(&email)).await?;
        let waits = Some(seal(&open, &Waiting { form, hash })?);
        let wanted = Wanted {
            purpose: REGISTER,
            to: &email,
            subject: &subject,
            source: THIS_DESK,
            language,
            waits,
        };
        let ready = self.prepare_wanted(&open, wanted).await?;
        match is_known {
            true => ready.saying(known).send().await,
            false => ready.send().await,
        }
    }

    fn own_form(&self, open: &Open, request: &RegisterMyself) -> Answer<CustomerForm> {
        for (field, text) in [("email", &request.email), ("phone", &request.phone)] {
            if text.trim().is_empty() {
                return Err(ApiError::input(field, Code::Required));
            }
        }
        let language = letters::LANGUAGES.iter().find(|known| **known == request.language);
        let form = CustomerForm {
            first_name: request.first_name.clone(),
            last_name: request.last_name.clone(),
            email: request.email.clone(),
            phone: request.phone.clone(),
            language: language.map(|known| (*known).to_string()).unwrap_or_default(),
            ..CustomerForm::default()
        };
        let form = self.checked(open, &form)?;
        // A code will go there.
        normalise_phone(&form.phone).map_err(|error| error.on("phone"))?;
        Ok(form)
    }

    /// What names one person's registration, so that another code joins the one before it, and nobody else's does.
    async fn attempt(&self, open: &Open, again: Option<&str>, email: &str) -> Answer<String> {
        if let Some(id) = again
            && let Some(subject) = open.book.subject_of(id, REGISTER.word, email).await.told()?
        {
            return Ok(subject);
        }
        Ok(hex::encode(self.mint.bytes::<16>().told()?))
    }

    /// The code came back: there is a customer, who is signed in. A wrong code takes nothing away.
    ///
    /// # Errors
    /// Those of a wrong, used or expired code; where someone else has the email by now.
    pub async fn confirm_registration(&self, request: ConfirmRegistration) -> Answer<SessionView> {
        let open = self.opened().await.map_err(|_| closed_book())?;
        let ConfirmRegistration { challenge, code } = request;
        let (_, challenge) = self
            .check_code(&open, &[REGISTER], &challenge, &code, THIS_DESK)
            .await?;
        let expired = || ApiError::input("code", Code::ExpiredCode);
        let Waiting { form, hash } = unseal(&open, &challenge.waits.ok_or_else(expired)?)?;
        let ctx = self.context(&open, None)?;
        let new = self.new_customer(&open, ctx.op, &form).await?;
        let sign_in = sign_in_name(&challenge.target);
        let command = Command::RegisterMyself {
            fields: new.fields,
            likely_duplicates: new.likely_duplicates,
            sign_in: sign_in.clone(),
            by: Channel::Email,
        };
        let beside = Beside {
            customer_key: Some((new.id, new.key)),
            credential: Some((UserId::of(ctx.op, 0), hash)),
            challenge: Some(challenge.id),
            ..Beside::default()
        };
        self.execute(&open, &command, &ctx, beside).await?;
        let user = open.book.sign_in_user(&sign_in).await.told()?;
        let user = user.ok_or_else(ApiError::internal)?;
        let actor = Actor {
            user: user.user,
            role: user.role,
            customer: user.customer,
        };
        Box::pin(self.begin(Session::of(actor, user.name, sign_in))).await
    }
}

/// Whether somebody signs in by this name, or waits to.
async fn is_taken(open: &Open, sign_in: &str) -> Answer<bool> {
    let state = open.book.load(&[Key::SignIn(sign_in.to_string())]).await.told()?;
    Ok(state.sign_in(sign_in).is_some_and(|known| !known.free))
}

fn seal(open: &Open, waiting: &Waiting) -> Answer<String> {
    let text = Secret::new(serde_json::to_string(waiting).map_err(|e| internal(&e))?);
    seal_text(open.book.key().bytes(), SEALED, &text).told()
}

fn unseal(open: &Open, sealed: &str) -> Answer<Waiting> {
    let text = open_text(open.book.key().bytes(), SEALED, sealed).told()?;
    serde_json::from_str(text.reveal()).map_err(|e| internal(&e))
}
