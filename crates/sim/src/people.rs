//! Who may sign in, and what is offered: what administrators ask for.

use crate::found::terms;
use crate::server::loans;
use crate::work::View;
use farthing_api::{CustomerId, LoanId, LoanStatus, Money, Role, TaskId, TaskKind, UserId};
use farthing_office::{Aggregate, Channel, Command, Key, Loan, State, User};
use uuid::Uuid;

impl<'a> View<'a> {
    /// Somebody's access is taken away or given back; one officer and everyone above stay.
    pub(crate) fn access(&mut self) -> Option<Command> {
        if self.dice.chance(400) {
            let customer = self.customer()?;
            let user = self.state.customer(customer)?.user?;
            let active = !self.state.user(user)?.active;
            return Some(Command::SetUserAccess { user, active });
        }
        let all: Vec<(UserId, &User)> = people(self.state)
            .filter(|(_, user)| matches!(user.role, Role::Officer | Role::Cashier))
            .collect();
        let (user, found) = *self.dice.pick(&all)?;
        let others = all.iter().filter(|(id, other)| *id != user && other.active);
        let active = !found.active;
        (active || others.count() > 0).then_some(Command::SetUserAccess { user, active })
    }

    /// A customer gets a sign-in, by a name that another may have by now.
    pub(crate) fn open_access(&mut self) -> Option<Command> {
        let known = |(key, aggregate): (&Key, &Aggregate)| match (key, aggregate) {
            (Key::Customer(id), Aggregate::Customer(c)) if c.email_verified.is_some() && c.user.is_none() => Some(*id),
            _ => None,
        };
        let all: Vec<CustomerId> = self.state.0.iter().filter_map(known).collect();
        Some(Command::OpenAccess {
            customer: *self.dice.pick(&all)?,
            sign_in: format!("customer-{}", self.dice.between(0, 60)),
            by: Channel::Email,
        })
    }

    /// Somebody's data is to be destroyed who owes nothing.
    pub(crate) fn erase(&mut self) -> Option<Command> {
        let ended = [LoanStatus::Closed, LoanStatus::Rejected, LoanStatus::WrittenOff];
        let done = |loan: &Loan| ended.contains(&loan.status) && !loan.credit.is_positive();
        let customer = match self.loan(done) {
            Some((_, loan)) if self.dice.chance(700) => loan.customer,
            _ => self.customer()?,
        };
        let theirs = loans(self.state).filter(|(_, loan)| loan.customer == customer);
        let (loans, standing): (Vec<LoanId>, Vec<&Loan>) = theirs.unzip();
        standing
            .into_iter()
            .all(done)
            .then_some(Command::EraseCustomer { customer, loans })
    }

    /// A loan on which somebody says that they paid.
    pub(crate) fn noticed(&mut self) -> Option<(LoanId, &'a Loan)> {
        let state = self.state;
        let tasks = state
            .0
            .range(Key::Task(TaskId(Uuid::nil()))..=Key::Task(TaskId(Uuid::max())));
        let noticed = tasks.filter_map(|(_, aggregate)| match aggregate {
            Aggregate::Task(task) if !task.settled && task.what == TaskKind::NoticeOfPayment.word() => task.loan,
            _ => None,
        });
        let all: Vec<LoanId> = noticed.collect();
        let id = *self.dice.pick(&all)?;
        Some((id, state.loan(id)?))
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
