//! A desk without a window as a process of its own: it opens its book, records what people ask for as chance has it, and speaks with
//! the server meanwhile. It may be killed at any instant and started again on the same folder.

use crate::Outcome;
use crate::deeds::Clerk;
use crate::dice::Dice;
use crate::journal::Journal;
use crate::office::{ADMIN, OFFICER, PASSWORD};
use clap::Args;
use farthing_api::{ErrorKind, GetSyncState, Secret, SignIn};
use farthing_desk::{Desk, Home};
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// While so many wait for the server, people wait too: the run is to come to its end.
const MOST_WAITING: u32 = 40;

/// Which desk.
#[derive(Args)]
pub struct Options {
    /// Where its book is.
    folder: PathBuf,
    /// Where it writes down what was asked for.
    journal: PathBuf,
    /// Its number.
    #[arg(long)]
    desk: usize,
    /// What people ask for follows from it.
    #[arg(long)]
    seed: u64,
}

/// What a desk is told to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Record, and speak with the server.
    Work,
    /// Speak with the server only.
    Rest,
    /// Close the book and end.
    End,
}

/// Works until it is told to end, or nobody is there any more to tell it.
///
/// # Errors
/// What a desk must never answer, whatever is killed around it.
pub async fn work(options: Options) -> Outcome {
    let mut journal = Journal::open(&options.journal, options.desk)?;
    let whose = u64::try_from(options.desk)? << 32 | journal.next();
    let mut dice = Dice::new(options.seed, whose);
    let desk = Desk::new(Home::at(&options.folder)).without_second_factor();
    let email = if dice.below(2) == 0 { ADMIN } else { OFFICER };
    let request = SignIn {
        email: email.into(),
        password: Secret::new(PASSWORD),
    };
    Box::pin(desk.sign_in(request)).await?;
    say("open");
    let (orders, order) = watch::channel(Order::Work);
    std::thread::spawn(move || listen(&orders));
    let mut pauses = Dice::new(options.seed, !whose);
    let recording = Box::pin(record(&desk, &mut journal, &mut dice, order.clone()));
    let speaking = Box::pin(speak(&desk, &mut pauses, order));
    tokio::try_join!(recording, speaking)?;
    desk.shut().await;
    Ok(())
}

/// Takes orders from standard input; the end of it ends the desk.
fn listen(orders: &watch::Sender<Order>) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match line.as_str() {
            "rest" => orders.send_replace(Order::Rest),
            _ => break,
        };
    }
    orders.send_replace(Order::End);
}

/// Tells whoever started the process.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Where nobody hears it any more, the orders end too.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

async fn record(desk: &Desk, journal: &mut Journal, dice: &mut Dice, order: watch::Receiver<Order>) -> Outcome {
    let mut clerk = Clerk { desk, journal, dice };
    while *order.borrow() == Order::Work {
        let state = desk.sync_state(GetSyncState {}).await?;
        if state.is_some_and(|state| state.waiting < MOST_WAITING)
            && let Some(tag) = Box::pin(clerk.act()).await?
        {
            say(&format!("saved {tag}"));
        }
        sleep(clerk.dice.moment(60)).await;
    }
    Ok(())
}

async fn speak(desk: &Desk, dice: &mut Dice, order: watch::Receiver<Order>) -> Outcome {
    while *order.borrow() != Order::End {
        let pause = match Box::pin(desk.run_sync()).await {
            Ok(_) => {
                say("round");
                dice.moment(60)
            }
            Err(error) if matches!(error.kind, ErrorKind::Internal | ErrorKind::Book) => return Err(error.into()),
            Err(error) => {
                say(&format!("silence {}", error.code));
                Duration::from_millis(20) + dice.moment(120)
            }
        };
        let state = desk.sync_state(GetSyncState {}).await?;
        let state = state.ok_or("the desk has no server any more")?;
        let halted = state.halted.map_or("-".into(), |error| error.code.to_string());
        let (waiting, unsent, facts) = (state.waiting, state.unsent, state.facts);
        say(&format!("state {waiting} {unsent} {facts} {halted}"));
        sleep(pause).await;
    }
    Ok(())
}
