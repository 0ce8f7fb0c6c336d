//! The server's end of a push: whether these commands are the next ones of this very copy of a book.

use crate::wire::{Push, PushAnswer, SentCommand, verifies};
use farthing_api::DeviceId;
use farthing_office::chain::{CommandLink, Hash};
use farthing_office::{COMMAND_VERSION, Command, Context};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The most commands of one push: so many are decided in one transaction.
pub const MOST_COMMANDS: usize = 200;

/// What the server knows of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Which.
    pub device: DeviceId,
    /// Its Ed25519 key.
    pub public: [u8; 32],
    /// The desk's prefix as printed, the epoch's letter included.
    pub desk: String,
    /// Which copy of the book.
    pub epoch: i64,
    /// The place of the last command that is kept.
    pub dev_seq: i64,
    /// That command's hash.
    pub head: Hash,
}

/// A command that is new and readable, with its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// As it came.
    pub row: SentCommand,
    /// Its hash in its desk's chain.
    pub hash: Hash,
    /// What is asked for.
    pub command: Command,
    /// The circumstances, as the desk says.
    pub context: Context,
}

/// What is to be done with a push.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// These commands are new: decide and keep them, and the machine stands at the last one. May be none.
    Fresh(Vec<Taken>),
    /// Nothing is to be kept; this is the answer.
    Answer(PushAnswer),
}

/// The first place whose hash [`check`] wants to know from the server's log: the one before the first that was sent.
pub fn first_of(push: &Push) -> i64 {
    push.commands.first().map_or(0, |c| c.dev_seq - 1)
}

/// Checks a push against what is kept: its chain, its signature, and that no place is taken twice. `kept` holds the hashes
/// of the machine's commands from [`first_of`] on, as far as there are any.
///
/// The same command a second time is no offence: the answer to the first may have been lost.
pub fn check(machine: &Machine, push: &Push, kept: &BTreeMap<i64, Hash>) -> Verdict {
    let answer = Verdict::Answer;
    if push.epoch != machine.epoch {
        return answer(PushAnswer::Incident { at: machine.dev_seq });
    }
    let first = first_of(push);
    let through = machine.dev_seq;
    let start = match (first == through, kept.get(&first)) {
        (true, _) => machine.head,
        (false, Some(hash)) => *hash,
        // What came before is not here: the desk goes on from what is.
        (false, None) => return answer(PushAnswer::Behind { through }),
    };
    let mut fresh = Vec::new();
    let mut prev = start;
    for (place, row) in (first + 1..).zip(push.commands.iter().take(MOST_COMMANDS)) {
        if row.dev_seq != place {
            return answer(PushAnswer::Behind { through });
        }
        prev = hash_of(machine, push.epoch, row).after(&prev);
        if place <= through {
            match kept.get(&place) == Some(&prev) {
                true => continue,
                false => return answer(PushAnswer::Incident { at: place }),
            }
        }
        if row.version > i64::from(COMMAND_VERSION) {
            return answer(PushAnswer::Older);
        }
        match read(machine, row, prev) {
            Some(taken) => fresh.push(taken),
            None => return answer(PushAnswer::Incident { at: place }),
        }
    }
    if prev != push.head || !verifies(&machine.public, &push.head, &push.signature) {
        return answer(PushAnswer::Incident { at: through });
    }
    Verdict::Fresh(fresh)
}

fn hash_of<'a>(machine: &'a Machine, epoch: i64, row: &'a SentCommand) -> CommandLink<'a> {
    CommandLink {
        op: &row.op.0,
        device: &machine.device.0,
        epoch,
        dev_seq: row.dev_seq,
        hlc: row.hlc,
        version: row.version,
        payload: &row.payload,
        context: &row.context,
    }
}

/// A command's circumstances as a log keeps them.
#[derive(Deserialize)]
struct Decided {
    context: Context,
}

/// Reads a command; none where it says something else than its envelope, which no desk ever writes.
fn read(machine: &Machine, row: &SentCommand, hash: Hash) -> Option<Taken> {
    let command: Command = serde_json::from_str(&row.payload).ok()?;
    let Decided { context } = serde_json::from_str(&row.context).ok()?;
    let is_own = context.op == row.op && context.device == machine.device && context.desk == machine.desk;
    is_own.then(|| Taken {
        row: row.clone(),
        hash,
        command,
        context,
    })
}
