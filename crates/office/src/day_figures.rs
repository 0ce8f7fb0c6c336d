//! What a closed day says of the portfolio. A host brings the sums, from a table or from the loans themselves.

use crate::state::Loan;
use chrono::NaiveDate;
use farthing_api::{LoanStatus, Money, ProductId};
use farthing_lending::{BucketSum, Earnings, LatenessRules, RowState, Standing};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Running loans by product and by the day on which their oldest unpaid installment fell due.
pub type Standings = BTreeMap<Option<ProductId>, Vec<Standing>>;

/// What loans earned on a day, by product.
pub type EarnedByProduct = BTreeMap<Option<ProductId>, Earnings>;

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

impl DayFigures {
    /// The portfolio at the end of a day.
    pub fn on(date: NaiveDate, standings: &Standings) -> DayFigures {
        let mut figures = DayFigures::default();
        for standing in standings.values().flatten() {
            let late = (date - standing.oldest_due).num_days();
            figures.outstanding += standing.principal;
            for (over, sum) in [
                (0, &mut figures.par1),
                (30, &mut figures.par30),
                (60, &mut figures.par60),
                (90, &mut figures.par90),
            ] {
                if late > over {
                    *sum += standing.principal;
                }
            }
        }
        figures
    }
}

/// Each product's part of a day. A product without running loans may still earn what was paid ahead, or give back what was
/// set aside.
pub fn product_days(
    date: NaiveDate,
    rules: &LatenessRules,
    standings: Standings,
    mut earned: EarnedByProduct,
) -> Vec<ProductDay> {
    let mut products = Vec::with_capacity(earned.len().max(standings.len()));
    for (product, loans) in standings {
        products.push(ProductDay {
            product,
            earned: earned.remove(&product).unwrap_or_default(),
            buckets: rules.sums(date, loans),
        });
    }
    products.extend(earned.into_iter().map(|(product, earned)| ProductDay {
        product,
        earned,
        buckets: rules.sums(date, []),
    }));
    products
}

impl Loan {
    /// Where a running loan stands: its oldest unpaid installment, and its principal that is unpaid. None once nothing is.
    pub fn place(&self) -> Option<Standing> {
        let running = self.status == LoanStatus::Active;
        let oldest = self
            .rows
            .iter()
            .find(|row| row.unpaid().is_positive())
            .filter(|_| running)?;
        let unpaid = |row: &RowState| row.principal - row.paid_principal;
        Some(Standing {
            oldest_due: oldest.due_on,
            loans: 1,
            principal: self.rows.iter().map(unpaid).sum::<Money>(),
        })
    }
}
