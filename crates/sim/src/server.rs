//! The server's host: what crates/server does over PostgreSQL, over a database in memory.

use crate::bug::Bug;
use crate::database::{Database, Decided, Step};
use crate::dice::Dice;
use crate::wrong;
use chrono::{DateTime, Utc};
use farthing_api::{Code, CustomerId, DeviceId, LoanId};
use farthing_office::chain::START;
use farthing_office::{Aggregate, Key, Loan, Refusal, State};
use farthing_sync::authority::{Decision, Now, decide_for, decide_one};
use farthing_sync::intake::{Machine, Taken, Verdict, check, first_of, is_left, last_of};
use farthing_sync::pull::{MOST_FACTS, Stored, Stretch, merge};
use farthing_sync::revoke::{Revocation, keep_aside, public_of};
use farthing_sync::scope::Scope;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Letter, Page, Pull, Push, PushAnswer, Reply, Request, WireError, pack, unpack};
use std::collections::BTreeMap;
use std::rc::Rc;
use uuid::Uuid;

/// The machine in whose name the authority acts.
pub(crate) const AUTHORITY: DeviceId = DeviceId(Uuid::nil());

/// Where a server process ends in the middle of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Killed {
    /// It does not.
    Not,
    /// Before its database has committed.
    Before,
    /// After that, before the answer goes out.
    After,
    /// After the answer, and the database that takes its place lacks what was committed last.
    Forgets,
}

/// Several organisations on one server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) organisations: Vec<Database>,
    /// Of the program that it runs.
    pub(crate) versions: Versions,
    pub(crate) bug: Option<Bug>,
    pub(crate) dice: Dice,
    /// Aggregates as they were some time ago, for a planted bug.
    pub(crate) stale: Vec<State>,
    /// Up to which place the server has said that it has a machine's commands.
    pub(crate) promised: BTreeMap<DeviceId, i64>,
    /// Up to which place the server ever had a machine's commands, though it may have lost them since.
    pub(crate) had: BTreeMap<DeviceId, i64>,
    /// A backup of each organisation's database.
    pub(crate) backups: Vec<Database>,
}

/// The branch's day; every branch here is in UTC.
pub(crate) fn now_at(ms: i64) -> Now {
    let at: DateTime<Utc> = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    Now {
        at,
        today: at.date_naive(),
    }
}

impl Server {
    /// Answers a message; nothing where it can't be read, or where the process was killed.
    ///
    /// # Errors
    /// Something that must never happen.
    pub(crate) fn answer(&mut self, bytes: &[u8], ms: i64, killed: Killed) -> Result<Option<Vec<u8>>, String> {
        let Ok(letter) = unpack::<Letter>(bytes) else {
            return Ok(None);
        };
        let found = self
            .organisations
            .iter()
            .position(|o| o.organisation == letter.organisation);
        let Some(place) = found else { return Ok(None) };
        let Some(machine) = self.organisations[place].machines.get(&letter.device).cloned() else {
            return Ok(None);
        };
        let reply = match letter.open(self.versions, &machine.public) {
            Err(WireError::Version(_)) => Reply::Refused(Refusal::rule(Code::ProtocolVersion).0),
            Err(_) => return Ok(None),
            Ok(Request::Push(push)) => {
                let early = killed == Killed::Before && self.bug == Some(Bug::AnswersBeforeCommit);
                let before = self.organisations[place].clone_if(early || killed == Killed::Forgets);
                let half = killed == Killed::Before && self.bug == Some(Bug::MachineBeforeFacts);
                if killed == Killed::Before && before.is_none() && !half {
                    return Ok(None);
                }
                if half {
                    return self.machine_only(place, letter.device, &push);
                }
                let answer = self.push(place, letter.device, &push, ms)?;
                let now_has = self.organisations[place].machines.get(&letter.device).cloned();
                let had = self.had.entry(letter.device).or_default();
                *had = now_has.as_ref().map_or(*had, |machine| machine.dev_seq.max(*had));
                if let Some(before) = before {
                    self.organisations[place] = before;
                }
                let counts = now_has.is_some_and(|machine| machine.epoch == push.sender());
                if let (PushAnswer::Kept { through }, Killed::Not | Killed::Before, true) = (&answer, killed, counts) {
                    let promised = self.promised.entry(letter.device).or_default();
                    *promised = (*promised).max(*through);
                }
                Reply::Push(answer)
            }
            Ok(Request::Pull(pull)) => match self.organisations[place].revocation(&machine) {
                Some(word) => Reply::Revoked(word),
                None => Reply::Pull(self.pull(place, letter.device, &pull, ms)),
            },
            // It vouches for nobody who works here.
            Ok(Request::Chunks(_) | Request::Chunk(_))
                if self.organisations[place].own.contains_key(&letter.device)
                    && self.bug != Some(Bug::OwnGetsChunks) =>
            {
                Reply::Refused(Refusal::rule(Code::Forbidden).0)
            }
            Ok(Request::Chunks(_)) => Reply::Chunks(self.chunks(place, ms)?),
            Ok(Request::Chunk(ask)) => match self.chunk(place, ask.number) {
                Some(chunk) => Reply::Chunk(chunk),
                None => Reply::Refused(Refusal::rule(Code::DeviceUnknown).0),
            },
            Ok(_) => Reply::Refused(Refusal::rule(Code::Forbidden).0),
        };
        match killed == Killed::After {
            true => Ok(None),
            false => pack(&reply).map(Some).map_err(|e| e.to_string()),
        }
    }

