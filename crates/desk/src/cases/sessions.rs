//! Sessions: their beginning and end, the lock, the quick PIN, and the list of them.

use crate::desk::{Desk, Open, Session, signed_out};
use crate::error::{Answer, Told};
use farthing_api::{
    ApiError, Code, EndSession, ErrorKind, ListSessions, Lock, Secret, SessionEnd, SessionRow, SessionStage,
    SessionView, SetPin, SignOut, SignedInBy, Unlock, UnlockWithPin, UserId,
};
use farthing_identity::Pin;
use farthing_office::permission::{self, Permission};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How long a request that is on its way may take before the book is closed under it.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

impl Desk {
    /// Makes a complete session the one of this machine. A locked one of someone else waits beside it; one of the same
    /// person is over.
    pub(crate) async fn install(&self, mut session: Session) -> Answer<()> {
        let mut place = self.session.lock().await;
        if session.stage == SessionStage::In {
            let open = self.opened().await?;
            let id = uuid::Uuid::from_bytes(self.mint.bytes().told()?).to_string();
            let book = &open.book;
            book.begin_session(&id, session.user, session.by, self.clock.now())
                .await
                .told()?;
            session.id = Some(id);
            let mut parked = self.parked.lock().await;
            parked.retain(|other| other.user != session.user);
            match place.take() {
                Some(before) if before.locked && before.user != session.user => parked.push(before),
                Some(before) => self.is_over(&before, SessionEnd::SignedOut),
                None => {}
            }
            self.keep_ends(&open).await?;
        } else if let Some(before) = place.take() {
            match before.locked && before.user != session.user {
                true => self.parked.lock().await.push(before),
                false => self.is_over(&before, SessionEnd::SignedOut),
            }
        }
        *place = Some(session);
        Ok(())
    }

    /// Notes that a session is over; [`Desk::keep_ends`] tells the book.
    pub(crate) fn is_over(&self, session: &Session, why: SessionEnd) {
        if let Some(id) = &session.id {
            let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
            over.push((id.clone(), why));
        }
    }

    /// Tells the book which sessions are over.
    pub(crate) async fn keep_ends(&self, open: &Open) -> Answer<()> {
        let over = std::mem::take(&mut *self.over.lock().unwrap_or_else(PoisonError::into_inner));
        for (id, why) in over {
            open.book.end_session(&id, why, self.clock.now()).await.told()?;
        }
        Ok(())
    }

    /// Locks the screen: the session is over. Who works here may come back; a customer and half a sign-in may not.
    pub(crate) fn lock_or_end(&self, session: &mut Option<Session>) {
        match session.as_mut() {
            Some(found) if !found.has_slot || found.stage != SessionStage::In => {
                self.is_over(found, SessionEnd::Locked);
                *session = None;
            }
            Some(found) if !found.locked => {
                self.is_over(found, SessionEnd::Locked);
                found.locked = true;
                found.proof = None;
            }
            _ => {}
        }
    }

    /// Ends every session of someone, the one that is going on only where it is not `except`; their PIN is gone too.
    pub(crate) async fn end_sessions_of(&self, user: UserId, except: Option<&str>, why: SessionEnd) {
        let mut place = self.session.lock().await;
        if place
            .as_ref()
            .is_some_and(|found| found.user == user && (except.is_none() || found.id.as_deref() != except))
            && let Some(found) = place.take()
        {
            self.is_over(&found, why);
        }
        self.parked.lock().await.retain(|found| found.user != user);
        self.pins.lock().await.remove(&user);
    }

    /// Ends the session, or leaves a locked one to come back to. The book stays open, so that customers can sign in at
    /// this machine.
    ///
    /// # Errors
    /// None.
    pub async fn sign_out(&self, _: SignOut) -> Answer<()> {
        match self.session.lock().await.take() {
            // Someone else works at this machine now; whoever locked it may come back.
            Some(found) if found.locked => self.parked.lock().await.push(found),
            Some(found) => self.is_over(&found, SessionEnd::SignedOut),
            None => {}
        }
        if let Ok(open) = self.opened().await {
            self.keep_ends(&open).await?;
        }
        Ok(())
    }

    /// Locks the screen.
    ///
    /// # Errors
    /// None.
    pub async fn lock(&self, _: Lock) -> Answer<()> {
        self.lock_or_end(&mut *self.session.lock().await);
        if let Ok(open) = self.opened().await {
            self.keep_ends(&open).await?;
        }
        Ok(())
    }

    async fn locked_session(&self) -> Answer<Session> {
        let mut place = self.session.lock().await;
        self.end_if_idle(&mut place);
        place.clone().ok_or_else(signed_out)
    }

    /// Whoever's session it was came back: a new one begins where the last one was left.
    async fn come_back(&self, session: Session, by: SignedInBy) -> Answer<SessionView> {
        if !session.locked {
            return self.session_view().await;
        }
        self.go_on(Session {
            locked: false,
            by,
            ..session
        })
        .await
    }

    /// Brings a locked session back.
    ///
    /// # Errors
    /// A wrong password is counted as at sign-in.
    pub async fn unlock(&self, request: Unlock) -> Answer<SessionView> {
        let session = self.locked_session().await?;
        let opened = self.open_slot(&session.sign_in, request.password).await;
        if let (Ok(open), Err(error)) = (self.opened().await, &opened) {
            self.note(&open, Some(session.user), "unlock", error).await;
        }
        opened?;
        self.come_back(session, SignedInBy::Unlock).await
    }

    /// Brings a locked session back with its PIN.
    ///
    /// # Errors
    /// A wrong PIN; after three the password is needed.
    pub async fn unlock_with_pin(&self, request: UnlockWithPin) -> Answer<SessionView> {
        let session = self.locked_session().await?;
        self.check_pin(&session, &request.pin).await?;
        self.come_back(session, SignedInBy::Pin).await
    }

