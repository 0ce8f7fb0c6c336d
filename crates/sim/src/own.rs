//! Customers' own machines, as the server's host makes them: how one begins, and what is told of what was decided.

use crate::bug::Bug;
use crate::database::{Database, Kept, write};
use crate::desk::{Desk, Own};
use crate::fault::clock_error;
use crate::server::loans;
use crate::world::{Event, HOUR, World};
use ed25519_dalek::Signer;
use farthing_api::{CustomerId, UserId};
use farthing_office::chain::START;
use farthing_office::{Aggregate, Command, Fact, Key, State};
use farthing_sync::authority::reads;
use farthing_sync::intake::{Machine, Taken};
use farthing_sync::own::for_customer;
use farthing_sync::scope::Scope;
use farthing_sync::snapshot::AskChunk;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Letter, Request, pack};
use std::collections::BTreeSet;
use std::rc::Rc;
use uuid::Uuid;

/// So many machines of customers each organisation gets in a run.
const MOST: [usize; 2] = [4, 2];

/// Everybody who signs in and is a customer.
pub(crate) fn customers(state: &State) -> impl Iterator<Item = Own> {
    let range = Key::User(UserId(Uuid::nil()))..=Key::User(UserId(Uuid::max()));
    state
        .0
        .range(range)
        .filter_map(|(key, aggregate)| match (key, aggregate) {
            (Key::User(user), Aggregate::User(found)) if found.active => Some(Own {
                customer: found.customer?,
                user: *user,
            }),
            _ => None,
        })
}

impl Database {
    /// What the decisions on some commands look at.
    pub(crate) fn keys_of(&self, taken: &[Taken]) -> BTreeSet<Key> {
        let mut keys: BTreeSet<Key> = taken.iter().flat_map(reads).collect();
        for taken in taken {
            if let Command::EraseCustomer { customer, .. } = &taken.command {
                let theirs = loans(&self.state).filter(|(_, loan)| loan.customer == *customer);
                keys.extend(theirs.map(|(id, _)| Key::Loan(id)));
            }
            let signs_in = taken.command.sign_in_of().and_then(|id| self.state.customer(id));
            keys.extend(signs_in.and_then(|customer| customer.user).map(Key::User));
        }
        keys
    }

    /// Whether a customer has a sign-in that holds.
    pub(crate) fn signs_in(&self, customer: CustomerId) -> bool {
        customers(&self.state).any(|own| own.customer == customer)
    }

    /// Facts in the form for those customers who have a machine of their own.
    pub(crate) fn told(
        &self,
        state: &State,
        facts: &[Rc<Kept>],
        by: Versions,
    ) -> Result<Vec<(CustomerId, Rc<Kept>)>, String> {
        let mut told = Vec::new();
        for kept in facts {
            let is_untold = self.bug == Some(Bug::OwnDayUntold) && kept.fact.by.is_none();
            let Some(customer) = kept.about.filter(|_| !is_untold) else {
                continue;
            };
            if self.heads.contains_key(&Scope::Customer(customer)) {
                told.push((customer, self.tell(state, customer, &kept.fact, by)?));
            }
        }
        Ok(told)
    }

    fn tell(&self, state: &State, customer: CustomerId, fact: &Fact, by: Versions) -> Result<Rc<Kept>, String> {
        let mut told = for_customer(state, customer, fact);
        if self.bug == Some(Bug::OwnUnshortened) {
            told.body = fact.body.clone();
        }
        write(told, by, Some(customer))
    }

    /// Makes a machine a customer's own. With the first of them everything that was decided so far is listed for them.
    pub(crate) fn admit_own(&mut self, machine: Machine, customer: CustomerId, by: Versions) -> Result<(), String> {
        self.own.insert(machine.device, customer);
        self.machines.insert(machine.device, machine);
        let scope = Scope::Customer(customer);
        if self.heads.contains_key(&scope) && self.bug != Some(Bug::OwnBeginsAgain) {
            return Ok(());
        }
        self.heads.entry(scope.clone()).or_default();
        let about = self.facts.iter().filter(|kept| kept.about == Some(customer));
        let mut history: Vec<Rc<Kept>> = about.cloned().collect();
        match self.bug {
            Some(Bug::OwnBeginsEmpty) => history.clear(),
            Some(Bug::OwnMissesUnderWay) => history.truncate(history.len().saturating_sub(1)),
            _ => {}
        }
        let facts = history.iter().map(|kept| &kept.fact);
        let mut keys: BTreeSet<Key> = facts.clone().flat_map(|fact| fact.body.touches(&fact.desk)).collect();
        keys.extend(facts.filter_map(|fact| fact.by.map(Key::User)));
        let (state, last) = (self.load(&keys), self.facts.len().saturating_sub(1));
        let mut rows = Vec::with_capacity(history.len());
        for kept in history {
            rows.push((scope.clone(), last, self.tell(&state, customer, &kept.fact, by)?));
        }
        self.list(rows, 0);
        Ok(())
    }
}

