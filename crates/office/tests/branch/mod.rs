//! A branch in memory: the office's one decider, with the sums that a book keeps beside the loans.
#![allow(dead_code, reason = "each test uses its part")]

use chrono::{DateTime, Days, NaiveDate};
use farthing_api::*;
use farthing_lending::*;
use farthing_office::{
    Account as GlAccount, Actor, Aggregate, COMMAND_VERSION, Channel, Command, Context, DayFigures, FACT_VERSION, Fact,
    FactBody, Key, Loan, ProductDay, RULES, Refusal, State, apply, balanced, decide, recorded_anyway,
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;
use uuid::Uuid;

pub fn money(minor: i64) -> Money {
    Money::from_minor(minor)
}

/// Everyone is somebody: who applies is not who approves.
pub fn actor(role: Role) -> Actor {
    Actor {
        user: UserId(Uuid::from_u128(1000 + role as u128)),
        role,
        customer: None,
    }
}

/// What a test comes by: it becomes the golden file of its kind where FARTHING_WRITE_GOLDEN asks for that and there is none.
fn offer(what: &str, version: u32, payload: &impl serde::Serialize) {
    static WRITES: LazyLock<bool> = LazyLock::new(|| std::env::var_os("FARTHING_WRITE_GOLDEN").is_some());
    if !*WRITES {
        return;
    }
    let text = serde_json::to_string(payload).unwrap();
    let kind = text.split('"').nth(3).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{what}/v{version}"));
    std::fs::create_dir_all(&folder).unwrap();
    if let Ok(mut new) = File::create_new(folder.join(format!("{kind}.json"))) {
        writeln!(new, "{text}").unwrap();
    }
}

pub struct Branch {
    pub state: State,
    pub balances: BTreeMap<String, i64>,
    rates: BTreeMap<Option<ProductId>, Rates>,
    pub today: NaiveDate,
    next: u128,
    pub desk: String,
    pub loans: Vec<LoanId>,
    pub customer: CustomerId,
    pub product: ProductId,
    pub goods: GoodsId,
}

impl Branch {
    pub fn new(terms: ProductTerms) -> Branch {
        let none = Uuid::nil();
        let mut branch = Branch {
            state: State::default(),
            balances: BTreeMap::new(),
            rates: BTreeMap::new(),
            today: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
            next: 1,
            desk: "BR1-01".into(),
            loans: Vec::new(),
            customer: CustomerId(none),
            product: ProductId(none),
            goods: GoodsId(none),
        };
        let set_up = Command::SetUp {
            organisation: "Harbour Street".into(),
            currency: Currency::of("USD").unwrap(),
            language: "en".into(),
            branch_code: "BR1".into(),
            branch_name: "Harbour Street".into(),
            time_zone: "UTC".into(),
            admin_name: "Ada".into(),
            admin_email: "ada@branch.test".into(),
            sign_in: "a".into(),
        };
        let admin = Some(actor(Role::Administrator));
        branch.run(&set_up, None.or(admin)).unwrap();
        let facts = branch
            .run(
                &Command::SaveProduct {
                    id: None,
                    terms: Box::new(terms),
                },
                admin,
            )
            .unwrap();
        if let FactBody::ProductSaved { product, .. } = &facts[0].body {
            branch.product = *product;
        }
        let goods = Command::SaveGoods {
            id: None,
            name: "Bicycle".into(),
            price: money(40_000),
            active: true,
        };
        if let FactBody::GoodsSaved { goods, .. } = &branch.run(&goods, admin).unwrap()[0].body {
            branch.goods = *goods;
        }
        let register = Command::RegisterCustomer {
            fields: BTreeMap::new(),
            likely_duplicates: Vec::new(),
        };
        let facts = branch.run(&register, Some(actor(Role::Officer))).unwrap();
        if let FactBody::CustomerRegistered { customer, .. } = &facts[0].body {
            branch.customer = *customer;
        }
        let confirm = Command::ConfirmContact {
            customer: branch.customer,
            channel: Channel::Email,
        };
        branch.run(&confirm, Some(actor(Role::Officer))).unwrap();
        branch
    }

    /// Decides a command, and applies what follows to the aggregates and to the sums.
    pub fn run(&mut self, command: &Command, who: Option<Actor>) -> Result<Vec<Fact>, Refusal> {
        let (seen, ctx) = self.asked(command, who);
        offer("commands", COMMAND_VERSION, command);
        let facts = decide(&seen, command, &ctx)?;
        for fact in &facts {
            self.keep(fact);
        }
        Ok(facts)
    }

    /// What an authority that refuses a command records of it all the same.
    pub fn anyway(&mut self, command: &Command, who: Option<Actor>) -> Vec<Fact> {
        let (seen, ctx) = self.asked(command, who);
        decide(&seen, command, &ctx).unwrap_err();
        let facts = recorded_anyway(&seen, command, &ctx);
        for fact in &facts {
            self.keep(fact);
        }
        facts
    }

    /// What the decision on a command sees, which is what the command names and nothing else, and its circumstances.
    fn asked(&mut self, command: &Command, who: Option<Actor>) -> (State, Context) {
        let ctx = Context {
            op: OpId(Uuid::from_u128(self.next << 64)),
            at: self.today.and_time(Default::default()).and_utc(),
            today: self.today,
            actor: who,
            device: DeviceId(Uuid::nil()),
            desk: self.desk.clone(),
            rules: RULES,
            numbers: None,
        };
        self.next += 1;
        let mut seen = State::default();
        for key in command.reads(&self.desk) {
            if let Some(found) = self.state.0.get(&key) {
                seen.0.insert(key, found.clone());
            }
        }
        (seen, ctx)
    }

    fn keep(&mut self, fact: &Fact) {
        offer("facts", FACT_VERSION, &fact.body);
        assert!(balanced(fact.body.postings()), "{:?}", fact.body);
        for posting in fact.body.postings() {
            assert!(!matches!(&posting.account, GlAccount::Other(_)), "{posting:?}");
            *self.balances.entry(posting.account.to_string()).or_default() += posting.amount.minor();
        }
        // Facts are kept as text.
        let text = serde_json::to_string(&fact.body).unwrap();
        let read: FactBody = serde_json::from_str(&text).unwrap();
        assert_eq!(read, fact.body);
        let id = match &fact.body {
            FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. } => {
                self.loans.push(loan.id);
                Some(loan.id)
            }
            FactBody::LoanDisbursed { loan, .. } => Some(*loan),
            body => body.change().map(|(loan, _)| loan),
        };
        let plan = |state: &State| -> Vec<Spread> {
            let loan = id.and_then(|id| state.loan(id));
            loan.and_then(|l| l.accrual.as_ref())
                .map(|a| a.plan.clone())
                .unwrap_or_default()
        };
        let before = plan(&self.state);
        apply(&mut self.state, fact);
        let after = plan(&self.state);
        if let Some(product) = id
            .and_then(|id| self.state.loan(id))
            .map(|l| l.product.map(|(id, _)| id))
        {
            let open = fact.booking_date;
            self.rates.entry(product).or_default().replace(open, &before, &after);
        }
    }

    pub fn loan(&self, id: LoanId) -> &Loan {
        self.state.loan(id).unwrap()
    }

    pub fn all(&self) -> impl Iterator<Item = &Loan> {
        self.state.0.values().filter_map(|a| match a {
            Aggregate::Loan(loan) => Some(&**loan),
            _ => None,
        })
    }

    /// Closes today and goes on to tomorrow.
    pub fn close_day(&mut self) {
        let date = self.today;
        let due: Vec<LoanId> = self
            .loans
            .iter()
            .copied()
            .filter(|id| self.loan(*id).next_event <= Some(date))
            .collect();
        let due: Vec<LoanId> = due
            .into_iter()
            .filter(|id| self.loan(*id).next_event.is_some())
            .collect();
        self.run(
            &Command::AssessPenalties {
                through: date,
                loans: due,
            },
            None,
        )
        .unwrap();
        let rules = self.state.organisation().unwrap().lateness.clone();
        let mut standings = BTreeMap::<Option<ProductId>, Vec<Standing>>::new();
        for loan in self.all().filter(|l| l.status == LoanStatus::Active) {
            let standing = Standing {
                oldest_due: loan.rows.iter().find(|r| r.unpaid().is_positive()).unwrap().due_on,
                loans: 1,
                principal: loan.rows.iter().map(|r| r.principal - r.paid_principal).sum(),
            };
            standings
                .entry(loan.product.map(|(id, _)| id))
                .or_default()
                .push(standing);
        }
        let mut products = Vec::new();
        for product in [Some(self.product), None] {
            products.push(ProductDay {
                product,
                earned: self.rates.entry(product).or_default().close(date),
                buckets: rules.sums(date, standings.remove(&product).unwrap_or_default()),
            });
        }
        let command = Command::CloseDay {
            date,
            figures: DayFigures::default(),
            products,
        };
        self.run(&command, None).unwrap();
        self.today = date + Days::new(1);
    }

    pub fn go_to(&mut self, offset: u32) {
        let day = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(offset.into());
        while self.today < day {
            self.close_day();
        }
    }

    pub fn lend(&mut self, principal: i64, installments: u32) -> LoanId {
        self.lend_part(principal, installments, None)
    }

    /// Pays a first part of an approved loan out, or all of it.
    pub fn lend_part(&mut self, principal: i64, installments: u32, first: Option<i64>) -> LoanId {
        let apply = Command::ApplyForLoan {
            customer: self.customer,
            product: self.product,
            principal: money(principal),
            installments,
            installment: None,
            purpose: String::new(),
            failed_rules: Vec::new(),
        };
        self.run(&apply, Some(actor(Role::Officer))).unwrap();
        let loan = *self.loans.last().unwrap();
        let approve = Command::DecideLoan {
            loan,
            seen: self.loan(loan).seen(),
            approve: true,
            reason: String::new(),
            failed_rules: Vec::new(),
        };
        self.run(&approve, Some(actor(Role::Administrator))).unwrap();
        let disburse = Command::Disburse {
            loan,
            customer: self.customer,
            seen: self.loan(loan).seen(),
            value_date: self.today,
            method: PaymentMethod::Cash,
            first_due_on: None,
            amount: first.map(money),
            product: None,
        };
        self.run(&disburse, Some(actor(Role::Officer))).unwrap();
        loan
    }

    pub fn pay(
        &mut self,
        loan: LoanId,
        amount: i64,
        on: NaiveDate,
        prepay: Option<Prepayment>,
    ) -> Result<Vec<Fact>, Refusal> {
        let command = Command::ReceivePayment {
            loan,
            amount: money(amount),
            value_date: on,
            method: PaymentMethod::Cash,
            reference: String::new(),
            prepayment: prepay,
        };
        self.run(&command, Some(actor(Role::Cashier)))
    }

    pub fn balance(&self, account: &str) -> i64 {
        self.balances.get(account).copied().unwrap_or_default()
    }

    /// Every account holds what the loans say.
    pub fn check(&self) {
        assert_eq!(self.balances.values().sum::<i64>(), 0, "the trial balance");
        let Some(Aggregate::Day(day)) = self.state.0.get(&Key::Day) else {
            panic!("no day")
        };
        let closed = day.open.pred_opt().unwrap();
        let sum = |part: &dyn Fn(&Loan) -> Money| self.all().map(part).sum::<Money>().minor();
        let running = |loan: &Loan| loan.written_off.is_none() && loan.disbursed_on.is_some();
        let rows = |part: fn(&RowState) -> Money| {
            sum(&|loan| match running(loan) {
                true => loan.rows.iter().map(part).sum(),
                false => Money::ZERO,
            })
        };
        let earned = |part: fn(&Accrual) -> Money| {
            sum(&|loan| loan.accrual.as_ref().map_or(Money::ZERO, |a| part(&a.at(closed))))
        };
        let expected = [
            ("portfolio", rows(|r| r.principal - r.paid_principal)),
            ("penalty_receivable", rows(|r| r.penalty - r.paid_penalty)),
            ("interest_receivable", earned(|a| a.interest)),
            ("fee_receivable", earned(|a| a.fee)),
            ("unearned_income", -earned(|a| a.ahead + a.fee_ahead)),
            ("interest_suspended", -earned(|a| a.suspended)),
            ("unapplied_credit", -sum(&|l| l.credit)),
            (
                "recovery_income",
                -sum(&|l| l.written_off.map_or(Money::ZERO, |w| w.recovered)),
            ),
            (
                "suspense",
                -sum(&|l| {
                    l.payments
                        .iter()
                        .filter(|p| !p.reversed)
                        .map(|p| p.parts.suspense)
                        .sum()
                }),
            ),
        ];
        for (account, amount) in expected {
            assert_eq!(self.balance(account), amount, "{account}");
        }
        for loan in self.all().filter(|l| running(l)) {
            let ledger = farthing_office::standing(loan);
            assert_eq!(ledger.rows, loan.rows, "{} as a replay has it", loan.number);
            if let Some(accrual) = &loan.accrual {
                let now = Accrual::of(&ledger, closed, accrual.is_suspended());
                let kept = accrual.at(closed);
                assert_eq!(
                    (now.interest, now.ahead),
                    (kept.interest, kept.ahead),
                    "{}",
                    loan.number
                );
            }
        }
    }
}

