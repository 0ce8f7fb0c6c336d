//! Decides: a command, what it reads, and the circumstances, to facts or a refusal.

mod customers;
mod day;
mod desk;
mod loans;
mod payments;
mod purchases;

pub use loans::{check_against_product, may_decide, may_disburse};
pub use payments::{Preview, Quote, preview_payment, quote};
pub use purchases::purchase_penalty;

use crate::command::Command;
use crate::context::{Actor, Context};
use crate::fact::{Fact, FactBody};
use crate::permission::{self, Permission};
use crate::refusal::Refusal;
use crate::state::{Organisation, State};
use farthing_api::{ApiError, ErrorKind, FactId};

/// Decides a command. Everything that the decision looks at is among [`Command::reads`].
///
/// # Errors
/// A [`Refusal`] says why nothing happened and what to do about it.
pub fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<Fact>, Refusal> {
    check_permission(command, ctx)?;
    let bodies = match command {
        Command::SetUp { .. }
        | Command::AddUser { .. }
        | Command::SetUserAccess { .. }
        | Command::RecordPasswordChange { .. }
        | Command::SaveProduct { .. }
        | Command::SaveGoods { .. }
        | Command::SettleTask { .. } => desk::decide(state, command, ctx)?,
        Command::RegisterCustomer { .. }
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
        | Command::Foreclose { .. }
        | Command::Refund { .. }
        | Command::GiveNotice { .. } => payments::decide(state, command, ctx)?,
        Command::AssessPenalties { .. } | Command::CloseDay { .. } => day::decide(state, command, ctx)?,
    };
    Ok(facts(state, bodies, ctx))
}

fn facts(state: &State, bodies: Vec<FactBody>, ctx: &Context) -> Vec<Fact> {
    let booking_date = state.day().map_or(ctx.today, |day| day.open);
    let number = |(n, body)| Fact {
        id: FactId::of(ctx.op, n),
        op: ctx.op,
        at: ctx.at,
        booking_date,
        by: ctx.actor.map(|a| a.user),
        desk: ctx.desk.clone(),
        body,
    };
    (1000..).zip(bodies).map(number).collect()
}

fn check_permission(command: &Command, ctx: &Context) -> Result<(), Refusal> {
    match (command.permission(), &ctx.actor) {
        (None, None) => Ok(()),
        (None, Some(_)) if command.is_system() => Err(forbidden("the authority itself")),
        (None, Some(_)) => Ok(()),
        (Some(_), None) => Err(Refusal(ApiError::new(
            ErrorKind::SignedOut,
            "signed_out",
            "Nobody is signed in. Sign in and do it again.",
        ))),
        (Some(permission), Some(actor)) if permission::allows(actor.role, permission) => Ok(()),
        (Some(permission), Some(_)) => Err(forbidden(&who_may(permission))),
    }
}

fn who_may(permission: Permission) -> String {
    let row = permission::TABLE.iter().find(|(p, _, _)| *p == permission);
    let words: Vec<&str> = row
        .into_iter()
        .flat_map(|(_, _, roles)| roles.iter().map(|r| r.word()))
        .collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => (*last).to_string(),
        None => "nobody".to_string(),
    }
}

fn forbidden(who: &str) -> Refusal {
    let message = format!("Your role does not allow this. It takes: {who}.");
    Refusal(ApiError::new(ErrorKind::Forbidden, "forbidden", message))
}

fn organisation(state: &State) -> Result<&Organisation, Refusal> {
    state.organisation().ok_or_else(|| Refusal::missing("organisation"))
}

fn actor(ctx: &Context) -> Result<Actor, Refusal> {
    ctx.actor.ok_or_else(|| forbidden("someone who is signed in"))
}

/// A customer acts on their own things only.
fn own(ctx: &Context, customer: farthing_api::CustomerId) -> Result<(), Refusal> {
    match ctx.actor.and_then(|a| a.customer) {
        Some(own) if own != customer => Err(Refusal::missing("loan")),
        _ => Ok(()),
    }
}

fn required(field: &str, name: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::field(
            field,
            "required",
            format!("{name} is empty. Fill it in."),
        ));
    }
    if text.chars().count() > 200 {
        return Err(Refusal::field(
            field,
            "too_long",
            format!("{name} is longer than 200 letters. Shorten it."),
        ));
    }
    Ok(text.to_string())
}
