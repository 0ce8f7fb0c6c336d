//! A chunk of a run: a fresh office, so many kills under load, then peace, and a look at everything.

use crate::Outcome;
use crate::check::{self, Found};
use crate::database::{Database, Single, Victim};
use crate::dice::Dice;
use crate::machines::Machines;
use crate::office;
use crate::proxy::Proxy;
use crate::record::Summary;
use crate::world::World;
use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const DESKS: usize = 3;
const SERVERS: usize = 2;
/// Whatever is waited for comes within that, on a machine that does other things too.
const LIMIT: Duration = Duration::from_secs(120);
/// After so many kills every desk must have come to the end of a round, and PostgreSQL is started anew under load.
const BETWEEN_BREATHS: u32 = 10;

/// Runs a chunk in a folder, which must be empty. `cluster` names the files by which three machines keep the database.
///
/// # Errors
/// The office could not be made, or not be looked at; what stood still or was found wrong is in the summary.
pub fn chunk(seed: u64, kills: u32, folder: &Path, server: &Path, cluster: Option<&Path>) -> Outcome<Summary> {
    let began = Instant::now();
    fs::create_dir_all(folder)?;
    let (to, events) = channel();
    let proxy = Proxy::start(DESKS, SERVERS, Dice::new(seed, u64::MAX), to.clone())?;
    let database: Box<dyn Database> = match cluster {
        None => Box::new(Single::make(&folder.join("pg"))?),
        Some(files) => Box::new(Machines::make(files, folder)?),
    };
    let mut world = World::new(folder, server, seed, (database, proxy), (DESKS, SERVERS), (to, events));
    let runtime = Runtime::new()?;
    let cash = begin(&mut world, &runtime)?;
    let mut chunk = Chunk {
        world,
        dice: Dice::new(seed, u64::MAX - 1),
        summary: Summary::default(),
    };
    let rested = chunk.torture(kills).and_then(|()| chunk.heal());
    let Chunk {
        mut world, mut summary, ..
    } = chunk;
    tracing::info!("everything is at rest");
    let found = match rested.and_then(|()| world.end(LIMIT)) {
        Ok(()) => check::everything(&world, &runtime, server, cash)?,
        Err(error) => Found::standstill(error.to_string()),
    };
    let Found {
        commands,
        lost,
        doubled,
        stuck,
    } = found;
    summary.faults = world.proxy.happened();
    summary.commands = commands;
    summary.saved = world.desks.iter().map(|desk| desk.saved).sum();
    summary.requests = world.passed;
    (summary.lost, summary.doubled, summary.stuck) = (lost, doubled, stuck);
    summary.seconds = began.elapsed().as_secs();
    Ok(summary)
}

/// Starts servers, makes the office, starts the desks; what is in the drawers then, in minor units.
fn begin(world: &mut World, runtime: &Runtime) -> Outcome<i64> {
    // Alone, since each start of a server prints another link as long as there is no organisation.
    world.start_server(0)?;
    world.until("a server listens and prints its link", LIMIT, |world| {
        Ok(world.link().is_some() && world.listens(0))
    })?;
    let link = world.link().unwrap_or_default();
    let mut desks = Vec::new();
    for desk in 0..world.desks.len() {
        let address = world.proxy.address(desk).ok_or("a desk without an address")?;
        desks.push((world.home(desk), address));
    }
    runtime.block_on(Box::pin(office::make(&link, &desks)))?;
    let cash = runtime.block_on(Box::pin(check::cash_of(&world.home(0))))?;
    for server in 1..world.servers() {
        world.start_server(server)?;
    }
    for desk in 0..world.desks.len() {
        world.start_desk(desk)?;
    }
    world.until("all servers listen", LIMIT, |world| Ok(world.all_listen()))?;
    world.until("all desks have spoken with the server", LIMIT, |world| {
        Ok(world.desks.iter().all(|desk| desk.rounds > 0))
    })?;
    world.proxy.set_calm(false);
    Ok(cash)
}

struct Chunk {
    world: World,
    dice: Dice,
    summary: Summary,
}

