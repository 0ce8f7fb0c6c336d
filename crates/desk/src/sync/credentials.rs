//! Credentials that were chosen at other desks: key slots, waiting passwords and authenticators are made of them here, and slots
//! and sessions follow what became of their owners.

use crate::cases::key_of;
use crate::desk::{Desk, Open, Session, keys_path};
use crate::error::{Answer, Told, internal, wrong_password};
use farthing_api::{FactId, Secret, SessionEnd, UserId};
use farthing_identity::Prepared;
use farthing_office::{Command, Credential};
use farthing_store::{Beside, Book};
use farthing_sync::wire::SentFact;

impl Desk {
    /// Takes the credentials into force that arrived; whoever is in by a former one is out. Slots of those who have no access any
    /// more go, and those of another sign-in name follow it. What an interruption left is done with the next round.
    pub(super) async fn settle_credentials(&self, open: &Open, is_news: bool) -> Answer<()> {
        let arrived = open.book.arrived_credentials().await.told()?;
        if !is_news && arrived.is_empty() {
            return Ok(());
        }
        for (credential, came) in arrived {
            match credential {
                Credential::Password(user) => self.take_password(open, user, &came).await?,
                Credential::SecondFactor(user) => self.take_second_factor(open, user, &came).await?,
                // Nobody puts their password in the place of another's that waits here.
                Credential::Waiting(whose) if self.prepared(open, whose).await?.is_some() => {}
                Credential::Waiting(whose) => self.keep_waiting(open, whose, &came).await?,
            }
            open.book.settled_credential(credential, &came).await.told()?;
        }
        self.follow_owners(open).await?;
        self.end_without_access(open).await
    }

    async fn take_password(&self, open: &Open, user: UserId, came: &Secret) -> Answer<()> {
        let row = open.book.user(user).await.told()?;
        let Some(row) = row.filter(|row| row.active && row.role.is_staff()) else {
            return Ok(());
        };
        let prepared = Prepared::from_secret(came).told()?;
        self.add_prepared_slot(open, user, row.role, &row.sign_in, &prepared)?;
        self.forget_sessions(open, user).await
    }

    /// Whoever is in, or may come back to their session, and has no access any more is out.
    async fn end_without_access(&self, open: &Open) -> Answer<()> {
        let current = self.session.lock().await.as_ref().map(|session| session.user);
        let parked: Vec<UserId> = self.parked.lock().await.iter().map(|session| session.user).collect();
        for user in parked.into_iter().chain(current) {
            if open.book.user(user).await.told()?.is_none_or(|row| !row.active) {
                self.end_sessions_of(user, None, SessionEnd::Changed).await;
            }
        }
        Ok(())
    }

    /// The server has no password of those who had one before there was a server: a sign-in, which has it at hand, gives it.
    pub(crate) async fn give_former_password(&self, open: &Open, session: &Session, password: Secret) -> Answer<()> {
        let Some(op) = self.password_of(open, session.user).await? else {
            return Ok(());
        };
        if !open.book.is_from_before_server(op).await.told()? {
            return Ok(());
        }
        let beside = Beside::settling(self.prepare_slot(password).await?.to_secret().told()?);
        let command = Command::RecordPasswordChange {
            user: session.user,
            replaces: Some(op),
        };
        self.run(open, session, &command, beside).await.map(drop)
    }

    /// The credentials that the book knows of those that facts of its history give.
    pub(super) async fn credentials_of(&self, open: &Open, facts: &[SentFact]) -> Answer<Vec<(FactId, Secret)>> {
        let mut known = Vec::new();
        for sent in facts {
            let credential = match sent.read().map_err(|e| internal(&e))?.body.gives() {
                Some(Credential::Password(user)) => open.book.kept_password(user).await.told()?,
                Some(Credential::SecondFactor(user)) => key_of(open, user).await?,
                Some(Credential::Waiting(whose)) => {
                    let waiting = self.prepared(open, whose).await?;
                    waiting.map(|password| password.to_secret()).transpose().told()?
                }
                None => None,
            };
            known.extend(credential.map(|credential| (sent.id, credential)));
        }
        Ok(known)
    }

    async fn follow_owners(&self, open: &Open) -> Answer<()> {
        let (mut slots, _) = self.keys()?;
        let key = open.book.key().bytes();
        let mut changed = false;
        for (user, sign_in) in slots.sign_ins() {
            match open.book.user(user).await.told()?.filter(|row| row.active) {
                None => slots.remove(user, key).told()?,
                Some(row) if row.sign_in != sign_in => slots.rename(user, &row.sign_in, key).told()?,
                Some(_) => continue,
            }
            changed = true;
        }
        match changed {
            true => slots.save(&keys_path(&self.home.book())).told(),
            false => Ok(()),
        }
    }

    /// Whoever joins with a new desktop types the password that they have at the other desks, where those know it.
    pub(super) async fn must_be_theirs(&self, book: &Book, user: UserId, password: &Secret) -> Answer<()> {
        let arrived = book.arrived_credentials().await.told()?;
        let theirs = Credential::Password(user);
        let Some((_, credential)) = arrived.into_iter().find(|(whose, _)| *whose == theirs) else {
            return Ok(());
        };
        let (prepared, password) = (Prepared::from_secret(&credential).told()?, password.clone());
        match self.blocking(move || prepared.is_of(&password)).await?.told()? {
            true => Ok(()),
            false => Err(wrong_password()),
        }
    }
}
