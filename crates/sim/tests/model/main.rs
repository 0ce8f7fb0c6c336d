//! Every state that two desks with three operations each and a server can come to, by the code of both ends: one desk records and
//! talks at any time, the other one comes back with everything recorded; questions and answers are lost, late, twice and in another
//! order, and a desk is killed before or while it keeps an answer.
//!
//! What an end does with a message is worked out once by `farthing-sync` and kept, so that a state is a few small numbers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod ends;

use ed25519_dalek::Signer;
use ends::{Desk, ORGANISATION, Server, Wrong, device, key};
use farthing_api::FactId;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Letter, Outcome, Reply, Request, decode, encode};
use stateright::{Checker, HasDiscoveries, Model, Property};
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash as Hashed;
use std::sync::{Arc, Mutex};

/// So many operations each desk records.
const OPERATIONS: i64 = 3;
/// So many messages are late at a time.
const LATE: usize = 2;
/// Values by number: equal ones have the same.
struct Shelf<T> {
    values: Vec<Arc<T>>,
    places: HashMap<Vec<u8>, u32>,
}

impl<T> Shelf<T> {
    fn new() -> Shelf<T> {
        Shelf {
            values: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// Puts a value there, by all that tells it from others.
    fn put(&mut self, key: Vec<u8>, value: T) -> u32 {
        let next = u32::try_from(self.values.len()).unwrap();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.values.push(Arc::new(value));
        }
        place
    }

    fn get(&self, place: u32) -> Arc<T> {
        Arc::clone(&self.values[place as usize])
    }
}

impl Shelf<Desk> {
    fn keep(&mut self, desk: Desk) -> u32 {
        self.put(format!("{desk:?}").into_bytes(), desk)
    }
}

impl Shelf<Server> {
    /// All that it has follows from the order of the operations.
    fn keep(&mut self, server: Server) -> u32 {
        self.put(format!("{:?}", server.ops).into_bytes(), server)
    }
}

impl Shelf<Vec<u8>> {
    fn keep(&mut self, bytes: Vec<u8>) -> u32 {
        self.put(bytes.clone(), bytes)
    }
}

/// A message on its way: of which desk, there or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Message {
    desk: usize,
    is_up: bool,
    bytes: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    desks: [u32; 2],
    server: u32,
    late: Vec<Message>,
}

/// What the network does with a question and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Both come once.
    Good,
    /// The answer is lost, or the desk is killed before it has it on its disk.
    AnswerLost,
    AnswerLate,
    AnswerTwice,
    QuestionLate,
    QuestionTwice,
    /// The desk is killed while it keeps the answer.
    Killed,
}

const FATES: [Fate; 7] = [
    Fate::Good,
    Fate::AnswerLost,
    Fate::AnswerLate,
    Fate::AnswerTwice,
    Fate::QuestionLate,
    Fate::QuestionTwice,
    Fate::Killed,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Records(usize),
    Asks {
        desk: usize,
        pulls: bool,
        fate: Fate,
    },
    /// A late message arrives; the answer to it goes on as late.
    Arrives(usize),
    /// It never does.
    Vanishes(usize),
}

/// What was worked out so far.
struct Worked {
    desks: Shelf<Desk>,
    servers: Shelf<Server>,
    bytes: Shelf<Vec<u8>>,
    asked: HashMap<(usize, u32, bool), Option<(u32, u32)>>,
    answered: HashMap<(usize, u32, u32), (u32, u32)>,
    heard: HashMap<(usize, u32, u32, bool), u32>,
    heals: HashMap<([u32; 2], u32), bool>,
}

struct Protocol {
    wrong: Wrong,
    first: Server,
    worked: Mutex<Worked>,
}

impl Protocol {
    fn new(wrong: Wrong) -> Protocol {
        let worked = Worked {
            desks: Shelf::new(),
            servers: Shelf::new(),
            bytes: Shelf::new(),
            asked: HashMap::new(),
            answered: HashMap::new(),
            heard: HashMap::new(),
            heals: HashMap::new(),
        };
        Protocol {
            wrong,
            first: Server::new(),
            worked: Mutex::new(worked),
        }
    }
}

/// What was worked out for a key, or what is worked out now.
fn once<K: Eq + Hashed, V: Copy>(
    worked: &mut Worked,
    of: fn(&mut Worked) -> &mut HashMap<K, V>,
    key: K,
    work: impl FnOnce(&mut Worked) -> V,
) -> V {
    if let Some(known) = of(worked).get(&key) {
        return *known;
    }
    let value = work(worked);
    of(worked).insert(key, value);
    value
}

impl Worked {
    /// The desk once it has asked, and the letter.
    fn asks(&mut self, desk: usize, place: u32, pulls: bool, wrong: Wrong) -> Option<(u32, u32)> {
        once(
            self,
            |w| &mut w.asked,
            (desk, place, pulls),
            |w| {
                let (request, after) = w.desks.get(place).ask(desk, pulls, wrong)?;
                let sign = |message: &[u8]| key(desk).sign(message).to_bytes();
                let letter = Letter::new(Versions::HERE, ORGANISATION, device(desk), &request, sign).unwrap();
                Some((w.desks.keep(after), w.bytes.keep(encode(&letter).unwrap())))
            },
        )
    }

