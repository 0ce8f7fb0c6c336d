//! A desk's host: what the desk's use cases and its book do around the protocol, over a model of a disk.

use crate::book::{Book, Came, Logged, Row, Shelf};
use crate::bug::Bug;
use crate::database::Database;
use crate::dice::Dice;
use crate::disk::{Disk, Luck, Written};
use crate::round::Anew;
use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;
use farthing_api::{CustomerId, DeviceId, OpId, PaymentId, UserId};
use farthing_office::chain::{CommandLink, Hash};
use farthing_office::{Actor, Command, Context, Fact, FactBody, RULES, decide, epoch_letters};
use farthing_sync::device::Broken;
use farthing_sync::snapshot::Chunk;
use farthing_sync::versions::Versions;
use farthing_sync::wire::SentCommand;
use std::rc::Rc;
use uuid::Uuid;

/// So many backups of a book are at hand.
const BACKUPS: usize = 3;

/// What a person was told of something that they asked for.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// It is saved.
    Saved,
    /// The form refused it, or nothing followed.
    Refused,
    /// It could not be saved: they try again.
    TryAgain,
    /// The program ended.
    Nothing,
}

/// What a person has in hand of something that was saved.
#[derive(Clone, Debug)]
pub(crate) struct Slip {
    pub(crate) op: OpId,
    pub(crate) epoch: i64,
    pub(crate) dev_seq: i64,
    pub(crate) command: Command,
    /// The numbers of receipts that were printed.
    pub(crate) receipts: Vec<(PaymentId, String)>,
}

/// What a desk asks the server for at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Idle,
    Pushing {
        behind: u32,
    },
    Pulling,
    /// Which chunks of the history there are.
    Listing,
    /// The next one of them.
    Chunk,
    /// Everything of another history.
    Anew,
}

/// What is to be done after an answer.
#[derive(Debug)]
pub(crate) enum Next {
    /// Send this.
    Ask(Vec<u8>),
    /// The round is at its end.
    Rest,
    /// The program was killed.
    Killed,
}

/// The customer whose own a machine is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own {
    pub(crate) customer: CustomerId,
    pub(crate) user: UserId,
}

/// A machine with its book.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) organisation: usize,
    pub(crate) id: Uuid,
    pub(crate) device: DeviceId,
    pub(crate) signing: SigningKey,
    pub(crate) name: String,
    /// Of the program that it runs.
    pub(crate) versions: Versions,
    pub(crate) epoch: i64,
    /// The end of the chain of commands that are never sent.
    pub(crate) base: (i64, Hash),
    pub(crate) disk: Disk,
    /// Copies of the disk at another place, the newest last.
    pub(crate) backups: Vec<Disk>,
    /// Of what was recorded after the backup that took its place.
    pub(crate) lost: Vec<Slip>,
    /// The place of the last command that was offered.
    pub(crate) offered: i64,
    pub(crate) book: Book,
    pub(crate) up: bool,
    /// Its access has ended, and its book is deleted.
    pub(crate) gone: bool,
    /// How far the clock is off, in milliseconds.
    pub(crate) off: i64,
    pub(crate) phase: Phase,
    /// What came of another history so far.
    pub(crate) anew: Option<Anew>,
    /// The chunks that were listed in this round.
    pub(crate) chunks: Option<Vec<Chunk>>,
    /// How many of them were taken in all.
    pub(crate) taken: u64,
    pub(crate) round: u64,
    /// Whether the last round came to its end.
    pub(crate) is_current: bool,
    pub(crate) halted: Option<Broken>,
    pub(crate) incident: bool,
    /// Its book was copied, or is a copy.
    pub(crate) copied: bool,
    /// What people were told is saved. It is paper: it outlives the machine.
    pub(crate) slips: Vec<Slip>,
    pub(crate) bug: Option<Bug>,
    /// Whose own machine it is, and as whom they sign in.
    pub(crate) own: Option<Own>,
    /// Facts that any desk of the run has read.
    pub(crate) shelf: Rc<Shelf>,
    /// The hybrid clock as the program that runs remembers it, for a planted bug.
    ran: i64,
}

