//! Both ends, as hosts of the protocol: what is on a desk's disk, what is in the server's database, and what a message changes.

use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use farthing_api::{Currency, DeviceId, FactId, OpId, Role, UserId};
use farthing_office::chain::{CommandLink, Hash, START};
use farthing_office::{Actor, COMMAND_VERSION, Command, Context, RULES, Sealed, State as Office, apply, decide};
use farthing_sync::authority::{Head, Now, decide_one, list};
use farthing_sync::device::{Broken, Position, Sent, Unsent};
use farthing_sync::intake::{Known, Machine, Verdict, check, first_of};
use farthing_sync::pull::{Stored, Stretch, merge};
use farthing_sync::scope::{Scope, granted, staff_scope};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Outcome, Page, Pull, Push, PushAnswer, Reply, Request, SentCommand, SentFact};
use serde_bytes::ByteArray;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// So many facts a page holds.
const MOST: u32 = 4;
/// The organisation, and its history.
pub(crate) const ORGANISATION: Uuid = Uuid::from_u128(77);

/// What is done wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    Nothing,
    /// A desk keeps its cursors in one transaction and the facts in the next.
    CursorBeforeFacts,
    /// A desk counts commands as sent before the server has answered.
    SentBeforeAnswer,
    /// A server forgets which commands it has.
    DecidesTwice,
}

/// A desk as its disk has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Desk {
    /// How many commands were recorded.
    pub(crate) recorded: i64,
    pub(crate) position: Position,
    pub(crate) facts: Vec<FactId>,
    pub(crate) waiting: BTreeSet<i64>,
    pub(crate) refused: BTreeSet<i64>,
    /// It took the server for a forgery, or was taken for a copy.
    pub(crate) halted: bool,
}

/// A server as its database has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Server {
    office: Office,
    pub(crate) machines: [Machine; 2],
    hashes: [Known; 2],
    pub(crate) outcomes: [Vec<Outcome>; 2],
    pub(crate) ops: Vec<OpId>,
    pub(crate) facts: Vec<SentFact>,
    scopes: BTreeMap<Scope, Vec<(usize, Hash)>>,
    heads: BTreeMap<Scope, Head>,
}

pub(crate) fn key(desk: usize) -> SigningKey {
    SigningKey::from_bytes(&[u8::try_from(desk).unwrap() + 1; 32])
}

pub(crate) fn device(desk: usize) -> DeviceId {
    DeviceId(Uuid::from_u128(u128::try_from(desk).unwrap() + 1))
}

pub(crate) fn name(desk: usize) -> String {
    format!("BR1-0{}", desk + 1)
}

pub(crate) fn at() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

pub(crate) fn context(op: u128, desk: usize, actor: Option<Actor>) -> Context {
    Context {
        op: OpId(Uuid::from_u128(op << 64)),
        at: at(),
        today: at().date_naive(),
        actor,
        device: device(desk),
        desk: name(desk),
        rules: RULES,
        numbers: None,
    }
}

/// The operations of a desk: the second one of both asks for the same sign-in name, so one of them is refused.
pub(crate) fn command(desk: usize, place: i64) -> SentCommand {
    let actor = Actor {
        user: administrator(),
        role: Role::Administrator,
        customer: None,
    };
    let context = context(
        u128::try_from(place).unwrap() * 10 + desk as u128 + 1,
        desk,
        Some(actor),
    );
    let command = match place {
        2 => Command::AddUser {
            role: Role::Officer,
            name: "Olu".into(),
            email: "olu@example.test".into(),
            sign_in: "olu".into(),
        },
        _ => Command::RegisterCustomer {
            fields: Sealed::new(),
            likely_duplicates: Vec::new(),
        },
    };
    SentCommand {
        op: context.op,
        dev_seq: place,
        hlc: place,
        version: i64::from(COMMAND_VERSION),
        payload: serde_json::to_string(&command).unwrap(),
        context: serde_json::json!({ "rules": RULES, "context": context }).to_string(),
        key: None,
        credential: None,
    }
}

