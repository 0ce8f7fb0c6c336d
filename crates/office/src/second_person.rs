//! Maker-checker: what takes a second person is kept as it was asked for, and carried out exactly so or not at all.

use crate::decide::{actor, check_permission, outcome, required};
use crate::{Actor, Aggregate, Asked, Command, Context, Fact, FactBody, Key, Loan, Refusal, ResetHow, State};
use chrono::TimeDelta;
use farthing_api::{Code, Guarded, Money, RequestId, RequestState, SECOND_PERSON_HOURS, UserId};
use farthing_lending::Share;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The hash of exactly what a command asks for: SHA-256 of its payload.
pub fn payload_hash(command: &Command) -> String {
    hash(command)
}

fn hash(what: &impl Serialize) -> String {
    hex::encode(Sha256::digest(serde_json::to_vec(what).unwrap_or_default()))
}

/// The kind under which a command may take a second person, if it is of one.
pub fn guarded(command: &Command) -> Option<Guarded> {
    Some(match command {
        Command::Disburse { .. } | Command::DisbursePart { .. } => Guarded::Disburse,
        Command::Refund { .. } => Guarded::Refund,
        Command::WriteOff { .. } => Guarded::WriteOff,
        Command::WaiveDues { .. } => Guarded::Waive,
        Command::ReversePayment { .. } => Guarded::Reverse,
        Command::Foreclose { discount, .. } if discount.is_positive() => Guarded::Foreclose,
        Command::ChangeTerms { .. } => Guarded::ChangeTerms,
        Command::SettleSuspense { .. } => Guarded::SettleSuspense,
        Command::AddUser { .. }
        | Command::AdmitUser { role: Some(_), .. }
        | Command::SetUserAccess { .. }
        | Command::ResetPassword {
            how: ResetHow::Administrator,
            ..
        }
        | Command::RecordSecondFactor { on: false, .. } => Guarded::People,
        Command::SetSecondPersonRules { .. }
        | Command::SetLatenessRules { .. }
        | Command::SetEligibilityRules { .. }
        | Command::SetDaysOff { .. } => Guarded::Rules,
        _ => return None,
    })
}

/// The amount that a command is about, in minor units; none where it is about no money.
pub fn amount_of(state: &State, command: &Command) -> Option<Money> {
    let paid = |loan, payment| {
        let loan: &Loan = state.loan(loan)?;
        loan.payments.iter().find(|p| p.id == payment).map(|p| p.amount)
    };
    match command {
        Command::Disburse { loan, amount, .. } => amount.or_else(|| state.loan(*loan).map(|l| l.principal)),
        Command::DisbursePart { amount, .. } => Some(*amount),
        Command::WriteOff { loan, .. } | Command::ChangeTerms { loan, .. } => state.loan(*loan).map(outstanding),
        Command::Refund { amount, .. } | Command::WaiveDues { amount, .. } => Some(*amount),
        Command::Foreclose { discount, .. } => Some(*discount),
        Command::ReversePayment { loan, payment, .. } | Command::SettleSuspense { loan, payment, .. } => {
            paid(*loan, *payment)
        }
        _ => None,
    }
}

/// The amount by which it is decided whether a command takes a second person: of a loan that is paid out in parts the
/// whole, so that no part slips below.
fn weight_of(state: &State, command: &Command) -> Option<Money> {
    match command {
        Command::Disburse { loan, .. } | Command::DisbursePart { loan, .. } => state.loan(*loan).map(|l| l.principal),
        other => amount_of(state, other),
    }
}

fn outstanding(loan: &Loan) -> Money {
    loan.rows.iter().map(|row| row.unpaid_of(Share::Principal)).sum()
}

/// The hash of what a command is about. Of a loan it is what people did, not what a day brings: that is checked when the
/// command is carried out.
fn basis(state: &State, command: &Command, desk: &str) -> String {
    let about: Vec<_> = command
        .about(desk)
        .into_iter()
        .filter(|key| !matches!(key, Key::Request(_) | Key::Customer(_)))
        .map(|key| {
            let found = match state.0.get(&key) {
                Some(Aggregate::Loan(l)) => hash(&(
                    l.status,
                    &l.payments,
                    (l.credit, l.refunded, &l.foreclosure),
                    (&l.waivers, &l.terms_changes, &l.written_off),
                )),
                Some(other) => hash(other),
                None => String::new(),
            };
            (key, found)
        })
        .collect();
    let rules = state
        .organisation()
        .filter(|_| guarded(command) == Some(Guarded::Rules));
    hash(&(about, rules))
}

