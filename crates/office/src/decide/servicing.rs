//! What happens to a running loan besides payments: waivers, new terms, loss, and money that has no place yet.

use super::closing::check_last_payment;
use super::payments::{Incoming, aside_settled, find, level, receive};
use super::{organisation, required};
use crate::change::{Books, Cause, Moved, change, money_in};
use crate::command::Command;
use crate::context::Context;
use crate::fact::{FactBody, LoanChange};
use crate::posting::{Account, Entry, money_account};
use crate::refusal::Refusal;
use crate::standing::{check_amount, check_value_date, must_be_active, standing};
use crate::state::{Loan, State, TermsChanged, WrittenOff};
use chrono::NaiveDate;
use farthing_api::{Arg, Code, LoanId, Money, PaymentId, PaymentMethod, TermsChange};
use farthing_lending::{Accrual, Ledger, NewSchedule, Restructured, Share, Waiver, restructure};

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    match command {
        Command::WaiveDues {
            loan,
            share,
            amount,
            reason,
        } => waive(state, ctx, *loan, *share, *amount, reason),
        Command::ChangeTerms { .. } => change_terms(state, command, ctx),
        Command::DisbursePart { .. } => disburse_part(state, command, ctx),
        Command::WriteOff { loan, seen, reason } => write_off(state, ctx, *loan, seen, reason),
        Command::SettleSuspense {
            loan,
            payment,
            into,
            method,
            reason,
        } => settle_suspense(state, ctx, (*loan, *payment), *into, *method, reason),
        _ => Ok(Vec::new()),
    }
}

/// What of a share is due and unpaid.
pub fn due_of(ledger: &Ledger, share: Share, today: NaiveDate) -> Money {
    let due = ledger.rows.iter().filter(|row| row.due_on <= today);
    due.map(|row| row.unpaid_of(share)).sum()
}

fn waive(
    state: &State,
    ctx: &Context,
    id: LoanId,
    share: Share,
    amount: Money,
    reason: &str,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = find(state, id)?;
    must_be_active(loan)?;
    let reason = required("reason", reason)?;
    check_amount("amount", amount)?;
    if share == Share::Principal {
        return Err(Refusal::field("share", Code::PrincipalNotWaived));
    }
    let most = due_of(&standing(loan), share, ctx.today);
    if amount > most {
        let most = Arg::Money(most, organisation(state)?.currency.decimals);
        return Err(Refusal::field("amount", Code::OverDue).with("most", most));
    }
    let waiver = Waiver {
        on: ctx.today,
        share,
        amount,
    };
    let mut after = loan.clone();
    after.waivers.push(waiver);
    let books = Books::of(state, ctx);
    let new = standing(&after);
    let change = change(id, loan, &new, &books, loan.assessed_through, Cause::default())?;
    Ok(vec![FactBody::DuesWaived {
        loan: id,
        waiver,
        reason,
        change,
    }])
}

/// Whether a loan may be put under new terms.
///
/// # Errors
/// Says why not.
pub fn may_change_terms(loan: &Loan) -> Result<(), Refusal> {
    must_be_active(loan)
}

/// Works out what new terms would lead to, without deciding on them: the result, and the ledger under the new terms.
///
/// # Errors
/// Names the field that can't be carried out.
pub fn preview_terms(
    loan: &Loan,
    kind: Option<TermsChange>,
    on: NaiveDate,
    terms: &NewSchedule,
    today: NaiveDate,
    decimals: u32,
) -> Result<(Restructured, Ledger), Refusal> {
    may_change_terms(loan)?;
    check_value_date(loan, on, today)?;
    check_last_payment(loan, on, Code::TermsBeforePayment)?;
    if let Some(last) = loan.terms_changes.last().filter(|last| last.replacement.on > on) {
        return Err(Refusal::field("value_date", Code::BeforeTermsChange).with("date", last.replacement.on));
    }
    check_kind(kind, terms)?;
    let mut done = restructure(loan.terms.as_ref(), decimals, &standing(loan), &loan.charges, on, terms)?;
    let mut after = loan.clone();
    after.terms_changes.push(TermsChanged {
        kind: kind.unwrap_or(TermsChange::Reschedule),
        replacement: done.replacement.clone(),
        reason: String::new(),
    });
    let ledger = standing(&after);
    // With interest that is brought along the installment is more than the level one of the new terms.
    done.installment = level(&ledger.rows).unwrap_or(done.installment);
    Ok((done, ledger))
}

