//! The standalone book with which an organisation begins.

use crate::dice::Dice;
use chrono::{DateTime, Utc};
use farthing_api::{Currency, DeviceId, Money, OpId, ProductTerms, Role, UserId};
use farthing_lending::{
    AllocationBy, AllocationOrder, Method, PayoffRule, PenaltyKind, PenaltyRule, RoundingMode, Unit,
};
use farthing_office::{Actor, Command, Context, Fact, RULES, State, apply, decide};
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

/// Sets an organisation up with its people, a product and an article.
pub(crate) fn found(dice: &mut Dice, branch: &str, at: DateTime<Utc>) -> Result<Founding, String> {
    let mut founding = Founding {
        id: Uuid::nil(),
        facts: Vec::new(),
    };
    let (mut state, mut admin) = (State::default(), None);
    for command in commands(branch) {
        let op = OpId(dice.id());
        if matches!(command, Command::SetUp { .. }) {
            founding.id = organisation_of(op);
            admin = Some(Actor {
                user: UserId::of(op, 0),
                role: Role::Administrator,
                customer: None,
            });
        }
        let context = Context {
            op,
            at,
            today: at.date_naive(),
            actor: admin,
            device: DeviceId(Uuid::nil()),
            desk: format!("{branch}-01"),
            rules: RULES,
            numbers: None,
        };
        let facts = decide(&state, &command, &context).map_err(|refusal| refusal.0.message)?;
        facts.iter().for_each(|fact| apply(&mut state, fact));
        founding.facts.extend(facts);
    }
    Ok(founding)
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
