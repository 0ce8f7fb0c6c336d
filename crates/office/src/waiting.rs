//! People who asked for access or were invited, until someone lets them in.

use crate::state::{Aggregate, SignIn, State, User};
use crate::{Fact, FactBody, Key};
use farthing_api::Role;

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
                role: role.unwrap_or(Role::Officer),
                name,
                email,
                customer: None,
                active: false,
                pending: true,
                password: None,
            };
            map.insert(Key::User(user), Aggregate::User(asking));
        }
        FactBody::UserAdmitted { user, role } => {
            if let Some(Aggregate::User(u)) = map.get_mut(&Key::User(user)) {
                (u.role, u.active, u.pending) = (role, true, false);
                u.password = Some(fact.op);
            }
        }
        FactBody::UserTurnedAway { user, sign_in } => {
            if let Some(Aggregate::User(u)) = map.get_mut(&Key::User(user)) {
                u.pending = false;
            }
            map.insert(Key::SignIn(sign_in), Aggregate::SignIn(SignIn { user, free: true }));
        }
        _ => {}
    }
}
