//! What several of these tests begin with.

use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use farthing_api::{DeviceId, OpId, Role, UserId};
use farthing_office::chain::Hash;
use farthing_office::{Actor, COMMAND_VERSION, Command, Context, RULES, Sealed};
use farthing_sync::device::{Position, Unsent};
use farthing_sync::intake::{self, Known, Machine, Taken, Verdict};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Push, SentCommand};
use uuid::Uuid;

pub(crate) const DESK: &str = "BR1-01";

pub(crate) fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(crate) fn sign(message: &[u8]) -> [u8; 64] {
    key().sign(message).to_bytes()
}

pub(crate) fn device() -> DeviceId {
    DeviceId(Uuid::from_u128(1))
}

pub(crate) fn at() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

pub(crate) fn machine(dev_seq: i64, head: Hash) -> Machine {
    Machine {
        device: device(),
        public: key().verifying_key().to_bytes(),
        desk: DESK.into(),
        epoch: 0,
        dev_seq,
        head,
    }
}

pub(crate) fn officer() -> Actor {
    Actor {
        user: UserId(Uuid::from_u128(9)),
        role: Role::Officer,
        customer: None,
    }
}

pub(crate) fn context(n: i64) -> Context {
    Context {
        op: OpId(Uuid::from_u128(u128::try_from(n).unwrap() << 64)),
        at: at(),
        today: at().date_naive(),
        actor: Some(officer()),
        device: device(),
        desk: DESK.into(),
        rules: RULES,
        numbers: None,
    }
}

pub(crate) fn register() -> Command {
    Command::RegisterCustomer {
        fields: Sealed::new(),
        likely_duplicates: Vec::new(),
    }
}

pub(crate) fn row(n: i64, command: &Command) -> SentCommand {
    let ctx = context(n);
    SentCommand {
        op: ctx.op,
        dev_seq: n,
        hlc: n,
        version: i64::from(COMMAND_VERSION),
        payload: serde_json::to_string(command).unwrap(),
        context: serde_json::json!({ "rules": RULES, "context": ctx }).to_string(),
        key: None,
        credential: None,
    }
}

pub(crate) fn rows(places: std::ops::RangeInclusive<i64>) -> Vec<SentCommand> {
    places.map(|n| row(n, &register())).collect()
}

pub(crate) fn push(rows: Vec<SentCommand>, head: Hash) -> Push {
    let unsent = Unsent {
        epoch: 0,
        of: None,
        after: head,
        follows: false,
        commands: rows,
    };
    Position::default().push(device(), unsent, sign).unwrap()
}

/// What a server of this program says.
pub(crate) fn check(machine: &Machine, push: &Push, kept: &Known) -> Verdict {
    intake::check(machine, push, kept, Versions::HERE)
}

pub(crate) fn fresh(verdict: Verdict) -> Vec<Taken> {
    match verdict {
        Verdict::Fresh { taken, .. } => taken,
        Verdict::Answer(answer) => panic!("{answer:?}"),
    }
}

/// The hashes that a server has kept of a push.
pub(crate) fn kept(taken: &[Taken]) -> Known {
    taken.iter().map(|t| ((t.row.dev_seq, 0), t.hash)).collect()
}
