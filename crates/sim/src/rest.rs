//! What must hold when everything has come to rest.

use crate::book::Logged;
use crate::check::{desk_now, must, opened};
use crate::database::{Database, Step};
use crate::desk::{Desk, Slip, link};
use crate::world::World;
use crate::{money, told};
use farthing_api::Money;
use farthing_office::chain::START;
use farthing_office::{FactBody, Key, State, apply, decide};
use farthing_sync::authority::{AHEAD, Head, decide_for, decide_one};
use farthing_sync::revoke::keep_aside;
use farthing_sync::scope::{Scope, staff_scope};
use std::collections::{BTreeMap, BTreeSet};

/// Everything, after the faults have ended.
pub(crate) fn everything(world: &World) -> Result<(), String> {
    for database in &world.server.organisations {
        server_chains(database)?;
        sequential(database)?;
        once(database)?;
        money::balanced_books(database)?;
        told::customers(database)?;
    }
    let mut receipts = BTreeMap::new();
    // What the two copies of a book have printed may be the same; the office gave one of them another number.
    let mut printed = |desk: &Desk, slip: &Slip| {
        for (payment, number) in slip.receipts.iter().filter(|_| !desk.copied) {
            let other = receipts.insert((desk.organisation, number.clone()), *payment);
            must!(other.is_none(), "the receipt {number} was printed twice");
        }
        Ok(())
    };
    for desk in &world.desks {
        let database = &world.server.organisations[desk.organisation];
        must!(!desk.incident, "{} was taken for a copy", desk.name);
        desk.lost.iter().try_for_each(|slip| printed(desk, slip))?;
        for slip in &desk.slips {
            kept(desk, database, slip)?;
            printed(desk, slip)?;
        }
        if desk.gone {
            continue;
        }
        desk_now(desk)?;
        opened(desk)?;
        desk_chain(desk, database)?;
        if let Some(own) = desk.own {
            told::shown(desk, own, database)?;
            continue;
        }
        must!(
            desk.book.decided() == database.state,
            "{} differs from the server",
            desk.name
        );
        must!(
            desk.book.replayed() == database.state,
            "a replay at {} differs",
            desk.name
        );
        let ids: BTreeSet<_> = desk.book.facts.iter().map(|came| came.sent.id).collect();
        must!(ids.len() == desk.book.facts.len(), "{} has a fact twice", desk.name);
        let texts: BTreeMap<_, _> = database.facts.iter().map(|kept| (kept.sent.id, &kept.sent)).collect();
        let mut came = desk.book.facts.iter();
        let same = came.all(|came| texts.get(&came.sent.id) == Some(&&came.sent));
        must!(same, "{} keeps a fact in other words", desk.name);
    }
    Ok(())
}

/// A saved command is at the server once, in its words, and its money is in the books.
fn kept(desk: &Desk, database: &Database, slip: &Slip) -> Result<(), String> {
    let place = (desk.device, slip.epoch);
    let found = database.commands.get(&place).and_then(|all| all.get(&slip.dev_seq));
    let Some(decided) = found.filter(|decided| decided.op == slip.op) else {
        return Err(format!("the server lacks command {} of {}", slip.dev_seq, desk.name));
    };
    if let Some(refusal) = decided.refusal.as_ref().filter(|_| !desk.gone) {
        let shown = desk.book.overruled.get(&slip.op);
        must!(
            shown == Some(refusal),
            "{} does not show why {} was refused",
            desk.name,
            slip.dev_seq
        );
    }
    let facts = database.facts.iter().filter(|kept| kept.fact.op == slip.op);
    let facts: Vec<&FactBody> = facts.map(|kept| &kept.fact.body).collect();
    // What a customer's machine says of money, nobody took.
    let taken = match desk.own {
        Some(_) => Money::ZERO,
        None => money::taken(&slip.command),
    };
    let recorded: Money = facts.iter().map(|fact| money::came_in(fact)).sum();
    must!(
        taken == recorded,
        "{} took {taken:?}, the books have {recorded:?}",
        desk.name
    );
    for (payment, printed) in &slip.receipts {
        let of_it = facts
            .iter()
            .filter_map(|fact| money::receipt(fact))
            .find(|(id, _)| *id == payment);
        let same = desk.copied || of_it.is_none_or(|(_, number)| number == printed);
        must!(same, "{} printed {printed}, the server has {of_it:?}", desk.name);
    }
    Ok(())
}

