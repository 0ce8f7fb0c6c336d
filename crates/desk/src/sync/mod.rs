//! The desk's end of sync: it carries what `farthing-sync` works out between the book and the server.

mod again;
mod anew;
mod credentials;
mod devices;
mod escrow;
mod forget;
mod health;
mod join;
mod line;
mod own;
mod pace;
mod part;
mod snapshot;
mod spending;
mod transfer;

use crate::desk::{Desk, Open};
use crate::error::{Answer, Told, internal};
pub(crate) use escrow::ReleasedKey;
use farthing_api::{ApiError, Code, ErrorKind};
use farthing_identity::DeviceKey;
use farthing_store::{Applied, Enrolment};
use farthing_sync::device::{Broken, Position, Sent};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Letter, Page, Reply, Request, WireError};
use line::Line;
pub(crate) use line::Lines;
pub(crate) use pace::Pace;
pub(crate) use part::discard;
use snapshot::Chunks;
pub(crate) use transfer::Transfer;
use uuid::Uuid;

/// So many commands are read for one push; the protocol divides them further.
const READ: u32 = 200;

/// What one round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// How many commands the server took.
    pub sent: u64,
    /// How many facts are new here.
    pub facts: usize,
    /// How many commands no longer wait.
    pub outcomes: usize,
}

/// The machine's side of a conversation: who it is, and how it signs.
pub(crate) struct Speaker {
    line: Line,
    key: DeviceKey,
    organisation: Uuid,
    device: farthing_api::DeviceId,
}

impl Speaker {
    pub(crate) async fn ask(&self, request: &Request) -> Answer<Reply> {
        let sign = |message: &[u8]| self.key.sign(message);
        let letter = Letter::new(Versions::HERE, self.organisation, self.device, request, sign).map_err(unwritable)?;
        self.line.ask(&letter).await
    }
}

pub(crate) fn unwritable(error: WireError) -> ApiError {
    internal(&error)
}

/// The server answered something else than it was asked for.
pub(crate) fn strange() -> ApiError {
    tracing::error!("the server answered another question");
    ApiError::new(ErrorKind::Unavailable, Code::ServerSilent)
}

impl Desk {
    /// One round with the server: hands over what waits and fetches what was decided. Does nothing for a standalone book, or
    /// while no book is open.
    ///
    /// # Errors
    /// The server does not answer or refuses; what waits goes on waiting, and the next round makes up for it.
    pub async fn run_sync(&self) -> Answer<Round> {
        let Some(open) = self.open.read().await.clone() else {
            return Ok(Round::default());
        };
        // What was asked for at the sign-in goes along.
        self.read_letters(&open).await?;
        let done = self.sync(&open).await;
        drop(open);
        self.leave_if_revoked().await?;
        done
    }

    pub(crate) async fn sync(&self, open: &Open) -> Answer<Round> {
        let _turn = open.sync.lock().await;
        let Some(enrolment) = open.book.enrolment().await.told()? else {
            return Ok(Round::default());
        };
        self.forget_whom_the_server_forgot(open).await?;
        let speaker = self.speaker(open, &enrolment.address, enrolment.organisation)?;
        let halted = enrolment.halted.clone();
        let done = self.round(open, &speaker, enrolment).await;
        note_halt(open, halted.as_ref(), done.as_ref().err()).await?;
        done
    }

    /// This machine in a conversation with the server at an address, about an organisation.
    fn speaker(&self, open: &Open, address: &str, organisation: Uuid) -> Answer<Speaker> {
        Ok(Speaker {
            line: self.lines.to(address)?,
            key: DeviceKey::load(&self.home.book()).told()?,
            organisation,
            device: open.identity().device,
        })
    }

    async fn round(&self, open: &Open, speaker: &Speaker, enrolment: Enrolment) -> Answer<Round> {
        let mut known = match &enrolment.joining {
            Some(token) => {
                self.end_history(open, speaker, token).await?;
                None
            }
            None => Some(enrolment),
        };
        let mut round = Round::default();
        // What the server lost is sent again at once; where it loses it twice in one round, the next one does.
        let mut is_newer = false;
        for _ in 0..2 {
            is_newer = self.hand_over_commands(open, speaker, &mut round, known.take()).await?;
            if !self.fetch_all(open, speaker, &mut round).await? {
                break;
            }
        }
        // Only a forgotten password needs it, and the next round tries again.
        if open.own.is_none()
            && let Err(error) = self.keep_escrow(open, speaker).await
        {
            tracing::info!(code = %error.code, "the escrow slot is made later");
        }
        match is_newer {
            true => Err(ApiError::new(ErrorKind::Unavailable, Code::ServerOlder)),
            false => Ok(round),
        }
    }

    /// Fetches everything that was decided; whether the server lost commands that it had.
    async fn fetch_all(&self, open: &Open, speaker: &Speaker, round: &mut Round) -> Answer<bool> {
        let (mut lacks, mut is_first) = (false, true);
        loop {
            let may = std::mem::take(&mut is_first);
            let (applied, next) = Box::pin(self.fetch(open, speaker, may.then_some(&mut *round))).await?;
            self.came(open, applied, round).await?;
            lacks |= next.lacks;
            if !next.more {
                return Ok(lacks);
            }
        }
    }

