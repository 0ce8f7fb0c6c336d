//! What happens at the demo branch, day by day.

use super::people::Cast;
use super::{Made, Size, names, opening};
use crate::cases::{Closed, Moment, close_one};
use crate::clock::Clock;
use crate::desk::Open;
use crate::error::{Answer, Told};
use crate::mint::Mint;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use farthing_api::{ApiError, CustomerId, LoanId, Money, PaymentMethod, UserId};
use farthing_identity::sign_in_name;
use farthing_office::{Actor, Channel, Command, Context, Fact, FactBody, Loan, RULES};
use farthing_store::{Batch, Beside, CustomerKey};
use rand::Rng;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Seeded choices.
pub(super) struct Dice(ChaCha20Rng);

impl Dice {
    pub(super) fn below(&mut self, n: u32) -> u32 {
        u32::try_from((u64::from(self.0.next_u32()) * u64::from(n)) >> 32).unwrap_or(0)
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let n = u32::try_from(from.len()).unwrap_or(u32::MAX);
        &from[self.below(n) as usize]
    }
}

/// Something that happens on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    Register(u32),
    Apply { customer: u32, product: usize },
    Approve(LoanId),
    PayOut(LoanId, CustomerId),
    Sell { customer: u32 },
    Pay { loan: LoanId, amount: i64, last: bool },
    CloseEarly(LoanId),
    CloseDay,
}

pub(super) struct Story<'a> {
    pub(super) open: &'a Open,
    pub(super) cast: &'a Cast,
    pub(super) dice: Dice,
    mint: Mint,
    batch: Batch<'a>,
    events: BinaryHeap<Reverse<(NaiveDate, u64, Event)>>,
    order: u64,
    customers: Vec<CustomerId>,
    pub(super) made: Made,
    pub(super) today: NaiveDate,
    until: DateTime<Utc>,
    minute: u32,
}

/// Tells the whole story up to an instant, in its order.
pub(super) async fn tell(
    open: &Open,
    cast: &Cast,
    size: Size,
    until: DateTime<Utc>,
    progress: &mut (dyn FnMut(u32) + Send),
) -> Answer<Made> {
    let start = Clock::moved(opening(until)).today(open.zone);
    let end = Clock::moved(until).today(open.zone);
    let mut story = Story {
        open,
        cast,
        dice: Dice(ChaCha20Rng::seed_from_u64(size.seed)),
        mint: Mint::seeded(size.seed ^ 0x5eed),
        batch: open.book.batch().await.told()?,
        events: BinaryHeap::new(),
        order: 0,
        customers: Vec::new(),
        made: Made::default(),
        today: start,
        until,
        minute: 0,
    };
    story.plan(size, start, end);
    let mut kept = 0;
    while let Some(Reverse((day, _, event))) = story.events.pop() {
        if day > end {
            break;
        }
        if day != story.today {
            (story.today, story.minute) = (day, 0);
        }
        story.happen(event, end).await?;
        if story.made.commands - kept >= 2_000 {
            kept = story.made.commands;
            story.batch.checkpoint().await.told()?;
            progress(story.made.loans);
        }
    }
    let made = story.made;
    story.batch.commit().await.told()?;
    Ok(made)
}

impl<'a> Story<'a> {
    fn plan(&mut self, size: Size, start: NaiveDate, end: NaiveDate) {
        let days = u32::try_from((end - start).num_days()).unwrap_or(1).max(1);
        let at = |n: u32| start.checked_add_days(Days::new(u64::from(n))).unwrap_or(end);
        // Registration order is the customers' numbers; all of them are known before the last weeks.
        for n in 0..size.customers {
            self.push(at(n * (days * 7 / 10) / size.customers.max(1)), Event::Register(n));
        }
        for n in 0..size.loans {
            let day = n * (days - 1) / size.loans.max(1);
            let known = (day * size.customers / (days * 7 / 10).max(1)).clamp(1, size.customers);
            let customer = if n == 0 { 0 } else { self.dice.below(known) };
            let event = match self.dice.below(6) {
                0 if n > 0 => Event::Sell { customer },
                _ => Event::Apply {
                    customer,
                    product: (self.dice.below(10) as usize).min(9) / 2,
                },
            };
            self.push(at(day + 1), event);
        }
        for n in 0..days {
            self.push(at(n), Event::CloseDay);
        }
    }

