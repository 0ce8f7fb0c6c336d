//! What must hold: while a run goes on, and when everything has come to rest.

use crate::book::Logged;
use crate::database::{Database, Step};
use crate::desk::{Desk, Phase, Slip};
use crate::money;
use crate::server::Server;
use crate::work;
use crate::world::World;
use farthing_api::Money;
use farthing_office::chain::START;
use farthing_office::{FactBody, Key, State, apply, decide};
use farthing_sync::authority::{AHEAD, Head, decide_one};
use farthing_sync::revoke::keep_aside;
use farthing_sync::scope::{granted as scopes_granted, staff_scope};
use farthing_sync::wire::{Page, Reply};
use std::collections::{BTreeMap, BTreeSet};

/// Fails with a sentence where something does not hold.
macro_rules! must {
    ($holds:expr, $($what:tt)*) => {
        if !$holds {
            return Err(format!($($what)*));
        }
    };
}
pub(crate) use must;

/// Whether there is nothing left to send or to fetch.
pub(crate) fn is_at_rest(world: &World) -> bool {
    world
        .desks
        .iter()
        .all(|desk| desk.phase == Phase::Idle && why_not(world, desk).is_none())
        && world.is_updated()
}

/// What a desk still lacks.
fn why_not(world: &World, desk: &Desk) -> Option<String> {
    let database = &world.server.organisations[desk.organisation];
    if desk.gone {
        return None;
    }
    if database.revoked.contains_key(&desk.device) {
        return Some("has lost its access and is still here".into());
    }
    let behind =
        |(scope, head): (&farthing_sync::scope::Scope, &Head)| desk.book.position.cursors.get(scope) != Some(head);
    if !desk.up {
        return Some("is not running".into());
    }
    if !desk.book.waiting.is_empty() {
        let last = desk.book.last(desk.base).0;
        return Some(format!(
            "{} commands wait, sent {} of {last}, halted {:?}, incident {}",
            desk.book.waiting.len(),
            desk.book.position.sent,
            desk.halted,
            desk.incident,
        ));
    }
    let scopes = scopes_granted(&database.branch);
    let late = database
        .heads
        .iter()
        .filter(|(scope, _)| scopes.contains(scope))
        .any(behind);
    late.then(|| format!("does not have all facts, halted {:?}", desk.halted))
}

/// Who lacks what.
pub(crate) fn stuck(world: &World) -> String {
    let who = world
        .desks
        .iter()
        .filter_map(|desk| Some(format!("{} {}", desk.name, why_not(world, desk)?)));
    who.collect::<Vec<_>>().join("; ")
}

/// A page holds nothing that its desk may not see.
pub(crate) fn granted(desk: &Desk, server: &Server, page: &Page) -> Result<(), String> {
    let database = &server.organisations[desk.organisation];
    let may_see = scopes_granted(&database.branch);
    for part in &page.scopes {
        must!(
            may_see.contains(&part.scope),
            "{} got the scope {}",
            desk.name,
            part.scope
        );
    }
    for entry in &page.entries {
        let came = desk.shelf.read(&entry.fact)?;
        let place = staff_scope(&came.fact.body, &database.branch);
        let named = page.scopes.get(usize::from(entry.part)).map(|part| &part.scope);
        must!(
            named == Some(&place),
            "{} got a fact of {place} in {named:?}",
            desk.name
        );
        let theirs = came.fact.desk.starts_with(&database.branch);
        must!(theirs, "{} got a fact of the desk {}", desk.name, came.fact.desk);
    }
    Ok(())
}

/// How many commands of a desk the server has; none while it knows another copy of its book only.
pub(crate) fn has(desk: &Desk, server: &Server) -> i64 {
    let machine = server.organisations[desk.organisation].machines.get(&desk.device);
    machine.filter(|m| m.epoch == desk.epoch).map_or(0, |m| m.dev_seq)
}

/// What the server has said that it has, it has.
pub(crate) fn promised(desk: &Desk, server: &Server) -> Result<(), String> {
    let machine = server.organisations[desk.organisation].machines.get(&desk.device);
    let has = machine.map_or(0, |machine| machine.dev_seq);
    let promised = server.promised.get(&desk.device).copied();
    must!(
        promised.is_none_or(|promised| promised <= has),
        "the server said that it has {promised:?} commands of {}, and has {has}",
        desk.name
    );
    Ok(())
}

/// What a desk counts as sent, the server has had. It may have lost it since.
pub(crate) fn sent(desk: &Desk, server: &Server) -> Result<(), String> {
    let had = server
        .had
        .get(&desk.device)
        .copied()
        .unwrap_or_default()
        .max(desk.base.0);
    let sent = desk.book.position.sent;
    must!(
        sent <= had,
        "{} counts {sent} commands as sent, the server had {had}",
        desk.name
    );
    Ok(())
}

