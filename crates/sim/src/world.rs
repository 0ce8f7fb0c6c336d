//! One run: what happens when, to whom.

use crate::book::Shelf;
use crate::desk::{Asked, Desk, Told};
use crate::dice::Dice;
use crate::fault::clock_error;
use crate::found::found;
use crate::network::Line;
use crate::server::{Server, now_at};
use crate::{Plan, Report, check, own_work, rest, work};
use farthing_office::Command;
use farthing_sync::intake::Machine;
use farthing_sync::versions::Versions;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::rc::Rc;

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Noon of the first day: 2026-03-02.
const START: i64 = 1_772_452_800_000;
/// The last moment by which everything has to be at rest after the faults have ended.
const PATIENCE: i64 = 72 * HOUR;
/// So long a desk waits for an answer.
pub(crate) const TIMEOUT: i64 = MINUTE;

/// Who asked a question: a copy of a desk's book, in one of its rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) desk: usize,
    pub(crate) epoch: i64,
    pub(crate) round: u64,
    /// The place of the last command that it had offered then: an answer says nothing of a later one.
    pub(crate) offered: i64,
}

/// Something that is going to happen.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// Somebody asks for something, or for the same again.
    Work { desk: usize, again: Option<Box<Asked>> },
    /// A desk calls the server, and again after a while where it does so by itself.
    Sync { desk: usize, again: bool },
    /// A message is at the server.
    AtServer { of: Caller, bytes: Vec<u8> },
    /// A message is at a desk, of a time at which the server had so many of its commands. One to a copy of its book that is
    /// there no more finds nobody.
    AtDesk { of: Caller, bytes: Vec<u8>, had: i64 },
    /// A desk has waited long enough.
    Timeout { desk: usize, round: u64 },
    /// A desk's program is started.
    Start { desk: usize },
    /// The line of a desk is another one.
    Weather { desk: usize },
    /// Something befalls a desk.
    Trouble { desk: usize },
    /// A desk's program gives way to a later one; none: the server's.
    Update { desk: Option<usize> },
    /// The server looks whether a day is over.
    Days,
    /// A customer may make a machine their own.
    Enrols { place: usize },
    /// Something befalls an organisation's database.
    Database { place: usize },
}

/// Everything there is in a run.
pub(crate) struct World {
    pub(crate) now: i64,
    pub(crate) desks: Vec<Desk>,
    pub(crate) server: Server,
    queue: BTreeMap<(i64, u64), Event>,
    next: u64,
    pub(crate) lines: Vec<Line>,
    /// Until when a desk's program does not get the processor.
    pub(crate) paused: Vec<i64>,
    pub(crate) server_down: i64,
    /// The faults have ended.
    pub(crate) calm: bool,
    plan: Plan,
    commands: usize,
    faults: BTreeMap<&'static str, u64>,
    trace: Sha256,
    pub(crate) dice: Dice,
    wishes: Dice,
}

impl World {
    /// Runs a seed to its end.
    pub(crate) fn run(seed: u64, plan: &Plan) -> Report {
        let failure = match World::new(seed, plan) {
            Ok(mut world) => {
                let failure = world.play().err();
                return Report {
                    commands: world.commands,
                    faults: std::mem::take(&mut world.faults),
                    trace: world.trace.finalize().into(),
                    failure,
                };
            }
            Err(failure) => failure,
        };
        Report {
            failure: Some(failure),
            ..Report::default()
        }
    }

