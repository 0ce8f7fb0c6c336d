//! The standalone book with which an organisation begins.

use crate::dice::Dice;
use chrono::{DateTime, Utc};
use farthing_api::{
    Currency, CustomerId, DeviceId, LoanId, Money, OpId, PaymentMethod, ProductId, ProductTerms, Role, UserId,
};
use farthing_lending::{
    AllocationBy, AllocationOrder, Method, PayoffRule, PenaltyKind, PenaltyRule, RoundingMode, Unit,
};
use farthing_office::{Actor, Channel, Command, Context, Fact, Loan, RULES, State, apply, decide};
use farthing_sync::join::organisation_of;
use uuid::Uuid;

/// An organisation as it is brought to the server.
#[derive(Clone, Debug)]
pub(crate) struct Founding {
    pub(crate) id: Uuid,
    pub(crate) facts: Vec<Fact>,
}

/// Terms under which loans of days and not of years run, so that a run sees them end.
pub(crate) fn terms(name: &str, rate: i64) -> ProductTerms {
    ProductTerms {
        name: name.into(),
        method: Method::DecliningEqualInstallments,
        annual_rate: rate.into(),
        every: 2,
        unit: Unit::Days,
        min_principal: Money::from_minor(10_000),
        max_principal: Money::from_minor(10_000_000),
        min_installments: 1,
        max_installments: 12,
        rounding: RoundingMode::HalfEven,
        installment_multiple: Money::from_minor(1),
        penalty: Some(PenaltyRule::new(PenaltyKind::PercentOfOverdueInstallment(2.into()), 1)),
        allocation: AllocationOrder::default(),
        max_discount: Money::from_minor(50_000),
        parts: 0,
        active: true,
        charges: Vec::new(),
        allocate: AllocationBy::Installment,
        payoff: PayoffRule::default(),
        eligibility: None,
        options: Default::default(),
    }
}

/// Who does what in the book before there is a server.
struct Founder<'a> {
    branch: &'a str,
    at: DateTime<Utc>,
    dice: &'a mut Dice,
    state: State,
    facts: Vec<Fact>,
}

impl Founder<'_> {
    fn does(&mut self, op: OpId, actor: Option<Actor>, command: &Command) -> Result<(), String> {
        let context = Context {
            op,
            at: self.at,
            today: self.at.date_naive(),
            actor,
            device: DeviceId(Uuid::nil()),
            desk: format!("{}-01", self.branch),
            rules: RULES,
            numbers: None,
        };
        let facts = decide(&self.state, command, &context).map_err(|refusal| refusal.0.message)?;
        facts.iter().for_each(|fact| apply(&mut self.state, fact));
        self.facts.extend(facts);
        Ok(())
    }

    /// A loan of a customer, on which something was paid.
    fn lends(&mut self, product: ProductId, officer: Actor, supervisor: Actor) -> Result<(), String> {
        let [registers, applies, other] = [0; 3].map(|_| OpId(self.dice.id()));
        let (customer, loan) = (CustomerId::of(registers, 0), LoanId::of(applies, 0));
        let fields = [("name".into(), "The first".into())].into();
        let register = Command::RegisterCustomer {
            fields,
            likely_duplicates: Vec::new(),
        };
        self.does(registers, Some(officer), &register)?;
        let channel = Channel::Email;
        self.does(other, Some(officer), &Command::ConfirmContact { customer, channel })?;
        let apply = Command::ApplyForLoan {
            customer,
            product,
            principal: Money::from_minor(50_000),
            installments: 4,
            installment: None,
            purpose: String::new(),
            failed_rules: Vec::new(),
        };
        self.does(applies, Some(officer), &apply)?;
        let approve = Command::DecideLoan {
            loan,
            seen: self.seen(loan),
            approve: true,
            reason: "as agreed".into(),
            failed_rules: Vec::new(),
        };
        let op = OpId(self.dice.id());
        self.does(op, Some(supervisor), &approve)?;
        let disburse = Command::Disburse {
            loan,
            customer,
            seen: self.seen(loan),
            value_date: self.at.date_naive(),
            method: PaymentMethod::Cash,
            first_due_on: None,
            amount: None,
            product: None,
        };
        let op = OpId(self.dice.id());
        self.does(op, Some(officer), &disburse)?;
        let pay = Command::ReceivePayment {
            loan,
            amount: Money::from_minor(5_000),
            value_date: self.at.date_naive(),
            method: PaymentMethod::Cash,
            reference: String::new(),
            prepayment: None,
        };
        let op = OpId(self.dice.id());
        self.does(op, Some(officer), &pay)
    }

    fn seen(&self, loan: LoanId) -> String {
        self.state.loan(loan).map(Loan::seen).unwrap_or_default()
    }
}

/// Sets an organisation up with its people, a product, an article and a loan.
pub(crate) fn found(dice: &mut Dice, branch: &str, at: DateTime<Utc>) -> Result<Founding, String> {
    let mut founder = Founder {
        branch,
        at,
        dice,
        state: State::default(),
        facts: Vec::new(),
    };
    let (mut id, mut admin, mut product, mut people) = (Uuid::nil(), None, None, Vec::new());
    for command in commands(branch) {
        let op = OpId(founder.dice.id());
        let actor = |role| Actor {
            user: UserId::of(op, 0),
            role,
            customer: None,
        };
        match &command {
            Command::SetUp { .. } => (id, admin) = (organisation_of(op), Some(actor(Role::Administrator))),
            Command::AddUser { role, .. } => people.push(actor(*role)),
            Command::SaveProduct { .. } => product = Some(ProductId::of(op, 0)),
            _ => {}
        }

        founder.does(op, admin, &command)?;
    }
    let with = |role| people.iter().find(|actor| actor.role == role).copied();
    if let (Some(product), Some(officer), Some(supervisor)) = (product, with(Role::Officer), with(Role::Supervisor)) {
        founder.lends(product, officer, supervisor)?;
    }
    let facts = founder.facts;
    Ok(Founding { id, facts })
}

fn commands(branch: &str) -> Vec<Command> {
    let mut commands = vec![Command::SetUp {
        organisation: format!("Lenders of {branch}"),
        currency: Currency {
            code: "USD".into(),
            decimals: 2,
        },
        language: "en".into(),
        branch_code: branch.into(),
        branch_name: branch.into(),
        time_zone: "UTC".into(),
        admin_name: "Ada".into(),
        admin_email: "ada@branch.test".into(),
        sign_in: "ada".into(),
    }];
    let people = [
        (Role::Supervisor, "Sam"),
        (Role::Supervisor, "Sue"),
        (Role::Officer, "Olu"),
        (Role::Officer, "Ola"),
        (Role::Cashier, "Cy"),
    ];
    commands.extend(people.map(|(role, name)| Command::AddUser {
        role,
        name: name.into(),
        email: format!("{name}@branch.test"),
        sign_in: name.into(),
    }));
    commands.push(Command::SaveProduct {
        id: None,
        terms: Box::new(terms("Market loan", 36)),
    });
    commands.push(Command::SaveGoods {
        id: None,
        name: "Bicycle".into(),
        price: Money::from_minor(40_000),
        active: true,
    });
    commands
}
