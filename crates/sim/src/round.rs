//! A desk's rounds with the server: what it sends and fetches, and what an answer changes.

use crate::book::{Logged, Row};
use crate::bug::Bug;
use crate::desk::{Desk, Next, Phase};
use crate::disk::{Luck, Written};
use ed25519_dalek::Signer;
use farthing_sync::authority::Head;
use farthing_sync::device::{Broken, News, Position, Sent, Unsent, displaced};
use farthing_sync::revoke::Revocation;
use farthing_sync::snapshot::{AskChunk, ListChunks};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Letter, Page, PushAnswer, Reply, Request, pack};
use std::rc::Rc;
use uuid::Uuid;

/// So many commands are read for one push.
const READ: usize = 40;
/// So many facts are asked for at once: few, so that there are many pages.
const MOST: u32 = 60;

/// What a desk has fetched so far of another history of its server, in memory alone.
#[derive(Clone, Debug)]
pub(crate) struct Anew {
    history: Uuid,
    position: Position,
    news: Option<News>,
}

impl Desk {
    /// Begins a round with the server, unless one is under way.
    pub(crate) fn begin(&mut self) -> Next {
        if self.phase != Phase::Idle {
            return Next::Rest;
        }
        self.round += 1;
        (self.is_current, self.chunks) = (false, None);
        self.phase = Phase::Pushing { behind: 0 };
        self.go_on()
    }

    /// The next message of the round.
    pub(crate) fn go_on(&mut self) -> Next {
        let sign = |message: &[u8]| self.signing.sign(message).to_bytes();
        let request = match self.phase {
            Phase::Idle => return Next::Rest,
            // Whoever needs an update goes on sending.
            Phase::Pushing { .. } if self.bug == Some(Bug::UpdateBlocks) && self.halted.is_some() => {
                return self.rest();
            }
            Phase::Pushing { .. } => {
                let after = self.book.position.sent;
                let waiting = self.book.commands.iter().filter(|row| row.sent.dev_seq > after);
                let first = waiting.clone().next();
                let (device, epoch) = first.map_or((self.device, self.epoch), |row| (row.device, row.epoch));
                let of_it = |row: &&Rc<Logged>| (row.device, row.epoch) == (device, epoch);
                let rows: Vec<&Rc<Logged>> = waiting.take_while(of_it).take(READ).collect();
                let head = rows.first().map_or(self.base.1, |row| row.prev);
                let unsent = Unsent {
                    epoch,
                    of: Some(device).filter(|of| *of != self.device && self.bug != Some(Bug::AnewAsOwn)),
                    after: head,
                    follows: head != self.base.1,
                    commands: rows.iter().map(|row| row.sent.clone()).collect(),
                };
                match self.book.position.push(self.device, unsent, sign) {
                    Some(push) => {
                        self.offered = push.commands.last().map_or(after, |row| row.dev_seq);
                        if self.bug == Some(Bug::SentBeforeAnswer) {
                            let through = self.offered;
                            self.book.position.sent = through;
                            self.disk.commit(vec![Row::Sent(through)], Luck::Good);
                        }
                        Request::Push(push)
                    }
                    None => {
                        self.phase = Phase::Pulling;
                        Request::Pull(self.book.position.pull(MOST))
                    }
                }
            }
            Phase::Listing => Request::Chunks(ListChunks {}),
            Phase::Chunk => match self.next_chunk() {
                Some(number) => Request::Chunk(AskChunk { number }),
                None => {
                    self.phase = Phase::Pulling;
                    Request::Pull(self.book.position.pull(MOST))
                }
            },
            Phase::Pulling => Request::Pull(self.book.position.pull(MOST)),
            Phase::Anew => match &self.anew {
                Some(anew) => Request::Pull(anew.position.pull(MOST)),
                None => return self.rest(),
            },
        };
        let letter = Letter::new(self.versions, self.id, self.device, &request, sign);
        match letter.and_then(|letter| pack(&letter)) {
            Ok(bytes) => Next::Ask(bytes),
            Err(_) => self.rest(),
        }
    }

    fn rest(&mut self) -> Next {
        self.anew = None;
        self.phase = Phase::Idle;
        Next::Rest
    }

    /// The server did not answer.
    pub(crate) fn give_up(&mut self, round: u64) {
        if round == self.round {
            self.rest();
        }
    }

    /// An answer, to the last question or to an earlier one; none where it can't be read.
    pub(crate) fn hear(&mut self, reply: Option<Reply>, luck: Luck) -> Next {
        match reply {
            Some(Reply::Push(answer)) => self.pushed(&answer, luck),
            Some(Reply::Pull(page)) => self.pulled(page, luck),
            Some(Reply::Chunks(listed)) => self.listed(listed),
            Some(Reply::Chunk(chunk)) => self.chunk_came(chunk, luck),
            Some(Reply::Revoked(word)) => self.told_of_the_end(&word, luck),
            _ => self.rest(),
        }
    }

