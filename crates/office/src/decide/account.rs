//! One's own account: a new password, another name or contact, the end of one's data.

use super::{actor, required};
use crate::command::{Channel, Command, ResetHow, Sealed};
use crate::context::Context;
use crate::fact::FactBody;
use crate::permission::{self, Permission};
use crate::refusal::Refusal;
use crate::state::{Customer, State, User};
use farthing_api::{Code, CustomerId, LoanId, LoanStatus, OpId, UserId};

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    match command {
        Command::ResetPassword { user, how, replaces } => reset(state, ctx, *user, *how, *replaces),
        Command::ChangeAccount {
            user,
            customer,
            name,
            fields,
        } => {
            let found = own(state, ctx, *user, *customer)?;
            Ok(match customer {
                None if required("first_name", name)? == found.name => Vec::new(),
                None => vec![FactBody::UserRenamed {
                    user: *user,
                    name: required("first_name", name)?,
                }],
                Some(_) if fields.is_empty() => Vec::new(),
                Some(customer) => {
                    let known = not_erased(state, *customer)?;
                    vec![super::customers::changed(*customer, known, fields, ctx)]
                }
            })
        }
        Command::MoveContact {
            user,
            customer,
            channel,
            sign_in,
            email,
            fields,
        } => {
            // A change is taken back by who holds the code that the old address was told, without a session.
            if ctx.actor.is_some() {
                own(state, ctx, *user, *customer)?;
            }
            let mut facts = Vec::new();
            if let Some(sign_in) = sign_in {
                if state.sign_in(sign_in).is_some_and(|taken| taken.user != *user) {
                    let taken = match channel {
                        Channel::Email => Code::EmailTaken,
                        Channel::Phone => Code::PhoneTaken,
                    };
                    return Err(Refusal::field("to", taken));
                }
                facts.push(FactBody::SignInMoved {
                    user: *user,
                    sign_in: sign_in.clone(),
                    email: email.clone(),
                });
            }
            if let Some(customer) = customer {
                facts.push(changed(*customer, fields, vec![*channel]));
                facts.push(FactBody::ContactVerified {
                    customer: *customer,
                    channel: *channel,
                });
            }
            Ok(facts)
        }
        Command::EraseCustomer { customer, loans } => erase(state, ctx, *customer, loans),
        _ => Ok(Vec::new()),
    }
}

fn changed(customer: CustomerId, fields: &Sealed, unverified: Vec<Channel>) -> FactBody {
    FactBody::CustomerChanged {
        customer,
        fields: fields.clone(),
        unverified,
        dated: false,
        older: Sealed::new(),
    }
}

/// Everyone changes their own account alone.
fn own<'a>(state: &'a State, ctx: &Context, user: UserId, customer: Option<CustomerId>) -> Result<&'a User, Refusal> {
    let actor = actor(ctx)?;
    let found = state.user(user).ok_or_else(|| Refusal::missing(Code::NoUser))?;
    match actor.user == user && found.customer == customer {
        true => Ok(found),
        false => Err(Refusal::missing(Code::NoUser)),
    }
}

/// Of two passwords that were chosen at desks which did not know of each other, the later one counts; the fact names the
/// operation of the other.
pub(super) fn has_new_password(user: UserId, found: &User, replaces: Option<OpId>) -> FactBody {
    let crossed = found.password.filter(|now| replaces.is_some_and(|known| known != *now));
    FactBody::PasswordChanged { user, crossed }
}

/// A link alone re-wraps no key: it takes a customer, who has none, or the recovery secret, or another person.
fn reset(
    state: &State,
    ctx: &Context,
    user: UserId,
    how: ResetHow,
    replaces: Option<OpId>,
) -> Result<Vec<FactBody>, Refusal> {
    let found = state.user(user).ok_or_else(|| Refusal::missing(Code::NoUser))?;
    if !found.active {
        return Err(Refusal::missing(Code::NoUser));
    }
    match how {
        ResetHow::Link if found.role.is_staff() => return Err(Refusal::rule(Code::ResetKit)),
        ResetHow::Administrator if actor(ctx)?.user == user => return Err(Refusal::rule(Code::OwnAccess)),
        _ => {}
    }
    Ok(vec![has_new_password(user, found, replaces)])
}

/// The customer, whose personal data stands.
pub(super) fn not_erased(state: &State, id: CustomerId) -> Result<&Customer, Refusal> {
    let found = state.customer(id).filter(|customer| !customer.erased);
    found.ok_or_else(|| Refusal::missing(Code::NoCustomer))
}

fn erase(state: &State, ctx: &Context, id: CustomerId, loans: &[LoanId]) -> Result<Vec<FactBody>, Refusal> {
    let customer = state.customer(id).ok_or_else(|| Refusal::missing(Code::NoCustomer))?;
    if customer.erased {
        return Ok(Vec::new());
    }
    if let Some(actor) = ctx.actor {
        if actor.customer != Some(id) {
            permission::check(actor.role, Permission::EraseCustomers)?;
        }
        // Those that the command names, and whichever others the host knows of.
        let named = loans.iter().filter_map(|loan| state.loan(*loan));
        for loan in named.chain(state.loans().filter(|loan| loan.customer == id)) {
            let ended = [LoanStatus::Closed, LoanStatus::Rejected, LoanStatus::WrittenOff];
            if !ended.contains(&loan.status) {
                return Err(Refusal::rule(Code::LoanOpen).with("loan", &loan.number));
            }
            if loan.credit.is_positive() {
                return Err(Refusal::rule(Code::CreditLeft).with("loan", &loan.number));
            }
        }
    }
    let access = customer
        .user
        .map(|user| FactBody::UserAccessSet { user, active: false });
    Ok(std::iter::once(FactBody::CustomerErased { customer: id })
        .chain(access)
        .collect())
}
