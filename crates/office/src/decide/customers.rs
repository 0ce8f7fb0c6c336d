//! Customers: registration, verification, their own sign-in.

use super::{actor, is_taken, required};
use crate::command::{Channel, Command, Sealed};
use crate::context::Context;
use crate::fact::FactBody;
use crate::refusal::Refusal;
use crate::state::{Customer, State};
use farthing_api::{Code, CustomerId, Role, TaskId, TaskKind, UserId};

/// Where several desks write, the last writer of each field wins, whoever is heard first.
pub(super) fn changed(customer: CustomerId, known: &Customer, fields: &Sealed, ctx: &Context) -> FactBody {
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
            let officer = Some(actor(ctx)?.user);
            registered(state, ctx, fields, officer, likely_duplicates.len())
        }
        Command::RegisterMyself {
            fields,
            likely_duplicates,
            sign_in,
            by,
        } => {
            must_be_free(state, sign_in, *by)?;
            let mut facts = registered_themself(state, ctx, fields, *by, likely_duplicates.len());
            facts.push(signs_in(ctx, CustomerId::of(ctx.op, 0), sign_in));
            facts
        }
        Command::ChangeCustomer { customer, fields } => {
            let known = find(customer)?;
            match fields.is_empty() {
                true => Vec::new(),
                false => vec![changed(*customer, known, fields, ctx)],
            }
        }
        Command::TellPhone { customer, fields } => {
            let known = find(customer)?;
            if actor(ctx)?.customer != Some(*customer) {
                return Err(Refusal::missing(Code::NoCustomer));
            }
            let phone: Sealed = fields.clone().into_iter().filter(|(name, _)| name == "phone").collect();
            match phone.is_empty() {
                true => Vec::new(),
                false => vec![
                    changed(*customer, known, &phone, ctx),
                    FactBody::TaskOpened {
                        task: TaskId::of(ctx.op, 0),
                        what: TaskKind::PhoneToVerify.word().into(),
                        customer: Some(*customer),
                        loan: None,
                        amount: None,
                        detail: String::new(),
                    },
                ],
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
    let (verified, unverified) = match by {
        Channel::Email => (customer.email_verified, Code::EmailUnverified),
        Channel::Phone => (customer.phone_verified, Code::PhoneUnverified),
    };
    if verified.is_none() {
        return Err(Refusal::rule(unverified));
    }
    must_be_free(state, sign_in, by)?;
    Ok(vec![signs_in(ctx, id, sign_in)])
}

fn must_be_free(state: &State, sign_in: &str, by: Channel) -> Result<(), Refusal> {
    match (is_taken(state, sign_in), by) {
        (false, _) => Ok(()),
        (true, Channel::Email) => Err(Refusal::field("email", Code::EmailTaken)),
        (true, Channel::Phone) => Err(Refusal::field("phone", Code::PhoneTaken)),
    }
}

/// A customer gets a sign-in of their own.
fn signs_in(ctx: &Context, customer: CustomerId, sign_in: &str) -> FactBody {
    FactBody::UserAdded {
        user: UserId::of(ctx.op, 0),
        role: Role::Customer,
        name: String::new(),
        email: String::new(),
        sign_in: sign_in.to_string(),
        customer: Some(customer),
    }
}

/// There is a new customer; somebody is to look where it may be one who is known.
fn registered(
    state: &State,
    ctx: &Context,
    fields: &Sealed,
    officer: Option<UserId>,
    likely_duplicates: usize,
) -> Vec<FactBody> {
    let next = ctx.next(state, |d| d.customers);
    let customer = CustomerId::of(ctx.op, 0);
    let mut facts = vec![FactBody::CustomerRegistered {
        customer,
        number: format!("{}-C{next:05}", ctx.desk),
        fields: fields.clone(),
        officer,
    }];
    if likely_duplicates > 0 {
        facts.push(FactBody::TaskOpened {
            task: TaskId::of(ctx.op, 0),
            what: TaskKind::LikelyDuplicateCustomer.word().into(),
            customer: Some(customer),
            loan: None,
            amount: None,
            detail: likely_duplicates.to_string(),
        });
    }
    facts
}

/// A customer whom nobody registered but they themself, by a contact that is proved.
fn registered_themself(
    state: &State,
    ctx: &Context,
    fields: &Sealed,
    channel: Channel,
    likely_duplicates: usize,
) -> Vec<FactBody> {
    let mut facts = registered(state, ctx, fields, None, likely_duplicates);
    let customer = CustomerId::of(ctx.op, 0);
    facts.push(FactBody::ContactVerified { customer, channel });
    facts
}

/// What follows where somebody else has the sign-in name by now: a registration is never refused, so there is a customer without a
/// sign-in, who may be the one that has it.
pub(super) fn without_sign_in(state: &State, command: &Command, ctx: &Context) -> Option<Vec<FactBody>> {
    let Command::RegisterMyself {
        fields,
        likely_duplicates,
        by,
        ..
    } = command
    else {
        return None;
    };
    let twins = likely_duplicates.len().max(1);
    Some(registered_themself(state, ctx, fields, *by, twins))
}
