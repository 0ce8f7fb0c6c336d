//! One-time codes: to verify a customer's email or phone, and whatever else takes one.

use crate::desk::{Desk, Open};
use crate::error::{Answer, Told, internal, not_before};
use chrono::{DateTime, Duration, Utc};
use farthing_api::{
    ApiError, Arg, Code, CodeSent, Contact, CustomerView, ErrorKind, MailSettings, Secret, SendCode, SmsSettings,
    VerifyCode,
};
use farthing_identity::otp::Policy;
use farthing_identity::{mail, normalise_email, normalise_phone, otp, sms};
use farthing_office::permission::Permission;
use farthing_office::{Channel, Command};
use farthing_store::{Act, Beside, ChallengeRow, Suspension, Tried};
use serde::{Deserialize, Serialize};

/// Who asks where nobody is signed in: whoever stands at this desk.
pub(super) const THIS_DESK: &str = "desk";

/// What wrong codes in a row do, be they sent or an authenticator's.
pub(crate) const SUSPENSION: Suspension = Suspension {
    after: Policy::WRONG_IN_A_ROW,
    lasts: Duration::hours(Policy::SUSPENDED_HOURS),
};

/// What a code is for, and which way it goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Purpose {
    pub(super) word: &'static str,
    pub(super) contact: Contact,
}

const VERIFY_EMAIL: Purpose = Purpose {
    word: "verify_email",
    contact: Contact::Email,
};
const VERIFY_PHONE: Purpose = Purpose {
    word: "verify_phone",
    contact: Contact::Phone,
};
pub(super) const SIGN_IN_BY_EMAIL: Purpose = Purpose {
    word: "sign_in",
    contact: Contact::Email,
};
pub(super) const SIGN_IN_BY_PHONE: Purpose = Purpose {
    word: "sign_in_phone",
    contact: Contact::Phone,
};
/// A code to the email of who registers themself.
pub(super) const REGISTER: Purpose = Purpose {
    word: "register",
    contact: Contact::Email,
};
/// Codes to a new email and a new phone.
pub(super) const NEW_CONTACT: [Purpose; 2] = [
    Purpose {
        word: "new_email",
        contact: Contact::Email,
    },
    Purpose {
        word: "new_phone",
        contact: Contact::Phone,
    },
];

impl Purpose {
    /// The channel's word in a code's hash.
    const fn channel(self) -> &'static str {
        match self.contact {
            Contact::Email => "email",
            Contact::Phone => "phone",
        }
    }

    const fn minutes(self) -> u32 {
        match self.contact {
            Contact::Email => Policy::EMAIL_MINUTES,
            Contact::Phone => Policy::SMS_MINUTES,
        }
    }

    /// The address or phone in its one form.
    pub(super) fn target(self, text: &str) -> Answer<String> {
        match self.contact {
            Contact::Email => normalise_email(text),
            Contact::Phone => normalise_phone(text),
        }
    }
}

/// Where a code goes out.
pub(super) enum Way {
    Mail(MailSettings),
    Sms(SmsSettings),
}

impl Way {
    /// The message, in words before it is known whether it goes out.
    fn message(self, name: &str, language: &str, to: String, code: &Secret, sent: &CodeSent) -> Outgoing {
        match self {
            Way::Mail(settings) => {
                let (subject, text, html) = mail::code_message(language, name, code, &sent.reference, sent.minutes);
                let message = mail::Message {
                    to,
                    subject,
                    text,
                    html,
                    id: None,
                };
                Outgoing::Mail(settings, message)
            }
            Way::Sms(settings) => {
                let text = sms::code_text(language, name, code, &sent.reference, sent.minutes);
                let key = sent.challenge.clone();
                Outgoing::Sms(settings, sms::Text { to, text, key })
            }
        }
    }
}

/// A message with a code, and where it goes out.
enum Outgoing {
    Mail(MailSettings, mail::Message),
    Sms(SmsSettings, sms::Text),
}

/// A challenge that is kept and ready to go out.
pub(super) struct Ready {
    pub(super) sent: CodeSent,
    message: Outgoing,
}

/// A code that is wanted.
pub(super) struct Wanted<'a> {
    pub(super) purpose: Purpose,
    /// The address or phone.
    pub(super) to: &'a str,
    /// Whom it is about.
    pub(super) subject: &'a str,
    /// Who asks.
    pub(super) source: &'a str,
    /// In which language the message is.
    pub(super) language: String,
    /// What waits for the code, sealed.
    pub(super) waits: Option<String>,
}

impl Ready {
    /// The mail says something else than the code.
    pub(super) fn saying(mut self, (subject, text, html): (String, String, String)) -> Ready {
        if let Outgoing::Mail(_, message) = &mut self.message {
            (message.subject, message.text, message.html) = (subject, text, html);
        }
        self
    }