pub(crate) fn set_up() -> (Command, Context) {
    let command = Command::SetUp {
        organisation: "Market loans".into(),
        currency: Currency::of("KES").unwrap(),
        language: "en".into(),
        branch_code: "BR1".into(),
        branch_name: "First".into(),
        time_zone: "UTC".into(),
        admin_name: "Ada".into(),
        admin_email: "ada@example.test".into(),
        sign_in: "ada".into(),
    };
    (command, context(1, 0, None))
}

pub(crate) fn administrator() -> UserId {
    UserId::of(set_up().1.op, 0)
}

impl Server {
    pub(crate) fn new() -> Server {
        let (command, context) = set_up();
        let mut office = Office::default();
        for fact in decide(&Office::default(), &command, &context).unwrap() {
            apply(&mut office, &fact);
        }
        let machine = |desk| Machine {
            device: device(desk),
            public: key(desk).verifying_key().to_bytes(),
            desk: name(desk),
            epoch: 0,
            dev_seq: 0,
            head: START,
        };
        Server {
            office,
            machines: [machine(0), machine(1)],
            hashes: Default::default(),
            outcomes: Default::default(),
            ops: Vec::new(),
            facts: Vec::new(),
            scopes: BTreeMap::new(),
            heads: BTreeMap::new(),
        }
    }

    pub(crate) fn push(&mut self, desk: usize, push: &Push, wrong: Wrong) -> PushAnswer {
        let mut machine = self.machines[desk].clone();
        let from = first_of(push);
        let mut kept: Known = self.hashes[desk].range((from, 0)..).map(|(k, h)| (*k, *h)).collect();
        if wrong == Wrong::DecidesTwice {
            let after = push.after.map(ByteArray::into_array);
            machine.head = after.or(kept.get(&(from, 0)).copied()).unwrap_or(machine.head);
            machine.dev_seq = from;
            kept.clear();
        }
        let (taken, stands) = match check(&machine, push, &kept, Versions::HERE) {
            Verdict::Fresh { taken, machine } => (taken, machine),
            Verdict::Answer(answer) => return answer,
        };
        let now = Now {
            at: at(),
            today: at().date_naive(),
        };
        for taken in &taken {
            let decision = decide_one(&mut self.office, taken, now);
            self.hashes[desk].insert((taken.row.dev_seq, 0), taken.hash);
            self.ops.push(taken.row.op);
            self.outcomes[desk].push(Outcome {
                dev_seq: taken.row.dev_seq,
                op: taken.row.op,
                refusal: decision.refusal,
            });
            let sent: Vec<SentFact> = decision.facts.iter().map(|fact| SentFact::of(fact).unwrap()).collect();
            let scopes = decision.facts.iter().map(|fact| staff_scope(&fact.body, "BR1"));
            for entry in list(scopes.zip(&sent), &mut self.heads) {
                let place = self.facts.len() + entry.fact;
                self.scopes.entry(entry.scope).or_default().push((place, entry.hash));
            }
            self.facts.extend(sent);
        }
        let through = stands.dev_seq;
        self.machines[desk] = stands;
        PushAnswer::Kept { through }
    }

