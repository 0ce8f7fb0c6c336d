//! The server's database of one organisation, and what is done in one transaction of it.

use crate::bug::Bug;
use chrono::{DateTime, Utc};
use farthing_api::{ApiError, CustomerId, DeviceId, FactId, OpId};
use farthing_office::chain::Hash;
use farthing_office::{Context, Fact, FactBody, Key, State};
use farthing_sync::authority::{Head, Now, list};
use farthing_sync::intake::{Known, Machine, Taken};
use farthing_sync::own::whose;
use farthing_sync::scope::{Scope, granted, granted_to, staff_scope};
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
    /// Whose own machine it is.
    pub(crate) own: Option<CustomerId>,
}

/// A fact as the server keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) sent: SentFact,
    pub(crate) fact: Fact,
    /// The customer whom it is about, where they may know of it.
    pub(crate) about: Option<CustomerId>,
}

/// A place in a scope.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The fact's number in the order of decisions; of what is told a customer, that of the last fact before.
    pub(crate) ordinal: usize,
    pub(crate) kept: Rc<Kept>,
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
    pub(crate) bug: Option<Bug>,
    /// Which customer's own a machine is.
    pub(crate) own: BTreeMap<DeviceId, CustomerId>,
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
            own: BTreeMap::new(),
            bug: None,
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
            state: state.clone(),
            keys: BTreeMap::new(),
            founding: history.len(),
            chunks: Vec::new(),
        };
        database.append(&state, history.to_vec(), Versions::HERE, 0)?;
        Ok(database)
    }

    /// Keeps facts in the words of a program and lists them in the scopes that may see them, and once more for a customer who has a
    /// machine of their own. `state` has what the decisions read or made.
    pub(crate) fn append(
        &mut self,
        state: &State,
        facts: Vec<Fact>,
        by: Versions,
        hidden_until: i64,
    ) -> Result<(), String> {
        let mut kept = Vec::with_capacity(facts.len());
        for fact in facts {
            let about = whose(state, &fact.body);
            kept.push(write(fact, by, about)?);
        }
        let mut rows = Vec::with_capacity(kept.len());
        for (place, kept) in (self.facts.len()..).zip(&kept) {
            rows.push((staff_scope(&kept.fact.body, &self.branch), place, Rc::clone(kept)));
        }
        let last = self.facts.len() + kept.len().saturating_sub(1);
        for (customer, told) in self.told(state, &kept, by)? {
            rows.push((Scope::Customer(customer), last, told));
        }
        for kept in &kept {
            if let FactBody::CustomerErased { customer } = &kept.fact.body
                && self.bug != Some(Bug::ErasedKeyKept)
            {
                self.keys.remove(customer);
            }
        }
        self.facts.extend(kept);
        self.list(rows, hidden_until);
        Ok(())
    }

    /// Lists facts after the ends of their scopes.
    pub(crate) fn list(&mut self, rows: Vec<(Scope, usize, Rc<Kept>)>, hidden_until: i64) {
        let sent = rows.iter().map(|(scope, _, kept)| (scope.clone(), &kept.sent));
        let listed = list(sent, &mut self.heads);
        for (entry, (scope, ordinal, kept)) in listed.into_iter().zip(rows) {
            self.scopes.entry(scope).or_default().push(Entry {
                ordinal,
                kept,
                hash: entry.hash,
                hidden_until,
            });
        }
    }

    /// What a machine may see.
    pub(crate) fn granted(&self, device: DeviceId) -> Vec<Scope> {
        match self.own.get(&device) {
            Some(customer) if self.bug != Some(Bug::OwnWithoutAccess) || self.signs_in(*customer) => {
                granted_to(*customer)
            }
            _ => granted(&self.branch),
        }
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
    pub(crate) fn save(&mut self, loaded: &BTreeSet<Key>, changed: &State, facts: &[Fact]) -> Result<(), String> {
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

/// A fact in the words of a program.
pub(crate) fn write(fact: Fact, by: Versions, about: Option<CustomerId>) -> Result<Rc<Kept>, String> {
    let version = i64::from(by.facts);
    let sent = SentFact::of(&fact).map_err(|e| e.to_string())?;
    let sent = SentFact { version, ..sent };
    Ok(Rc::new(Kept { sent, fact, about }))
}

/// Whether facts of this very transaction make an aggregate, so that nobody else can have it.
fn is_made(facts: &[Fact], key: &Key) -> bool {
    facts.iter().any(|fact| match (&fact.body, key) {
        (FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. }, Key::Loan(id)) => loan.id == *id,
        (FactBody::CustomerRegistered { customer, .. }, Key::Customer(id)) => customer == id,
        (FactBody::UserAdded { user, .. }, Key::User(id)) => user == id,
        _ => false,
    })
}
