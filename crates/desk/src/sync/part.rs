//! A book on its way from a server: what came of it stays when the line breaks or the program ends, and the next try goes on there.

use super::join::Newcoming;
use super::snapshot::Chunks;
use super::{Speaker, strange};
use crate::desk::{Desk, keys_path};
use crate::error::{Answer, Told};
use farthing_api::{ApiError, ErrorKind, Role, UserId};
use farthing_identity::{Cost, DeviceSecret, SlotError, SlotFile, sign_in_name};
use farthing_store::{Book, BookKey};
use farthing_sync::pull::MOST_FACTS;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Reply, Request};
use std::path::Path;
use uuid::Uuid;

/// Takes away what an earlier try left.
pub(crate) fn discard(part: &Path) {
    for leftover in ["new", "new-wal", "new-shm", "new.lock", "new.keys"] {
        let _ = std::fs::remove_file(part.with_extension(leftover));
    }
}

/// Whether an error leaves what came so far of use: the server did not answer, or not as one.
pub(super) fn may_go_on(error: &ApiError) -> bool {
    error.kind == ErrorKind::Unavailable
}

impl Desk {
    /// The book that an earlier try of the same joining left, which only the same password opens, or a new one.
    pub(super) async fn part(&self, part: &Path, of: &Newcoming, secret: &DeviceSecret) -> Answer<(Book, BookKey)> {
        if let Some(key) = self.key_of_part(part, of, secret).await?
            && let Ok(book) = Book::open(part, &key).await
        {
            return Ok((book, key));
        }
        discard(part);
        let key = BookKey::random().told()?;
        if let Some(joining) = of.joining {
            self.keep_key_of_part(part, (joining, of), secret, &key).await?;
        }
        Ok((Book::create(part, &key).await.told()?, key))
    }

    async fn key_of_part(&self, part: &Path, of: &Newcoming, secret: &DeviceSecret) -> Answer<Option<BookKey>> {
        let Ok(mut slots) = SlotFile::load(&keys_path(part)) else {
            return Ok(None);
        };
        if of.joining != Some(slots.installation()) {
            return Ok(None);
        }
        let (sign_in, password) = (sign_in_name(&of.email), of.password.clone());
        let (secret, now) = (secret.clone(), self.clock.now());
        let opened = self
            .blocking(move || slots.open(&sign_in, &password, &secret, now))
            .await?;
        Ok(opened.ok().map(|opened| BookKey::from_bytes(&opened.key)))
    }

    /// Seals the key of a book that is to come as that of any book, under a slot of nobody's yet.
    async fn keep_key_of_part(
        &self,
        part: &Path,
        (joining, of): (Uuid, &Newcoming),
        secret: &DeviceSecret,
        key: &BookKey,
    ) -> Answer<()> {
        let (sign_in, password) = (sign_in_name(&of.email), of.password.clone());
        let (secret, key, path) = (secret.clone(), key.clone(), keys_path(part));
        let saved = self.blocking(move || -> Result<(), SlotError> {
            let mut slots = SlotFile::new(joining);
            let (nobody, cost) = (UserId(Uuid::nil()), Cost::desktop());
            slots.add(
                nobody,
                Role::Administrator,
                &sign_in,
                &password,
                &secret,
                key.bytes(),
                cost,
            )?;
            slots.save(&path)
        });
        saved.await?.told()
    }

    /// Fetches everything that the server tells into a book of a new desk, of about so many facts.
    pub(super) async fn fill(&self, book: &Book, speaker: &Speaker, facts: u64) -> Answer<()> {
        let transfer = self.transfer.begin();
        let mut is_first = true;
        loop {
            let mut position = book.enrolment().await.told()?.ok_or_else(strange)?.position;
            transfer.note(position.facts(), facts);
            // Whether there are chunks a page of one fact tells as well.
            let most = if position.facts() == 0 { 1 } else { MOST_FACTS };
            let Reply::Pull(page) = speaker.ask(&Request::Pull(position.pull(most))).await? else {
                return Err(strange());
            };
            if std::mem::take(&mut is_first)
                && let Some(mut chunks) = Chunks::after(speaker, &position, &page).await
            {
                while let Some(news) = chunks.news(&position).await {
                    chunks.meanwhile(book.apply(&news, self.clock.now())).await.told()?;
                    position = position.after(&news);
                    transfer.note(position.facts(), facts);
                }
                if chunks.taken > 0 {
                    continue;
                }
            }
            let news = position.news(Versions::HERE, page).map_err(|_| strange())?;
            book.apply(&news, self.clock.now()).await.told()?;
            if !news.more {
                return Ok(());
            }
        }
    }
}
