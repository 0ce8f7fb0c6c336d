//! Passwords that were chosen at other desks: a key slot is made of each here, and slots follow what became of their owners.

use crate::desk::{Desk, Open, keys_path};
use crate::error::{Answer, Told, wrong_password};
use farthing_api::{Secret, UserId};
use farthing_identity::Prepared;
use farthing_store::Book;

impl Desk {
    /// Makes slots of the passwords that arrived; whoever is in by a former one is out. Slots of those who have no access any
    /// more go, and those of another sign-in name follow it. What an interruption left is done with the next round.
    pub(super) async fn settle_credentials(&self, open: &Open, is_news: bool) -> Answer<()> {
        let arrived = open.book.arrived_credentials().await.told()?;
        if !is_news && arrived.is_empty() {
            return Ok(());
        }
        for (user, credential) in arrived {
            let row = open.book.user(user).await.told()?;
            if let Some(row) = row.filter(|row| row.active && row.role.is_staff()) {
                let prepared = Prepared::from_secret(&credential).told()?;
                self.add_prepared_slot(open, user, row.role, &row.sign_in, &prepared)?;
                self.forget_sessions(open, user).await?;
            }
            open.book.settled_credential(user, &credential).await.told()?;
        }
        self.follow_owners(open).await
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
        let Some((_, credential)) = arrived.into_iter().find(|(whose, _)| *whose == user) else {
            return Ok(());
        };
        let (prepared, password) = (Prepared::from_secret(&credential).told()?, password.clone());
        match self.blocking(move || prepared.is_of(&password)).await?.told()? {
            true => Ok(()),
            false => Err(wrong_password()),
        }
    }
}
