//! Sign-in, sign-out, lock.

use super::trouble::trouble_of;
use crate::desk::{Desk, Open, Session, keys_path, signed_out};
use crate::error::{Answer, Told, wait, wrong_password};
use chrono::{DateTime, Duration, Utc};
use farthing_api::{
    ApiError, ChangePassword, Code, ErrorKind, GetSession, Lock, Role, Secret, SessionStage, SessionView, SignIn,
    SignOut, StayActive, Unlock,
};
use farthing_identity::{
    Cost, SlotError, check_password, hash_password, normalise_email, sign_in_name, verify_password,
};
use farthing_office::{Actor, Command, permission};
use farthing_store::{Beside, Book, BookKey, SignInUser};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Wrong tries at one customer's sign-in, kept in the book.
#[derive(Default, Serialize, Deserialize)]
struct Failures {
    count: u32,
    last: Option<DateTime<Utc>>,
}

impl Failures {
    /// Until when the next try waits: five are free, then 1, 2, 4 ... seconds up to 15 minutes.
    fn until(&self) -> Option<DateTime<Utc>> {
        let over = self.count.checked_sub(5)?;
        Some(self.last? + Duration::seconds((1i64 << over.min(10)).min(900)))
    }
}

/// The step of the sign-in in the audit.
const SIGN_IN: &str = "sign_in";

impl Desk {
    /// Sign-in with email and password.
    ///
    /// # Errors
    /// The same words for an unknown name and a wrong password.
    pub async fn sign_in(&self, request: SignIn) -> Answer<SessionView> {
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        let sign_in = sign_in_name(&email);
        let open = self.open.read().await.clone();
        let customer = match &open {
            Some(open) => open
                .book
                .sign_in_user(&sign_in)
                .await
                .told()?
                .filter(|u| u.customer.is_some()),
            None => None,
        };
        let (password, known) = (request.password, customer.as_ref().map(|u| u.user));
        let session = match (&open, customer) {
            (Some(open), Some(user)) => self.sign_in_customer(open, user, sign_in, password).await,
            (open, _) => self.sign_in_staff(open.clone(), sign_in, password).await,
        };
        // Before the first sign-in of the day the book is closed; the key file counts the tries until then.
        if let (Some(open), Err(error)) = (&open, &session) {
            self.note(open, known, SIGN_IN, error).await;
        }
        self.begin(session?).await
    }

    async fn sign_in_staff(&self, open: Option<Arc<Open>>, sign_in: String, password: Secret) -> Answer<Session> {
        let key = self.open_slot(&sign_in, password).await;
        let key = key.map_err(|error| self.at_the_door(error))?;
        let open = match open {
            Some(open) => open,
            None => self.open_book(&key).await?,
        };
        let user = open
            .book
            .sign_in_user(&sign_in)
            .await
            .told()?
            .filter(|u| u.active)
            .ok_or_else(wrong_password)?;
        let actor = Actor {
            user: user.user,
            role: user.role,
            customer: user.customer,
        };
        Ok(Session::of(actor, user.name, sign_in))
    }

    /// Opens a key slot; a wrong password is counted in the file before this returns.
    pub(crate) async fn open_slot(&self, sign_in: &str, password: Secret) -> Answer<BookKey> {
        let (mut slots, device) = self.keys()?;
        let (now, name) = (self.clock.now(), sign_in.to_string());
        let (slots, opened) = self
            .blocking(move || {
                let opened = slots.open(&name, &password, &device, now);
                (slots, opened)
            })
            .await?;
        slots.save(&keys_path(&self.home.book())).told()?;
        Ok(BookKey::from_bytes(*opened.told()?.key))
    }

    /// Before anyone is in there is no form to keep: a full disk gets the screen of a book in trouble.
    fn at_the_door(&self, error: ApiError) -> ApiError {
        match error.code {
            Code::DiskFull => self.book_trouble(Code::BookDiskFull),
            _ if error.kind == ErrorKind::Book => self.leads_to_trouble(error),
            _ => error,
        }
    }

