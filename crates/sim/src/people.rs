//! Who may sign in, and what is offered: what administrators ask for.

use crate::found::terms;
use crate::work::View;
use farthing_api::{Money, Role, UserId};
use farthing_office::{Aggregate, Command, Key, State, User};
use uuid::Uuid;

impl View<'_> {
    /// Somebody's access is taken away or given back; one officer and everyone above stay.
    pub(crate) fn access(&mut self) -> Option<Command> {
        let all: Vec<(UserId, &User)> = people(self.state)
            .filter(|(_, user)| matches!(user.role, Role::Officer | Role::Cashier))
            .collect();
        let (user, found) = *self.dice.pick(&all)?;
        let others = all.iter().filter(|(id, other)| *id != user && other.active);
        let active = !found.active;
        (active || others.count() > 0).then_some(Command::SetUserAccess { user, active })
    }

    pub(crate) fn offer(&mut self) -> Option<Command> {
        if self.dice.chance(300) {
            return Some(Command::SaveProduct {
                id: self.product(),
                terms: Box::new(terms("Market loan", self.dice.between(6, 60))),
            });
        }
        Some(Command::SaveGoods {
            id: self.goods(),
            name: "Bicycle".into(),
            price: Money::from_minor(self.dice.between(300, 500) * 100),
            active: self.dice.chance(600),
        })
    }
}

/// Everybody who works here.
pub(crate) fn people(state: &State) -> impl Iterator<Item = (UserId, &User)> {
    let range = Key::User(UserId(Uuid::nil()))..=Key::User(UserId(Uuid::max()));
    state
        .0
        .range(range)
        .filter_map(|(key, aggregate)| match (key, aggregate) {
            (Key::User(id), Aggregate::User(user)) if user.customer.is_none() => Some((*id, user)),
            _ => None,
        })
}
