//! Sign-in, and one's own password.

use super::proof::may_choose;
use super::trouble::trouble_of;
use crate::desk::{Desk, Open, Session, keys_path, signed_out};
use crate::error::{Answer, Told, wrong_password};
use chrono::{DateTime, Utc};
use farthing_api::{
    ApiError, ChangePassword, Code, ErrorKind, GetSession, OpId, Role, Secret, SessionEnd, SessionStage, SessionView,
    SignIn, StayActive, UserId,
};
use farthing_identity::password::needs_rehash;
use farthing_identity::{
    Cost, DeviceSecret, IdentityError, Opened, Prepared, SlotError, SlotFile, hash_password, normalise_email,
    sign_in_name, verify_password,
};
use farthing_office::{Actor, Command, Key, permission};
use farthing_store::{Beside, Book, BookKey, SignInUser};
use std::sync::Arc;

/// Opens a slot, and makes it anew where its cost is a former one. Who has the right password comes in even where that
/// fails.
pub(crate) fn open_and_renew(
    slots: &mut SlotFile,
    sign_in: &str,
    password: &Secret,
    device: &DeviceSecret,
    now: DateTime<Utc>,
) -> Result<Opened, SlotError> {
    let opened = slots.open(sign_in, password, device, now)?;
    if let Err(error) = slots.renew(&opened, sign_in, password, device) {
        tracing::warn!(%error, "a slot of a former cost was not made anew");
    }
    Ok(opened)
}