    /// The server once it has answered, and the answer.
    fn answers(&mut self, desk: usize, place: u32, letter: u32, wrong: Wrong) -> (u32, u32) {
        once(
            self,
            |w| &mut w.answered,
            (desk, place, letter),
            |w| {
                let mut server = Server::clone(&w.servers.get(place));
                let letter: Letter = decode(&w.bytes.get(letter)).unwrap();
                let reply = match letter.open(Versions::HERE, &server.machines[desk].public).unwrap() {
                    Request::Push(push) => Reply::Push(server.push(desk, &push, wrong)),
                    Request::Pull(pull) => Reply::Pull(server.pull(desk, &pull)),
                    other => panic!("{other:?}"),
                };
                (w.servers.keep(server), w.bytes.keep(encode(&reply).unwrap()))
            },
        )
    }

    /// The desk once it has heard an answer.
    fn hears(&mut self, desk: usize, place: u32, (reply, killed): (u32, bool), wrong: Wrong) -> u32 {
        once(
            self,
            |w| &mut w.heard,
            (desk, place, reply, killed),
            |w| {
                let mut after = Desk::clone(&w.desks.get(place));
                after.hear(decode(&w.bytes.get(reply)).unwrap(), killed, wrong);
                w.desks.keep(after)
            },
        )
    }

    /// A round without a fault: the desk and the server afterwards.
    fn round(&mut self, desk: usize, (mut place, mut server): (u32, u32), wrong: Wrong) -> (u32, u32) {
        for pulls in [false, true, true, true] {
            if let Some((after, letter)) = self.asks(desk, place, pulls, wrong) {
                let (next, reply) = self.answers(desk, server, letter, wrong);
                (place, server) = (self.hears(desk, after, (reply, false), wrong), next);
            }
        }
        (place, server)
    }

    /// Whether a desk has what the server has, and nothing waits.
    fn rests(&self, desk: usize, place: u32, server: u32) -> bool {
        let (desk_is, server) = (self.desks.get(place), self.servers.get(server));
        let ids: BTreeSet<FactId> = server.facts.iter().map(|fact| fact.id).collect();
        let has: BTreeSet<FactId> = desk_is.facts.iter().copied().collect();
        let refusals = server.outcomes[desk]
            .iter()
            .filter(|o| o.refusal.is_some())
            .map(|o| o.dev_seq);
        ids == has
            && desk_is.waiting.is_empty()
            && desk_is.position.sent == desk_is.recorded
            && desk_is.refused == refusals.collect()
            && desk_is.recorded == server.machines[desk].dev_seq
    }

