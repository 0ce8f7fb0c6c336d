//! A book that is copied and goes on at two machines under one name, and how each is let in anew.

use crate::book::Row;
use crate::bug::Bug;
use crate::database::{Database, Decided, Step};
use crate::desk::{Desk, Phase};
use crate::disk::Luck;
use crate::world::World;
use ed25519_dalek::SigningKey;
use farthing_api::DeviceId;
use farthing_sync::intake::{Machine, Taken};
use std::rc::Rc;

/// So many of a thousand times somebody lets a book in, when it calls the server and is told that it was copied.
const LETS_IN: i64 = 200;

impl World {
    /// Another machine begins with a copy of a desk's disk, key and all.
    pub(crate) fn copies(&mut self, desk: usize) {
        let found = &self.desks[desk];
        let database = &self.server.organisations[found.organisation];
        let has_access = !database.revoked.contains_key(&found.device);
        if !found.up || found.gone || found.copied || !has_access || found.book.position.history.is_none() {
            return;
        }
        self.desks[desk].copied = true;
        let mut copy = self.desks[desk].clone();
        copy.slips.clear();
        copy.lost.clear();
        copy.start();
        self.count("desk copied");
        self.joins(copy);
    }

    /// A book of which the server takes nothing more goes on as another machine, sooner or later.
    pub(crate) fn lets_in_anew(&mut self, desk: usize) -> Result<(), String> {
        let found = &self.desks[desk];
        let waits = found.copied && found.incident && found.up && found.phase == Phase::Idle;
        if !waits || !(self.calm || self.dice.chance(LETS_IN)) {
            return Ok(());
        }
        let place = found.organisation;
        let (name, base, own) = (found.name.clone(), found.base, found.own);
        let (device, signing) = (DeviceId(self.dice.id()), SigningKey::from_bytes(&self.dice.key()));
        let known = self.server.organisations[place].machines.values();
        let epochs = known.filter(|known| known.desk == name).map(|known| known.epoch);
        let machine = Machine {
            device,
            public: signing.verifying_key().to_bytes(),
            epoch: 1 + epochs.fold(self.desks[desk].epoch, i64::max),
            desk: name,
            dev_seq: base.0,
            head: base.1,
        };
        self.desks[desk].goes_on_as(device, signing, machine.epoch);
        // It is known in the backup as well: nobody could let it in a second time.
        for database in [&mut self.server.organisations[place], &mut self.server.backups[place]] {
            match own {
                Some(own) => database.admit_own(machine.clone(), own.customer, self.server.versions)?,
                None => drop(database.machines.insert(device, machine.clone())),
            }
        }
        self.note("let in", desk, device.0.as_bytes());
        self.count("copied book let in anew");
        Ok(())
    }
}

impl Desk {
    /// The book goes on as another machine, and offers everything that it recorded since it came to the server.
    fn goes_on_as(&mut self, device: DeviceId, signing: SigningKey, epoch: i64) {
        (self.device, self.signing, self.epoch, self.incident) = (device, signing, epoch, false);
        if self.bug != Some(Bug::AnewFromHere) {
            self.disk.commit(vec![Row::Lacks(self.base.0)], Luck::Good);
        }
        // A backup of before is of a machine that is there no more.
        self.backups.clear();
        self.start();
    }
}

impl Database {
    /// What was brought before, by whomever, and what is new.
    ///
    /// # Errors
    /// Says what is wrong where something else was asked for under the same operation.
    pub(crate) fn told_apart(&self, taken: Vec<Taken>) -> Result<(Vec<Taken>, Vec<Taken>), String> {
        for taken in taken.iter().filter(|taken| self.ops.contains(&taken.row.op)) {
            let same = self.decided(taken).is_some_and(|known| match &known.step {
                Step::Asked(before) => {
                    let same = before.row.payload == taken.row.payload && before.context.device == taken.context.device;
                    same && self.bug != Some(Bug::AgainIsIncident)
                }
                Step::Own { .. } => false,
            });
            if !same {
                return Err("an operation of another machine".into());
            }
        }
        Ok(taken.into_iter().partition(|taken| self.ops.contains(&taken.row.op)))
    }

    fn decided(&self, taken: &Taken) -> Option<&Rc<Decided>> {
        self.order.iter().find(|decided| decided.op == taken.row.op)
    }

    /// A command came once more, from another machine: what was decided of it stays, and is told to that one too.
    pub(crate) fn note_again(&mut self, copy: (DeviceId, i64), taken: &Taken) {
        if let Some(decided) = self.decided(taken).cloned() {
            let place = taken.row.dev_seq;
            self.commands.entry(copy).or_default().insert(place, decided);
            self.hashes.entry(copy).or_default().insert(place, taken.hash);
        }
    }
}
