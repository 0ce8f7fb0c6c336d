//! What people at a desk ask for, from what they see there.

use crate::desk::{Asked, Desk};
use crate::dice::Dice;
use crate::people::people;
use crate::server::loans;
use chrono::{Days, NaiveDate};
use farthing_api::{
    CustomerId, GoodsId, LoanId, LoanStatus, Money, OpId, PaymentMethod, ProductId, Role, TaskId, UserId,
};
use farthing_lending::Share;
use farthing_office::{Actor, Aggregate, Channel, Command, Key, Loan, Sealed, State, User, quote};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How often each kind of wish comes.
const WISHES: &[(Wish, usize)] = &[
    (Wish::Register, 9),
    (Wish::Verify, 8),
    (Wish::Describe, 6),
    (Wish::Apply, 12),
    (Wish::Decide, 14),
    (Wish::Disburse, 14),
    (Wish::Pay, 30),
    (Wish::Reverse, 4),
    (Wish::Foreclose, 3),
    (Wish::Refund, 3),
    (Wish::Waive, 3),
    (Wish::WriteOff, 2),
    (Wish::Settle, 4),
    (Wish::Sell, 6),
    (Wish::Notice, 2),
    (Wish::Access, 2),
    (Wish::Offer, 3),
    (Wish::OpenAccess, 4),
    (Wish::Erase, 2),
];

/// So many of a thousand times it is about somebody who signs in, where there is a choice.
const ONLINE: i64 = 350;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Register,
    Verify,
    Describe,
    Apply,
    Decide,
    Disburse,
    Pay,
    Reverse,
    Foreclose,
    Refund,
    Waive,
    WriteOff,
    Settle,
    Sell,
    Notice,
    Access,
    Offer,
    OpenAccess,
    Erase,
}

/// What somebody at a desk sees and throws.
pub(crate) struct View<'a> {
    pub(crate) state: &'a State,
    pub(crate) today: NaiveDate,
    pub(crate) dice: &'a mut Dice,
    /// Whether the desk has just heard of the server, so that money may leave.
    is_current: bool,
}

/// The next thing that somebody at a desk asks for; none where there is nobody, or nothing to do.
pub(crate) fn next(desk: &Desk, ms: i64, dice: &mut Dice) -> Option<Asked> {
    let mut view = View::of(desk, ms, dice);
    let wish = view.wish();
    let command = view.command(wish).or_else(|| view.command(Wish::Register))?;
    let actor = view.actor(wish)?;
    let key = registers(&command).then(|| view.dice.key());
    Some(Asked {
        op: OpId(view.dice.id()),
        actor,
        command,
        key,
        epoch: desk.epoch,
        forged: false,
    })
}

