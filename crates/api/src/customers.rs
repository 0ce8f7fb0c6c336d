//! Customers: registration, verification, their own sign-in.

use crate::{ApiError, CodeSent, CustomerId, ListQuery, LoanRow, Page, Request, Secret, SessionView, request};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

request! {
    /// A page of the customer list.
    ListCustomers {
        /// Which part, in which order.
        query: ListQuery,
    } => Page<CustomerRow>;

    /// Everything about one customer.
    GetCustomer {
        /// Who.
        id: CustomerId,
    } => CustomerView;

    /// Registers a customer, unverified.
    RegisterCustomer {
        /// What the form holds.
        form: CustomerForm,
    } => CustomerView;

    /// Someone registers themself: a code goes to their email, and nobody is kept as a customer before it has come back. The
    /// answer is the same whether or not the email is known.
    RegisterMyself {
        /// First name.
        first_name: String,
        /// Last name.
        last_name: String,
        /// Email, with which they sign in.
        email: String,
        /// Phone.
        phone: String,
        /// The language of messages, that of the page.
        language: String,
        /// The password, which they choose.
        password: Secret,
        /// What the request before answered, where another code is asked for.
        again: Option<String>,
    } => CodeSent;

    /// The code of [`RegisterMyself`] came back: there is a new customer, who is signed in.
    ConfirmRegistration {
        /// What [`RegisterMyself`] answered.
        challenge: String,
        /// The six digits.
        code: Secret,
    } => SessionView;

    /// Changes what is known about a customer; a new email or phone is unverified again.
    EditCustomer {
        /// Who.
        id: CustomerId,
        /// What the form holds now.
        form: CustomerForm,
    } => CustomerView;

    /// Sends a six-digit code to the customer's email.
    SendCode {
        /// Who.
        customer: CustomerId,
        /// Which way.
        contact: Contact,
    } => CodeSent;

    /// The customer read the code out: checks it.
    VerifyCode {
        /// Who.
        customer: CustomerId,
        /// What [`SendCode`] answered.
        challenge: String,
        /// The six digits.
        code: Secret,
    } => CustomerView;

    /// The officer has seen the customer's id document.
    RecordDocument {
        /// Who.
        customer: CustomerId,
        /// What kind of document.
        kind: String,
    } => CustomerView;

    /// A supervisor vouches for the document that another has seen.
    VouchForCustomer {
        /// Who.
        customer: CustomerId,
    } => CustomerView;

    /// Gives the customer a sign-in with a password of their own.
    OpenCustomerAccess {
        /// Who.
        customer: CustomerId,
        /// The password, typed by the customer; none for one whose phone alone is verified, who signs in with codes.
        password: Option<Secret>,
    } => CustomerView;
}

/// What a form knows about a customer. Empty means unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerForm {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Email.
    pub email: String,
    /// Phone, with the country's prefix.
    pub phone: String,
    /// Number of the id document.
    pub document_id: String,
    /// Date of birth, `YYYY-MM-DD`.
    pub born_on: String,
    /// Address.
    pub address: String,
    /// Where they work.
    pub employer: String,
    /// Income a month, as typed.
    pub monthly_income: String,
    /// Installments elsewhere a month, as typed.
    pub other_installments: String,
    /// `employed`, `self_employed`, `student`, `unemployed`, or empty.
    pub employment: String,
    /// Other income a month, as typed.
    pub other_income: String,
    /// Code of the language in which they get messages; empty for the organisation's.
    pub language: String,
}

/// A customer in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRow {
    /// Who.
    pub id: CustomerId,
    /// The customer's number.
    pub number: String,
    /// First and last name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Email.
    pub email: String,
    /// Loans and purchases that are not closed.
    pub active_loans: u32,
    /// What is outstanding over all of them.
    pub outstanding: crate::Money,
    /// Whether a contact or a document was verified.
    pub verified: bool,
    /// When they were registered.
    pub registered_at: DateTime<Utc>,
}

/// A way to reach a customer, which a code can verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// By email.
    Email,
    /// By a text message to the phone.
    Phone,
}

/// Everything about one customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerView {
    /// The list's row.
    pub row: CustomerRow,
    /// What is known.
    pub form: CustomerForm,
    /// When the email was verified by a code.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// When the phone was verified by a code.
    pub phone_verified_at: Option<DateTime<Utc>>,
    /// The id document that an officer saw: its kind and who saw it.
    pub document_seen: Option<(String, String)>,
    /// The supervisor who vouched for it.
    pub vouched_by: Option<String>,
    /// Whether money may be paid out to them, and if not, why.
    pub may_receive: Result<(), ApiError>,
    /// Whether they have a sign-in of their own.
    pub has_access: bool,
    /// Their loans and purchases.
    pub loans: Vec<LoanRow>,
    /// Whether their personal data was erased.
    pub erased: bool,
}

impl Contact {
    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Contact::Email => "email",
            Contact::Phone => "phone",
        }
    }
}
