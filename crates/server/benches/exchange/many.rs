//! Two hundred desktops that all sync at once: each hands over one payment and fetches what the others did, again and again.

use crate::office::Office;
use crate::speaker::Speaker;
use crate::times::{Times, timed};
use ed25519_dalek::{Signer, SigningKey};
use farthing_api::DeviceId;
use farthing_office::RULES;
use farthing_office::chain::{CommandLink, Hash, START};
use farthing_sync::authority::Head;
use farthing_sync::device::{Position, Unsent};
use farthing_sync::pull::MOST_FACTS;
use farthing_sync::scope::Scope;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{PushAnswer, Reply, Request, SentCommand, unpack};
use sqlx::{PgConnection, Row};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;
use uuid::Uuid;

const DESKTOPS: usize = 200;
const ROUNDS: usize = 10;
/// The numbers of payments that nobody else makes in this run.
const FIRST: usize = 100_000;

/// The ends of the scopes that desks see.
pub(crate) async fn cursors(probe: &mut PgConnection) -> BTreeMap<Scope, Head> {
    let rows = sqlx::query("select scope, seq, hash from scope_head")
        .fetch_all(probe)
        .await
        .unwrap();
    let head = |row: &sqlx::postgres::PgRow| {
        let scope: Scope = row.get::<String, _>(0).parse().unwrap();
        let hash = row.get::<Vec<u8>, _>(2).try_into().unwrap();
        (scope, Head { seq: row.get(1), hash })
    };
    rows.iter().map(head).collect()
}

struct Desktop {
    n: usize,
    desk: String,
    speaker: Speaker,
    position: Position,
    head: Hash,
}

#[derive(Default)]
struct Took {
    pushes: Vec<Duration>,
    pulls: Vec<Duration>,
    facts: usize,
}

pub(crate) async fn measure(office: &Office) {
    let mut probe = office.probe().await;
    let cursors = cursors(&mut probe).await;
    let mut desktops = Vec::new();
    for n in 0..DESKTOPS {
        let device = DeviceId(Uuid::new_v5(&office.organisation, &n.to_be_bytes()));
        let key = SigningKey::from_bytes(&[u8::try_from(n).unwrap() + 1; 32]);
        let desk = format!("BR1-{}", 100 + n);
        // As after an enrolment by an administrator's code.
        sqlx::query("insert into device (organisation, device, public_key, desk, epoch, dev_seq, head) values ($1, $2, $3, $4, 0, 0, $5)")
            .bind(office.organisation)
            .bind(device.0)
            .bind(key.verifying_key().to_bytes().as_slice())
            .bind(&desk)
            .bind(START.as_slice())
            .execute(&mut probe)
            .await
            .unwrap();
        let sign = move |message: &[u8]| key.sign(message).to_bytes();
        desktops.push(Desktop {
            n,
            desk,
            speaker: Speaker::new(&office.serving.address, office.organisation, device, Box::new(sign)),
            position: Position {
                cursors: cursors.clone(),
                ..Position::default()
            },
            head: START,
        });
    }
    let (start, all, mut tasks) = (Instant::now(), Arc::new(Barrier::new(DESKTOPS)), Vec::new());
    for mut desktop in desktops {
        let requests = (0..ROUNDS)
            .map(|round| desktop.command(office, round))
            .collect::<Vec<_>>();
        let all = all.clone();
        tasks.push(tokio::spawn(async move {
            let mut took = Took::default();
            for (command, hash) in requests {
                all.wait().await;
                desktop.round(command, hash, &mut took).await;
            }
            took
        }));
    }
    let (mut pushes, mut pulls, mut facts, mut first) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for task in tasks {
        let took = task.await.unwrap();
        first.push(took.pushes[0]);
        pushes.extend(took.pushes);
        pulls.extend(took.pulls);
        facts.push(took.facts);
    }
    let took = start.elapsed();
    assert_eq!(pushes.len(), DESKTOPS * ROUNDS, "every push was kept");
    let (pushes, pulls) = (Times(pushes), Times(pulls));
    println!(
        "{DESKTOPS} desktops at once, {ROUNDS} rounds in {:.1} s, none refused",
        took.as_secs_f64()
    );
    println!(
        "a push of one payment: {}, slowest {:.0?} (limit of p99 1 s)",
        pushes.shown(),
        pushes.at(100)
    );
    println!(
        "those of the first round, with every connection new: {}",
        Times(first).shown()
    );
    println!("a pull: {}, slowest {:.0?}", pulls.shown(), pulls.at(100));
    println!(
        "facts that each desktop got: {} to {}",
        facts.iter().min().unwrap(),
        facts.iter().max().unwrap()
    );
}

impl Desktop {
    /// A payment as its log has it, with its hash.
    fn command(&mut self, office: &Office, round: usize) -> (SentCommand, Hash) {
        let n = FIRST + round * DESKTOPS + self.n;
        let (command, context) = office.payment(n, self.speaker.device, &self.desk);
        let row = SentCommand {
            op: context.op,
            dev_seq: i64::try_from(round).unwrap() + 1,
            hlc: context.at.timestamp_millis() << 16,
            version: i64::from(farthing_office::COMMAND_VERSION),
            payload: serde_json::to_string(&command).unwrap(),
            context: serde_json::json!({"rules": RULES, "context": context}).to_string(),
            key: None,
            credential: None,
        };
        let link = CommandLink {
            op: &row.op.0,
            device: &self.speaker.device.0,
            epoch: 0,
            dev_seq: row.dev_seq,
            hlc: row.hlc,
            version: row.version,
            payload: &row.payload,
            context: &row.context,
        };
        self.head = link.after(&self.head);
        let hash = self.head;
        (row, hash)
    }

    async fn round(&mut self, command: SentCommand, hash: Hash, took: &mut Took) {
        let unsent = Unsent {
            epoch: 0,
            of: None,
            after: if command.dev_seq == 1 { START } else { self.head },
            follows: command.dev_seq > 1,
            commands: vec![command],
        };
        let push = self
            .position
            .push(self.speaker.device, unsent, |m| self.speaker.sign(m))
            .unwrap();
        let letter = self.speaker.letter(&Request::Push(push));
        let answer = timed(&mut took.pushes, self.speaker.send(letter)).await;
        let Reply::Push(PushAnswer::Kept { through }) = unpack(&answer).unwrap() else {
            panic!("a push was not kept");
        };
        (self.position.sent, self.head) = (through, hash);
        loop {
            let letter = self.speaker.letter(&Request::Pull(self.position.pull(MOST_FACTS)));
            let answer = timed(&mut took.pulls, self.speaker.send(letter)).await;
            let Reply::Pull(page) = unpack(&answer).unwrap() else {
                panic!("a pull was not answered");
            };
            let news = self.position.news(Versions::HERE, page).unwrap();
            took.facts += news.facts.len();
            self.position = self.position.after(&news);
            if !news.more {
                return;
            }
        }
    }
}
