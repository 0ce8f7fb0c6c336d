//! The aggregates: what the office knows of each thing, folded from facts.

use crate::Key;
use crate::command::Sealed;
use crate::fact::is_zero;
use chrono::{DateTime, NaiveDate, Utc};
use farthing_api::{
    Currency, CustomerId, DaysOff, GoodsId, LoanId, LoanStatus, Money, OpId, PaymentId, PaymentMethod, PaymentParts,
    ProductId, ProductTerms, RequestId, RequestState, Role, SecondPersonRules, TermsChange, UserId,
};
use farthing_lending::{
    Accrual, AllocationBy, AllocationOrder, Charge, ChargeTaken, EligibilityRules, Fee, LatenessRules, PayoffRule,
    PenaltyRule, Prepayment, RateChange, Replacement, Row, RowState, Terms, Waiver,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The aggregates that a decision may see, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State(pub BTreeMap<Key, Aggregate>);

/// One aggregate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Aggregate {
    /// [`Key::Organisation`]
    Organisation(Organisation),
    /// [`Key::Day`]
    Day(Day),
    /// [`Key::Desk`]
    Desk(Desk),
    /// [`Key::SignIn`]
    SignIn(SignIn),
    /// [`Key::User`]
    User(User),
    /// [`Key::Product`]
    Product(Product),
    /// [`Key::Goods`]
    Goods(Goods),
    /// [`Key::Customer`]
    Customer(Customer),
    /// [`Key::Loan`]
    Loan(Box<Loan>),
    /// [`Key::Task`]
    Task(Task),
    /// [`Key::Request`]
    Asked(Asked),
    /// [`Key::Portfolio`]
    Portfolio(Portfolio),
}

/// The organisation and its branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// Its one currency.
    pub currency: Currency,
    /// Language code.
    pub language: String,
    /// The branch's code.
    pub branch_code: String,
    /// The branch's name.
    pub branch_name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Buckets of lateness, provisions, suspension of interest.
    #[serde(default)]
    pub lateness: LatenessRules,
    /// Who may borrow; none: nothing is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<EligibilityRules>,
    /// What takes a second person.
    #[serde(default, skip_serializing_if = "SecondPersonRules::is_empty")]
    pub second_person: SecondPersonRules,
    /// The days off.
    #[serde(default, skip_serializing_if = "DaysOff::is_usual")]
    pub days_off: DaysOff,
}

/// Something that was asked for and takes a second person. What exactly is in the fact; here is what binds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who asked.
    pub maker: UserId,
    /// The hash of exactly what they asked for.
    pub hash: String,
    /// The hash of what it is about, as they saw it.
    pub basis: String,
    /// Until when it may be decided.
    pub expires_at: DateTime<Utc>,
    /// How it stands; never expired, which is a matter of the clock.
    pub state: RequestState,
}

/// What is kept of a product's loans as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portfolio {
    /// What is set aside for loss, in minor units.
    pub provision: Money,
}

/// The branch's days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The first open day: entries are booked to it.
    pub open: NaiveDate,
}

/// A desk's counters: the last number given of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    /// Receipts.
    pub receipts: u32,
    /// Loans.
    pub loans: u32,
    /// Purchases.
    pub purchases: u32,
    /// Customers.
    pub customers: u32,
}

impl Desk {
    /// The later number of each kind.
    pub fn later(self, other: Desk) -> Desk {
        Desk {
            receipts: self.receipts.max(other.receipts),
            loans: self.loans.max(other.loans),
            purchases: self.purchases.max(other.purchases),
            customers: self.customers.max(other.customers),
        }
    }
}

/// Whose a sign-in name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Who.
    pub user: UserId,
    /// Nobody's any more: whoever had it was turned away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub free: bool,
}

/// Someone who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// What they are.
    pub role: Role,
    /// Their name; empty for a customer, whose name is a personal field.
    pub name: String,
    /// Their email; empty for a customer.
    pub email: String,
    /// Which customer they are.
    pub customer: Option<CustomerId>,
    /// Whether they may sign in.
    pub active: bool,
    /// They asked for access or were invited, and wait until someone lets them in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// The operation that gave them the password that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<OpId>,
    /// They have chosen the password that waits until they are let in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered: bool,
    /// They have set an authenticator up, at this desk or at another one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_factor: bool,
}