/// Who asks for what, under which id, with which key of a customer who is registered.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) op: OpId,
    pub(crate) actor: Actor,
    pub(crate) command: Command,
    pub(crate) key: Option<[u8; 32]>,
    /// At which copy of the book: nobody asks again, under the same id, at another.
    pub(crate) epoch: i64,
    /// By a program that was changed, so that it is recorded whatever the office's rules say.
    pub(crate) forged: bool,
}

impl Desk {
    /// A machine with an empty book.
    pub(crate) fn new(organisation: usize, id: Uuid, device: Uuid, secret: [u8; 32], name: String) -> Desk {
        Desk {
            organisation,
            id,
            device: DeviceId(device),
            signing: SigningKey::from_bytes(&secret),
            name,
            versions: Versions::HERE,
            epoch: 0,
            base: (0, farthing_office::chain::START),
            disk: Disk::default(),
            backups: Vec::new(),
            lost: Vec::new(),
            offered: 0,
            book: Book::default(),
            up: true,
            gone: false,
            off: 0,
            phase: Phase::Idle,
            anew: None,
            chunks: None,
            taken: 0,
            round: 0,
            is_current: false,
            halted: None,
            incident: false,
            copied: false,
            slips: Vec::new(),
            bug: None,
            own: None,
            shelf: Rc::default(),
            ran: 0,
        }
    }

    /// This is the machine whose standalone book the organisation began with: it has the history, and commands of its own
    /// that are never sent. Whether it heard that the server has it all is left to chance.
    pub(crate) fn brings(&mut self, database: &Database, dice: &mut Dice) {
        self.base = (dice.between(1, 20), dice.key());
        let mut rows: Vec<Row> = database
            .facts
            .iter()
            .map(|kept| {
                Row::Fact(Rc::new(Came {
                    sent: kept.sent.clone(),
                    fact: kept.fact.clone(),
                }))
            })
            .collect();
        if dice.chance(500) {
            rows.push(Row::Cursors(database.heads.clone()));
        }
        self.disk.commit(rows, Luck::Good);
    }

    /// The desk's prefix as printed.
    pub(crate) fn prefix(&self) -> String {
        format!("{}{}", self.name, epoch_letters(u32::try_from(self.epoch).unwrap_or(0)))
    }

    /// The machine's own clock.
    pub(crate) fn clock(&self, ms: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(ms + self.off).unwrap_or_default()
    }

    /// Starts the program: everything in memory comes from the disk.
    pub(crate) fn start(&mut self) {
        let takes_torn = self.bug == Some(Bug::TornAccepted);
        let bug = self.bug;
        self.book = Book::open(self.disk.open(takes_torn), self.epoch, bug);
        if self.book.commands.is_empty() {
            self.book.position.sent = self.book.position.sent.max(self.base.0);
            self.book.position.decided = self.book.position.decided.max(self.base.0);
        }
        self.book.position.began = self.book.position.began.max(self.base.0);
        (self.up, self.phase, self.is_current, self.ran) = (true, Phase::Idle, false, 0);
        self.anew = None;
        self.round += 1;
    }

    /// A backup is made of the book, at another place than its disk.
    pub(crate) fn backs_up(&mut self) {
        if self.backups.len() == BACKUPS {
            self.backups.remove(0);
        }
        self.backups.push(self.disk.copied());
    }

    /// A backup takes the place of the book, under another epoch. What is not in it is lost, unless it was sent.
    pub(crate) fn restores(&mut self, backup: Disk) {
        self.disk = backup;
        if self.bug != Some(Bug::EpochKept) {
            self.epoch += 1;
        }
        self.start();
        let mut slips = std::mem::take(&mut self.slips);
        slips.append(&mut self.lost);
        (self.slips, self.lost) = slips.into_iter().partition(|slip| self.book.has(slip.op));
    }

    /// The program ends without warning.
    pub(crate) fn kill(&mut self, tail_stays: bool) {
        self.disk.power_fails(tail_stays);
        self.up = false;
    }