impl Chunk {
    fn torture(&mut self, kills: u32) -> Outcome {
        let victims = self.world.database.victims();
        for n in 0..kills {
            let desk = self.dice.below(u32::try_from(DESKS)?) as usize;
            self.come_to_something(desk)?;
            // Where in its work that meets the victim is chance.
            std::thread::sleep(self.dice.moment(12));
            let victim = victims[n as usize % victims.len()];
            tracing::info!(n, ?victim, desk, "kills");
            self.kill(victim, desk)?;
            tracing::info!(n, "killed, and started again");
            if (n + 1) % BETWEEN_BREATHS == 0 {
                self.breathe(n)?;
            }
        }
        Ok(())
    }

    /// Waits until so much has happened as chance has it: something saved at a desk, a request on its way to a server, a round that
    /// came to its end. Or for nothing, so that what was killed last is killed while it starts, or another one meanwhile.
    fn come_to_something(&mut self, desk: usize) -> Outcome {
        let (count, most): (fn(&World, usize) -> u64, _) = match self.dice.below(8) {
            0 => {
                std::thread::sleep(self.dice.moment(300));
                return Ok(());
            }
            1..4 => (|world, desk| world.desks[desk].saved, 4),
            4..6 => (|world, _| world.passed, 6),
            _ => (|world, desk| world.desks[desk].rounds, 2),
        };
        let more = u64::from(self.dice.below(most)) + 1;
        // What was said before counts as before.
        self.world.hear_all()?;
        let before = count(&self.world, desk);
        self.world
            .until("work goes on", LIMIT, |world| Ok(count(world, desk) >= before + more))
    }

    fn kill(&mut self, victim: Victim, desk: usize) -> Outcome {
        let killed = match victim {
            Victim::Desk => {
                self.world.kill_desk(desk)?;
                victim
            }
            Victim::Server => {
                let server = self.dice.below(u32::try_from(SERVERS)?) as usize;
                self.world.kill_server(server)?;
                victim
            }
            _ => {
                let down = self.dice.moment(400);
                self.world.database.kill(victim, down)?
            }
        };
        *self.summary.of(killed) += 1;
        Ok(())
    }

    /// PostgreSQL is stopped and started under load, or changes its primary, and everything must come to something all the same.
    fn breathe(&mut self, n: u32) -> Outcome {
        let down = self.dice.moment(400);
        tracing::info!(n, "maintenance of PostgreSQL");
        self.world.database.maintain(n / BETWEEN_BREATHS % 2 == 1, down)?;
        self.summary.restarts += 1;
        self.world.hear_all()?;
        let before: Vec<u64> = self.world.desks.iter().map(|desk| desk.rounds).collect();
        self.world
            .until("every desk comes to the end of a round", LIMIT, |world| {
                Ok(world
                    .desks
                    .iter()
                    .zip(&before)
                    .all(|(desk, before)| desk.rounds > *before))
            })
    }

    /// Nothing goes wrong any more: everything that was recorded gets to the server, and every desk learns what became of it.
    fn heal(&mut self) -> Outcome {
        tracing::info!("peace");
        self.world.proxy.set_calm(true);
        self.world.rest()?;
        self.world
            .until("copies of requests arrive", LIMIT, |world| Ok(!world.proxy.has_late()))?;
        self.world
            .until("all servers listen", LIMIT, |world| Ok(world.all_listen()))?;
        self.world.hear_all()?;
        let before: Vec<u64> = self.world.desks.iter().map(|desk| desk.rounds).collect();
        self.world
            .until("nothing waits, and desks have what the server has", LIMIT, |world| {
                let has_spoken = world
                    .desks
                    .iter()
                    .zip(&before)
                    .all(|(desk, before)| desk.rounds > before + 1);
                let Some(first) = world.desks[0].stand.clone().filter(|_| has_spoken) else {
                    return Ok(false);
                };
                let is_done = world.desks.iter().all(|desk| desk.stand.as_ref() == Some(&first));
                if !is_done || first.waiting != (0, 0) {
                    return Ok(false);
                }
                let listed = "select coalesce(sum(seq), 0) from scope_head where scope not like 'customer:%'";
                // It may still recover from what was killed last.
                Ok(world
                    .database
                    .ask(listed)
                    .is_ok_and(|sum| sum == first.facts.to_string()))
            })
    }
}