/// What follows from a command: itself, or that it waits for a second person.
pub(crate) fn hold(
    state: &State,
    command: &Command,
    ctx: &Context,
    outcome: Vec<FactBody>,
) -> Result<Vec<FactBody>, Refusal> {
    let rules = state.organisation().map(|o| &o.second_person);
    let (Some(kind), Some(rules), false) = (guarded(command), rules, outcome.is_empty()) else {
        return Ok(outcome);
    };
    let amount = amount_of(state, command);
    // What is about no money of its own counts as more than any amount.
    if !rules.guard(kind, weight_of(state, command).unwrap_or(Money::LIMIT)) {
        return Ok(outcome);
    }
    Ok(vec![FactBody::RequestMade {
        request: RequestId::of(ctx.op, 0),
        command: Box::new(command.clone()),
        hash: payload_hash(command),
        basis: basis(state, command, &ctx.desk),
        amount,
        expires_at: ctx.at + TimeDelta::hours(i64::from(SECOND_PERSON_HOURS)),
    }])
}

/// Decides on what another asked for.
pub(crate) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    let Command::DecideRequest {
        request,
        maker,
        command,
        hash,
        approve,
        reason,
    } = command
    else {
        return Ok(Vec::new());
    };
    let asked = state
        .request(*request)
        .ok_or_else(|| Refusal::missing(Code::NoRequest))?;
    let checker = actor(ctx)?;
    if asked.state != RequestState::Waiting {
        return Err(Refusal::changed(Code::RequestOver));
    }
    if asked.hash != payload_hash(command) || asked.hash != *hash || asked.maker != *maker {
        return Err(Refusal::changed(Code::RequestChanged));
    }
    if ctx.at >= asked.expires_at {
        return Err(Refusal::rule(Code::RequestExpired));
    }
    let own = checker.user == asked.maker;
    let ended = |state, reason: &str, refusal: Option<Refusal>| FactBody::RequestEnded {
        request: *request,
        state,
        reason: reason.trim().to_string(),
        refusal: refusal.map(|refusal| Box::new(refusal.0)),
    };
    if !approve {
        let (state, reason) = match own {
            true => (RequestState::Withdrawn, reason.clone()),
            false => (RequestState::Rejected, required("reason", reason)?),
        };
        return Ok(vec![ended(state, &reason, None)]);
    }
    if own {
        return Err(Refusal::rule(Code::RequestOwn));
    }
    // What the second person may not do themselves they can't agree to.
    if let Err(refusal) = outcome(state, command, ctx)
        && refusal.0.kind == farthing_api::ErrorKind::Refused
        && is_of_a_person(refusal.0.code)
    {
        return Err(refusal);
    }
    Ok(match carry_out(state, command, ctx, asked) {
        Ok(mut facts) => {
            facts.push(ended(RequestState::Done, reason, None));
            facts
        }
        Err(refusal) => vec![ended(RequestState::Refused, reason, Some(refusal))],
    })
}

/// Whether a rule says no to the person, and not to the thing.
const fn is_of_a_person(code: Code) -> bool {
    matches!(code, Code::OwnAccess | Code::OwnApplication | Code::OwnDocument)
}

/// What follows from a command in the name of who asked for it, if both they and what it is about are as they were.
fn carry_out(state: &State, command: &Command, ctx: &Context, asked: &Asked) -> Result<Vec<FactBody>, Refusal> {
    let gone = || Refusal::changed(Code::RequestMakerGone);
    let maker = state.user(asked.maker).filter(|u| u.active).ok_or_else(gone)?;
    let theirs = Context {
        actor: Some(Actor {
            user: asked.maker,
            role: maker.role,
            customer: maker.customer,
        }),
        ..ctx.clone()
    };
    check_permission(command, &theirs).map_err(|_| gone())?;
    if basis(state, command, &ctx.desk) != asked.basis {
        return Err(Refusal::changed(Code::RequestStale));
    }
    outcome(state, command, &theirs)
}

/// Folds what became of the rules and of requests.
pub(crate) fn apply(state: &mut State, fact: &Fact) {
    match &fact.body {
        FactBody::SecondPersonRulesSet { rules } => {
            if let Some(Aggregate::Organisation(o)) = state.0.get_mut(&Key::Organisation) {
                o.second_person = rules.clone();
            }
        }
        FactBody::RequestMade {
            request,
            hash,
            basis,
            expires_at,
            ..
        } => {
            let asked = Asked {
                maker: fact.by.unwrap_or(UserId(Uuid::nil())),
                hash: hash.clone(),
                basis: basis.clone(),
                expires_at: *expires_at,
                state: RequestState::Waiting,
            };
            state.0.insert(Key::Request(*request), Aggregate::Asked(asked));
        }
        FactBody::RequestEnded {
            request, state: end, ..
        } => {
            if let Some(Aggregate::Asked(asked)) = state.0.get_mut(&Key::Request(*request)) {
                asked.state = *end;
            }
        }
        _ => {}
    }
}
