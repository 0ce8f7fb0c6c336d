//! A forgotten password at an enrolled desk: the server sends the link, and releases what opens the escrow slot to whoever brings
//! it. It works while the book is closed, since everything that it takes stands beside the book.

use super::{Speaker, strange};
use crate::desk::{Desk, Open, keys_path};
use crate::error::{Answer, Told};
use farthing_api::{ApiError, Code, DeviceId, ErrorKind, Secret, UserId};
use farthing_identity::{DeviceKey, EscrowPlace, NewEscrow, SlotFile, link};
use farthing_store::BookKey;
use farthing_sync::escrow::{AskRelease, Deposit, Release};
use farthing_sync::wire::{Reply, Request};
use uuid::Uuid;

/// The setting that names the secret that was released, until there is another one.
pub(super) const SPENT: &str = "escrow_spent";

/// What the server released by a link, until a password is set.
pub(crate) struct ReleasedKey {
    link: String,
    user: UserId,
    key: BookKey,
}

impl Desk {
    /// Whether this desk's key file has an escrow slot.
    pub(crate) fn has_escrow(&self) -> bool {
        SlotFile::load(&keys_path(&self.home.book())).is_ok_and(|slots| slots.escrow().is_some())
    }

    fn escrow(&self) -> Answer<Option<(Speaker, Uuid)>> {
        let slots = SlotFile::load(&keys_path(&self.home.book())).told()?;
        let Some((place, id)) = slots.escrow() else {
            return Ok(None);
        };
        let speaker = Speaker {
            line: self.lines.to(&place.server)?,
            key: DeviceKey::load(&self.home.book()).told()?,
            organisation: place.organisation,
            device: DeviceId(place.device),
        };
        Ok(Some((speaker, id)))
    }

    /// Lets the server send a link to a sign-in name, known or not; whether there is a server.
    ///
    /// # Errors
    /// Where it does not answer, sends no mail, or was asked too often.
    pub(crate) async fn ask_server_for_link(&self, sign_in: &str) -> Answer<bool> {
        let Some((speaker, _)) = self.escrow()? else {
            return Ok(false);
        };
        let ask = AskRelease {
            sign_in: sign_in.to_string(),
        };
        match speaker.ask(&Request::AskRelease(ask)).await.map_err(offline)? {
            Reply::ReleaseAsked => Ok(true),
            _ => Err(offline(strange())),
        }
    }

    /// Whose a server's link is, and the book's key. The link is used up there; here what it gave stays until a password is
    /// set, so that one that is easy to guess costs no second link.
    ///
    /// # Errors
    /// Where the server does not answer, or the link does not hold.
    pub(crate) async fn released_by(&self, pasted: &Secret) -> Answer<(UserId, BookKey)> {
        let hash = link::link_hash(pasted);
        let mut kept = self.released.lock().await;
        if let Some(known) = kept.as_ref().filter(|known| known.link == hash) {
            return Ok((known.user, known.key.clone()));
        }
        let missing = || ApiError::new(ErrorKind::Refused, Code::NoServer);
        let (speaker, id) = self.escrow()?.ok_or_else(missing)?;
        let ask = Release { id, link: hash.clone() };
        let Reply::Released(released) = speaker.ask(&Request::Release(ask)).await.map_err(offline)? else {
            return Err(offline(strange()));
        };
        let (slots, device) = self.keys()?;
        let opened = slots.open_escrow(&released.secret, &device).told()?;
        let key = BookKey::from_bytes(&opened);
        *kept = Some(ReleasedKey {
            link: hash,
            user: released.user,
            key: key.clone(),
        });
        Ok((released.user, key))
    }

    /// What was released is used up: it opens this desk no more, once the server has another one.
    pub(crate) async fn spend_escrow(&self, open: &Open) -> Answer<()> {
        *self.released.lock().await = None;
        let Some((speaker, id)) = self.escrow()? else {
            return Ok(());
        };
        open.book.set_setting(SPENT, Some(&id.to_string())).await.told()?;
        // Where the server is gone by now, the next round does it.
        if let Err(error) = self.keep_escrow(open, &speaker).await {
            tracing::info!(code = %error.code, "the escrow slot is made anew later");
        }
        Ok(())
    }

    /// Makes an escrow slot where there is none for this server and copy of the book, or its secret was released.
    pub(super) async fn keep_escrow(&self, open: &Open, speaker: &Speaker) -> Answer<()> {
        let Some(server) = open.book.server_address().await.told()? else {
            return Ok(());
        };
        let place = EscrowPlace {
            server,
            organisation: speaker.organisation,
            device: speaker.device.0,
            epoch: open.identity().epoch,
        };
        let (slots, _) = self.keys()?;
        let holds = slots.escrow();
        let spent = open.book.setting(SPENT).await.told()?;
        let is_good = |(known, id): (&EscrowPlace, Uuid)| *known == place && spent != Some(id.to_string());
        if holds.is_some_and(is_good) {
            return Ok(());
        }
        let new = NewEscrow::draw().told()?;
        let deposit = Deposit {
            id: new.id,
            secret: *new.secret,
            holds: holds.map(|(_, id)| id),
        };
        match speaker.ask(&Request::Deposit(deposit)).await? {
            Reply::Deposited => {}
            _ => return Err(strange()),
        }
        // The file is read anew: someone may have tried to sign in meanwhile.
        let (mut slots, device) = self.keys()?;
        slots.set_escrow(&new, place, &device, open.book.key().bytes()).told()?;
        slots.save(&keys_path(&self.home.book())).told()
    }
}

fn offline(error: ApiError) -> ApiError {
    match error.code {
        Code::ServerSilent => ApiError::new(ErrorKind::Unavailable, Code::EscrowOffline),
        _ => error,
    }
}
