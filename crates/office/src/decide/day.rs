//! What the authority does by itself: penalties, the suspension of interest, and the closing of days.

use super::organisation;
use crate::change::{Books, Cause, change};
use crate::command::{Command, DayFigures, ProductDay};
use crate::context::Context;
use crate::fact::FactBody;
use crate::posting::{Account, Entry};
use crate::refusal::Refusal;
use crate::standing::{ledger, standing};
use crate::state::{Loan, State};
use chrono::NaiveDate;
use farthing_api::{Code, LoanId, LoanStatus, Money, ProductId};
use farthing_lending::{Accrual, BucketSum, LatenessRules, RateChange, RowState};

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    let rules = &organisation(state)?.lateness;
    match command {
        Command::AssessPenalties { through, loans } => {
            let books = Books::of(state, ctx);
            let looked = loans
                .iter()
                .filter_map(|id| look_at(state, *id, *through, &books).transpose());
            looked.collect()
        }
        Command::FollowRates { product, loans } => {
            let known = state
                .product(*product)
                .ok_or_else(|| Refusal::missing(Code::NoProduct))?;
            let Some(rates) = &known.terms.options.variable_rate else {
                return Ok(Vec::new());
            };
            let books = Books::of(state, ctx);
            let followed = loans
                .iter()
                .filter_map(|id| follow(state, *id, *product, rates, &books).transpose());
            followed.collect()
        }
        Command::CloseDay {
            date,
            figures,
            products,
        } => close(state, rules, ctx, *date, *figures, products),
        _ => Ok(Vec::new()),
    }
}

fn close(
    state: &State,
    rules: &LatenessRules,
    ctx: &Context,
    date: NaiveDate,
    figures: DayFigures,
    products: &[ProductDay],
) -> Result<Vec<FactBody>, Refusal> {
    may_close(state, date, ctx.today)?;
    may_be_next(state, date)?;
    let mut facts: Vec<FactBody> = products
        .iter()
        .filter_map(|day| accrued(state, rules, date, day))
        .collect();
    let mut buckets: Vec<BucketSum> = rules.sums(date, []);
    for day in products {
        for (all, part) in buckets.iter_mut().zip(&day.buckets) {
            all.loans += part.loans;
            all.principal += part.principal;
        }
    }
    facts.push(FactBody::DayClosed { date, figures, buckets });
    Ok(facts)
}

/// Whether a day may be closed: it is open, and it has come.
///
/// # Errors
/// Says why not.
pub fn may_close(state: &State, date: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
    let open = open_day(state)?;
    if date < open {
        return Err(Refusal::rule(Code::DayClosed).with("date", date).with("open", open));
    }
    if date > today {
        let refusal = Refusal::field("date", Code::DayToCome);
        return Err(refusal.with("date", date).with("today", today));
    }
    Ok(())
}

/// What a day earned is known when the days before it are closed.
fn may_be_next(state: &State, date: NaiveDate) -> Result<(), Refusal> {
    let open = open_day(state)?;
    match date > open {
        true => Err(Refusal::field("date", Code::DayNotNext).with("open", open)),
        false => Ok(()),
    }
}

fn open_day(state: &State) -> Result<NaiveDate, Refusal> {
    let day = state.day().ok_or_else(|| Refusal::missing(Code::NoOrganisation))?;
    Ok(day.open)
}

/// One balanced fact of what a product's loans earned and what is set aside for them; none where nothing changes.
fn accrued(state: &State, rules: &LatenessRules, date: NaiveDate, day: &ProductDay) -> Option<FactBody> {
    let held = state.portfolio(day.product).map_or(Money::ZERO, |p| p.provision);
    let provision = rules.provision(&day.buckets);
    let entry = Entry::of_portfolio().earns(&day.earned).moves(
        Account::ProvisionExpense,
        Account::LossProvision,
        provision - held,
    );
    let postings = entry.lines();
    (!postings.is_empty()).then(|| FactBody::DayAccrued {
        date,
        product: day.product,
        earned: day.earned,
        buckets: day.buckets.clone(),
        provision,
        postings,
    })
}

/// Whether a running loan has a variable rate and does not follow what was announced of it.
pub fn lags(loan: &Loan, product: ProductId, rates: &[RateChange]) -> bool {
    let is_of = loan.product.is_some_and(|(id, _)| id == product);
    is_of && loan.status == LoanStatus::Active && loan.rates.as_deref().is_some_and(|own| own != rates)
}

/// Has one loan follow what was announced.
fn follow(
    state: &State,
    id: LoanId,
    product: ProductId,
    rates: &[RateChange],
    books: &Books,
) -> Result<Option<FactBody>, Refusal> {
    let Some(loan) = state.loan(id).filter(|loan| lags(loan, product, rates)) else {
        return Ok(None);
    };
    let mut after = loan.clone();
    after.rates = Some(rates.to_vec());
    let change = change(
        id,
        loan,
        &standing(&after),
        books,
        loan.assessed_through,
        Cause::default(),
    )?;
    Ok(Some(FactBody::RatesFollowed {
        loan: id,
        rates: rates.to_vec(),
        change,
    }))
}

/// Looks at one loan: what has fallen due by the day, and whether its interest is income. A loan that was looked at for
/// nothing is left as it is.
fn look_at(state: &State, id: LoanId, through: NaiveDate, books: &Books) -> Result<Option<FactBody>, Refusal> {
    let Some(loan) = state.loan(id).filter(|loan| loan.status == LoanStatus::Active) else {
        return Ok(None);
    };
    if loan.assessed_through > Some(through) {
        return Ok(None);
    }
    let new = ledger(loan, Some(through));
    let change = change(id, loan, &new, books, Some(through), Cause::default())?;
    let charged = |rows: &[RowState]| rows.iter().map(|r| r.penalty).sum::<Money>();
    if !change.rows.is_empty() {
        let amount = charged(&new.rows) - charged(&loan.rows);
        return Ok(Some(FactBody::PenaltiesCharged {
            loan: id,
            amount,
            change,
        }));
    }
    let suspended = books.suspends(&new);
    let was = loan.accrual.as_ref().is_some_and(Accrual::is_suspended);
    Ok((suspended != was).then_some(FactBody::InterestSuspended {
        loan: id,
        suspended,
        change,
    }))
}
