//! The organisation, its people, products and goods.

use super::{actor, organisation, required};
use crate::command::Command;
use crate::context::Context;
use crate::fact::FactBody;
use crate::refusal::Refusal;
use crate::state::State;
use crate::terms::check_product;
use farthing_api::{GoodsId, Money, ProductId, Role, UserId};

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    match command {
        Command::SetUp { .. } => set_up(state, command, ctx),
        Command::AddUser {
            role,
            name,
            email,
            sign_in,
        } => add_user(state, ctx, *role, name, email, sign_in),
        Command::SetUserAccess { user, active } => set_access(state, ctx, *user, *active),
        Command::RecordPasswordChange { user } => {
            state.user(*user).ok_or_else(|| Refusal::missing("user"))?;
            Ok(vec![FactBody::PasswordChanged { user: *user }])
        }
        Command::SaveProduct { id, terms } => {
            check_product(terms, &organisation(state)?.currency)?;
            let version = match id {
                Some(id) => state.product(*id).ok_or_else(|| Refusal::missing("product"))?.version + 1,
                None => 1,
            };
            let product = id.unwrap_or_else(|| ProductId::of(ctx.op, 0));
            Ok(vec![FactBody::ProductSaved {
                product,
                version,
                terms: terms.clone(),
            }])
        }
        Command::SaveGoods {
            id,
            name,
            price,
            active,
        } => {
            let name = required("name", "The name", name)?;
            if !price.is_positive() || *price > Money::LIMIT {
                return Err(Refusal::field(
                    "price",
                    "out_of_range",
                    "The price is not more than zero. Enter what one costs.",
                ));
            }
            if let Some(id) = id {
                state.goods(*id).ok_or_else(|| Refusal::missing("article"))?;
            }
            let goods = id.unwrap_or_else(|| GoodsId::of(ctx.op, 0));
            Ok(vec![FactBody::GoodsSaved {
                goods,
                name,
                price: *price,
                active: *active,
            }])
        }
        Command::SettleTask { task, outcome } => {
            let found = state.task(*task).ok_or_else(|| Refusal::missing("item"))?;
            if found.settled {
                return Err(Refusal::changed("item"));
            }
            Ok(vec![FactBody::TaskSettled {
                task: *task,
                outcome: required("outcome", "What was done", outcome)?,
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
        return Err(Refusal::rule("exists", "This book is set up already. Sign in."));
    }
    let code = branch_code.trim();
    if !(2..=6).contains(&code.len()) || !code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
        let message = "The branch code takes 2 to 6 capitals or digits, such as BR1.";
        return Err(Refusal::field("branch_code", "malformed", message));
    }
    Ok(vec![
        FactBody::OrganisationSetUp {
            name: required("organisation", "The organisation's name", organisation)?,
            currency: currency.clone(),
            language: language.clone(),
            branch_code: code.to_string(),
            branch_name: required("branch_name", "The branch's name", branch_name)?,
            time_zone: time_zone.clone(),
            opened_on: ctx.today,
        },
        FactBody::UserAdded {
            user: UserId::of(ctx.op, 0),
            role: Role::Administrator,
            name: required("admin_name", "The administrator's name", admin_name)?,
            email: required("admin_email", "The administrator's email", admin_email)?,
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
    if !role.is_staff() {
        return Err(Refusal::field(
            "role",
            "not_staff",
            "Customers get their sign-in on their own page. Choose another role.",
        ));
    }
    if state.sign_in(sign_in).is_some() {
        return Err(Refusal::field(
            "email",
            "taken",
            "Someone signs in with this email already. Enter another one.",
        ));
    }
    Ok(vec![FactBody::UserAdded {
        user: UserId::of(ctx.op, 0),
        role,
        name: required("name", "The name", name)?,
        email: required("email", "The email", email)?,
        sign_in: sign_in.to_string(),
        customer: None,
    }])
}

fn set_access(state: &State, ctx: &Context, user: UserId, active: bool) -> Result<Vec<FactBody>, Refusal> {
    let found = state.user(user).ok_or_else(|| Refusal::missing("user"))?;
    if actor(ctx)?.user == user {
        return Err(Refusal::rule(
            "own_access",
            "You can't change your own access. Ask another administrator.",
        ));
    }
    if found.active == active {
        return Ok(Vec::new());
    }
    Ok(vec![FactBody::UserAccessSet { user, active }])
}
