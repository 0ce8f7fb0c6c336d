//! Decides: a command, what it reads, and the circumstances, to facts or a refusal.

mod account;
mod anyway;
mod closing;
mod customers;
mod day;
mod desk;
mod loans;
mod payments;
mod purchases;
mod servicing;

pub use anyway::{quarantined, recorded_anyway};
pub use closing::{Quote, quote};
pub use day::{lags, may_close};
pub use loans::{Planned, check_against_product, may_decide, may_disburse, plan};
pub(crate) use payments::task_of;
pub use payments::{Preview, check_payment, preview_payment};
pub use purchases::purchase_penalty;
pub use servicing::{
    due_of, may_change_terms, may_disburse_part, may_waive, may_write_off, preview_part, preview_terms,
};

use crate::command::Command;
use crate::context::{Actor, Context};
use crate::fact::{Fact, FactBody};
use crate::permission;
use crate::refusal::Refusal;
use crate::second_person;
use crate::state::{Organisation, State};
use chrono::SubsecRound;
use farthing_api::{ApiError, Code, ErrorKind, FactId};

/// Decides a command. Everything that the decision looks at is among [`Command::reads`].
///
/// # Errors
/// A [`Refusal`] says why nothing happened and what to do about it.
pub fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<Fact>, Refusal> {
    check_permission(command, ctx)?;
    let bodies = match command {
        Command::DecideRequest { .. } => second_person::decide(state, command, ctx)?,
        _ => second_person::hold(state, command, ctx, outcome(state, command, ctx)?)?,
    };
    Ok(facts(state, bodies, ctx))
}

/// What follows from a command if it may be carried out at once.
pub(crate) fn outcome(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    Ok(match command {
        Command::SetUp { .. }
        | Command::AddUser { .. }
        | Command::AskForAccess { .. }
        | Command::AnswerInvitation { .. }
        | Command::InviteUser { .. }
        | Command::AdmitUser { .. }
        | Command::SetUserAccess { .. }
        | Command::RecordPasswordChange { .. }
        | Command::RecordSecondFactor { .. }
        | Command::SaveProduct { .. }
        | Command::SaveGoods { .. }
        | Command::SetLatenessRules { .. }
        | Command::SetEligibilityRules { .. }
        | Command::SetDaysOff { .. }
        | Command::SetSecondPersonRules { .. }
        | Command::SettleTask { .. } => desk::decide(state, command, ctx)?,
        Command::ResetPassword { .. }
        | Command::ChangeAccount { .. }
        | Command::MoveContact { .. }
        | Command::EraseCustomer { .. } => account::decide(state, command, ctx)?,
        Command::RegisterCustomer { .. }
        | Command::TellPhone { .. }
        | Command::RegisterMyself { .. }
        | Command::ChangeCustomer { .. }
        | Command::ConfirmContact { .. }
        | Command::RecordDocument { .. }
        | Command::Vouch { .. }
        | Command::OpenAccess { .. } => customers::decide(state, command, ctx)?,
        Command::ApplyForLoan { .. } | Command::DecideLoan { .. } | Command::Disburse { .. } => {
            loans::decide(state, command, ctx)?
        }
        Command::Sell { .. } => purchases::sell(state, command, ctx)?,
        Command::ReceivePayment { .. }
        | Command::ReversePayment { .. }
        | Command::Refund { .. }
        | Command::GiveNotice { .. } => payments::decide(state, command, ctx)?,
        Command::Foreclose { .. } => closing::close_early(state, command, ctx)?,
        Command::WaiveDues { .. }
        | Command::ChangeTerms { .. }
        | Command::DisbursePart { .. }
        | Command::WriteOff { .. }
        | Command::SettleSuspense { .. } => servicing::decide(state, command, ctx)?,
        Command::AssessPenalties { .. } | Command::FollowRates { .. } | Command::CloseDay { .. } => {
            day::decide(state, command, ctx)?
        }
        Command::DecideRequest { .. } => Vec::new(),
    })
}

fn facts(state: &State, bodies: Vec<FactBody>, ctx: &Context) -> Vec<Fact> {
    let booking_date = state.day().map_or(ctx.today, |day| day.open);
    // Logs and letters keep milliseconds, and a replay of them must come to the same.
    let at = ctx.at.trunc_subsecs(3);
    let number = |(n, body)| Fact {
        id: FactId::of(ctx.op, n),
        op: ctx.op,
        at,
        booking_date,
        by: ctx.actor.map(|a| a.user),
        desk: ctx.desk.clone(),
        body,
    };
    (1000..).zip(bodies).map(number).collect()
}

pub(crate) fn check_permission(command: &Command, ctx: &Context) -> Result<(), Refusal> {
    match (command.permission(), &ctx.actor) {
        (None, None) => Ok(()),
        (None, Some(_)) if command.is_system() => Err(Refusal(ApiError::new(ErrorKind::Forbidden, Code::SystemOnly))),
        (None, Some(_)) => Ok(()),
        (Some(_), None) => Err(signed_out()),
        (Some(permission), Some(actor)) => permission::check(actor.role, permission),
    }
}

fn signed_out() -> Refusal {
    Refusal(ApiError::new(ErrorKind::SignedOut, Code::SignedOut))
}

fn organisation(state: &State) -> Result<&Organisation, Refusal> {
    state
        .organisation()
        .ok_or_else(|| Refusal::missing(Code::NoOrganisation))
}

pub(crate) fn actor(ctx: &Context) -> Result<Actor, Refusal> {
    ctx.actor.ok_or_else(signed_out)
}

/// A customer acts on their own things only.
fn own(ctx: &Context, customer: farthing_api::CustomerId) -> Result<(), Refusal> {
    match ctx.actor.and_then(|a| a.customer) {
        Some(own) if own != customer => Err(Refusal::missing(Code::NoLoan)),
        _ => Ok(()),
    }
}

/// Whether someone signs in by this name, or waits to.
fn is_taken(state: &State, sign_in: &str) -> bool {
    state.sign_in(sign_in).is_some_and(|known| !known.free)
}

/// The most letters of a line of words.
const LONGEST: u32 = 200;

pub(crate) fn required(field: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::field(field, Code::Required));
    }
    if text.chars().count() > LONGEST as usize {
        return Err(Refusal::field(field, Code::TooLong).with("most", LONGEST));
    }
    Ok(text.to_string())
}
