//! What a desk does where its server was restored from a backup: it fetches everything anew, and goes on with what it has
//! until all is there.

use super::escrow::SPENT;
use super::{Chunks, Speaker, strange, unfit};
use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use farthing_store::{Applied, Enrolment};
use farthing_sync::device::{News, Position};
use farthing_sync::pull::MOST_FACTS;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{About, Page, Pull, Reply, Request};
use uuid::Uuid;

impl Desk {
    /// Asks for what was decided after a position.
    pub(super) async fn page(
        &self,
        open: &Open,
        speaker: &Speaker,
        enrolment: &Enrolment,
        position: &Position,
    ) -> Answer<Page> {
        let pull = Pull {
            about: About {
                program: env!("CARGO_PKG_VERSION").into(),
                unsent: enrolment.waiting.1,
            },
            ..position.pull(MOST_FACTS)
        };
        match speaker.ask(&Request::Pull(pull)).await? {
            Reply::Pull(page) => Ok(page),
            Reply::Revoked(word) => Err(self.told_of_the_end(open, speaker, enrolment, &word).await?),
            _ => Err(strange()),
        }
    }

    /// Fetches all that the server tells by now, puts it in the place of what was decided before, and sees to it that the
    /// server gets what it lacks besides commands: the secret of the escrow slot, and whom it has to forget.
    pub(super) async fn begin_anew(
        &self,
        open: &Open,
        speaker: &Speaker,
        enrolment: &Enrolment,
        history: Uuid,
    ) -> Answer<(News, Applied)> {
        tracing::warn!(%history, "the server was restored and tells another history: everything is fetched anew");
        let (base, _) = open.book.base().await.told()?;
        let mut position = enrolment.position.anew(base, history);
        let transfer = self.transfer.begin();
        let (mut all, mut is_first): (Option<News>, bool) = (None, true);
        loop {
            transfer.note(position.facts(), enrolment.position.facts());
            let page = self.page(open, speaker, enrolment, &position).await?;
            if std::mem::take(&mut is_first)
                && let Some(mut chunks) = Chunks::after(speaker, &position, &page).await
            {
                while let Some(news) = chunks.news(&position).await {
                    position = position.after(&news);
                    transfer.note(position.facts(), enrolment.position.facts());
                    all = Some(joined(all, news));
                }
                if chunks.taken > 0 {
                    continue;
                }
            }
            let news = position.news(Versions::HERE, page).map_err(|broken| unfit(&broken))?;
            position = position.after(&news);
            let news = joined(all.take(), news);
            if !news.more {
                let applied = open.book.apply_anew(&news, self.clock.now()).await.told()?;
                self.forget_again(open).await?;
                if let Some((_, id)) = self.keys()?.0.escrow() {
                    open.book.set_setting(SPENT, Some(&id.to_string())).await.told()?;
                }
                return Ok((news, applied));
            }
            all = Some(news);
        }
    }
}

/// What came so far, with what came after it.
fn joined(before: Option<News>, news: News) -> News {
    match before {
        Some(mut before) => {
            before.goes_on(news);
            before
        }
        None => news,
    }
}
