//! A branch with a history: several products, customers who pay on time, late, in parts, early.
//!
//! The same seed on the same day gives the same facts.

mod habits;
mod names;
mod people;
mod story;

use crate::cases::first_run;
use crate::clock::Clock;
use crate::desk::{Desk, Home, Open, Session};
use crate::error::{Answer, Told};
use crate::mint::Mint;
use chrono::{DateTime, Days, Utc};
use farthing_api::{MessageRules, MessageWay, Secret, SetUp};

/// How large the branch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// How many customers.
    pub customers: u32,
    /// How many loans and purchases.
    pub loans: u32,
    /// From which all choices follow.
    pub seed: u64,
}

impl Size {
    /// The branch that first run offers.
    pub const fn first_run() -> Size {
        Size {
            customers: 60,
            loans: 90,
            seed: 7,
        }
    }
}

/// How many days of history there are.
const HISTORY: u64 = 400;

/// The day on which a demo's history begins.
pub(crate) fn opening(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_sub_days(Days::new(HISTORY)).unwrap_or(now)
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Customers.
    pub customers: u32,
    /// Loans and purchases.
    pub loans: u32,
    /// Commands in all.
    pub commands: u64,
}

/// Makes a new book full of demo data; its administrator is admin@demo.test.
///
/// # Errors
/// Where there is a book already, or the password is easy to guess.
pub async fn make(
    home: Home,
    password: &Secret,
    size: Size,
    now: DateTime<Utc>,
    progress: &mut (dyn FnMut(u32) + Send),
) -> Answer<(Made, Secret)> {
    let mut desk = Desk::new(home);
    desk.mint = Mint::seeded(size.seed);
    desk.clock = Clock::moved(opening(now));
    let request = SetUp {
        language: "en".into(),
        currency: "USD".into(),
        organisation: "Harbour Street Savings and Loans".into(),
        branch_code: "BR1".into(),
        branch_name: "Harbour Street".into(),
        desk_code: "01".into(),
        time_zone: "UTC".into(),
        admin_name: "Demo Administrator".into(),
        admin_email: "admin@demo.test".into(),
        password: password.clone(),
        mail: None,
        demo: false,
    };
    let (open, session, recovery, _) = first_run(&desk, &request).await?;
    desk.clock = Clock::moved(now);
    let made = Box::pin(fill_with(&desk, &open, &session, password, size, progress)).await?;
    if let Err(error) = open.book.close().await {
        return Err(crate::error::internal(&error));
    }
    Ok((made, recovery))
}

/// Fills a new book with demo data, in the name of its administrator.
///
/// # Errors
/// What the disk says.
pub(crate) async fn fill(desk: &Desk, open: &Open, session: &Session, password: &Secret, size: &Size) -> Answer<Made> {
    Box::pin(fill_with(desk, open, session, password, *size, &mut |_| {})).await
}

async fn fill_with(
    desk: &Desk,
    open: &Open,
    session: &Session,
    password: &Secret,
    size: Size,
    progress: &mut (dyn FnMut(u32) + Send),
) -> Answer<Made> {
    let until = desk.clock.now();
    let told = Desk {
        mint: Mint::seeded(size.seed),
        ..Desk::with_clock(desk.home.clone(), Clock::moved(opening(until)))
    };
    let cast = people::hire(&told, open, session, password).await?;
    // Nobody has ever met these customers, so nothing goes out to them.
    let silent = MessageRules {
        reminders: MessageWay::Off,
        receipts: MessageWay::Off,
        decisions: MessageWay::Off,
        ..MessageRules::default()
    };
    crate::cases::put_rules(open, &silent).await?;
    let made = story::tell(open, &cast, size, until, progress).await?;
    let (head, _) = open.book.head().await.told()?;
    open.book.queue_messages(&[], Some(head)).await.told()?;
    Ok(made)
}
