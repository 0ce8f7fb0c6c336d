//! Loans as screens see them.

use crate::{ApiError, CustomerId, LoanId, LoanStatus, Money, PaymentId, PaymentMethod, TermsChange};
use chrono::{DateTime, NaiveDate, Utc};
use farthing_lending::{Charge, ChargeTaken, PayoffInterest, Terms, Unit};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

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
    /// The terms, for papers; the screens do without.
    #[serde(skip)]
    pub terms: Option<Terms>,
    /// One installment each so many units.
    pub every: (u32, Unit),
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
    /// What is due and unpaid besides principal.
    pub dues: Dues,
    /// Interest of the whole schedule, in minor units.
    pub total_interest: Money,
    /// Everything that falls due over the life of the loan, penalties included, in minor units.
    pub total_due: Money,
    /// Everything that was paid, in minor units.
    pub total_paid: Money,
    /// Unapplied credit, in minor units.
    pub credit: Money,
    /// The charges that were agreed.
    pub charges: Vec<Charge>,
    /// The charges that were taken when the money went out.
    pub charges_taken: Vec<ChargeTaken>,
    /// Interest that is earned by the last closed day and not paid, in minor units.
    pub interest_earned: Money,
    /// Whether the loan is so late that its interest is no income before it is paid.
    pub interest_suspended: bool,
    /// Whether its rate is variable.
    pub is_variable: bool,
    /// The rules that failed when it was applied for or approved, by their words.
    pub failed_rules: Vec<String>,
    /// How it was put under new terms, oldest first.
    pub terms_changes: Vec<TermsChanged>,
    /// How it was given up.
    pub written_off: Option<WrittenOffView>,
    /// Whether dues may be waived, and if not, why.
    pub may_waive: Result<(), ApiError>,
    /// Whether it may be put under new terms, and if not, why.
    pub may_change_terms: Result<(), ApiError>,
    /// Whether it may be written off, and if not, why.
    pub may_write_off: Result<(), ApiError>,
    /// What closes the loan today.
    pub payoff: Option<PayoffView>,
    /// The largest discount that may be given, in minor units.
    pub max_discount: Money,
    /// Approved and not paid out yet, in minor units.
    pub undisbursed: Money,
    /// Into how many parts the money may still be divided.
    pub parts_left: u32,
    /// Whether the next part may be paid out, or why not.
    pub may_disburse_part: Result<(), ApiError>,
    /// The payments.
    pub payments: Vec<PaymentView>,
    /// What happened, newest first.
    pub history: Vec<HistoryLine>,
}

/// What is due by today and unpaid besides principal, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dues {
    /// Penalties.
    pub penalty: Money,
    /// Charges.
    pub fee: Money,
    /// Interest.
    pub interest: Money,
}

/// A change of the terms that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsChanged {
    /// What it is called.
    pub kind: TermsChange,
    /// From when the new terms hold.
    pub on: NaiveDate,
    /// Principal that came on top, in minor units: paid out, or interest and penalties made principal.
    pub added: Money,
    /// The annual rate from then on, of a change of the rate alone.
    pub rate: Option<Decimal>,
    /// Why.
    pub reason: String,
}

/// How a loan was given up, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenOffView {
    /// When.
    pub on: NaiveDate,
    /// The principal that was lost.
    pub principal: Money,
    /// Everything that was owed.
    pub owed: Money,
    /// What came in since.
    pub recovered: Money,
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
    /// Its charges, in minor units.
    #[serde(default)]
    pub fee: Money,
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
    /// To charges.
    #[serde(default, skip_serializing_if = "Money::is_nothing")]
    pub fee: Money,
    /// Recovered of a loan that was written off.
    #[serde(default, skip_serializing_if = "Money::is_nothing")]
    pub recovery: Money,
    /// Kept in suspense until someone decides where it goes.
    #[serde(default, skip_serializing_if = "Money::is_nothing")]
    pub suspense: Money,
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
    /// Charges, with the one for closing early.
    #[serde(default)]
    pub fee: Money,
    /// The discount.
    pub discount: Money,
    /// What is to be paid.
    pub total: Money,
    /// Interest that is saved against keeping to the schedule.
    pub saved: Money,
    /// Up to when interest is asked for.
    #[serde(default)]
    pub interest_to: PayoffInterest,
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