    fn push(&mut self, place: usize, device: DeviceId, push: &Push, ms: i64) -> Result<PushAnswer, String> {
        let bug = self.bug;
        let database = &mut self.organisations[place];
        let Some(mut machine) = database.machines.get(&device).cloned() else {
            return Err("a machine that is not there".into());
        };
        if database.incidents.contains_key(&device) {
            return Ok(PushAnswer::Incident { at: machine.dev_seq });
        }
        let mut kept = database.known(device, first_of(push));
        if bug == Some(Bug::DecidesTwice)
            && let Some(hash) = kept.get(&(first_of(push), machine.epoch)).copied()
        {
            (machine.dev_seq, machine.head) = (first_of(push), hash);
            kept.clear();
        }
        let (taken, stands) = match check(&machine, push, &kept, understood(self.versions, bug)) {
            Verdict::Fresh { taken, machine } => (taken, machine),
            Verdict::Answer(answer) => {
                if let PushAnswer::Incident { at } = answer
                    && !is_left(&machine, push)
                {
                    database
                        .incidents
                        .insert(device, format!("place {at} is claimed twice"));
                }
                return Ok(answer);
            }
        };
        let through = stands.dev_seq.max(last_of(push));
        let (again, taken) = match database.told_apart(taken) {
            Ok(apart) if bug != Some(Bug::DecidesTwice) => apart,
            Ok((again, fresh)) => (Vec::new(), [again, fresh].concat()),
            Err(what) => {
                database.incidents.insert(device, what);
                return Ok(PushAnswer::Incident { at: through });
            }
        };
        if stands.epoch > machine.epoch {
            // What was said of the copy before it is not said of this one.
            self.promised.remove(&device);
        }
        if taken.iter().any(|t| t.row.version > i64::from(self.versions.commands)) {
            return Err("an older server decided on a newer command".into());
        }
        if bug != Some(Bug::AgainUntold) {
            again
                .iter()
                .for_each(|taken| database.note_again((device, push.epoch), taken));
        }
        let keys = database.keys_of(&taken);
        let mut state = match bug {
            Some(Bug::StaleAggregates) => wrong::stale(&mut self.stale[place], database, &keys, &mut self.dice),
            _ => database.load(&keys),
        };
        let (now, mut facts) = (now_at(ms), Vec::new());
        let aside = database.revoked.contains_key(&device);
        let own = database.own.get(&device).copied();
        for taken in taken.into_iter().map(Rc::new) {
            let decision = match (bug, own) {
                (Some(Bug::RevokedStillDecides), _) => decide_one(&mut state, &taken, now),
                _ if aside => keep_aside(&mut state, &taken, now, own),
                (Some(Bug::OwnDecidedAsStaff), Some(_)) => decide_one(&mut state, &taken, now),
                (_, Some(customer)) => decide_for(&mut state, &taken, now, customer),
                (None, None) => decide_one(&mut state, &taken, now),
                (Some(bug), None) => wrong::decide_wrongly(bug, &mut state, &taken, now),
            };
            facts.extend(decision.facts.iter().cloned());
            keep(database, (device, push.epoch), taken, (now, aside, own), decision);
        }
        database.machines.insert(device, stands);
        database.save(&keys, &state, &facts)?;
        let hidden = match bug {
            Some(Bug::NaiveCursor) if self.dice.chance(500) => ms + 3_600_000,
            _ => 0,
        };
        database.append(&state, facts, self.versions, hidden)?;
        Ok(PushAnswer::Kept { through })
    }

    /// What a planted bug leaves of a push: the machine alone.
    fn machine_only(&mut self, place: usize, device: DeviceId, push: &Push) -> Result<Option<Vec<u8>>, String> {
        let database = &mut self.organisations[place];
        let hashes = database.known(device, first_of(push));
        if let Some(machine) = database.machines.get_mut(&device)
            && let Verdict::Fresh { machine: stands, .. } = check(machine, push, &hashes, self.versions)
        {
            *machine = stands;
        }
        Ok(None)
    }

