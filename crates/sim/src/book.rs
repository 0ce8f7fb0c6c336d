//! A desk's book: rows that are on its disk, and what follows from them.

use crate::bug::Bug;
use farthing_api::{ApiError, DeviceId, FactId, OpId};
use farthing_office::chain::Hash;
use farthing_office::{Aggregate, Command, Context, Desk, Fact, Key, State, apply, decide};
use farthing_sync::authority::Head;
use farthing_sync::device::Position;
use farthing_sync::scope::Scope;
use farthing_sync::wire::{SentCommand, SentFact};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use uuid::Uuid;

/// A command in its desk's log.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    /// Which machine its desk was when it recorded it.
    pub(crate) device: DeviceId,
    /// Which copy of the book recorded it.
    pub(crate) epoch: i64,
    pub(crate) sent: SentCommand,
    pub(crate) command: Command,
    pub(crate) context: Context,
    /// The hash of the command before.
    pub(crate) prev: Hash,
    /// Its own.
    pub(crate) hash: Hash,
    /// The last numbers that the desk had given with it, kept in the same transaction.
    pub(crate) given: Desk,
}

/// A fact as it came, and as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    /// What the log keeps.
    pub(crate) sent: SentFact,
    /// What it says.
    pub(crate) fact: Fact,
}

/// Every text of a fact that was read, so that what is the same to the last byte is read once in a run.
#[derive(Debug, Default)]
pub(crate) struct Shelf(RefCell<HashMap<FactId, Rc<Came>>>);

impl Shelf {
    /// Reads a fact.
    pub(crate) fn read(&self, sent: &SentFact) -> Result<Rc<Came>, String> {
        if let Some(known) = self.0.borrow().get(&sent.id).filter(|known| known.sent == *sent) {
            return Ok(Rc::clone(known));
        }
        let fact = sent.read().map_err(|e| e.to_string())?;
        let came = Rc::new(Came {
            sent: sent.clone(),
            fact,
        });
        self.0.borrow_mut().insert(sent.id, Rc::clone(&came));
        Ok(came)
    }
}

/// What is written into a book.
#[derive(Clone, Debug)]
pub(crate) enum Row {
    /// A command was taken down.
    Command(Rc<Logged>),
    /// The server has the commands up to here.
    Sent(i64),
    /// The server decided.
    Fact(Rc<Came>),
    /// What became of a command.
    Outcome {
        dev_seq: i64,
        op: OpId,
        refusal: Option<ApiError>,
    },
    /// How far each scope is known.
    Cursors(BTreeMap<Scope, Head>),
    /// Which history of the server that is.
    History(Uuid),
    /// The organisation's public key.
    Authority([u8; 32]),
    /// This machine's access has ended.
    Revoked,
    /// The server lost own commands after this place.
    Lacks(i64),
    /// The server tells another history: what was decided before counts no longer, and everything after the base waits.
    Anew { base: i64, history: Uuid },
}

/// A book in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub(crate) position: Position,
    pub(crate) commands: Vec<Rc<Logged>>,
    /// Places of commands whose outcome is not known.
    pub(crate) waiting: BTreeSet<i64>,
    /// What the server decided otherwise.
    pub(crate) overruled: BTreeMap<OpId, ApiError>,
    pub(crate) facts: Vec<Rc<Came>>,
    known: BTreeSet<FactId>,
    pub(crate) decided_ops: BTreeSet<OpId>,
    /// The organisation's public key, once it is known.
    pub(crate) authority: Option<[u8; 32]>,
    /// Whether this machine's access has ended.
    pub(crate) revoked: bool,
    /// The last numbers that were given, whatever became of what they were given to.
    pub(crate) given: Desk,
    /// Everything as screens show it, the provisional layer on top.
    pub(crate) state: State,
    /// What the layer has changed, as it was before.
    before: BTreeMap<Key, Option<Aggregate>>,
    /// The provisional facts.
    pub(crate) layer: Vec<Fact>,
}