/// A loan product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Raised by one with each change.
    pub version: u32,
    /// The terms.
    pub terms: ProductTerms,
}

/// A thing for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goods {
    /// Its name.
    pub name: String,
    /// The price of one, in minor units.
    pub price: Money,
    /// Whether it may be sold.
    pub active: bool,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The customer's number.
    pub number: String,
    /// Personal fields, encrypted.
    pub fields: Sealed,
    /// When the email was verified.
    pub email_verified: Option<DateTime<Utc>>,
    /// When the phone was verified.
    pub phone_verified: Option<DateTime<Utc>>,
    /// The id document: its kind, and who saw it.
    pub document: Option<(String, Option<UserId>)>,
    /// The supervisor who vouched for it.
    pub vouched_by: Option<UserId>,
    /// Their sign-in.
    pub user: Option<UserId>,
    /// Their personal data was destroyed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// When fields were last written, where several desks write.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub written: BTreeMap<String, DateTime<Utc>>,
}

impl Customer {
    /// Whether money may be paid out: a contact verified by a code, or a document that one saw and another vouched for.
    pub fn is_verified(&self) -> bool {
        self.email_verified.is_some() || self.phone_verified.is_some() || self.vouched_by.is_some()
    }
}

/// What was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// What.
    pub goods: GoodsId,
    /// How many.
    pub quantity: u32,
    /// The price of one at the sale, in minor units.
    pub price: Money,
}

/// A payment on a loan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanPayment {
    /// Which.
    pub id: PaymentId,
    /// The receipt's number.
    pub receipt: String,
    /// The day on which the money came in.
    pub on: NaiveDate,
    /// How much, in minor units.
    pub amount: Money,
    /// Where it went when it was recorded.
    pub parts: PaymentParts,
    /// How it came in.
    pub method: PaymentMethod,
    /// The reference.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reversed: bool,
    /// What the part beyond what was due does to the schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepay: Option<Prepayment>,
    /// The money did not go to the loan's installments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<Aside>,
}

/// Where money goes that is not put to installments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aside {
    /// It waits for someone who decides.
    Suspense,
    /// It is a recovery of a loan that was given up.
    Recovery,
}

impl LoanPayment {
    /// Whether it pays installments.
    pub fn counts(&self) -> bool {
        !self.reversed && self.aside.is_none()
    }
}

/// An early closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreclosure {
    /// The rows that replaced the rest of the schedule, and when.
    pub replacement: Replacement,
    /// The discount, in minor units.
    pub discount: Money,
    /// The payment that closed the loan; it follows the foreclosure.
    pub payment: Option<PaymentId>,
}

/// A change of a running loan's terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsChanged {
    /// What it is called.
    pub kind: TermsChange,
    /// The rows that replaced the rest of the schedule, and when.
    pub replacement: Replacement,
    /// Why.
    pub reason: String,
}

/// How a loan was given up, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenOff {
    /// When.
    pub on: NaiveDate,
    /// The principal that was lost.
    pub principal: Money,
    /// Everything that was owed.
    pub owed: Money,
    /// What came in since.
    pub recovered: Money,
}

