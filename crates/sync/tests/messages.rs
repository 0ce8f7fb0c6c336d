//! One of each message, with everything that it may carry.

use crate::common::{at, device, push, rows};
use farthing_api::{
    ApiError, Code, CustomerId, DeviceId, DeviceState, DeviceView, ErrorKind, FactId, OpId, Secret, UserId,
};
use farthing_office::chain::START;
use farthing_office::{Fact, FactBody};
use farthing_sync::escrow::{AskRelease, Deposit, Release, Released};
use farthing_sync::health::{AskHealth, Conflict, Health, Span};
use farthing_sync::join::{AskOwn, End, Enrol, EnrolOwn, Enrolled, Found, Founded, Invite, Newcomer, OwnAsked};
use farthing_sync::revoke::{ListDevices, Revocation, Revoke};
use farthing_sync::scope::Scope;
use farthing_sync::snapshot::{AskChunk, Chunk, ListChunks, Listed, SentChunk};
use farthing_sync::wire::{
    About, Cursor, Entry, Known, Outcome, Page, Part, Pull, PushAnswer, Reply, Request, SentFact,
};
use serde_bytes::{ByteArray, ByteBuf};
use uuid::Uuid;

pub(crate) const ORGANISATION: Uuid = Uuid::from_u128(5);

fn user() -> UserId {
    UserId(Uuid::from_u128(9))
}

fn customer() -> CustomerId {
    CustomerId(Uuid::from_u128(11))
}

pub(crate) fn fact(n: u32, body: FactBody) -> SentFact {
    let op = OpId(Uuid::from_u128(100));
    let fact = Fact {
        id: FactId::of(op, n),
        op,
        at: at(),
        booking_date: at().date_naive(),
        by: Some(user()),
        desk: "BR1-01".into(),
        body,
    };
    SentFact::of(&fact).unwrap()
}

fn vouched() -> SentFact {
    fact(0, FactBody::CustomerVouched { customer: customer() })
}

fn health() -> Health {
    Health {
        spans: vec![Span {
            as_asked: 12,
            otherwise: 1,
        }],
        conflicts: vec![Conflict {
            op: OpId(Uuid::from_u128(100)),
            desk: "BR1-02".into(),
            what: "record_payment".into(),
            by: Some(user()),
            asked_at: at(),
            decided_at: at(),
            reason: ApiError::new(ErrorKind::Refused, Code::AccessTaken),
        }],
    }
}

fn newcomer() -> Newcomer {
    Newcomer {
        public: [3; 32],
        desk: "BR1-01".into(),
        epoch: 0,
        dev_seq: 7,
        head: [5; 32],
        former: None,
    }
}

/// Requests by the name of their file.
pub(crate) fn requests() -> Vec<(&'static str, Request)> {
    let mut sent = rows(1..=2);
    sent[0].key = Some([8; 32]);
    sent[1].credential = Some(Secret::new("argon2id of it"));
    let found = Found {
        token: "token".into(),
        device: newcomer(),
        from: 1,
        facts: vec![vouched()],
        keys: vec![(customer(), ByteArray::new([8; 32]))],
        credentials: vec![(vouched().id, Secret::new("argon2id of it"))],
        end: Some(End {
            head: [4; 32],
            signature: [6; 64],
        }),
    };
    let part = Found {
        credentials: Vec::new(),
        end: None,
        ..found.clone()
    };
    let (code, by) = ([2; 32], user());
    let pull = Pull {
        epoch: 1,
        cursors: vec![Known {
            scope: Scope::Branch("BR1".into()),
            seq: 12,
        }],
        outcomes_after: 3,
        most: 2_000,
        about: About {
            program: "0.1.0".into(),
            unsent: 4,
        },
    };
    let restored = farthing_sync::wire::Push {
        copy: Some(1),
        ..push(rows(1..=1), START)
    };
    let let_in = farthing_sync::wire::Push {
        of: Some(DeviceId(Uuid::from_u128(9))),
        ..restored.clone()
    };
    vec![
        ("found", Request::Found(Box::new(found))),
        ("found_part", Request::Found(Box::new(part))),
        (
            "enrol",
            Request::Enrol(Enrol {
                code: "1234-5678".into(),
                device: newcomer(),
            }),
        ),
        (
            "enrol_anew",
            Request::Enrol(Enrol {
                code: "1234-5678".into(),
                device: Newcomer {
                    former: Some(DeviceId(Uuid::from_u128(9))),
                    ..newcomer()
                },
            }),
        ),
        ("invite", Request::Invite(Invite { code, by })),
        ("push", Request::Push(push(sent, START))),
        ("push_of_a_restored_book", Request::Push(restored)),
        ("push_of_a_book_let_in_anew", Request::Push(let_in)),
        ("pull", Request::Pull(pull)),
        ("devices", Request::Devices(ListDevices { by })),
        (
            "health",
            Request::Health(AskHealth {
                by,
                bounds: vec![at(), at() + chrono::TimeDelta::days(1)],
            }),
        ),
        ("chunks", Request::Chunks(ListChunks {})),
        ("chunk", Request::Chunk(AskChunk { number: 7 })),
        ("revoke", Request::Revoke(Revoke { device: device(), by })),
        (
            "deposit",
            Request::Deposit(Deposit {
                id: ORGANISATION,
                secret: [1; 32],
                holds: Some(Uuid::from_u128(6)),
            }),
        ),
        ("ask_release", Request::AskRelease(AskRelease { sign_in: "olu".into() })),
        (
            "release",
            Request::Release(Release {
                id: ORGANISATION,
                link: "link".into(),
            }),
        ),
        ("erased", Request::Erased(vec![customer()])),
        (
            "ask_own",
            Request::AskOwn(AskOwn {
                email: Secret::new("mara@example.test"),
                public: [3; 32],
            }),
        ),
        (
            "enrol_own",
            Request::EnrolOwn(Box::new(EnrolOwn {
                challenge: ORGANISATION,
                email: Secret::new("mara@example.test"),
                code: Secret::new("123456"),
                device: newcomer(),
            })),
        ),
    ]
}

