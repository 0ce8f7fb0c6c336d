//! The desk's end: what it knows of the server, and what an answer changes.

use crate::authority::Head;
use crate::intake::MOST_COMMANDS;
use crate::scope::Scope;
use crate::versions::Versions;
use crate::wire::{About, Cursor, Known, Outcome, Page, Pull, Push, PushAnswer, SentCommand, SentFact};
use farthing_api::{DeviceId, FactId, OpId, Secret};
use farthing_office::chain::{CommandLink, Hash};
use serde_bytes::ByteArray;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// The most bytes of commands in one push, so that a slow line gets something through.
const MOST_BYTES: usize = 1 << 20;

/// What an enrolled desk knows of its server. It is kept in the book, and changes with the facts in one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Which copy of the book.
    pub epoch: i64,
    /// The place of the last command before those of this copy, where it was restored from a backup.
    pub began: i64,
    /// The place of the last command that the server is known to have.
    pub sent: i64,
    /// Up to which of its own commands the desk knows what became of them.
    pub decided: i64,
    /// How far each scope is known.
    pub cursors: BTreeMap<Scope, Head>,
    /// Whose cursors these are: the server's history. None until a server has said so.
    pub history: Option<Uuid>,
}

/// Commands that the server may not have, in order: all of one copy of the book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    /// Which copy recorded them. One that was restored goes on from what was recorded before.
    pub epoch: i64,
    /// The machine that recorded them, where the book was let in anew as another one since.
    pub of: Option<DeviceId>,
    /// The hash of the command before the first.
    pub after: Hash,
    /// Whether that one was sent too, and is not from before the enrolment.
    pub follows: bool,
    /// The commands.
    pub commands: Vec<SentCommand>,
}

/// Why an answer is not applied. Nothing is lost: the desk goes on recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A page does not go on where the desk stands: an answer that was late or came twice. Asking again mends it.
    #[error("{scope} goes on from {from}, the desk stands at {at}")]
    Gap {
        /// The scope.
        scope: Scope,
        /// The number of the first entry.
        from: i64,
        /// The desk's cursor.
        at: i64,
    },
    /// A page answers an earlier question, asked before it was known that the server lost something, or before more outcomes were
    /// known. Asking again mends it.
    #[error("the page tells outcomes after {after}, the desk knows them up to {decided}")]
    Late {
        /// Up to where the desk had known outcomes when it asked.
        after: i64,
        /// Up to where it does.
        decided: i64,
    },
    /// The server's history is another one than the desk knows, or was altered on the way.
    #[error("the history of {0} is not the one that this desk knows")]
    Fork(Scope),
    /// The server was restored from a backup and tells another history since: the book begins anew with it, by
    /// [`Position::anew`].
    #[error("the server began another history: {0}")]
    Anew(Uuid),
    /// A newer program decided a fact: this one has to be updated. It goes on recording and sending.
    #[error("a newer program decided fact {0}")]
    Newer(i64),
}

/// What a page brings, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The facts in the order in which they are to be applied, with the keys of the customers whom they register. A fact
    /// that the book has already is left out by the host, by its id.
    pub facts: Vec<(SentFact, Option<[u8; 32]>)>,
    /// What the passwords became that facts among them gave people, by fact, as long as they count.
    pub credentials: Vec<(FactId, Secret)>,
    /// How far each scope is known afterwards.
    pub cursors: BTreeMap<Scope, Head>,
    /// What became of the desk's own commands.
    pub outcomes: Vec<Outcome>,
    /// Whether to ask again at once.
    pub more: bool,
    /// The server lost own commands after this place, of which it had said that it has them or what became of them: from
    /// there on they wait and are sent again. The answer to a push alone would not tell a desk that has nothing to send.
    pub lacks: Option<i64>,
    /// The server's history.
    pub history: Option<Uuid>,
    /// The organisation's public key; the first one that the book learns stays.
    pub authority: Option<[u8; 32]>,
}

/// What an answer to a push changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The server has everything up to this place; the next push goes on there.
    Through(i64),
    /// The server lost commands after this place, some of which it had decided: from there on they wait again.
    Lacks(i64),
    /// This program is newer than the server: wait.
    Wait,
    /// This book was copied or restored: it has to be enrolled anew.
    Incident,
}

impl Position {
    /// How many facts came from the server.
    pub fn facts(&self) -> u64 {
        self.cursors.values().map(|head| head.seq.unsigned_abs()).sum()
    }

