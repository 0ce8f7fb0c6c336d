//! The second step of a sign-in: an authenticator's code, or a recovery code.

use super::codes::SUSPENSION;
use crate::desk::{Desk, Open, Session, signed_out};
use crate::error::{Answer, Told, not_before};
use farthing_api::{
    ApiError, CheckSecondFactor, Code, ConfirmSecondFactor, CountRecoveryCodes, ErrorKind, NewRecoveryCodes,
    OfferSecondFactor, RecoveryCodes, ResetSecondFactor, SecondFactorOffer, Secret, SessionEnd, SessionStage,
    SessionView, SignedInBy, UserId,
};
use farthing_identity::{open_text, seal_text, second_factor};
use farthing_office::permission::Permission;
use farthing_office::{Command, Key};
use farthing_store::Beside;
use std::sync::Arc;

/// Wrong codes at one sign-in, after which the password is asked for again.
const TRIES: u32 = 5;

impl Desk {
    /// The stage at which a session with the right password begins.
    pub(crate) async fn stage_of(&self, session: &Session) -> Answer<SessionStage> {
        if !self.asks_second_factor || !session.role.is_staff() {
            return Ok(SessionStage::In);
        }
        let open = self.opened().await?;
        if open.book.second_factor(session.user).await.told()?.is_some() {
            return Ok(SessionStage::SecondFactor);
        }
        let state = open.book.load(&[Key::User(session.user)]).await.told()?;
        match state.user(session.user).is_some_and(|user| user.second_factor) {
            // The password alone must not set another one up.
            true => Err(ApiError::new(ErrorKind::Refused, Code::SecondFactorElsewhere)),
            false => Ok(SessionStage::Enrol),
        }
    }

    /// The session as far as it has come; refuses where nobody is signed in or the session is locked.
    async fn at_any_stage(&self) -> Answer<(Arc<Open>, Session)> {
        let open = self.opened().await?;
        let mut session = self.session.lock().await;
        self.end_if_idle(&mut session);
        match session.clone() {
            Some(found) if found.locked => Err(ApiError::new(ErrorKind::SignedOut, Code::Locked)),
            Some(found) => Ok((open, found)),
            None => Err(signed_out()),
        }
    }

    /// The second step of a sign-in. A try is kept before anything is compared.
    ///
    /// # Errors
    /// A wrong or used code; after five the password is asked for again, after twenty in a row the codes rest for a day.
    pub async fn check_second_factor(&self, request: CheckSecondFactor) -> Answer<SessionView> {
        let (open, session) = self.at_any_stage().await?;
        match session.stage {
            SessionStage::In => return self.session_view().await,
            SessionStage::Enrol => return Err(ApiError::new(ErrorKind::Refused, Code::SecondFactorMissing)),
            SessionStage::SecondFactor => {}
        }
        if let Err(error) = self.prove(&open, &session, &request.code).await {
            self.note_for(&open, &session, "second_factor", &error).await;
            return Err(self.count_at_this_sign_in(error).await);
        }
        let session = Session {
            stage: SessionStage::In,
            by: match second_factor::is_recovery_code(&request.code) {
                true => SignedInBy::RecoveryCode,
                false => SignedInBy::SecondFactor,
            },
            ..session
        };
        self.go_on(session).await
    }

    /// Ends a sign-in at which too many codes were wrong.
    async fn count_at_this_sign_in(&self, error: ApiError) -> ApiError {
        let mut session = self.session.lock().await;
        let Some(found) = session.as_mut() else {
            return signed_out();
        };
        found.wrong_codes += 1;
        if found.wrong_codes < TRIES {
            return error;
        }
        *session = None;
        ApiError::new(ErrorKind::SignedOut, Code::SecondFactorOver)
    }

    /// Compares a code, and uses it up.
    pub(super) async fn prove(&self, open: &Open, session: &Session, code: &Secret) -> Answer<()> {
        let (book, now, user) = (&open.book, self.clock.now(), session.user);
        if let Some(until) = book.try_second_factor(user, now, SUSPENSION).await.told()? {
            return Err(not_before(Code::SecondFactorSuspended, until));
        }
        let right = if second_factor::is_recovery_code(code) {
            match self.kept_recovery_code(open, user, code).await? {
                Some(hash) if book.use_recovery_code(user, &hash).await.told()? => Ok(()),
                _ => Err(Code::RecoveryWrong),
            }
        } else {
            let key = self.second_factor_key(open, user).await?;
            match second_factor::step_of(&key, code, now).told()? {
                Some(step) if book.use_step(user, step).await.told()? => Ok(()),
                _ => Err(Code::SecondFactorWrong),
            }
        };
        right.map_err(|code| ApiError::input("code", code))?;
        book.right_second_factor(user).await.told()
    }

    /// The hash under which a recovery code is kept, where it is one of someone's. The same work for any code.
    async fn kept_recovery_code(&self, open: &Open, user: UserId, code: &Secret) -> Answer<Option<String>> {
        let name = second_factor::recovery_name(code);
        let kept = open.book.recovery_code(user, &name).await.told()?;
        let (pepper, code, hash) = (self.pepper(open).await?, code.clone(), kept.clone());
        let is_it = self
            .blocking(move || second_factor::is_kept_code(&pepper, &user.to_string(), &code, hash.as_deref()))
            .await?
            .told()?;
        Ok(kept.filter(|_| is_it))
    }

    async fn second_factor_key(&self, open: &Open, user: UserId) -> Answer<Secret> {
        let key = key_of(open, user).await?;
        key.ok_or_else(|| ApiError::new(ErrorKind::Refused, Code::SecondFactorMissing))
    }