    /// What follows from what was applied.
    async fn came(&self, open: &Open, applied: Applied, round: &mut Round) -> Answer<()> {
        round.facts += applied.facts;
        round.outcomes += applied.outcomes;
        for customer in applied.erased {
            self.erased_elsewhere(open, customer).await?;
        }
        self.settle_credentials(open, applied.facts > 0).await
    }

    /// Sends the commands that the server does not have; whether they wait until the server is as new as this program. What was
    /// decided is fetched all the same. `known` is where the book stands, if that was asked for already.
    async fn hand_over_commands(
        &self,
        open: &Open,
        speaker: &Speaker,
        round: &mut Round,
        mut known: Option<Enrolment>,
    ) -> Answer<bool> {
        // The server may have less than it had, once; a second time in one round it is no server of ours.
        let mut behind = 0;
        loop {
            let enrolment = match known.take() {
                Some(enrolment) => enrolment,
                None => match open.book.enrolment().await.told()? {
                    Some(enrolment) => enrolment,
                    None => return Ok(false),
                },
            };
            let position = enrolment.position;
            let unsent = open.book.to_send(position.sent, READ).await.told()?;
            let Some(push) = position.push(open.identity().device, unsent, |m| speaker.key.sign(m)) else {
                return Ok(false);
            };
            let last = push.commands.last().map_or(position.sent, |command| command.dev_seq);
            let Reply::Push(answer) = speaker.ask(&Request::Push(push)).await? else {
                return Err(strange());
            };
            match position.pushed(&answer, last) {
                Sent::Through(through) => {
                    behind += u32::from(through <= position.sent);
                    if behind > 1 {
                        return Err(strange());
                    }
                    round.sent += u64::try_from(through - position.sent).unwrap_or(0);
                    open.book.note_sent(through, self.clock.now()).await.told()?;
                }
                Sent::Lacks(place) => {
                    behind += 1;
                    if behind > 1 {
                        return Err(strange());
                    }
                    open.book.note_lost(place, self.clock.now()).await.told()?;
                }
                Sent::Wait => return Ok(true),
                Sent::Incident => return Err(ApiError::new(ErrorKind::Refused, Code::BookCopied)),
            }
        }
    }

    /// Fetches a page of what was decided and applies it, or chunks of the history if that is far behind.
    /// Chunks count in a round by themselves.
    async fn fetch(&self, open: &Open, speaker: &Speaker, chunks: Option<&mut Round>) -> Answer<(Applied, After)> {
        let enrolment = open.book.enrolment().await.told()?.ok_or_else(strange)?;
        let page = self.page(open, speaker, &enrolment, &enrolment.position).await?;
        if let Some(round) = chunks
            && self
                .take_chunks(open, speaker, (&enrolment.position, &page), round)
                .await?
        {
            let after = After {
                more: true,
                lacks: false,
            };
            return Ok((Applied::default(), after));
        }
        let now = self.clock.now();
        let (news, applied) = match enrolment.position.news(Versions::HERE, page) {
            Ok(news) => {
                let applied = open.book.apply(&news, now).await.told()?;
                (news, applied)
            }
            Err(Broken::Anew(history)) => Box::pin(self.begin_anew(open, speaker, &enrolment, history)).await?,
            Err(broken) => return Err(unfit(&broken)),
        };
        let after = After {
            more: news.more,
            lacks: applied.lacks,
        };
        Ok((applied, after))
    }
}

impl Desk {
    /// Applies the chunks that go on where the book stands, if there are any.
    async fn take_chunks(
        &self,
        open: &Open,
        speaker: &Speaker,
        (position, page): (&Position, &Page),
        round: &mut Round,
    ) -> Answer<bool> {
        let Some(mut chunks) = Chunks::after(speaker, position, page).await else {
            return Ok(false);
        };
        let mut position = position.clone();
        while let Some(news) = chunks.news(&position).await {
            let now = self.clock.now();
            let applied = chunks.meanwhile(open.book.apply(&news, now)).await.told()?;
            self.came(open, applied, round).await?;
            position = position.after(&news);
        }
        Ok(chunks.taken > 0)
    }
}

/// Keeps why nothing is exchanged where a person has to do something about it; `known` is what is kept.
async fn note_halt(open: &Open, known: Option<&ApiError>, error: Option<&ApiError>) -> Answer<()> {
    let why = error.filter(|error| matches!(error.kind, ErrorKind::Refused | ErrorKind::Forbidden));
    // A silent server says nothing about what it refused before.
    if why == known || (error.is_some() && why.is_none()) {
        return Ok(());
    }
    open.book.note_halted(why).await.told()
}

/// What is to be done after a page.
struct After {
    /// Ask for the next one.
    more: bool,
    /// Send again what the server lost.
    lacks: bool,
}

/// What a page that does not fit means for people.
fn unfit(broken: &Broken) -> ApiError {
    match broken {
        Broken::Newer(_) => ApiError::new(ErrorKind::Refused, Code::UpdateNeeded),
        Broken::Gap { .. } | Broken::Late { .. } | Broken::Anew(_) => strange(),
        Broken::Fork(scope) => {
            tracing::error!(%scope, "the server's history is another one");
            ApiError::new(ErrorKind::Refused, Code::HistoryFork)
        }
    }
}