    fn new(seed: u64, plan: &Plan) -> Result<World, String> {
        let mut dice = Dice::new(seed, 1);
        let (mut desks, mut organisations, shelf) = (Vec::new(), Vec::new(), Rc::new(Shelf::default()));
        for (place, branch) in ["BR1", "HQ2"].into_iter().enumerate() {
            let founding = found(&mut dice, branch, now_at(START - 24 * HOUR).at)?;
            let mut database = crate::database::Database::founded(founding.id, branch, &founding.facts, dice.key())?;
            database.bug = plan.bug;
            // The first organisation has most of the desks.
            let count = if place == 0 {
                plan.desks.saturating_sub(plan.desks / 3)
            } else {
                plan.desks / 3
            };
            for n in 1..=count {
                let (device, secret) = (dice.id(), dice.key());
                let mut desk = Desk::new(place, founding.id, device, secret, format!("{branch}-{n:02}"));
                (desk.off, desk.bug) = (clock_error(&mut dice), plan.bug);
                desk.shelf = Rc::clone(&shelf);
                if n == 1 {
                    desk.brings(&database, &mut dice);
                }
                let machine = Machine {
                    device: desk.device,
                    public: desk.signing.verifying_key().to_bytes(),
                    desk: desk.name.clone(),
                    epoch: 0,
                    dev_seq: desk.base.0,
                    head: desk.base.1,
                };
                database.machines.insert(desk.device, machine);
                desk.start();
                desks.push(desk);
            }
            organisations.push(database);
        }
        let stale = organisations.iter().map(|o| o.state.clone()).collect();
        let mut world = World {
            now: START,
            server: Server {
                backups: organisations.clone(),
                organisations,
                versions: Versions::HERE,
                bug: plan.bug,
                dice: Dice::new(seed, 2),
                stale,
                promised: BTreeMap::new(),
                had: BTreeMap::new(),
            },
            queue: BTreeMap::new(),
            next: 0,
            lines: vec![Line::default(); desks.len()],
            paused: vec![0; desks.len()],
            desks,
            server_down: 0,
            calm: false,
            plan: *plan,
            commands: 0,
            faults: BTreeMap::new(),
            trace: Sha256::new(),
            dice,
            wishes: Dice::new(seed, 3),
        };
        for desk in 0..world.desks.len() {
            world.soon(5 * MINUTE, Event::Sync { desk, again: true });
            world.soon(HOUR, Event::Work { desk, again: None });
            world.soon(24 * HOUR, Event::Weather { desk });
            world.soon(48 * HOUR, Event::Trouble { desk });
        }
        for place in 0..world.server.organisations.len() {
            world.soon(24 * HOUR, Event::Database { place });
            world.soon(36 * HOUR, Event::Enrols { place });
        }
        world.soon(HOUR, Event::Days);
        world.installs();
        Ok(world)
    }

    /// Within so many milliseconds.
    pub(crate) fn soon(&mut self, within: i64, event: Event) {
        let after = self.dice.between(1, within);
        self.after(after, event);
    }

    pub(crate) fn after(&mut self, ms: i64, event: Event) {
        self.next += 1;
        self.queue.insert((self.now + ms, self.next), event);
    }

    pub(crate) fn count(&mut self, fault: &'static str) {
        *self.faults.entry(fault).or_default() += 1;
    }

    pub(crate) fn note(&mut self, what: &str, desk: usize, bytes: &[u8]) {
        self.trace.update(self.now.to_be_bytes());
        self.trace.update(what.as_bytes());
        self.trace.update([u8::try_from(desk).unwrap_or(u8::MAX)]);
        self.trace.update(bytes);
    }

    fn play(&mut self) -> Result<(), String> {
        let mut end = i64::MAX;
        while let Some(((at, _), event)) = self.queue.pop_first() {
            self.now = at;
            if !self.calm && self.commands >= self.plan.commands {
                self.heal();
                end = self.now + PATIENCE;
            }
            if self.now > end {
                return Err(format!("no progress: {}", check::stuck(self)));
            }
            let calls = matches!(event, Event::Sync { .. } | Event::AtDesk { .. } | Event::Update { .. });
            self.happens(event)?;
            if self.calm && calls && check::is_at_rest(self) {
                return rest::everything(self);
            }
        }
        Err("nothing happens any more".into())
    }

    /// All faults end; everybody who was down is started.
    fn heal(&mut self) {
        self.calm = true;
        self.server_down = 0;
        self.lines.iter_mut().for_each(|line| *line = Line::default());
        self.paused.iter_mut().for_each(|until| *until = 0);
        for desk in 0..self.desks.len() {
            if !self.desks[desk].up && !self.desks[desk].gone {
                self.desks[desk].start();
            }
            self.soon(5 * MINUTE, Event::Sync { desk, again: true });
        }
        self.all_update();
    }