    /// This machine's access has ended: what is still here is handed over, then the book is deleted.
    fn told_of_the_end(&mut self, word: &Revocation, luck: Luck) -> Next {
        let holds = word.holds(self.book.authority, self.id, self.device);
        if !holds {
            return self.rest();
        }
        let mut rows = vec![Row::Revoked];
        rows.extend(self.book.position.lacks(word.has, word.copy).map(Row::Lacks));
        if self.bug == Some(Bug::LeavesAtOnce) {
            rows.truncate(1);
        }
        match self.disk.commit(rows.clone(), luck) {
            Written::Saved => {}
            Written::Failed => return self.rest(),
            Written::Killed => return Next::Killed,
        }
        self.book.arrive(&rows, self.bug);
        if self.book.position.sent < self.book.last(self.base).0 && self.bug != Some(Bug::LeavesAtOnce) {
            self.anew = None;
            (self.phase, self.is_current) = (Phase::Pushing { behind: 0 }, false);
            return self.go_on();
        }
        (self.up, self.gone) = (false, true);
        self.rest()
    }

    fn pushed(&mut self, answer: &PushAnswer, luck: Luck) -> Next {
        let before = self.book.position.sent;
        let (through, row) = match self.book.position.pushed(answer, self.offered) {
            Sent::Through(through) => (through, Row::Sent(through)),
            Sent::Lacks(through) => (through, Row::Lacks(through)),
            Sent::Wait if self.bug == Some(Bug::OlderDrops) => (self.offered, Row::Sent(self.offered)),
            Sent::Wait if self.bug == Some(Bug::WaitBlocks) => return self.rest(),
            Sent::Wait => return self.fetch_meanwhile(),
            Sent::Incident => {
                self.incident = true;
                return self.rest();
            }
        };
        if self.bug == Some(Bug::BehindIgnored) && through < before {
            return self.rest();
        }
        if through != before {
            match self.disk.commit(vec![row.clone()], luck) {
                Written::Saved => {}
                Written::Failed => return self.rest(),
                Written::Killed => return Next::Killed,
            }
            self.book.arrive(&[row], self.bug);
        }
        if self.bug == Some(Bug::EndsWithPush) {
            self.book.waiting.retain(|place| *place > through);
        }
        let Phase::Pushing { behind } = self.phase else {
            return Next::Rest;
        };
        let behind = behind + u32::from(through <= before);
        self.phase = Phase::Pushing { behind };
        match behind > 1 {
            true => self.rest(),
            false => self.go_on(),
        }
    }

    /// The server is older than this program: what is newer waits, and what was decided is fetched all the same.
    fn fetch_meanwhile(&mut self) -> Next {
        match self.phase {
            // Who lost their access fetches nothing any more.
            Phase::Pushing { .. } if self.book.revoked => self.rest(),
            Phase::Pushing { .. } => {
                self.phase = Phase::Pulling;
                self.go_on()
            }
            _ => Next::Rest,
        }
    }

    fn pulled(&mut self, page: Page, luck: Luck) -> Next {
        if self.wants_chunks(&page) {
            self.phase = Phase::Listing;
            return self.go_on();
        }
        let asked = matches!(self.phase, Phase::Pulling | Phase::Anew);
        let versions = match self.bug {
            Some(Bug::NewerSkipped | Bug::NewerApplied) => Versions {
                facts: u32::MAX,
                ..self.versions
            },
            _ => self.versions,
        };
        let checked = match (&self.anew, self.bug) {
            (_, Some(Bug::NaiveCursor)) => crate::naive::news(&self.book.position, versions, page),
            (Some(anew), _) => anew.position.news(versions, page),
            (None, _) => self.book.position.news(versions, page),
        };
        let news = match checked {
            Ok(mut news) => {
                if self.bug == Some(Bug::NewerSkipped) {
                    news.facts.retain(|(fact, _)| !fact.is_newer(self.versions));
                }
                news
            }
            Err(Broken::Gap { .. } | Broken::Late { .. }) => return self.rest_if(asked),
            Err(Broken::Anew(history)) if asked => {
                self.phase = Phase::Anew;
                self.anew = Some(Anew {
                    history,
                    position: self.book.position.anew(self.base.0, history),
                    news: None,
                });
                return self.go_on();
            }
            Err(Broken::Anew(_)) => return Next::Rest,
            Err(broken) => {
                self.halted = Some(broken);
                return self.rest_if(asked);
            }
        };
        self.halted = None;
        match self.anew.take() {
            Some(anew) => self.fetched(anew, news, luck),
            None => self.came(news, asked, luck),
        }
    }

