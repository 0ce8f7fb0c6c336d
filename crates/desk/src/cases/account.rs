//! One's own account: names, language, email and phone. A new contact is verified by a code, the old one is told and may take it
//! back for a day.

use super::codes::{NEW_CONTACT, THIS_DESK};
use super::letters;
use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told, internal};
use crate::outbox::Event;
use chrono::Duration;
use farthing_api::{
    AccountView, ApiError, Code, CodeSent, ConfirmContact, Contact, CustomerForm, CustomerId, CustomerView, ErrorKind,
    GetAccount, MessageKind, SaveAccount, Secret, SendContactCode, TellPhone, UndoContact,
};
use farthing_documents::written_day;
use farthing_identity::{letters as templates, link, normalise_phone, sign_in_name};
use farthing_office::{Channel, Command, check_customer};
use farthing_store::{About, Beside, ContactChange, NewMessage, UserRow};
use serde::{Deserialize, Serialize};

/// What an old contact was.
#[derive(Serialize, Deserialize)]
struct Old {
    contact: String,
    /// The hash of the sign-in name that it was, if it was one.
    sign_in: Option<String>,
}

/// Who is signed in, as the book has them.
async fn own_user(open: &Open, session: &Session) -> Answer<UserRow> {
    let user = open.book.user(session.user).await.told()?;
    user.ok_or_else(ApiError::internal)
}

