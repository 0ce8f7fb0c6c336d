//! Loan products and the goods of the installment shop.

use crate::{GoodsId, Money, ProductId, Request, request};
use farthing_lending::{
    AllocationBy, AllocationOrder, Charge, EligibilityRules, Method, PayoffRule, PenaltyRule, RoundingMode, Unit,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

request! {
    /// Every loan product, the active ones first.
    ListProducts {} => Vec<ProductView>;

    /// Adds a product, or replaces its terms for the loans to come.
    SaveProduct {
        /// Which; none adds one.
        id: Option<ProductId>,
        /// The terms.
        terms: ProductTerms,
    } => ProductView;

    /// Everything that is sold on installments.
    ListGoods {} => Vec<GoodsView>;

    /// Adds a thing to sell, or changes its name or price for the sales to come.
    SaveGoods {
        /// Which; none adds one.
        id: Option<GoodsId>,
        /// Its name.
        name: String,
        /// The price of one, in minor units.
        price: Money,
        /// Whether it may be sold.
        active: bool,
    } => GoodsView;
}

/// The terms of a loan product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductTerms {
    /// The product's name.
    pub name: String,
    /// How interest and principal are worked out.
    pub method: Method,
    /// Nominal rate in percent per annum.
    pub annual_rate: Decimal,
    /// One installment each `every` units.
    pub every: u32,
    /// Days, weeks or months.
    pub unit: Unit,
    /// The least principal, in minor units.
    pub min_principal: Money,
    /// The greatest principal, in minor units.
    pub max_principal: Money,
    /// The fewest installments.
    pub min_installments: u32,
    /// The most installments.
    pub max_installments: u32,
    /// How amounts are rounded to the minor unit.
    pub rounding: RoundingMode,
    /// The installment is rounded to a multiple of this, in minor units; 1 for the minor unit itself.
    pub installment_multiple: Money,
    /// What a late installment costs.
    pub penalty: Option<PenaltyRule>,
    /// In which order a payment settles penalties, fees, interest and principal.
    pub allocation: AllocationOrder,
    /// The largest discount an officer may give when a loan is closed early, in minor units.
    pub max_discount: Money,
    /// Whether new loans may be made of it.
    pub active: bool,
    /// What it costs besides interest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Charge>,
    /// Whether a payment settles one installment after the other or one share after the other.
    #[serde(default, skip_serializing_if = "AllocationBy::is_installment")]
    pub allocate: AllocationBy,
    /// What closing early takes.
    #[serde(default, skip_serializing_if = "PayoffRule::is_usual")]
    pub payoff: PayoffRule,
    /// Who may borrow; none: by the organisation's rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<EligibilityRules>,
}

/// A product as kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductView {
    /// Which.
    pub id: ProductId,
    /// Raised by one with each change; a loan names the version that it was made of.
    pub version: u32,
    /// The terms.
    pub terms: ProductTerms,
    /// How many loans are running on it.
    pub active_loans: u32,
}

/// A thing for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsView {
    /// Which.
    pub id: GoodsId,
    /// Its name.
    pub name: String,
    /// The price of one, in minor units.
    pub price: Money,
    /// Whether it may be sold.
    pub active: bool,
}
