//! A desk's host: what the desk's use cases and its book do around the protocol, over a model of a disk.

use crate::book::{Book, Came, Logged, Row};
use crate::bug::Bug;
use crate::database::Database;
use crate::dice::Dice;
use crate::disk::{Disk, Luck, Written};
use crate::money;
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use farthing_api::{DeviceId, OpId, PaymentId};
use farthing_office::chain::{CommandLink, Hash};
use farthing_office::{Actor, COMMAND_VERSION, Command, Context, Fact, FactBody, RULES, decide, epoch_letters};
use farthing_sync::authority::Head;
use farthing_sync::device::{Broken, Sent};
use farthing_sync::wire::{Letter, Page, PushAnswer, Reply, Request, SentCommand, pack, unpack};
use std::rc::Rc;
use uuid::Uuid;

/// So many commands are read for one push.
const READ: usize = 40;
/// So many facts are asked for at once: few, so that there are many pages.
const MOST: u32 = 60;

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
    Pushing { behind: u32 },
    Pulling,
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

/// A machine with its book.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) organisation: usize,
    pub(crate) id: Uuid,
    pub(crate) device: DeviceId,
    pub(crate) signing: SigningKey,
    pub(crate) name: String,
    pub(crate) epoch: i64,
    /// The end of the chain of commands that are never sent.
    pub(crate) base: (i64, Hash),
    pub(crate) disk: Disk,
    pub(crate) book: Book,
    pub(crate) up: bool,
    /// How far the clock is off, in milliseconds.
    pub(crate) off: i64,
    pub(crate) phase: Phase,
    pub(crate) round: u64,
    /// Whether the last round came to its end.
    pub(crate) is_current: bool,
    pub(crate) halted: Option<Broken>,
    pub(crate) incident: bool,
    /// What people were told is saved. It is paper: it outlives the machine.
    pub(crate) slips: Vec<Slip>,
    pub(crate) bug: Option<Bug>,
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
            epoch: 0,
            base: (0, farthing_office::chain::START),
            disk: Disk::default(),
            book: Book::default(),
            up: true,
            off: 0,
            phase: Phase::Idle,
            round: 0,
            is_current: false,
            halted: None,
            incident: false,
            slips: Vec::new(),
            bug: None,
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
        (self.up, self.phase, self.is_current, self.ran) = (true, Phase::Idle, false, 0);
        self.round += 1;
    }

    /// The program ends without warning.
    pub(crate) fn kill(&mut self, tail_stays: bool) {
        self.disk.power_fails(tail_stays);
        self.up = false;
    }

    /// Decides and keeps what someone asks for.
    pub(crate) fn ask(&mut self, asked: &Asked, ms: i64, luck: Luck) -> Told {
        if self.book.commands.iter().rev().any(|row| row.sent.op == asked.op) {
            // It was kept although nobody was told so.
            return Told::Saved;
        }
        let last = self.last_clock();
        let numbers = self
            .book
            .state
            .desk(&self.prefix())
            .copied()
            .or_else(|| Some(Default::default()));
        let written = DateTime::from_timestamp_millis(last >> 16).unwrap_or_default();
        let context = Context {
            op: asked.op,
            at: self.clock(ms).max(written),
            today: self.clock(ms).date_naive(),
            actor: Some(asked.actor),
            device: self.device,
            desk: self.prefix(),
            rules: RULES,
            numbers: numbers.filter(|_| self.bug != Some(Bug::NumbersUnsaid)),
        };
        let facts = match decide(&self.book.state, &asked.command, &context) {
            Ok(facts) if !facts.is_empty() => facts,
            _ => return Told::Refused,
        };
        let Some(row) = self.log(asked, context, last) else {
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
    fn log(&self, asked: &Asked, context: Context, last: i64) -> Option<Rc<Logged>> {
        let (mut place, prev) = self.book.last(self.base);
        if self.bug == Some(Bug::ReuseOfPlace) {
            place = self.book.position.decided.max(self.base.0);
        }
        let sent = SentCommand {
            op: asked.op,
            dev_seq: place + 1,
            hlc: (context.at.timestamp_millis() << 16).max(last + 1),
            version: i64::from(COMMAND_VERSION),
            payload: serde_json::to_string(&asked.command).ok()?,
            context: serde_json::json!({ "rules": RULES, "context": context }).to_string(),
            key: asked.key,
            credential: None,
        };
        let hash = self.link(&sent).after(&prev);
        Some(Rc::new(Logged {
            sent,
            command: asked.command.clone(),
            context,
            prev,
            hash,
        }))
    }

    /// What a command's hash covers in this machine's log.
    pub(crate) fn link<'a>(&'a self, sent: &'a SentCommand) -> CommandLink<'a> {
        CommandLink {
            op: &sent.op.0,
            device: &self.device.0,
            epoch: self.epoch,
            dev_seq: sent.dev_seq,
            hlc: sent.hlc,
            version: sent.version,
            payload: &sent.payload,
            context: &sent.context,
        }
    }

    /// Begins a round with the server, unless one is under way.
    pub(crate) fn begin(&mut self) -> Next {
        if self.phase != Phase::Idle {
            return Next::Rest;
        }
        self.round += 1;
        self.is_current = false;
        self.phase = Phase::Pushing { behind: 0 };
        self.go_on()
    }

    /// The next message of the round.
    fn go_on(&mut self) -> Next {
        let sign = |message: &[u8]| self.signing.sign(message).to_bytes();
        let request = match self.phase {
            Phase::Idle => return Next::Rest,
            Phase::Pushing { .. } => {
                let after = self.book.position.sent;
                let rows: Vec<&Rc<Logged>> = self
                    .book
                    .commands
                    .iter()
                    .filter(|row| row.sent.dev_seq > after)
                    .take(READ)
                    .collect();
                let head = rows.first().map_or(self.base.1, |row| row.prev);
                let commands = rows.iter().map(|row| row.sent.clone()).collect();
                match self.book.position.push(self.device, commands, head, sign) {
                    Some(push) => {
                        if self.bug == Some(Bug::SentBeforeAnswer) {
                            let through = push.commands.last().map_or(after, |row| row.dev_seq);
                            self.book.position.sent = through;
                            self.disk.commit(vec![Row::Sent(through)], Luck::Good);
                        }
                        Request::Push(push)
                    }
                    None => {
                        self.phase = Phase::Pulling;
                        Request::Pull(self.book.position.pull(MOST))
                    }
                }
            }
            Phase::Pulling => Request::Pull(self.book.position.pull(MOST)),
        };
        let letter = Letter::new(self.id, self.device, &request, sign);
        match letter.and_then(|letter| pack(&letter)) {
            Ok(bytes) => Next::Ask(bytes),
            Err(_) => self.rest(),
        }
    }

    fn rest(&mut self) -> Next {
        self.phase = Phase::Idle;
        Next::Rest
    }

    /// The server did not answer.
    pub(crate) fn give_up(&mut self, round: u64) {
        if round == self.round {
            self.phase = Phase::Idle;
        }
    }

    /// An answer, to the last question or to an earlier one, with the page that it brought for whoever looks over the shoulder.
    pub(crate) fn hear(&mut self, bytes: &[u8], luck: Luck) -> (Next, Option<Page>) {
        match unpack::<Reply>(bytes) {
            Ok(Reply::Push(answer)) => (self.pushed(&answer, luck), None),
            Ok(Reply::Pull(page)) => (self.pulled(page.clone(), luck), Some(page)),
            _ => (self.rest(), None),
        }
    }

    fn pushed(&mut self, answer: &PushAnswer, luck: Luck) -> Next {
        let before = self.book.position.sent;
        let through = match self.book.position.pushed(answer) {
            Sent::Through(through) => through,
            Sent::Wait => return self.rest(),
            Sent::Incident => {
                self.incident = true;
                return self.rest();
            }
        };
        if self.bug == Some(Bug::BehindIgnored) && through < before {
            return self.rest();
        }
        if through != before {
            match self.disk.commit(vec![Row::Sent(through)], luck) {
                Written::Saved => {}
                Written::Failed => return self.rest(),
                Written::Killed => return Next::Killed,
            }
            self.book.position.sent = through;
        }
        if self.bug == Some(Bug::EndsWithPush) {
            self.book.waiting.retain(|place| *place > through);
        }
        let Phase::Pushing { behind } = self.phase else {
            return Next::Rest;
        };
        let behind = behind + u32::from(through <= before);
        self.phase = Phase::Pushing { behind };
        match behind > 1 {
            true => self.rest(),
            false => self.go_on(),
        }
    }

    fn pulled(&mut self, page: Page, luck: Luck) -> Next {
        let asked = self.phase == Phase::Pulling;
        let news = match self.bug {
            Some(Bug::NaiveCursor) => Ok(crate::naive::news(&self.book.position, page)),
            _ => self.book.position.news(page),
        };
        let news = match news {
            Ok(news) => news,
            Err(Broken::Gap { .. }) => return self.rest_if(asked),
            Err(broken) => {
                self.halted = Some(broken);
                return self.rest_if(asked);
            }
        };
        self.halted = None;
        let mut rows = Vec::with_capacity(news.facts.len() + news.outcomes.len() + 1);
        for (sent, _) in news.facts {
            let is_new = !self.book.knows(sent.id) || self.bug == Some(Bug::AppliesTwice);
            let Ok(fact) = sent.read() else {
                return self.rest_if(asked);
            };
            if is_new {
                rows.push(Row::Fact(Rc::new(Came { sent, fact })));
            }
        }
        let brings = !rows.is_empty();
        for outcome in news.outcomes {
            if self.bug == Some(Bug::OutcomeWithoutFactsLost) && !brings {
                continue;
            }
            if self.bug == Some(Bug::RefusalBlocks) && outcome.refusal.is_some() {
                break;
            }
            rows.push(Row::Outcome {
                dev_seq: outcome.dev_seq,
                op: outcome.op,
                refusal: outcome.refusal,
            });
        }
        match self.arrive(rows, news.cursors, luck) {
            Written::Saved => {}
            Written::Failed => return self.rest_if(asked),
            Written::Killed => return Next::Killed,
        }
        if !asked {
            return Next::Rest;
        }
        if news.more {
            return self.go_on();
        }
        self.is_current = true;
        self.rest()
    }

    fn arrive(
        &mut self,
        mut rows: Vec<Row>,
        cursors: std::collections::BTreeMap<farthing_sync::scope::Scope, Head>,
        luck: Luck,
    ) -> Written {
        let known = &self.book.position.cursors;
        let moved = cursors.iter().any(|(scope, head)| known.get(scope) != Some(head));
        if rows.is_empty() && !moved {
            return Written::Saved;
        }
        if self.bug == Some(Bug::CursorBeforeFacts) {
            self.disk.commit(vec![Row::Cursors(cursors.clone())], Luck::Good);
        }
        // The cursors are the first page that is written, so that a torn transaction would have them without facts.
        rows.insert(0, Row::Cursors(cursors));
        let written = self.disk.commit(rows.clone(), luck);
        if written == Written::Saved {
            self.book.arrive(&rows, self.bug);
        }
        written
    }

    fn rest_if(&mut self, asked: bool) -> Next {
        match asked {
            true => self.rest(),
            false => Next::Rest,
        }
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
        // Nobody gets a paper where money only leaves suspense.
        receipts: receipts.filter(|_| money::taken(&row.command).is_positive()).collect(),
    }
}
