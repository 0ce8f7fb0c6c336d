//! One-time codes: to verify a customer's email, and to let a customer in.

use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use chrono::Duration;
use farthing_api::{
    ApiError, Arg, Code, CodeSent, CustomerId, CustomerView, ErrorKind, MailSettings, Secret, SendCode, SendSignInCode,
    SessionView, SignInWithCode, VerifyCode,
};
use farthing_identity::{mail, normalise_email, otp, sign_in_name};
use farthing_office::permission::Permission;
use farthing_office::{Actor, Channel, Command};
use farthing_store::{Beside, ChallengeRow};

const VERIFY: &str = "verify_email";
const SIGN_IN: &str = "sign_in";
const EMAIL: &str = "email";

/// A challenge that is ready to go out.
struct Ready {
    sent: CodeSent,
    message: mail::Message,
    settings: MailSettings,
}

impl Desk {
    /// Sends a code to a customer's email.
    ///
    /// # Errors
    /// Says at once where no code can be sent: no mail set up, no network, too many codes.
    pub async fn send_code(&self, request: SendCode) -> Answer<CodeSent> {
        let (open, _) = self.caller_who_may(Permission::RegisterCustomers).await?;
        let customer = self.customer_or_missing(&open, request.customer).await?;
        if customer.form.email.is_empty() {
            return Err(ApiError::input("email", Code::NoEmail));
        }
        let ready = self
            .prepare(&open, VERIFY, &customer.form.email, request.customer)
            .await?;
        mail::send(&ready.settings, ready.message)
            .await
            .told()
            .map_err(no_code)?;
        Ok(ready.sent)
    }

    /// Makes a challenge and keeps it before the message goes out.
    async fn prepare(&self, open: &Open, purpose: &str, email: &str, subject: CustomerId) -> Answer<Ready> {
        let Some(settings) = self.mail(open).await? else {
            return Err(ApiError::new(ErrorKind::Unavailable, Code::NoMail));
        };
        let now = self.clock.now();
        let target = normalise_email(email).map_err(|error| error.on("email"))?;
        let before = open
            .book
            .challenges_since(&target, now - Duration::days(1))
            .await
            .told()?;
        let resend_after = otp::may_send(&before, now)
            .map_err(|until| ApiError::new(ErrorKind::Unavailable, Code::TooManyCodes).with("time", until))?;
        let (code, reference) = (otp::new_code().told()?, otp::reference());
        let id = hex::encode(self.mint.bytes::<16>().told()?);
        let pepper = self.pepper(open).await?;
        let hash = otp::code_hash(&pepper, &id, purpose, EMAIL, &target, &code);
        let codes = serde_json::to_string(&[hash]).map_err(|e| crate::error::internal(&e))?;
        let challenge = ChallengeRow {
            id: id.clone(),
            purpose: purpose.into(),
            target: target.clone(),
            subject: subject.to_string(),
            reference: reference.clone(),
            codes,
            tries: 0,
            sent_at: now,
            expires_at: now + Duration::minutes(i64::from(otp::Policy::EMAIL_MINUTES)),
            used: false,
        };
        open.book.put_challenge(&challenge).await.told()?;
        let organisation = &open.organisation;
        let (subject, text, html) = mail::code_message(
            &organisation.language,
            &organisation.name,
            &code,
            &reference,
            otp::Policy::EMAIL_MINUTES,
        );
        Ok(Ready {
            sent: CodeSent {
                challenge: id,
                reference,
                minutes: otp::Policy::EMAIL_MINUTES,
                resend_after,
            },
            message: mail::Message {
                to: target,
                subject,
                text,
                html,
            },
            settings,
        })
    }

    async fn pepper(&self, open: &Open) -> Answer<Vec<u8>> {
        let text = open.book.setting("pepper").await.told()?.unwrap_or_default();
        Ok(hex::decode(text).unwrap_or_default())
    }