    /// Takes an authenticator into force that was set up at another desk. Its recovery codes stay with that desk.
    pub(crate) async fn take_second_factor(&self, open: &Open, user: UserId, key: &Secret) -> Answer<()> {
        let sealed = seal_text(open.book.key().bytes(), &purpose(user), key).told()?;
        let now = self.clock.now();
        open.book.put_second_factor(user, &sealed, 0, &[], now).await.told()?;
        self.end_sessions_of(user, None, SessionEnd::Changed).await;
        Ok(())
    }

    /// Begins to set an authenticator up. Until its first code came back nothing changes.
    ///
    /// # Errors
    /// Where the one in force was not given at this sign-in, or the caller has not proved again who they are.
    pub async fn offer_second_factor(&self, _: OfferSecondFactor) -> Answer<SecondFactorOffer> {
        let (open, session) = self.at_any_stage().await?;
        if session.stage == SessionStage::SecondFactor {
            return Err(ApiError::new(ErrorKind::Refused, Code::SecondFactorFirst));
        }
        if session.stage == SessionStage::In {
            self.must_be_proven(&session)?;
        }
        let staff = open.book.staff().await.told()?;
        let account = staff.into_iter().find(|u| u.id == session.user).map(|u| u.email);
        let key = second_factor::new_key().told()?;
        let address = second_factor::address(&key, &open.organisation.name, &account.unwrap_or(session.name));
        let picture = second_factor::picture(&address).told()?;
        match self.session.lock().await.as_mut() {
            Some(found) => found.offered = Some(key.clone()),
            None => return Err(signed_out()),
        }
        Ok(SecondFactorOffer { key, picture })
    }

    /// Takes the authenticator that was offered into force, proved by its first code.
    ///
    /// # Errors
    /// A wrong code; the offer stays.
    pub async fn confirm_second_factor(&self, request: ConfirmSecondFactor) -> Answer<RecoveryCodes> {
        let (open, session) = self.at_any_stage().await?;
        let wrong = || ApiError::input("code", Code::SecondFactorWrong);
        let key = session.offered.clone().ok_or_else(wrong)?;
        let step = second_factor::step_of(&key, &request.code, self.clock.now()).told()?;
        let step = step.ok_or_else(wrong)?;
        let user = session.user;
        let sealed = seal_text(open.book.key().bytes(), &purpose(user), &key).told()?;
        let codes = second_factor::recovery_codes().told()?;
        let hashes = self.recovery_hashes(&open, user, &codes).await?;
        open.book
            .put_second_factor(user, &sealed, step, &hashes, self.clock.now())
            .await
            .told()?;
        let command = Command::RecordSecondFactor { user, on: true };
        self.run(&open, &session, &command, Beside::settling(key)).await?;
        // Whoever else may be in by the former one is out.
        self.end_sessions_of(user, session.id.as_deref(), SessionEnd::Changed)
            .await;
        let session = Session {
            stage: SessionStage::In,
            by: SignedInBy::SecondFactor,
            offered: None,
            ..session
        };
        Ok(RecoveryCodes {
            codes,
            session: self.go_on(session).await?,
        })
    }

    async fn recovery_hashes(&self, open: &Open, user: UserId, codes: &[Secret]) -> Answer<Vec<(String, String)>> {
        let (pepper, codes) = (self.pepper(open).await?, codes.to_vec());
        let keep = move |code: &Secret| {
            let kept = second_factor::keep_recovery_code(&pepper, &user.to_string(), code)?;
            Ok::<_, farthing_identity::IdentityError>((kept.name, kept.hash))
        };
        self.blocking(move || codes.iter().map(keep).collect::<Result<Vec<_>, _>>())
            .await?
            .told()
    }

    /// Makes new recovery codes in place of those that are left.
    ///
    /// # Errors
    /// Where the caller has not proved again who they are.
    pub async fn new_recovery_codes(&self, _: NewRecoveryCodes) -> Answer<RecoveryCodes> {
        let (open, session) = self.caller().await?;
        self.must_be_proven(&session)?;
        let codes = second_factor::recovery_codes().told()?;
        let hashes = self.recovery_hashes(&open, session.user, &codes).await?;
        open.book.put_recovery_codes(session.user, &hashes).await.told()?;
        self.note_done(&open, &session, "new_recovery_codes").await?;
        Ok(RecoveryCodes {
            codes,
            session: self.session_view().await?,
        })
    }

    /// How many recovery codes the caller has left.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn count_recovery_codes(&self, _: CountRecoveryCodes) -> Answer<u32> {
        let (open, session) = self.caller().await?;
        open.book.recovery_codes_left(session.user).await.told()
    }

    /// Takes someone's second factor away who lost it.
    ///
    /// # Errors
    /// Where the caller may not, or it is their own.
    pub async fn reset_second_factor(&self, request: ResetSecondFactor) -> Answer<()> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        let user = request.user;
        let command = Command::RecordSecondFactor { user, on: false };
        let facts = self.run_or_ask(&open, &session, &command, Beside::default()).await?;
        self.follow(&open, &facts, None).await
    }
}

/// The key of someone's authenticator, where it is known here.
pub(crate) async fn key_of(open: &Open, user: UserId) -> Answer<Option<Secret>> {
    let sealed = open.book.second_factor(user).await.told()?;
    let open_it = |sealed: String| open_text(open.book.key().bytes(), &purpose(user), &sealed);
    sealed.map(open_it).transpose().told()
}

/// What a key is sealed for, so that one person's can't be put in another's place.
fn purpose(user: UserId) -> String {
    format!("second factor of {user}")
}
