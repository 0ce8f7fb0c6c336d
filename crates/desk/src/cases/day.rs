//! Penalties, accruals and the closing of days: what the authority does by itself.

use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use chrono::{DateTime, Days, NaiveDate, Utc};
use farthing_api::{ApiError, CloseDay, Code, DayClosed, ErrorKind, LoanId, Money, OpId, ProductView};
use farthing_office::permission::Permission;
use farthing_office::{Command, Context, Fact, FactBody, Key, RULES, may_close};
use farthing_store::{Batch, Beside, StoreError};
use uuid::Uuid;

/// How many loans one command of the authority covers.
const CHUNK: usize = 200;
/// So many facts are kept in one transaction when many days are closed in a row; a day is never divided.
const FACTS: usize = 4_000;
/// So many aggregates stay in memory from day to day.
const HELD: usize = 50_000;
/// The name space of the operations of the authority.
const STEPS: Uuid = Uuid::from_u128(0x6661_7274_6869_6e67_2064_6179_2063_6c6f);

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

/// When the authority acts.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at: DateTime<Utc>,
    pub(crate) today: NaiveDate,
}

/// An operation of the authority: the same step of the same branch on the same day has the same id, so it never happens
/// twice.
fn step(open: &Open, moment: Moment, date: NaiveDate, what: &str, loans: &[LoanId]) -> Context {
    let office = &open.organisation;
    let mut name = format!("{}\n{}\n{date}\n{what}", office.name, office.branch_code).into_bytes();
    for loan in loans {
        name.extend(loan.0.as_bytes());
    }
    Context {
        op: OpId(Uuid::new_v5(&STEPS, &name)),
        at: moment.at,
        today: moment.today,
        actor: None,
        device: open.identity().device,
        desk: open.identity().prefix(),
        rules: RULES,
        numbers: None,
    }
}

/// What was done on the days that were closed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Closed {
    days: u32,
    penalties: u32,
    interest: Money,
    facts: usize,
}

impl Closed {
    fn count(&mut self, facts: &[Fact]) {
        self.facts += facts.len();
        for fact in facts {
            match &fact.body {
                FactBody::PenaltiesCharged { .. } => self.penalties += 1,
                FactBody::DayAccrued { earned, .. } => self.interest += earned.interest(),
                FactBody::DayClosed { .. } => self.days += 1,
                _ => {}
            }
        }
    }
}

/// Looks at the loans with something to happen by a day.
async fn look(
    batch: &mut Batch<'_>,
    open: &Open,
    moment: Moment,
    through: NaiveDate,
    done: &mut Closed,
) -> Result<(), StoreError> {
    let loans = batch.loans_with_events(through).await?;
    for loans in loans.chunks(CHUNK) {
        let command = Command::AssessPenalties {
            through,
            loans: loans.to_vec(),
        };
        let ctx = step(open, moment, through, "penalties", loans);
        done.count(&batch.execute(&command, &ctx, Beside::default()).await?);
    }
    Ok(())
}

/// Has the running loans of a product follow what was announced of its variable rate. Where a server is the authority it
/// does so when it closes the day.
pub(crate) async fn follow_rates(desk: &Desk, open: &Open, product: &ProductView) -> Answer<()> {
    if product.terms.options.variable_rate.is_none() || open.book.is_enrolled().await.told()? {
        return Ok(());
    }
    let moment = Moment {
        at: desk.clock.now(),
        today: desk.today(open),
    };
    let loans = open.book.running_loans_of(product.id).await.told()?;
    let mut batch = open.book.batch().await.told()?;
    let done = follow(&mut batch, open, moment, product, &loans).await;
    ended(batch, done).await
}

