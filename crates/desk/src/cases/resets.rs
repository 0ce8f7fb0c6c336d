//! A forgotten password: a link proves who asks; what sets the new one is the link itself for a customer, and the recovery
//! secret or an administrator in person for who works here.

use super::access::settling;
use super::codes::{THIS_DESK, closed_book};
use super::proof::may_choose;
use crate::desk::{Desk, Open, keys_path};
use crate::error::{Answer, Told, not_before};
use chrono::Duration;
use farthing_api::{
    ApiError, AskForReset, Code, CompleteReset, ErrorKind, ListResets, MailSettings, OpenResetLink, ResetAsked,
    ResetLinkSent, ResetNeeds, ResetPassword, ResetWithKit, Secret, SendResetLink, SessionEnd, UserId,
};
use farthing_identity::otp::Policy;
use farthing_identity::{Cost, SlotError, SlotFile, hash_password, link, mail, normalise_email, otp, sign_in_name};
use farthing_office::permission::Permission;
use farthing_office::{Actor, Command, ResetHow};
use farthing_store::{Act, Beside, BookKey, SignInUser, UserRow};

/// A proof by link lets an administrator complete the reset for so long.
const PROVEN: Duration = Duration::days(1);
/// The step in the audit.
const RESET: &str = "reset_link";

impl Desk {
    /// Sends a link to whoever forgot their password. Answer and time are the same whether or not the address is known: the
    /// mail goes out after the answer.
    ///
    /// # Errors
    /// Where this desk can't send mail, or sent too many.
    pub async fn send_reset_link(&self, request: SendResetLink) -> Answer<ResetLinkSent> {
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        // The server looks after those who work here; the desk's own links are for customers then.
        let by_server = self.ask_server_for_link(&sign_in_name(&email)).await;
        let Some(open) = self.open.read().await.clone() else {
            return match by_server? {
                true => Ok(sent()),
                false => Err(closed_book()),
            };
        };
        let by_server = by_server.unwrap_or(false);
        match self.mail(&open).await? {
            Some(settings) => self.send_own_link(&open, settings, email, by_server).await,
            None if by_server => Ok(sent()),
            None => Err(ApiError::new(ErrorKind::Unavailable, Code::NoMail)),
        }
    }

    async fn send_own_link(
        &self,
        open: &Open,
        settings: MailSettings,
        email: String,
        by_server: bool,
    ) -> Answer<ResetLinkSent> {
        self.may_send_link(open, &email).await?;
        let user = open.book.sign_in_user(&sign_in_name(&email)).await.told()?;
        let is_ours = |user: &SignInUser| user.active && !(by_server && user.role.is_staff());
        let user = user.filter(is_ours);
        let customer = user.as_ref().and_then(|user| user.customer);
        let language = open.language_for(customer).await?;
        let user = user.map(|user| user.user);
        let link = link::new_link().told()?;
        let now = self.clock.now();
        let until = now + Duration::minutes(i64::from(link::RESET_MINUTES));
        let hash = link::link_hash(&link);
        let counted = (email.as_str(), THIS_DESK);
        open.book.put_reset(&hash, user, counted, (now, until)).await.told()?;
        let name = &open.organisation.name;
        let (subject, text, html) = mail::reset_message(&language, name, &link, link::RESET_MINUTES);
        if user.is_some() {
            let message = mail::Message {
                to: email,
                subject,
                text,
                html,
                id: None,
            };
            tokio::spawn(async move {
                if mail::send(&settings, message).await.is_err() {
                    tracing::warn!("a link for a new password was not sent");
                }
            });
        }
        Ok(sent())
    }

    async fn may_send_link(&self, open: &Open, email: &str) -> Answer<()> {
        let (now, hour) = (self.clock.now(), Duration::hours(1));
        let asked = open
            .book
            .acts_since(Act::CodeFrom, THIS_DESK, now - hour)
            .await
            .told()?;
        otp::within(&asked, Policy::SENDS_FROM, hour, now)
            .map_err(|until| not_before(Code::TooManyCodesHere, until))?;
        let day = now - Duration::days(1);
        let sent = open.book.acts_since(Act::CodeTo, email, day).await.told()?;
        otp::may_send(&sent, now).map_err(|until| not_before(Code::TooManyCodes, until))?;
        Ok(())
    }

    /// Whose a link is, as long as it holds. A look is counted before anything is compared.
    async fn whose_link(&self, open: &Open, pasted: &Secret) -> Answer<(String, UserId, UserRow)> {
        let found = self.look_up(open, pasted).await;
        if let Err(error) = &found {
            self.note(open, None, RESET, error).await;
        }
        found
    }

