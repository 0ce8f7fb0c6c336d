//! What happens to a running loan besides payments: what-if, waivers, new terms, loss, and money that has no place yet.

use crate::{LoanId, LoanView, Money, PaymentId, PaymentMethod, PaymentParts, Request, request};
use chrono::NaiveDate;
use farthing_lending::{NewSchedule, Prepayment, Share};
use serde::{Deserialize, Serialize};

request! {
    /// What a payment of an amount on a day would do: paying the installments to come, shortening the term, lowering the
    /// installment or deferring the next ones, side by side. Moves nothing. A customer may ask for their own loans.
    WhatIfPayment {
        /// For which loan.
        loan: LoanId,
        /// How much, in minor units.
        amount: Money,
        /// The day; it may be one to come.
        on: NaiveDate,
    } => Vec<WhatIfView>;

    /// No longer asks for penalties, charges or interest that are due.
    WaiveDues {
        /// Of which loan.
        loan: LoanId,
        /// Penalties, charges or interest.
        share: Share,
        /// How much, in minor units; at most what is unpaid of what is due. The oldest installment comes first.
        amount: Money,
        /// Why.
        reason: String,
    } => LoanView;

    /// The schedule that new terms would lead to. Moves nothing.
    PreviewNewTerms {
        /// For which loan.
        loan: LoanId,
        /// The day from which they hold; today or before.
        on: NaiveDate,
        /// What is different.
        terms: NewSchedule,
    } => NewTermsView;

    /// Puts a running loan under new terms, as the caller saw them.
    ChangeTerms {
        /// Which.
        loan: LoanId,
        /// [`LoanView::seen`] of what the caller looked at.
        seen: String,
        /// What it is called.
        kind: TermsChange,
        /// The day from which they hold; today or before.
        on: NaiveDate,
        /// What is different.
        terms: NewSchedule,
        /// How money on top goes out.
        method: PaymentMethod,
        /// Why.
        reason: String,
    } => LoanView;

    /// The schedule that paying out the next part would lead to. Moves nothing.
    PreviewPart {
        /// Of which loan.
        loan: LoanId,
        /// The day on which the money goes out.
        on: NaiveDate,
        /// How much, in minor units.
        amount: Money,
    } => NewTermsView;

    /// Pays out the next part of a loan that is paid out in parts; the installments left are worked out anew.
    DisbursePart {
        /// Of which loan.
        loan: LoanId,
        /// [`LoanView::seen`] of what the caller looked at.
        seen: String,
        /// The day on which the money goes out.
        on: NaiveDate,
        /// How much, in minor units; at most what is approved and not paid out.
        amount: Money,
        /// How it goes out.
        method: PaymentMethod,
    } => LoanView;

    /// Gives a loan up as lost. Payments on it are recoveries from then on.
    WriteOffLoan {
        /// Which.
        loan: LoanId,
        /// [`LoanView::seen`] of what the caller looked at.
        seen: String,
        /// Why.
        reason: String,
    } => LoanView;

    /// Decides where money goes that was received and could not be put to its loan.
    SettleSuspense {
        /// The loan for which it came in.
        loan: LoanId,
        /// The payment.
        payment: PaymentId,
        /// The loan that it pays, which may be the same one; none gives it back.
        into: Option<LoanId>,
        /// How it is given back.
        method: PaymentMethod,
        /// Why.
        reason: String,
    } => LoanView;
}

/// What a change of a running loan's terms is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermsChange {
    /// New terms for the remaining balance.
    Reschedule,
    /// Arrears are brought into the schedule.
    ReAge,
    /// The remaining balance is spread anew over the remaining installments.
    ReAmortise,
    /// New terms, with interest or penalties made principal.
    Restructure,
    /// Money is paid out on top.
    TopUp,
    /// The next part of the approved principal is paid out.
    NextPart,
    /// The product's variable rate changes; never agreed on for one loan.
    Rate,
}

impl TermsChange {
    /// Those that are agreed on anew.
    pub const ALL: [TermsChange; 5] = [
        TermsChange::Reschedule,
        TermsChange::ReAge,
        TermsChange::ReAmortise,
        TermsChange::Restructure,
        TermsChange::TopUp,
    ];

    /// The word, as it is kept and as a loan's history says it.
    pub const fn word(self) -> &'static str {
        match self {
            TermsChange::Reschedule => "reschedule",
            TermsChange::ReAge => "re_age",
            TermsChange::ReAmortise => "re_amortise",
            TermsChange::Restructure => "restructure",
            TermsChange::TopUp => "top_up",
            TermsChange::NextPart => "next_part",
            TermsChange::Rate => "rates_followed",
        }
    }
}

/// One way of using a payment, and how the loan would stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIfView {
    /// What the part beyond what is due does; none: it pays the installments to come as they were agreed.
    pub choice: Option<Prepayment>,
    /// Where the payment goes.
    pub parts: PaymentParts,
    /// The next installment that asks for something: its day, and what is left of it in minor units.
    pub next_due: Option<(NaiveDate, Money)>,
    /// The installment in the middle of what is left, in minor units.
    pub installment: Money,
    /// The last due date; none: everything is paid.
    pub ends_on: Option<NaiveDate>,
    /// How many installments are left.
    pub installments_left: u32,
    /// Interest that is saved, in minor units.
    pub interest_saved: Money,
    /// Principal outstanding afterwards, in minor units.
    pub outstanding_principal: Money,
    /// The schedule afterwards.
    pub rows: Vec<PlannedRow>,
}

/// An installment as it would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRow {
    /// Its number.
    pub n: u32,
    /// When it falls due.
    pub due_on: NaiveDate,
    /// Its principal, in minor units.
    pub principal: Money,
    /// Its interest, in minor units.
    pub interest: Money,
    /// Its charges, in minor units.
    pub fee: Money,
    /// Its penalties, in minor units.
    pub penalty: Money,
    /// What is paid of it, in minor units.
    pub paid: Money,
}

/// What new terms would lead to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTermsView {
    /// Principal under the new terms, in minor units.
    pub principal: Money,
    /// Of it, interest made principal.
    pub capitalised_interest: Money,
    /// Of it, charges made principal.
    pub capitalised_fee: Money,
    /// Of it, penalties made principal.
    pub capitalised_penalty: Money,
    /// Of it, what is paid out on top.
    pub top_up: Money,
    /// The new level installment, in minor units.
    pub installment: Money,
    /// The whole schedule, what was paid included.
    pub rows: Vec<PlannedRow>,
    /// Interest of the schedule from now on less that of before, in minor units; below zero where it is less.
    pub more_interest: Money,
    /// The last due date.
    pub ends_on: Option<NaiveDate>,
}