async fn follow(
    batch: &mut Batch<'_>,
    open: &Open,
    moment: Moment,
    product: &ProductView,
    loans: &[LoanId],
) -> Result<(), StoreError> {
    let word = format!("rates {} {}", product.id.0, product.version);
    for loans in loans.chunks(CHUNK) {
        let command = Command::FollowRates {
            product: product.id,
            loans: loans.to_vec(),
        };
        let ctx = step(open, moment, moment.today, &word, loans);
        batch.execute(&command, &ctx, Beside::default()).await?;
    }
    Ok(())
}

/// Closes one day within a transaction: penalties and suspensions of its loans, then what each product earned, how late
/// its loans are and what is set aside, then the day itself.
pub(crate) async fn close_one(
    batch: &mut Batch<'_>,
    open: &Open,
    moment: Moment,
    date: NaiveDate,
    done: &mut Closed,
) -> Result<(), StoreError> {
    look(batch, open, moment, date, done).await?;
    let state = batch.state(&[Key::Organisation]).await?;
    let rules = state.organisation().map(|o| o.lateness.clone()).unwrap_or_default();
    let (figures, products) = batch.day(date, &rules).await?;
    let command = Command::CloseDay {
        date,
        figures,
        products,
    };
    let ctx = step(open, moment, date, "close", &[]);
    done.count(&batch.execute(&command, &ctx, Beside::default()).await?);
    Ok(())
}

async fn close_days(
    batch: &mut Batch<'_>,
    open: &Open,
    moment: Moment,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Closed, StoreError> {
    let (mut done, mut kept, mut day) = (Closed::default(), 0, first);
    while day <= last {
        close_one(batch, open, moment, day, &mut done).await?;
        if done.facts - kept >= FACTS {
            kept = done.facts;
            match batch.held() > HELD {
                true => batch.checkpoint().await?,
                false => batch.keep_on().await?,
            }
        }
        day = day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
    }
    Ok(done)
}

/// Closes every open day up to and including one. Days that were closed stay closed when the program ends in between.
pub(crate) async fn close_through(desk: &Desk, open: &Open, date: NaiveDate) -> Answer<DayClosed> {
    if open.book.is_enrolled().await.told()? {
        return Err(ApiError::new(ErrorKind::Refused, Code::DayByServer));
    }
    let moment = Moment {
        at: desk.clock.now(),
        today: desk.today(open),
    };
    let mut batch = open.book.batch().await.told()?;
    let state = batch.state(&[Key::Day]).await.told()?;
    let first = state.day().map_or(date, |d| d.open);
    if let Err(refusal) = may_close(state, date, moment.today) {
        batch.roll_back().await.told()?;
        return Err(refusal.0);
    }
    let done = close_days(&mut batch, open, moment, (first, date)).await;
    let done = ended(batch, done).await?;
    Ok(DayClosed {
        days: done.days,
        penalties: done.penalties,
        interest: done.interest,
        open: date.succ_opt().unwrap_or(date),
    })
}

async fn ended<T>(batch: Batch<'_>, done: Result<T, StoreError>) -> Answer<T> {
    match done {
        Ok(done) => {
            batch.commit().await.told()?;
            Ok(done)
        }
        Err(error) => {
            batch.roll_back().await.told()?;
            Err(error).told()
        }
    }
}

/// At the first sign-in of a day: the days before it are closed, and what has become late since is charged.
pub(crate) async fn assess_and_close(desk: &Desk, open: &Open) -> Answer<()> {
    let moment = Moment {
        at: desk.clock.now(),
        today: desk.today(open),
    };
    // Only the authority closes days.
    if open.book.is_enrolled().await.told()? {
        return Ok(());
    }
    let state = open.book.load(&[Key::Day]).await.told()?;
    let yesterday = moment.today.pred_opt().unwrap_or(moment.today);
    if state.day().is_some_and(|day| day.open < moment.today) {
        close_through(desk, open, yesterday).await?;
    }
    let mut batch = open.book.batch().await.told()?;
    let mut done = Closed::default();
    let looked = look(&mut batch, open, moment, moment.today, &mut done).await;
    ended(batch, looked).await
}
