//! Chunks of the history: what the server cuts and keeps, and how a desk takes them.

use crate::bug::Bug;
use crate::database::Database;
use crate::desk::{Desk, Next, Phase};
use crate::disk::Luck;
use crate::server::{Server, stretch};
use farthing_api::FactId;
use farthing_office::{Fact, FactBody};
use farthing_sync::authority::Head;
use farthing_sync::pull::Stretch;
use farthing_sync::scope::{Scope, granted};
use farthing_sync::snapshot::{Chunk, Full, Listed, SentChunk, cut, seal};
use farthing_sync::wire::Page;
use serde_bytes::{ByteArray, ByteBuf};
use std::collections::BTreeMap;

/// Few facts, so that there are many chunks.
const FULL: Full = Full {
    facts: 25,
    bytes: 1 << 20,
};
/// So many are cut at one request.
const AT_ONCE: usize = 3;

/// A chunk as the server keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    listed: Chunk,
    packed: Vec<u8>,
    /// Those of its facts that register somebody.
    registers: Vec<(FactId, Fact)>,
    ends: BTreeMap<Scope, Head>,
}

impl Server {
    /// Whether desks get chunks of this server: bugs that are planted are in pages.
    fn has_chunks(&self) -> bool {
        !matches!(
            self.bug,
            Some(Bug::NaiveCursor | Bug::LeaksOrganisation | Bug::OutcomesFirst)
        )
    }

    /// How many facts come in chunks, as a page says.
    pub(crate) fn in_chunks(&self, place: usize, page: &Page) -> Option<u64> {
        let database = &self.organisations[place];
        let size = u64::from(FULL.facts);
        (self.has_chunks() && !page.entries.is_empty()).then(|| database.entries() / size * size)
    }

    /// Which chunks there are, some more by now.
    ///
    /// # Errors
    /// Something that must never happen.
    pub(crate) fn chunks(&mut self, place: usize, ms: i64) -> Result<Listed, String> {
        let database = &mut self.organisations[place];
        let last = database.chunks.last();
        let (ends, mut through) = (
            last.map(|kept| kept.ends.clone()),
            last.map_or(0, |kept| kept.listed.through),
        );
        let after = |scope: &Scope| {
            ends.as_ref()
                .and_then(|ends| ends.get(scope))
                .map_or(0, |head| head.seq)
        };
        let scopes = granted(&database.branch).into_iter();
        let whole = scopes.map(|scope| stretch(database, scope.clone(), after(&scope), u32::MAX >> 1, ms));
        let mut stretches: Vec<Stretch> = whole.collect();
        for _ in 0..AT_ONCE {
            let Some(page) = cut(&mut stretches, FULL) else { break };
            through += u64::from(FULL.facts);
            let kept = Kept::of(&page, through, &stretches)?;
            database.chunks.push(kept.into());
        }
        let chunks = database.chunks.iter().map(|kept| kept.listed.clone()).collect();
        Ok(Listed { chunks })
    }

    /// One of them, with the keys of now.
    pub(crate) fn chunk(&self, place: usize, number: u32) -> Option<SentChunk> {
        let database = &self.organisations[place];
        let kept = database.chunks.get(number as usize)?;
        let key = |(id, fact): &(FactId, Fact)| Some((*id, ByteArray::new(database.key_of(fact)?)));
        Some(SentChunk {
            packed: ByteBuf::from(kept.packed.clone()),
            history: database.history,
            keys: kept.registers.iter().filter_map(key).collect(),
            credentials: Vec::new(),
        })
    }
}

impl Database {
    /// How many entries all scopes have.
    fn entries(&self) -> u64 {
        self.scopes.values().map(|entries| entries.len() as u64).sum()
    }
}

impl Kept {
    fn of(page: &Page, through: u64, ends: &[Stretch]) -> Result<Kept, String> {
        let cut = seal(page).map_err(|e| e.to_string())?;
        let mut registers = Vec::new();
        for entry in &page.entries {
            let fact = entry.fact.read().map_err(|e| e.to_string())?;
            if matches!(fact.body, FactBody::CustomerRegistered { .. }) {
                registers.push((fact.id, fact));
            }
        }
        let end = |stretch: &Stretch| {
            let (seq, hash) = (stretch.after, stretch.prev);
            (stretch.scope.clone(), Head { seq, hash })
        };
        Ok(Kept {
            listed: Chunk {
                through,
                bytes: cut.packed.len() as u64,
                hash: cut.hash,
            },
            packed: cut.packed,
            registers,
            ends: ends.iter().map(end).collect(),
        })
    }
}

impl Desk {
    /// Whether a page says that there are chunks for this desk, which it did not ask for in this round.
    pub(crate) fn wants_chunks(&self, page: &Page) -> bool {
        self.phase == Phase::Pulling && self.chunks.is_none() && self.book.position.is_behind_chunks(page)
    }

    /// The place of the chunk that goes on where this desk stands.
    pub(crate) fn next_chunk(&self) -> Option<u32> {
        let place = self.book.position.next_chunk(self.chunks.as_deref()?)?;
        u32::try_from(place).ok()
    }

    /// The list came.
    pub(crate) fn listed(&mut self, listed: Listed) -> Next {
        if self.phase != Phase::Listing {
            return Next::Rest;
        }
        self.chunks = Some(listed.chunks);
        self.phase = Phase::Chunk;
        self.go_on()
    }

    /// A chunk came. What does not fit is that of an earlier question, or pages bring it.
    pub(crate) fn chunk_came(&mut self, sent: SentChunk, luck: Luck) -> Next {
        let waits = self.phase == Phase::Chunk;
        let listed = self
            .next_chunk()
            .and_then(|place| self.chunks.as_ref()?.get(place as usize));
        let Some(listed) = listed.filter(|_| waits) else {
            return Next::Rest;
        };
        let Ok(page) = sent.open(listed) else {
            return Next::Rest;
        };
        match self.book.position.news(self.versions, page) {
            Ok(news) => {
                self.taken += 1;
                self.came(news, true, luck)
            }
            Err(_) => {
                self.phase = Phase::Pulling;
                self.go_on()
            }
        }
    }
}
