//! What the office decided happened.

use crate::Key;
use crate::command::{Channel, DayFigures, Sealed};
use crate::posting::Posting;
use crate::state::{LoanPayment, Purchase};
use chrono::{DateTime, NaiveDate, Utc};
use farthing_api::{
    Currency, CustomerId, FactId, GoodsId, LoanId, LoanStatus, Money, OpId, PaymentId, PaymentMethod, ProductId,
    ProductTerms, Role, TaskId, UserId,
};
use farthing_lending::{AllocationOrder, PenaltyRule, Replacement, Row, RowState, Terms};
use serde::{Deserialize, Serialize};

/// The version of the fact payloads that this program writes.
pub const FACT_VERSION: u32 = 1;

/// A decided fact with its circumstances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// UUIDv5 of the operation and the fact's place in it.
    pub id: FactId,
    /// The operation that it came of.
    pub op: OpId,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// The day of the ledger to which it belongs.
    pub booking_date: NaiveDate,
    /// Who asked; none where the authority itself acted.
    pub by: Option<UserId>,
    /// At which desk.
    pub desk: String,
    /// What happened.
    pub body: FactBody,
}

/// How a loan stands after money moved: what changed, as results, so that nothing has to be worked out again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanChange {
    /// The installments that changed; all of them where the schedule was replaced.
    pub rows: Vec<RowState>,
    /// Whether the rows take the place of all rows there were.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaced: bool,
    /// Unapplied credit afterwards, in minor units.
    pub credit: Money,
    /// The day on which everything was paid; none while something is owed.
    pub closed_on: Option<NaiveDate>,
    /// Penalties are charged up to this day.
    pub assessed_through: Option<NaiveDate>,
    /// The entry.
    pub postings: Vec<Posting>,
}

/// What happened. Kept for good, so a variant or a field is only ever added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of the commands and aggregates of the same name"
)]
pub enum FactBody {
    /// The organisation exists.
    OrganisationSetUp {
        name: String,
        currency: Currency,
        language: String,
        branch_code: String,
        branch_name: String,
        time_zone: String,
        opened_on: NaiveDate,
    },
    /// Someone may sign in.
    UserAdded {
        user: UserId,
        role: Role,
        name: String,
        email: String,
        sign_in: String,
        customer: Option<CustomerId>,
    },
    /// Someone's access was taken away or given back.
    UserAccessSet { user: UserId, active: bool },
    /// Someone has a new password.
    PasswordChanged { user: UserId },
    /// A product has new terms.
    ProductSaved {
        product: ProductId,
        version: u32,
        terms: Box<ProductTerms>,
    },
    /// A thing for sale has a new name or price.
    GoodsSaved {
        goods: GoodsId,
        name: String,
        price: Money,
        active: bool,
    },
    /// There is a new customer.
    CustomerRegistered {
        customer: CustomerId,
        number: String,
        fields: Sealed,
        officer: Option<UserId>,
    },
    /// Personal fields have changed.
    CustomerChanged {
        customer: CustomerId,
        fields: Sealed,
        unverified: Vec<Channel>,
    },
    /// A contact is verified.
    ContactVerified { customer: CustomerId, channel: Channel },
    /// An id document was seen.
    DocumentSeen { customer: CustomerId, document: String },
    /// A supervisor vouches for it.
    CustomerVouched { customer: CustomerId },
    /// An application was taken down.
    LoanApplied { loan: Box<LoanOpened> },
    /// It was approved.
    LoanApproved { loan: LoanId, reason: String },
    /// It was rejected.
    LoanRejected { loan: LoanId, reason: String },
    /// The money is out.
    LoanDisbursed {
        loan: LoanId,
        value_date: NaiveDate,
        method: PaymentMethod,
        terms: Box<Terms>,
        installment: Money,
        rows: Vec<Row>,
        postings: Vec<Posting>,
    },
    /// Goods were sold; the first installment follows as a payment of its own.
    PurchaseMade {
        loan: Box<LoanOpened>,
        rows: Vec<Row>,
        postings: Vec<Posting>,
    },
    /// Money came in.
    PaymentReceived {
        loan: LoanId,
        payment: LoanPayment,
        change: LoanChange,
    },
    /// A payment was taken back.
    PaymentReversed {
        loan: LoanId,
        payment: PaymentId,
        reason: String,
        change: LoanChange,
    },
    /// A loan is closed early: the rows that replace the rest of its schedule. The closing payment follows; when that
    /// one is taken back, the schedule is again as it was.
    LoanForeclosed {
        loan: LoanId,
        discount: Money,
        replacement: Replacement,
        change: LoanChange,
    },
    /// Unapplied credit was given back.
    CreditRefunded {
        loan: LoanId,
        amount: Money,
        method: PaymentMethod,
        change: LoanChange,
    },
    /// Penalties fell due.
    PenaltiesCharged {
        loan: LoanId,
        amount: Money,
        change: LoanChange,
    },
    /// A day is closed.
    DayClosed { date: NaiveDate, figures: DayFigures },
    /// Something waits for a person.
    TaskOpened {
        task: TaskId,
        what: String,
        customer: Option<CustomerId>,
        loan: Option<LoanId>,
        amount: Option<Money>,
        detail: String,
    },
    /// It was dealt with.
    TaskSettled { task: TaskId, outcome: String },
}