    pub(super) fn push(&mut self, day: NaiveDate, event: Event) {
        self.order += 1;
        // A day is closed after everything else on it.
        let last = if event == Event::CloseDay { 1 << 60 } else { 0 };
        self.events.push(Reverse((day, last + self.order, event)));
    }

    fn after(&self, days: u32) -> NaiveDate {
        self.today
            .checked_add_days(Days::new(u64::from(days)))
            .unwrap_or(self.today)
    }

    fn context(&mut self, actor: Option<Actor>) -> Answer<Context> {
        self.minute += 1;
        let seconds = 8 * 3600 + (self.minute * 37) % (9 * 3600);
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default();
        // Nothing of the last day happens after the moment up to which the story is told.
        let at = self.today.and_time(time).and_utc().min(self.until);
        Ok(Context {
            op: self.mint.op(at).told()?,
            at,
            today: self.today,
            actor,
            device: self.open.identity().device,
            desk: self.open.identity().prefix(),
            rules: RULES,
            numbers: None,
        })
    }

    pub(super) async fn run(&mut self, actor: Actor, command: Command) -> Answer<Vec<Fact>> {
        let ctx = self.context(Some(actor))?;
        self.made.commands += 1;
        self.batch.execute(&command, &ctx, Beside::default()).await.told()
    }

    async fn happen(&mut self, event: Event, end: NaiveDate) -> Answer<()> {
        let (admin, officer) = (self.cast.admin, self.cast.officer);
        match event {
            Event::Register(n) => self.register(n).await,
            Event::Apply { customer, product } => self.apply(customer, product).await,
            Event::Approve(loan) => {
                let seen = self.loan(loan).await?.seen();
                let approve = self.dice.below(25) != 0;
                let reason = if approve {
                    ""
                } else {
                    "Income does not cover the installment"
                };
                self.run(
                    admin,
                    Command::DecideLoan {
                        loan,
                        seen,
                        approve,
                        reason: reason.into(),
                        failed_rules: Vec::new(),
                    },
                )
                .await?;
                if approve {
                    let customer = self.loan(loan).await?.customer;
                    let wait = self.dice_days(3);
                    let day = self.after(wait);
                    self.push(day, Event::PayOut(loan, customer));
                }
                Ok(())
            }
            Event::PayOut(loan, customer) => {
                let seen = self.loan(loan).await?.seen();
                let method = *self.dice.pick(&[PaymentMethod::Cash, PaymentMethod::Bank]);
                let facts = self
                    .run(
                        officer,
                        Command::Disburse {
                            loan,
                            customer,
                            seen,
                            value_date: self.today,
                            method,
                            first_due_on: None,
                            amount: None,
                            product: None,
                        },
                    )
                    .await?;
                let rows = facts.iter().find_map(|f| match &f.body {
                    FactBody::LoanDisbursed { rows, .. } => Some(rows.clone()),
                    _ => None,
                });
                self.plan_payments(loan, &rows.unwrap_or_default(), end);
                Ok(())
            }
            Event::Sell { customer } => self.sell(customer, end).await,
            Event::Pay { loan, amount, last } => self.pay(loan, amount, last).await,
            Event::CloseEarly(loan) => self.close_early(loan).await,
            Event::CloseDay => self.close_day().await,
        }
    }

    fn dice_days(&mut self, most: u32) -> u32 {
        1 + self.dice.below(most)
    }

    pub(super) async fn loan(&mut self, id: LoanId) -> Answer<Loan> {
        self.batch.loan(id).await.told()?.ok_or_else(ApiError::internal)
    }