    pub(super) async fn send(self) -> Answer<CodeSent> {
        match self.message {
            Outgoing::Mail(settings, message) => mail::send(&settings, message).await.told()?,
            Outgoing::Sms(settings, message) => sms::send(&settings, &message).await.told().map(drop)?,
        }
        Ok(self.sent)
    }
}

impl Desk {
    /// Sends a code to a customer's email or phone.
    ///
    /// # Errors
    /// Says at once where no code can be sent: no mail or gateway set up, no network, too many codes.
    pub async fn send_code(&self, request: SendCode) -> Answer<CodeSent> {
        let (open, session) = self.caller_who_may(Permission::RegisterCustomers).await?;
        let customer = self.customer_or_missing(&open, request.customer).await?;
        let (purpose, to, none) = match request.contact {
            Contact::Email => (VERIFY_EMAIL, customer.form.email, Code::NoEmail),
            Contact::Phone => (VERIFY_PHONE, customer.form.phone, Code::NoPhone),
        };
        if to.is_empty() {
            return Err(ApiError::input(purpose.channel(), none));
        }
        let source = session.user.to_string();
        let ready = self
            .prepare(&open, purpose, &to, &request.customer.to_string(), &source)
            .await?;
        ready.send().await.map_err(no_code)
    }

    /// Where codes of a purpose go out, if they can.
    pub(super) async fn way(&self, open: &Open, contact: Contact) -> Answer<Way> {
        let missing = |code| ApiError::new(ErrorKind::Unavailable, code);
        match contact {
            Contact::Email => self
                .mail(open)
                .await?
                .map(Way::Mail)
                .ok_or_else(|| missing(Code::NoMail)),
            Contact::Phone => self.sms(open).await?.map(Way::Sms).ok_or_else(|| missing(Code::NoSms)),
        }
    }

    /// [`Desk::prepare_wanted`] in the language of whom it is about.
    pub(super) async fn prepare(
        &self,
        open: &Open,
        purpose: Purpose,
        to: &str,
        subject: &str,
        source: &str,
    ) -> Answer<Ready> {
        let language = open.language_for(subject.parse().ok()).await?;
        let wanted = Wanted {
            purpose,
            to,
            subject,
            source,
            language,
            waits: None,
        };
        self.prepare_wanted(open, wanted).await
    }

    /// Makes a code and keeps it before the message goes out. A code that still waits keeps its challenge: the newest two
    /// codes hold, under one count of tries and one reference.
    pub(super) async fn prepare_wanted(&self, open: &Open, wanted: Wanted<'_>) -> Answer<Ready> {
        let Wanted {
            purpose,
            to,
            subject,
            source,
            language,
            waits,
        } = wanted;
        let way = self.way(open, purpose.contact).await?;
        let now = self.clock.now();
        let target = purpose.target(to)?;
        let book = &open.book;
        let hour = Duration::hours(1);
        let asked = book.acts_since(Act::CodeFrom, source, now - hour).await.told()?;
        otp::within(&asked, Policy::SENDS_FROM, hour, now)
            .map_err(|until| not_before(Code::TooManyCodesHere, until))?;
        let sent = book
            .acts_since(Act::CodeTo, &target, now - Duration::days(1))
            .await
            .told()?;
        let resend_after = otp::may_send(&sent, now).map_err(|until| not_before(Code::TooManyCodes, until))?;

        let waiting = book
            .waiting_challenge(purpose.word, &target, subject, now)
            .await
            .told()?
            .filter(|challenge| challenge.tries < Policy::TRIES);
        let (id, reference, tries, mut codes) = match waiting {
            Some(found) => (found.id, found.reference, found.tries, kept_codes(&found.codes)?),
            None => {
                let id = hex::encode(self.mint.bytes::<16>().told()?);
                (id, otp::reference(), 0, Vec::new())
            }
        };
        let code = otp::new_code().told()?;
        let pepper = self.pepper(open).await?;
        let expires_at = now + Duration::minutes(i64::from(purpose.minutes()));
        codes.push(KeptCode {
            hash: otp::code_hash(&pepper, &id, purpose.word, purpose.channel(), &target, &code),
            expires_at,
        });
        codes.drain(..codes.len().saturating_sub(Policy::NEWEST));
        let challenge = ChallengeRow {
            id: id.clone(),
            purpose: purpose.word.into(),
            target: target.clone(),
            subject: subject.into(),
            reference: reference.clone(),
            codes: serde_json::to_string(&codes).map_err(|e| internal(&e))?,
            tries,
            sent_at: now,
            expires_at,
            used: false,
            waits,
        };
        book.put_challenge(&challenge, source).await.told()?;
        let sent = CodeSent {
            challenge: id,
            reference,
            minutes: purpose.minutes(),
            resend_after,
        };
        let message = way.message(&open.organisation.name, &language, target, &code, &sent);
        Ok(Ready { sent, message })
    }