    /// A page of another history: it is kept in memory until all are here.
    fn fetched(&mut self, mut anew: Anew, page: News, luck: Luck) -> Next {
        anew.position = anew.position.after(&page);
        let news = match anew.news.take() {
            Some(mut news) => {
                news.goes_on(page);
                news
            }
            None => page,
        };
        if news.more {
            anew.news = Some(news);
            self.anew = Some(anew);
            return self.go_on();
        }
        let (base, history) = (self.base.0, anew.history);
        self.apply(news, vec![Row::Anew { base, history }], luck)
    }

    pub(crate) fn came(&mut self, news: News, asked: bool, luck: Luck) -> Next {
        let first = news.history.filter(|_| self.book.position.history.is_none());
        let mut rows: Vec<Row> = first.map(Row::History).into_iter().collect();
        let key = news.authority.filter(|_| self.book.authority.is_none());
        rows.extend(key.map(Row::Authority));
        match self.apply(news, rows, luck) {
            Next::Killed => Next::Killed,
            next if asked => next,
            _ => Next::Rest,
        }
    }

    /// Applies news in one transaction, after `rows`, and goes on with the round that asked for them.
    fn apply(&mut self, news: News, mut rows: Vec<Row>, luck: Luck) -> Next {
        let asked = matches!(self.phase, Phase::Pulling | Phase::Chunk | Phase::Anew);
        let is_anew = matches!(rows.first(), Some(Row::Anew { .. }));
        let lacks = news.lacks.into_iter().chain(self.displaced(&news)).min();
        let lacks = lacks.filter(|_| self.bug != Some(Bug::BehindIgnored));
        rows.extend(lacks.map(Row::Lacks));
        let before = rows.len();
        for (sent, _) in news.facts {
            let is_new = is_anew || !self.book.knows(sent.id) || self.bug == Some(Bug::AppliesTwice);
            let Ok(came) = self.shelf.read(&sent) else {
                return self.rest_if(asked);
            };
            if is_new {
                rows.push(Row::Fact(came));
            }
        }
        let brings = rows.len() > before;
        for outcome in news.outcomes {
            // What was recorded after the backup that is here now is not known any more.
            if !self.book.has(outcome.op) || (self.bug == Some(Bug::OutcomeWithoutFactsLost) && !brings) {
                continue;
            }
            if self.bug == Some(Bug::RefusalBlocks) && outcome.refusal.is_some() {
                break;
            }
            rows.push(Row::Outcome {
                dev_seq: outcome.dev_seq,
                op: outcome.op,
                refusal: outcome.refusal,
            });
        }
        match self.arrive(rows, news.cursors, luck) {
            Written::Saved => {}
            Written::Failed => return self.rest_if(asked),
            Written::Killed => return Next::Killed,
        }
        if !asked {
            return Next::Rest;
        }
        if news.more {
            return self.go_on();
        }
        if lacks.is_some() || is_anew {
            // What the server lost is sent again at once.
            self.phase = Phase::Pushing { behind: 0 };
            return self.go_on();
        }
        self.is_current = true;
        self.rest()
    }

    /// After which own command another copy of the book has taken the places.
    fn displaced(&self, news: &News) -> Option<i64> {
        let waits = |place: i64| place <= self.book.position.sent && self.book.waiting.contains(&place);
        let own = self.book.commands.iter().map(|row| (row.sent.dev_seq, row.sent.op));
        displaced(&news.outcomes, own.filter(|(place, _)| waits(*place)))
    }

    fn arrive(
        &mut self,
        mut rows: Vec<Row>,
        cursors: std::collections::BTreeMap<farthing_sync::scope::Scope, Head>,
        luck: Luck,
    ) -> Written {
        let known = &self.book.position.cursors;
        let moved = cursors.iter().any(|(scope, head)| known.get(scope) != Some(head));
        if rows.is_empty() && !moved {
            return Written::Saved;
        }
        if self.bug == Some(Bug::CursorBeforeFacts) {
            self.disk.commit(vec![Row::Cursors(cursors.clone())], Luck::Good);
        }
        // The cursors are the first page that is written, so that a torn transaction would have them without facts. What
        // begins anew forgets those of before.
        let first = usize::from(matches!(rows.first(), Some(Row::Anew { .. })));
        rows.insert(first, Row::Cursors(cursors));
        let written = self.disk.commit(rows.clone(), luck);
        if written == Written::Saved {
            self.book.arrive(&rows, self.bug);
        }
        written
    }

    fn rest_if(&mut self, asked: bool) -> Next {
        match asked {
            true => self.rest(),
            false => Next::Rest,
        }
    }
}