    /// Whether two rounds of each desk without a fault bring both to rest with the server.
    fn heals(&mut self, desks: [u32; 2], server: u32, wrong: Wrong) -> bool {
        once(
            self,
            |w| &mut w.heals,
            (desks, server),
            |w| {
                let ([mut one, mut other], mut server) = (desks, server);
                for _ in 0..2 {
                    (one, server) = w.round(0, (one, server), wrong);
                    (other, server) = w.round(1, (other, server), wrong);
                }
                w.rests(0, one, server) && w.rests(1, other, server)
            },
        )
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let mut worked = self.worked.lock().unwrap();
        let desks = [Desk::default(), Desk::recorded(OPERATIONS)].map(|desk| worked.desks.keep(desk));
        let server = worked.servers.keep(self.first.clone());
        vec![State {
            desks,
            server,
            late: Vec::new(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for desk in 0..2 {
            actions.push(Action::Records(desk));
            for pulls in [false, true] {
                actions.extend(FATES.map(|fate| Action::Asks { desk, pulls, fate }));
            }
        }
        for place in 0..state.late.len() {
            actions.extend([Action::Arrives(place), Action::Vanishes(place)]);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let (mut next, wrong) = (last.clone(), self.wrong);
        let worked = &mut *self.worked.lock().unwrap();
        match action {
            Action::Records(desk) => {
                let mut after = Desk::clone(&worked.desks.get(last.desks[desk]));
                if after.recorded == OPERATIONS {
                    return None;
                }
                after.recorded += 1;
                after.waiting.insert(after.recorded);
                next.desks[desk] = worked.desks.keep(after);
            }
            Action::Asks { desk, pulls, fate } => {
                let (asked, letter) = worked.asks(desk, last.desks[desk], pulls, wrong)?;
                next.desks[desk] = asked;
                let is_up = matches!(fate, Fate::QuestionLate | Fate::QuestionTwice);
                let mut late = |is_up, bytes| next.late.push(Message { desk, is_up, bytes });
                if fate == Fate::QuestionLate {
                    late(true, letter);
                } else {
                    let (server, reply) = worked.answers(desk, last.server, letter, wrong);
                    next.server = server;
                    if is_up {
                        late(true, letter);
                    }
                    if matches!(fate, Fate::AnswerLate | Fate::AnswerTwice) {
                        late(false, reply);
                    }
                    if !matches!(fate, Fate::AnswerLate | Fate::AnswerLost) {
                        next.desks[desk] = worked.hears(desk, asked, (reply, fate == Fate::Killed), wrong);
                    }
                }
            }
            Action::Arrives(place) => {
                let Message { desk, is_up, bytes } = next.late.remove(place);
                if is_up {
                    let (server, reply) = worked.answers(desk, last.server, bytes, wrong);
                    next.server = server;
                    next.late.push(Message {
                        desk,
                        is_up: false,
                        bytes: reply,
                    });
                } else {
                    next.desks[desk] = worked.hears(desk, last.desks[desk], (bytes, false), wrong);
                }
            }
            Action::Vanishes(place) => {
                next.late.remove(place);
            }
        }
        next.late.sort_unstable();
        (next.late.len() <= LATE && next != *last).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("one effect per operation", |model: &Protocol, state: &State| {
                let server = model.worked.lock().unwrap().servers.get(state.server);
                let ops: BTreeSet<_> = server.ops.iter().collect();
                let facts: BTreeSet<_> = server.facts.iter().map(|fact| fact.id).collect();
                ops.len() == server.ops.len() && facts.len() == server.facts.len()
            }),
            Property::always(
                "what counts as sent, the server has",
                |model: &Protocol, state: &State| {
                    let worked = model.worked.lock().unwrap();
                    let server = worked.servers.get(state.server);
                    (0..2)
                        .all(|desk| worked.desks.get(state.desks[desk]).position.sent <= server.machines[desk].dev_seq)
                },
            ),
            Property::always("no cursor is ahead of the facts", |model: &Protocol, state: &State| {
                let worked = model.worked.lock().unwrap();
                state.desks.iter().all(|desk| {
                    let desk = worked.desks.get(*desk);
                    desk.position.facts() == desk.facts.len() as u64
                })
            }),
            Property::always("no command is dropped", |model: &Protocol, state: &State| {
                let worked = model.worked.lock().unwrap();
                let server = worked.servers.get(state.server);
                (0..2).all(|place| {
                    let desk = worked.desks.get(state.desks[place]);
                    let done = |o: &&Outcome| match o.refusal {
                        Some(_) => desk.refused.contains(&o.dev_seq),
                        None => server
                            .facts
                            .iter()
                            .any(|fact| fact.op == o.op && desk.facts.contains(&fact.id)),
                    };
                    let done = server.outcomes[place].iter().filter(done).map(|o| o.dev_seq);
                    let seen: BTreeSet<i64> = done.chain(desk.waiting.iter().copied()).collect();
                    seen.len() == usize::try_from(desk.recorded).unwrap()
                })
            }),
            Property::always("nobody is taken for another", |model: &Protocol, state: &State| {
                let worked = model.worked.lock().unwrap();
                state.desks.iter().all(|desk| !worked.desks.get(*desk).halted)
            }),
            Property::always(
                "two rounds without a fault mend everything",
                |model: &Protocol, state: &State| {
                    let mut worked = model.worked.lock().unwrap();
                    worked.heals(state.desks, state.server, model.wrong)
                },
            ),
            Property::sometimes(
                "both desks have everything that both recorded",
                |model: &Protocol, state: &State| {
                    let worked = model.worked.lock().unwrap();
                    let all = |desk: usize| worked.desks.get(state.desks[desk]).recorded == OPERATIONS;
                    (0..2).all(|desk| all(desk) && worked.rests(desk, state.desks[desk], state.server))
                },
            ),
        ]
    }
}

#[test]
fn every_state_of_two_desks_and_a_server_holds() {
    let done = Protocol::new(Wrong::Nothing).checker().threads(2).spawn_bfs().join();
    done.assert_properties();
    assert!(done.is_done() && done.unique_state_count() > 1_000_000);
}

/// The first property that a planted bug breaks.
fn found(wrong: Wrong, what: &'static str) {
    let checker = Protocol::new(wrong).checker().threads(2);
    let done = checker
        .finish_when(HasDiscoveries::AnyOf([what].into()))
        .spawn_bfs()
        .join();
    assert!(done.discovery(what).is_some(), "{wrong:?} went unseen");
}

#[test]
fn a_cursor_that_is_kept_before_its_facts_is_found() {
    found(Wrong::CursorBeforeFacts, "no cursor is ahead of the facts");
}

#[test]
fn what_counts_as_sent_before_the_answer_is_found() {
    found(Wrong::SentBeforeAnswer, "what counts as sent, the server has");
}

#[test]
fn a_push_that_is_decided_again_is_found() {
    found(Wrong::DecidesTwice, "one effect per operation");
}