    /// The customer read the code out.
    ///
    /// # Errors
    /// A wrong code, an expired one, one that was used, too many tries: each in its own words.
    pub async fn verify_code(&self, request: VerifyCode) -> Answer<CustomerView> {
        let (open, session) = self.caller_who_may(Permission::RegisterCustomers).await?;
        let challenge = self
            .check_code(&open, VERIFY, &request.challenge, &Secret::new(request.code))
            .await?;
        let customer = self.customer_or_missing(&open, request.customer).await?;
        let same = normalise_email(&customer.form.email).is_ok_and(|email| email == challenge.target);
        if challenge.subject != request.customer.to_string() || !same {
            return Err(ApiError::input("code", Code::OtherAddress));
        }
        let command = Command::ConfirmContact {
            customer: request.customer,
            channel: Channel::Email,
        };
        let beside = Beside {
            challenge: Some(challenge.id),
            ..Beside::default()
        };
        self.run(&open, &session, &command, beside).await?;
        self.customer_view(&open, &session, request.customer).await
    }

    /// Checks a code. The try is kept before anything is compared.
    async fn check_code(&self, open: &Open, purpose: &str, id: &str, code: &Secret) -> Answer<ChallengeRow> {
        let refuse = |code: Code| Err(ApiError::input("code", code));
        let found = open
            .book
            .try_challenge(id)
            .await
            .told()?
            .filter(|c| c.purpose == purpose);
        let Some(challenge) = found else {
            return refuse(Code::WrongCode);
        };
        if challenge.used {
            return refuse(Code::UsedCode);
        }
        if challenge.tries > otp::Policy::TRIES {
            return refuse(Code::TooManyTries);
        }
        if challenge.expires_at <= self.clock.now() {
            return refuse(Code::ExpiredCode);
        }
        let pepper = self.pepper(open).await?;
        let candidate = otp::code_hash(&pepper, &challenge.id, purpose, EMAIL, &challenge.target, code);
        let hashes: Vec<String> = serde_json::from_str(&challenge.codes).map_err(|e| crate::error::internal(&e))?;
        match otp::matches(&hashes, &candidate) {
            true => Ok(challenge),
            false => refuse(Code::WrongCode),
        }
    }

    /// Sends a sign-in code to a customer. The answer and its time are the same whether or not the email is known.
    ///
    /// # Errors
    /// Where this desk can't send mail at all.
    pub async fn send_sign_in_code(&self, request: SendSignInCode) -> Answer<CodeSent> {
        let open = self.opened().await.map_err(|_| closed_book())?;
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        let user = open.book.sign_in_user(&sign_in_name(&email)).await.told()?;
        // An unknown address gets a challenge too, about nobody, which no code opens.
        let nobody = CustomerId(uuid::Uuid::nil());
        let customer = user.filter(|u| u.active).and_then(|u| u.customer);
        let ready = self.prepare(&open, SIGN_IN, &email, customer.unwrap_or(nobody)).await?;
        if customer.is_some() {
            tokio::spawn(async move {
                if let Err(error) = mail::send(&ready.settings, ready.message).await {
                    tracing::warn!(%error, "a sign-in code was not sent");
                }
            });
        }
        Ok(ready.sent)
    }

    /// Lets a customer in with an emailed code.
    ///
    /// # Errors
    /// Those of a wrong or expired code.
    pub async fn sign_in_with_code(&self, request: SignInWithCode) -> Answer<SessionView> {
        let open = self.opened().await.map_err(|_| closed_book())?;
        let challenge = self
            .check_code(&open, SIGN_IN, &request.challenge, &Secret::new(request.code))
            .await?;
        let sign_in = sign_in_name(&challenge.target);
        let user = open.book.sign_in_user(&sign_in).await.told()?;
        let known = user.filter(|u| u.active && u.customer.is_some_and(|c| c.to_string() == challenge.subject));
        let Some(user) = known else {
            return Err(ApiError::input("code", Code::WrongCode));
        };
        if !open.book.use_challenge(&challenge.id).await.told()? {
            return Err(ApiError::input("code", Code::UsedCode));
        }
        let actor = Actor {
            user: user.user,
            role: user.role,
            customer: user.customer,
        };
        self.begin(Session::of(actor, user.name, sign_in)).await
    }
}

fn closed_book() -> ApiError {
    ApiError::new(ErrorKind::Unavailable, Code::BookClosed)
}

/// A code that can't be sent is said at once, with what the customer may do meanwhile.
fn no_code(error: ApiError) -> ApiError {
    ApiError::new(error.kind, Code::NoCode).with("why", Arg::Reason(Box::new(error)))
}
