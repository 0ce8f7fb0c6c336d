//! What must hold once everything has come to rest: nothing lost, nothing doubled, nothing stuck.

use crate::Outcome;
use crate::database::Database;
use crate::journal::{self, Answered, Entry};
use crate::kept::{Command, Fact, Kept};
use crate::office::{ADMIN, PASSWORD};
use crate::world::World;
use farthing_api::{CustomerId, OpId, Secret, TrialBalanceView};
use farthing_desk::headless::{self, Headless};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process;
use tokio::runtime::Runtime;

/// What was found.
#[derive(Default)]
pub struct Found {
    /// Commands that the desks recorded.
    pub commands: u64,
    /// What is missing, in sentences.
    pub lost: Vec<String>,
    /// What is there more than once, or is another amount than was taken in hand.
    pub doubled: Vec<String>,
    /// What does not go on, or is not whole.
    pub stuck: Vec<String>,
}

impl Found {
    /// Something never came, so that nothing else was looked at.
    pub fn standstill(what: String) -> Found {
        Found {
            stuck: vec![what],
            ..Found::default()
        }
    }
}

/// What is in all drawers by a desk's book, in minor units.
///
/// # Errors
/// What the desk answers.
pub async fn cash_of(home: &Path) -> Outcome<i64> {
    let book = open(home).await?;
    let cash = cash(&book.trial_balance(None).await?);
    book.close().await?;
    Ok(cash)
}

fn cash(balance: &TrialBalanceView) -> i64 {
    let drawers = balance.accounts.iter().filter(|a| a.account.starts_with("cash:"));
    drawers.map(|drawer| drawer.balance.minor()).sum()
}

async fn open(home: &Path) -> Outcome<Headless> {
    let path = farthing_desk::Home::at(home).book();
    Ok(Box::pin(headless::open(&path, Some(ADMIN), &Secret::new(PASSWORD))).await?)
}

/// Looks at everything, while nothing runs but the database. `cash` is what was in the drawers at the beginning.
///
/// # Errors
/// Something could not be looked at.
pub fn everything(world: &World, runtime: &Runtime, server: &Path, cash: i64) -> Outcome<Found> {
    let kept = Kept::read(&*world.database)?;
    let mut found = Found::default();
    whole_server(&*world.database, server, &mut found)?;
    let mut entries = Vec::new();
    let mut balances = Vec::new();
    for desk in 0..world.desks.len() {
        let asked = journal::read(&world.journal(desk))?;
        let home = world.home(desk);
        let looking = book(&home, desk, &kept, &asked, &mut found);
        balances.push(runtime.block_on(Box::pin(looking))?);
        entries.extend(asked);
    }
    for command in &kept.commands {
        if command.refusal.is_none() && kept.facts_of(&command.op).is_empty() {
            found
                .lost
                .push(format!("command {} at {} has no outcome", command.op, command.device));
        }
    }
    for entry in &entries {
        asked(entry, &kept, &mut found);
    }
    receipts(&kept, &mut found);
    if balances.iter().any(|balance| *balance != balances[0]) {
        found.doubled.push("the desks' trial balances differ".into());
    }
    let expected = cash + in_hand(&entries, &kept);
    for balance in balances.iter().map(self::cash).filter(|balance| *balance != expected) {
        let what = format!("the drawers hold {balance}, {expected} went through people's hands (minor units)");
        found.doubled.push(what);
    }
    Ok(found)
}

/// The server's own look at its chains and aggregates, and whether it took any machine for a copy.
fn whole_server(database: &dyn Database, server: &Path, found: &mut Found) -> Outcome {
    let looked = process::Command::new(server)
        .args(["verify", "--database", &database.url()])
        .output()?;
    if !looked.status.success() {
        let said = String::from_utf8_lossy(&looked.stdout).into_owned() + &String::from_utf8_lossy(&looked.stderr);
        found.stuck.push(format!("farthing-server verify: {said}"));
    }
    let taken_apart = database.ask("select count(*) from incident")?;
    if taken_apart != "0" {
        found.stuck.push(format!("{taken_apart} incidents at the server"));
    }
    Ok(())
}

