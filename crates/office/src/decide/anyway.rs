//! What is recorded of a command that an authority can't carry out, because something of it has physically happened, or because it
//! is a registration.

use super::payments::{Incoming, receipt_number, set_aside, task_of};
use super::{State, customers, facts};
use crate::command::Command;
use crate::context::Context;
use crate::fact::{Fact, FactBody};
use crate::state::Aside;
use chrono::NaiveDate;
use farthing_api::{LoanId, Money, PaymentId, PaymentMethod, TaskKind};

/// Money that somebody took in hand.
struct Cash<'a> {
    loan: Option<LoanId>,
    amount: Money,
    on: NaiveDate,
    method: PaymentMethod,
    reference: &'a str,
}

/// The money that comes in with a command, whatever becomes of the rest of it.
fn cash<'a>(command: &'a Command, ctx: &Context) -> Option<Cash<'a>> {
    Some(match command {
        Command::ReceivePayment {
            loan,
            amount,
            value_date,
            method,
            reference,
            ..
        } => Cash {
            loan: Some(*loan),
            amount: *amount,
            on: *value_date,
            method: *method,
            reference,
        },
        Command::Foreclose {
            loan,
            amount,
            value_date,
            method,
            ..
        } => Cash {
            loan: Some(*loan),
            amount: *amount,
            on: *value_date,
            method: *method,
            reference: "",
        },
        Command::Sell { first, method, .. } => Cash {
            loan: None,
            amount: *first,
            on: ctx.today,
            method: *method,
            reference: "",
        },
        _ => return None,
    })
}

/// What follows from a refused command all the same. Who registered themself is a customer without a sign-in. Money that came in goes to
/// suspense, with a task for a supervisor; where the loan itself is not known, the task alone names it, by the receipt that was
/// printed for it. Nothing for any other command.
pub fn recorded_anyway(state: &State, command: &Command, ctx: &Context) -> Vec<Fact> {
    if let Some(bodies) = customers::without_sign_in(state, command, ctx) {
        return facts(state, bodies, ctx);
    }
    let Some(cash) = cash(command, ctx).filter(|cash| cash.amount.is_positive()) else {
        return Vec::new();
    };
    let incoming = Incoming {
        amount: cash.amount,
        on: cash.on.min(ctx.today),
        method: cash.method,
        reference: cash.reference,
        prepay: None,
    };
    let known = cash.loan.and_then(|id| Some((id, state.loan(id)?)));
    let placed = known.and_then(|(id, loan)| set_aside(state, ctx, id, loan, &incoming, Aside::Suspense).ok());
    let bodies = placed.unwrap_or_else(|| {
        let detail = format!("{} · {}", receipt_number(state, ctx), cash.on);
        vec![task(TaskKind::UnplacedMoney, &cash, None, ctx, detail)]
    });
    facts(state, bodies, ctx)
}

/// What follows from a command of a desk whose access has ended: of money in hand a supervisor learns, and nothing is
/// booked, since nobody knows whose hand it was.
pub fn quarantined(state: &State, command: &Command, ctx: &Context) -> Vec<Fact> {
    let Some(cash) = cash(command, ctx).filter(|cash| cash.amount.is_positive()) else {
        return Vec::new();
    };
    let loan = cash.loan.filter(|id| state.loan(*id).is_some());
    let detail = format!("{} · {}", cash.on, ctx.desk);
    let told = task(TaskKind::RevokedDeskMoney, &cash, loan, ctx, detail);
    facts(state, vec![told], ctx)
}

fn task(kind: TaskKind, cash: &Cash<'_>, loan: Option<LoanId>, ctx: &Context, detail: String) -> FactBody {
    FactBody::TaskOpened {
        task: task_of(PaymentId::of(ctx.op, 1)),
        what: kind.word().into(),
        customer: None,
        loan,
        amount: Some(cash.amount),
        detail,
    }
}
