//! Both ends without anything in between: what a push may be, and what is decided.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chrono::{DateTime, NaiveDate, Utc};
use ed25519_dalek::{Signer, SigningKey};
use farthing_api::{Code, CustomerId, DeviceId, OpId, Role, UserId};
use farthing_office::chain::{Hash, START};
use farthing_office::{
    Actor, Aggregate, COMMAND_VERSION, Command, Context, Fact, FactBody, Key, RULES, Sealed, State, User, epoch_letters,
};
use farthing_sync::authority::{Now, decide_one, reads};
use farthing_sync::device::{Position, Sent, Unsent};
use farthing_sync::intake::{Known, Machine, Taken, Verdict, check, first_of, is_left};
use farthing_sync::wire::{About, Letter, Pull, Push, PushAnswer, Request, SentCommand, WireError, pack, unpack};
use std::collections::BTreeMap;
use uuid::Uuid;

const DESK: &str = "BR1-01";

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn sign(message: &[u8]) -> [u8; 64] {
    key().sign(message).to_bytes()
}

fn device() -> DeviceId {
    DeviceId(Uuid::from_u128(1))
}

fn at() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn machine(dev_seq: i64, head: Hash) -> Machine {
    Machine {
        device: device(),
        public: key().verifying_key().to_bytes(),
        desk: DESK.into(),
        epoch: 0,
        dev_seq,
        head,
    }
}

fn officer() -> Actor {
    Actor {
        user: UserId(Uuid::from_u128(9)),
        role: Role::Officer,
        customer: None,
    }
}