    fn pull(&self, place: usize, device: DeviceId, pull: &Pull, ms: i64) -> Page {
        let database = &self.organisations[place];
        let most = pull.most.clamp(1, MOST_FACTS);
        let stretches = database.granted(device).into_iter().map(|scope| {
            let after = pull.cursors.iter().find(|k| k.scope == scope).map_or(0, |k| k.seq);
            let from = match self.bug {
                Some(Bug::LeaksOrganisation) if scope == Scope::Public => {
                    &self.organisations[(place + 1) % self.organisations.len()]
                }
                _ => database,
            };
            stretch(from, scope, after, most, ms)
        });
        let stretches = stretches.collect();
        let machine = database.machines.get(&device);
        let outcomes = database.outcomes(device, pull);
        let mut page = merge(stretches, most, outcomes.clone());
        if self.bug == Some(Bug::OutcomesFirst) {
            page.outcomes = outcomes;
        }
        (page.has, page.copy) = machine.map(|m| (m.dev_seq, m.epoch)).unzip();
        page.outcomes_after = Some(pull.outcomes_after);
        page.history = Some(database.history);
        if !database.own.contains_key(&device) {
            page.in_chunks = self.in_chunks(place, &page);
        }
        page.authority = Some(public_of(&database.secret));
        page
    }

    /// Ends a machine's access.
    pub(crate) fn revoke(&mut self, place: usize, device: DeviceId, ms: i64) {
        self.organisations[place].revoked.insert(device, now_at(ms).at);
        // An older backup would not know, and nobody would take the access away a second time.
        self.back_up(place);
    }

    /// Copies an organisation's database.
    pub(crate) fn back_up(&mut self, place: usize) {
        self.backups[place].clone_from(&self.organisations[place]);
    }

    /// Puts a backup in the place of a database: another history begins.
    pub(crate) fn restore(&mut self, place: usize) {
        let database = &mut self.organisations[place];
        database.clone_from(&self.backups[place]);
        if self.bug != Some(Bug::HistoryKept) {
            database.history = self.dice.id();
        }
        for (device, machine) in &database.machines {
            if let Some(promised) = self.promised.get_mut(device) {
                *promised = (*promised).min(machine.dev_seq);
            }
        }
    }
}

/// What a server takes itself to understand.
fn understood(versions: Versions, bug: Option<Bug>) -> Versions {
    match bug {
        Some(Bug::NewerDecided) => Versions {
            commands: u32::MAX,
            ..versions
        },
        _ => versions,
    }
}

impl Database {
    /// What a machine is told whose access has ended.
    fn revocation(&self, machine: &Machine) -> Option<Revocation> {
        let at = self.revoked.get(&machine.device)?;
        let word = Revocation::new(&self.secret, self.organisation, machine.device, *at);
        Some(Revocation {
            has: Some(machine.dev_seq),
            copy: Some(machine.epoch),
            ..word
        })
    }

    fn clone_if(&self, wanted: bool) -> Option<Database> {
        wanted.then(|| self.clone())
    }
}

/// Every loan with its id.
pub(crate) fn loans(state: &State) -> impl Iterator<Item = (LoanId, &Loan)> {
    let range = Key::Loan(LoanId(Uuid::nil()))..=Key::Loan(LoanId(Uuid::max()));
    state
        .0
        .range(range)
        .filter_map(|(key, aggregate)| match (key, aggregate) {
            (Key::Loan(id), Aggregate::Loan(loan)) => Some((*id, &**loan)),
            _ => None,
        })
}

fn keep(
    database: &mut Database,
    (device, epoch): (DeviceId, i64),
    taken: Rc<Taken>,
    (now, aside, own): (Now, bool, Option<CustomerId>),
    decision: Decision,
) {
    if let Some(key) = taken.row.key {
        database.keys.insert(CustomerId::of(taken.row.op, 0), key);
    }
    let place = (taken.row.dev_seq, taken.hash);
    let decided = Decided {
        op: taken.row.op,
        step: Step::Asked(taken),
        device,
        epoch,
        now,
        context: decision.context,
        facts: decision.facts.iter().map(|fact| fact.id).collect(),
        refusal: decision.refusal,
        aside,
        own,
    };
    database.note(decided, Some(place));
}

pub(crate) fn stretch(database: &Database, scope: Scope, after: i64, most: u32, ms: i64) -> Stretch {
    let all = database.scopes.get(&scope).map(Vec::as_slice).unwrap_or_default();
    let start = usize::try_from(after).unwrap_or(0);
    let prev = start
        .checked_sub(1)
        .and_then(|place| Some(all.get(place)?.hash))
        .unwrap_or(START);
    let next = all
        .get(start..)
        .unwrap_or_default()
        .iter()
        .filter(|entry| entry.hidden_until <= ms);
    let entries = next.take(most as usize + 1).map(|entry| {
        let kept = &entry.kept;
        Stored {
            ordinal: i64::try_from(entry.ordinal).unwrap_or(i64::MAX),
            hash: entry.hash,
            fact: kept.sent.clone(),
            key: database.key_of(&kept.fact),
            credential: None,
        }
    });
    Stretch {
        entries: entries.collect(),
        scope,
        after,
        prev,
    }
}
