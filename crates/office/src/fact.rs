//! What the office decided happened.

use crate::command::{Channel, Command, DayFigures, Sealed};
use crate::posting::Posting;
use crate::state::{LoanPayment, Purchase, TermsChanged, WrittenOff};
use chrono::{DateTime, NaiveDate, Utc};
use farthing_api::{
    ApiError, Currency, CustomerId, DaysOff, FactId, GoodsId, LoanId, LoanStatus, Money, OpId, PaymentId,
    PaymentMethod, ProductId, ProductTerms, RequestId, RequestState, Role, SecondPersonRules, TaskId, UserId,
};
use farthing_lending::{
    Accrual, AllocationBy, AllocationOrder, BucketSum, Charge, ChargeTaken, Earnings, EligibilityRules, Fee,
    LatenessRules, PayoffRule, PenaltyRule, RateChange, Replacement, Row, RowState, Terms, Waiver,
};
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
    /// What the loan has earned and will earn; none in facts of before there were accruals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accrual: Option<Box<Accrual>>,
    /// What it will earn is what was known before; the plan above is empty then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_plan: bool,
    /// The next day whose closing has to look at the loan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_event: Option<NaiveDate>,
    /// The level installment from now on, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installment: Option<Money>,
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
    /// Someone asked for access, or was invited to be something here.
    UserAsked {
        user: UserId,
        role: Option<Role>,
        name: String,
        email: String,
        sign_in: String,
    },
    /// Who was invited has chosen a password.
    InvitationAnswered { user: UserId },
    /// They were let in.
    UserAdmitted { user: UserId, role: Role },
    /// They were turned away.
    UserTurnedAway { user: UserId, sign_in: String },
    /// Someone's access was taken away or given back.
    UserAccessSet { user: UserId, active: bool },
    /// Someone has a new password. `crossed` is the operation that gave them one meanwhile, of which the desk did not know.
    PasswordChanged {
        user: UserId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        crossed: Option<OpId>,
    },
    /// Someone set up their second factor, or lost it and sets it up anew at the next sign-in.
    SecondFactorSet { user: UserId, on: bool },
    /// Someone who works here has another name.
    UserRenamed { user: UserId, name: String },
    /// Someone signs in by another name; the email is that of someone who works here.
    SignInMoved {
        user: UserId,
        sign_in: String,
        email: String,
    },
    /// A customer's personal data is destroyed.
    CustomerErased { customer: CustomerId },
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
        /// Whether the moment of writing decides between desks, so that it is kept for each field.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        dated: bool,
        /// Fields that somebody else wrote later: what was asked for stays in the history and changes nothing.
        #[serde(default, skip_serializing_if = "Sealed::is_empty")]
        older: Sealed,
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
    LoanApproved {
        loan: LoanId,
        reason: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        failed_rules: Vec<String>,
    },
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
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        charges: Vec<ChargeTaken>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fees: Vec<Fee>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accrual: Option<Box<Accrual>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_event: Option<NaiveDate>,
        /// How much of the approved principal went out; none: all of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<Money>,
        /// The changes of its variable rate, where more were announced since it was applied for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rates: Option<Vec<RateChange>>,
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
    /// A loan is so late that its interest is no income any more, or is not so late any more.
    InterestSuspended {
        loan: LoanId,
        suspended: bool,
        change: LoanChange,
    },
    /// Penalties, charges or interest are no longer asked for.
    DuesWaived {
        loan: LoanId,
        waiver: Waiver,
        reason: String,
        change: LoanChange,
    },
    /// A running loan has new terms.
    TermsChanged {
        loan: LoanId,
        terms: Box<TermsChanged>,
        paid_out: Money,
        method: PaymentMethod,
        change: LoanChange,
    },
    /// A running loan follows changes of its product's variable rate.
    RatesFollowed {
        loan: LoanId,
        rates: Vec<RateChange>,
        change: LoanChange,
    },
    /// A loan was given up.
    LoanWrittenOff {
        loan: LoanId,
        written_off: WrittenOff,
        reason: String,
        change: LoanChange,
    },
    /// Money that belongs to no installment came in: to suspense, or as a recovery.
    MoneySetAside {
        loan: LoanId,
        payment: LoanPayment,
        postings: Vec<Posting>,
    },
    /// Such money was taken back, or got its place elsewhere.
    AsideSettled {
        loan: LoanId,
        payment: PaymentId,
        into: Option<LoanId>,
        reason: String,
        postings: Vec<Posting>,
    },
    /// What a product's loans earned on a day, and what is set aside for them.
    DayAccrued {
        date: NaiveDate,
        product: Option<ProductId>,
        earned: Earnings,
        buckets: Vec<BucketSum>,
        provision: Money,
        postings: Vec<Posting>,
    },
    /// There are other rules of lateness.
    LatenessRulesSet { rules: LatenessRules },
    /// There are other rules of who may borrow.
    EligibilityRulesSet { rules: Option<EligibilityRules> },
    /// The organisation has other days off.
    DaysOffSet { days: DaysOff },
    /// Other things take a second person.
    SecondPersonRulesSet { rules: SecondPersonRules },
    /// Something was asked for that takes a second person.
    RequestMade {
        request: RequestId,
        command: Box<Command>,
        hash: String,
        basis: String,
        amount: Option<Money>,
        expires_at: DateTime<Utc>,
    },
    /// It was decided on, taken back, or could not be carried out any more.
    RequestEnded {
        request: RequestId,
        state: RequestState,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refusal: Option<Box<ApiError>>,
    },
    /// A day is closed.
    DayClosed {
        date: NaiveDate,
        figures: DayFigures,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        buckets: Vec<BucketSum>,
    },
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
    /// The charges that were agreed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Charge>,
    /// Whether a payment settles one installment after the other or one share after the other.
    #[serde(default, skip_serializing_if = "AllocationBy::is_installment")]
    pub allocate: AllocationBy,
    /// What closing early takes.
    #[serde(default, skip_serializing_if = "PayoffRule::is_usual")]
    pub payoff: PayoffRule,
    /// The rules of eligibility that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_rules: Vec<String>,
    /// The changes of its variable rate; none: the rate is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rates: Option<Vec<RateChange>>,
    /// Into how many parts the money may be divided when it is paid out; 0 is 1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub parts: u32,
}

pub(crate) fn is_zero(count: &u32) -> bool {
    *count == 0
}