/// The desk's log is unbroken, its clock never goes back, and the server has the same.
fn desk_chain(desk: &Desk, database: &Database) -> Result<(), String> {
    let (mut place, mut prev) = desk.base;
    let mut last: Option<&Logged> = None;
    for row in &desk.book.commands {
        place += 1;
        let hash = link(&row.device, row.epoch, &row.sent).after(&prev);
        must!(
            row.sent.dev_seq == place && row.prev == prev && row.hash == hash,
            "the chain of {} breaks at {place}",
            desk.name
        );
        let hashes = database.hashes.get(&(desk.device, row.epoch));
        let same = hashes.and_then(|all| all.get(&place)) == Some(&hash);
        must!(same, "the server has another command {place} of {}", desk.name);
        let later = last.is_none_or(|last| last.sent.hlc < row.sent.hlc && last.context.at <= row.context.at);
        must!(later, "the clock of {} went back at {place}", desk.name);
        (prev, last) = (hash, Some(&**row));
    }
    Ok(())
}

/// Scopes are chained without a gap, each fact is in the one scope that may see it.
fn server_chains(database: &Database) -> Result<(), String> {
    let mut listed = BTreeSet::new();
    for (scope, entries) in &database.scopes {
        let mut head = Head { seq: 0, hash: START };
        for entry in entries {
            let kept = &entry.kept;
            head = head.after(scope, &kept.sent);
            must!(head.hash == entry.hash, "{scope} breaks at {}", head.seq);
            if matches!(scope, Scope::Customer(_)) {
                continue;
            }
            must!(
                staff_scope(&kept.fact.body, &database.branch) == *scope,
                "a fact is in {scope} by mistake"
            );
            must!(listed.insert(entry.ordinal), "a fact is listed twice");
        }
        must!(
            database.heads.get(scope) == Some(&head),
            "the end of {scope} is another one"
        );
    }
    must!(listed.len() == database.facts.len(), "a fact is not listed");
    Ok(())
}

/// One operation, one effect.
fn once(database: &Database) -> Result<(), String> {
    let (mut ops, mut ids, mut days) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for decided in &database.order {
        must!(ops.insert(decided.op), "the operation {} was decided twice", decided.op);
    }
    for kept in &database.facts {
        must!(ids.insert(kept.fact.id), "a fact is there twice: {:?}", kept.fact.body);
        if let FactBody::DayClosed { date, .. } = &kept.fact.body {
            must!(days.insert(*date), "{date} was closed twice");
        }
    }
    let mut receipts = BTreeSet::new();
    for (_, number) in database.facts.iter().filter_map(|kept| money::receipt(&kept.fact.body)) {
        must!(receipts.insert(number), "the receipt {number} was given twice");
    }
    Ok(())
}

/// One state, one command after the other in the server's order, gives the same facts.
fn sequential(database: &Database) -> Result<(), String> {
    let mut state = State::default();
    let mut facts = database.facts.iter().map(|kept| &kept.fact);
    facts
        .by_ref()
        .take(database.founding)
        .for_each(|fact| apply(&mut state, fact));
    for decided in &database.order {
        let (made, refusal) = match &decided.step {
            Step::Asked(taken) => {
                let decision = match decided.aside {
                    true => keep_aside(&mut state, taken, decided.now, decided.own),
                    false => match decided.own {
                        Some(customer) => decide_for(&mut state, taken, decided.now, customer),
                        None => decide_one(&mut state, taken, decided.now),
                    },
                };
                (decision.facts, decision.refusal)
            }
            Step::Own { command } => {
                let made = decide(&state, command, &decided.context).map_err(|refusal| refusal.0.message)?;
                made.iter().for_each(|fact| apply(&mut state, fact));
                (made, None)
            }
        };
        must!(
            refusal == decided.refusal,
            "one after the other, {} is decided otherwise",
            decided.op
        );
        must!(
            made.len() == decided.facts.len(),
            "{} has {} facts",
            decided.op,
            decided.facts.len()
        );
        for (fact, known) in made.iter().zip(&decided.facts) {
            must!(
                fact.id == *known && facts.next() == Some(fact),
                "another fact follows from {}",
                decided.op
            );
            must!(
                fact.at <= decided.now.at + AHEAD,
                "a fact is of {} at {}",
                fact.at,
                decided.now.at
            );
            let on = money::value_date(&fact.body);
            must!(
                on.is_none_or(|on| on <= decided.now.today),
                "money of {on:?} came in on {}",
                decided.now.today
            );
        }
    }
    must!(
        state == database.state,
        "the aggregates differ from those of one after the other"
    );
    must!(state.0.contains_key(&Key::Organisation), "there is no organisation");
    Ok(())
}
