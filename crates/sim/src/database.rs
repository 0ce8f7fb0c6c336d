//! The server's database of one organisation, and what is done in one transaction of it.

use chrono::{DateTime, Utc};
use farthing_api::{ApiError, CustomerId, DeviceId, FactId, OpId};
use farthing_office::chain::Hash;
use farthing_office::{Context, Fact, FactBody, Key, State};
use farthing_sync::authority::{Head, Now, list};
use farthing_sync::intake::{Known, Machine, Taken};
use farthing_sync::scope::{Scope, staff_scope};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Outcome, Pull, SentFact};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use uuid::Uuid;

/// What happened at a place of the order in which the authority decided.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A command of a machine.
    Asked(Rc<Taken>),
    /// One of its own.
    Own { command: Box<farthing_office::Command> },
}

/// A decision as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) step: Step,
    pub(crate) device: DeviceId,
    pub(crate) epoch: i64,
    pub(crate) op: OpId,
    pub(crate) now: Now,
    pub(crate) context: Context,
    pub(crate) facts: Vec<FactId>,
    pub(crate) refusal: Option<ApiError>,
    /// The access of its machine had ended.
    pub(crate) aside: bool,
}

/// A fact as the server keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) sent: SentFact,
    pub(crate) fact: Fact,
}

/// A place in a scope.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The fact's number in the order of decisions.
    pub(crate) ordinal: usize,
    pub(crate) hash: Hash,
    /// Until when another transaction does not see it, in milliseconds; only with a planted bug.
    pub(crate) hidden_until: i64,
}

/// Machines, commands, facts, scopes and aggregates of one organisation.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) organisation: Uuid,
    pub(crate) branch: String,
    /// Which history this is: another one after each restore.
    pub(crate) history: Uuid,
    pub(crate) machines: BTreeMap<DeviceId, Machine>,
    /// Machines of which nothing more is taken, and why.
    pub(crate) incidents: BTreeMap<DeviceId, String>,
    /// Machines whose access was taken away, and when.
    pub(crate) revoked: BTreeMap<DeviceId, DateTime<Utc>>,
    /// With what the organisation signs.
    pub(crate) secret: [u8; 32],
    /// The hash of each command, by machine, epoch and place.
    pub(crate) commands: BTreeMap<(DeviceId, i64), BTreeMap<i64, Rc<Decided>>>,
    pub(crate) hashes: BTreeMap<(DeviceId, i64), BTreeMap<i64, Hash>>,
    pub(crate) ops: BTreeSet<OpId>,
    pub(crate) order: Vec<Rc<Decided>>,
    pub(crate) facts: Vec<Rc<Kept>>,
    pub(crate) scopes: BTreeMap<Scope, Vec<Entry>>,
    pub(crate) heads: BTreeMap<Scope, Head>,
    pub(crate) state: State,
    pub(crate) keys: BTreeMap<CustomerId, [u8; 32]>,
    /// How many facts were handed over by the book with which the organisation began.
    pub(crate) founding: usize,
    /// The history in chunks, as far as it was cut.
    pub(crate) chunks: Vec<Rc<crate::chunks::Kept>>,
}

impl Database {
    /// An organisation that begins with the history of a standalone book.
    pub(crate) fn founded(
        organisation: Uuid,
        branch: &str,
        history: &[Fact],
        secret: [u8; 32],
    ) -> Result<Database, String> {
        let mut state = State::default();
        history.iter().for_each(|fact| farthing_office::apply(&mut state, fact));
        let mut database = Database {
            organisation,
            branch: branch.into(),
            history: organisation,
            machines: BTreeMap::new(),
            incidents: BTreeMap::new(),
            revoked: BTreeMap::new(),
            secret,
            commands: BTreeMap::new(),
            hashes: BTreeMap::new(),
            ops: BTreeSet::new(),
            order: Vec::new(),
            facts: Vec::new(),
            scopes: BTreeMap::new(),
            heads: BTreeMap::new(),
            state,
            keys: BTreeMap::new(),
            founding: history.len(),
            chunks: Vec::new(),
        };
        database.append(history.to_vec(), Versions::HERE, 0)?;
        Ok(database)
    }