/// The day of an instant, so that tests need no clock.
pub fn at(day: NaiveDate) -> DateTime<chrono::Utc> {
    day.and_time(Default::default()).and_utc()
}

pub fn terms() -> ProductTerms {
    ProductTerms {
        name: "Small business".into(),
        method: Method::DecliningEqualInstallments,
        annual_rate: 24.into(),
        every: 1,
        unit: Unit::Months,
        min_principal: money(10_000),
        max_principal: money(10_000_000),
        min_installments: 1,
        max_installments: 36,
        rounding: RoundingMode::HalfEven,
        installment_multiple: money(1),
        penalty: Some(PenaltyRule::new(PenaltyKind::PercentOfOverdueInstallment(2.into()), 3)),
        allocation: AllocationOrder::default(),
        max_discount: money(50_000),
        parts: 0,
        active: true,
        charges: vec![
            Charge {
                name: "Processing".into(),
                amount: ChargeAmount::PercentOfPrincipal(1.into()),
                when: ChargeWhen::Payout,
            },
            Charge {
                name: "Passbook".into(),
                amount: ChargeAmount::Flat(money(500)),
                when: ChargeWhen::Disbursement,
            },
            Charge {
                name: "Insurance".into(),
                amount: ChargeAmount::Flat(money(150)),
                when: ChargeWhen::EachInstallment,
            },
        ],
        allocate: AllocationBy::Installment,
        payoff: PayoffRule::default(),
        eligibility: None,
        options: Default::default(),
    }
}
