//! How long closing days takes in an encrypted book. Run by `cargo xtask bench`.
//!
//! `FARTHING_BENCH_LOANS` says how many running loans the large book has; the file takes about 4 GB for 100,000.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use chrono::{Days, NaiveDate, Utc};
use farthing_api::{CustomerId, ListQuery, LoanId, Money, OpId, PaymentMethod, ProductId, Role, Secret, UserId};
use farthing_desk::demo::{Size, make};
use farthing_desk::headless::{self, Headless};
use farthing_desk::{Home, keys_path};
use farthing_office::{Actor, Channel, Command, Context, Fact, FactBody, RULES};
use farthing_store::{Batch, Beside, Identity};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PASSWORD: &str = "copper lantern outgrows tides 9";
/// Loans are paid out on the days of one month, so that a thirtieth of them falls due on a day.
const DAYS: u32 = 30;
/// How long the missed days of the longest catching up are.
const MISSED: [u32; 6] = [1, 7, 30, 100, 300, 700];

/// Who does what in the book.
struct Cast {
    identity: Identity,
    officer: Actor,
    admin: Actor,
    customers: Vec<CustomerId>,
    product: ProductId,
    ops: u128,
}

impl Cast {
    async fn run(&mut self, batch: &mut Batch<'_>, who: Actor, today: NaiveDate, command: &Command) -> Vec<Fact> {
        self.ops += 1;
        let ctx = Context {
            op: OpId(uuid::Uuid::from_u128(self.ops << 64)),
            at: today.and_hms_opt(12, 0, 0).unwrap().and_utc(),
            today,
            actor: Some(who),
            device: self.identity.device,
            desk: self.identity.prefix(),
            rules: RULES,
            numbers: None,
        };
        batch.execute(command, &ctx, Beside::default()).await.unwrap()
    }

    /// Lends once, over 24 months.
    async fn lend(&mut self, batch: &mut Batch<'_>, n: usize, today: NaiveDate) {
        let customer = self.customers[n % self.customers.len()];
        let (officer, admin) = (self.officer, self.admin);
        let apply = Command::ApplyForLoan {
            customer,
            product: self.product,
            principal: Money::from_minor(120_000),
            installments: 24,
            installment: None,
            purpose: String::new(),
            failed_rules: Vec::new(),
        };
        let loan = opened(&self.run(batch, officer, today, &apply).await);
        let approve = Command::DecideLoan {
            loan,
            seen: batch.loan(loan).await.unwrap().unwrap().seen(),
            approve: true,
            reason: String::new(),
            failed_rules: Vec::new(),
        };
        self.run(batch, admin, today, &approve).await;
        let disburse = Command::Disburse {
            loan,
            customer,
            seen: batch.loan(loan).await.unwrap().unwrap().seen(),
            value_date: today,
            method: PaymentMethod::Bank,
            first_due_on: None,
            amount: None,
            product: None,
        };
        self.run(batch, officer, today, &disburse).await;
    }
}

fn opened(facts: &[Fact]) -> LoanId {
    let found = facts.iter().find_map(|fact| match &fact.body {
        FactBody::LoanApplied { loan } => Some(loan.id),
        _ => None,
    });
    found.unwrap()
}

fn terms() -> serde_json::Value {
    serde_json::json!({
        "name": "Two years", "method": "declining_equal_installments", "annual_rate": "24", "every": 1,
        "unit": "months", "min_principal": 10_000, "max_principal": 5_000_000, "min_installments": 1,
        "max_installments": 36, "rounding": "half_even", "installment_multiple": 1,
        "penalty": {"kind": {"percent_of_overdue_installment": "2"}, "grace_days": 3},
        "allocation": ["penalty", "fee", "interest", "principal"], "max_discount": 0, "active": true,
    })
}

async fn opens(path: &Path) -> Headless {
    headless::open(path, Some("admin@demo.test"), &Secret::new(PASSWORD))
        .await
        .unwrap()
}