/// A desk that calls hands over first what the server lacks, whatever else it waits for.
pub(crate) fn sends(desk: &Desk) -> Result<(), String> {
    let unsent = desk.book.last(desk.base).0 > desk.book.position.sent;
    must!(
        !unsent || desk.phase != Phase::Idle,
        "{} has commands and does not send them",
        desk.name
    );
    Ok(())
}

/// Whether a desk's program does not understand a fact of an answer.
pub(crate) fn is_newer(desk: &Desk, reply: Option<&Reply>) -> bool {
    let newer = |page: &Page| page.entries.iter().any(|entry| entry.fact.is_newer(desk.versions));
    matches!(reply, Some(Reply::Pull(page)) if newer(page))
}

/// A book has no fact that its program does not understand.
pub(crate) fn understood(desk: &Desk) -> Result<(), String> {
    let has = desk.book.facts.iter().any(|came| came.sent.is_newer(desk.versions));
    must!(!has, "{} has applied a fact that it does not understand", desk.name);
    Ok(())
}

/// A desk whose commands wait for a newer server fetches what was decided.
pub(crate) fn fetches(desk: &Desk) -> Result<(), String> {
    let fetches = desk.phase == Phase::Pulling || desk.book.revoked;
    must!(fetches, "{} waits for a newer server and fetches nothing", desk.name);
    Ok(())
}

/// A desk that was told everything knows what became of all commands that the server had then.
pub(crate) fn heard(desk: &Desk, had: i64) -> Result<(), String> {
    let first = desk.book.waiting.first().filter(|place| **place <= had);
    must!(first.is_none(), "{} was not told of its command {first:?}", desk.name);
    Ok(())
}

/// What people were told is saved is in the book when it is opened again.
pub(crate) fn opened(desk: &Desk) -> Result<(), String> {
    let kept: BTreeSet<_> = desk.book.commands.iter().map(|row| row.sent.op).collect();
    let lost = desk.slips.iter().filter(|slip| !kept.contains(&slip.op)).count();
    must!(lost == 0, "{} lost {lost} commands that were saved", desk.name);
    Ok(())
}

/// The book is what follows from its rows, and shows everything that was saved.
pub(crate) fn desk_now(desk: &Desk) -> Result<(), String> {
    must!(
        desk.book.state == desk.book.shown(),
        "{} shows something else than its rows",
        desk.name
    );
    seen(desk)
}

/// What was saved waits, was decided, or is shown as decided otherwise.
fn seen(desk: &Desk) -> Result<(), String> {
    let book = &desk.book;
    for slip in &desk.slips {
        let known = book.overruled.contains_key(&slip.op) || book.decided_ops.contains(&slip.op);
        // What another desk did first may leave nothing to do; money and new customers always leave something.
        let leaves = money::taken(&slip.command).is_positive() || work::registers(&slip.command);
        let done = known || (slip.dev_seq <= book.position.decided && !leaves);
        let is_seen = done || book.waiting.contains(&slip.dev_seq);
        must!(is_seen, "{} shows nothing of its command {}", desk.name, slip.dev_seq);
    }
    Ok(())
}

/// Everything, after the faults have ended.
pub(crate) fn everything(world: &World) -> Result<(), String> {
    for database in &world.server.organisations {
        server_chains(database)?;
        sequential(database)?;
        once(database)?;
        money::balanced_books(database)?;
    }
    let mut receipts = BTreeMap::new();
    for desk in &world.desks {
        let database = &world.server.organisations[desk.organisation];
        must!(!desk.incident, "{} was taken for a copy", desk.name);
        for (payment, number) in desk.lost.iter().flat_map(|slip| &slip.receipts) {
            let other = receipts.insert((desk.organisation, number.clone()), *payment);
            must!(other.is_none(), "the receipt {number} was printed twice");
        }
        for slip in &desk.slips {
            kept(desk, database, slip)?;
            for (payment, number) in &slip.receipts {
                let other = receipts.insert((desk.organisation, number.clone()), *payment);
                must!(other.is_none(), "the receipt {number} was printed twice");
            }
        }
        if desk.gone {
            continue;
        }
        desk_now(desk)?;
        opened(desk)?;
        desk_chain(desk, database)?;
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
    let taken = money::taken(&slip.command);
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
        let same = of_it.is_none_or(|(_, number)| number == printed);
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
        let hash = desk.link(row.epoch, &row.sent).after(&prev);
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
            let kept = &database.facts[entry.ordinal];
            head = head.after(scope, &kept.sent);
            must!(head.hash == entry.hash, "{scope} breaks at {}", head.seq);
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
                    true => keep_aside(&mut state, taken, decided.now),
                    false => decide_one(&mut state, taken, decided.now),
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