    fn happens(&mut self, event: Event) -> Result<(), String> {
        let whom = match &event {
            Event::Work { desk, .. }
            | Event::AtDesk {
                of: Caller { desk, .. },
                ..
            }
            | Event::Sync { desk, .. }
            | Event::Timeout { desk, .. } => Some(*desk),
            _ => None,
        };
        if let Some(until) = whom.map(|desk| self.paused[desk]).filter(|until| *until > self.now) {
            // It goes on where it stopped.
            let rest = until - self.now;
            self.after(rest + 1, event);
            return Ok(());
        }
        match event {
            Event::Work { desk, again } => self.work(desk, again)?,
            Event::Sync { desk, again } => {
                self.lets_in_anew(desk)?;
                if self.desks[desk].up {
                    let next = self.desks[desk].begin();
                    check::sent(&self.desks[desk], &self.server)?;
                    check::sends(&self.desks[desk])?;
                    self.goes_on(desk, next);
                    if self.desks[desk].own.is_some() && !self.calm && self.dice.chance(20) {
                        self.pries(desk);
                    }
                }
                if again {
                    let pause = if self.calm {
                        10 * MINUTE
                    } else {
                        self.dice.between(MINUTE, 12 * HOUR)
                    };
                    self.after(pause, Event::Sync { desk, again });
                }
            }
            Event::AtServer { of, bytes } => self.at_server(of, &bytes)?,
            Event::AtDesk { of, bytes, had } => {
                if self.desks[of.desk].epoch == of.epoch {
                    self.at_desk(of, &bytes, had)?;
                }
            }
            Event::Timeout { desk, round } => self.desks[desk].give_up(round),
            Event::Start { desk } => {
                if !self.desks[desk].up && !self.desks[desk].gone {
                    self.note("start", desk, &[]);
                    self.desks[desk].start();
                    check::opened(&self.desks[desk])?;
                }
            }
            Event::Weather { desk } if !self.calm => {
                let (now, dice) = (self.now, &mut self.dice);
                if let Some(fault) = self.lines[desk].change(now, dice) {
                    self.count(fault);
                }
                self.soon(16 * HOUR, Event::Weather { desk });
            }
            Event::Trouble { desk } if !self.calm => self.trouble(desk),
            Event::Database { place } if !self.calm => self.backs_up_or_restores(place),
            Event::Enrols { place } if !self.calm => self.enrols(place)?,
            Event::Update { desk } => self.updates(desk)?,
            Event::Weather { .. } | Event::Trouble { .. } | Event::Database { .. } | Event::Enrols { .. } => {}
            // In the end no day brings new facts, with which something that got lost might come after all.
            Event::Days if self.calm => {}
            Event::Days => {
                self.server.close_days(self.now)?;
                self.after(HOUR, Event::Days);
            }
        }
        Ok(())
    }

    fn work(&mut self, desk: usize, again: Option<Box<Asked>>) -> Result<(), String> {
        let first = again.is_none();
        let again = again.filter(|asked| asked.epoch == self.desks[desk].epoch);
        // Nobody signs in any more where the access has ended.
        if self.desks[desk].up && !self.desks[desk].book.revoked && !self.calm {
            let asked = again.or_else(|| self.wish(desk).map(Box::new));
            if let Some(asked) = asked {
                self.asks(desk, asked)?;
            }
        }
        if first && !self.calm {
            let desks = i64::try_from(self.plan.desks).unwrap_or(1);
            let commands = i64::try_from(self.plan.commands).unwrap_or(1).max(1);
            // The run takes about eight days. A customer has little to ask for.
            let within = match self.desks[desk].own {
                Some(_) => 16 * HOUR,
                None => 2 * 8 * 24 * HOUR * desks / commands,
            };
            self.soon(within, Event::Work { desk, again: None });
        }
        Ok(())
    }

    fn wish(&mut self, desk: usize) -> Option<Asked> {
        let (desk, dice) = (&self.desks[desk], &mut self.wishes);
        match desk.own {
            Some(own) => {
                let database = &self.server.organisations[desk.organisation];
                own_work::next(desk, own, database, self.now, dice)
            }
            None => work::next(desk, self.now, dice),
        }
    }

    fn asks(&mut self, desk: usize, asked: Box<Asked>) -> Result<(), String> {
        let luck = self.luck();
        let told = self.desks[desk].ask(&asked, self.now, luck);
        self.note("asks", desk, asked.op.0.as_bytes());
        match told {
            Told::Saved => {
                self.commands += 1;
                match asked.command {
                    _ if asked.forged => self.count("customer's command forged"),
                    Command::EraseCustomer { .. } => self.count("erasure asked for"),
                    _ => {}
                }
                // Whoever has a line calls soon.
                if self.dice.chance(150) {
                    self.soon(MINUTE, Event::Sync { desk, again: false });
                }
            }
            Told::Refused => {}
            Told::TryAgain => self.after(
                MINUTE,
                Event::Work {
                    desk,
                    again: Some(asked),
                },
            ),
            Told::Nothing => self.dies(desk),
        }
        Ok(())
    }
}
