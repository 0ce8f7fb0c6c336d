//! What planted bugs do in the place of the server's own decision.

use crate::bug::Bug;
use crate::database::Database;
use crate::dice::Dice;
use farthing_api::Money;
use farthing_office::{Command, Key, State, apply, decide};
use farthing_sync::authority::{Decision, Now, decide_one};
use farthing_sync::intake::Taken;
use std::collections::BTreeSet;

/// A decision with a bug.
pub(crate) fn decide_wrongly(bug: Bug, state: &mut State, taken: &Taken, now: Now) -> Decision {
    match bug {
        Bug::TrustsRole | Bug::TrustsClock => trusting(bug, state, taken, now),
        Bug::RefusedMoneyLost => {
            let before = state.clone();
            let decision = decide_one(state, taken, now);
            if decision.refusal.is_none() {
                return decision;
            }
            *state = before;
            Decision {
                facts: Vec::new(),
                ..decision
            }
        }
        Bug::ClampOverpayment => {
            let mut clamped = taken.clone();
            if let Command::ReceivePayment { loan, amount, .. } = &mut clamped.command {
                let rows = state.loan(*loan).map(|loan| loan.rows.as_slice()).unwrap_or_default();
                let owed: Money = rows.iter().map(|row| row.unpaid()).sum();
                if owed.is_positive() {
                    *amount = (*amount).min(owed);
                }
            }
            decide_one(state, &clamped, now)
        }
        _ => decide_one(state, taken, now),
    }
}

/// Decides in the circumstances that the desk says.
fn trusting(bug: Bug, state: &mut State, taken: &Taken, now: Now) -> Decision {
    let mut context = taken.context.clone();
    if bug == Bug::TrustsRole {
        context.at = context.at.min(now.at + farthing_sync::authority::AHEAD);
        context.today = context.today.min(now.today);
    }
    match decide(state, &taken.command, &context) {
        Ok(facts) => {
            facts.iter().for_each(|fact| apply(state, fact));
            Decision {
                context,
                facts,
                refusal: None,
            }
        }
        Err(_) => decide_one(state, taken, now),
    }
}

/// Aggregates that were read before others were decided.
pub(crate) fn stale(stale: &mut State, database: &Database, keys: &BTreeSet<Key>, dice: &mut Dice) -> State {
    if dice.chance(500) {
        stale.0.clone_from(&database.state.0);
    }
    let fresh = database.load(keys);
    let old = keys
        .iter()
        .filter_map(|key| Some((key.clone(), stale.0.get(key)?.clone())));
    let mut state = fresh;
    state.0.extend(old.filter(|(key, _)| matches!(key, Key::Loan(_))));
    state
}
