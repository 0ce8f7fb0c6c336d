//! What goes wrong with disks, machines and databases, and how often.

use crate::desk::Phase;
use crate::dice::Dice;
use crate::disk::Luck;
use crate::world::{Event, HOUR, MINUTE, World};

const YEAR: i64 = 365 * 24 * HOUR;

impl World {
    /// What a disk does next.
    pub(crate) fn luck(&mut self) -> Luck {
        if self.calm || !self.dice.chance(25) {
            return Luck::Good;
        }
        let (luck, word) = match self.dice.between(0, 5) {
            0 => (Luck::Busy, "busy"),
            1 => (Luck::Full, "disk full"),
            2 => (Luck::Io, "i/o error"),
            3 => (Luck::Power(0), "unsynced page"),
            4 => (Luck::Power(self.dice.place(4)), "torn page"),
            _ => (Luck::Power(usize::MAX), "kill before the answer"),
        };
        self.count(word);
        luck
    }

    pub(crate) fn dies(&mut self, desk: usize) {
        self.count("kill");
        if self.desks[desk].phase == Phase::Chunk {
            self.count("kill between chunks");
        }
        self.note("dies", desk, &[]);
        let stays = self.dice.chance(500);
        self.desks[desk].kill(stays);
        self.soon(6 * HOUR, Event::Start { desk });
    }

    /// Something befalls a desk.
    pub(crate) fn trouble(&mut self, desk: usize) {
        match self.dice.between(0, 4) {
            0 | 1 if self.desks[desk].up => self.dies(desk),
            3 if self.dice.chance(120) => self.copies(desk),
            3 => self.desk_backs_up_or_restores(desk),
            2 => {
                self.paused[desk] = self.now + self.dice.between(1, 300) * MINUTE;
                self.count("pause");
            }
            _ if self.desks[desk].own.is_some() && self.dice.chance(150) => self.revokes_own(desk),
            _ => {
                self.desks[desk].off = clock_error(&mut self.dice);
                self.count("clock set");
            }
        }
        self.soon(60 * HOUR, Event::Trouble { desk });
    }

    /// The access of one of an organisation's machines is taken away, once in a run, and never that of all.
    fn revokes(&mut self, place: usize) {
        let database = &self.server.organisations[place];
        if database.revoked.keys().any(|device| !database.own.contains_key(device)) {
            return;
        }
        let known = |n: &usize| {
            let desk = &self.desks[*n];
            // A copy whose access had ended could hand nothing over.
            desk.organisation == place && desk.own.is_none() && desk.book.authority.is_some() && !desk.copied
        };
        let all: Vec<usize> = (0..self.desks.len()).filter(known).skip(1).collect();
        let Some(desk) = self.dice.pick(&all).copied() else {
            return;
        };
        self.server.revoke(place, self.desks[desk].device, self.now);
        self.note("revokes", desk, &[]);
        self.count("access taken away");
    }

    /// A customer loses their machine, and it its access.
    fn revokes_own(&mut self, desk: usize) {
        let (place, device) = (self.desks[desk].organisation, self.desks[desk].device);
        if self.server.organisations[place].revoked.contains_key(&device) || self.desks[desk].copied {
            return;
        }
        self.server.revoke(place, device, self.now);
        self.note("revokes", desk, &[]);
        self.count("access of a customer's machine taken away");
    }

    /// A backup is made of a desk's book, or one of those that were made takes its place.
    fn desk_backs_up_or_restores(&mut self, place: usize) {
        let restores = self.dice.chance(400);
        let desk = &mut self.desks[place];
        if !desk.up || desk.gone {
            return;
        }
        match self.dice.pick(&desk.backups).filter(|_| restores).cloned() {
            Some(backup) => {
                desk.restores(backup);
                self.note("restores", place, &[]);
                self.count("desk restored from a backup");
            }
            None => desk.backs_up(),
        }
    }

    /// A backup is made of an organisation's database, or the last one takes its place.
    pub(crate) fn backs_up_or_restores(&mut self, place: usize) {
        match self.dice.between(0, 5) {
            0 if self.dice.chance(500) => self.revokes(place),
            0 | 1 => {
                self.server.restore(place);
                self.server_down = self.now + self.dice.between(1, 60) * MINUTE;
                self.note("restores", place, &[]);
                self.count("server restored from a backup");
            }
            _ => self.server.back_up(place),
        }
        self.soon(60 * HOUR, Event::Database { place });
    }
}

/// How far a machine's clock is off.
pub(crate) fn clock_error(dice: &mut Dice) -> i64 {
    match dice.between(0, 9) {
        0 => YEAR,
        1 => -YEAR,
        2..=3 => dice.between(-20 * MINUTE, 20 * MINUTE),
        4 => dice.between(-26 * HOUR, 26 * HOUR),
        _ => dice.between(-2_000, 2_000),
    }
}
