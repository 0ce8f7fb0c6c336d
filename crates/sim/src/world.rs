//! One run: what happens when, to whom.

use crate::desk::{Asked, Desk, Next, Phase, Told};
use crate::dice::Dice;
use crate::disk::Luck;
use crate::found::found;
use crate::network::Line;
use crate::server::{Killed, Server, now_at};
use crate::{Plan, Report, check, work};
use farthing_sync::intake::Machine;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const YEAR: i64 = 365 * 24 * HOUR;
/// Noon of the first day: 2026-03-02.
const START: i64 = 1_772_452_800_000;
/// The last moment by which everything has to be at rest after the faults have ended.
const PATIENCE: i64 = 72 * HOUR;
/// So long a desk waits for an answer.
const TIMEOUT: i64 = MINUTE;

/// Something that is going to happen.
#[derive(Clone, Debug)]
enum Event {
    /// Somebody asks for something, or for the same again.
    Work { desk: usize, again: Option<Box<Asked>> },
    /// A desk calls the server, and again after a while where it does so by itself.
    Sync { desk: usize, again: bool },
    /// A message is at the server.
    AtServer { desk: usize, bytes: Vec<u8> },
    /// A message is at a desk, of a time at which the server had so many of its commands.
    AtDesk { desk: usize, bytes: Vec<u8>, had: i64 },
    /// A desk has waited long enough.
    Timeout { desk: usize, round: u64 },
    /// A desk's program is started.
    Start { desk: usize },
    /// The line of a desk is another one.
    Weather { desk: usize },
    /// Something befalls a desk.
    Trouble { desk: usize },
    /// The server looks whether a day is over.
    Days,
}

