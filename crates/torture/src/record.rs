//! What a run has done, chunk by chunk, in a file: one that was interrupted goes on behind its last whole chunk.

use crate::Outcome;
use crate::database::Victim;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// What happened, and what was found at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Desks that were killed.
    pub desks: u64,
    /// Servers.
    pub servers: u64,
    /// PostgreSQL as a whole.
    pub postmasters: u64,
    /// Single processes of PostgreSQL's.
    pub backends: u64,
    /// Machines of the primary.
    #[serde(default)]
    pub machines: u64,
    /// Primaries whose line to all others was cut.
    #[serde(default)]
    pub lines: u64,
    /// How often PostgreSQL was stopped and started besides, or another machine was made the primary.
    pub restarts: u64,
    /// Commands that the desks recorded.
    pub commands: u64,
    /// What the desks said to be saved.
    pub saved: u64,
    /// Requests that went on to a server.
    pub requests: u64,
    /// Accidents on the line.
    pub faults: BTreeMap<String, u64>,
    /// What was found wrong, each as a sentence: something is missing,
    pub lost: Vec<String>,
    /// something is there more than once, or amounts to something else than was taken in hand,
    pub doubled: Vec<String>,
    /// or something does not go on.
    pub stuck: Vec<String>,
    /// How long it took, in seconds.
    pub seconds: u64,
}

impl Summary {
    /// All kills.
    pub fn kills(&self) -> u64 {
        self.desks + self.servers + self.postmasters + self.backends + self.machines + self.lines
    }

    /// How many of a kind were killed.
    pub fn of(&mut self, victim: Victim) -> &mut u64 {
        match victim {
            Victim::Desk => &mut self.desks,
            Victim::Server => &mut self.servers,
            Victim::Postmaster => &mut self.postmasters,
            Victim::Backend => &mut self.backends,
            Victim::Machine => &mut self.machines,
            Victim::Line => &mut self.lines,
        }
    }

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.stuck.is_empty()
    }

    /// Counts another one in.
    pub fn add(&mut self, other: &Summary) {
        for (sum, more) in [
            (&mut self.desks, other.desks),
            (&mut self.servers, other.servers),
            (&mut self.postmasters, other.postmasters),
            (&mut self.backends, other.backends),
            (&mut self.machines, other.machines),
            (&mut self.lines, other.lines),
            (&mut self.restarts, other.restarts),
            (&mut self.commands, other.commands),
            (&mut self.saved, other.saved),
            (&mut self.requests, other.requests),
            (&mut self.seconds, other.seconds),
        ] {
            *sum += more;
        }
        for (fault, count) in &other.faults {
            *self.faults.entry(fault.clone()).or_default() += count;
        }
        self.lost.extend(other.lost.iter().cloned());
        self.doubled.extend(other.doubled.iter().cloned());
        self.stuck.extend(other.stuck.iter().cloned());
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: u64 = self.faults.values().sum();
        write!(
            f,
            "{} kills ({} desks, {} servers, {} PostgreSQL, {} of its processes, {} of its machines, {} lines cut), {} restarts of \
             PostgreSQL; {} commands, {} said to be saved; {} requests, {faults} faults (",
            self.kills(),
            self.desks,
            self.servers,
            self.postmasters,
            self.backends,
            self.machines,
            self.lines,
            self.restarts,
            self.commands,
            self.saved,
            self.requests
        )?;
        for (n, (fault, count)) in self.faults.iter().enumerate() {
            let between = if n == 0 { "" } else { ", " };
            write!(f, "{between}{count} {fault}")?;
        }
        let (lost, doubled, stuck) = (self.lost.len(), self.doubled.len(), self.stuck.len());
        write!(
            f,
            "); {lost} lost, {doubled} doubled, {stuck} stuck; {} s",
            self.seconds
        )
    }
}

/// A chunk that came to its end.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Its number.
    pub chunk: u32,
    /// How many kills it was to have.
    pub asked: u32,
    /// What it did.
    pub summary: Summary,
}

/// The chunks that are recorded.
///
/// # Errors
/// What the disk says, or a file of something else.
pub fn read(path: &Path) -> Outcome<Vec<Done>> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read?,
    };
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

/// Records a chunk.
///
/// # Errors
/// What the disk says.
pub fn note(path: &Path, done: &Done) -> Outcome {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{}\n", serde_json::to_string(done)?).as_bytes())?;
    Ok(file.sync_data()?)
}