/// Whether the password is the one of the hash, as the outer answer; the inner one is the hash made anew where its cost is a
/// former one. No hash takes as long as one.
fn check_and_renew(password: &Secret, hash: Option<String>) -> Result<Option<Option<String>>, IdentityError> {
    let Some(hash) = hash else {
        return hash_password(password, Cost::desktop()).map(|_| None);
    };
    Ok(match verify_password(password, &hash)? {
        false => None,
        true if needs_rehash(&hash, Cost::desktop()) => Some(Some(hash_password(password, Cost::desktop())?)),
        true => Some(None),
    })
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
        if open.is_some()
            && let Some(answer) = self.sign_in_with_pin(&sign_in, &request.password).await
        {
            return answer;
        }
        let customer = match &open {
            Some(open) => open
                .book
                .sign_in_user(&sign_in)
                .await
                .told()?
                .filter(|u| u.customer.is_some() && !open.is_own(u.customer)),
            None => None,
        };
        let (password, known) = (request.password, customer.as_ref().map(|u| u.user));
        let session = match (&open, customer) {
            (Some(open), Some(user)) => self.sign_in_customer(open, user, sign_in, password).await,
            (open, _) => Box::pin(self.sign_in_by_slot(open.clone(), sign_in, password)).await,
        };
        // Before the first sign-in of the day the book is closed; until then a letter to it tells of the try.
        match (&open, &session) {
            (Some(open), Err(error)) => self.note(open, known, SIGN_IN, error).await,
            (None, Err(error)) => self.note_before_unlock(SIGN_IN, error).await,
            _ => {}
        }
        Box::pin(self.begin(session?)).await
    }

    async fn sign_in_by_slot(&self, open: Option<Arc<Open>>, sign_in: String, password: Secret) -> Answer<Session> {
        let key = self.open_slot(&sign_in, password.clone()).await;
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
        let session = Session {
            has_slot: true,
            ..Session::of(actor, user.name, sign_in)
        };
        if session.role.is_staff()
            && let Err(error) = Box::pin(self.give_former_password(&open, &session, password)).await
        {
            tracing::warn!(code = %error.code, "a password from before the server did not go to it");
        }
        Ok(session)
    }

    /// Opens a key slot; a wrong password is counted in the file before this returns.
    pub(crate) async fn open_slot(&self, sign_in: &str, password: Secret) -> Answer<BookKey> {
        let (mut slots, device) = self.keys()?;
        let (now, name) = (self.clock.now(), sign_in.to_string());
        let opened = self
            .blocking(move || open_and_renew(&mut slots, &name, &password, &device, now))
            .await?;
        Ok(BookKey::from_bytes(&opened.told()?.key))
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
        // Whatever ended the program last time, nobody is signed in any more.
        open.book
            .end_all_sessions(SessionEnd::Closed, self.clock.now())
            .await
            .told()?;
        self.read_letters(&open).await?;
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
        let now = self.clock.now();
        let (mut slots, device) = self.keys()?;
        slots.count_try(&sign_in, &device, now).told()?;
        let hash = user.hash.clone().filter(|_| user.active);
        let checked = self.blocking(move || check_and_renew(&password, hash)).await?;
        let renewed = checked.told()?.ok_or_else(wrong_password)?;
        slots.try_was_right(&sign_in, &device).told()?;
        if let Some(hash) = renewed {
            open.book.set_credential(user.user, &hash, now).await.told()?;
        }
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
        session.begun = self.clock.now();
        let open = self.opened().await?;
        self.must_have_access(&open).await?;
        if session.role.is_staff() && session.stage == SessionStage::In {
            let closed = super::assess_and_close(self, &open).await;
            closed.map_err(|error| self.at_the_door(error))?;
        }
        self.install(session).await?;
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

    /// Changes the caller's own password: the slot is wrapped anew.
    ///
    /// # Errors
    /// A wrong old password, or a new one that is easy to guess.
    pub async fn change_password(&self, request: ChangePassword) -> Answer<()> {
        let (open, session) = self.caller().await?;
        let row = open.book.user(session.user).await.told()?.ok_or_else(signed_out)?;
        let own = self.own_words(&open, &row).await?;
        may_choose(Some(&open), &request.new, session.role.is_staff(), &own, "new")?;
        let wrong = |error: ApiError| match error.code {
            Code::WrongPassword => ApiError::input("old", Code::WrongOldPassword),
            _ => error,
        };
        let mut beside = Beside::default();
        let replaces = self.password_of(&open, session.user).await?;
        if open.has_slot(session.role, session.customer) {
            self.open_slot(&session.sign_in, request.old).await.map_err(wrong)?;
            let prepared = self.prepare_slot(request.new).await?;
            self.add_prepared_slot(&open, session.user, session.role, &session.sign_in, &prepared)?;
            beside.settles = Some(prepared.to_secret().told()?);
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
        let command = Command::RecordPasswordChange {
            user: session.user,
            replaces,
        };
        // The password of a customer's own machine is that machine's alone.
        match open.is_own(session.customer) {
            true => self.note_done(&open, &session, command.kind()).await?,
            false => self.run(&open, &session, &command, beside).await.map(drop)?,
        }
        if let Some(session) = self.session.lock().await.as_mut() {
            session.proof = None;
        }
        // Whoever else may be in by the old one is out.
        self.end_sessions_of(session.user, session.id.as_deref(), SessionEnd::Changed)
            .await;
        Ok(())
    }

    /// The operation that gave someone their password, as far as this desk knows.
    pub(crate) async fn password_of(&self, open: &Open, user: UserId) -> Answer<Option<OpId>> {
        let state = open.book.load(&[Key::User(user)]).await.told()?;
        Ok(state.user(user).and_then(|user| user.password))
    }

    /// Works a password out, for a slot that is made of it now or later.
    pub(crate) async fn prepare_slot(&self, password: Secret) -> Answer<Prepared> {
        self.blocking(move || Prepared::new(&password, Cost::desktop()))
            .await?
            .told()
    }

    /// Gives someone a key slot of a password that was worked out before, in place of one they had.
    pub(crate) fn add_prepared_slot(
        &self,
        open: &Open,
        user: UserId,
        role: Role,
        sign_in: &str,
        prepared: &Prepared,
    ) -> Answer<()> {
        let (mut slots, device) = self.keys()?;
        let key = open.book.key().bytes();
        slots.remove(user, key).told()?;
        slots.add_prepared(user, role, sign_in, prepared, &device, key).told()?;
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
        self.keep_ends(&open).await?;
        let (attention, approvals) = open.book.waiting_counts().await.told()?;
        let requests = open.book.waiting_requests(self.clock.now()).await.told()?;
        let has_factor = open.book.second_factor(session.user).await.told()?.is_some();
        let has_pin = self.pins.lock().await.contains_key(&session.user);
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
            desk: open.identity().prefix(),
            device: open.identity().device,
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
            requests,
            has_pin,
            has_factor,
            own_machine: open.is_own(session.customer),
            sync: open.book.enrolment().await.told()?.map(super::sync::state_of),
        })
    }
}
