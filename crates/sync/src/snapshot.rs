//! How a new desk gets the whole history: in chunks that the server cuts once, keeps packed, and hands to whoever needs them.
//!
//! A chunk is what a page is, the entries that follow the chunk before it, without what may be destroyed later: customers'
//! keys and what passwords became go beside it, as they are when it is asked for. So a chunk never changes. A desk checks its
//! hash, then the chains of its entries by [`Position::news`] as those of any page, and where it stopped its cursors tell.

use crate::device::Position;
use crate::pull::{Stretch, next};
use crate::wire::{Entry, Page, Part, WireError, encode_to, press, unpack};
use farthing_api::{FactId, Secret};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

/// How hard to press a chunk: it is pressed while somebody waits, and the last tenth of its size is no gain.
const LEVEL: i32 = 1;

/// About so many bytes an entry has besides its payload.
const BESIDE: usize = 256;

/// When a chunk is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// With so many facts.
    pub facts: u32,
    /// With so many bytes of payloads, if it comes to that before.
    pub bytes: usize,
}

impl Default for Full {
    /// A few seconds of a desk's work, and a quarter of what a message may have.
    fn default() -> Full {
        Full {
            facts: 5_000,
            bytes: 8 << 20,
        }
    }
}

/// Asks which chunks there are; the server may cut some more first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListChunks {}

/// Asks for one chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskChunk {
    /// Its place in the list: 0, 1, 2 ….
    pub number: u32,
}

/// A chunk as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// How many facts it and all before it have.
    pub through: u64,
    /// How many bytes it has, packed.
    pub bytes: u64,
    /// The SHA-256 of those bytes.
    #[serde(with = "serde_bytes")]
    pub hash: [u8; 32],
}

/// The chunks that there are, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The chunks.
    pub chunks: Vec<Chunk>,
}

/// A chunk as it is sent, with what its facts have besides by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentChunk {
    /// A [`Page`] as it was packed when the chunk was cut.
    pub packed: ByteBuf,
    /// The server's history.
    pub history: Uuid,
    /// The keys of customers whom its facts register, by fact, unless they were erased.
    pub keys: Vec<(FactId, ByteArray<32>)>,
    /// What the passwords became that its facts gave, by fact, as long as they count.
    pub credentials: Vec<(FactId, Secret)>,
}

/// A page as it is kept for good, and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The packed page.
    pub packed: Vec<u8>,
    /// The SHA-256 of it.
    pub hash: [u8; 32],
}

/// Why a chunk is not applied.
#[derive(Debug, thiserror::Error)]
pub enum Torn {
    /// Its bytes are not those that were listed.
    #[error("the chunk's bytes are not those that were listed")]
    Hash,
    /// It can't be read.
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// Cuts the next chunk off the entries of one snapshot, in the order of [`merge`](crate::pull::merge); none where there are not enough
/// for a full one, and the stretches are of no use then. Each stretch has as many entries as a chunk may, or all that there are, and
/// goes on after the chunk.
pub fn cut(stretches: &mut [Stretch], full: Full) -> Option<Page> {
    let part = |stretch: &Stretch| Part {
        scope: stretch.scope.clone(),
        from: stretch.after + 1,
        prev: stretch.prev,
        head: stretch.prev,
    };
    let mut page = Page {
        scopes: stretches.iter().map(part).collect(),
        entries: Vec::with_capacity(full.facts as usize),
        more: true,
        ..Page::default()
    };
    let mut bytes = 0;
    while page.entries.len() < full.facts as usize && bytes < full.bytes {
        let (place, stored) = next(stretches)?;
        stretches[place].after += 1;
        stretches[place].prev = stored.hash;
        page.scopes[place].head = stored.hash;
        bytes += stored.fact.payload.len();
        page.entries.push(Entry {
            part: u16::try_from(place).unwrap_or(u16::MAX),
            fact: stored.fact,
            key: None,
            credential: None,
        });
    }
    Some(page)
}

/// Packs a page that was cut.
///
/// # Errors
/// [`WireError::TooLarge`], [`WireError::Malformed`].
pub fn seal(page: &Page) -> Result<Cut, WireError> {
    let bytes = page.entries.iter().map(|entry| entry.fact.payload.len() + BESIDE).sum();
    let packed = press(&encode_to(page, bytes)?, LEVEL)?;
    let hash = hash(&packed);
    Ok(Cut { packed, hash })
}

/// The SHA-256 of a chunk as it is kept.
pub fn hash(packed: &[u8]) -> [u8; 32] {
    Sha256::digest(packed).into()
}

impl SentChunk {
    /// The page, if its bytes are those that were listed. Nothing but facts comes with a chunk: what became of commands is
    /// pulled.
    ///
    /// # Errors
    /// [`Torn`].
    pub fn open(self, listed: &Chunk) -> Result<Page, Torn> {
        if hash(&self.packed) != listed.hash {
            return Err(Torn::Hash);
        }
        let page: Page = unpack(&self.packed)?;
        let mut keys: HashMap<FactId, ByteArray<32>> = self.keys.into_iter().collect();
        let mut credentials: HashMap<FactId, Secret> = self.credentials.into_iter().collect();
        let beside = |entry: Entry| Entry {
            key: keys.remove(&entry.fact.id).map(ByteArray::into_array),
            credential: credentials.remove(&entry.fact.id),
            ..entry
        };
        Ok(Page {
            scopes: page.scopes,
            entries: page.entries.into_iter().map(beside).collect(),
            more: true,
            history: Some(self.history),
            ..Page::default()
        })
    }
}

impl Position {
    /// The place in a list of the chunk that goes on where the desk stands. None where it stands at the beginning of none, or at
    /// the end of all: then it goes on by pages. That it counts as many facts is only a guess, which [`Position::news`] checks.
    pub fn next_chunk(&self, listed: &[Chunk]) -> Option<usize> {
        let place = match self.facts() {
            0 => 0,
            facts => 1 + listed.iter().position(|chunk| chunk.through == facts)?,
        };
        (place < listed.len()).then_some(place)
    }

    /// Whether a page says that chunks may bring more than this desk knows.
    pub fn is_behind_chunks(&self, page: &Page) -> bool {
        page.in_chunks.is_some_and(|facts| facts > self.facts())
    }
}