/// What an application or a purchase starts with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanOpened {
    /// Which.
    pub id: LoanId,
    /// Its number.
    pub number: String,
    /// Whose.
    pub customer: CustomerId,
    /// The product and its version.
    pub product: Option<(ProductId, u32)>,
    /// The product's name, or the goods.
    pub title: String,
    /// What was bought, if it is a purchase.
    pub purchase: Option<Purchase>,
    /// The terms; none for a purchase, whose plan is its rows.
    pub terms: Option<Terms>,
    /// What is lent, or the price of what was bought, in minor units.
    pub principal: Money,
    /// How many installments, a first payment at the sale included.
    pub installments: u32,
    /// The day of the application or the sale.
    pub opened_on: NaiveDate,
    /// The level installment as quoted, in minor units.
    pub installment: Money,
    /// What a late installment costs.
    pub penalty: Option<PenaltyRule>,
    /// In which order a payment settles.
    pub allocation: AllocationOrder,
    /// The largest discount on closing early, in minor units.
    pub max_discount: Money,
    /// Who took it down.
    pub officer: Option<UserId>,
    /// What for.
    pub purpose: String,
    /// Where it stands.
    pub status: LoanStatus,
}

impl FactBody {
    /// The fact's word, as in its payload.
    pub fn word(&self) -> &'static str {
        match self {
            FactBody::OrganisationSetUp { .. } => "organisation_set_up",
            FactBody::UserAdded { .. } => "user_added",
            FactBody::UserAccessSet { .. } => "user_access_set",
            FactBody::PasswordChanged { .. } => "password_changed",
            FactBody::ProductSaved { .. } => "product_saved",
            FactBody::GoodsSaved { .. } => "goods_saved",
            FactBody::CustomerRegistered { .. } => "customer_registered",
            FactBody::CustomerChanged { .. } => "customer_changed",
            FactBody::ContactVerified { .. } => "contact_verified",
            FactBody::DocumentSeen { .. } => "document_seen",
            FactBody::CustomerVouched { .. } => "customer_vouched",
            FactBody::LoanApplied { .. } => "loan_applied",
            FactBody::LoanApproved { .. } => "loan_approved",
            FactBody::LoanRejected { .. } => "loan_rejected",
            FactBody::LoanDisbursed { .. } => "loan_disbursed",
            FactBody::PurchaseMade { .. } => "purchase_made",
            FactBody::PaymentReceived { .. } => "payment_received",
            FactBody::PaymentReversed { .. } => "payment_reversed",
            FactBody::LoanForeclosed { .. } => "loan_foreclosed",
            FactBody::CreditRefunded { .. } => "credit_refunded",
            FactBody::PenaltiesCharged { .. } => "penalties_charged",
            FactBody::DayClosed { .. } => "day_closed",
            FactBody::TaskOpened { .. } => "task_opened",
            FactBody::TaskSettled { .. } => "task_settled",
        }
    }

    /// The aggregates that it changes.
    pub fn touches(&self, desk: &str) -> Vec<Key> {
        let desk = || Key::Desk(desk.to_string());
        match self {
            FactBody::OrganisationSetUp { .. } => vec![Key::Organisation, Key::Day, desk()],
            FactBody::UserAdded {
                user,
                sign_in,
                customer,
                ..
            } => {
                let mut keys = vec![Key::User(*user), Key::SignIn(sign_in.clone())];
                keys.extend(customer.map(Key::Customer));
                keys
            }
            FactBody::UserAccessSet { user, .. } | FactBody::PasswordChanged { user } => vec![Key::User(*user)],
            FactBody::ProductSaved { product, .. } => vec![Key::Product(*product)],
            FactBody::GoodsSaved { goods, .. } => vec![Key::Goods(*goods)],
            FactBody::CustomerRegistered { customer, .. } => vec![Key::Customer(*customer), desk()],
            FactBody::CustomerChanged { customer, .. }
            | FactBody::ContactVerified { customer, .. }
            | FactBody::DocumentSeen { customer, .. }
            | FactBody::CustomerVouched { customer } => vec![Key::Customer(*customer)],
            FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. } => vec![Key::Loan(loan.id), desk()],
            FactBody::PaymentReceived { loan, .. } => vec![Key::Loan(*loan), desk()],
            FactBody::LoanApproved { loan, .. }
            | FactBody::LoanRejected { loan, .. }
            | FactBody::LoanDisbursed { loan, .. }
            | FactBody::PaymentReversed { loan, .. }
            | FactBody::LoanForeclosed { loan, .. }
            | FactBody::CreditRefunded { loan, .. }
            | FactBody::PenaltiesCharged { loan, .. } => vec![Key::Loan(*loan)],
            FactBody::DayClosed { .. } => vec![Key::Day],
            FactBody::TaskOpened { task, .. } | FactBody::TaskSettled { task, .. } => vec![Key::Task(*task)],
        }
    }

    /// The entry that it carries.
    pub fn postings(&self) -> &[Posting] {
        match self {
            FactBody::LoanDisbursed { postings, .. } | FactBody::PurchaseMade { postings, .. } => postings,
            FactBody::PaymentReceived { change, .. }
            | FactBody::LoanForeclosed { change, .. }
            | FactBody::PaymentReversed { change, .. }
            | FactBody::CreditRefunded { change, .. }
            | FactBody::PenaltiesCharged { change, .. } => &change.postings,
            _ => &[],
        }
    }
}
