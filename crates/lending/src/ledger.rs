//! How a loan account stands: a replay of its schedule, penalties and payments in order of value date. A pure function
//! of its input, so that a payment that arrives late with an early value date, or one that is taken back, simply
//! leads to another replay.

use crate::Money;
use crate::allocation::{Allocation, AllocationBy, AllocationOrder, Share};
use crate::charge::Fee;
use crate::penalty::PenaltyRule;
use crate::schedule::Row;
use crate::terms::{Prepayment, RateChange, Terms, TermsError};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Money that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The value date.
    pub on: NaiveDate,
    /// How much; a payment that is not positive changes nothing.
    pub amount: Money,
    /// What the part beyond everything that is due does: none pays the installments to come one after the other, as
    /// they were agreed; otherwise it is principal, and the rest of the schedule is worked out anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepay: Option<Prepayment>,
}

impl Payment {
    /// A payment whose part beyond what is due pays the installments to come.
    pub const fn new(on: NaiveDate, amount: Money) -> Payment {
        Payment {
            on,
            amount,
            prepay: None,
        }
    }
}

/// Something that is owed and no longer asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// From when.
    pub on: NaiveDate,
    /// Of which share. Principal is not waived but written off.
    pub share: Share,
    /// How much at most: as far as it is unpaid on the day, the oldest installment first.
    pub amount: Money,
}

/// Rows that take the place of those with the same and higher numbers from a day on: a foreclosure, a reschedule.
/// What was paid on the old rows counts for the new ones, principal for principal and interest for interest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// From when; payments with this value date see the new rows.
    pub on: NaiveDate,
    /// The new rows, in order; none: the rows stay and only penalties are remitted.
    pub rows: Vec<Row>,
    /// So much of the unpaid penalties is remitted, oldest first.
    pub remitted_penalty: Money,
    /// Principal that is owed on top from this day: paid out again, or interest and penalties made principal.
    #[serde(default, skip_serializing_if = "Money::is_nothing")]
    pub added: Money,
    /// The charges of the new rows; none: those of the account with the same numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fees: Option<Vec<Fee>>,
    /// The installment that takes over the penalties that are unpaid on the rows replaced; none: they stay with the
    /// installment of the same number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrears_to: Option<u32>,
    /// Of the interest of these rows so much was earned before the day: by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earned: Vec<(u32, Money)>,
    /// The terms that the new rows follow; none: those that were in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Box<NewTerms>>,
}

/// Terms that hold from some row on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTerms {
    /// The terms, whose first installment is the row with the number after `after`.
    pub terms: Terms,
    /// The number of the last row that they do not cover.
    pub after: u32,
    /// They are the account's own, of which nothing but the rate changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repriced: bool,
}

impl Replacement {
    /// New rows from a day on, and nothing else.
    pub fn of(on: NaiveDate, rows: Vec<Row>) -> Replacement {
        Replacement {
            on,
            rows,
            remitted_penalty: Money::ZERO,
            added: Money::ZERO,
            fees: None,
            arrears_to: None,
            earned: Vec::new(),
            terms: None,
        }
    }
}

/// Everything that decides how a loan account stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The schedule as agreed, in order of due date.
    pub rows: Vec<Row>,
    /// Charges of the installments.
    pub fees: Vec<Fee>,
    /// The payments in the order in which they were recorded.
    pub payments: Vec<Payment>,
    /// What paying late costs, if anything.
    pub penalty: Option<PenaltyRule>,
    /// In which order the parts of an installment are paid.
    pub order: AllocationOrder,
    /// Penalties are charged up to and including this day; none: never.
    pub assessed_through: Option<NaiveDate>,
    /// Changes of the schedule, in order of date.
    pub replacements: Vec<Replacement>,
    /// Whether money goes installment by installment or share by share.
    #[serde(default, skip_serializing_if = "AllocationBy::is_installment")]
    pub by: AllocationBy,
    /// What is no longer asked for, in order of date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
    /// The terms of the schedule, by which it is worked out anew after a prepayment; none for a purchase plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// The decimals of the currency of the terms' amounts.
    #[serde(default)]
    pub decimals: u32,
    /// Changes of a variable rate, in order of date: each holds from the first due date on its day or after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<RateChange>,
}

/// How one installment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowState {
    /// The number of the installment; 0 is a down payment or first payment.
    pub n: u32,
    /// The due date.
    pub due_on: NaiveDate,
    /// The principal that it asks for.
    pub principal: Money,
    /// The interest that it asks for.
    pub interest: Money,
    /// Its charges.
    pub fee: Money,
    /// Its penalty.
    pub penalty: Money,
    /// When the penalty was charged.
    pub penalty_on: Option<NaiveDate>,
    /// Principal paid.
    pub paid_principal: Money,
    /// Interest paid.
    pub paid_interest: Money,
    /// Charges paid.
    pub paid_fee: Money,
    /// Penalty paid.
    pub paid_penalty: Money,
    /// The value date of the payment that settled it; for a row that asked for nothing its due date.
    pub settled_on: Option<NaiveDate>,
}

impl RowState {
    /// An installment before any payment, with the fees that fall due with it.
    pub fn new(row: &Row, fees: &[Fee]) -> RowState {
        let fee = fees.iter().filter(|f| f.n == row.n).map(|f| f.amount).sum();
        RowState {
            n: row.n,
            due_on: row.due_on,
            principal: row.principal,
            interest: row.interest,
            fee,
            penalty: Money::ZERO,
            penalty_on: None,
            paid_principal: Money::ZERO,
            paid_interest: Money::ZERO,
            paid_fee: Money::ZERO,
            paid_penalty: Money::ZERO,
            settled_on: (row.due() + fee).is_zero().then_some(row.due_on),
        }
    }

