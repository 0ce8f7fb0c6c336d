//! The organisation's rules as data: lateness and provisions, and who may borrow.

use crate::{CustomerId, Money, ProductId, Request, request};
use chrono::NaiveDate;
use farthing_lending::options::Weekday;
use farthing_lending::{Assessment, BucketSum, EligibilityRules, LatenessRules};
use serde::{Deserialize, Serialize};

request! {
    /// The rules in force.
    GetRules {} => RulesView;

    /// Sets the buckets of lateness with what is set aside for them, and when interest is suspended.
    SaveLatenessRules {
        /// The rules.
        rules: LatenessRules,
    } => RulesView;

    /// Sets who may borrow, where the product has no rules of its own; none: nothing is asked.
    SaveEligibilityRules {
        /// The rules.
        rules: Option<EligibilityRules>,
    } => RulesView;

    /// Sets the days off of the organisation, for the loans to come of the products that go by them.
    SaveDaysOff {
        /// The days.
        days: DaysOff,
    } => RulesView;

    /// Whether a customer may borrow an amount, why or why not, and how much at most. A customer may ask for themselves.
    CheckEligibility {
        /// Who.
        customer: CustomerId,
        /// Under which terms.
        product: ProductId,
        /// How much, in minor units.
        principal: Money,
        /// Over how many installments.
        installments: u32,
    } => EligibilityView;

    /// The portfolio by buckets of lateness, as of today, with what is set aside for it.
    Delinquency {} => DelinquencyView;
}

/// The rules of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesView {
    /// Buckets, provisions, suspension of interest.
    pub lateness: LatenessRules,
    /// Who may borrow; none: nothing is asked.
    pub eligibility: Option<EligibilityRules>,
    /// The rules to begin with.
    pub usual: EligibilityRules,
    /// The days off.
    pub days_off: DaysOff,
}

/// The days off of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaysOff {
    /// The days of the week that are off.
    pub weekend: Vec<Weekday>,
    /// The days of the calendar that are off.
    pub holidays: Vec<NaiveDate>,
}

impl Default for DaysOff {
    /// Saturday and Sunday, as most begin.
    fn default() -> DaysOff {
        DaysOff {
            weekend: vec![Weekday::Saturday, Weekday::Sunday],
            holidays: Vec::new(),
        }
    }
}

impl DaysOff {
    /// Whether nobody chose anything else.
    pub fn is_usual(&self) -> bool {
        *self == DaysOff::default()
    }
}

/// The answer to a wish to borrow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EligibilityView {
    /// The rules' answers and the largest amount; none: the organisation has no rules.
    pub assessment: Option<Assessment>,
    /// The installment that the wish leads to, in minor units.
    pub installment: Money,
}

/// The portfolio by lateness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelinquencyView {
    /// The sums of each bucket.
    pub buckets: Vec<BucketSum>,
    /// What is to be set aside by the rules, in minor units.
    pub provision: Money,
    /// What is set aside at the last closed day, in minor units.
    pub provisioned: Money,
    /// The portfolio at risk: PAR1, PAR30, PAR60 and PAR90.
    pub at_risk: Vec<AtRisk>,
    /// The same by product, the largest first.
    pub products: Vec<ProductDelinquency>,
}

/// The part of the portfolio that is late by more than so many days, or by 1 day and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtRisk {
    /// The number in its name: 30 of PAR30.
    pub days: u32,
    /// Outstanding principal, due or not, of these loans, in minor units.
    pub principal: Money,
    /// That in hundredths of a percent of all outstanding principal.
    pub share: u32,
}

/// A product's portfolio by lateness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductDelinquency {
    /// The product; none: purchases on installments.
    pub product: Option<ProductId>,
    /// Its name; empty for purchases.
    pub name: String,
    /// The sums of each bucket.
    pub buckets: Vec<BucketSum>,
    /// What is to be set aside, in minor units.
    pub provision: Money,
}