/// A change is called by its name.
fn check_kind(kind: Option<TermsChange>, terms: &NewSchedule) -> Result<(), Refusal> {
    let no = |field: &str, code: Code| Err(Refusal::field(field, code));
    let makes_principal = terms.capitalise_interest || terms.capitalise_fees || terms.capitalise_penalties;
    let has_top_up = terms.top_up.is_positive();
    match kind {
        Some(TermsChange::TopUp) if !has_top_up => no("top_up", Code::TopUpMissing),
        Some(TermsChange::NextPart) => Ok(()),
        Some(kind) if kind != TermsChange::TopUp && has_top_up => no("top_up", Code::TopUpNotThis),
        Some(TermsChange::Reschedule | TermsChange::ReAge | TermsChange::ReAmortise) if makes_principal => {
            no("capitalise_interest", Code::CapitaliseNotThis)
        }
        Some(TermsChange::ReAge | TermsChange::ReAmortise) if terms.annual_rate.is_some() => {
            no("annual_rate", Code::RateNotThis)
        }
        _ => Ok(()),
    }
}

fn change_terms(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    let Command::ChangeTerms {
        loan: id,
        seen,
        change: kind,
        on,
        terms,
        method,
        reason,
    } = command
    else {
        return Ok(Vec::new());
    };
    let loan = find(state, *id)?;
    let reason = required("reason", reason)?;
    if loan.seen() != *seen {
        return Err(Refusal::changed(Code::LoanChanged));
    }
    if *kind == TermsChange::NextPart {
        return Err(Refusal::field("kind", Code::TopUpNotThis));
    }
    let decimals = organisation(state)?.currency.decimals;
    let previewed = preview_terms(loan, Some(*kind), *on, terms, ctx.today, decimals)?;
    Ok(vec![terms_changed(
        (*id, loan),
        state,
        ctx,
        *kind,
        previewed,
        (terms.top_up, *method),
        reason,
    )?])
}

/// Whether the next part of a loan may be paid out.
///
/// # Errors
/// Says why not.
pub fn may_disburse_part(loan: &Loan) -> Result<(), Refusal> {
    must_be_active(loan)?;
    match loan.undisbursed.is_positive() && loan.parts_left() > 0 {
        true => Ok(()),
        false => Err(Refusal::rule(Code::NothingUndisbursed).with("loan", &loan.number)),
    }
}

/// Works out what paying out the next part would lead to, without deciding on it. What the schedule still grants of its
/// grace on principal stays.
///
/// # Errors
/// Names the field that can't be carried out.
pub fn preview_part(
    loan: &Loan,
    amount: Money,
    on: NaiveDate,
    today: NaiveDate,
    decimals: u32,
) -> Result<(Restructured, Ledger), Refusal> {
    may_disburse_part(loan)?;
    check_amount("amount", amount)?;
    if amount > loan.undisbursed {
        let most = Arg::Money(loan.undisbursed, decimals);
        return Err(Refusal::field("amount", Code::PartAmount).with("most", most));
    }
    let grace = loan.terms.as_ref().map_or(0, |terms| terms.grace.principal);
    let gone = loan.schedule.iter().filter(|row| row.n > 0 && row.due_on <= on).count();
    let terms = NewSchedule {
        top_up: amount,
        principal_grace: grace.saturating_sub(u32::try_from(gone).unwrap_or(u32::MAX)),
        ..NewSchedule::default()
    };
    preview_terms(loan, Some(TermsChange::NextPart), on, &terms, today, decimals)
}

fn disburse_part(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    let Command::DisbursePart {
        loan: id,
        seen,
        on,
        amount,
        method,
    } = command
    else {
        return Ok(Vec::new());
    };
    let loan = find(state, *id)?;
    if loan.seen() != *seen {
        return Err(Refusal::changed(Code::LoanChanged));
    }
    let decimals = organisation(state)?.currency.decimals;
    let previewed = preview_part(loan, *amount, *on, ctx.today, decimals)?;
    let kind = TermsChange::NextPart;
    let fact = terms_changed(
        (*id, loan),
        state,
        ctx,
        kind,
        previewed,
        (*amount, *method),
        String::new(),
    )?;
    Ok(vec![fact])
}

/// The fact of new terms, with money that goes out on top.
fn terms_changed(
    (id, loan): (LoanId, &Loan),
    state: &State,
    ctx: &Context,
    kind: TermsChange,
    (done, ledger): (Restructured, Ledger),
    (paid_out, method): (Money, PaymentMethod),
    reason: String,
) -> Result<FactBody, Refusal> {
    let moved = match paid_out.is_positive() {
        true => money_in(method, &ctx.desk, -paid_out),
        false => None,
    };
    let cause = Cause {
        moved,
        capitalised: [
            done.capitalised_interest,
            done.capitalised_fee,
            done.capitalised_penalty,
        ],
    };
    let books = Books::of(state, ctx);
    let mut change = change(id, loan, &ledger, &books, loan.assessed_through, cause)?;
    change.installment = Some(done.installment);
    Ok(FactBody::TermsChanged {
        loan: id,
        terms: Box::new(TermsChanged {
            kind,
            replacement: done.replacement,
            reason,
        }),
        paid_out,
        method,
        change,
    })
}