/// A loan or a purchase on installments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    /// Its number.
    pub number: String,
    /// Whose.
    pub customer: CustomerId,
    /// The product and its version.
    pub product: Option<(ProductId, u32)>,
    /// The product's name, or the goods.
    pub title: String,
    /// What was bought.
    pub purchase: Option<Purchase>,
    /// The terms; none for a purchase.
    pub terms: Option<Terms>,
    /// What is lent, or the price of what was bought, in minor units.
    pub principal: Money,
    /// How many installments, a first payment at the sale included.
    pub installments: u32,
    /// The day of the application or the sale.
    pub opened_on: NaiveDate,
    /// The level installment, in minor units.
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
    /// The day on which the money went out.
    pub disbursed_on: Option<NaiveDate>,
    /// The day on which everything was paid.
    pub closed_on: Option<NaiveDate>,
    /// The schedule as agreed.
    pub schedule: Vec<Row>,
    /// How each installment stands.
    pub rows: Vec<RowState>,
    /// The payments, in the order of recording.
    pub payments: Vec<LoanPayment>,
    /// Unapplied credit, in minor units.
    pub credit: Money,
    /// Unapplied credit that was given back, in minor units.
    pub refunded: Money,
    /// Penalties are charged up to this day.
    pub assessed_through: Option<NaiveDate>,
    /// The early closing.
    pub foreclosure: Option<Foreclosure>,
    /// The charges that were agreed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Charge>,
    /// The charges that were taken when the money went out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges_taken: Vec<ChargeTaken>,
    /// The charges that fall due with installments of the schedule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<Fee>,
    /// Whether a payment settles one installment after the other or one share after the other.
    #[serde(default, skip_serializing_if = "AllocationBy::is_installment")]
    pub allocate: AllocationBy,
    /// What closing early takes.
    #[serde(default, skip_serializing_if = "PayoffRule::is_usual")]
    pub payoff: PayoffRule,
    /// The rules of eligibility that failed when it was applied for or approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_rules: Vec<String>,
    /// What is no longer asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
    /// Changes of its terms, in the order of recording.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms_changes: Vec<TermsChanged>,
    /// How it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_off: Option<WrittenOff>,
    /// What it has earned as of the last entry, and what it will earn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accrual: Option<Accrual>,
    /// The next day whose closing has to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_event: Option<NaiveDate>,
    /// Into how many parts the money may be divided when it is paid out; 0 is 1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub parts: u32,
    /// The changes of its variable rate; none: the rate is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rates: Option<Vec<RateChange>>,
    /// Approved and not paid out yet, in minor units; [`Loan::principal`] is without it once money is out.
    #[serde(default, skip_serializing_if = "Money::is_nothing")]
    pub undisbursed: Money,
}

impl Loan {
    /// A short hash of everything that a person sees of the loan: a decision sends it back.
    pub fn seen(&self) -> String {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        hex::encode(&Sha256::digest(bytes)[..12])
    }

    /// Into how many parts what is not paid out may still be divided.
    pub fn parts_left(&self) -> u32 {
        let later = self.terms_changes.iter().filter(|c| c.kind == TermsChange::NextPart);
        let out = u32::from(self.disbursed_on.is_some()) + u32::try_from(later.count()).unwrap_or(u32::MAX);
        self.parts.max(1).saturating_sub(out)
    }
}

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// A word for the kind.
    pub what: String,
    /// On which loan.
    pub loan: Option<LoanId>,
    /// Whether it was dealt with.
    pub settled: bool,
}

macro_rules! lookups {
    ($($(#[$doc:meta])* $name:ident($($id:ident: $type:ty)?) -> $variant:ident / $key:expr;)*) => {
        impl State {$(
            $(#[$doc])*
            pub fn $name(&self $(, $id: $type)?) -> Option<&$variant> {
                match self.0.get(&$key) {
                    Some(Aggregate::$variant(found)) => Some(found),
                    _ => None,
                }
            }
        )*}
    };
}

impl State {
    /// Every loan and purchase that was loaded.
    pub fn loans(&self) -> impl Iterator<Item = &Loan> {
        self.0.values().filter_map(|found| match found {
            Aggregate::Loan(loan) => Some(loan.as_ref()),
            _ => None,
        })
    }
}

lookups! {
    /// The organisation.
    organisation() -> Organisation / Key::Organisation;
    /// The branch's days.
    day() -> Day / Key::Day;
    /// A desk's counters.
    desk(prefix: &str) -> Desk / Key::Desk(prefix.to_string());
    /// Whose a sign-in name is.
    sign_in(name: &str) -> SignIn / Key::SignIn(name.to_string());
    /// Someone who signs in.
    user(id: UserId) -> User / Key::User(id);
    /// A product.
    product(id: ProductId) -> Product / Key::Product(id);
    /// A thing for sale.
    goods(id: GoodsId) -> Goods / Key::Goods(id);
    /// A customer.
    customer(id: CustomerId) -> Customer / Key::Customer(id);
    /// A loan or a purchase.
    loan(id: LoanId) -> Loan / Key::Loan(id);
    /// Something that waits.
    task(id: farthing_api::TaskId) -> Task / Key::Task(id);
    /// Something that waits for a second person.
    request(id: RequestId) -> Asked / Key::Request(id);
    /// What is kept of a product's loans as a whole.
    portfolio(product: Option<ProductId>) -> Portfolio / Key::Portfolio(product);
}
