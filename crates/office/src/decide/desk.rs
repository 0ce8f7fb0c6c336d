//! The organisation, its people, products and goods.

use super::{actor, is_taken, organisation, required};
use crate::command::Command;
use crate::context::Context;
use crate::fact::FactBody;
use crate::refusal::Refusal;
use crate::state::State;
use crate::terms::{check_announced, check_product};
use farthing_api::{Code, DaysOff, GoodsId, Guarded, Money, ProductId, Role, UserId};
use farthing_lending::options::{Move, WorkingDays};

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    match command {
        Command::SetUp { .. } => set_up(state, command, ctx),
        Command::AddUser {
            role,
            name,
            email,
            sign_in,
        } => add_user(state, ctx, *role, name, email, sign_in),
        Command::AskForAccess { name, email, sign_in } => match is_taken(state, sign_in) {
            // Whether an email is known here is nobody's to learn.
            true => Ok(Vec::new()),
            false => asked(ctx, None, name, email, sign_in),
        },
        Command::AnswerInvitation { user } => match state.user(*user) {
            // Nobody puts their password in the place of another's.
            Some(found) if found.pending && !found.answered => Ok(vec![FactBody::InvitationAnswered { user: *user }]),
            _ => Ok(Vec::new()),
        },
        Command::InviteUser {
            role,
            name,
            email,
            sign_in,
        } => {
            may_have(state, *role, sign_in)?;
            asked(ctx, Some(*role), name, email, sign_in)
        }
        Command::AdmitUser { user, sign_in, role } => admit(state, *user, sign_in, *role),
        Command::SetUserAccess { user, active } => set_access(state, ctx, *user, *active),
        Command::RecordPasswordChange { user, replaces } => {
            let found = state.user(*user).filter(|_| ctx.actor.is_some_and(|a| a.user == *user));
            let found = found.ok_or_else(|| Refusal::missing(Code::NoUser))?;
            Ok(vec![super::account::has_new_password(*user, found, *replaces)])
        }
        Command::RecordSecondFactor { user, on } => {
            state.user(*user).ok_or_else(|| Refusal::missing(Code::NoUser))?;
            let is_own = actor(ctx)?.user == *user;
            match (*on, is_own) {
                // Who lost theirs proves themselves to someone else, in person.
                (false, true) => Err(Refusal::rule(Code::OwnAccess)),
                (true, false) => Err(Refusal::rule(Code::OwnFactor)),
                _ => Ok(vec![FactBody::SecondFactorSet { user: *user, on: *on }]),
            }
        }
        Command::SaveProduct { id, terms } => {
            let office = organisation(state)?;
            let mut terms = terms.clone();
            terms.options.settle(&office.days_off);
            check_product(&terms, &office.currency)?;
            let known = match id {
                Some(id) => Some(state.product(*id).ok_or_else(|| Refusal::missing(Code::NoProduct))?),
                None => None,
            };
            check_announced(known.map(|product| &product.terms), &terms, ctx.today)?;
            let version = known.map_or(1, |product| product.version + 1);
            // They are the organisation's, and kept there.
            if let Some(days) = terms
                .options
                .working_days
                .as_mut()
                .filter(|_| terms.options.office_days)
            {
                (days.weekend, days.holidays) = (Vec::new(), Vec::new());
            }
            let product = id.unwrap_or_else(|| ProductId::of(ctx.op, 0));
            Ok(vec![FactBody::ProductSaved {
                product,
                version,
                terms,
            }])
        }
        Command::SaveGoods {
            id,
            name,
            price,
            active,
        } => {
            let name = required("name", name)?;
            if !price.is_positive() || *price > Money::LIMIT {
                return Err(Refusal::field("price", Code::PriceNotPositive));
            }
            if let Some(id) = id {
                state.goods(*id).ok_or_else(|| Refusal::missing(Code::NoGoods))?;
            }
            let goods = id.unwrap_or_else(|| GoodsId::of(ctx.op, 0));
            Ok(vec![FactBody::GoodsSaved {
                goods,
                name,
                price: *price,
                active: *active,
            }])
        }
        Command::SetLatenessRules { rules } => {
            organisation(state)?;
            rules.check()?;
            Ok(vec![FactBody::LatenessRulesSet { rules: rules.clone() }])
        }
        Command::SetEligibilityRules { rules } => {
            organisation(state)?;
            if let Some(rules) = rules {
                rules.check()?;
            }
            Ok(vec![FactBody::EligibilityRulesSet { rules: rules.clone() }])
        }
        Command::SetDaysOff { days } => {
            organisation(state)?;
            let DaysOff { weekend, holidays } = days.clone();
            let rule = Move::Forward;
            WorkingDays {
                weekend,
                holidays,
                rule,
                meeting: None,
            }
            .check()?;
            Ok(vec![FactBody::DaysOffSet { days: days.clone() }])
        }
        Command::SetSecondPersonRules { rules, administrators } => {
            organisation(state)?;
            let of_administrators = [Guarded::People, Guarded::Rules];
            if of_administrators.iter().any(|kind| rules.0.contains_key(kind)) && *administrators < 2 {
                return Err(Refusal::rule(Code::SecondPersonAlone));
            }
            if rules.0.values().any(|from| *from < Money::ZERO || *from > Money::LIMIT) {
                return Err(Refusal::field("from", Code::AmountNegative));
            }
            Ok(vec![FactBody::SecondPersonRulesSet { rules: rules.clone() }])
        }
        Command::SettleTask { task, outcome } => {
            let found = state.task(*task).ok_or_else(|| Refusal::missing(Code::NoTask))?;
            if found.settled {
                return Err(Refusal::changed(Code::TaskChanged));
            }
            Ok(vec![FactBody::TaskSettled {
                task: *task,
                outcome: required("outcome", outcome)?,
            }])
        }
        _ => Ok(Vec::new()),
    }
}

