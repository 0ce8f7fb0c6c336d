//! How figures came about, and the proof of those that are published.

use crate::{LoanId, Money, Request, request};
use chrono::NaiveDate;
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

request! {
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