/// Gives a loan up: its principal is a loss; interest, charges and penalties that were earned and not paid are taken
/// back out of income.
fn write_off(state: &State, ctx: &Context, id: LoanId, seen: &str, reason: &str) -> Result<Vec<FactBody>, Refusal> {
    use Account::*;
    let loan = find(state, id)?;
    must_be_active(loan)?;
    let reason = required("reason", reason)?;
    if loan.seen() != seen {
        return Err(Refusal::changed(Code::LoanChanged));
    }
    let ledger = standing(loan);
    let closed = Books::of(state, ctx).closed();
    let now = loan
        .accrual
        .as_ref()
        .map_or_else(|| Accrual::none(closed), |a| a.at(closed));
    let (principal, penalty) = (ledger.outstanding_principal(), ledger.outstanding_penalty());
    let income = now.interest - now.suspended;
    let entry = Entry::of(id)
        .moves(LoanLoss, Portfolio, principal)
        .moves(InterestIncome, InterestReceivable, income)
        .moves(InterestSuspended, InterestReceivable, now.suspended)
        .moves(UnearnedIncome, InterestIncome, now.ahead)
        .moves(FeeIncome, FeeReceivable, now.fee)
        .moves(UnearnedIncome, FeeIncome, now.fee_ahead)
        .moves(PenaltyIncome, PenaltyReceivable, penalty);
    let written_off = WrittenOff {
        on: ctx.today,
        principal,
        owed: principal + now.interest + now.fee + penalty,
        recovered: Money::ZERO,
    };
    let change = LoanChange {
        credit: loan.credit,
        assessed_through: loan.assessed_through,
        postings: entry.lines(),
        accrual: Some(Box::new(Accrual::none(closed))),
        ..LoanChange::default()
    };
    Ok(vec![FactBody::LoanWrittenOff {
        loan: id,
        written_off,
        reason,
        change,
    }])
}

fn settle_suspense(
    state: &State,
    ctx: &Context,
    (id, payment): (LoanId, PaymentId),
    into: Option<LoanId>,
    method: PaymentMethod,
    reason: &str,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = find(state, id)?;
    let reason = required("reason", reason)?;
    let taken = loan
        .payments
        .iter()
        .find(|p| p.id == payment && p.parts.suspense.is_positive());
    let taken = taken.ok_or_else(|| Refusal::missing(Code::NoPayment))?;
    if taken.reversed {
        return Err(Refusal::changed(Code::PaymentChanged));
    }
    let Some(target) = into else {
        let money = money_account(method, &ctx.desk);
        return Ok(aside_settled(state, id, taken, None, reason, money));
    };
    let mut facts = aside_settled(state, id, taken, into, reason, Account::Suspense);
    let other = find(state, target)?;
    // It pays from the day on which it came in, or from the disbursement where that was later.
    let on = other.disbursed_on.map_or(taken.on, |start| start.max(taken.on));
    let incoming = Incoming {
        amount: taken.amount,
        on,
        method: taken.method,
        reference: &taken.reference,
        prepay: None,
    };
    let moved = Some(Moved {
        account: Account::Suspense,
        amount: taken.amount,
    });
    // The same loan sees its own suspense payment as settled.
    let mut freed = other.clone();
    freed
        .payments
        .iter_mut()
        .filter(|p| p.id == payment)
        .for_each(|p| p.reversed = true);
    let paid = receive(state, ctx, target, &freed, &incoming, moved)?;
    facts.push(paid);
    Ok(facts)
}

/// Whether dues of a loan may be waived.
///
/// # Errors
/// Says why not.
pub fn may_waive(loan: &Loan, today: NaiveDate) -> Result<(), Refusal> {
    must_be_active(loan)?;
    let ledger = standing(loan);
    let due: Money = [Share::Penalty, Share::Fee, Share::Interest]
        .into_iter()
        .map(|share| due_of(&ledger, share, today))
        .sum();
    match due.is_positive() {
        true => Ok(()),
        false => Err(Refusal::rule(Code::NothingDue)),
    }
}

/// Whether a loan may be given up.
///
/// # Errors
/// Says why not.
pub fn may_write_off(loan: &Loan) -> Result<(), Refusal> {
    must_be_active(loan)
}