/// A page of two scopes with everything that it may carry.
fn page() -> Page {
    let renamed = FactBody::UserRenamed {
        user: user(),
        name: "Olu".into(),
    };
    let part = |scope, from| Part {
        scope,
        from,
        prev: [7; 32],
        head: [9; 32],
    };
    let entry = |part, fact| Entry {
        part,
        fact,
        key: None,
        credential: None,
    };
    Page {
        scopes: vec![part(Scope::Staff, 1), part(Scope::Branch("BR1".into()), 40)],
        entries: vec![
            Entry {
                credential: Some(Secret::new("argon2id of it")),
                ..entry(0, fact(1, renamed))
            },
            Entry {
                key: Some([8; 32]),
                ..entry(1, vouched())
            },
        ],
        outcomes: vec![
            Outcome {
                dev_seq: 4,
                op: OpId(Uuid::from_u128(100)),
                refusal: None,
            },
            Outcome {
                dev_seq: 5,
                op: OpId(Uuid::from_u128(101)),
                refusal: Some(ApiError::new(ErrorKind::Forbidden, Code::AccessTaken)),
            },
        ],
        more: false,
        has: Some(5),
        copy: Some(0),
        outcomes_after: Some(3),
        history: Some(ORGANISATION),
        authority: Some([2; 32]),
        in_chunks: None,
    }
}

/// A chunk, and how it is listed.
fn chunk() -> (Chunk, SentChunk) {
    let listed = Chunk {
        through: 5_000,
        bytes: 400_000,
        hash: [4; 32],
    };
    let sent = SentChunk {
        packed: ByteBuf::from(b"packed".to_vec()),
        history: ORGANISATION,
        keys: vec![(vouched().id, ByteArray::new([8; 32]))],
        credentials: vec![(vouched().id, Secret::new("argon2id of it"))],
    };
    (listed, sent)
}

/// Replies by the name of their file.
pub(crate) fn replies() -> Vec<(&'static str, Reply)> {
    let cursor = Cursor {
        scope: Scope::Public,
        seq: 3,
        hash: [9; 32],
    };
    let view = DeviceView {
        device: device(),
        desk: "BR1-01".into(),
        own: true,
        of_customer: false,
        state: DeviceState::Active,
        enrolled_at: at(),
        seen_at: Some(at()),
        program: "0.1.0".into(),
        behind: 2,
        unsent: 1,
    };
    let word = Revocation {
        has: Some(4),
        copy: Some(1),
        ..Revocation::new(&[3; 32], ORGANISATION, device(), at())
    };
    vec![
        (
            "found",
            Reply::Found(Founded {
                through: 3,
                cursors: vec![cursor],
            }),
        ),
        (
            "enrolled",
            Reply::Enrolled(Enrolled {
                organisation: ORGANISATION,
                desk: "BR1-02".into(),
                approved_by: user(),
                facts: 12,
                epoch: None,
            }),
        ),
        (
            "enrolled_anew",
            Reply::Enrolled(Enrolled {
                organisation: ORGANISATION,
                desk: "BR1-01".into(),
                approved_by: user(),
                facts: 12,
                epoch: Some(2),
            }),
        ),
        ("invited", Reply::Invited),
        ("kept", Reply::Push(PushAnswer::Kept { through: 4 })),
        ("behind", Reply::Push(PushAnswer::Behind { through: 2 })),
        ("older", Reply::Push(PushAnswer::Older)),
        ("incident", Reply::Push(PushAnswer::Incident { at: 3 })),
        ("page", Reply::Pull(page())),
        (
            "page_of_many",
            Reply::Pull(Page {
                in_chunks: Some(20_000),
                ..page()
            }),
        ),
        (
            "chunks",
            Reply::Chunks(Listed {
                chunks: vec![chunk().0],
            }),
        ),
        ("chunk", Reply::Chunk(chunk().1)),
        ("page_with_nothing", Reply::Pull(Page::default())),
        ("devices", Reply::Devices(vec![view])),
        ("health", Reply::Health(health())),
        ("revoked", Reply::Revoked(word)),
        ("deposited", Reply::Deposited),
        ("release_asked", Reply::ReleaseAsked),
        (
            "released",
            Reply::Released(Released {
                user: user(),
                secret: [1; 32],
            }),
        ),
        ("erased", Reply::Erased(vec![customer()])),
        (
            "own_asked",
            Reply::OwnAsked(OwnAsked {
                challenge: ORGANISATION,
                reference: "KXPA".into(),
                minutes: 10,
                resend_after: 60,
            }),
        ),
        (
            "refused",
            Reply::Refused(ApiError::new(ErrorKind::Unavailable, Code::ProtocolVersion)),
        ),
    ]
}