/// A desk's book against the server, and against itself.
async fn book(home: &Path, desk: usize, kept: &Kept, asked: &[Entry], found: &mut Found) -> Outcome<TrialBalanceView> {
    let opened = open(home).await?;
    let book = opened.book();
    for finding in book.verify().await?.findings {
        found.stuck.push(format!("desk {desk}, farthing verify: {finding}"));
    }
    let enrolment = book.enrolment().await?.ok_or("a desk has no server any more")?;
    let (halted, waiting) = (enrolment.halted, enrolment.waiting);
    if halted.is_some() || enrolment.revoked || waiting != (0, 0) {
        found
            .stuck
            .push(format!("desk {desk}: {waiting:?} commands wait, halted: {halted:?}"));
    }
    let heads: BTreeMap<String, (i64, String)> = enrolment
        .position
        .cursors
        .iter()
        .map(|(scope, head)| (scope.to_string(), (head.seq, hex::encode(head.hash))))
        .collect();
    if heads != kept.heads {
        found.stuck.push(format!(
            "desk {desk} stands at {heads:?}, the server at {:?}",
            kept.heads
        ));
    }
    let device = book
        .identity()
        .await?
        .ok_or("a desk that is nobody")?
        .device
        .to_string();
    let recorded = book.to_send(0, u32::MAX).await?.commands;
    found.commands += u64::try_from(recorded.len())?;
    let of_server: Vec<&Command> = kept.commands.iter().filter(|c| c.device == device).collect();
    for command in &recorded {
        let op = command.op.to_string();
        let same: Vec<_> = of_server.iter().filter(|c| c.op == op).collect();
        match same.as_slice() {
            [] => found
                .lost
                .push(format!("desk {desk}: command {op} is not at the server")),
            [one]
                if one.dev_seq != command.dev_seq
                    || one.payload != command.payload
                    || one.context != command.context =>
            {
                found
                    .doubled
                    .push(format!("desk {desk}: command {op} is another one at the server"));
            }
            [_] => {}
            _ => found
                .doubled
                .push(format!("desk {desk}: command {op} is at the server more than once")),
        }
    }
    if of_server.len() > recorded.len() {
        let (there, here) = (of_server.len(), recorded.len());
        found.doubled.push(format!(
            "the server has {there} commands of desk {desk}, its book {here}"
        ));
    }
    let registered: BTreeSet<String> = recorded.iter().map(|c| first_customer(c.op)).collect();
    let is_edit = |payload: &str| payload.contains(r#""kind":"change_customer""#);
    let edits = recorded.iter().filter(|c| is_edit(&c.payload)).count();
    unnamed(desk, asked, &registered, edits, found);
    let balance = opened.trial_balance(None).await?;
    opened.close().await?;
    Ok(balance)
}

/// What has no name of its own in its payload is known by what it made, or by how many there are.
fn unnamed(desk: usize, asked: &[Entry], registered: &BTreeSet<String>, edits: usize, found: &mut Found) {
    let (mut saved, mut open) = (0, 0);
    for entry in asked {
        match (entry.kind.as_str(), &entry.answered) {
            ("register", Answered::Saved(id)) if !registered.contains(id) => {
                let what = format!("{}: the registration of {id} is not in the book", entry.tag);
                found.lost.push(what);
            }
            ("edit", Answered::Saved(_)) => saved += 1,
            ("edit", Answered::Nothing) => open += 1,
            _ => {}
        }
    }
    let what = format!("desk {desk}: {saved} changes were said to be saved, {edits} are in the book");
    if edits < saved {
        found.lost.push(what);
    } else if edits > saved + open {
        found.doubled.push(what);
    }
}

fn first_customer(op: OpId) -> String {
    CustomerId::of(op, 0).to_string()
}

/// What became of one thing that somebody asked for.
fn asked(entry: &Entry, kept: &Kept, found: &mut Found) {
    let Entry { tag, kind, about, .. } = entry;
    let commands = kept.named(tag);
    let is_named = !matches!(kind.as_str(), "register" | "edit" | "disburse");
    match (&entry.answered, commands.len()) {
        (Answered::Saved(_), 0) if is_named => found.lost.push(format!("{tag}: {kind} was said to be saved")),
        (Answered::Refused(code), 1..) if is_named => {
            found
                .doubled
                .push(format!("{tag}: {kind} was refused ({code}), and is at the server"));
        }
        (_, 2..) => found
            .doubled
            .push(format!("{tag}: {kind} is at the server more than once")),
        _ => {}
    }
    let was_refused = commands.iter().any(|command| command.refusal.is_some());
    let expect = |facts: Vec<&Fact>, found: &mut Found| match (&entry.answered, facts.len()) {
        (Answered::Saved(_), 0) if !was_refused => found.lost.push(format!("{tag}: {kind} has no effect")),
        (_, 2..) => found.doubled.push(format!("{tag}: {kind} has {} effects", facts.len())),
        _ => {}
    };
    match (kind.as_str(), &entry.answered) {
        ("pay", answered) => {
            let taken = kept.payments(tag);
            let is_kept = taken.len() == 1 && taken[0].amount() == entry.amount;
            match answered {
                Answered::Saved(receipt) if !is_kept || taken[0].receipt() != receipt => {
                    let amounts: Vec<_> = taken.iter().map(|fact| (fact.receipt(), fact.amount())).collect();
                    let what = format!(
                        "{tag}: {} was taken under {receipt}, the server has {amounts:?}",
                        entry.amount
                    );
                    match taken.is_empty() {
                        true => found.lost.push(what),
                        false => found.doubled.push(what),
                    }
                }
                _ => expect(taken, found),
            }
        }
        ("apply", Answered::Saved(loan)) => expect(kept.about("loan_applied", "/loan/id", loan), found),
        ("register", Answered::Saved(customer)) => {
            expect(kept.about("customer_registered", "/customer", customer), found);
        }
        ("disburse", _) => expect(kept.about("loan_disbursed", "/loan", about), found),
        ("reverse", _) => expect(kept.taken_back(about), found),
        ("decide", _) => {
            let mut facts = kept.about("loan_approved", "/loan", about);
            facts.extend(kept.about("loan_rejected", "/loan", about));
            expect(facts, found);
        }
        _ => {}
    }
}

/// Each receipt's number is given once, and none is left out.
fn receipts(kept: &Kept, found: &mut Found) {
    let mut given: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for receipt in kept.facts.iter().filter(|fact| fact.takes_money()).map(Fact::receipt) {
        if let Some((desk, number)) = receipt.rsplit_once('-')
            && let Ok(number) = number.parse()
        {
            given.entry(desk).or_default().push(number);
        } else {
            found.doubled.push(format!("a receipt has the number {receipt:?}"));
        }
    }
    for (desk, mut numbers) in given {
        numbers.sort_unstable();
        if !numbers.iter().copied().eq(1..=numbers.len() as u64) {
            found.doubled.push(format!(
                "receipts of {desk} are not numbered one after the other: {numbers:?}"
            ));
        }
    }
}

/// What people took in hand and gave out, in minor units: by what they asked for, not by what was booked.
fn in_hand(entries: &[Entry], kept: &Kept) -> i64 {
    let mut sum = 0;
    for entry in entries {
        let was_saved = matches!(entry.answered, Answered::Saved(_));
        match entry.kind.as_str() {
            // What the desk had no time to answer may be there: then it is kept whole.
            "pay" if was_saved || !kept.payments(&entry.tag).is_empty() => {
                sum += entry.amount;
                let taken = kept.payments(&entry.tag);
                let is_back = taken
                    .iter()
                    .any(|fact| !kept.taken_back(&fact.text("/payment/id")).is_empty());
                sum -= if is_back { entry.amount } else { 0 };
            }
            "apply" => {
                let loans = kept.named_loans(&entry.tag);
                let is_out = loans
                    .iter()
                    .any(|loan| !kept.about("loan_disbursed", "/loan", loan).is_empty());
                sum -= if is_out { entry.amount } else { 0 };
            }
            _ => {}
        }
    }
    sum
}
