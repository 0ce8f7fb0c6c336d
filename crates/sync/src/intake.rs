//! The server's end of a push: whether these commands are the next ones of this very copy of a book.

use crate::versions::Versions;
use crate::wire::{Push, PushAnswer, SentCommand, verifies};
use farthing_api::DeviceId;
use farthing_office::chain::{CommandLink, Hash};
use farthing_office::{Command, Context, epoch_letters};
use serde::Deserialize;
use serde_bytes::ByteArray;
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
    /// The desk's prefix without the epoch's letter.
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
    /// These commands are new: decide and keep them. May be none.
    Fresh {
        /// The commands.
        taken: Vec<Taken>,
        /// The machine as it stands then; it may stand otherwise where none is new, since another copy of its book goes on.
        machine: Machine,
    },
    /// Nothing is to be kept; this is the answer.
    Answer(PushAnswer),
}

/// The hashes of a machine's commands, by place and copy of its book.
pub type Known = BTreeMap<(i64, i64), Hash>;

/// The first place whose hash [`check`] wants to know from the server's log: the one before the first that was sent.
pub fn first_of(push: &Push) -> i64 {
    push.commands.first().map_or(0, |c| c.dev_seq - 1)
}

/// The last place of the commands of a push. Whoever keeps a push has all up to there, be it of another copy of the book.
pub fn last_of(push: &Push) -> i64 {
    first_of(push) + i64::try_from(push.commands.len().min(MOST_COMMANDS)).unwrap_or(0)
}

/// Whether a push comes from a copy of the book that was left when a backup was restored: the restored one counts.
pub fn is_left(machine: &Machine, push: &Push) -> bool {
    push.sender() < machine.epoch
}

/// Where a push goes on.
enum Start {
    /// After the command with this hash.
    After(Hash),
    /// After one that is not here; this is the last one that may be in common.
    Missing(i64),
    /// After another one than is here.
    Other,
}

fn start(machine: &Machine, push: &Push, kept: &Known) -> Start {
    let (first, after) = (first_of(push), push.after.map(ByteArray::into_array));
    if push.sender() == machine.epoch && first >= machine.dev_seq {
        return match first == machine.dev_seq {
            true => Start::After(machine.head),
            false => Start::Missing(machine.dev_seq),
        };
    }
    let mut here = kept.range((first, i64::MIN)..=(first, i64::MAX)).map(|(_, hash)| *hash);
    if let Some(hash) = here.clone().find(|hash| Some(*hash) == after) {
        return Start::After(hash);
    }
    // The first command of all may follow one from before the enrolment, which was never sent.
    let is_base = match kept.first_key_value() {
        Some(((place, _), _)) => *place == first + 1,
        None => first == machine.dev_seq && after == Some(machine.head),
    };
    match after.filter(|_| is_base) {
        Some(hash) => return Start::After(hash),
        // The server lost what it had of this copy: the desk offers everything.
        None if push.sender() > machine.epoch => return Start::Missing(0),
        None => {}
    }
    match (kept.get(&(first, push.epoch)), here.next()) {
        (Some(hash), _) => Start::After(*hash),
        (None, Some(_)) => Start::Other,
        (None, None) => Start::Missing(machine.dev_seq),
    }
}

/// Checks a push against what is kept: its chain, its signature, and that no place is taken twice. `kept` holds the hashes
/// of the machine's commands from [`first_of`] on, as far as there are any, those of former copies of its book too.
///
/// The same command a second time is no offence: the answer to the first may have been lost. A restored book goes on after any
/// command that is kept, under an epoch of its own. A command that is newer than `versions` is not looked at, and nothing of the
/// push is taken then.
pub fn check(machine: &Machine, push: &Push, kept: &Known, versions: Versions) -> Verdict {
    let answer = Verdict::Answer;
    let (first, through) = (first_of(push), machine.dev_seq);
    let by = &push.of.unwrap_or(machine.device);
    let mut prev = match start(machine, push, kept) {
        Start::After(hash) => hash,
        // What came before is not here: the desk goes on from what is.
        Start::Missing(through) => return answer(PushAnswer::Behind { through }),
        Start::Other => return answer(PushAnswer::Incident { at: first }),
    };
    // Nothing new comes from a copy that was left, nor at a place that the one which counts has passed.
    let is_passed = |place: i64| is_left(machine, push) || (push.sender() == machine.epoch && place <= through);
    let mut fresh = Vec::new();
    for (place, row) in (first + 1..).zip(push.commands.iter().take(MOST_COMMANDS)) {
        if row.dev_seq != place {
            return answer(PushAnswer::Behind { through });
        }
        prev = hash_of(by, push.epoch, row).after(&prev);
        match kept.get(&(place, push.epoch)) {
            Some(hash) if *hash == prev => continue,
            None if !is_passed(place) => {}
            _ => return answer(PushAnswer::Incident { at: place }),
        }
        if row.version > i64::from(versions.commands) {
            return answer(PushAnswer::Older);
        }
        match read((machine, by), push.epoch, row, prev) {
            Some(taken) => fresh.push(taken),
            None => return answer(PushAnswer::Incident { at: place }),
        }
    }
    if prev != push.head || !verifies(&machine.public, &push.head, &push.signature) {
        return answer(PushAnswer::Incident { at: through });
    }
    let last = last_of(push);
    let machine = match is_passed(last) {
        true => machine.clone(),
        false => Machine {
            epoch: push.sender(),
            dev_seq: last,
            head: prev,
            ..machine.clone()
        },
    };
    Verdict::Fresh { taken: fresh, machine }
}

fn hash_of<'a>(by: &'a DeviceId, epoch: i64, row: &'a SentCommand) -> CommandLink<'a> {
    CommandLink {
        op: &row.op.0,
        device: &by.0,
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

/// Reads a command of a machine, recorded by it or by the one that its book was of before; none where it says something else than its
/// envelope, which no desk ever writes.
fn read((machine, by): (&Machine, &DeviceId), epoch: i64, row: &SentCommand, hash: Hash) -> Option<Taken> {
    let command: Command = serde_json::from_str(&row.payload).ok()?;
    let Decided { context } = serde_json::from_str(&row.context).ok()?;
    let desk = format!("{}{}", machine.desk, epoch_letters(u32::try_from(epoch).ok()?));
    let is_own = context.op == row.op && context.device == *by && context.desk == desk;
    is_own.then(|| Taken {
        row: row.clone(),
        hash,
        command,
        context,
    })
}