    async fn register(&mut self, n: u32) -> Answer<()> {
        let form = names::customer(n, &mut self.dice);
        let ctx = self.context(Some(self.cast.officer))?;
        let id = CustomerId::of(ctx.op, 0);
        let key = CustomerKey::from_bytes(self.mint.bytes().told()?);
        let fields = self.open.book.seal_new_customer(&key, id, ctx.op, &form).told()?;
        let command = Command::RegisterCustomer {
            fields,
            likely_duplicates: Vec::new(),
        };
        let beside = Beside {
            customer_key: Some((id, key)),
            ..Beside::default()
        };
        self.batch.execute(&command, &ctx, beside).await.told()?;
        self.made.commands += 1;
        self.made.customers += 1;
        self.customers.push(id);
        // One in eight is verified by document and supervisor, the others by email; a few of the last not yet.
        match self.dice.below(8) {
            0 => {
                self.run(
                    self.cast.officer,
                    Command::RecordDocument {
                        customer: id,
                        document: "passport".into(),
                    },
                )
                .await?;
                self.run(self.cast.admin, Command::Vouch { customer: id }).await?;
            }
            _ => {
                self.run(
                    self.cast.officer,
                    Command::ConfirmContact {
                        customer: id,
                        channel: Channel::Email,
                    },
                )
                .await?;
            }
        }
        if n == 0 {
            self.run(
                self.cast.officer,
                Command::ConfirmContact {
                    customer: id,
                    channel: Channel::Email,
                },
            )
            .await?;
            let ctx = self.context(Some(self.cast.officer))?;
            let beside = Beside {
                credential: Some((UserId::of(ctx.op, 0), self.cast.hash.clone())),
                ..Beside::default()
            };
            let command = Command::OpenAccess {
                customer: id,
                sign_in: sign_in_name(&form.email),
                by: Channel::Email,
            };
            self.batch.execute(&command, &ctx, beside).await.told()?;
            self.made.commands += 1;
        }
        Ok(())
    }

    fn customer(&self, n: u32) -> Option<CustomerId> {
        self.customers.get(n as usize).or(self.customers.last()).copied()
    }

    async fn apply(&mut self, customer: u32, product: usize) -> Answer<()> {
        let Some(customer) = self.customer(customer) else {
            return Ok(());
        };
        let (id, terms) = self.cast.products[product.min(self.cast.products.len() - 1)].clone();
        let (least, most) = (terms.min_principal.minor(), terms.max_principal.minor());
        // Small loans are more common than large ones.
        let share = i64::from(self.dice.below(100)) * i64::from(self.dice.below(100));
        let principal = (least + (most - least) * share / 10_000) / 50_00 * 50_00;
        let principal = Money::from_minor(principal.clamp(least, most));
        let installments =
            terms.min_installments + self.dice.below(terms.max_installments - terms.min_installments + 1);
        let purpose = *self.dice.pick(&[
            "Stock for the shop",
            "Seeds and tools",
            "Roof repair",
            "School term",
            "Second sewing machine",
            "",
        ]);
        let command = Command::ApplyForLoan {
            customer,
            product: id,
            principal,
            installments,
            installment: None,
            purpose: purpose.into(),
            failed_rules: Vec::new(),
        };
        let facts = self.run(self.cast.officer, command).await?;
        let loan = crate::cases::opened_loan(&facts)?;
        self.made.loans += 1;
        let wait = self.dice_days(3);
        let day = self.after(wait);
        self.push(day, Event::Approve(loan));
        Ok(())
    }

    async fn sell(&mut self, customer: u32, end: NaiveDate) -> Answer<()> {
        let Some(customer) = self.customer(customer) else {
            return Ok(());
        };
        let (goods, price) = *self.dice.pick(&self.cast.goods);
        let quantity = 1 + self.dice.below(2);
        let installments = 2 + self.dice.below(5);
        let total = price.minor() * i64::from(quantity);
        let first = Money::from_minor((total * 3 + 9) / 10);
        let command = Command::Sell {
            customer,
            goods,
            quantity,
            installments,
            first,
            monthly: self.dice.below(2) == 0,
            method: PaymentMethod::Cash,
        };
        let facts = self.run(self.cast.officer, command).await?;
        self.made.loans += 1;
        if let Some(FactBody::PurchaseMade { loan, rows, .. }) = facts.first().map(|f| &f.body) {
            self.plan_payments(loan.id, &rows[1..], end);
        }
        Ok(())
    }

    async fn close_day(&mut self) -> Answer<()> {
        let moment = Moment {
            at: self.context(None)?.at,
            today: self.today,
        };
        let mut done = Closed::default();
        let closed = close_one(&mut self.batch, self.open, moment, self.today, &mut done);
        closed.await.told()?;
        self.made.commands += 1;
        Ok(())
    }
}
