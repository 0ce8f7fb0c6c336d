//! A deterministic simulator: desks and a server, both the hosts that `farthing-sync` describes, with the real office, over
//! a model of a network and of disks that do everything wrong that they can do. One seed is one run, the same each time.
//!
//! After the faults have ended, every desk has to come to rest with what the server has, and the checkers look at all that
//! was recorded: nothing saved is lost, nothing happens twice, money is where the rules say, chains hold. See docs/simulator.md.

mod book;
mod bug;
mod check;
mod chunks;
mod copies;
mod database;
mod days;
mod desk;
mod dice;
mod disk;
mod fault;
mod found;
mod messages;
mod money;
mod naive;
mod network;
mod own;
mod own_work;
mod people;
mod release;
mod rest;
mod round;
mod server;
mod told;
mod work;
mod world;
mod wrong;

pub use bug::{BUGS, Bug};
use std::collections::BTreeMap;

/// What a run is to be.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// So many commands are recorded before the faults end.
    pub commands: usize,
    /// So many desks, of two organisations; at least 5 are what the proof asks for.
    pub desks: usize,
    /// What is done wrong on purpose.
    pub bug: Option<Bug>,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            commands: 500,
            desks: 6,
            bug: None,
        }
    }
}

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many commands were recorded.
    pub commands: usize,
    /// How often each fault happened.
    pub faults: BTreeMap<&'static str, u64>,
    /// SHA-256 over everything that happened, in order.
    pub trace: [u8; 32],
    /// What must not have happened; none in a clean run.
    pub failure: Option<String>,
}

/// Runs a seed.
pub fn run(seed: u64, plan: &Plan) -> Report {
    world::World::run(seed, plan)
}
