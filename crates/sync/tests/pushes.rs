//! What a push may bring.

use crate::common::*;
use farthing_office::Command;
use farthing_office::chain::START;
use farthing_sync::device::{Position, Sent};
use farthing_sync::intake::{Known, Machine, Verdict, first_of};
use farthing_sync::wire::{Push, PushAnswer};
use uuid::Uuid;

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
