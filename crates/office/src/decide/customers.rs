//! Customers: registration, verification, their own sign-in.

use super::{actor, required};
use crate::command::{Channel, Command, Sealed};
use crate::context::Context;
use crate::fact::FactBody;
use crate::refusal::Refusal;
use crate::state::{Customer, State};
use farthing_api::{Code, CustomerId, Role, TaskId, TaskKind, UserId};

/// Where several desks write, the last writer of each field wins, whoever is heard first.
fn changed(customer: CustomerId, known: &Customer, fields: &Sealed, ctx: &Context) -> FactBody {
    let dated = ctx.numbers.is_some();
    let is_older = |name: &String| dated && known.written.get(name).is_some_and(|at| *at > ctx.at);
    let (older, fields): (Sealed, Sealed) = fields.clone().into_iter().partition(|(name, _)| is_older(name));
    let channels = [("email", Channel::Email), ("phone", Channel::Phone)];
    let changes = |name: &str| fields.contains_key(name);
    let unverified = channels
        .iter()
        .filter(|(name, _)| changes(name))
        .map(|(_, c)| *c)
        .collect();
    FactBody::CustomerChanged {
        customer,
        fields,
        unverified,
        dated,
        older,
    }
}

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    let find = |id: &CustomerId| super::account::not_erased(state, *id);
    Ok(match command {
        Command::RegisterCustomer {
            fields,
            likely_duplicates,
        } => {
            let next = ctx.next(state, |d| d.customers);
            let customer = CustomerId::of(ctx.op, 0);
            let mut facts = vec![FactBody::CustomerRegistered {
                customer,
                number: format!("{}-C{next:05}", ctx.desk),
                fields: fields.clone(),
                officer: Some(actor(ctx)?.user),
            }];
            if !likely_duplicates.is_empty() {
                facts.push(FactBody::TaskOpened {
                    task: TaskId::of(ctx.op, 0),
                    what: TaskKind::LikelyDuplicateCustomer.word().into(),
                    customer: Some(customer),
                    loan: None,
                    amount: None,
                    detail: likely_duplicates.len().to_string(),
                });
            }
            facts
        }
        Command::ChangeCustomer { customer, fields } => {
            let known = find(customer)?;
            match fields.is_empty() {
                true => Vec::new(),
                false => vec![changed(*customer, known, fields, ctx)],
            }
        }
        Command::ConfirmContact { customer, channel } => {
            find(customer)?;
            vec![FactBody::ContactVerified {
                customer: *customer,
                channel: *channel,
            }]
        }
        Command::RecordDocument { customer, document } => {
            find(customer)?;
            vec![FactBody::DocumentSeen {
                customer: *customer,
                document: required("kind", document)?,
            }]
        }
        Command::Vouch { customer } => {
            let seen_by = match &find(customer)?.document {
                Some((_, by)) => *by,
                None => return Err(Refusal::rule(Code::NoDocument)),
            };
            if seen_by == Some(actor(ctx)?.user) {
                return Err(Refusal::rule(Code::OwnDocument));
            }
            vec![FactBody::CustomerVouched { customer: *customer }]
        }
        Command::OpenAccess { customer, sign_in, by } => {
            open_access(state, ctx, *customer, find(customer)?, (sign_in, *by))?
        }
        _ => Vec::new(),
    })
}

fn open_access(
    state: &State,
    ctx: &Context,
    id: CustomerId,
    customer: &Customer,
    (sign_in, by): (&str, Channel),
) -> Result<Vec<FactBody>, Refusal> {
    if let Some(user) = customer.user {
        return Ok(vec![FactBody::PasswordChanged { user, crossed: None }]);
    }
    let (verified, unverified, field, taken) = match by {
        Channel::Email => (
            customer.email_verified,
            Code::EmailUnverified,
            "email",
            Code::EmailTaken,
        ),
        Channel::Phone => (
            customer.phone_verified,
            Code::PhoneUnverified,
            "phone",
            Code::PhoneTaken,
        ),
    };
    if verified.is_none() {
        return Err(Refusal::rule(unverified));
    }
    if state.sign_in(sign_in).is_some() {
        return Err(Refusal::field(field, taken));
    }
    Ok(vec![FactBody::UserAdded {
        user: UserId::of(ctx.op, 0),
        role: Role::Customer,
        name: String::new(),
        email: String::new(),
        sign_in: sign_in.to_string(),
        customer: Some(id),
    }])
}
