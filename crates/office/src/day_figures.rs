//! What a closed day says of the portfolio.

use farthing_api::{Money, ProductId};
use farthing_lending::{BucketSum, Earnings};
use serde::{Deserialize, Serialize};

/// A product's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductDay {
    /// The product; none: all purchases.
    pub product: Option<ProductId>,
    /// What its loans earned.
    pub earned: Earnings,
    /// How late they are.
    pub buckets: Vec<BucketSum>,
}

/// The portfolio at the end of a day, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFigures {
    /// Principal outstanding.
    pub outstanding: Money,
    /// Principal outstanding on loans 1 day late or more.
    pub par1: Money,
    /// More than 30 days late.
    pub par30: Money,
    /// More than 60 days late.
    pub par60: Money,
    /// More than 90 days late.
    pub par90: Money,
}
