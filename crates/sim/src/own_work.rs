//! What customers ask for at machines of their own, and what a program says that somebody has changed.

use crate::database::Database;
use crate::desk::{Asked, Desk, Own};
use crate::dice::Dice;
use crate::own::customers;
use crate::people::people;
use crate::server::loans;
use crate::work::{View, Wish};
use chrono::NaiveDate;
use farthing_api::{LoanId, LoanStatus, Money, OpId, PaymentMethod, Role};
use farthing_office::{Actor, Channel, Command, Loan};

/// So many of a thousand commands are written by a program that was changed.
const FORGED: i64 = 150;

/// The next thing that a customer asks for at their own machine.
pub(crate) fn next(desk: &Desk, own: Own, database: &Database, ms: i64, dice: &mut Dice) -> Option<Asked> {
    let mut view = View::of(desk, ms, dice);
    let forged = view.dice.chance(FORGED);
    let (command, actor) = match forged {
        true => forge(own, database, view.today, view.dice)?,
        false => (wish(&mut view, own)?, own.actor()),
    };
    Some(Asked {
        op: OpId(view.dice.id()),
        actor,
        command,
        key: None,
        epoch: desk.epoch,
        forged,
    })
}

impl Own {
    fn actor(self) -> Actor {
        Actor {
            user: self.user,
            role: Role::Customer,
            customer: Some(self.customer),
        }
    }
}

fn wish(view: &mut View<'_>, own: Own) -> Option<Command> {
    Some(match view.dice.between(0, 39) {
        0..=13 => view.command(Wish::Apply)?,
        14..=27 => view.command(Wish::Notice).or_else(|| view.command(Wish::Apply))?,
        28..=32 => Command::TellPhone {
            customer: own.customer,
            fields: view.fields(&["phone"]),
        },
        33..=38 => Command::ChangeAccount {
            user: own.user,
            customer: Some(own.customer),
            name: String::new(),
            fields: view.fields(&["address"]),
        },
        _ => Command::EraseCustomer {
            customer: own.customer,
            loans: loans(view.state).map(|(id, _)| id).collect(),
        },
    })
}

/// Something that is not this customer's to ask for, or in somebody else's name. Whoever does so may know more than they should.
fn forge(own: Own, database: &Database, today: NaiveDate, dice: &mut Dice) -> Option<(Command, Actor)> {
    let state = &database.state;
    let staff: Vec<Actor> = people(state)
        .map(|(user, found)| Actor {
            user,
            role: found.role,
            customer: None,
        })
        .collect();
    let officer = *dice.pick(&staff)?;
    let others: Vec<Own> = customers(state)
        .filter(|other| other.customer != own.customer)
        .collect();
    let other = dice.pick(&others).copied();
    let mut loan = |is_own: bool, status| -> Option<(LoanId, &Loan)> {
        let fits = |loan: &&Loan| (loan.customer == own.customer) == is_own && loan.status == status;
        let all: Vec<(LoanId, &Loan)> = loans(state).filter(|(_, loan)| fits(loan)).collect();
        dice.pick(&all).copied()
    };
    let (theirs, waits, others) = (
        loan(true, LoanStatus::Active),
        loan(true, LoanStatus::Waiting),
        loan(false, LoanStatus::Active),
    );
    let notice = |loan| Command::GiveNotice {
        loan,
        amount: Money::from_minor(100),
        on: today,
        reference: "1".into(),
    };
    let promoted = Actor {
        role: Role::Administrator,
        ..own.actor()
    };
    Some(match dice.between(0, 6) {
        // Money that nobody took.
        0 | 1 => (paid(theirs.or(others)?.0, today), officer),
        2 => {
            let (loan, found) = waits?;
            let seen = found.seen();
            let (reason, failed_rules) = (String::from("mine"), Vec::new());
            let approve = true;
            (
                Command::DecideLoan {
                    loan,
                    seen,
                    approve,
                    reason,
                    failed_rules,
                },
                promoted,
            )
        }
        3 => {
            let (customer, channel) = (own.customer, Channel::Email);
            (Command::ConfirmContact { customer, channel }, officer)
        }
        4 => (notice(others?.0), own.actor()),
        5 => (erase(other?), own.actor()),
        _ => (notice(others?.0), other?.actor()),
    })
}

fn erase(whom: Own) -> Command {
    Command::EraseCustomer {
        customer: whom.customer,
        loans: Vec::new(),
    }
}

fn paid(loan: LoanId, value_date: NaiveDate) -> Command {
    Command::ReceivePayment {
        loan,
        amount: Money::from_minor(10_000),
        value_date,
        method: PaymentMethod::Cash,
        reference: String::new(),
        prepayment: None,
    }
}