    async fn check_pin(&self, session: &Session, pin: &Secret) -> Answer<()> {
        let mut pins = self.pins.lock().await;
        let gone = || ApiError::new(ErrorKind::Refused, Code::PinGone);
        let left = match pins.get_mut(&session.user).map_or(Err(0), |known| known.check(pin)) {
            Ok(()) => return Ok(()),
            Err(left) => left,
        };
        let error = match left {
            0 => {
                pins.remove(&session.user);
                gone()
            }
            left => ApiError::input("pin", Code::PinWrong).with("n", left),
        };
        drop(pins);
        if let Ok(open) = self.opened().await {
            self.note(&open, Some(session.user), "unlock", &error).await;
        }
        Err(error)
    }

    /// Someone whose locked session waits signs in with its PIN in the place of the password.
    pub(crate) async fn sign_in_with_pin(&self, sign_in: &str, pin: &Secret) -> Option<Answer<SessionView>> {
        if !Pin::is_like(pin) {
            return None;
        }
        let waiting = self
            .parked
            .lock()
            .await
            .iter()
            .find(|s| s.sign_in == sign_in)
            .cloned()?;
        if !self.pins.lock().await.contains_key(&waiting.user) {
            return None;
        }
        Some(match self.check_pin(&waiting, pin).await {
            Ok(()) => self.come_back(waiting, SignedInBy::Pin).await,
            Err(error) => Err(error),
        })
    }

    /// Sets or removes the caller's PIN.
    ///
    /// # Errors
    /// What is no PIN; a customer has none; where the caller has not proved again who they are.
    pub async fn set_pin(&self, request: SetPin) -> Answer<SessionView> {
        let (open, session) = self.caller_who_may(Permission::SeeBook).await?;
        let pin = request.pin.as_ref().map(Pin::new).transpose()?;
        if pin.is_some() {
            self.must_be_proven(&session)?;
        }
        let mut pins = self.pins.lock().await;
        match pin {
            Some(pin) => pins.insert(session.user, pin),
            None => pins.remove(&session.user),
        };
        drop(pins);
        self.note_done(&open, &session, "set_pin").await?;
        self.session_view().await
    }

    /// Who is or was signed in at this desk.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn list_sessions(&self, _: ListSessions) -> Answer<Vec<SessionRow>> {
        let (open, session) = self.caller().await?;
        let everyone = permission::allows(session.role, Permission::ManageUsers);
        let mut rows = open.book.sessions((!everyone).then_some(session.user)).await.told()?;
        let parked = self.parked.lock().await;
        for row in &mut rows {
            row.current = session.id.as_deref() == Some(&row.id);
            row.resumable = parked.iter().any(|s| s.id.as_deref() == Some(&row.id));
        }
        Ok(rows)
    }

    /// Ends a session of the list.
    ///
    /// # Errors
    /// Where it is someone else's and the caller does not manage people, or it is over already; where the caller has not
    /// proved again who they are.
    pub async fn end_session(&self, request: EndSession) -> Answer<()> {
        let (open, session) = self.caller().await?;
        let gone = || ApiError::new(ErrorKind::NotFound, Code::NoSession);
        let everyone = permission::allows(session.role, Permission::ManageUsers);
        let rows = open.book.sessions((!everyone).then_some(session.user)).await.told()?;
        let row = rows
            .into_iter()
            .find(|row| row.id == request.session)
            .ok_or_else(gone)?;
        if session.id.as_deref() == Some(&row.id) {
            return self.sign_out(SignOut {}).await;
        }
        self.must_be_proven(&session)?;
        let mut parked = self.parked.lock().await;
        let before = parked.len();
        parked.retain(|s| s.id.as_deref() != Some(&row.id));
        if parked.len() == before {
            return Err(gone());
        }
        self.pins.lock().await.remove(&row.user);
        open.book.revoke_session(&row.id, self.clock.now()).await.told()?;
        self.note_done(&open, &session, "end_session").await
    }

    /// Ends every session, closes the book and forgets its key, as when the machine is locked or put to sleep. Whoever
    /// comes next signs in anew.
    pub async fn forget(&self) {
        self.close(SessionEnd::Machine).await;
    }

    /// Closes the book, for the end of the program.
    pub async fn shut(&self) {
        self.close(SessionEnd::Closed).await;
    }

    /// Closes a book whose access has ended.
    pub(crate) async fn close_revoked(&self) {
        self.close(SessionEnd::Revoked).await;
    }

    /// Ends every session of this machine at once; nobody may come back to theirs.
    pub(crate) async fn sign_everyone_out(&self) {
        *self.session.lock().await = None;
        self.parked.lock().await.clear();
        self.pins.lock().await.clear();
    }

    async fn close(&self, why: SessionEnd) {
        self.sign_everyone_out().await;
        self.over.lock().unwrap_or_else(PoisonError::into_inner).clear();
        *self.released.lock().await = None;
        let Some(mut open) = self.open.write().await.take() else {
            return;
        };
        if let Err(error) = open.book.end_all_sessions(why, self.clock.now()).await {
            tracing::error!(%error, "the end of the sessions could not be kept");
        }
        // Requests that are on their way hold the book a moment longer.
        let patience = tokio::time::Instant::now() + LAST_REQUESTS;
        let open = loop {
            match Arc::try_unwrap(open) {
                Ok(open) => break open,
                Err(held) if tokio::time::Instant::now() >= patience => {
                    tracing::error!("a request still holds the book; its key goes with that request");
                    return drop(held);
                }
                Err(held) => open = held,
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        if let Err(error) = open.book.close().await {
            tracing::error!(%error, "the book was not closed cleanly; nothing is lost");
        }
    }
}
