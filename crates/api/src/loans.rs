//! Loans and purchases: application to closing, and the papers.

use crate::{
    CustomerId, GoodsId, ListQuery, LoanId, LoanRow, LoanView, Money, Page, PaymentDone, PaymentId, PaymentPreview,
    PayoffView, ProductId, Request, Saved, request,
};
use chrono::NaiveDate;
use farthing_lending::Prepayment;
use serde::{Deserialize, Serialize};

request! {
    /// A page of the loan list. Filters: `waiting`, `active`, `overdue`, `purchases`, `closed`.
    ListLoans {
        /// Which part, in which order.
        query: ListQuery,
    } => Page<LoanRow>;

    /// Everything about one loan, as of today.
    GetLoan {
        /// Which.
        id: LoanId,
    } => LoanView;

    /// Takes an application down.
    ApplyForLoan {
        /// Who asks.
        customer: CustomerId,
        /// Under which terms.
        product: ProductId,
        /// How much, in minor units.
        principal: Money,
        /// Over how many installments.
        installments: u32,
        /// What each installment is to be, in minor units: the number follows from it. None: it follows from the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        installment: Option<Money>,
        /// What for, in the customer's words.
        purpose: String,
    } => LoanView;

    /// Approves or rejects an application, as the caller saw it.
    DecideLoan {
        /// Which.
        loan: LoanId,
        /// [`LoanView::seen`] of what the caller looked at.
        seen: String,
        /// Approve, or reject.
        approve: bool,
        /// Why; needed to reject.
        reason: String,
    } => LoanView;

    /// Pays the loan out: the money leaves the drawer.
    DisburseLoan {
        /// Which.
        loan: LoanId,
        /// [`LoanView::seen`] of what the caller looked at.
        seen: String,
        /// The day on which the money goes out.
        value_date: NaiveDate,
        /// How it goes out.
        method: PaymentMethod,
        /// The due date of the first installment, where it is apart from the rhythm.
        first_due_on: Option<NaiveDate>,
        /// How much of a loan that is paid out in parts goes out first, in minor units; none: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
    } => LoanView;

    /// Takes a payment.
    ReceivePayment {
        /// For which loan.
        loan: LoanId,
        /// How much, in minor units.
        amount: Money,
        /// The day on which the money came in.
        value_date: NaiveDate,
        /// How it came in.
        method: PaymentMethod,
        /// The bank's or the customer's reference.
        reference: String,
        /// What the part beyond what is due does to the schedule; none pays the installments to come as agreed.
        #[serde(default)]
        prepayment: Option<Prepayment>,
        /// The money is in hand although the form warns: a likely duplicate, or a loan that is closed, goes to suspense.
        #[serde(default)]
        anyway: bool,
    } => PaymentDone;

    /// Where a payment would go, before it is taken.
    PreviewPayment {
        /// For which loan.
        loan: LoanId,
        /// How much, in minor units.
        amount: Money,
        /// The day on which the money comes in.
        value_date: NaiveDate,
        /// What the part beyond what is due does to the schedule.
        #[serde(default)]
        prepayment: Option<Prepayment>,
    } => PaymentPreview;

    /// Takes a wrong payment back. Its receipt number stays, marked as reversed.
    ReversePayment {
        /// Which.
        payment: PaymentId,
        /// Of which loan.
        loan: LoanId,
        /// Why.
        reason: String,
    } => LoanView;

    /// What it takes to close a loan on a day.
    QuotePayoff {
        /// Which.
        loan: LoanId,
        /// The day.
        on: NaiveDate,
        /// The discount to give, in minor units.
        discount: Money,
    } => PayoffView;

    /// Closes a loan early: takes the payoff, gives the discount.
    ForecloseLoan {
        /// Which.
        loan: LoanId,
        /// [`LoanView::seen`] of what the caller looked at.
        seen: String,
        /// The day.
        value_date: NaiveDate,
        /// The discount, in minor units.
        discount: Money,
        /// The payoff that the caller saw, in minor units; another one is refused.
        amount: Money,
        /// How the money came in.
        method: PaymentMethod,
    } => PaymentDone;

    /// Gives money back that was paid beyond all that was owed.
    RefundCredit {
        /// Of which loan.
        loan: LoanId,
        /// How much, in minor units.
        amount: Money,
        /// How it goes out.
        method: PaymentMethod,
    } => LoanView;

    /// Sells goods on installments, the first of which is paid at once.
    SellOnInstallments {
        /// Who buys.
        customer: CustomerId,
        /// What.
        goods: GoodsId,
        /// How many.
        quantity: u32,
        /// How many installments, the first one included.
        installments: u32,
        /// The first installment, in minor units: at least 30 % of the total.
        first: Money,
        /// One installment each month rather than each 30 days.
        monthly: bool,
        /// How the first one is paid.
        method: PaymentMethod,
    } => PaymentDone;

    /// Writes the receipt of a payment as PDF.
    WriteReceipt {
        /// Which.
        payment: PaymentId,
    } => Saved;

    /// Writes the statement of a loan as PDF.
    WriteStatement {
        /// Which.
        loan: LoanId,
    } => Saved;

    /// Opens a file that the desk wrote with the system's viewer.
    OpenDocument {
        /// What [`WriteReceipt`] or [`WriteStatement`] answered.
        path: String,
    } => ();
}

/// How money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Notes and coins through the desk's drawer.
    Cash,
    /// A bank transfer.
    Bank,
    /// Mobile money.
    Mobile,
}

/// Where a loan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoanStatus {
    /// Applied for, waits for approval.
    Waiting,
    /// Approved, not yet paid out.
    Approved,
    /// Refused.
    Rejected,
    /// Money is out.
    Active,
    /// Everything is paid.
    Closed,
    /// Given up as lost.
    WrittenOff,
}

impl LoanStatus {
    /// The status's word as kept in the book.
    pub const fn word(self) -> &'static str {
        match self {
            LoanStatus::Waiting => "waiting",
            LoanStatus::Approved => "approved",
            LoanStatus::Rejected => "rejected",
            LoanStatus::Active => "active",
            LoanStatus::Closed => "closed",
            LoanStatus::WrittenOff => "written_off",
        }
    }
}
