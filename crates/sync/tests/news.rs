//! What a page may be, and what a desk does with one.

use chrono::{DateTime, Utc};
use farthing_api::{CustomerId, FactId, OpId, UserId};
use farthing_office::chain::START;
use farthing_office::{Fact, FactBody};
use farthing_sync::authority::{Head, list};
use farthing_sync::device::{Broken, Position, Sent, displaced};
use farthing_sync::pull::{Stored, Stretch, merge};
use farthing_sync::scope::{Scope, granted, staff_scope};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Outcome, Page, PushAnswer, SentFact};
use std::collections::BTreeMap;
use uuid::Uuid;

fn op() -> OpId {
    OpId(Uuid::from_u128(100))
}

fn at() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

pub(crate) fn facts(count: u32) -> Vec<SentFact> {
    let fact = |n| Fact {
        id: FactId::of(op(), n),
        op: op(),
        at: at(),
        booking_date: at().date_naive(),
        by: None,
        desk: "BR1-01".into(),
        body: match n % 2 {
            0 => FactBody::CustomerVouched {
                customer: CustomerId(Uuid::nil()),
            },
            _ => FactBody::UserRenamed {
                user: UserId(Uuid::from_u128(9)),
                name: format!("Olu {n}"),
            },
        },
    };
    (0..count).map(|n| SentFact::of(&fact(n)).unwrap()).collect()
}

/// A server's page after some cursors, of facts that were decided in this order.
pub(crate) fn page(facts: &[SentFact], cursors: &BTreeMap<Scope, Head>, most: u32) -> Page {
    merge(stretches(facts, cursors), most, Vec::new())
}

/// What a server reads after some cursors.
pub(crate) fn stretches(facts: &[SentFact], cursors: &BTreeMap<Scope, Head>) -> Vec<Stretch> {
    let read: Vec<Fact> = facts.iter().map(|sent| sent.read().unwrap()).collect();
    let listed = list(
        read.iter().map(|fact| staff_scope(&fact.body, "BR1")).zip(facts),
        &mut BTreeMap::new(),
    );
    let stretch = |scope: Scope| {
        let after = cursors.get(&scope).map_or(0, |h| h.seq);
        let own = listed.iter().filter(|l| l.scope == scope);
        let prev = own.clone().filter(|l| l.seq == after).map(|l| l.hash).next();
        let entries = own.filter(|l| l.seq > after).map(|l| Stored {
            ordinal: i64::try_from(l.fact).unwrap(),
            hash: l.hash,
            fact: facts[l.fact].clone(),
            key: None,
            credential: None,
        });
        Stretch {
            after,
            prev: prev.unwrap_or(START),
            entries: entries.collect(),
            scope,
        }
    };
    granted("BR1").into_iter().map(stretch).collect()
}

#[test]
fn pages_bring_everything_in_the_order_of_decision() {
    let facts = facts(7);
    let (mut position, mut got) = (Position::default(), Vec::new());
    loop {
        let news = position
            .news(Versions::HERE, page(&facts, &position.cursors, 3))
            .unwrap();
        assert!(news.facts.len() <= 3);
        got.extend(news.facts.into_iter().map(|(fact, _)| fact));
        position.cursors = news.cursors;
        if !news.more {
            break;
        }
    }
    assert_eq!(got, facts);
    let nothing = position
        .news(Versions::HERE, page(&facts, &position.cursors, 3))
        .unwrap();
    assert_eq!((nothing.facts.len(), nothing.more), (0, false));
}

#[test]
fn a_page_that_does_not_fit_is_not_applied() {
    let facts = facts(6);
    let whole = page(&facts, &BTreeMap::new(), 100);
    let position = Position::default();
    let there = position.news(Versions::HERE, whole.clone()).unwrap();
    let after = Position {
        cursors: there.cursors,
        ..Position::default()
    };
    assert!(
        matches!(after.news(Versions::HERE, whole.clone()), Err(Broken::Gap { .. })),
        "it came twice"
    );
    let mut missing = whole.clone();
    missing.entries.remove(2);
    assert!(matches!(position.news(Versions::HERE, missing), Err(Broken::Fork(_))));
    let mut altered = whole.clone();
    altered.entries[1].fact.payload = altered.entries[1].fact.payload.replace("Olu 1", "Olu 2");
    assert!(matches!(position.news(Versions::HERE, altered), Err(Broken::Fork(_))));
    let mut swapped = whole.clone();
    swapped.entries.swap(0, 2);
    assert!(matches!(position.news(Versions::HERE, swapped), Err(Broken::Fork(_))));
    let mut newer = whole;
    newer.entries[0].fact.version += 1;
    assert!(matches!(position.news(Versions::HERE, newer), Err(Broken::Newer(_))));
}

