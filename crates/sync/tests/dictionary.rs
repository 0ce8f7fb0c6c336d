//! The dictionary of the dense form: of what it was made, that it is still the one of its number, and what comes of it.

use crate::common::{at, context, officer, row};
use crate::golden::hex;
use chrono::TimeDelta;
use ed25519_dalek::{Signer, SigningKey};
use farthing_api::{DeviceId, FactId, LoanId, Money, OpId, PaymentMethod, UserId};
use farthing_office::chain::{START, link};
use farthing_office::{Actor, Command, Context, Desk, Fact, FactBody, RULES};
use farthing_sync::device::{Position, Unsent};
use farthing_sync::scope::Scope;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{
    About, Entry, Form, Known, Letter, Page, Part, Pull, PushAnswer, Reply, Request, SentCommand, SentFact, encode,
    pack, shortened, unpack,
};
use proptest::prelude::*;
use serde::Serialize;
use serde_bytes::ByteBuf;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The circumstances of a command as a book keeps them, in the same order.
#[derive(Serialize)]
struct Kept<'a> {
    rules: u32,
    context: &'a Context,
}

/// Somebody who says something; nothing that one says is known from another.
struct Speaker(String);

impl Speaker {
    fn id(&self, what: &str) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{what} of {}", self.0).as_bytes())
    }

    fn number(&self, what: &str, most: u32) -> u32 {
        self.id(what).as_fields().0 % most
    }

    fn hash(&self, what: &str) -> [u8; 32] {
        link(&START, &[self.id(what).as_bytes()])
    }

    fn at(&self, what: &str) -> chrono::DateTime<chrono::Utc> {
        at() + TimeDelta::milliseconds(self.number(what, u32::MAX).into())
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        SigningKey::from_bytes(&self.hash("key")).sign(message).to_bytes()
    }

    fn letter(&self, request: &Request) -> Letter {
        let device = DeviceId(self.id("device"));
        Letter::new(Versions::HERE, self.id("organisation"), device, request, |m| {
            self.sign(m)
        })
        .unwrap()
    }

    fn payment(&self, n: i64) -> Command {
        let name = n.to_string();
        Command::ReceivePayment {
            loan: LoanId(self.id(&format!("loan {name}"))),
            amount: Money::from_minor(self.number(&name, 1_000_000).into()),
            value_date: self.at(&name).date_naive(),
            method: [PaymentMethod::Cash, PaymentMethod::Cash, PaymentMethod::Mobile]
                [self.id(&name).as_bytes()[0] as usize % 3],
            reference: match self.number(&name, 3) {
                0 => String::new(),
                1 => format!("slip {}", self.number("slip", 9_000)),
                _ => format!("TRX {}", self.id("reference").simple().to_string()[..8].to_uppercase()),
            },
            prepayment: None,
        }
    }

    /// A push of these, as a desk says it.
    fn push(&self, commands: &[Command]) -> Request {
        let device = DeviceId(self.id("device"));
        let row = |(n, command): (i64, &Command)| {
            let number = |what: &str| self.number(what, 5_000);
            let circumstances = Context {
                op: OpId(self.id(&n.to_string())),
                at: self.at(&n.to_string()),
                today: self.at(&n.to_string()).date_naive(),
                actor: Some(Actor {
                    user: UserId(self.id("user")),
                    ..officer()
                }),
                device,
                numbers: Some(Desk {
                    receipts: number("receipts"),
                    loans: number("loans"),
                    purchases: number("purchases"),
                    customers: number("customers"),
                }),
                ..context(n)
            };
            let kept = Kept {
                rules: RULES,
                context: &circumstances,
            };
            SentCommand {
                hlc: circumstances.at.timestamp_millis() << 16,
                dev_seq: i64::from(self.number("place", 5_000)) + n,
                context: serde_json::to_string(&kept).unwrap(),
                ..row(n, command)
            }
        };
        let unsent = Unsent {
            after: self.hash("after"),
            follows: true,
            commands: (1..).zip(commands).map(row).collect(),
            ..Unsent::default()
        };
        Request::Push(Position::default().push(device, unsent, |m| self.sign(m)).unwrap())
    }

    fn pull(&self) -> Request {
        let scopes = [Scope::Public, Scope::Branch("BR1".into())];
        let known = |scope: Scope| Known {
            seq: self.number(&scope.to_string(), 90_000).into(),
            scope,
        };
        Request::Pull(Pull {
            epoch: 0,
            cursors: scopes.map(known).into(),
            outcomes_after: self.number("outcomes", 5_000).into(),
            most: 2_000,
            about: About {
                program: "0.1.0".into(),
                unsent: 0,
            },
        })
    }

    /// A page with these facts.
    fn page(&self, facts: &[FactBody]) -> Reply {
        let entry = |(n, body): (u32, &FactBody)| {
            let op = OpId(self.id(&n.to_string()));
            let fact = Fact {
                id: FactId::of(op, 1000 + n),
                op,
                at: self.at(&n.to_string()),
                booking_date: self.at(&n.to_string()).date_naive(),
                by: Some(UserId(self.id("user"))),
                desk: "BR1-01".into(),
                body: body.clone(),
            };
            Entry {
                part: 1,
                fact: SentFact::of(&fact).unwrap(),
                key: None,
                credential: None,
            }
        };
        let part = |scope: Scope| Part {
            from: self.number(&scope.to_string(), 90_000).into(),
            prev: self.hash("prev"),
            head: self.hash(&scope.to_string()),
            scope,
        };
        Reply::Pull(Page {
            scopes: [Scope::Public, Scope::Branch("BR1".into())].map(part).into(),
            entries: (0..).zip(facts).map(entry).collect(),
            outcomes: Vec::new(),
            more: false,
            has: Some(self.number("has", 5_000).into()),
            copy: Some(0),
            outcomes_after: Some(self.number("outcomes", 5_000).into()),
            history: Some(self.id("organisation")),
            authority: Some(self.hash("authority")),
            in_chunks: Some(self.number("chunks", 90_000).into()),
        })
    }
}