fn context(n: i64) -> Context {
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

fn register() -> Command {
    Command::RegisterCustomer {
        fields: Sealed::new(),
        likely_duplicates: Vec::new(),
    }
}

fn row(n: i64, command: &Command) -> SentCommand {
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

fn rows(places: std::ops::RangeInclusive<i64>) -> Vec<SentCommand> {
    places.map(|n| row(n, &register())).collect()
}

fn push(rows: Vec<SentCommand>, head: Hash) -> Push {
    let unsent = Unsent {
        epoch: 0,
        after: head,
        commands: rows,
    };
    Position::default().push(device(), unsent, sign).unwrap()
}

fn fresh(verdict: Verdict) -> Vec<Taken> {
    match verdict {
        Verdict::Fresh { taken, .. } => taken,
        Verdict::Answer(answer) => panic!("{answer:?}"),
    }
}

/// The hashes that a server has kept of a push.
fn kept(taken: &[Taken]) -> Known {
    taken.iter().map(|t| ((t.row.dev_seq, 0), t.hash)).collect()
}

#[test]
fn commands_are_taken_where_the_last_push_ended() {
    let first = fresh(check(&machine(0, START), &push(rows(1..=3), START), &Known::new()));
    assert_eq!(first.len(), 3);
    let head = first[2].hash;
    let next = push(rows(4..=5), head);
    assert_eq!(first_of(&next), 3);
    assert_eq!(fresh(check(&machine(3, head), &next, &kept(&first))).len(), 2);
}

#[test]
fn the_same_commands_again_change_nothing() {
    let sent = push(rows(1..=3), START);
    let first = fresh(check(&machine(0, START), &sent, &Known::new()));
    let server = machine(3, first[2].hash);
    assert_eq!(fresh(check(&server, &sent, &kept(&first))), []);
    // A former program does not say what its first command follows: it is told where the server stands.
    let former = Push {
        after: None,
        ..sent.clone()
    };
    let stands = Verdict::Answer(PushAnswer::Behind { through: 3 });
    assert_eq!(check(&server, &former, &kept(&first)), stands);
    let again = push(rows(2..=4), first[0].hash);
    let taken = fresh(check(&machine(3, first[2].hash), &again, &kept(&first)));
    assert_eq!(taken.iter().map(|t| t.row.dev_seq).collect::<Vec<_>>(), [4]);
}

#[test]
fn a_copied_book_is_recognised() {
    let first = fresh(check(&machine(0, START), &push(rows(1..=3), START), &Known::new()));
    let (known, machine) = (kept(&first), machine(3, first[2].hash));
    let mut other = rows(2..=3);
    other[1] = row(
        3,
        &Command::GiveNotice {
            loan: farthing_api::LoanId(Uuid::nil()),
            amount: farthing_api::Money::from_minor(1),
            on: at().date_naive(),
            reference: "x".into(),
        },
    );
    let clash = check(&machine, &push(other, first[0].hash), &known);
    assert_eq!(clash, Verdict::Answer(PushAnswer::Incident { at: 3 }));
    // One that has gone on from another history: its hashes are others.
    let fork = check(&machine, &push(rows(4..=4), [9; 32]), &known);
    assert_eq!(fork, Verdict::Answer(PushAnswer::Incident { at: 3 }));
}

/// Commands of a copy that was restored, recorded after the one with a hash.
fn of_copy(epoch: i64, places: std::ops::RangeInclusive<i64>, after: Hash) -> Push {
    let desk = format!("{DESK}{}", epoch_letters(u32::try_from(epoch).unwrap()));
    let command = |n: i64| {
        let mut row = row(n, &register());
        let ctx = Context {
            op: OpId(Uuid::from_u128(u128::try_from(epoch * 1000 + n).unwrap())),
            desk: desk.clone(),
            ..context(n)
        };
        row.op = ctx.op;
        row.context = serde_json::json!({ "rules": RULES, "context": ctx }).to_string();
        row
    };
    let unsent = Unsent {
        epoch,
        after,
        commands: places.map(command).collect(),
    };
    let position = Position {
        epoch,
        ..Position::default()
    };
    position.push(device(), unsent, sign).unwrap()
}

#[test]
fn a_restored_book_goes_on_after_its_backup_and_the_copy_that_was_left_does_not() {
    let first = fresh(check(&machine(0, START), &push(rows(1..=3), START), &Known::new()));
    let (mut known, server) = (kept(&first), machine(3, first[2].hash));
    // The backup was made after the second command; the server has a third that the restored book does not know.
    let restored = of_copy(1, 3..=4, first[1].hash);
    let taken = fresh(check(&server, &restored, &known));
    assert_eq!(taken.len(), 2);
    // What it goes on from is not here: the server lost it, and is offered everything.
    let behind = |push: &Push, through| {
        let answer = Verdict::Answer(PushAnswer::Behind { through });
        assert_eq!(check(&server, push, &known), answer);
    };
    behind(&of_copy(1, 3..=4, [9; 32]), 0);
    behind(&of_copy(1, 6..=6, [9; 32]), 0);

    known.extend(taken.iter().map(|t| ((t.row.dev_seq, 1), t.hash)));
    let server = Machine {
        epoch: 1,
        ..machine(4, taken[1].hash)
    };
    assert_eq!(
        fresh(check(&server, &restored, &known)),
        [],
        "the same again changes nothing"
    );
    assert_eq!(
        fresh(check(&server, &of_copy(1, 5..=5, taken[1].hash), &known)).len(),
        1
    );
    let ahead = of_copy(1, 7..=7, [9; 32]);
    let missing = Verdict::Answer(PushAnswer::Behind { through: 4 });
    assert_eq!(check(&server, &ahead, &known), missing);
    // What was sent before is known; what the other copy recorded since is not taken.
    assert_eq!(fresh(check(&server, &push(rows(2..=3), first[0].hash), &known)), []);
    let left = push(rows(4..=4), first[2].hash);
    assert!(is_left(&server, &left) && !is_left(&server, &restored));
    assert_eq!(
        check(&server, &left, &known),
        Verdict::Answer(PushAnswer::Incident { at: 4 })
    );
    // Restored once more, from a backup of the first copy.
    assert_eq!(
        fresh(check(&server, &of_copy(2, 4..=4, first[2].hash), &known)).len(),
        1
    );
}

#[test]
fn what_a_newer_backup_of_the_first_copy_never_sent_is_taken_too() {
    let all = push(rows(1..=5), START);
    let first = fresh(check(&machine(0, START), &all, &Known::new()));
    // The server had three, then an older backup went on; now a newer one of the first copy, with two more, takes its place.
    let (mut known, between) = (kept(&first[..3]), of_copy(1, 3..=4, first[1].hash));
    let taken = fresh(check(&machine(3, first[2].hash), &between, &known));
    known.extend(taken.iter().map(|t| ((t.row.dev_seq, 1), t.hash)));
    let server = Machine {
        epoch: 1,
        ..machine(4, taken[1].hash)
    };
    let position = Position {
        epoch: 2,
        ..Position::default()
    };
    let of_third = |places: std::ops::RangeInclusive<i64>, after| {
        let unsent = Unsent {
            epoch: 0,
            after,
            commands: rows(places),
        };
        position.push(device(), unsent, sign).unwrap()
    };
    let sent = of_third(2..=5, first[0].hash);
    assert_eq!((sent.epoch, sent.sender()), (0, 2));
    let Verdict::Fresh { taken, machine: stands } = check(&server, &sent, &known) else {
        panic!("not taken");
    };
    assert_eq!(taken.iter().map(|t| t.row.dev_seq).collect::<Vec<_>>(), [4, 5]);
    assert_eq!((stands.epoch, stands.dev_seq, stands.head), (2, 5, first[4].hash));
    known.extend(taken.iter().map(|t| ((t.row.dev_seq, 0), t.hash)));
    assert_eq!(
        fresh(check(&stands, &sent, &known)),
        [],
        "the same again changes nothing"
    );
    assert_eq!(
        fresh(check(&stands, &of_copy(2, 6..=6, first[4].hash), &known)).len(),
        1
    );
    // Where nothing is new, the machine stands at the copy that counts now all the same.
    let known_only = check(&server, &of_third(2..=3, first[0].hash), &known);
    let Verdict::Fresh { taken, machine: stands } = known_only else {
        panic!("not known");
    };
    assert_eq!((taken, stands.epoch, stands.dev_seq), (vec![], 2, 3));
    // What the copy in between goes on to record is not taken.
    let left = of_copy(1, 5..=5, server.head);
    let newer = Machine { epoch: 2, ..server };
    assert!(is_left(&newer, &left));
    assert!(matches!(
        check(&newer, &left, &known),
        Verdict::Answer(PushAnswer::Incident { .. })
    ));
}

#[test]
fn a_restored_book_finds_out_what_the_server_lost() {
    let position = Position {
        epoch: 1,
        began: 10,
        sent: 12,
        decided: 11,
        ..Position::default()
    };
    assert_eq!(position.lacks(Some(12), Some(1)), None);
    assert_eq!(position.lacks(Some(11), Some(1)), Some(11));
    // The server knows the copy before it only, of which this one has what was recorded up to its backup.
    assert_eq!(position.lacks(Some(13), Some(0)), Some(10));
    assert_eq!(position.lacks(Some(5), Some(0)), Some(5));
    let fresh = Position {
        sent: 8,
        decided: 8,
        ..position.clone()
    };
    assert_eq!(fresh.lacks(Some(13), Some(0)), None);
    // A copy that was left hears nothing of the one that counts.
    assert_eq!(position.lacks(Some(3), Some(2)), None);
}

#[test]
fn a_book_that_is_restored_before_it_sent_anything_goes_on_after_its_base() {
    let none = Known::new();
    let server = machine(7, [5; 32]);
    assert_eq!(fresh(check(&server, &of_copy(1, 8..=8, [5; 32]), &none)).len(), 1);
    // The server has commands of the machine since.
    let since = fresh(check(&server, &push(rows(8..=9), [5; 32]), &none));
    let after = machine(9, since[1].hash);
    assert_eq!(
        fresh(check(&after, &of_copy(1, 8..=8, [5; 32]), &kept(&since))).len(),
        1
    );
}

#[test]
fn a_gap_and_a_newer_payload_wait() {
    let gap = check(&machine(0, START), &push(rows(3..=4), [1; 32]), &Known::new());
    assert_eq!(gap, Verdict::Answer(PushAnswer::Behind { through: 0 }));
    let mut newer = rows(1..=1);
    newer[0].version += 1;
    let newer = check(&machine(0, START), &push(newer, START), &Known::new());
    assert_eq!(newer, Verdict::Answer(PushAnswer::Older));
}

#[test]
fn only_the_machine_itself_pushes_and_only_as_itself() {
    let mut forged = push(rows(1..=1), START);
    forged.signature[0] ^= 1;
    let verdict = check(&machine(0, START), &forged, &Known::new());
    assert!(matches!(verdict, Verdict::Answer(PushAnswer::Incident { .. })));
    let other = Machine {
        desk: "BR1-02".into(),
        ..machine(0, START)
    };
    let verdict = check(&other, &push(rows(1..=1), START), &Known::new());
    assert!(matches!(verdict, Verdict::Answer(PushAnswer::Incident { .. })));
}

#[test]
fn a_late_answer_says_less_than_is_known() {
    let position = Position {
        sent: 5,
        ..Position::default()
    };
    let pushed = |answer| position.pushed(&answer, 8);
    assert_eq!(pushed(PushAnswer::Kept { through: 3 }), Sent::Through(5));
    assert_eq!(pushed(PushAnswer::Kept { through: 7 }), Sent::Through(7));
    assert_eq!(pushed(PushAnswer::Behind { through: 2 }), Sent::Through(2));
    // The server has more of this machine than was sent: its book was restored since.
    assert_eq!(pushed(PushAnswer::Kept { through: 12 }), Sent::Through(8));
}

fn state(role: Role, active: bool) -> State {
    let user = User {
        role,
        name: "Olu".into(),
        email: String::new(),
        customer: None,
        active,
        pending: false,
        password: None,
        answered: false,
        second_factor: false,
    };
    State(BTreeMap::from([(Key::User(officer().user), Aggregate::User(user))]))
}

fn now() -> Now {
    Now {
        at: at(),
        today: at().date_naive(),
    }
}

fn taken(command: Command, ctx: Context) -> Taken {
    Taken {
        row: row(1, &command),
        hash: START,
        command,
        context: ctx,
    }
}

#[test]
fn the_role_of_by_now_decides_and_a_wrong_clock_is_set_right() {
    let mut ahead = context(1);
    (ahead.at, ahead.today) = (at() + chrono::TimeDelta::days(365), NaiveDate::MAX);
    let asked = taken(register(), ahead);
    assert!(reads(&asked).contains(&Key::User(officer().user)));
    let decision = decide_one(&mut state(Role::Officer, true), &asked, now());
    assert_eq!(decision.refusal, None);
    assert_eq!((decision.context.at - at()).num_minutes(), 5);
    assert_eq!(decision.context.today, at().date_naive());
    for (role, active, code) in [
        (Role::Auditor, true, Code::Forbidden),
        (Role::Officer, false, Code::AccessTaken),
    ] {
        let refused = decide_one(&mut state(role, active), &asked, now());
        assert_eq!(refused.refusal.unwrap().code, code);
        assert_eq!(refused.facts, []);
    }
}

#[test]
fn money_in_hand_is_recorded_whoever_took_it() {
    let paid = Command::ReceivePayment {
        loan: farthing_api::LoanId(Uuid::from_u128(4)),
        amount: farthing_api::Money::from_minor(5_000),
        value_date: at().date_naive(),
        method: farthing_api::PaymentMethod::Cash,
        reference: String::new(),
        prepayment: None,
    };
    let decision = decide_one(&mut state(Role::Officer, false), &taken(paid, context(1)), now());
    assert_eq!(decision.refusal.unwrap().code, Code::NoLoan);
    let [
        Fact {
            body: FactBody::TaskOpened { what, amount, .. },
            ..
        },
    ] = &decision.facts[..]
    else {
        panic!("{:?}", decision.facts)
    };
    assert_eq!((what.as_str(), amount.unwrap().minor()), ("unplaced_money", 5_000));
}

#[test]
fn a_receipt_that_was_printed_is_never_given_again() {
    let paid = |n| {
        let paid = Command::ReceivePayment {
            loan: farthing_api::LoanId(Uuid::from_u128(4)),
            amount: farthing_api::Money::from_minor(5_000),
            value_date: at().date_naive(),
            method: farthing_api::PaymentMethod::Cash,
            reference: String::new(),
            prepayment: None,
        };
        let numbers = farthing_office::Desk {
            receipts: 7,
            ..Default::default()
        };
        let ctx = Context {
            numbers: Some(numbers),
            ..context(n)
        };
        taken(paid, ctx)
    };
    let mut state = state(Role::Officer, true);
    let decision = decide_one(&mut state, &paid(1), now());
    let [fact] = &decision.facts[..] else {
        panic!("{:?}", decision.facts)
    };
    let FactBody::TaskOpened { detail, .. } = &fact.body else {
        panic!("{:?}", fact.body)
    };
    assert!(detail.starts_with("BR1-01-000008 "), "{detail}");
    assert_eq!(
        state.desk(DESK).map(|d| d.receipts),
        Some(8),
        "it was given to this money"
    );
    assert!(fact.body.touches(DESK).contains(&Key::Desk(DESK.into())));
}

#[test]
fn money_is_not_dated_later_than_the_server_knows_whoever_took_it() {
    let mut ahead = context(1);
    (ahead.at, ahead.today) = (
        at() + chrono::TimeDelta::days(365),
        at().date_naive() + chrono::Days::new(365),
    );
    let sold = Command::Sell {
        customer: CustomerId(Uuid::nil()),
        goods: farthing_api::GoodsId(Uuid::nil()),
        quantity: 1,
        installments: 2,
        first: farthing_api::Money::from_minor(5_000),
        monthly: false,
        method: farthing_api::PaymentMethod::Cash,
    };
    let decision = decide_one(&mut state(Role::Officer, false), &taken(sold, ahead), now());
    assert_eq!(decision.refusal.unwrap().code, Code::AccessTaken);
    let [fact] = &decision.facts[..] else {
        panic!("{:?}", decision.facts)
    };
    assert!(fact.at <= at() + chrono::TimeDelta::minutes(5), "{}", fact.at);
    assert_eq!(fact.booking_date, at().date_naive());
}

#[test]
fn nobody_but_the_server_closes_a_day() {
    let close = Command::AssessPenalties {
        through: at().date_naive(),
        loans: Vec::new(),
    };
    let ctx = Context {
        actor: None,
        ..context(1)
    };
    let decision = decide_one(&mut state(Role::Officer, true), &taken(close, ctx), now());
    assert_eq!(decision.refusal.unwrap().code, Code::SystemOnly);
}

#[test]
fn a_letter_is_read_only_as_it_was_signed() {
    let (organisation, request) = (Uuid::from_u128(5), Request::Push(push(rows(1..=2), START)));
    let letter = Letter::new(organisation, device(), &request, sign).unwrap();
    let public = key().verifying_key().to_bytes();
    let there: Letter = unpack(&pack(&letter).unwrap()).unwrap();
    assert_eq!(there.open(&public).unwrap(), request);
    let other = Letter {
        organisation: Uuid::from_u128(6),
        ..letter.clone()
    };
    assert!(matches!(other.open(&public), Err(WireError::Signature)));
    let newer = Letter { version: 2, ..letter };
    assert!(matches!(newer.open(&public), Err(WireError::Version(2))));
    assert!(unpack::<Letter>(b"not packed").is_err());
    let pull = Request::Pull(Pull {
        epoch: 0,
        cursors: Vec::new(),
        outcomes_after: 0,
        most: 1,
        about: About::default(),
    });
    let letter = Letter::new(organisation, device(), &pull, sign).unwrap();
    assert_eq!(letter.open(&public).unwrap(), pull);
}
