//! Loans and purchases: application to closing, and the papers.

use crate::{
    ApiError, CustomerId, GoodsId, ListQuery, LoanId, Money, Page, PaymentId, ProductId, Request, Saved, request,
};
use chrono::{DateTime, NaiveDate, Utc};
use farthing_lending::Terms;
use rust_decimal::Decimal;
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
    } => PaymentDone;

    /// Where a payment would go, before it is taken.
    PreviewPayment {
        /// For which loan.
        loan: LoanId,
        /// How much, in minor units.
        amount: Money,
        /// The day on which the money comes in.
        value_date: NaiveDate,
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
        }
    }
}

/// A loan in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanRow {
    /// Which.
    pub id: LoanId,
    /// Its number.
    pub number: String,
    /// Whose.
    pub customer: CustomerId,
    /// The customer's name.
    pub customer_name: String,
    /// The product's name, or the goods.
    pub product: String,
    /// Whether it is a purchase on installments.
    pub purchase: bool,
    /// What was asked for or lent, in minor units.
    pub principal: Money,
    /// What is outstanding: principal, interest due and penalties, in minor units.
    pub outstanding: Money,
    /// What is due or late today, in minor units.
    pub due_now: Money,
    /// The due date of the oldest unpaid installment.
    pub next_due_on: Option<NaiveDate>,
    /// The unpaid part of that installment, in minor units.
    pub next_due: Money,
    /// Days past due of the oldest unpaid installment.
    pub days_past_due: u32,
    /// Where it stands.
    pub status: LoanStatus,
    /// When it was applied for.
    pub applied_at: DateTime<Utc>,
}

/// Everything about one loan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanView {
    /// The list's row.
    pub row: LoanRow,
    /// A hash of what the caller sees, to be sent back with a decision.
    pub seen: String,
    /// The terms, for the preview and the figures' explanations.
    pub terms: Option<Terms>,
    /// Nominal rate in percent per annum.
    pub annual_rate: Decimal,
    /// How many installments, a first payment of a purchase included.
    pub installments: u32,
    /// The level installment, in minor units.
    pub installment: Money,
    /// What for.
    pub purpose: String,
    /// Who took the application down.
    pub officer: String,
    /// Whether the caller may decide on it, and if not, why.
    pub may_decide: Result<(), ApiError>,
    /// Whether it may be paid out, and if not, why.
    pub may_disburse: Result<(), ApiError>,
    /// Who decided, when, and why.
    pub decision: Option<Decision>,
    /// When the money went out.
    pub disbursed_on: Option<NaiveDate>,
    /// When everything was paid.
    pub closed_on: Option<NaiveDate>,
    /// The schedule and how it stands.
    pub rows: Vec<InstallmentView>,
    /// Principal outstanding, in minor units.
    pub outstanding_principal: Money,
    /// Late by today, in minor units.
    pub overdue: Money,
    /// Interest of the whole schedule, in minor units.
    pub total_interest: Money,
    /// Everything that falls due over the life of the loan, penalties included, in minor units.
    pub total_due: Money,
    /// Everything that was paid, in minor units.
    pub total_paid: Money,
    /// Unapplied credit, in minor units.
    pub credit: Money,
    /// What closes the loan today.
    pub payoff: Option<PayoffView>,
    /// The largest discount that may be given, in minor units.
    pub max_discount: Money,
    /// The payments.
    pub payments: Vec<PaymentView>,
    /// What happened, newest first.
    pub history: Vec<HistoryLine>,
}

/// Who decided on an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// How an installment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallmentStatus {
    /// Everything of it is paid.
    Paid,
    /// A part is paid, and it is not late.
    Partly,
    /// Its day has passed and something is unpaid.
    Late,
    /// Falls due today.
    DueToday,
    /// The next one.
    Next,
    /// Later.
    Upcoming,
}

/// One row of the schedule and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallmentView {
    /// Its number; 0 is a first payment.
    pub n: u32,
    /// When it falls due.
    pub due_on: NaiveDate,
    /// Its principal, in minor units.
    pub principal: Money,
    /// Its interest, in minor units.
    pub interest: Money,
    /// Its penalty, in minor units.
    pub penalty: Money,
    /// All of it, in minor units.
    pub due: Money,
    /// What was paid of it, in minor units.
    pub paid: Money,
    /// Principal that is left after it, as scheduled, in minor units.
    pub balance: Money,
    /// The day on which the last of it was paid.
    pub settled_on: Option<NaiveDate>,
    /// Days between its due date and its settlement, or today.
    pub days_late: u32,
    /// How it stands.
    pub status: InstallmentStatus,
}

/// A payment that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentView {
    /// Which.
    pub id: PaymentId,
    /// The receipt's number.
    pub receipt: String,
    /// The day on which the money came in.
    pub value_date: NaiveDate,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// How much, in minor units.
    pub amount: Money,
    /// Where it went.
    pub parts: PaymentParts,
    /// How it came in.
    pub method: PaymentMethod,
    /// The reference.
    pub reference: String,
    /// Who took it.
    pub by: String,
    /// Why it was taken back, if it was.
    pub reversed: Option<String>,
}

/// Where a payment goes, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentParts {
    /// To penalties.
    pub penalty: Money,
    /// To interest.
    pub interest: Money,
    /// To principal.
    pub principal: Money,
    /// Beyond all that was owed: kept as unapplied credit.
    pub credit: Money,
}

/// Where a payment would go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPreview {
    /// The split.
    pub parts: PaymentParts,
    /// The split by installment: number, amount.
    pub rows: Vec<(u32, Money)>,
    /// What is outstanding afterwards, in minor units.
    pub outstanding: Money,
    /// Whether everything is paid then.
    pub closes: bool,
}

/// A payment was taken and saved to disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDone {
    /// Which.
    pub payment: PaymentId,
    /// The receipt's number.
    pub receipt: String,
    /// Where it went.
    pub parts: PaymentParts,
    /// The loan afterwards.
    pub loan: LoanView,
}

/// What it takes to close a loan, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoffView {
    /// The day it holds for.
    pub on: NaiveDate,
    /// Principal outstanding.
    pub principal: Money,
    /// Interest up to the day.
    pub interest: Money,
    /// Penalties.
    pub penalty: Money,
    /// The discount.
    pub discount: Money,
    /// What is to be paid.
    pub total: Money,
    /// Interest that is saved against keeping to the schedule.
    pub saved: Money,
}

/// A line of a loan's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// When.
    pub at: DateTime<Utc>,
    /// What: the fact's word, such as `payment_received`.
    pub what: String,
    /// A number or a reason that belongs to it.
    pub detail: String,
    /// The amount, where money is in it, in minor units.
    pub amount: Option<Money>,
    /// Who.
    pub by: String,
}