impl Desk {
    /// One's own account.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn get_account(&self, _: GetAccount) -> Answer<AccountView> {
        let (open, session) = self.caller().await?;
        self.account_view(&open, &session).await
    }

    async fn account_view(&self, open: &Open, session: &Session) -> Answer<AccountView> {
        let user = own_user(open, session).await?;
        let Some(id) = session.customer else {
            return Ok(AccountView {
                is_customer: false,
                first_name: user.name,
                last_name: String::new(),
                email: user.email,
                phone: String::new(),
                phone_verified: false,
                language: String::new(),
                has_password: true,
            });
        };
        let customer = self.customer_or_missing(open, id).await?;
        let form = customer.form;
        let known = open.book.sign_in_user(&user.sign_in).await.told()?;
        Ok(AccountView {
            is_customer: true,
            first_name: form.first_name,
            last_name: form.last_name,
            email: form.email,
            phone: form.phone,
            phone_verified: customer.phone_verified_at.is_some(),
            language: form.language,
            has_password: open.is_own(Some(id)) || known.is_some_and(|known| known.hash.is_some()),
        })
    }

    /// Changes one's own name and language.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn save_account(&self, request: SaveAccount) -> Answer<AccountView> {
        let (open, session) = self.caller().await?;
        self.proves_beyond_a_code(&session)?;
        let Some(id) = session.customer else {
            let command = Command::ChangeAccount {
                user: session.user,
                customer: None,
                name: request.first_name.clone(),
                fields: Default::default(),
            };
            self.run(&open, &session, &command, Beside::default()).await?;
            return self.renamed(&open, request.first_name.trim()).await;
        };
        let known = self.customer_or_missing(&open, id).await?;
        let form = CustomerForm {
            first_name: request.first_name,
            last_name: request.last_name,
            language: request.language,
            ..known.form.clone()
        };
        let form = check_customer(&form, open.currency(), self.today(&open)).map_err(|refusal| refusal.0)?;
        let ctx = self.context(&open, Some(session.actor()))?;
        let fields = open.book.seal_customer(id, ctx.op, &form, &known.form).await.told()?;
        let command = Command::ChangeAccount {
            user: session.user,
            customer: Some(id),
            name: String::new(),
            fields,
        };
        self.execute(&open, &command, &ctx, Beside::default()).await?;
        self.renamed(&open, format!("{} {}", form.first_name, form.last_name).trim())
            .await
    }

    /// The session shows the new name.
    async fn renamed(&self, open: &Open, name: &str) -> Answer<AccountView> {
        if let Some(session) = self.session.lock().await.as_mut() {
            session.name = name.to_string();
        }
        let (_, session) = self.caller().await?;
        self.account_view(open, &session).await
    }

    /// Sends a code to a new email or phone, or to the phone that there is, where it is not verified yet.
    ///
    /// # Errors
    /// Where the caller has not proved again who they are; what makes no address or number; where no code can be sent.
    pub async fn send_contact_code(&self, request: SendContactCode) -> Answer<CodeSent> {
        let (open, session) = self.caller().await?;
        if open.is_own(session.customer) {
            return Err(ApiError::new(ErrorKind::Refused, Code::AtTheBranch));
        }
        let SendContactCode { contact, to } = request;
        if session.customer.is_none() && contact == Contact::Phone {
            return Err(ApiError::new(ErrorKind::Refused, Code::StaffPhone));
        }
        let purpose = NEW_CONTACT[usize::from(contact == Contact::Phone)];
        let to = purpose.target(&to).map_err(|error| error.on("to"))?;
        self.must_be_proven(&session)?;
        let account = self.account_view(&open, &session).await?;
        let is_unverified = contact == Contact::Phone && !account.phone_verified;
        if contact_of(account, contact) == to && !is_unverified {
            return Err(ApiError::input("to", Code::SameContact));
        }
        let subject = session.user.to_string();
        let ready = self.prepare(&open, purpose, &to, &subject, &subject).await?;
        ready.send().await
    }

    /// A customer at a machine of their own tells of another phone. It counts at once, unverified until the branch has verified it.
    ///
    /// # Errors
    /// What makes no phone; where the machine is the branch's, which verifies it at once.
    pub async fn tell_phone(&self, request: TellPhone) -> Answer<AccountView> {
        let (open, session) = self.caller().await?;
        let own = session.customer.filter(|_| open.is_own(session.customer));
        let Some(customer) = own else {
            return Err(ApiError::new(ErrorKind::Forbidden, Code::NotACustomer));
        };
        let known = self.customer_or_missing(&open, customer).await?;
        let phone = normalise_phone(&request.phone).map_err(|error| error.on("phone"))?;
        if normalise_phone(&known.form.phone).is_ok_and(|now| now == phone) {
            return Err(ApiError::input("phone", Code::SameContact));
        }
        let form = CustomerForm {
            phone,
            ..known.form.clone()
        };
        let form = check_customer(&form, open.currency(), self.today(&open)).map_err(|refusal| refusal.0)?;
        let ctx = self.context(&open, Some(session.actor()))?;
        let fields = open
            .book
            .seal_customer(customer, ctx.op, &form, &known.form)
            .await
            .told()?;
        let command = Command::TellPhone { customer, fields };
        self.execute(&open, &command, &ctx, Beside::default()).await?;
        self.account_view(&open, &session).await
    }

    /// The code came back: the contact is the new one, and the sign-in name with it where it was the old one.
    ///
    /// # Errors
    /// Those of a wrong code or a proof that is over; an address that someone else signs in with.
    pub async fn confirm_contact(&self, request: ConfirmContact) -> Answer<AccountView> {
        let (open, session) = self.caller().await?;
        let ConfirmContact { challenge, code } = request;
        let proof = self.must_be_proven(&session)?;
        let source = session.user.to_string();
        let (purpose, challenge) = self.check_code(&open, &NEW_CONTACT, &challenge, &code, &source).await?;
        if challenge.subject != source {
            return Err(ApiError::input("code", Code::WrongCode));
        }
        let (contact, new) = (purpose.contact, challenge.target.clone());
        let old = contact_of(self.account_view(&open, &session).await?, contact);
        // Nobody is told where the phone that there is was verified.
        let changes = !old.is_empty() && old != new;
        let user = own_user(&open, &session).await?;
        let was_sign_in = changes && user.sign_in == sign_in_name(&old);
        let sign_in = was_sign_in.then(|| sign_in_name(&new));
        let undo = link::new_undo_code().told()?;
        let until = self.clock.now() + Duration::hours(link::UNDO_HOURS);
        let kept = Old {
            contact: old.clone(),
            sign_in: was_sign_in.then(|| user.sign_in.clone()),
        };
        let beside = Beside {
            challenge: Some(challenge.id),
            contact_change: changes
                .then(|| -> Answer<ContactChange> {
                    Ok(ContactChange {
                        hash: link::undo_hash(&undo),
                        user: session.user,
                        customer: session.customer,
                        channel: contact,
                        old: serde_json::to_string(&kept).map_err(|e| internal(&e))?,
                        expires_at: until,
                    })
                })
                .transpose()?,
            messages: match changes {
                false => Vec::new(),
                true => vec![
                    self.told_of_change(&open, &session, (contact, &old), &new, &undo)
                        .await?,
                ],
            },
            ..Beside::default()
        };
        let moved = Moved {
            customer: session.customer,
            contact,
            to: &new,
            sign_in: sign_in.clone(),
        };
        self.move_contact(&open, session.user, Some(&session), &moved, beside)
            .await?;
        if let Some(sign_in) = sign_in {
            if session.customer.is_none() {
                self.add_prepared_slot(&open, session.user, session.role, &sign_in, &proof.slot()?)?;
            }
            if let Some(session) = self.session.lock().await.as_mut() {
                session.sign_in = sign_in;
            }
        }
        let (_, session) = self.caller().await?;
        self.account_view(&open, &session).await
    }

    /// The message that tells the old contact, with the code that takes the change back.
    async fn told_of_change(
        &self,
        open: &Open,
        session: &Session,
        (contact, old): (Contact, &str),
        new: &str,
        undo: &Secret,
    ) -> Answer<NewMessage> {
        let now = self.clock.now();
        let until = now + Duration::hours(link::UNDO_HOURS);
        let event = Event {
            kind: MessageKind::ContactChanged,
            key: format!("contact:{}", link::undo_hash(undo)),
            about: About::Nothing,
            next_at: now,
            expires_at: until,
        };
        let (language, mut values) = match session.customer {
            Some(id) => {
                let customer = self.customer_or_missing(open, id).await?;
                (open.language_of(&customer), letters::common(open, &customer))
            }
            None => (open.organisation.language.clone(), staff_values(open, session)),
        };
        let local = until.with_timezone(&open.zone);
        values.extend([
            ("contact", masked(new)),
            ("code", undo.reveal().to_string()),
            (
                "date",
                format!(
                    "{} {}",
                    written_day(&language, local.date_naive()),
                    local.format("%H:%M")
                ),
            ),
        ]);
        self.letter(open, session.customer, &event, (contact, old), &language, &values)
            .await
    }

    async fn move_contact(
        &self,
        open: &Open,
        user: farthing_api::UserId,
        session: Option<&Session>,
        moved: &Moved<'_>,
        beside: Beside,
    ) -> Answer<()> {
        let ctx = self.context(open, session.map(Session::actor))?;
        let (channel, staff_email) = match moved.contact {
            Contact::Email => (Channel::Email, moved.to),
            Contact::Phone => (Channel::Phone, ""),
        };
        let (fields, email) = match moved.customer {
            None => (Default::default(), staff_email.to_string()),
            Some(id) => {
                let known: CustomerView = self.customer_or_missing(open, id).await?;
                let mut form = known.form.clone();
                match moved.contact {
                    Contact::Email => form.email = moved.to.to_string(),
                    Contact::Phone => form.phone = moved.to.to_string(),
                }
                let sealed = open.book.seal_customer(id, ctx.op, &form, &known.form).await.told()?;
                (sealed, String::new())
            }
        };
        let command = Command::MoveContact {
            user,
            customer: moved.customer,
            channel,
            sign_in: moved.sign_in.clone(),
            email,
            fields,
        };
        self.execute(open, &command, &ctx, beside).await.map(drop)
    }

    /// Takes a changed contact back. Who changed it may know the password, so sessions end; whoever works here gets a new password
    /// from an administrator.
    ///
    /// # Errors
    /// A wrong, used or old code.
    pub async fn undo_contact(&self, request: UndoContact) -> Answer<()> {
        let open = self.opened().await.map_err(|_| super::codes::closed_book())?;
        self.may_try(&open, Duration::minutes(5)).await?;
        let hash = link::undo_hash(&request.code);
        let now = self.clock.now();
        let wrong =
            || ApiError::input("code", Code::UndoCode).with("hours", u32::try_from(link::UNDO_HOURS).unwrap_or(0));
        let Some(change) = open.book.contact_change(&hash, THIS_DESK, now).await.told()? else {
            self.note(&open, None, "undo_contact", &wrong()).await;
            return Err(wrong());
        };
        let old: Old = serde_json::from_str(&change.old).map_err(|e| internal(&e))?;
        let moved = Moved {
            customer: change.customer,
            contact: change.channel,
            to: &old.contact,
            sign_in: old.sign_in.clone(),
        };
        let beside = Beside {
            undone: Some(hash.clone()),
            ..Beside::default()
        };
        self.move_contact(&open, change.user, None, &moved, beside).await?;
        self.forget_sessions(&open, change.user).await?;
        if change.customer.is_none() {
            // The key is wrapped under a sign-in name and a password that are in doubt.
            let (mut slots, _) = self.keys()?;
            slots.remove(change.user, open.book.key().bytes()).told()?;
            slots.save(&crate::desk::keys_path(&self.home.book())).told()?;
            open.book
                .grant_reset(&format!("undo {hash}"), change.user, now)
                .await
                .told()?;
        }
        Ok(())
    }
}

/// The contact in force, in its one form.
fn contact_of(account: AccountView, contact: Contact) -> String {
    match contact {
        Contact::Email => account.email.to_lowercase(),
        Contact::Phone => normalise_phone(&account.phone).unwrap_or(account.phone),
    }
}

/// A contact that becomes another.
struct Moved<'a> {
    customer: Option<CustomerId>,
    contact: Contact,
    to: &'a str,
    sign_in: Option<String>,
}

fn staff_values(open: &Open, session: &Session) -> templates::Values {
    [
        ("customer", session.name.clone()),
        ("organisation", open.organisation.name.clone()),
        ("branch", open.organisation.branch_name.clone()),
    ]
    .into()
}

/// An address or number of which its owner knows the rest: `a…@example.org`, `…001`.
fn masked(contact: &str) -> String {
    match contact.split_once('@') {
        Some((user, host)) => format!("{}…@{host}", user.chars().next().unwrap_or_default()),
        None => {
            let from = contact.len().saturating_sub(3);
            format!("…{}", contact.get(from..).unwrap_or_default())
        }
    }
}
