//! How long a day's close takes, decided by the office over aggregates in memory. Run by `cargo xtask bench`.
//!
//! `FARTHING_BENCH_LOANS` says how many running loans there are; a million takes about 8 GB.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

#[path = "../tests/branch/mod.rs"]
mod branch;

use branch::{Branch, at, terms};
use chrono::{Days, NaiveDate};
use farthing_api::{DeviceId, LoanId, LoanStatus, Money, OpId, ProductId};
use farthing_lending::{Rates, Spread, Standing};
use farthing_office::{
    Aggregate, Command, Context, DayFigures, Fact, FactBody, Key, Loan, ProductDay, RULES, State, apply, decide,
};
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How many loans one command covers, as at the desk.
const CHUNK: usize = 200;
const MONTHS: u32 = 24;

/// A portfolio with what a book keeps beside its loans: the sums of the lateness, the changes of the daily earnings, and
/// the day on which each loan is looked at next.
struct Portfolio {
    state: State,
    loans: HashMap<LoanId, Aggregate>,
    events: BTreeMap<NaiveDate, Vec<LoanId>>,
    standings: BTreeMap<NaiveDate, (u32, i64)>,
    rates: Rates,
    product: ProductId,
    day: NaiveDate,
    facts: usize,
}

fn plan(loan: &Loan) -> Vec<Spread> {
    loan.accrual
        .as_ref()
        .map(|accrual| accrual.plan.clone())
        .unwrap_or_default()
}

fn place(loan: &Loan) -> Option<(NaiveDate, i64)> {
    let oldest = loan.rows.iter().find(|row| row.unpaid().is_positive())?;
    let principal: Money = loan.rows.iter().map(|row| row.principal - row.paid_principal).sum();
    (loan.status == LoanStatus::Active).then_some((oldest.due_on, principal.minor()))
}

impl Portfolio {
    /// So many loans over 24 months, paid out on the days of one month; nothing is paid.
    fn of(count: u128) -> Portfolio {
        let mut branch = Branch::new(terms());
        for _ in 0..30 {
            branch.lend(120_000, MONTHS);
            branch.close_day();
        }
        let models: Vec<Loan> = branch.loans.iter().map(|id| branch.loan(*id).clone()).collect();
        let (product, day) = (branch.product, branch.today);
        let mut state = branch.state;
        state.0.retain(|key, _| !matches!(key, Key::Loan(_)));
        let mut portfolio = Portfolio {
            state,
            loans: HashMap::new(),
            events: BTreeMap::new(),
            standings: BTreeMap::new(),
            rates: Rates::default(),
            product,
            day,
            facts: 0,
        };
        for (n, loan) in (0..count).zip(models.iter().cycle()) {
            let id = LoanId(Uuid::from_u128(n + 1));
            portfolio.move_in_sums(id, None, Some(loan), true);
            portfolio.loans.insert(id, Aggregate::Loan(Box::new(loan.clone())));
        }
        portfolio
    }

    fn move_in_sums(&mut self, id: LoanId, old: Option<&Loan>, new: Option<&Loan>, replans: bool) {
        for (loan, sign) in old.map(|l| (l, -1)).into_iter().chain(new.map(|l| (l, 1))) {
            if let Some((due, principal)) = place(loan) {
                let sum = self.standings.entry(due).or_default();
                sum.0 = sum.0.wrapping_add_signed(sign);
                sum.1 += i64::from(sign) * principal;
            }
        }
        if replans {
            let of = |loan: Option<&Loan>| loan.map(plan).unwrap_or_default();
            self.rates.replace(self.day, &of(old), &of(new));
        }
        if let Some(next) = new.and_then(|loan| loan.next_event) {
            self.events.entry(next).or_default().push(id);
        }
    }

    fn context(&self) -> Context {
        Context {
            op: OpId(Uuid::from_u128((self.facts as u128 + 1) << 64)),
            at: at(self.day),
            today: self.day,
            actor: None,
            device: DeviceId(Uuid::nil()),
            desk: "BR1-01".into(),
            rules: RULES,
            numbers: None,
        }
    }

    fn look(&mut self, loans: Vec<LoanId>) {
        for id in &loans {
            if let Some(loan) = self.loans.remove(id) {
                self.state.0.insert(Key::Loan(*id), loan);
            }
        }
        let command = Command::AssessPenalties {
            through: self.day,
            loans: loans.clone(),
        };
        let facts = decide(&self.state, &command, &self.context()).unwrap();
        for fact in &facts {
            let Some((id, change)) = fact.body.change() else {
                continue;
            };
            let replans = !change.same_plan;
            let old = self.state.loan(id).cloned();
            apply(&mut self.state, fact);
            let new = self.state.loan(id).cloned();
            self.move_in_sums(id, old.as_ref(), new.as_ref(), replans);
        }
        self.facts += facts.len();
        for id in loans {
            let key = Key::Loan(id);
            if let Some(loan) = self.state.0.remove(&key) {
                self.loans.insert(id, loan);
            }
        }
    }

    /// Closes a day; how many facts there were.
    fn close(&mut self) -> usize {
        let before = self.facts;
        while let Some(entry) = self.events.first_entry().filter(|entry| *entry.key() <= self.day) {
            let loans = entry.remove();
            for chunk in loans.chunks(CHUNK) {
                self.look(chunk.to_vec());
            }
        }
        let rules = self.state.organisation().unwrap().lateness.clone();
        let standings = self.standings.iter().map(|(due, (loans, principal))| Standing {
            oldest_due: *due,
            loans: *loans,
            principal: Money::from_minor(*principal),
        });
        let command = Command::CloseDay {
            date: self.day,
            figures: DayFigures::default(),
            products: vec![ProductDay {
                product: Some(self.product),
                earned: self.rates.close(self.day),
                buckets: rules.sums(self.day, standings.collect::<Vec<_>>()),
            }],
        };
        let facts: Vec<Fact> = decide(&self.state, &command, &self.context()).unwrap();
        assert!(
            facts
                .iter()
                .any(|fact| matches!(fact.body, FactBody::DayAccrued { .. }))
        );
        for fact in &facts {
            apply(&mut self.state, fact);
        }
        self.facts += facts.len();
        self.day = self.day + Days::new(1);
        self.facts - before
    }

    fn close_many(&mut self, days: u32) -> Duration {
        let start = Instant::now();
        for _ in 0..days {
            self.close();
        }
        start.elapsed()
    }
}

fn main() {
    let count = std::env::var("FARTHING_BENCH_LOANS").map_or(1_000_000, |text| text.parse().unwrap());
    let mut many = Portfolio::of(count);
    // On the eighth of the month a thirtieth of the loans is charged a penalty.
    many.close_many(8);
    let start = Instant::now();
    let facts = many.close();
    println!(
        "a day's close of {count} running loans: {:?}, {facts} facts",
        start.elapsed()
    );
    drop(many);
    for days in [1, 7, 30, 100, 300, 700] {
        let mut some = Portfolio::of(1000);
        let took = some.close_many(days);
        println!(
            "1000 loans of {MONTHS} months caught up over {days} days: {took:?}, {} facts",
            some.facts
        );
    }
}