#[test]
fn a_desk_with_nothing_to_send_learns_what_the_server_lost() {
    let (facts, history) = (facts(3), Some(Uuid::from_u128(1)));
    let position = Position {
        sent: 5,
        decided: 5,
        history,
        ..Position::default()
    };
    let tells = |has| Page {
        has: Some(has),
        history,
        ..page(&facts, &BTreeMap::new(), 100)
    };
    assert_eq!(position.news(Versions::HERE, tells(5)).unwrap().lacks, None);
    // What another copy of this book may have sent is no knowledge of this one.
    let more = position.news(Versions::HERE, tells(7)).unwrap();
    assert_eq!((more.lacks, position.after(&more).sent), (None, 5));
    let less = position.news(Versions::HERE, tells(3)).unwrap();
    let after = position.after(&less);
    assert_eq!((less.lacks, after.sent, after.decided), (Some(3), 3, 3));
    assert_eq!(after.cursors, less.cursors);
    assert_eq!(position.pushed(&PushAnswer::Behind { through: 3 }, 9), Sent::Lacks(3));
    // What was asked before that was known is asked again: the outcomes after 3 are not in it.
    let late = Page {
        outcomes_after: Some(5),
        ..tells(5)
    };
    assert!(matches!(
        after.news(Versions::HERE, late),
        Err(Broken::Late { after: 5, decided: 3 })
    ));
    // An older server does not say.
    let silent = page(&facts, &BTreeMap::new(), 100);
    assert_eq!(position.news(Versions::HERE, silent).unwrap().lacks, None);
}

#[test]
fn another_history_is_begun_anew_and_no_other_fork_is_forgiven() {
    let (before, after) = (facts(6), facts(2));
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let of = |history, page| Page {
        history: Some(history),
        ..page
    };
    let new = Position {
        sent: 4,
        ..Position::default()
    };
    let there = new.after(
        &new.news(Versions::HERE, of(first, page(&before, &BTreeMap::new(), 100)))
            .unwrap(),
    );
    assert_eq!(there.history, Some(first));
    let shorter = page(&after, &there.cursors, 100);
    assert!(matches!(
        there.news(Versions::HERE, of(first, shorter.clone())),
        Err(Broken::Fork(_))
    ));
    assert_eq!(
        there.news(Versions::HERE, of(second, shorter.clone())),
        Err(Broken::Anew(second))
    );
    // Whoever never heard of histories takes the first one for another where it does not fit.
    let never = Position {
        history: None,
        ..there.clone()
    };
    assert_eq!(
        never.news(Versions::HERE, of(second, shorter)),
        Err(Broken::Anew(second))
    );

    let mut anew = there.anew(1, second);
    let first_page = of(second, page(&after, &anew.cursors, 1));
    let mut news = anew.news(Versions::HERE, first_page).unwrap();
    assert!(news.more);
    anew = anew.after(&news);
    let rest = Page {
        has: Some(2),
        ..of(second, page(&after, &anew.cursors, 100))
    };
    news.goes_on(anew.news(Versions::HERE, rest).unwrap());
    assert_eq!((news.facts.len(), news.more, news.lacks), (2, false, None));
    let done = there.anew(1, second).after(&news);
    assert_eq!((done.sent, done.decided, done.history), (1, 1, Some(second)));
}

#[test]
fn another_command_at_the_place_of_one_that_waits_is_another_copys() {
    let op = |n| OpId(Uuid::from_u128(n));
    let outcome = |dev_seq, n| Outcome {
        dev_seq,
        op: op(n),
        refusal: None,
    };
    let own = [(3, op(3)), (4, op(4)), (5, op(5))];
    assert_eq!(displaced(&[], own), None);
    assert_eq!(
        displaced(&[outcome(3, 3), outcome(4, 4)], own),
        None,
        "the last one waits"
    );
    assert_eq!(
        displaced(&[outcome(3, 3), outcome(4, 40), outcome(5, 50)], own),
        Some(3)
    );
    // A book that goes on from a backup shares its places with the copy before it.
    assert_eq!(displaced(&[outcome(4, 40), outcome(4, 4), outcome(6, 60)], own), None);
}