/// Everything there is in a run.
pub(crate) struct World {
    pub(crate) now: i64,
    pub(crate) desks: Vec<Desk>,
    pub(crate) server: Server,
    queue: BTreeMap<(i64, u64), Event>,
    next: u64,
    lines: Vec<Line>,
    /// Until when a desk's program does not get the processor.
    paused: Vec<i64>,
    server_down: i64,
    /// The faults have ended.
    calm: bool,
    plan: Plan,
    commands: usize,
    faults: BTreeMap<&'static str, u64>,
    trace: Sha256,
    dice: Dice,
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
        let (mut desks, mut organisations) = (Vec::new(), Vec::new());
        for (place, branch) in ["BR1", "HQ2"].into_iter().enumerate() {
            let founding = found(&mut dice, branch, now_at(START - 24 * HOUR).at)?;
            let mut database = crate::database::Database::founded(founding.id, branch, &founding.facts)?;
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
                if n == 1 {
                    desk.brings(&database, &mut dice);
                }
                let machine = Machine {
                    device: desk.device,
                    public: desk.signing.verifying_key().to_bytes(),
                    desk: desk.prefix(),
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
                organisations,
                bug: plan.bug,
                dice: Dice::new(seed, 2),
                stale,
                promised: BTreeMap::new(),
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
        world.soon(HOUR, Event::Days);
        Ok(world)
    }

    /// Within so many milliseconds.
    fn soon(&mut self, within: i64, event: Event) {
        let after = self.dice.between(1, within);
        self.after(after, event);
    }

    fn after(&mut self, ms: i64, event: Event) {
        self.next += 1;
        self.queue.insert((self.now + ms, self.next), event);
    }

    fn count(&mut self, fault: &'static str) {
        *self.faults.entry(fault).or_default() += 1;
    }

    fn note(&mut self, what: &str, desk: usize, bytes: &[u8]) {
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
            let calls = matches!(event, Event::Sync { .. } | Event::AtDesk { .. });
            self.happens(event)?;
            if self.calm && calls && check::is_at_rest(self) {
                return check::everything(self);
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
            if !self.desks[desk].up {
                self.desks[desk].start();
            }
            self.soon(5 * MINUTE, Event::Sync { desk, again: true });
        }
    }

    fn happens(&mut self, event: Event) -> Result<(), String> {
        let whom = match &event {
            Event::Work { desk, .. }
            | Event::AtDesk { desk, .. }
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
                if self.desks[desk].up {
                    let next = self.desks[desk].begin();
                    self.goes_on(desk, next);
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
            Event::AtServer { desk, bytes } => self.at_server(desk, &bytes)?,
            Event::AtDesk { desk, bytes, had } => self.at_desk(desk, &bytes, had)?,
            Event::Timeout { desk, round } => self.desks[desk].give_up(round),
            Event::Start { desk } => {
                if !self.desks[desk].up {
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
            Event::Weather { .. } | Event::Trouble { .. } => {}
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
        if self.desks[desk].up && !self.calm {
            let asked = again.or_else(|| work::next(&self.desks[desk], self.now, &mut self.wishes).map(Box::new));
            if let Some(asked) = asked {
                self.asks(desk, asked)?;
            }
        }
        if first && !self.calm {
            let desks = i64::try_from(self.plan.desks).unwrap_or(1);
            let commands = i64::try_from(self.plan.commands).unwrap_or(1).max(1);
            // The run takes about eight days.
            self.soon(2 * 8 * 24 * HOUR * desks / commands, Event::Work { desk, again: None });
        }
        Ok(())
    }

    fn asks(&mut self, desk: usize, asked: Box<Asked>) -> Result<(), String> {
        let luck = self.luck();
        let told = self.desks[desk].ask(&asked, self.now, luck);
        self.note("asks", desk, asked.op.0.as_bytes());
        match told {
            Told::Saved => {
                self.commands += 1;
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

    /// What a disk does next.
    fn luck(&mut self) -> Luck {
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

    fn dies(&mut self, desk: usize) {
        self.count("kill");
        self.note("dies", desk, &[]);
        let stays = self.dice.chance(500);
        self.desks[desk].kill(stays);
        self.soon(6 * HOUR, Event::Start { desk });
    }

    /// Something befalls a desk.
    fn trouble(&mut self, desk: usize) {
        match self.dice.between(0, 3) {
            0 | 1 if self.desks[desk].up => self.dies(desk),
            2 => {
                self.paused[desk] = self.now + self.dice.between(1, 300) * MINUTE;
                self.count("pause");
            }
            _ => {
                self.desks[desk].off = clock_error(&mut self.dice);
                self.count("clock set");
            }
        }
        self.soon(60 * HOUR, Event::Trouble { desk });
    }

    fn goes_on(&mut self, desk: usize, next: Next) {
        match next {
            Next::Ask(bytes) => {
                self.note("sends", desk, &bytes);
                let round = self.desks[desk].round;
                self.after(TIMEOUT, Event::Timeout { desk, round });
                self.travel(desk, None, &bytes);
            }
            Next::Rest => {}
            Next::Killed => self.dies(desk),
        }
    }

    /// To the server, or from it with how many of the desk's commands it had.
    fn travel(&mut self, desk: usize, from: Option<i64>, bytes: &[u8]) {
        let fate = self.lines[desk].send(from.is_none(), bytes.len(), self.now, &mut self.dice);
        for fault in fate.faults {
            self.count(fault);
        }
        for (after, length) in fate.copies {
            let bytes = bytes.get(..length.unwrap_or(bytes.len())).unwrap_or(bytes).to_vec();
            let event = match from {
                None => Event::AtServer { desk, bytes },
                Some(had) => Event::AtDesk { desk, bytes, had },
            };
            self.after(after, event);
        }
    }

    fn at_server(&mut self, desk: usize, bytes: &[u8]) -> Result<(), String> {
        if self.now < self.server_down {
            return Ok(());
        }
        let killed = match self.dice.between(0, 199) {
            _ if self.calm => Killed::Not,
            0 => Killed::Before,
            1 => Killed::After,
            _ => Killed::Not,
        };
        match killed {
            Killed::Before => self.count("server killed"),
            Killed::After => self.count("lost acknowledgement"),
            Killed::Not => {}
        }
        if killed != Killed::Not {
            self.server_down = self.now + self.dice.between(1, 60) * MINUTE;
        }
        if let Some(answer) = self.server.answer(bytes, self.now, killed)? {
            self.note("answers", desk, &answer);
            check::promised(&self.desks[desk], &self.server)?;
            let had = check::has(&self.desks[desk], &self.server);
            self.travel(desk, Some(had), &answer);
        }
        Ok(())
    }

    fn at_desk(&mut self, desk: usize, bytes: &[u8], had: i64) -> Result<(), String> {
        if !self.desks[desk].up {
            return Ok(());
        }
        let luck = self.luck();
        let pulls = self.desks[desk].phase == Phase::Pulling;
        let (next, page) = self.desks[desk].hear(bytes, luck);
        if pulls && self.desks[desk].is_current {
            check::heard(&self.desks[desk], had)?;
        }
        if let Some(page) = page {
            check::granted(&self.desks[desk], &self.server, &page)?;
            if self.dice.chance(50) {
                check::desk_now(&self.desks[desk])?;
            }
        }
        self.goes_on(desk, next);
        Ok(())
    }
}

/// How far a machine's clock is off.
fn clock_error(dice: &mut Dice) -> i64 {
    match dice.between(0, 9) {
        0 => YEAR,
        1 => -YEAR,
        2..=3 => dice.between(-20 * MINUTE, 20 * MINUTE),
        4 => dice.between(-26 * HOUR, 26 * HOUR),
        _ => dice.between(-2_000, 2_000),
    }
}