    /// What it asks for of a share, and what is paid of that.
    pub fn share(&self, share: Share) -> (Money, Money) {
        match share {
            Share::Penalty => (self.penalty, self.paid_penalty),
            Share::Fee => (self.fee, self.paid_fee),
            Share::Interest => (self.interest, self.paid_interest),
            Share::Principal => (self.principal, self.paid_principal),
        }
    }

    /// What is unpaid of a share.
    pub fn unpaid_of(&self, share: Share) -> Money {
        let (asked, paid) = self.share(share);
        asked.less(paid)
    }

    /// What is unpaid in all.
    pub fn unpaid(&self) -> Money {
        Share::ALL.iter().map(|share| self.unpaid_of(*share)).sum()
    }

    /// What it asks for in all.
    pub fn due(&self) -> Money {
        self.principal + self.interest + self.fee + self.penalty
    }

    /// What is paid in all.
    pub fn paid(&self) -> Money {
        self.paid_principal + self.paid_interest + self.paid_fee + self.paid_penalty
    }

    pub(crate) fn paid_mut(&mut self, share: Share) -> &mut Money {
        match share {
            Share::Penalty => &mut self.paid_penalty,
            Share::Fee => &mut self.paid_fee,
            Share::Interest => &mut self.paid_interest,
            Share::Principal => &mut self.paid_principal,
        }
    }

    /// Pays a share from a purse as far as both go; how much that was.
    pub(crate) fn pay(&mut self, share: Share, purse: &mut Money) -> Money {
        let used = self.unpaid_of(share).min(*purse);
        *self.paid_mut(share) += used;
        *purse -= used;
        used
    }

    /// Notes the day on which nothing is unpaid any more, or that something is.
    pub(crate) fn note_settled(&mut self, on: NaiveDate) {
        if self.unpaid().is_zero() {
            self.settled_on = self.settled_on.or(Some(on));
        } else {
            self.settled_on = None;
        }
    }
}

/// How an account stands after everything in it happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The installments in order of due date.
    pub rows: Vec<RowState>,
    /// The day on which the period of each installment begins.
    pub starts: Vec<NaiveDate>,
    /// Interest of installments that was earned before their period began: by number.
    pub earned: Vec<(u32, Money)>,
    /// Where each payment went, in the order of the account's payments.
    pub allocations: Vec<Allocation>,
    /// Unapplied credit: money that nothing is owed for.
    pub credit: Money,
    /// The terms in force, where a replacement brought others than the account's.
    pub terms: Option<Box<NewTerms>>,
    /// Principal paid ahead in the period that runs, by day: interest runs on less from then on.
    pub early: Vec<(NaiveDate, Money)>,
    /// Why a prepayment or a change of the rate left the rest of the schedule as it was, for each that did.
    pub kept_schedule: Vec<TermsError>,
}

impl Ledger {
    fn sum(&self, part: impl Fn(&RowState) -> Money) -> Money {
        self.rows.iter().map(part).sum()
    }

    /// The principal that is not yet paid, due or not.
    pub fn outstanding_principal(&self) -> Money {
        self.sum(|row| row.unpaid_of(Share::Principal))
    }

    /// The penalties that are not yet paid.
    pub fn outstanding_penalty(&self) -> Money {
        self.sum(|row| row.unpaid_of(Share::Penalty))
    }

    /// All that is not yet paid of the whole schedule, due or not, with fees and penalties.
    pub fn outstanding(&self) -> Money {
        self.sum(RowState::unpaid)
    }

    /// What is unpaid of the installments due before a day.
    pub fn overdue(&self, on: NaiveDate) -> Money {
        self.sum(|row| if row.due_on < on { row.unpaid() } else { Money::ZERO })
    }

    /// What is unpaid of the installments due on or before a day: what a customer at the counter is asked for.
    pub fn due_by(&self, on: NaiveDate) -> Money {
        self.sum(|row| if row.due_on <= on { row.unpaid() } else { Money::ZERO })
    }

    /// How many days the oldest unpaid installment is past its due date; 0 when none is.
    pub fn days_past_due(&self, on: NaiveDate) -> u32 {
        let oldest = self.rows.iter().find(|row| row.settled_on.is_none());
        oldest.map_or(0, |row| u32::try_from((on - row.due_on).num_days()).unwrap_or(0))
    }

    /// The first installment that is not settled.
    pub fn next_unpaid(&self) -> Option<&RowState> {
        self.rows.iter().find(|row| row.settled_on.is_none())
    }

    /// The first installment due on or after a day that is not settled.
    pub fn next_due(&self, on: NaiveDate) -> Option<&RowState> {
        self.rows
            .iter()
            .find(|row| row.settled_on.is_none() && row.due_on >= on)
    }

    /// How much of an installment's interest was earned before its period began.
    pub fn earned_before(&self, n: u32) -> Money {
        let parts = self.earned.iter().filter(|(row, _)| *row == n);
        parts.map(|(_, amount)| *amount).sum()
    }

    /// Whether nothing is owed any more.
    pub fn is_closed(&self) -> bool {
        self.rows.iter().all(|row| row.settled_on.is_some())
    }
}
