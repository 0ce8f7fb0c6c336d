//! What must hold: while a run goes on, and when everything has come to rest.

use crate::database::Database;
use crate::desk::{Desk, Phase};
use crate::money;
use crate::server::Server;
use crate::told;
use crate::work;
use crate::world::World;
use farthing_sync::authority::Head;
use farthing_sync::scope::{Scope, granted as scopes_granted, granted_to, staff_scope};
use farthing_sync::wire::{Page, Reply};
use std::collections::BTreeSet;

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
    if desk.incident {
        return Some("was taken for a copy".into());
    }
    if desk.book.position.history != Some(database.history) {
        return Some("has not heard that the server was restored".into());
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
    let scopes = may_see(desk, database);
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

/// The scopes of a machine.
fn may_see(desk: &Desk, database: &Database) -> Vec<Scope> {
    match desk.own {
        Some(own) => granted_to(own.customer),
        None => scopes_granted(&database.branch),
    }
}

/// A page holds nothing that its desk may not see.
pub(crate) fn granted(desk: &Desk, server: &Server, page: &Page) -> Result<(), String> {
    let database = &server.organisations[desk.organisation];
    let may_see = may_see(desk, database);
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
        let place = match desk.own {
            Some(own) if told::names(&came.fact.body) => Scope::Customer(own.customer),
            _ => staff_scope(&came.fact.body, &database.branch),
        };
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
    if desk.copied {
        // The server may have had another copy's.
        return Ok(());
    }
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
