//! The server's decision: the office's own code, in the circumstances that the server vouches for.

use crate::intake::Taken;
use crate::scope::{Scope, staff_scope};
use crate::wire::SentFact;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use farthing_api::{ApiError, Code, CustomerId, ErrorKind};
use farthing_office::chain::{Hash, link};
use farthing_office::{Actor, Context, Fact, Key, Refusal, State, apply, decide, recorded_anyway};
use std::collections::BTreeMap;

/// A clock may be so far ahead of the server's before it is set right.
pub const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// What the server decided on one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The circumstances in which it was decided.
    pub context: Context,
    /// What follows; nothing where it was refused.
    pub facts: Vec<Fact>,
    /// Why nothing, or something else than was asked for, follows.
    pub refusal: Option<ApiError>,
}

/// When and on which day of the branch the server decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The server's clock.
    pub at: DateTime<Utc>,
    /// Today at the branch.
    pub today: NaiveDate,
}

/// Every aggregate that the decision on a command looks at. A host locks those of all commands of one transaction in key
/// order before it decides the first.
pub fn reads(taken: &Taken) -> Vec<Key> {
    let mut keys = taken.command.reads(&taken.context.desk);
    keys.extend(taken.context.actor.map(|actor| Key::User(actor.user)));
    keys
}

/// Decides one command and folds what follows into the aggregates. Every key of [`reads`] that exists must be among them.
///
/// What physically happened is never refused: where the rules find no place for it, a task for a supervisor follows.
pub fn decide_one(state: &mut State, taken: &Taken, now: Now) -> Decision {
    let mut context = circumstances(taken, now);
    let decided = match as_of_now(state, taken, &mut context) {
        Ok(()) if !taken.command.is_system() => decide(state, &taken.command, &context),
        Ok(()) => Err(Refusal(ApiError::new(ErrorKind::Forbidden, Code::SystemOnly))),
        Err(refusal) => Err(refusal),
    };
    let (facts, refusal) = match decided {
        Ok(facts) => (facts, None),
        Err(refusal) => (recorded_anyway(state, &taken.command, &context), Some(refusal.0)),
    };
    for fact in &facts {
        apply(state, fact);
    }
    Decision {
        context,
        facts,
        refusal,
    }
}

/// Decides a command from a customer's own machine. It speaks for that customer alone, whatever it says, and only of what
/// customers may ask for: nobody but they vouches for what it sends.
pub fn decide_for(state: &mut State, taken: &Taken, now: Now, customer: CustomerId) -> Decision {
    let user = taken.context.actor.and_then(|actor| state.user(actor.user));
    let is_theirs = user.is_some_and(|user| user.customer == Some(customer)) && taken.command.is_of_customers();
    match is_theirs {
        true => decide_one(state, taken, now),
        false => Decision {
            context: circumstances(taken, now),
            facts: Vec::new(),
            refusal: Some(ApiError::new(ErrorKind::Forbidden, Code::Forbidden)),
        },
    }
}

/// The circumstances as the server sees them: a clock that is ahead is set right, also for what is refused.
fn circumstances(taken: &Taken, now: Now) -> Context {
    let mut context = taken.context.clone();
    context.at = context.at.min(now.at + AHEAD);
    context.today = context.today.min(now.today);
    context
}

/// Who asked has the role that they have by now. Whoever took money in has the role that they had.
fn as_of_now(state: &State, taken: &Taken, context: &mut Context) -> Result<(), Refusal> {
    if let Some(actor) = context.actor.filter(|_| !taken.command.is_observation()) {
        let gone = || Refusal(ApiError::new(ErrorKind::Forbidden, Code::AccessTaken));
        let user = state
            .user(actor.user)
            .filter(|u| u.active && !u.pending)
            .ok_or_else(gone)?;
        context.actor = Some(Actor {
            role: user.role,
            customer: user.customer,
            ..actor
        });
    }
    Ok(())
}

/// The end of a scope: the number and hash of its last entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The number; 0 where there is none.
    pub seq: i64,
    /// The hash.
    pub hash: Hash,
}

impl Head {
    /// The end after one more fact.
    pub fn after(&self, scope: &Scope, fact: &SentFact) -> Head {
        let seq = self.seq + 1;
        let content = fact.hash_after(&farthing_office::chain::START);
        let fields = [
            scope.to_string().into_bytes(),
            seq.to_be_bytes().to_vec(),
            content.to_vec(),
        ];
        Head {
            seq,
            hash: link(&self.hash, &fields.each_ref().map(Vec::as_slice)),
        }
    }
}

/// A new entry of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// In which scope.
    pub scope: Scope,
    /// Its number there.
    pub seq: i64,
    /// The place of its fact among those that were given.
    pub fact: usize,
    /// The hash of the entry before it.
    pub prev: Hash,
    /// Its own hash.
    pub hash: Hash,
}

/// The scopes in which the facts of staff are to be listed, in the order in which their ends are to be taken.
pub fn scopes_of<'a>(facts: impl IntoIterator<Item = &'a Fact>, branch: &str) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = facts.into_iter().map(|fact| staff_scope(&fact.body, branch)).collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

/// Lists facts, in the form in which they are sent, each in a scope after its end as it is in `heads`, which move on.
pub fn list<'a>(
    facts: impl IntoIterator<Item = (Scope, &'a SentFact)>,
    heads: &mut BTreeMap<Scope, Head>,
) -> Vec<Listed> {
    let mut listed = Vec::new();
    for (place, (scope, sent)) in facts.into_iter().enumerate() {
        let head = heads.entry(scope.clone()).or_default();
        let next = head.after(&scope, sent);
        listed.push(Listed {
            scope,
            seq: next.seq,
            fact: place,
            prev: head.hash,
            hash: next.hash,
        });
        *head = next;
    }
    listed
}