    pub(crate) async fn pepper(&self, open: &Open) -> Answer<Vec<u8>> {
        let text = open.book.setting("pepper").await.told()?.unwrap_or_default();
        Ok(hex::decode(text).unwrap_or_default())
    }

    /// The customer read the code out.
    ///
    /// # Errors
    /// A wrong code, an expired one, one that was used, too many tries: each in its own words.
    pub async fn verify_code(&self, request: VerifyCode) -> Answer<CustomerView> {
        let (open, session) = self.caller_who_may(Permission::RegisterCustomers).await?;
        let purposes = [VERIFY_EMAIL, VERIFY_PHONE];
        let source = session.user.to_string();
        let (purpose, challenge) = self
            .check_code(&open, &purposes, &request.challenge, &request.code, &source)
            .await?;
        let customer = self.customer_or_missing(&open, request.customer).await?;
        let (now, channel) = match purpose.contact {
            Contact::Email => (customer.form.email, Channel::Email),
            Contact::Phone => (customer.form.phone, Channel::Phone),
        };
        let same = purpose.target(&now).is_ok_and(|target| target == challenge.target);
        if challenge.subject != request.customer.to_string() || !same {
            return Err(ApiError::input("code", Code::OtherAddress));
        }
        let command = Command::ConfirmContact {
            customer: request.customer,
            channel,
        };
        let beside = Beside {
            challenge: Some(challenge.id),
            ..Beside::default()
        };
        self.run(&open, &session, &command, beside).await?;
        self.customer_view(&open, &session, request.customer).await
    }

    /// Checks a code; a wrong one goes into the audit.
    pub(super) async fn check_code(
        &self,
        open: &Open,
        purposes: &[Purpose],
        id: &str,
        code: &Secret,
        source: &str,
    ) -> Answer<(Purpose, ChallengeRow)> {
        let checked = self.compare_code(open, purposes, id, code, source).await;
        if let Err(error) = &checked {
            let who = source.parse().ok();
            self.note(open, who, "code", error).await;
        }
        checked
    }

    /// The try is kept before anything is compared.
    async fn compare_code(
        &self,
        open: &Open,
        purposes: &[Purpose],
        id: &str,
        code: &Secret,
        source: &str,
    ) -> Answer<(Purpose, ChallengeRow)> {
        let refuse = |code: Code| Err(ApiError::input("code", code));
        let (book, now) = (&open.book, self.clock.now());
        let span = Duration::minutes(5);
        let checks = book.acts_since(Act::CheckFrom, source, now - span).await.told()?;
        otp::within(&checks, Policy::CHECKS_FROM, span, now)
            .map_err(|until| not_before(Code::TooManyChecksHere, until))?;
        let challenge = match book.try_challenge(id, source, now, SUSPENSION).await.told()? {
            Tried::Counted(challenge) => challenge,
            Tried::Unknown => return refuse(Code::WrongCode),
            Tried::Suspended { until } => return Err(not_before(Code::Suspended, until)),
        };
        let Some(purpose) = purposes.iter().find(|p| p.word == challenge.purpose) else {
            return refuse(Code::WrongCode);
        };
        if challenge.used {
            return refuse(Code::UsedCode);
        }
        if challenge.tries > Policy::TRIES {
            return refuse(Code::TooManyTries);
        }
        if challenge.expires_at <= now {
            return refuse(Code::ExpiredCode);
        }
        let pepper = self.pepper(open).await?;
        let (channel, target) = (purpose.channel(), &challenge.target);
        let candidate = otp::code_hash(&pepper, &challenge.id, purpose.word, channel, target, code);
        let (held, expired): (Vec<_>, Vec<_>) = kept_codes(&challenge.codes)?
            .into_iter()
            .partition(|kept| kept.expires_at > now);
        let is_among = |codes: Vec<KeptCode>| {
            let hashes: Vec<String> = codes.into_iter().map(|kept| kept.hash).collect();
            otp::matches(&hashes, &candidate)
        };
        match (is_among(held), is_among(expired)) {
            (true, _) => {}
            (false, true) => return refuse(Code::ExpiredCode),
            (false, false) => return refuse(Code::WrongCode),
        }
        book.right_code(target).await.told()?;
        Ok((*purpose, challenge))
    }
}

/// A code as a challenge keeps it. Each expires for itself: another one does not make it live longer.
#[derive(Serialize, Deserialize)]
struct KeptCode {
    hash: String,
    expires_at: DateTime<Utc>,
}

fn kept_codes(codes: &str) -> Answer<Vec<KeptCode>> {
    serde_json::from_str(codes).map_err(|e| internal(&e))
}

pub(super) fn closed_book() -> ApiError {
    ApiError::new(ErrorKind::Unavailable, Code::BookClosed)
}

/// A code that can't be sent is said at once, with what the customer may do meanwhile.
fn no_code(error: ApiError) -> ApiError {
    ApiError::new(error.kind, Code::NoCode).with("why", Arg::Reason(Box::new(error)))
}