/// One of each kind of command or fact, as the office's golden files have it.
fn each<T: serde::de::DeserializeOwned>(what: &str) -> Vec<T> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../office/tests/golden")
        .join(what)
        .join("v1");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |file: &PathBuf| serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    files.iter().map(read).collect()
}

/// What is said on the line, most of it often said: payments, questions for news, and that there are none.
fn usual() -> Vec<Vec<u8>> {
    let (commands, facts): (Vec<Command>, Vec<FactBody>) = (each("commands"), each("facts"));
    let mut all = Vec::new();
    for n in 0..900 {
        let speaker = Speaker(format!("the dictionary {n}"));
        let through = speaker.number("through", 9_000).into();
        let command = &commands[n % commands.len()];
        let fact = &facts[n % facts.len()];
        let payments = (1..4).map(|n| speaker.push(&[speaker.payment(n)]));
        let others = [speaker.push(std::slice::from_ref(command)), speaker.pull()];
        for request in payments.chain(others) {
            all.push(encode(&speaker.letter(&request)).unwrap());
        }
        for reply in [
            speaker.page(&[]),
            speaker.page(std::slice::from_ref(fact)),
            Reply::Push(PushAnswer::Kept { through }),
        ] {
            all.push(encode(&reply).unwrap());
        }
    }
    all.iter().map(|message| shortened(message)).collect()
}

/// Whatever is usual later, what was sent with a dictionary is read with that one: a new one gets a new number.
/// `FARTHING_WRITE_GOLDEN=1 cargo test -p farthing-sync dictionary` makes one where its file is empty.
#[test]
fn the_dictionary_stays_the_one_of_its_number() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionary/1.zdict");
    if fs::metadata(&file).unwrap().len() == 0 && std::env::var_os("FARTHING_WRITE_GOLDEN").is_some() {
        fs::write(&file, zstd::dict::from_samples(&usual(), 16 << 10).unwrap()).unwrap();
    }
    let digest = link(&START, &[&fs::read(file).unwrap()]);
    assert_eq!(
        hex(&digest),
        "7c9695f9bae2743f8cd64b751a4976c8cde6d1b670dd469a56725ac3c9fbc0bd"
    );
}

/// The JSON of a request, with bytes in hexadecimal.
fn json(request: &Request) -> usize {
    fn in_hex(value: &mut Value) {
        match value {
            Value::Array(bytes) if bytes.len() >= 32 && bytes.iter().all(Value::is_u64) => {
                *value = Value::String("00".repeat(bytes.len()));
            }
            Value::Array(values) => values.iter_mut().for_each(in_hex),
            Value::Object(fields) => fields.values_mut().for_each(in_hex),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(request).unwrap();
    in_hex(&mut value);
    value.to_string().len()
}

#[test]
fn a_push_of_payments_takes_a_third_of_its_json() {
    let speaker = Speaker("somebody else".into());
    for count in [1, 2, 5, 20] {
        let payments: Vec<Command> = (1..=count).map(|n| speaker.payment(n)).collect();
        let request = speaker.push(&payments);
        let letter = speaker.letter(&request);
        let dense = Form::Dense.pack(&letter).unwrap();
        assert_eq!(unpack::<Letter>(&dense).unwrap(), letter);
        let (len, json) = (dense.len(), json(&request));

        assert!(len * 100 <= json * 35, "{count} payments: {len} bytes of {json}");
        assert!(len < pack(&letter).unwrap().len());
    }
}

#[test]
fn what_is_damaged_or_too_large_is_refused() {
    let speaker = Speaker("somebody else".into());
    let dense = Form::Dense.pack(&speaker.letter(&speaker.pull())).unwrap();
    for len in 0..dense.len() {
        assert!(unpack::<Letter>(&dense[..len]).is_err());
    }
    let large = ByteBuf::from(vec![0xc1; 64 << 10]);
    let packed = Form::Dense.pack(&large).unwrap();
    assert_eq!(packed, pack(&large).unwrap(), "a large message stays in the other form");
    // Of a dictionary that is not there yet.
    let later = [&[2], &dense[1..]].concat();
    assert!(unpack::<Letter>(&later).is_err());
}

proptest! {
    #[test]
    fn every_byte_comes_back(bytes in any_message()) {
        let value = ByteBuf::from(bytes);
        let dense = Form::Dense.pack(&value).unwrap();
        prop_assert_eq!(unpack::<ByteBuf>(&dense).unwrap(), value);
    }
}

/// Bytes, ids in any writing, days and instants that there are and those that look so, one after the other.
fn any_message() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        prop::collection::vec(prop_oneof![Just(0xc1), 0u8..4], 0..40),
        any::<u128>().prop_map(|id| Uuid::from_u128(id).hyphenated().to_string().into_bytes()),
        any::<u128>().prop_map(|id| Uuid::from_u128(id).hyphenated().to_string().to_uppercase().into_bytes()),
        any::<u128>().prop_map(|id| Uuid::from_u128(id).braced().to_string().into_bytes()),
        "[0-9]{4}-[0-1][0-9]-[0-3][0-9]".prop_map(String::into_bytes),
        "(19|20)[0-9]{2}-0[1-9]-[0-2][1-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.][0-9]{3})?Z"
            .prop_map(String::into_bytes),
        "[+-]?[0-9]{4,6}-0[1-9]-[0-2][1-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9][.]?[0-9]{0,9}(Z|[+]00:00)"
            .prop_map(String::into_bytes),
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}
