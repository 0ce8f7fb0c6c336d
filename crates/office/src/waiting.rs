//! People who asked for access or were invited, until someone lets them in.

use crate::state::{Aggregate, SignIn, State, User};
use crate::{Fact, FactBody, Key};
use farthing_api::{Role, UserId};
use std::collections::BTreeMap;

/// Folds what became of them.
pub(crate) fn apply(state: &mut State, fact: &Fact) {
    let map = &mut state.0;
    match fact.body.clone() {
        FactBody::UserAsked {
            user,
            role,
            name,
            email,
            sign_in,
        } => {
            map.insert(Key::SignIn(sign_in), Aggregate::SignIn(SignIn { user, free: false }));
            let asking = User {
                answered: role.is_none(),
                role: role.unwrap_or(Role::Officer),
                name,
                email,
                customer: None,
                active: false,
                pending: true,
                password: None,
                second_factor: false,
            };
            map.insert(Key::User(user), Aggregate::User(asking));
        }
        FactBody::InvitationAnswered { user } => with_user(map, user, |u| u.answered = true),
        FactBody::UserAdmitted { user, role } => {
            with_user(map, user, |u| {
                (u.role, u.active, u.pending) = (role, true, false);
                u.password = Some(fact.op);
            });
        }
        FactBody::UserTurnedAway { user, sign_in } => {
            with_user(map, user, |u| u.pending = false);
            map.insert(Key::SignIn(sign_in), Aggregate::SignIn(SignIn { user, free: true }));
        }
        _ => {}
    }
}

pub(crate) fn with_user(map: &mut BTreeMap<Key, Aggregate>, id: UserId, with: impl FnOnce(&mut User)) {
    if let Some(Aggregate::User(u)) = map.get_mut(&Key::User(id)) {
        with(u);
    }
}
