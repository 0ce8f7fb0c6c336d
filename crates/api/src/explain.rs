//! How figures came about, and the proof of those that are published.

use crate::{LoanId, Money, ProductId, Request, request};
use chrono::NaiveDate;
use farthing_lending::CostOfCredit;
use farthing_lending::explain::Derivation;
use farthing_lending::prove::Certificate;
use serde::{Deserialize, Serialize};

/// The day and the discount of a payoff that is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoffAsked {
    /// The day.
    pub on: NaiveDate,
    /// The discount, in minor units.
    pub discount: Money,
}

/// A loan that someone considers, paid out today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Under which terms.
    pub product: ProductId,
    /// How much, in minor units.
    pub principal: Money,
    /// Over how many installments.
    pub installments: u32,
    /// What each is to be, in minor units, where that is given.
    pub installment: Option<Money>,
}

request! {
    /// What a loan that someone considers would cost, with its annual percentage rates.
    WeighOffer {
        /// Which loan.
        offer: Considered,
    } => CostOfCredit;

    /// Explains a figure of a loan that someone considers: `apr`, `aprc`, or a figure of its schedule (`rows[3].interest`,
    /// `installment`, `total_due`).
    ExplainOffer {
        /// Which loan.
        offer: Considered,
        /// Which figure.
        figure: String,
    } => Derivation;

    /// Explains a figure of a loan: `rows[3].interest` of its schedule (also `.principal`, `.fee`, `.penalty`, `.due`,
    /// `.paid`, `.balance`, `.due_on`), a figure of its terms such as `installment` or `total_interest`, or, with a day,
    /// `payoff.total` (also `.principal`, `.interest`, `.fee`, `.penalty`).
    ExplainFigure {
        /// Of which loan.
        loan: LoanId,
        /// Which figure.
        figure: String,
        /// The payoff that is meant.
        payoff: Option<PayoffAsked>,
    } => Derivation;

    /// Works out the published examples that are built in.
    Prove {
    } => Certificate;
}
