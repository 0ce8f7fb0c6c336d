//! What someone may ask of the office.

use chrono::NaiveDate;
use farthing_api::{
    Currency, CustomerId, DaysOff, GoodsId, LoanId, Money, OpId, PaymentId, PaymentMethod, ProductId, ProductTerms,
    RequestId, Role, SecondPersonRules, TaskId, TermsChange, UserId,
};
use farthing_lending::{EligibilityRules, LatenessRules, NewSchedule, Prepayment, Share};
use serde::{Deserialize, Serialize};

pub use crate::contact::{Channel, Sealed};
pub use crate::credential::ResetHow;
pub use crate::day_figures::{DayFigures, ProductDay};

/// The version of the command payloads that this program writes.
pub const COMMAND_VERSION: u32 = 1;

/// What someone asks for. Kept in the command log for good, so a variant is only ever added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Command {
    /// First run.
    SetUp {
        /// The organisation's name.
        organisation: String,
        /// Its one currency.
        currency: Currency,
        /// Language code of screens and papers.
        language: String,
        /// The branch's code.
        branch_code: String,
        /// The branch's name.
        branch_name: String,
        /// IANA time zone of the branch.
        time_zone: String,
        /// The first administrator's name.
        admin_name: String,
        /// The first administrator's email.
        admin_email: String,
        /// The hash of that email as a sign-in name.
        sign_in: String,
    },
    /// Adds a member of staff.
    AddUser {
        /// What they are.
        role: Role,
        /// Their name.
        name: String,
        /// Their email.
        email: String,
        /// The hash of that email as a sign-in name.
        sign_in: String,
    },
    /// Someone who would work here asks for access; what they will be is not theirs to say.
    AskForAccess {
        /// Their name.
        name: String,
        /// Their email.
        email: String,
        /// The hash of that email as a sign-in name.
        sign_in: String,
    },
    /// Who was invited has chosen a password, which waits until they are let in.
    AnswerInvitation {
        /// Who.
        user: UserId,
    },
    /// Invites someone to choose a password, and says what they will be once they are let in.
    InviteUser {
        /// What they will be.
        role: Role,
        /// Their name.
        name: String,
        /// Their email.
        email: String,
        /// The hash of that email as a sign-in name.
        sign_in: String,
    },
    /// Lets someone in who asked or was invited, or turns them away.
    AdmitUser {
        /// Who.
        user: UserId,
        /// Their sign-in name.
        sign_in: String,
        /// What they are from now on; none turns them away.
        role: Option<Role>,
    },
    /// Takes someone's access away, or gives it back.
    SetUserAccess {
        /// Who.
        user: UserId,
        /// Whether they may sign in.
        active: bool,
    },
    /// Someone's password was changed.
    RecordPasswordChange {
        /// Whose.
        user: UserId,
        /// The operation that gave them the password before it, as far as this desk knew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<OpId>,
    },
    /// Someone set up their second factor, or another took it away so that they can set it up anew.
    RecordSecondFactor {
        /// Whose.
        user: UserId,
        /// Set up, or taken away.
        on: bool,
    },
    /// Adds or changes a loan product.
    SaveProduct {
        /// Which; none adds one.
        id: Option<ProductId>,
        /// The terms.
        terms: Box<ProductTerms>,
    },
    /// Adds or changes a thing for sale.
    SaveGoods {
        /// Which; none adds one.
        id: Option<GoodsId>,
        /// Its name.
        name: String,
        /// The price of one, in minor units.
        price: Money,
        /// Whether it may be sold.
        active: bool,
    },
    /// Registers a customer; the id is [`CustomerId::of`] the operation.
    RegisterCustomer {
        /// Personal fields.
        fields: Sealed,
        /// Customers who may be the same person: the same email, phone or document.
        #[serde(default)]
        likely_duplicates: Vec<CustomerId>,
    },
    /// Someone registers themself as a customer with a sign-in: a code that was sent to their contact came back right, and their
    /// password goes beside it. The id is [`CustomerId::of`] the operation.
    RegisterMyself {
        /// Personal fields.
        fields: Sealed,
        /// Customers who may be the same person, as with [`Command::RegisterCustomer`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        likely_duplicates: Vec<CustomerId>,
        /// The hash of the contact as a sign-in name.
        sign_in: String,
        /// Which contact it is.
        by: Channel,
    },
    /// Changes personal fields; only those that changed are given.
    ChangeCustomer {
        /// Who.
        customer: CustomerId,
        /// Personal fields that changed.
        fields: Sealed,
    },
    /// A code that was sent to the customer came back right.
    ConfirmContact {
        /// Who.
        customer: CustomerId,
        /// Which contact.
        channel: Channel,
    },
    /// The id document was seen.
    RecordDocument {
        /// Who.
        customer: CustomerId,
        /// What kind of document.
        document: String,
    },
    /// A supervisor vouches for the document.
    Vouch {
        /// For whom.
        customer: CustomerId,
    },
    /// Gives a customer a sign-in.
    OpenAccess {
        /// Who.
        customer: CustomerId,
        /// The hash of their email or phone as a sign-in name.
        sign_in: String,
        /// Which of the two; it must be verified.
        #[serde(default)]
        by: Channel,
    },
    /// An application.
    ApplyForLoan {
        /// Who asks.
        customer: CustomerId,
        /// Under which terms.
        product: ProductId,
        /// How much, in minor units.
        principal: Money,
        /// Over how many installments.
        installments: u32,
        /// What each is to be, in minor units, where the number follows from it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        installment: Option<Money>,
        /// What for.
        purpose: String,
        /// The rules of eligibility that fail, as the host found: it can read the customer's fields.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        failed_rules: Vec<String>,
    },
    /// Approves or rejects an application.
    DecideLoan {
        /// Which.
        loan: LoanId,
        /// The hash of what the person saw.
        seen: String,
        /// Approve, or reject.
        approve: bool,
        /// Why.
        reason: String,
        /// The rules of eligibility that fail by now, as the host found.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        failed_rules: Vec<String>,
    },
    /// Pays a loan out.
    Disburse {
        /// Which.
        loan: LoanId,
        /// To whom.
        customer: CustomerId,
        /// The hash of what the person saw.
        seen: String,
        /// The day on which the money goes out.
        value_date: NaiveDate,
        /// How.
        method: PaymentMethod,
        /// The due date of the first installment, where it is apart from the rhythm.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_due_on: Option<NaiveDate>,
        /// How much of it, in minor units; none: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
        /// Its product, where the rate is variable: what was announced since the application holds too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product: Option<ProductId>,
    },
    /// Pays out the next part of a loan.
    DisbursePart {
        /// Which.
        loan: LoanId,
        /// The hash of what the person saw.
        seen: String,
        /// The day on which the money goes out.
        on: NaiveDate,
        /// How much, in minor units.
        amount: Money,
        /// How.
        method: PaymentMethod,
    },
    /// Money came in.
    ReceivePayment {
        /// For which loan.
        loan: LoanId,
        /// How much, in minor units.
        amount: Money,
        /// The day on which it came in.
        value_date: NaiveDate,
        /// How.
        method: PaymentMethod,
        /// The bank's or the customer's reference.
        reference: String,
        /// What the part beyond what is due does to the schedule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prepayment: Option<Prepayment>,
    },
    /// A payment was recorded wrongly.
    ReversePayment {
        /// Of which loan.
        loan: LoanId,
        /// Which.
        payment: PaymentId,
        /// Why.
        reason: String,
    },
    /// Closes a loan early.
    Foreclose {
        /// Which.
        loan: LoanId,
        /// The hash of what the person saw.
        seen: String,
        /// The day.
        value_date: NaiveDate,
        /// The discount, in minor units.
        discount: Money,
        /// What was paid, in minor units.
        amount: Money,
        /// How.
        method: PaymentMethod,
    },
    /// Gives unapplied credit back.
    Refund {
        /// Of which loan.
        loan: LoanId,
        /// How much, in minor units.
        amount: Money,
        /// How.
        method: PaymentMethod,
    },
    /// A sale on installments.
    Sell {
        /// Who buys.
        customer: CustomerId,
        /// What.
        goods: GoodsId,
        /// How many.
        quantity: u32,
        /// How many installments, the first one included.
        installments: u32,
        /// The first installment, in minor units.
        first: Money,
        /// One installment each month rather than each 30 days.
        monthly: bool,
        /// How the first one is paid.
        method: PaymentMethod,
    },
    /// No longer asks for penalties, charges or interest that are due.
    WaiveDues {
        /// Of which loan.
        loan: LoanId,
        /// Of which share.
        share: Share,
        /// How much, in minor units.
        amount: Money,
        /// Why.
        reason: String,
    },
    /// Puts a running loan under new terms.
    ChangeTerms {
        /// Which.
        loan: LoanId,
        /// The hash of what the person saw.
        seen: String,
        /// What it is called.
        change: TermsChange,
        /// The day from which they hold.
        on: NaiveDate,
        /// What is different.
        terms: Box<NewSchedule>,
        /// How money on top goes out.
        method: PaymentMethod,
        /// Why.
        reason: String,
    },
    /// Gives a loan up.
    WriteOff {
        /// Which.
        loan: LoanId,
        /// The hash of what the person saw.
        seen: String,
        /// Why.
        reason: String,
    },
    /// Money in suspense gets its place.
    SettleSuspense {
        /// The loan for which it came in.
        loan: LoanId,
        /// The payment.
        payment: PaymentId,
        /// The loan that it pays; none gives it back.
        into: Option<LoanId>,
        /// How it is given back.
        method: PaymentMethod,
        /// Why.
        reason: String,
    },
    /// Sets the buckets of lateness, the provisions and the suspension of interest.
    SetLatenessRules {
        /// The rules.
        rules: LatenessRules,
    },
    /// Sets who may borrow.
    SetEligibilityRules {
        /// The rules; none: nothing is asked.
        rules: Option<EligibilityRules>,
    },
    /// Sets the days off.
    SetDaysOff {
        /// The days.
        days: DaysOff,
    },
    /// Sets what takes a second person.
    SetSecondPersonRules {
        /// The rules.
        rules: SecondPersonRules,
        /// How many administrators may sign in, as the host found.
        administrators: u32,
    },
    /// A second person decides on what another asked for.
    DecideRequest {
        /// Which.
        request: RequestId,
        /// Who asked.
        maker: UserId,
        /// What they asked for, as it was kept.
        command: Box<Command>,
        /// The hash of what the second person saw.
        hash: String,
        /// Carry it out, or not.
        approve: bool,
        /// Why.
        reason: String,
    },
    /// The authority looks at the loans with something to happen by a day: penalties fall due, interest is suspended.
    AssessPenalties {
        /// The day.
        through: NaiveDate,
        /// The loans.
        loans: Vec<LoanId>,
    },
    /// The authority has running loans follow what was announced of their product's variable rate.
    FollowRates {
        /// The product.
        product: ProductId,
        /// The loans; those that follow it already stay as they are.
        loans: Vec<LoanId>,
    },
    /// The authority closes a day.
    CloseDay {
        /// The day.
        date: NaiveDate,
        /// The portfolio as it stands at the end of it.
        figures: DayFigures,
        /// What each product's loans earned on it, and how late they are at its end.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        products: Vec<ProductDay>,
    },
    /// A customer tells of a payment made elsewhere.
    GiveNotice {
        /// For which loan.
        loan: LoanId,
        /// How much, in minor units.
        amount: Money,
        /// The day.
        on: NaiveDate,
        /// The bank's reference.
        reference: String,
    },
    /// Someone got a new password in place of a forgotten one.
    ResetPassword {
        /// Whose.
        user: UserId,
        /// What re-wraps it.
        how: ResetHow,
        /// The operation that gave them the password before it, as far as this desk knew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<OpId>,
    },
    /// Someone changes their own name or language.
    ChangeAccount {
        /// Whose.
        user: UserId,
        /// Which customer they are.
        customer: Option<CustomerId>,
        /// The name of someone who works here; empty for a customer.
        name: String,
        /// A customer's personal fields that changed.
        fields: Sealed,
    },
    /// Someone's email or phone is another one, verified by a code, or again the one before.
    MoveContact {
        /// Whose.
        user: UserId,
        /// Which customer they are.
        customer: Option<CustomerId>,
        /// Which of the two.
        channel: Channel,
        /// The hash of it as a sign-in name, where it is one.
        sign_in: Option<String>,
        /// The email of someone who works here; empty for a customer.
        email: String,
        /// A customer's personal fields that changed.
        fields: Sealed,
    },
    /// A customer tells of another phone, which is not verified before somebody at the branch has seen to it.
    TellPhone {
        /// Who.
        customer: CustomerId,
        /// The phone, sealed.
        fields: Sealed,
    },
    /// Destroys a customer's personal data; by nobody where a restored book is made to forget again.
    EraseCustomer {
        /// Whose.
        customer: CustomerId,
        /// Their loans and purchases.
        loans: Vec<LoanId>,
    },
    /// Something that needed attention was dealt with.
    SettleTask {
        /// Which.
        task: TaskId,
        /// What was done.
        outcome: String,
    },
}