    pub(super) async fn open_book(&self, key: &BookKey) -> Answer<Arc<Open>> {
        let mut place = self.open.write().await;
        if let Some(open) = place.as_ref() {
            return Ok(open.clone());
        }
        let book = match Book::open(&self.home.book(), key).await {
            Ok(book) => book,
            Err(error) => {
                return Err(match trouble_of(&error) {
                    Some(code) => self.book_trouble(code),
                    None => crate::error::internal(&error),
                });
            }
        };
        let open = Arc::new(Open::of(book).await?);
        self.forget_again(&open).await?;
        *place = Some(open.clone());
        Ok(open)
    }

    pub(super) async fn sign_in_customer(
        &self,
        open: &Open,
        user: SignInUser,
        sign_in: String,
        password: Secret,
    ) -> Answer<Session> {
        let name = format!("failures:{sign_in}");
        let kept = open.book.setting(&name).await.told()?;
        let mut failures: Failures = kept
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let now = self.clock.now();
        if let Some(until) = failures.until().filter(|until| *until > now) {
            return Err(wait(until));
        }
        // The try is kept before the comparison, so that a crash does not give it back.
        failures = Failures {
            count: failures.count + 1,
            last: Some(now),
        };
        let text = serde_json::to_string(&failures).map_err(|e| crate::error::internal(&e))?;
        open.book.set_setting(&name, Some(&text)).await.told()?;
        let hash = user.hash.clone().filter(|_| user.active);
        let right = self
            .blocking(move || match hash {
                Some(hash) => verify_password(&password, &hash),
                None => hash_password(&password, Cost::desktop()).map(|_| false),
            })
            .await?
            .told()?;
        if !right {
            return Err(wrong_password());
        }
        open.book.set_setting(&name, None).await.told()?;
        Ok(Session::of(
            Actor {
                user: user.user,
                role: user.role,
                customer: user.customer,
            },
            user.name,
            sign_in,
        ))
    }

    /// Starts a session: at once, or with the second step of the sign-in.
    pub(crate) async fn begin(&self, mut session: Session) -> Answer<SessionView> {
        session.stage = self.stage_of(&session).await?;
        self.go_on(session).await
    }

    /// Goes on with a session at the stage that it has reached; the first complete one of a day closes the days before it.
    pub(crate) async fn go_on(&self, mut session: Session) -> Answer<SessionView> {
        session.touch(self.clock.now());
        if session.role.is_staff() && session.stage == SessionStage::In {
            let open = self.opened().await?;
            let closed = super::assess_and_close(self, &open).await;
            closed.map_err(|error| self.at_the_door(error))?;
        }
        *self.session.lock().await = Some(session);
        self.session_view().await
    }