impl World {
    /// A customer makes a machine their own, unless there are enough of them.
    pub(crate) fn enrols(&mut self, place: usize) -> Result<(), String> {
        let theirs = |desk: &&Desk| desk.organisation == place && desk.own.is_some();
        let count = self.desks.iter().filter(theirs).count();
        if count < MOST.get(place).copied().unwrap_or(0)
            && let Some(own) = self.newcomer(place)
        {
            self.admits(place, own)?;
        }
        self.soon(36 * HOUR, Event::Enrols { place });
        Ok(())
    }

    /// Somebody who signs in; often one who has borrowed, at times one who has such a machine already.
    fn newcomer(&mut self, place: usize) -> Option<Own> {
        let database = &self.server.organisations[place];
        let all: Vec<Own> = customers(&database.state).collect();
        let fits = |fits: &dyn Fn(&Own) -> bool| -> Vec<Own> { all.iter().copied().filter(|own| fits(own)).collect() };
        let some = match self.dice.between(0, 5) {
            0 => fits(&|own| database.own.values().any(|other| *other == own.customer)),
            1..=3 => fits(&|own| loans(&database.state).any(|(_, loan)| loan.customer == own.customer)),
            _ => Vec::new(),
        };
        self.dice.pick(if some.is_empty() { &all } else { &some }).copied()
    }

    /// The server lets a customer's machine in. Its backup is of after that, as far as the customer is known there: nobody could let
    /// in the machine a second time.
    fn admits(&mut self, place: usize, own: Own) -> Result<(), String> {
        let database = &self.server.organisations[place];
        let name = format!("{}-S{:03}", database.branch, database.own.len() + 1);
        let (device, secret) = (self.dice.id(), self.dice.key());
        let mut desk = Desk::new(place, database.organisation, device, secret, name);
        (desk.off, desk.bug, desk.own) = (clock_error(&mut self.dice), self.server.bug, Some(own));
        desk.shelf = Rc::clone(&self.desks[0].shelf);
        desk.versions = self.one_of_the_first();
        let machine = Machine {
            device: desk.device,
            public: desk.signing.verifying_key().to_bytes(),
            desk: desk.name.clone(),
            epoch: 0,
            dev_seq: 0,
            head: START,
        };
        let by = self.server.versions;
        self.server.organisations[place].admit_own(machine.clone(), own.customer, by)?;
        match self.server.backups[place].signs_in(own.customer) {
            true => self.server.backups[place].admit_own(machine, own.customer, by)?,
            false => self.server.back_up(place),
        }
        desk.start();
        self.count("customer's own machine");
        self.joins(desk);
        Ok(())
    }

    /// A machine is there from now on; it may be hours before it hears what there is.
    pub(crate) fn joins(&mut self, desk: Desk) {
        self.desks.push(desk);
        self.lines.push(Default::default());
        self.paused.push(0);
        let desk = self.desks.len() - 1;
        self.note("joins", desk, self.desks[desk].device.0.as_bytes().clone().as_slice());
        self.soon(6 * HOUR, Event::Sync { desk, again: true });
        self.soon(6 * HOUR, Event::Work { desk, again: None });
        self.soon(24 * HOUR, Event::Weather { desk });
        self.soon(48 * HOUR, Event::Trouble { desk });
        self.soon(72 * HOUR, Event::Update { desk: Some(desk) });
    }

    /// A customer's program that was changed asks for the office's history.
    pub(crate) fn pries(&mut self, desk: usize) {
        let found = &self.desks[desk];
        let sign = |message: &[u8]| found.signing.sign(message).to_bytes();
        let request = Request::Chunk(AskChunk { number: 0 });
        let letter = Letter::new(found.versions, found.id, found.device, &request, sign);
        if let Ok(bytes) = letter.and_then(|letter| pack(&letter)) {
            self.count("office's history asked for");
            self.send(desk, &bytes);
        }
    }
}
