//! Every payment, by its receipt.

use crate::{CustomerId, ListQuery, LoanId, Money, Page, PaymentId, PaymentMethod, Request, request};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// A page of the receipts, the newest first. Filters: `today`, `reversed`. Sorts: `number`, `day`, `amount`.
    ListReceipts {
        /// Which part, in which order.
        query: ListQuery,
    } => Page<ReceiptRow>;
}

/// A payment in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptRow {
    /// Which.
    pub payment: PaymentId,
    /// The receipt's number.
    pub receipt: String,
    /// The day on which the money came in.
    pub value_date: NaiveDate,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// How much, in minor units.
    pub amount: Money,
    /// How it came in.
    pub method: PaymentMethod,
    /// The reference.
    pub reference: String,
    /// Who took it.
    pub by: String,
    /// For which loan.
    pub loan: LoanId,
    /// The loan's number.
    pub loan_number: String,
    /// Whose loan it is.
    pub customer: CustomerId,
    /// The customer's name.
    pub customer_name: String,
    /// Why it was taken back, if it was.
    pub reversed: Option<String>,
}