impl<'a> View<'a> {
    /// What is seen at a desk at a time.
    pub(crate) fn of(desk: &'a Desk, ms: i64, dice: &'a mut Dice) -> View<'a> {
        View {
            state: &desk.book.state,
            today: desk.clock(ms).date_naive(),
            dice,
            is_current: desk.is_current,
        }
    }

    fn wish(&mut self) -> Wish {
        let sum: usize = WISHES.iter().map(|(_, weight)| weight).sum();
        let mut place = self.dice.place(sum);
        for (wish, weight) in WISHES {
            match place.checked_sub(*weight) {
                Some(left) => place = left,
                None => return *wish,
            }
        }
        Wish::Pay
    }

    /// Somebody whose role usually does it, else anybody who signs in.
    fn actor(&mut self, wish: Wish) -> Option<Actor> {
        let usual: &[Role] = match wish {
            Wish::Access | Wish::Offer | Wish::Erase => &[Role::Administrator],
            Wish::Decide | Wish::Reverse | Wish::Refund | Wish::Waive | Wish::WriteOff | Wish::Settle => {
                &[Role::Supervisor, Role::Administrator]
            }
            Wish::Pay | Wish::Disburse => &[Role::Officer, Role::Cashier],
            _ => &[Role::Officer],
        };
        let signs_in: Vec<(UserId, &User)> = people(self.state).filter(|(_, user)| user.active).collect();
        let fit: Vec<_> = signs_in
            .iter()
            .filter(|(_, user)| usual.contains(&user.role))
            .copied()
            .collect();
        let from = if fit.is_empty() { &signs_in } else { &fit };
        self.dice.pick(from).map(|(id, user)| Actor {
            user: *id,
            role: user.role,
            customer: None,
        })
    }

    pub(crate) fn loan(&mut self, fits: impl Fn(&Loan) -> bool) -> Option<(LoanId, &'a Loan)> {
        let state = self.state;
        let all: Vec<(LoanId, &Loan)> = loans(state).filter(|(_, loan)| fits(loan)).collect();
        let signs_in = |loan: &Loan| state.customer(loan.customer).is_some_and(|c| c.user.is_some());
        let of_those: Vec<_> = all.iter().copied().filter(|(_, loan)| signs_in(loan)).collect();
        let often = !of_those.is_empty() && self.dice.chance(ONLINE);
        self.dice.pick(if often { &of_those } else { &all }).copied()
    }

    pub(crate) fn customer(&mut self) -> Option<CustomerId> {
        let range = Key::Customer(CustomerId(Uuid::nil()))..=Key::Customer(CustomerId(Uuid::max()));
        let all: Vec<CustomerId> = self
            .state
            .0
            .range(range)
            .filter_map(|(key, _)| match key {
                Key::Customer(id) => Some(*id),
                _ => None,
            })
            .collect();
        let signs_in = |id: &CustomerId| self.state.customer(*id).is_some_and(|c| c.user.is_some());
        let of_those: Vec<_> = all.iter().copied().filter(signs_in).collect();
        let often = !of_those.is_empty() && self.dice.chance(ONLINE);
        self.dice.pick(if often { &of_those } else { &all }).copied()
    }

    pub(crate) fn product(&mut self) -> Option<ProductId> {
        let range = Key::Product(ProductId(Uuid::nil()))..=Key::Product(ProductId(Uuid::max()));
        let all: Vec<&Key> = self.state.0.range(range).map(|(key, _)| key).collect();
        match self.dice.pick(&all) {
            Some(Key::Product(id)) => Some(*id),
            _ => None,
        }
    }

    pub(crate) fn goods(&mut self) -> Option<GoodsId> {
        let range = Key::Goods(GoodsId(Uuid::nil()))..=Key::Goods(GoodsId(Uuid::max()));
        let all: Vec<&Key> = self.state.0.range(range).map(|(key, _)| key).collect();
        match self.dice.pick(&all) {
            Some(Key::Goods(id)) => Some(*id),
            _ => None,
        }
    }

    fn task(&mut self) -> Option<TaskId> {
        let range = Key::Task(TaskId(Uuid::nil()))..=Key::Task(TaskId(Uuid::max()));
        let open: Vec<&Key> = self
            .state
            .0
            .range(range)
            .filter(|(_, aggregate)| matches!(aggregate, Aggregate::Task(task) if !task.settled))
            .map(|(key, _)| key)
            .collect();
        match self.dice.pick(&open) {
            Some(Key::Task(id)) => Some(*id),
            _ => None,
        }
    }

    fn method(&mut self) -> PaymentMethod {
        let all = [PaymentMethod::Cash, PaymentMethod::Bank, PaymentMethod::Mobile];
        self.dice.pick(&all).copied().unwrap_or(PaymentMethod::Cash)
    }

    pub(crate) fn fields(&mut self, names: &[&str]) -> Sealed {
        let mut fields = BTreeMap::new();
        for name in names {
            fields.insert((*name).to_string(), self.dice.id().simple().to_string());
        }
        fields
    }

    pub(crate) fn command(&mut self, wish: Wish) -> Option<Command> {
        Some(match wish {
            Wish::Register => self.register(),
            Wish::Verify => {
                let customer = self.customer()?;
                match self.dice.between(0, 3) {
                    0 => Command::RecordDocument {
                        customer,
                        document: "passport".into(),
                    },
                    1 => Command::Vouch { customer },
                    _ => Command::ConfirmContact {
                        customer,
                        channel: Channel::Email,
                    },
                }
            }
            Wish::Describe => {
                let name = *self.dice.pick(&["address", "note", "employer", "phone"])?;
                Command::ChangeCustomer {
                    customer: self.customer()?,
                    fields: self.fields(&[name]),
                }
            }
            Wish::Access => self.access()?,
            Wish::Offer => self.offer()?,
            Wish::OpenAccess => self.open_access()?,
            Wish::Erase => self.erase()?,
            Wish::Settle => self.settle()?,
            Wish::Apply | Wish::Decide | Wish::Disburse | Wish::Sell => self.lend(wish)?,
            _ => self.serve(wish)?,
        })
    }

    /// One in four registers themself, by one of few names, so that desks which do not hear of each other give the same one.
    fn register(&mut self) -> Command {
        let fields = self.fields(&["name", "email", "phone"]);
        let letters = fields.values().flat_map(|field| field.bytes());
        let drawn = letters.fold(0_u32, |sum, letter| sum * 31 % 1009 + u32::from(letter));
        let likely_duplicates = Vec::new();
        match drawn % 4 {
            0 => Command::RegisterMyself {
                fields,
                likely_duplicates,
                sign_in: format!("customer-{}", drawn / 4 % 24),
                by: Channel::Email,
            },
            _ => Command::RegisterCustomer {
                fields,
                likely_duplicates,
            },
        }
    }

    fn lend(&mut self, wish: Wish) -> Option<Command> {
        Some(match wish {
            Wish::Apply => Command::ApplyForLoan {
                customer: self.customer()?,
                product: self.product()?,
                principal: Money::from_minor(self.dice.between(100, 5_000) * 100),
                installments: u32::try_from(self.dice.between(1, 4)).ok()?,
                installment: None,
                purpose: String::new(),
                failed_rules: Vec::new(),
            },
            Wish::Decide => {
                let (loan, found) = self.loan(|loan| loan.status == LoanStatus::Waiting)?;
                let seen = found.seen();
                Command::DecideLoan {
                    loan,
                    seen,
                    approve: self.dice.chance(900),
                    reason: "as agreed".into(),
                    failed_rules: Vec::new(),
                }
            }
            // Money leaves only where the desk has just heard of the server.
            Wish::Disburse if self.is_current => {
                let (loan, found) = self.loan(|loan| loan.status == LoanStatus::Approved)?;
                let (customer, seen) = (found.customer, found.seen());
                Command::Disburse {
                    loan,
                    customer,
                    seen,
                    value_date: self.today,
                    method: self.method(),
                    first_due_on: None,
                    amount: None,
                    product: None,
                }
            }
            Wish::Sell => Command::Sell {
                customer: self.customer()?,
                goods: self.goods()?,
                quantity: u32::try_from(self.dice.between(1, 3)).ok()?,
                installments: u32::try_from(self.dice.between(2, 4)).ok()?,
                first: Money::from_minor(self.dice.between(50, 200) * 100),
                monthly: self.dice.chance(500),
                method: self.method(),
            },
            _ => return None,
        })
    }

    fn serve(&mut self, wish: Wish) -> Option<Command> {
        let active = |loan: &Loan| loan.status == LoanStatus::Active;
        let (loan, found) = match wish {
            // Now and then money comes for a loan on which nothing is owed any more.
            Wish::Pay if self.dice.chance(150) => self.loan(|loan| loan.disbursed_on.is_some())?,
            Wish::Pay if self.dice.chance(200) => self.noticed().or_else(|| self.loan(active))?,
            Wish::Refund => self.loan(|loan| loan.credit.is_positive())?,
            Wish::Reverse => self.loan(|loan| loan.payments.iter().any(|p| !p.reversed))?,
            _ => self.loan(active)?,
        };
        let found = found.clone();
        let (seen, reason) = (found.seen(), String::from("agreed"));
        Some(match wish {
            Wish::Pay => self.pay(loan, &found),
            Wish::Reverse => {
                let standing: Vec<_> = found.payments.iter().filter(|p| !p.reversed).collect();
                let payment = self.dice.pick(&standing)?.id;
                Command::ReversePayment { loan, payment, reason }
            }
            Wish::Foreclose => Command::Foreclose {
                loan,
                seen,
                value_date: self.today,
                discount: Money::ZERO,
                amount: quote(&found, self.today, Money::ZERO, self.today, 2).ok()?.total,
                method: self.method(),
            },
            Wish::Refund if self.is_current => Command::Refund {
                loan,
                amount: found.credit,
                method: self.method(),
            },
            Wish::Waive => {
                let share = *self.dice.pick(&[Share::Penalty, Share::Interest])?;
                let amount = farthing_office::due_of(&farthing_office::standing(&found), share, self.today);
                Command::WaiveDues {
                    loan,
                    share,
                    amount,
                    reason,
                }
            }
            Wish::WriteOff => Command::WriteOff { loan, seen, reason },
            Wish::Notice => Command::GiveNotice {
                loan,
                amount: Money::from_minor(self.dice.between(1, 500) * 100),
                on: self.today,
                reference: self.dice.between(1, 1_000_000).to_string(),
            },
            _ => return None,
        })
    }

    /// What is due next, a part of it, or far more than is owed; sometimes under a reference that came before.
    fn pay(&mut self, loan: LoanId, found: &Loan) -> Command {
        let owed: Money = found.rows.iter().map(|row| row.unpaid()).sum();
        let next = found.rows.iter().map(|row| row.unpaid()).find(|m| m.is_positive());
        let amount = match self.dice.between(0, 9) {
            0 => owed + Money::from_minor(self.dice.between(1, 5_000)),
            1 => owed.max(Money::from_minor(1)),
            2..=6 => next.unwrap_or(Money::from_minor(100)),
            _ => Money::from_minor(self.dice.between(1, 20_000)),
        };
        let back = u64::try_from(self.dice.between(0, 2)).unwrap_or(0);
        let back = if self.dice.chance(700) { 0 } else { back };
        let reference = match self.dice.between(0, 9) {
            0..=1 => self.dice.between(1, 40).to_string(),
            _ => String::new(),
        };
        Command::ReceivePayment {
            loan,
            amount,
            value_date: self.today.checked_sub_days(Days::new(back)).unwrap_or(self.today),
            method: self.method(),
            reference,
            prepayment: None,
        }
    }

    fn settle(&mut self) -> Option<Command> {
        let waits = |loan: &Loan| {
            loan.payments
                .iter()
                .any(|p| !p.reversed && p.parts.suspense.is_positive())
        };
        let Some((loan, found)) = self.loan(waits) else {
            return Some(Command::SettleTask {
                task: self.task()?,
                outcome: "seen".into(),
            });
        };
        let payment = found
            .payments
            .iter()
            .find(|p| !p.reversed && p.parts.suspense.is_positive())?
            .id;
        let into = match self.dice.chance(500) {
            true => Some(self.loan(|loan| loan.status == LoanStatus::Active)?.0),
            false if self.is_current => None,
            false => return None,
        };
        Some(Command::SettleSuspense {
            loan,
            payment,
            into,
            method: self.method(),
            reason: "looked into".into(),
        })
    }
}

/// Whether there is a new customer with it, whatever becomes of the rest.
pub(crate) const fn registers(command: &Command) -> bool {
    matches!(
        command,
        Command::RegisterCustomer { .. } | Command::RegisterMyself { .. }
    )
}