    async fn look_up(&self, open: &Open, pasted: &Secret) -> Answer<(String, UserId, UserRow)> {
        let (now, span) = (self.clock.now(), Duration::minutes(5));
        self.may_try(open, span).await?;
        let hash = link::link_hash(pasted);
        let row = open.book.reset(&hash, THIS_DESK, now).await.told()?;
        let user = row
            .filter(|row| !row.used && row.expires_at > now)
            .and_then(|row| row.user);
        let Some(user) = user else {
            return Err(used_link());
        };
        let found = open.book.user(user).await.told()?.filter(|user| user.active);
        found.map(|row| (hash, user, row)).ok_or_else(used_link)
    }

    /// Refuses where too many links and codes were tried here lately.
    pub(super) async fn may_try(&self, open: &Open, span: Duration) -> Answer<()> {
        let now = self.clock.now();
        let tried = open
            .book
            .acts_since(Act::CheckFrom, THIS_DESK, now - span)
            .await
            .told()?;
        otp::within(&tried, Policy::CHECKS_FROM, span, now).map_err(|until| not_before(Code::TooManyChecksHere, until))
    }

    /// What it takes to set a new password by a link, which is not used up.
    ///
    /// # Errors
    /// Where the link does not hold.
    pub async fn open_reset_link(&self, request: OpenResetLink) -> Answer<ResetNeeds> {
        if link::is_of_server(&request.link) && self.has_escrow() {
            return Ok(ResetNeeds::Link);
        }
        let open = self.opened().await.map_err(|_| closed_book())?;
        let (_, _, user) = self.whose_link(&open, &request.link).await?;
        Ok(match user.role.is_staff() {
            true => ResetNeeds::KitOrAdministrator,
            false => ResetNeeds::Link,
        })
    }

    /// Sets a new password by a link, and by the recovery secret for who works here.
    ///
    /// # Errors
    /// Where the link does not hold, the recovery secret is not that of this book, or the password is easy to guess.
    pub async fn reset_password(&self, request: ResetPassword) -> Answer<()> {
        if link::is_of_server(&request.link) && self.has_escrow() {
            let done = self.reset_by_server(request).await;
            if let Err(error) = &done {
                match self.open.read().await.clone() {
                    Some(open) => self.note(&open, None, RESET, error).await,
                    None => self.note_before_unlock(RESET, error).await,
                }
            }
            return done;
        }
        let open = self.opened().await.map_err(|_| closed_book())?;
        let (hash, user, row) = self.whose_link(&open, &request.link).await?;
        let own = self.own_words(&open, &row).await?;
        may_choose(Some(&open), &request.password, row.role.is_staff(), &own, "password")?;
        let how = match (row.role.is_staff(), &request.recovery) {
            (false, _) => ResetHow::Link,
            (true, None) => return Err(ApiError::new(ErrorKind::Refused, Code::ResetKit)),
            (true, Some(kit)) => {
                let (slots, _) = self.keys()?;
                let (key, _) = slots.open_recovery(kit).map_err(wrong_kit)?;
                match **key == *open.book.key().bytes() {
                    true => ResetHow::Kit,
                    false => return Err(ApiError::input("recovery", Code::RecoverySecretWrong)),
                }
            }
        };
        self.set_password(&open, (user, &row), request.password, how, Some(hash))
            .await
    }

    /// By a link of the server, which then releases what opens the escrow slot. What can be judged without the book is judged
    /// before the link is used up.
    async fn reset_by_server(&self, request: ResetPassword) -> Answer<()> {
        may_choose(None, &request.password, true, &[""; 0], "password")?;
        let (user, key) = self.released_by(&request.link).await?;
        let open = self.open_book(&key).await?;
        self.must_have_access(&open).await?;
        let row = open.book.user(user).await.told()?;
        let row = row
            .filter(|row| row.active && row.role.is_staff())
            .ok_or_else(used_link)?;
        let own = self.own_words(&open, &row).await?;
        may_choose(Some(&open), &request.password, true, &own, "password")?;
        self.set_password(&open, (user, &row), request.password, ResetHow::Escrow, None)
            .await?;
        self.spend_escrow(&open).await
    }

    /// Uses a link up so that an administrator may complete the reset in person.
    ///
    /// # Errors
    /// Where the link does not hold.
    pub async fn ask_for_reset(&self, request: AskForReset) -> Answer<()> {
        let open = self.opened().await.map_err(|_| closed_book())?;
        let (hash, _, _) = self.whose_link(&open, &request.link).await?;
        match open.book.prove_reset(&hash, self.clock.now()).await.told()? {
            true => Ok(()),
            false => Err(used_link()),
        }
    }

    /// Who proved by a link that they ask for a new password.
    ///
    /// # Errors
    /// Where the caller may not.
    pub async fn list_resets(&self, _: ListResets) -> Answer<Vec<ResetAsked>> {
        let (open, _) = self.caller_who_may(Permission::ManageUsers).await?;
        let since = self.clock.now() - PROVEN;
        open.book.proven_resets(since).await.told()
    }

