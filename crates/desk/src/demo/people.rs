//! The demo's officer, products and goods.

use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use farthing_api::{ApiError, GoodsId, Money, ProductId, ProductTerms, Role, Secret, UserId};
use farthing_identity::sign_in_name;
use farthing_lending::{AllocationOrder, Method, PenaltyKind, PenaltyRule, RoundingMode, Unit};
use farthing_office::{Actor, Command, Fact, FactBody};
use farthing_store::Beside;
use rust_decimal::Decimal;

/// Who acts in the demo, and what there is to lend and sell.
pub(super) struct Cast {
    pub(super) admin: Actor,
    pub(super) officer: Actor,
    pub(super) products: Vec<(ProductId, ProductTerms)>,
    pub(super) goods: Vec<(GoodsId, Money)>,
    /// The password hash of the one customer with a sign-in.
    pub(super) hash: String,
}

fn product(
    name: &str,
    method: Method,
    rate: i64,
    (least, most): (i64, i64),
    (few, many): (u32, u32),
    penalty: Option<PenaltyRule>,
) -> ProductTerms {
    ProductTerms {
        name: name.into(),
        method,
        annual_rate: Decimal::new(rate, 1),
        every: 1,
        unit: Unit::Months,
        min_principal: Money::from_minor(least * 100),
        max_principal: Money::from_minor(most * 100),
        min_installments: few,
        max_installments: many,
        rounding: RoundingMode::HalfEven,
        installment_multiple: Money::from_minor(1),
        penalty,
        allocation: AllocationOrder::default(),
        max_discount: Money::from_minor(50_000),
        parts: 0,
        active: true,
        charges: Vec::new(),
        allocate: Default::default(),
        payoff: Default::default(),
        eligibility: None,
        options: Default::default(),
    }
}

fn products() -> Vec<ProductTerms> {
    let percent = |p: i64, grace_days| {
        Some(PenaltyRule::new(
            PenaltyKind::PercentOfOverdueInstallment(Decimal::new(p, 1)),
            grace_days,
        ))
    };
    let flat = Some(PenaltyRule::new(PenaltyKind::Flat(Money::from_minor(500)), 5));
    vec![
        product(
            "Small business",
            Method::DecliningEqualInstallments,
            180,
            (500, 25_000),
            (6, 24),
            percent(20, 3),
        ),
        product("Group solidarity", Method::Flat, 120, (100, 3_000), (4, 12), flat),
        product(
            "Season crop",
            Method::DecliningEqualPrincipal,
            150,
            (200, 8_000),
            (3, 12),
            percent(15, 7),
        ),
        product(
            "Home repair",
            Method::DecliningEqualInstallments,
            100,
            (1_000, 40_000),
            (6, 36),
            percent(20, 3),
        ),
        product(
            "School fees",
            Method::DecliningEqualInstallments,
            0,
            (50, 2_000),
            (3, 10),
            None,
        ),
    ]
}

const GOODS: &[(&str, i64)] = &[
    ("Washing machine", 42_000),
    ("School desk and chair", 9_600),
    ("Rice cooker", 6_450),
    ("Sewing machine", 31_000),
    ("Bicycle", 18_500),
    ("Solar lamp", 3_999),
];

/// Hires the officer and stocks the branch.
pub(super) async fn hire(desk: &Desk, open: &Open, session: &Session, password: &Secret) -> Answer<Cast> {
    let sign_in = sign_in_name("officer@demo.test");
    let command = Command::AddUser {
        role: Role::Officer,
        name: "Demo Officer".into(),
        email: "officer@demo.test".into(),
        sign_in: sign_in.clone(),
    };
    let officer = find(
        &desk.run(open, session, &command, Beside::default()).await?,
        |body| match body {
            FactBody::UserAdded { user, .. } => Some(*user),
            _ => None,
        },
    )?;
    let prepared = desk.prepare_slot(password.clone()).await?;
    desk.add_prepared_slot(open, officer, Role::Officer, &sign_in, &prepared)?;
    let mut cast = Cast {
        admin: session.actor(),
        officer: Actor {
            user: UserId(officer.0),
            role: Role::Officer,
            customer: None,
        },
        products: Vec::new(),
        goods: Vec::new(),
        hash: String::new(),
    };
    for terms in products() {
        let command = Command::SaveProduct {
            id: None,
            terms: Box::new(terms.clone()),
        };
        let id = find(
            &desk.run(open, session, &command, Beside::default()).await?,
            |body| match body {
                FactBody::ProductSaved { product, .. } => Some(*product),
                _ => None,
            },
        )?;
        cast.products.push((id, terms));
    }
    for (name, price) in GOODS {
        let price = Money::from_minor(*price);
        let command = Command::SaveGoods {
            id: None,
            name: (*name).into(),
            price,
            active: true,
        };
        let id = find(
            &desk.run(open, session, &command, Beside::default()).await?,
            |body| match body {
                FactBody::GoodsSaved { goods, .. } => Some(*goods),
                _ => None,
            },
        )?;
        cast.goods.push((id, price));
    }
    let password = password.clone();
    cast.hash = desk
        .blocking(move || farthing_identity::hash_password(&password, farthing_identity::Cost::desktop()))
        .await?
        .told()?;
    Ok(cast)
}

fn find<T>(facts: &[Fact], pick: impl Fn(&FactBody) -> Option<T>) -> Answer<T> {
    facts.iter().find_map(|f| pick(&f.body)).ok_or_else(ApiError::internal)
}