    /// Decides and keeps what someone asks for.
    pub(crate) fn ask(&mut self, asked: &Asked, ms: i64, luck: Luck) -> Told {
        if self.book.has(asked.op) {
            // It was kept although nobody was told so.
            return Told::Saved;
        }
        let last = self.last_clock();
        let numbers = self.book.state.desk(&self.prefix()).copied().unwrap_or_default();
        let numbers = match self.bug {
            Some(Bug::NumbersForgotten) => numbers,
            _ => numbers.later(self.book.given),
        };
        let written = DateTime::from_timestamp_millis(last >> 16).unwrap_or_default();
        let context = Context {
            op: asked.op,
            at: self.clock(ms).max(written),
            today: self.clock(ms).date_naive(),
            actor: Some(asked.actor),
            device: self.device,
            desk: self.prefix(),
            rules: RULES,
            numbers: Some(numbers).filter(|_| self.bug != Some(Bug::NumbersUnsaid)),
        };
        let facts = match decide(&self.book.state, &asked.command, &context) {
            Ok(facts) if !facts.is_empty() => facts,
            _ if asked.forged => Vec::new(),
            _ => return Told::Refused,
        };
        let given = numbers.later(self.book.numbers_after(&facts, &context.desk));
        let Some(row) = self.log(asked, context, last, given) else {
            return Told::Refused;
        };
        let told = self.keep(Row::Command(Rc::clone(&row)), luck);
        if matches!(told, Told::Saved) {
            self.ran = row.sent.hlc;
            self.slips.push(slip(&row, self.epoch, &facts));
            self.book.take_down(&row, facts);
        }
        told
    }

    fn keep(&mut self, row: Row, luck: Luck) -> Told {
        match (self.bug, luck) {
            (Some(Bug::SavedBeforeSync), _) => {
                self.disk.write_behind(vec![row]);
                return Told::Saved;
            }
            (Some(Bug::FullIsSaved), Luck::Full) => return Told::Saved,
            _ => {}
        }
        match self.disk.commit(vec![row], luck) {
            Written::Saved => Told::Saved,
            Written::Failed if self.bug == Some(Bug::FailedSyncIsSaved) && luck == Luck::Io => Told::Saved,
            Written::Failed => Told::TryAgain,
            Written::Killed => Told::Nothing,
        }
    }

    fn last_clock(&self) -> i64 {
        match self.bug {
            Some(Bug::ForgottenClock) => self.ran,
            _ => self.book.commands.last().map_or(0, |row| row.sent.hlc),
        }
    }

    /// The command as it stands in the log, after the last one.
    fn log(&self, asked: &Asked, context: Context, last: i64, given: farthing_office::Desk) -> Option<Rc<Logged>> {
        let (mut place, prev) = self.book.last(self.base);
        if self.bug == Some(Bug::ReuseOfPlace) {
            place = self.book.position.decided.max(self.base.0);
        }
        if self.bug == Some(Bug::CountsAnew) && self.book.commands.last().is_some_and(|row| row.epoch < self.epoch) {
            place = 0;
        }
        let sent = SentCommand {
            op: asked.op,
            dev_seq: place + 1,
            hlc: (context.at.timestamp_millis() << 16).max(last + 1),
            version: i64::from(self.versions.commands),
            payload: serde_json::to_string(&asked.command).ok()?,
            context: serde_json::json!({ "rules": RULES, "context": context }).to_string(),
            key: asked.key,
            credential: None,
        };
        let hash = link(&self.device, self.epoch, &sent).after(&prev);
        Some(Rc::new(Logged {
            device: self.device,
            epoch: self.epoch,
            sent,
            command: asked.command.clone(),
            context,
            prev,
            hash,
            given,
        }))
    }
}

/// What the hash of a command covers that a machine recorded, in a copy of its book.
pub(crate) fn link<'a>(device: &'a DeviceId, epoch: i64, sent: &'a SentCommand) -> CommandLink<'a> {
    CommandLink {
        op: &sent.op.0,
        device: &device.0,
        epoch,
        dev_seq: sent.dev_seq,
        hlc: sent.hlc,
        version: sent.version,
        payload: &sent.payload,
        context: &sent.context,
    }
}

fn slip(row: &Logged, epoch: i64, facts: &[Fact]) -> Slip {
    let receipts = facts.iter().filter_map(|fact| match &fact.body {
        FactBody::PaymentReceived { payment, .. } | FactBody::MoneySetAside { payment, .. } => {
            Some((payment.id, payment.receipt.clone()))
        }
        _ => None,
    });
    Slip {
        op: row.sent.op,
        epoch,
        dev_seq: row.sent.dev_seq,
        command: row.command.clone(),
        receipts: receipts.collect(),
    }
}