    /// An administrator lets someone who proved who they are type a new password.
    ///
    /// # Errors
    /// Where they have not, or the password is easy to guess.
    pub async fn complete_reset(&self, request: CompleteReset) -> Answer<()> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        let proven = open.book.proven_resets(self.clock.now() - PROVEN).await.told()?;
        if !proven.iter().any(|asked| asked.user == request.user) {
            return Err(ApiError::new(ErrorKind::Refused, Code::NoReset));
        }
        let missing = || ApiError::new(ErrorKind::NotFound, Code::NoUser);
        let row = open.book.user(request.user).await.told()?.filter(|user| user.active);
        let row = row.ok_or_else(missing)?;
        may_choose(
            Some(&open),
            &request.password,
            true,
            &[&row.name, &row.email],
            "password",
        )?;
        let how = ResetHow::Administrator;
        let command = Command::ResetPassword {
            user: request.user,
            how,
            replaces: self.password_of(&open, request.user).await?,
        };
        let prepared = self.prepare_slot(request.password).await?;
        let facts = self
            .run_or_ask(&open, &session, &command, settling(Some(&prepared))?)
            .await?;
        self.follow(&open, &facts, Some(prepared)).await
    }

    /// While the book is closed nobody can send a link. The recovery secret opens the book by itself, so it is proof enough; the
    /// second factor is asked for at the sign-in that follows.
    ///
    /// # Errors
    /// Where the book is open, the recovery secret is wrong, or nobody who works here has this email.
    pub async fn reset_with_kit(&self, request: ResetWithKit) -> Answer<()> {
        if self.open.read().await.is_some() {
            return Err(ApiError::new(ErrorKind::Refused, Code::BookOpen));
        }
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        let slots = SlotFile::load(&keys_path(&self.home.book())).told()?;
        let (key, _) = match slots.open_recovery(&request.recovery).map_err(wrong_kit) {
            Ok(opened) => opened,
            Err(error) => {
                self.note_before_unlock(RESET, &error).await;
                return Err(error);
            }
        };
        let open = self.open_book(&BookKey::from_bytes(&key)).await?;
        let found = open.book.sign_in_user(&sign_in_name(&email)).await.told()?;
        let missing = || ApiError::input("email", Code::NoUser);
        let user = found
            .filter(|user| user.active && open.has_slot(user.role, user.customer))
            .ok_or_else(missing)?;
        let row = open.book.user(user.user).await.told()?.ok_or_else(missing)?;
        may_choose(
            Some(&open),
            &request.password,
            user.role.is_staff(),
            &self.own_words(&open, &row).await?,
            "password",
        )?;
        self.set_password(&open, (user.user, &row), request.password, ResetHow::Kit, None)
            .await
    }

    /// Keeps a new password in the name of whose it is; the link is used up in the same transaction.
    async fn set_password(
        &self,
        open: &Open,
        (user, row): (UserId, &UserRow),
        password: Secret,
        how: ResetHow,
        reset: Option<String>,
    ) -> Answer<()> {
        let actor = Actor {
            user,
            role: row.role,
            customer: row.customer,
        };
        let mut beside = Beside {
            reset,
            ..Beside::default()
        };
        let mut slot = None;
        if open.is_own(row.customer) {
            // The password of a customer's own machine is that machine's alone.
            let prepared = self.prepare_slot(password).await?;
            self.add_prepared_slot(open, user, row.role, &row.sign_in, &prepared)?;
            return self.forget_sessions(open, user).await;
        }
        if row.role.is_staff() {
            let prepared = self.prepare_slot(password).await?;
            beside.settles = Some(prepared.to_secret().told()?);
            slot = Some(prepared);
        } else {
            let hash = self.blocking(move || hash_password(&password, Cost::desktop())).await?;
            beside.credential = Some((user, hash.told()?));
        }
        let ctx = self.context(open, Some(actor))?;
        let replaces = self.password_of(open, user).await?;
        let command = Command::ResetPassword { user, how, replaces };
        self.execute(open, &command, &ctx, beside).await?;
        if let Some(prepared) = slot {
            self.add_prepared_slot(open, user, row.role, &row.sign_in, &prepared)?;
        }
        self.forget_sessions(open, user).await
    }

    /// After a reset no other link of theirs holds, and no session.
    pub(crate) async fn forget_sessions(&self, open: &Open, user: UserId) -> Answer<()> {
        open.book.end_resets(user).await.told()?;
        self.end_sessions_of(user, None, SessionEnd::Changed).await;
        Ok(())
    }
}

const fn sent() -> ResetLinkSent {
    ResetLinkSent {
        minutes: link::RESET_MINUTES,
    }
}

fn used_link() -> ApiError {
    ApiError::input("link", Code::ResetLink).with("minutes", link::RESET_MINUTES)
}

fn wrong_kit(error: SlotError) -> ApiError {
    match error {
        SlotError::Wrong => ApiError::input("recovery", Code::RecoverySecretWrong),
        other => Err::<(), _>(other).told().err().unwrap_or_else(ApiError::internal),
    }
}