    /// The next commands to send, of those that are given: the desk's own after [`Position::sent`], in order. None where
    /// there is nothing to send. A push is of one version, so that a server takes what it understands before what it does not.
    pub fn push(&self, device: DeviceId, unsent: Unsent, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Option<Push> {
        let Unsent {
            epoch,
            of,
            after,
            follows,
            mut commands,
        } = unsent;
        let (mut bytes, version) = (0, commands.first().map(|first| first.version));
        let fits = |c: &&SentCommand| {
            bytes += c.payload.len() + c.context.len();
            bytes <= MOST_BYTES && Some(c.version) == version
        };
        let count = commands.iter().take(MOST_COMMANDS).take_while(fits).count().max(1);
        commands.truncate(count);
        commands.first()?;
        let head = commands.iter().fold(after, |prev, row| {
            let link = CommandLink {
                op: &row.op.0,
                device: &of.unwrap_or(device).0,
                epoch,
                dev_seq: row.dev_seq,
                hlc: row.hlc,
                version: row.version,
                payload: &row.payload,
                context: &row.context,
            };
            link.after(&prev)
        });
        // A book that was never restored goes on at a place that the server knows. It saves a tenth of a small push.
        let is_told = self.epoch > 0 || of.is_some() || !follows;
        Some(Push {
            epoch,
            commands,
            after: Some(ByteArray::new(after)).filter(|_| is_told),
            copy: Some(self.epoch).filter(|copy| *copy != epoch),
            of,
            head,
            signature: sign(&head),
        })
    }

    /// What an answer to a push says. A late or repeated one says less than is known, and changes nothing: the host keeps
    /// [`Sent::Through`] only where it differs. The server may have less than it had where it was restored from a backup, and
    /// more than was sent up to `last` where this book was: what was recorded since has those places of its own.
    pub fn pushed(&self, answer: &PushAnswer, last: i64) -> Sent {
        match answer {
            PushAnswer::Kept { through } => Sent::Through((*through).min(last).max(self.sent)),
            PushAnswer::Behind { through } if *through < self.decided => Sent::Lacks(*through),
            PushAnswer::Behind { through } => Sent::Through(*through),
            PushAnswer::Older => Sent::Wait,
            PushAnswer::Incident { .. } => Sent::Incident,
        }
    }

    /// Asks for what was decided since.
    pub fn pull(&self, most: u32) -> Pull {
        let known = |(scope, head): (&Scope, &Head)| Known {
            scope: scope.clone(),
            seq: head.seq,
        };
        Pull {
            epoch: self.epoch,
            cursors: self.cursors.iter().map(known).collect(),
            outcomes_after: self.decided,
            most,
            about: About::default(),
        }
    }

    /// Where a book stands that begins anew with another history of its server. Nothing of that is known yet. `base` is the
    /// place of the last own command that is never sent; those after it wait again until the server says what became of them, and are
    /// offered again: what stands at their places there may be another copy's.
    ///
    /// The pages that it then asks for are put together by [`News::goes_on`], up to the last one, and take the place of
    /// everything that was decided, in one transaction.
    pub fn anew(&self, base: i64, history: Uuid) -> Position {
        Position {
            sent: base,
            decided: base,
            cursors: BTreeMap::new(),
            history: Some(history),
            ..self.clone()
        }
    }

    /// Where the book stands once it has applied news.
    pub fn after(&self, news: &News) -> Position {
        let lacks = news.lacks.unwrap_or(i64::MAX);
        let decided = self.decided.min(lacks);
        let mut cursors = self.cursors.clone();
        cursors.extend(news.cursors.clone());
        Position {
            epoch: self.epoch,
            began: self.began,
            sent: self.sent.min(lacks),
            decided: news.outcomes.iter().fold(decided, |last, o| last.max(o.dev_seq)),
            cursors,
            history: self.history.or(news.history),
        }
    }

    /// After which own command the server lost some, by what it says that it has, and of which copy of the book. One that was
    /// restored has in common with the copy before it what was recorded up to its backup.
    pub fn lacks(&self, has: Option<i64>, copy: Option<i64>) -> Option<i64> {
        let in_common = match copy {
            // Which backup that copy went on from is not known here, where one of before took its place: what was sent since and
            // never decided may be gone. What the server has all the same, it knows again.
            Some(copy) if copy < self.epoch => self.began.min(self.decided),
            Some(copy) if copy > self.epoch => return None,
            _ => i64::MAX,
        };
        let has = has.map(|has| has.min(in_common));
        has.filter(|has| *has < self.sent.max(self.decided))
    }

    /// Checks a page: each scope goes on where the desk stands, its chain holds, and no fact is newer than `versions`.
    ///
    /// # Errors
    /// [`Broken`]; nothing of the page is applied then.
    pub fn news(&self, versions: Versions, page: Page) -> Result<News, Broken> {
        let other = page.history.filter(|history| self.history != Some(*history));
        if let (Some(history), Some(_)) = (other, self.history) {
            return Err(Broken::Anew(history));
        }
        if let Some(after) = page.outcomes_after.filter(|after| *after != self.decided) {
            let decided = self.decided;
            return Err(Broken::Late { after, decided });
        }
        // A book that knows no history yet can't know either whether the server had this one then.
        let fork = |scope| other.map_or(Broken::Fork(scope), Broken::Anew);
        let mut heads: Vec<Head> = Vec::with_capacity(page.scopes.len());
        for part in &page.scopes {
            let head = self.cursors.get(&part.scope).copied().unwrap_or_default();
            if part.from != head.seq + 1 {
                return Err(Broken::Gap {
                    scope: part.scope.clone(),
                    from: part.from,
                    at: head.seq,
                });
            }
            if part.prev != head.hash {
                return Err(fork(part.scope.clone()));
            }
            heads.push(head);
        }
        let (mut facts, mut credentials) = (Vec::with_capacity(page.entries.len()), Vec::new());
        for entry in page.entries {
            let place = usize::from(entry.part);
            let (Some(part), Some(head)) = (page.scopes.get(place), heads.get_mut(place)) else {
                return Err(Broken::Fork(Scope::Public));
            };
            if entry.fact.is_newer(versions) {
                return Err(Broken::Newer(entry.fact.version));
            }
            *head = head.after(&part.scope, &entry.fact);
            credentials.extend(entry.credential.map(|credential| (entry.fact.id, credential)));
            facts.push((entry.fact, entry.key));
        }
        let mut cursors = BTreeMap::new();
        for (part, head) in page.scopes.into_iter().zip(heads) {
            if part.head != head.hash {
                return Err(Broken::Fork(part.scope));
            }
            cursors.insert(part.scope, head);
        }
        let lacks = self.lacks(page.has, page.copy);
        // Outcomes that were asked for after a place beyond which some are gone would leave a gap: they are asked for again.
        let is_whole = lacks.is_none_or(|place| place >= self.decided);
        let outcomes = page
            .outcomes
            .into_iter()
            .filter(|o| is_whole && o.dev_seq > self.decided);
        Ok(News {
            facts,
            credentials,
            cursors,
            outcomes: outcomes.collect(),
            more: page.more,
            lacks,
            history: page.history,
            authority: page.authority,
        })
    }
}

impl News {
    /// The news of the next page after these.
    pub fn goes_on(&mut self, next: News) {
        self.facts.extend(next.facts);
        self.credentials.extend(next.credentials);
        self.cursors.extend(next.cursors);
        self.outcomes.extend(next.outcomes);
        self.more = next.more;
        self.lacks = next.lacks.or(self.lacks);
        self.history = next.history.or(self.history);
        self.authority = self.authority.or(next.authority);
    }
}

/// After which own command the server lost some, and another copy of the book has taken their places since: a place of which `outcomes`
/// tell what became of another command than stands there among `own`, the sent ones that wait. Those after it are offered again, and the
/// server says then that the book was copied.
pub fn displaced(outcomes: &[Outcome], own: impl IntoIterator<Item = (i64, OpId)>) -> Option<i64> {
    let places: HashSet<i64> = outcomes.iter().map(|outcome| outcome.dev_seq).collect();
    let told: HashSet<OpId> = outcomes.iter().map(|outcome| outcome.op).collect();
    let others = own
        .into_iter()
        .filter(|(place, op)| places.contains(place) && !told.contains(op));
    others.map(|(place, _)| place - 1).min()
}

impl From<Cursor> for (Scope, Head) {
    fn from(cursor: Cursor) -> (Scope, Head) {
        let head = Head {
            seq: cursor.seq,
            hash: cursor.hash,
        };
        (cursor.scope, head)
    }
}