/// A book with so many running loans of which nothing is paid, and its first open day.
async fn portfolio(path: &Path, loans: usize) -> NaiveDate {
    let longest = u64::from(DAYS + MISSED[MISSED.len() - 1] + 5);
    let start = Utc::now() - Days::new(longest);
    let size = Size {
        customers: 40,
        loans: 0,
        seed: 5,
    };
    make(Home::of_book(path), &Secret::new(PASSWORD), size, start, &mut |_| {})
        .await
        .unwrap();
    let desk = opens(path).await;
    let mut cast = cast(&desk).await;
    let mut today = start.date_naive() + Days::new(1);
    let mut batch = desk.book().batch().await.unwrap();
    let (officer, admin) = (cast.officer, cast.admin);
    for customer in cast.customers.clone() {
        let confirm = Command::ConfirmContact {
            customer,
            channel: Channel::Email,
        };
        cast.run(&mut batch, officer, today, &confirm).await;
    }
    let save = Command::SaveProduct {
        id: None,
        terms: Box::new(serde_json::from_value(terms()).unwrap()),
    };
    let saved = cast.run(&mut batch, admin, today, &save).await;
    if let FactBody::ProductSaved { product, .. } = &saved[0].body {
        cast.product = *product;
    }
    batch.commit().await.unwrap();
    for day in 0..DAYS as usize {
        let mut batch = desk.book().batch().await.unwrap();
        let share = loans * day / DAYS as usize..loans * (day + 1) / DAYS as usize;
        for n in share {
            cast.lend(&mut batch, n, today).await;
            if n % 500 == 499 {
                batch.checkpoint().await.unwrap();
            }
        }
        batch.commit().await.unwrap();
        desk.close_day(today).await.unwrap();
        today = today + Days::new(1);
    }
    desk.close().await.unwrap();
    today
}

async fn cast(desk: &Headless) -> Cast {
    let staff = desk.book().staff().await.unwrap();
    let actor = |user: UserId, role: Role| Actor {
        user,
        role,
        customer: None,
    };
    let officer = staff.iter().find(|user| user.role == Role::Officer).unwrap();
    let found = desk.book().customers(&ListQuery::default()).await.unwrap();
    Cast {
        identity: desk.book().identity().await.unwrap().unwrap(),
        officer: actor(officer.id, Role::Officer),
        admin: actor(desk.user(), Role::Administrator),
        customers: found.rows.iter().map(|customer| customer.id).collect(),
        product: ProductId(uuid::Uuid::nil()),
        ops: 1 << 32,
    }
}

/// Closes every day up to one; how long it took.
async fn closes(path: &Path, through: NaiveDate) -> (Duration, u32, u32) {
    let desk = opens(path).await;
    let start = Instant::now();
    let closed = desk.close_day(through).await.unwrap();
    let took = start.elapsed();
    desk.close().await.unwrap();
    (took, closed.days, closed.penalties)
}

/// A copy of a book with what lies beside it.
fn copy(book: &Path, name: &str) -> PathBuf {
    let to = book.with_file_name(format!("{name}.book"));
    std::fs::copy(book, &to).unwrap();
    std::fs::copy(keys_path(book), keys_path(&to)).unwrap();
    let device = |path: &Path| PathBuf::from(format!("{}.device", path.display()));
    if device(book).exists() {
        std::fs::copy(device(book), device(&to)).unwrap();
    }
    to
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let few = folder.path().join("few.book");
    let first = Box::pin(portfolio(&few, 1000)).await;
    for days in MISSED {
        let book = copy(&few, &format!("missed-{days}"));
        let (took, days, penalties) = closes(&book, first + Days::new(u64::from(days) - 1)).await;
        println!("1000 loans of 24 months, {days} missed days closed: {took:?}, {penalties} penalties");
        std::fs::remove_file(book).unwrap();
    }
    let count = std::env::var("FARTHING_BENCH_LOANS").map_or(100_000, |text| text.parse().unwrap());
    let many = folder.path().join("many.book");
    let first = Box::pin(portfolio(&many, count)).await;
    // On the eighth of the month a thirtieth of the loans is charged a penalty.
    closes(&many, first + Days::new(7)).await;
    let (took, days, penalties) = closes(&many, first + Days::new(8)).await;
    println!("{days} day of {count} running loans closed: {took:?}, {penalties} penalties");
}
