//! A book that was restored from its backup: where it goes on, and what it finds out.

use crate::common::*;
use farthing_api::{DeviceId, OpId};
use farthing_office::chain::{Hash, START};
use farthing_office::{Context, RULES, epoch_letters};
use farthing_sync::device::{Position, Unsent};
use farthing_sync::intake::{Known, Machine, Taken, Verdict, is_left};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Outcome, Page, Push, PushAnswer};
use uuid::Uuid;

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
        of: None,
        after,
        follows: false,
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
            of: None,
            after,
            follows: false,
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
    // The server lost what a newer backup of the first copy brought, and knows the copy between, which went on from an older one.
    let third = Position {
        epoch: 2,
        began: 55,
        sent: 55,
        decided: 49,
        ..Position::default()
    };
    assert_eq!(third.lacks(Some(76), Some(1)), Some(49));
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
fn outcomes_leave_no_gap_where_a_restored_book_finds_out_what_may_be_gone() {
    let third = Position {
        epoch: 2,
        began: 61,
        sent: 61,
        decided: 56,
        ..Position::default()
    };
    let outcome = |dev_seq| Outcome {
        dev_seq,
        op: OpId(Uuid::nil()),
        refusal: None,
    };
    // The copy between went on from an older backup and is shorter: what it has says nothing of what this one has in common.
    let page = |outcomes_after: i64, copy, has| Page {
        has: Some(has),
        copy: Some(copy),
        outcomes_after: Some(outcomes_after),
        outcomes: (outcomes_after + 1..=61).map(outcome).collect(),
        ..Page::default()
    };
    let news = third.news(Versions::HERE, page(56, 1, 47)).unwrap();
    let after = third.after(&news);
    assert_eq!((news.lacks, news.outcomes.len()), (Some(47), 0));
    assert_eq!(
        (after.sent, after.decided),
        (47, 47),
        "those from 48 on are asked for again"
    );
    let there = Position { sent: 61, ..after };
    let news = there.news(Versions::HERE, page(47, 2, 61)).unwrap();
    assert_eq!((news.lacks, news.outcomes.len()), (None, 14));
    assert_eq!(there.after(&news).decided, 61);
}

#[test]
fn a_book_that_was_let_in_anew_brings_what_it_recorded_as_another_machine() {
    let (former, own) = (device(), DeviceId(Uuid::from_u128(77)));
    let unsent = |of| Unsent {
        epoch: 0,
        of,
        after: START,
        follows: false,
        commands: rows(1..=3),
    };
    let position = Position {
        epoch: 1,
        ..Position::default()
    };
    let server = Machine {
        device: own,
        epoch: 1,
        ..machine(0, START)
    };
    let offered = position.push(own, unsent(Some(former)), sign).unwrap();
    assert_eq!((offered.of, offered.sender()), (Some(former), 1));
    let taken = fresh(check(&server, &offered, &Known::new()));
    let first = fresh(check(&machine(0, START), &push(rows(1..=3), START), &Known::new()));
    let hashes = |taken: &[Taken]| taken.iter().map(|t| t.hash).collect::<Vec<_>>();
    assert_eq!(
        hashes(&taken),
        hashes(&first),
        "the very same commands, whoever brings them"
    );
    let again = Machine {
        dev_seq: 3,
        head: taken[2].hash,
        ..server.clone()
    };
    assert_eq!(
        fresh(check(&again, &offered, &kept(&taken))),
        [],
        "the same again changes nothing"
    );
    // What one machine recorded is not another one's, and nobody else signs for this one.
    let incident = Verdict::Answer(PushAnswer::Incident { at: 1 });
    let passed_off = position.push(own, unsent(None), sign).unwrap();
    assert_eq!(check(&server, &passed_off, &Known::new()), incident);
    let forged = position.push(own, unsent(Some(former)), |_| [0; 64]).unwrap();
    let incident = Verdict::Answer(PushAnswer::Incident { at: 0 });
    assert_eq!(check(&server, &forged, &Known::new()), incident);
}
