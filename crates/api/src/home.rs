//! The three home screens.

use crate::{CustomerId, GoodsId, LoanId, LoanRow, LoanView, Money, PaymentView, ProductId, Request, TaskId, request};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// The officer's day.
    OfficerHome {
        /// Language code of the chart; the organisation's where it is none of the screens'.
        language: String,
    } => OfficerHomeView;

    /// The administrator's overview.
    AdminHome {
        /// Language code of the charts; the organisation's where it is none of the screens'.
        language: String,
    } => AdminHomeView;

    /// The signed-in customer's own home.
    CustomerHome {} => CustomerHomeView;

    /// What waits for someone, newest first.
    ListTasks {} => Vec<TaskView>;

    /// Marks something as dealt with.
    SettleTask {
        /// Which.
        task: TaskId,
        /// What was done about it.
        outcome: String,
    } => ();

    /// A customer tells the branch of a payment made elsewhere.
    GiveNotice {
        /// For which loan.
        loan: LoanId,
        /// How much, in minor units.
        amount: Money,
        /// The day.
        on: NaiveDate,
        /// The bank's reference.
        reference: String,
    } => ();
}

/// The officer's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficerHomeView {
    /// The day.
    pub today: NaiveDate,
    /// What falls due today and is unpaid, in minor units.
    pub due_today: Money,
    /// In how many installments.
    pub due_today_count: u32,
    /// What came in today, in minor units.
    pub received_today: Money,
    /// In how many payments.
    pub received_today_count: u32,
    /// What is late, in minor units.
    pub overdue: Money,
    /// On how many loans.
    pub overdue_count: u32,
    /// How many of them count in PAR30.
    pub par30_count: u32,
    /// How many applications wait for approval.
    pub approvals: u32,
    /// How many of them the caller may decide.
    pub approvals_mine: u32,
    /// How many things need attention.
    pub attention: u32,
    /// Whom to call: late first, then due today.
    pub collect: Vec<LoanRow>,
    /// The first applications that wait.
    pub waiting: Vec<LoanRow>,
    /// The first things that need attention.
    pub tasks: Vec<TaskView>,
    /// Expected and received per month.
    pub chart: ChartView,
}

/// What waits for a person. The words are kept in the book for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// A customer says that they paid elsewhere; the detail is the day and the reference.
    NoticeOfPayment,
    /// Others with the same email, phone or document are registered; the detail is how many.
    LikelyDuplicateCustomer,
    /// Money that is likely the same as a payment that was received; the detail is the receipt's number.
    LikelyDuplicatePayment,
    /// Money on a loan on which nothing is owed; the detail is the receipt's number.
    PaymentOnClosedLoan,
    /// Money on a loan that was given up; the detail is the receipt's number.
    PaymentOnWrittenOffLoan,
    /// Money in hand for which there is no loan; the detail is the receipt's number and the day.
    UnplacedMoney,
    /// Money in hand at a desk whose access has ended; the detail is the day and the desk.
    RevokedDeskMoney,
    /// A customer told of another phone, which is to be verified.
    PhoneToVerify,
    /// One that this version has no name for.
    Other,
}

impl TaskKind {
    /// The word as kept in the book.
    pub const fn word(self) -> &'static str {
        match self {
            TaskKind::NoticeOfPayment => "notice_of_payment",
            TaskKind::LikelyDuplicateCustomer => "likely_duplicate_customer",
            TaskKind::LikelyDuplicatePayment => "likely_duplicate_payment",
            TaskKind::PaymentOnClosedLoan => "payment_on_closed_loan",
            TaskKind::PaymentOnWrittenOffLoan => "payment_on_written_off_loan",
            TaskKind::UnplacedMoney => "unplaced_money",
            TaskKind::RevokedDeskMoney => "revoked_desk_money",
            TaskKind::PhoneToVerify => "phone_to_verify",
            TaskKind::Other => "other",
        }
    }

    /// The kind of a word.
    pub fn of(word: &str) -> TaskKind {
        let known = [
            TaskKind::NoticeOfPayment,
            TaskKind::LikelyDuplicateCustomer,
            TaskKind::LikelyDuplicatePayment,
            TaskKind::PaymentOnClosedLoan,
            TaskKind::PaymentOnWrittenOffLoan,
            TaskKind::UnplacedMoney,
            TaskKind::RevokedDeskMoney,
            TaskKind::PhoneToVerify,
        ];
        known
            .into_iter()
            .find(|kind| kind.word() == word)
            .unwrap_or(TaskKind::Other)
    }
}

/// The administrator's overview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminHomeView {
    /// The day.
    pub today: NaiveDate,
    /// Principal outstanding, in minor units.
    pub outstanding: Money,
    /// Paid out in the last twelve months, in minor units.
    pub disbursed: Money,
    /// Collected in the last twelve months, in minor units.
    pub collected: Money,
    /// Share of the portfolio more than 30 days late, in hundredths of a percent.
    pub par30: u32,
    /// The amount of it, in minor units.
    pub par30_amount: Money,
    /// Customers in all, and how many are verified.
    pub customers: (u32, u32),
    /// Loans by status.
    pub loans: Vec<(String, u32)>,
    /// Applications this month.
    pub applications: u32,
    /// The charts, in the order of the screen.
    pub charts: Vec<ChartView>,
}

/// A picture drawn by the desk, and the figures behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartView {
    /// A word for the chart.
    pub id: String,
    /// The finding, or the measure where there is none.
    pub title: String,
    /// The measure and its unit.
    pub subtitle: String,
    /// The picture, in the colours of the page that shows it.
    pub svg: String,
    /// The figures' columns.
    pub columns: Vec<String>,
    /// The figures, as text in the order of the columns.
    pub rows: Vec<Vec<String>>,
}

/// The customer's own home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerHomeView {
    /// Who.
    pub customer: CustomerId,
    /// Whether there is a phone that is not verified, and a way to send it a code.
    pub phone_to_verify: bool,
    /// The day.
    pub today: NaiveDate,
    /// What is to be paid by the next due date, late amounts included, in minor units.
    pub to_pay: Money,
    /// The next due date.
    pub due_on: Option<NaiveDate>,
    /// What is owed over all loans and purchases, in minor units.
    pub total_due: Money,
    /// What was paid over all of them, in minor units.
    pub total_paid: Money,
    /// Loans and purchases with their schedules.
    pub loans: Vec<LoanView>,
    /// Receipts, newest first, each with its loan's number.
    pub receipts: Vec<(String, PaymentView)>,
    /// What the customer may ask for.
    pub products: Vec<ProductId>,
    /// What the shop sells.
    pub goods: Vec<GoodsId>,
}

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    /// Which.
    pub id: TaskId,
    /// What it is.
    pub kind: TaskKind,
    /// The customer's name.
    pub customer: String,
    /// The customer to open.
    #[serde(default)]
    pub customer_id: Option<CustomerId>,
    /// The loan's number.
    pub loan_number: String,
    /// The loan to open.
    pub loan: Option<LoanId>,
    /// The amount in it, in minor units.
    pub amount: Option<Money>,
    /// A reference or a date that belongs to it.
    pub detail: String,
    /// Since when.
    pub at: DateTime<Utc>,
}