    /// Keeps facts in the words of a program and lists them in the scopes that may see them.
    pub(crate) fn append(&mut self, facts: Vec<Fact>, by: Versions, hidden_until: i64) -> Result<(), String> {
        let version = i64::from(by.facts);
        let write = |fact| SentFact::of(fact).map(|sent| SentFact { version, ..sent });
        let sent: Result<Vec<SentFact>, _> = facts.iter().map(write).collect();
        let sent = sent.map_err(|e| e.to_string())?;
        let scopes = facts.iter().map(|fact| staff_scope(&fact.body, &self.branch));
        let listed = list(scopes.zip(&sent), &mut self.heads);
        let first = self.facts.len();
        for entry in listed {
            self.scopes.entry(entry.scope).or_default().push(Entry {
                ordinal: first + entry.fact,
                hash: entry.hash,
                hidden_until,
            });
        }
        let kept = facts
            .into_iter()
            .zip(sent)
            .map(|(fact, sent)| Rc::new(Kept { sent, fact }));
        self.facts.extend(kept);
        Ok(())
    }

    /// The hashes of a machine's commands from a place on.
    pub(crate) fn known(&self, device: DeviceId, first: i64) -> Known {
        let copies = self.hashes.range((device, i64::MIN)..=(device, i64::MAX));
        let places = |hashes: &BTreeMap<i64, Hash>, epoch: i64| -> Vec<((i64, i64), Hash)> {
            hashes
                .range(first..)
                .map(|(place, hash)| ((*place, epoch), *hash))
                .collect()
        };
        copies.flat_map(|((_, epoch), hashes)| places(hashes, *epoch)).collect()
    }

    /// What became of a machine's commands, those of former copies of its book too.
    pub(crate) fn outcomes(&self, device: DeviceId, pull: &Pull) -> Vec<Outcome> {
        let copies = self.commands.range((device, i64::MIN)..=(device, pull.epoch));
        let after = |commands: &BTreeMap<i64, Rc<Decided>>| -> Vec<Outcome> {
            let outcome = |(place, decided): (&i64, &Rc<Decided>)| Outcome {
                dev_seq: *place,
                op: decided.op,
                refusal: decided.refusal.clone(),
            };
            commands.range(pull.outcomes_after + 1..).map(outcome).collect()
        };
        let mut found: Vec<Outcome> = copies.flat_map(|(_, commands)| after(commands)).collect();
        found.sort_by_key(|outcome| outcome.dev_seq);
        found
    }

    /// Notes a decision, with the hash under which its command stands in its machine's chain.
    pub(crate) fn note(&mut self, decided: Decided, place: Option<(i64, Hash)>) {
        let decided = Rc::new(decided);
        if let Some((dev_seq, hash)) = place {
            let copy = (decided.device, decided.epoch);
            self.commands
                .entry(copy)
                .or_default()
                .insert(dev_seq, Rc::clone(&decided));
            self.hashes.entry(copy).or_default().insert(dev_seq, hash);
        }
        self.ops.insert(decided.op);
        self.order.push(decided);
    }

    /// The aggregates of some keys, as a transaction that locks them sees them.
    pub(crate) fn load(&self, keys: &BTreeSet<Key>) -> State {
        let found = keys
            .iter()
            .filter_map(|key| Some((key.clone(), self.state.0.get(key)?.clone())));
        State(found.collect())
    }

    /// Keeps the aggregates that facts have changed.
    ///
    /// # Errors
    /// Where one was changed that had not been loaded: a decision that looks at what it does not name.
    pub(crate) fn save(&mut self, loaded: &BTreeSet<Key>, changed: State, facts: &[Fact]) -> Result<(), String> {
        for key in facts.iter().flat_map(|fact| fact.body.touches(&fact.desk)) {
            let Some(aggregate) = changed.0.get(&key) else { continue };
            if self.state.0.contains_key(&key) && !loaded.contains(&key) && !is_made(facts, &key) {
                return Err(format!("{key} was changed and not read"));
            }
            self.state.0.insert(key, aggregate.clone());
        }
        Ok(())
    }

    /// The key of the customer whom a fact registers.
    pub(crate) fn key_of(&self, fact: &Fact) -> Option<[u8; 32]> {
        match &fact.body {
            FactBody::CustomerRegistered { customer, .. } => self.keys.get(customer).copied(),
            _ => None,
        }
    }
}

/// Whether facts of this very transaction make an aggregate, so that nobody else can have it.
fn is_made(facts: &[Fact], key: &Key) -> bool {
    facts.iter().any(|fact| match (&fact.body, key) {
        (FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. }, Key::Loan(id)) => loan.id == *id,
        (FactBody::CustomerRegistered { customer, .. }, Key::Customer(id)) => customer == id,
        _ => false,
    })
}