    /// Who is signed in and what the frame shows. It does not count as activity, so a window may ask often.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn get_session(&self, _: GetSession) -> Answer<SessionView> {
        self.session_view().await
    }

    /// The person types or clicks: an idle session would lock.
    ///
    /// # Errors
    /// Where nobody is signed in, or the session was locked meanwhile.
    pub async fn stay_active(&self, _: StayActive) -> Answer<()> {
        self.caller().await.map(drop)
    }

    /// Ends the session. The book stays open, so that customers can sign in at this machine.
    ///
    /// # Errors
    /// None.
    pub async fn sign_out(&self, _: SignOut) -> Answer<()> {
        *self.session.lock().await = None;
        Ok(())
    }

    /// Locks the screen.
    ///
    /// # Errors
    /// None.
    pub async fn lock(&self, _: Lock) -> Answer<()> {
        let mut session = self.session.lock().await;
        match session.as_mut() {
            // A customer at the branch's machine does not come back to a locked screen: the next one does.
            Some(found) if found.role == Role::Customer || found.stage != SessionStage::In => *session = None,
            Some(found) => found.locked = true,
            None => {}
        }
        Ok(())
    }

    /// Brings a locked session back.
    ///
    /// # Errors
    /// A wrong password is counted as at sign-in.
    pub async fn unlock(&self, request: Unlock) -> Answer<SessionView> {
        let sign_in = match self.session.lock().await.as_ref() {
            Some(session) => session.sign_in.clone(),
            None => return Err(signed_out()),
        };
        self.open_slot(&sign_in, request.password).await?;
        match self.session.lock().await.as_mut() {
            Some(session) => {
                session.locked = false;
                session.touch(self.clock.now());
            }
            None => return Err(signed_out()),
        }
        self.session_view().await
    }

    /// Changes the caller's own password: the slot is wrapped anew.
    ///
    /// # Errors
    /// A wrong old password, or a new one that is easy to guess.
    pub async fn change_password(&self, request: ChangePassword) -> Answer<()> {
        let (open, session) = self.caller().await?;
        check_password(&request.new, session.role.is_staff(), &[&session.name]).map_err(|error| error.on("new"))?;
        let wrong = |error: ApiError| match error.code {
            Code::WrongPassword => ApiError::input("old", Code::WrongOldPassword),
            _ => error,
        };
        let mut beside = Beside::default();
        if session.role.is_staff() {
            self.open_slot(&session.sign_in, request.old).await.map_err(wrong)?;
            self.put_slot(&open, &session, request.new).await?;
        } else {
            let user = open
                .book
                .sign_in_user(&session.sign_in)
                .await
                .told()?
                .ok_or_else(wrong_password)?;
            self.sign_in_customer(&open, user, session.sign_in.clone(), request.old)
                .await
                .map_err(wrong)?;
            let hash = self
                .blocking(move || hash_password(&request.new, Cost::desktop()))
                .await?
                .told()?;
            beside.credential = Some((session.user, hash));
        }
        self.run(
            &open,
            &session,
            &Command::RecordPasswordChange { user: session.user },
            beside,
        )
        .await?;
        Ok(())
    }

    async fn put_slot(&self, open: &Open, session: &Session, password: Secret) -> Answer<()> {
        self.add_slot(open, session.user, session.role, session.sign_in.clone(), password)
            .await
    }

    /// Gives someone a key slot, in place of one they had.
    pub(crate) async fn add_slot(
        &self,
        open: &Open,
        user: farthing_api::UserId,
        role: Role,
        sign_in: String,
        password: Secret,
    ) -> Answer<()> {
        let (mut slots, device) = self.keys()?;
        let key = open.book.key().clone();
        let slots = self
            .blocking(move || -> Result<_, SlotError> {
                slots.remove(user, key.bytes())?;
                slots.add(user, role, &sign_in, &password, &device, key.bytes(), Cost::desktop())?;
                Ok(slots)
            })
            .await?
            .told()?;
        slots.save(&keys_path(&self.home.book())).told()
    }

    /// Who is signed in, and what the frame shows.
    pub(crate) async fn session_view(&self) -> Answer<SessionView> {
        let open = self.opened().await?;
        let session = {
            let mut session = self.session.lock().await;
            self.end_if_idle(&mut session);
            session.clone().ok_or_else(signed_out)?
        };
        let (attention, approvals) = open.book.waiting_counts().await.told()?;
        let today = self.today(&open);
        let state = open.book.load(&[farthing_office::Key::Day]).await.told()?;
        Ok(SessionView {
            user: session.user,
            name: session.name.trim().to_string(),
            role: session.role,
            organisation: open.organisation.name.clone(),
            currency: open.currency().clone(),
            branch: open.organisation.branch_code.clone(),
            branch_name: open.organisation.branch_name.clone(),
            desk: open.identity.prefix(),
            device: open.identity.device,
            today,
            booking_date: state.day().map_or(today, |day| day.open),
            language: open.organisation.language.clone(),
            stage: session.stage,
            locked: session.locked,
            idle_minutes: session.idle_minutes(),
            has_mail: open.book.setting("mail").await.told()?.is_some(),
            has_sms: open.book.setting("sms").await.told()?.is_some(),
            permissions: match session.stage {
                SessionStage::In => permission::of(session.role).map(str::to_string).collect(),
                _ => Vec::new(),
            },
            saved_at: open.book.saved_at().await.told()?,
            attention,
            approvals,
        })
    }
}