impl Book {
    /// A book as it is opened from its disk.
    pub(crate) fn open<'a>(rows: impl Iterator<Item = &'a Row>, epoch: i64, bug: Option<Bug>) -> Book {
        let mut book = Book::default();
        book.position.epoch = epoch;
        for row in rows {
            book.put(row, bug);
        }
        let before = book.commands.iter().rev().find(|row| row.epoch < epoch);
        book.position.began = before.map_or(0, |row| row.sent.dev_seq);
        book.derive_again(bug);
        book
    }

    /// A command was taken down, and these facts follow as far as is known here.
    pub(crate) fn take_down(&mut self, row: &Rc<Logged>, facts: Vec<Fact>) {
        self.put(&Row::Command(Rc::clone(row)), None);
        facts.into_iter().for_each(|fact| self.add_to_layer(fact));
    }

    /// The numbers of a desk as facts would leave them.
    pub(crate) fn numbers_after(&self, facts: &[Fact], desk: &str) -> Desk {
        let keys = facts.iter().flat_map(|fact| fact.body.touches(&fact.desk));
        let found = keys.filter_map(|key| Some((key.clone(), self.state.0.get(&key)?.clone())));
        let mut state = State(found.collect());
        facts.iter().for_each(|fact| apply(&mut state, fact));
        state.desk(desk).copied().unwrap_or_default()
    }

    /// Something came from the server.
    pub(crate) fn arrive(&mut self, rows: &[Row], bug: Option<Bug>) {
        let changes = rows.iter().any(|row| {
            matches!(row, Row::Fact(came) if !self.known.contains(&came.fact.id))
                || matches!(row, Row::Outcome { .. } | Row::Lacks(_) | Row::Anew { .. })
        });
        if changes {
            self.take_away(bug);
        }
        rows.iter().for_each(|row| self.put(row, bug));
        if changes {
            self.derive_again(bug);
        }
    }

    fn put(&mut self, row: &Row, bug: Option<Bug>) {
        match row {
            Row::Command(logged) => {
                self.waiting.insert(logged.sent.dev_seq);
                self.given = self.given.later(logged.given);
                self.commands.push(Rc::clone(logged));
            }
            Row::Sent(through) => self.position.sent = *through,
            Row::Fact(came) => {
                if self.known.insert(came.fact.id) || bug == Some(Bug::AppliesTwice) {
                    apply(&mut self.state, &came.fact);
                    self.decided_ops.insert(came.fact.op);
                    self.facts.push(Rc::clone(came));
                }
            }
            Row::Outcome { dev_seq, op, refusal } => {
                self.waiting.remove(dev_seq);
                self.position.decided = self.position.decided.max(*dev_seq);
                match refusal.as_ref().filter(|_| bug != Some(Bug::DropOnReject)) {
                    Some(refusal) => self.overruled.insert(*op, refusal.clone()),
                    None => self.overruled.remove(op),
                };
            }
            Row::Cursors(cursors) => self.position.cursors.extend(cursors.clone()),
            Row::Authority(key) => self.authority = self.authority.or(Some(*key)),
            Row::Revoked => self.revoked = true,
            Row::History(history) => self.position.history = Some(*history),
            Row::Lacks(place) => {
                self.position.sent = self.position.sent.min(*place);
                self.position.decided = self.position.decided.min(*place);
                self.wait_after(*place);
            }
            Row::Anew { base, history } => {
                self.position = self.position.anew(*base, *history);
                self.wait_after(*base);
                self.facts.clear();
                self.known.clear();
                self.decided_ops.clear();
                self.layer.clear();
                self.before.clear();
                self.state = State::default();
            }
        }
    }

    fn wait_after(&mut self, place: i64) {
        let places = self.commands.iter().map(|row| row.sent.dev_seq);
        self.waiting.extend(places.filter(|own| *own > place));
    }

    /// Whether a command stands in the log.
    pub(crate) fn has(&self, op: OpId) -> bool {
        self.commands.iter().any(|row| row.sent.op == op)
    }

    /// Whether the book has a fact as a decided one.
    pub(crate) fn knows(&self, fact: FactId) -> bool {
        self.known.contains(&fact)
    }

    fn add_to_layer(&mut self, fact: Fact) {
        for key in fact.body.touches(&fact.desk) {
            let was = self.state.0.get(&key);
            self.before.entry(key).or_insert_with(|| was.cloned());
        }
        apply(&mut self.state, &fact);
        self.layer.push(fact);
    }

    fn take_away(&mut self, bug: Option<Bug>) {
        let before = std::mem::take(&mut self.before);
        self.layer.clear();
        if bug == Some(Bug::LayerStays) {
            return;
        }
        for (key, was) in before {
            match was {
                Some(was) => self.state.0.insert(key, was),
                None => self.state.0.remove(&key),
            };
        }
    }

    /// Decides again, in their order, the commands that still wait, except those whose facts are here.
    fn derive_again(&mut self, bug: Option<Bug>) {
        if bug == Some(Bug::NotDerivedAgain) {
            return;
        }
        for facts in self.waiting_commands() {
            let decided = decide(&self.state, &facts.command, &facts.context);
            for fact in decided.unwrap_or_default() {
                self.add_to_layer(fact);
            }
        }
    }

    fn waiting_commands(&self) -> Vec<Rc<Logged>> {
        let waits =
            |row: &&Rc<Logged>| self.waiting.contains(&row.sent.dev_seq) && !self.decided_ops.contains(&row.sent.op);
        self.commands.iter().filter(waits).cloned().collect()
    }

    /// What is decided, without the layer.
    pub(crate) fn decided(&self) -> State {
        let mut state = self.state.clone();
        for (key, was) in &self.before {
            match was {
                Some(was) => state.0.insert(key.clone(), was.clone()),
                None => state.0.remove(key),
            };
        }
        state
    }

    /// The facts folded from nothing.
    pub(crate) fn replayed(&self) -> State {
        let mut state = State::default();
        self.facts.iter().for_each(|came| apply(&mut state, &came.fact));
        state
    }

    /// What is on screen, worked out from nothing.
    pub(crate) fn shown(&self) -> State {
        let mut book = Book {
            state: self.replayed(),
            waiting: self.waiting.clone(),
            commands: self.commands.clone(),
            decided_ops: self.decided_ops.clone(),
            ..Book::default()
        };
        book.derive_again(None);
        book.state
    }

    /// The last command's place and hash; the base where there is none.
    pub(crate) fn last(&self, base: (i64, Hash)) -> (i64, Hash) {
        self.commands.last().map_or(base, |row| (row.sent.dev_seq, row.hash))
    }
}
