//! A desk that is far behind gets the history in chunks, one on its way while the one before it is applied. Whatever is wrong with
//! one, pages bring the same.

use super::Speaker;
use crate::error::Answer;
use farthing_api::ApiError;
use farthing_sync::device::{Broken, News, Position};
use farthing_sync::snapshot::{AskChunk, Chunk, ListChunks, SentChunk, Torn};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Page, Reply, Request};

/// Chunks on their way to a desk.
pub(super) struct Chunks<'a> {
    speaker: &'a Speaker,
    listed: Vec<Chunk>,
    /// The place of the next one in the list.
    next: usize,
    /// That one, if it came already.
    came: Option<Answer<SentChunk>>,
    /// How many were taken.
    pub(super) taken: usize,
}

/// Why a chunk is not taken.
#[derive(Debug, thiserror::Error)]
enum Left {
    #[error("it did not come: {}", .0.code)]
    Lost(ApiError),
    #[error(transparent)]
    Torn(#[from] Torn),
    #[error(transparent)]
    Broken(#[from] Broken),
}

impl<'a> Chunks<'a> {
    /// The chunks that go on where a desk stands, where a page says that there may be some. The page is of no use then: what it
    /// brings is in the chunks.
    pub(super) async fn after(speaker: &'a Speaker, position: &Position, page: &Page) -> Option<Chunks<'a>> {
        if !position.is_behind_chunks(page) {
            return None;
        }
        let mut chunks = Chunks {
            speaker,
            listed: Vec::new(),
            next: 0,
            came: None,
            taken: 0,
        };
        chunks.list(position).await.then_some(chunks)
    }

    /// Asks for the list; whether one of it goes on where the desk stands.
    async fn list(&mut self, position: &Position) -> bool {
        match self.speaker.ask(&Request::Chunks(ListChunks {})).await {
            Ok(Reply::Chunks(listed)) => self.listed = listed.chunks,
            Ok(_) => tracing::warn!("the server answered another question than for its chunks"),
            Err(error) => tracing::info!(code = %error.code, "the server lists no chunks"),
        }
        let place = position.next_chunk(&self.listed);
        self.next = place.unwrap_or(self.listed.len());
        place.is_some()
    }

    /// What the next chunk brings; none at the end, or where one does not fit: pages go on from there.
    pub(super) async fn news(&mut self, position: &Position) -> Option<News> {
        // Each list may have more than the one before: the server cuts some at a time.
        if self.next == self.listed.len() && !self.list(position).await {
            return None;
        }
        let came = match self.came.take() {
            Some(came) => came,
            None => self.fetch().await?,
        };
        match self.check(position, came) {
            Ok(news) => {
                (self.next, self.taken) = (self.next + 1, self.taken + 1);
                Some(news)
            }
            Err(left) => {
                tracing::warn!(chunk = self.next, error = %left, "a chunk of the history is left, pages go on");
                None
            }
        }
    }

    fn check(&self, position: &Position, came: Answer<SentChunk>) -> Result<News, Left> {
        let sent = came.map_err(Left::Lost)?;
        let listed = self.listed.get(self.next).ok_or(Torn::Hash)?;
        Ok(position.news(Versions::HERE, sent.open(listed)?)?)
    }

    /// Asks for the next one, if the list has it.
    async fn fetch(&self) -> Option<Answer<SentChunk>> {
        self.listed.get(self.next)?;
        let number = u32::try_from(self.next).ok()?;
        let reply = self.speaker.ask(&Request::Chunk(AskChunk { number })).await;
        Some(reply.and_then(|reply| match reply {
            Reply::Chunk(chunk) => Ok(chunk),
            _ => Err(super::strange()),
        }))
    }

    /// Does something with what a chunk brought while the next one comes.
    pub(super) async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        let (done, came) = tokio::join!(Box::pin(work), Box::pin(self.fetch()));
        self.came = came;
        done
    }
}
