//! Penalties and the closing of days: what the authority does by itself.

use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use chrono::{Days, NaiveDate};
use farthing_api::{CloseDay, DayClosed, LoanId, OpId};
use farthing_office::permission::Permission;
use farthing_office::{Command, Context, FactBody, Key, RULES, may_close};
use farthing_store::Beside;
use uuid::Uuid;

/// How many loans one command of the authority covers.
const CHUNK: usize = 200;

impl Desk {
    /// Closes every open day up to and including one.
    ///
    /// # Errors
    /// A day that has not come yet, or that is closed.
    pub async fn close_day(&self, request: CloseDay) -> Answer<DayClosed> {
        let (open, _) = self.caller_who_may(Permission::CloseDay).await?;
        close_through(self, &open, request.date).await
    }
}

/// An operation of the authority: the same step on the same day has the same id, so it never happens twice.
fn step(open: &Open, desk: &Desk, date: NaiveDate, what: &str, loans: &[LoanId]) -> Context {
    let mut name = format!("{}:{date}:{what}", open.organisation.branch_code).into_bytes();
    for loan in loans {
        name.extend(loan.0.as_bytes());
    }
    Context {
        op: OpId(Uuid::new_v5(&open.identity.device.0, &name)),
        at: desk.clock.now(),
        today: desk.today(open),
        actor: None,
        device: open.identity.device,
        desk: open.identity.prefix(),
        rules: RULES,
    }
}

/// Charges the penalties that have fallen due by a day; how many.
async fn assess(desk: &Desk, open: &Open, through: NaiveDate) -> Answer<u32> {
    let late = open.book.late_loans(through).await.told()?;
    let mut penalties = 0;
    for loans in late.chunks(CHUNK) {
        let command = Command::AssessPenalties {
            through,
            loans: loans.to_vec(),
        };
        let facts = open
            .book
            .execute(
                &command,
                &step(open, desk, through, "penalties", loans),
                Beside::default(),
            )
            .await
            .told()?;
        penalties += facts
            .iter()
            .filter(|f| matches!(f.body, FactBody::PenaltiesCharged { .. }))
            .count();
    }
    Ok(u32::try_from(penalties).unwrap_or(u32::MAX))
}

/// Closes every open day up to and including one: penalties first, then each day with its figures.
pub(crate) async fn close_through(desk: &Desk, open: &Open, date: NaiveDate) -> Answer<DayClosed> {
    let state = open.book.load(&[Key::Day]).await.told()?;
    // Before anything is charged: a day to come bears no penalties yet.
    may_close(&state, date, desk.today(open))?;
    let mut day = state.day().map_or(date, |d| d.open);
    let (mut days, penalties) = (0, assess(desk, open, date).await?);
    while day <= date {
        let figures = open.book.portfolio(day).await.told()?;
        let command = Command::CloseDay { date: day, figures };
        open.book
            .execute(&command, &step(open, desk, day, "close", &[]), Beside::default())
            .await
            .told()?;
        days += 1;
        day = day.checked_add_days(Days::new(1)).unwrap_or(day);
    }
    Ok(DayClosed {
        days,
        penalties,
        open: day,
    })
}

/// At the first sign-in of a day: the days before it are closed, and what has become late since is charged.
pub(crate) async fn assess_and_close(desk: &Desk, open: &Open) -> Answer<()> {
    let today = desk.today(open);
    let state = open.book.load(&[Key::Day]).await.told()?;
    let yesterday = today.pred_opt().unwrap_or(today);
    if state.day().is_some_and(|day| day.open < today) {
        close_through(desk, open, yesterday).await?;
    }
    assess(desk, open, today).await?;
    Ok(())
}
