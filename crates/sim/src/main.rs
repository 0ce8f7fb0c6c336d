//! `farthing-sim FROM..TO`: runs seeds and says what came of them; `farthing-sim --mutants` plants every bug in turn, `farthing-sim --mutants WORD` those
//! whose name has the word.

use farthing_sim::{BUGS, Bug, Plan, Report, run};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

/// How many seeds a planted bug may survive.
const MOST: u64 = 100;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.first().map(String::as_str) {
        Some("--mutants") => mutants(arguments.get(1).map_or("", String::as_str)),
        Some(range) => match seeds(range) {
            Some((from, to)) => clean(from, to),
            None => Err(usage()),
        },
        None => Err(usage()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say(&why);
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    "usage: farthing-sim FROM..TO | --mutants [WORD]".into()
}

fn seeds(range: &str) -> Option<(u64, u64)> {
    let (from, to) = range.split_once("..")?;
    Some((from.parse().ok()?, to.parse().ok()?)).filter(|(from, to)| from < to)
}

fn say(text: &str) {
    // A terminal that is gone can't be told about it either.
    let _ = writeln!(io::stdout(), "{text}");
}

/// What came of several seeds.
#[derive(Default)]
struct Sum {
    seeds: u64,
    commands: usize,
    faults: BTreeMap<&'static str, u64>,
    failures: Vec<(u64, String)>,
}

impl Sum {
    fn add(&mut self, seed: u64, report: Report) {
        self.seeds += 1;
        self.commands += report.commands;
        for (fault, count) in report.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        if let Some(failure) = report.failure {
            say(&format!("seed {seed}: {failure}"));
            self.failures.push((seed, failure));
        }
    }
}

/// Every core takes the next seed.
fn clean(from: u64, to: u64) -> Result<(), String> {
    let (next, sum, start) = (AtomicU64::new(from), Mutex::new(Sum::default()), Instant::now());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= to {
                        return;
                    }
                    let report = run(seed, &Plan::default());
                    let mut sum = sum.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    sum.add(seed, report);
                    if sum.seeds.is_multiple_of(1_000) {
                        say(&format!("{} seeds, {} failures", sum.seeds, sum.failures.len()));
                    }
                }
            });
        }
    });
    let sum = sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let took = start.elapsed().as_millis().max(1);
    let tenths = u128::from(sum.seeds) * 10_000 / took;
    say(&format!("seeds        {} ({from}..{to})", sum.seeds));
    say(&format!("commands     {}", sum.commands));
    for (fault, count) in &sum.faults {
        say(&format!("  {fault:<24} {count}"));
    }
    say(&format!("faults       {}", sum.faults.values().sum::<u64>()));
    say(&format!("failures     {}", sum.failures.len()));
    say(&format!("seeds/second {}.{}", tenths / 10, tenths % 10));
    match sum.failures.is_empty() {
        true => Ok(()),
        false => Err("a seed failed: run it alone with SEED..SEED+1".into()),
    }
}

/// The first seed that finds a bug, and what it says.
fn caught(bug: Bug) -> Option<(u64, String)> {
    let plan = Plan {
        bug: Some(bug),
        ..Plan::default()
    };
    (0..MOST).find_map(|seed| Some((seed, run(seed, &plan).failure?)))
}

fn mutants(named: &str) -> Result<(), String> {
    let (mut survivors, mut planted) = (Vec::new(), 0);
    for (bug, word) in BUGS.iter().filter(|(_, word)| word.contains(named)) {
        planted += 1;
        match caught(*bug) {
            Some((seed, failure)) => say(&format!("{word:<36} seed {seed:>3}  {failure}")),
            None => {
                say(&format!("{word:<36} SURVIVED {MOST} seeds"));
                survivors.push(*word);
            }
        }
    }
    say(&format!("{planted} bugs, {} caught", planted - survivors.len()));
    match survivors.is_empty() {
        true => Ok(()),
        false => Err(format!("survived: {}", survivors.join(", "))),
    }
}
