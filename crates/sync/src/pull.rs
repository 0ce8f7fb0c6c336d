//! The server's end of a pull: the entries of several scopes in one order.

use crate::scope::Scope;
use crate::wire::{Entry, Outcome, Page, Part, SentFact};
use farthing_api::Secret;
use farthing_office::chain::Hash;
use std::collections::VecDeque;

/// The most facts of a page.
pub const MOST_FACTS: u32 = 2_000;

/// An entry as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The order in which facts were decided, over all scopes: where one follows from another, it comes later.
    pub ordinal: i64,
    /// Its hash.
    pub hash: Hash,
    /// The fact.
    pub fact: SentFact,
    /// The key of the customer whom it registers.
    pub key: Option<[u8; 32]>,
    /// What the password became that it gave someone, as long as it counts.
    pub credential: Option<Secret>,
}

/// The next entries of a scope after a desk's cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The scope.
    pub scope: Scope,
    /// The desk's cursor.
    pub after: i64,
    /// The hash of the entry there.
    pub prev: Hash,
    /// The entries, one after the other, as many as a page holds.
    pub entries: VecDeque<Stored>,
}

/// Puts the entries of one snapshot into one order, at most so many. `outcomes` are those of the same snapshot; they go
/// along only where every fact does.
///
/// Within a scope the order is that of its numbers; between scopes that of the decisions. A fact that follows from another
/// was decided after that one was committed, so it never comes first.
pub fn merge(mut stretches: Vec<Stretch>, most: u32, outcomes: Vec<Outcome>) -> Page {
    let mut page = Page {
        scopes: stretches.iter().map(part).collect(),
        ..Page::default()
    };
    while page.entries.len() < most.min(MOST_FACTS) as usize {
        let Some((place, stored)) = next(&mut stretches) else {
            break;
        };
        page.scopes[place].head = stored.hash;
        page.entries.push(Entry {
            part: u16::try_from(place).unwrap_or(u16::MAX),
            fact: stored.fact,
            key: stored.key,
            credential: stored.credential,
        });
    }
    page.more = stretches.iter().any(|s| !s.entries.is_empty());
    if !page.more {
        page.outcomes = outcomes;
    }
    page
}

/// Takes the entry that was decided first, with the place of its stretch.
pub(crate) fn next(stretches: &mut [Stretch]) -> Option<(usize, Stored)> {
    let fronts = stretches.iter().enumerate();
    let (_, place) = fronts
        .filter_map(|(i, s)| s.entries.front().map(|e| (e.ordinal, i)))
        .min()?;
    Some((place, stretches[place].entries.pop_front()?))
}

fn part(stretch: &Stretch) -> Part {
    Part {
        scope: stretch.scope.clone(),
        from: stretch.after + 1,
        prev: stretch.prev,
        head: stretch.prev,
    }
}