fn set_up(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    let Command::SetUp {
        organisation,
        currency,
        language,
        branch_code,
        branch_name,
        time_zone,
        admin_name,
        admin_email,
        sign_in,
    } = command
    else {
        return Ok(Vec::new());
    };
    if state.organisation().is_some() {
        return Err(Refusal::rule(Code::BookExists));
    }
    let code = branch_code.trim();
    if !(2..=6).contains(&code.len()) || !code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
        return Err(Refusal::field("branch_code", Code::BranchCode));
    }
    Ok(vec![
        FactBody::OrganisationSetUp {
            name: required("organisation", organisation)?,
            currency: currency.clone(),
            language: language.clone(),
            branch_code: code.to_string(),
            branch_name: required("branch_name", branch_name)?,
            time_zone: time_zone.clone(),
            opened_on: ctx.today,
        },
        FactBody::UserAdded {
            user: UserId::of(ctx.op, 0),
            role: Role::Administrator,
            name: required("admin_name", admin_name)?,
            email: required("admin_email", admin_email)?,
            sign_in: sign_in.clone(),
            customer: None,
        },
    ])
}

fn add_user(
    state: &State,
    ctx: &Context,
    role: Role,
    name: &str,
    email: &str,
    sign_in: &str,
) -> Result<Vec<FactBody>, Refusal> {
    may_have(state, role, sign_in)?;
    Ok(vec![FactBody::UserAdded {
        user: UserId::of(ctx.op, 0),
        role,
        name: required("name", name)?,
        email: required("email", email)?,
        sign_in: sign_in.to_string(),
        customer: None,
    }])
}

/// Whether someone who works here may get this role and this sign-in name.
fn may_have(state: &State, role: Role, sign_in: &str) -> Result<(), Refusal> {
    if !role.is_staff() {
        return Err(Refusal::field("role", Code::NotStaff));
    }
    if is_taken(state, sign_in) {
        return Err(Refusal::field("email", Code::EmailTaken));
    }
    Ok(())
}

fn asked(ctx: &Context, role: Option<Role>, name: &str, email: &str, sign_in: &str) -> Result<Vec<FactBody>, Refusal> {
    Ok(vec![FactBody::UserAsked {
        user: UserId::of(ctx.op, 0),
        role,
        name: required("name", name)?,
        email: required("email", email)?,
        sign_in: sign_in.to_string(),
    }])
}

fn admit(state: &State, user: UserId, sign_in: &str, role: Option<Role>) -> Result<Vec<FactBody>, Refusal> {
    let found = state.user(user).ok_or_else(|| Refusal::missing(Code::NoUser))?;
    if !found.pending || state.sign_in(sign_in).is_none_or(|known| known.user != user) {
        return Err(Refusal::changed(Code::UserDecided));
    }
    match role {
        Some(role) if !role.is_staff() => Err(Refusal::field("role", Code::NotStaff)),
        Some(role) => Ok(vec![FactBody::UserAdmitted { user, role }]),
        None => Ok(vec![FactBody::UserTurnedAway {
            user,
            sign_in: sign_in.to_string(),
        }]),
    }
}

fn set_access(state: &State, ctx: &Context, user: UserId, active: bool) -> Result<Vec<FactBody>, Refusal> {
    let found = state.user(user).ok_or_else(|| Refusal::missing(Code::NoUser))?;
    if actor(ctx)?.user == user {
        return Err(Refusal::rule(Code::OwnAccess));
    }
    if found.pending {
        return Err(Refusal::rule(Code::UserWaits));
    }
    match (found.active, active) {
        // A new password for someone who has one is a reset, which is recorded, guarded and ends their sessions.
        (true, true) => Err(Refusal::rule(Code::HasAccess)),
        (false, false) => Ok(Vec::new()),
        _ => Ok(vec![FactBody::UserAccessSet { user, active }]),
    }
}