    pub(crate) fn pull(&self, desk: usize, pull: &Pull) -> Page {
        let stretch = |scope: Scope| {
            let after = pull
                .cursors
                .iter()
                .find(|known| known.scope == scope)
                .map_or(0, |known| known.seq);
            let all = self.scopes.get(&scope).map_or(&[][..], Vec::as_slice);
            let skip = usize::try_from(after).unwrap();
            let entries = all.iter().skip(skip).map(|(place, hash)| Stored {
                ordinal: i64::try_from(*place).unwrap(),
                hash: *hash,
                fact: self.facts[*place].clone(),
                key: None,
                credential: None,
            });
            Stretch {
                after,
                prev: skip
                    .checked_sub(1)
                    .and_then(|last| all.get(last))
                    .map_or(START, |(_, hash)| *hash),
                entries: entries.collect(),
                scope,
            }
        };
        let outcomes = self.outcomes[desk]
            .iter()
            .filter(|o| o.dev_seq > pull.outcomes_after)
            .cloned();
        Page {
            has: Some(self.machines[desk].dev_seq),
            copy: Some(0),
            outcomes_after: Some(pull.outcomes_after),
            history: Some(ORGANISATION),
            ..merge(
                granted("BR1").into_iter().map(stretch).collect(),
                pull.most,
                outcomes.collect(),
            )
        }
    }
}

impl Desk {
    /// One that has recorded so many operations and sent none.
    pub(crate) fn recorded(operations: i64) -> Desk {
        Desk {
            recorded: operations,
            waiting: (1..=operations).collect(),
            ..Desk::default()
        }
    }

    /// The next question, if there is one, and the desk once it has asked.
    pub(crate) fn ask(&self, desk: usize, pulls: bool, wrong: Wrong) -> Option<(Request, Desk)> {
        let mut after = self.clone();
        if pulls {
            return Some((Request::Pull(self.position.pull(MOST)), after));
        }
        let hash = (1..=self.position.sent).fold(START, |prev, place| {
            let row = command(desk, place);
            let link = CommandLink {
                op: &row.op.0,
                device: &device(desk).0,
                epoch: 0,
                dev_seq: row.dev_seq,
                hlc: row.hlc,
                version: row.version,
                payload: &row.payload,
                context: &row.context,
            };
            link.after(&prev)
        });
        let unsent = Unsent {
            epoch: 0,
            of: None,
            after: hash,
            follows: self.position.sent > 0,
            commands: (self.position.sent + 1..=self.recorded)
                .map(|place| command(desk, place))
                .collect(),
        };
        let push = self
            .position
            .push(device(desk), unsent, |m| key(desk).sign(m).to_bytes())?;
        if wrong == Wrong::SentBeforeAnswer {
            after.position.sent = self.recorded;
        }
        Some((Request::Push(push), after))
    }

    pub(crate) fn hear(&mut self, reply: Reply, killed: bool, wrong: Wrong) {
        match reply {
            Reply::Push(answer) if !killed => match self.position.pushed(&answer, self.recorded) {
                Sent::Through(through) => self.position.sent = through,
                Sent::Lacks(place) => {
                    self.position.sent = place;
                    self.position.decided = place;
                    self.waits_after(place);
                }
                Sent::Wait | Sent::Incident => self.halted = true,
            },
            Reply::Pull(page) => self.apply(page, killed, wrong),
            _ => {}
        }
    }

    /// The server is said to have lost what comes after a place.
    fn waits_after(&mut self, place: i64) {
        self.waiting.extend(place + 1..=self.recorded);
        self.refused.retain(|refused| *refused <= place);
    }

    fn apply(&mut self, page: Page, killed: bool, wrong: Wrong) {
        let news = match self.position.news(Versions::HERE, page) {
            Ok(news) => news,
            Err(Broken::Gap { .. } | Broken::Late { .. }) => return,
            Err(_) => {
                self.halted = true;
                return;
            }
        };
        if killed {
            if wrong == Wrong::CursorBeforeFacts {
                self.position.cursors = news.cursors;
            }
            return;
        }
        self.position = self.position.after(&news);
        if let Some(place) = news.lacks {
            self.waits_after(place);
        }
        for (fact, _) in news.facts {
            if !self.facts.contains(&fact.id) {
                self.facts.push(fact.id);
            }
        }
        for outcome in news.outcomes {
            self.waiting.remove(&outcome.dev_seq);
            if outcome.refusal.is_some() {
                self.refused.insert(outcome.dev_seq);
            }
        }
    }
}
