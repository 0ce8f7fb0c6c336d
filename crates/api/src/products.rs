//! Loan products and the goods of the installment shop.

use crate::{DaysOff, GoodsId, Money, ProductId, Request, request};
use farthing_lending::{
    AllocationBy, AllocationOrder, Charge, DayCount, EligibilityRules, InstallmentRate, InterestPeriod, Method,
    MonthEnd, PayoffRule, PenaltyRule, RateChange, RoundingMode, Unit,
    options::{StepUp, WorkingDays},
    terms::{Grace, Remainder},
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

    /// How many running loans follow the variable rate of a product.
    CountRateFollowers {
        /// Of which product.
        product: ProductId,
    } => u32;

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
    /// Into how many parts its money may be divided when it is paid out; 0 is 1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub parts: u32,
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
    /// What few products need.
    #[serde(default, skip_serializing_if = "ScheduleOptions::is_usual")]
    pub options: Box<ScheduleOptions>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What of a schedule few products choose for themselves. The default is what most have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleOptions {
    /// Whether interest looks at dates.
    pub interest_period: InterestPeriod,
    /// How days become years; for daily interest.
    pub day_count: Option<DayCount>,
    /// Where a due date goes when its month lacks the day.
    pub month_end: MonthEnd,
    /// Periods at the start in which less is due.
    pub grace: Grace,
    /// Which installment takes what rounding leaves over.
    pub remainder: Remainder,
    /// The smallest amount that is paid, in minor units; none: one minor unit.
    pub money_unit: Option<Money>,
    /// Whether the level installment is corrected once so that the last one differs less.
    pub installment_tuning: bool,
    /// What a balloon loan leaves for its last due date, in percent of the principal.
    pub balloon_percent: Option<Decimal>,
    /// What is paid on the day of disbursement, in percent of the principal.
    pub down_payment_percent: Option<Decimal>,
    /// Which factors enter the level installment.
    pub installment_rate: InstallmentRate,
    /// How installments grow: by a percentage, or by an amount that is the same whatever the principal.
    pub step_up: Option<StepUp>,
    /// The days off, and where due dates go that fall on one.
    pub working_days: Option<WorkingDays>,
    /// Whether the days off are the organisation's; those of `working_days` are left out then when it is kept.
    pub office_days: bool,
    /// The rate is variable: its changes in order of date, which running loans follow; none: it is fixed.
    pub variable_rate: Option<Vec<RateChange>>,
}

impl ScheduleOptions {
    /// Whether nothing is chosen, which is left out of what is kept.
    pub fn is_usual(&self) -> bool {
        *self == ScheduleOptions::default()
    }

    /// Puts the organisation's days off in where they are asked for.
    pub fn settle(&mut self, office: &DaysOff) {
        if let Some(days) = self.working_days.as_mut().filter(|_| self.office_days) {
            (days.weekend, days.holidays) = (office.weekend.clone(), office.holidays.clone());
        }
    }
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
