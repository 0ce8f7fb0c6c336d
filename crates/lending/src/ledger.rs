//! How a loan account stands: a replay of its schedule, penalties and payments in order of value date. A pure function
//! of its input, so that a payment that arrives late with an early value date, or one that is taken back, simply
//! leads to another replay.

use crate::Money;
use crate::schedule::Row;
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// A part of what an installment asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// What paying late costs.
    Penalty,
    /// Charges.
    Fee,
    /// Interest.
    Interest,
    /// Principal.
    Principal,
}

impl Share {
    /// All four, in the usual order of allocation.
    pub const ALL: [Share; 4] = [Share::Penalty, Share::Fee, Share::Interest, Share::Principal];

    const fn index(self) -> usize {
        self as usize
    }
}

/// In which order the parts of an installment are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[Share; 4]", into = "[Share; 4]")]
pub struct AllocationOrder([Share; 4]);

impl Default for AllocationOrder {
    fn default() -> AllocationOrder {
        AllocationOrder(Share::ALL)
    }
}

impl TryFrom<[Share; 4]> for AllocationOrder {
    type Error = String;
    fn try_from(order: [Share; 4]) -> Result<AllocationOrder, String> {
        if Share::ALL.iter().all(|share| order.contains(share)) {
            Ok(AllocationOrder(order))
        } else {
            Err("Name penalty, fee, interest and principal once each.".into())
        }
    }
}

impl From<AllocationOrder> for [Share; 4] {
    fn from(order: AllocationOrder) -> [Share; 4] {
        order.0
    }
}

/// How much a penalty is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PenaltyKind {
    /// A percentage of what is unpaid of the installment's principal and interest on the day of the penalty.
    PercentOfOverdueInstallment(Decimal),
    /// The same amount for every late installment.
    Flat(Money),
}

/// What paying late costs: charged once per installment, at the start of the day that follows the days of grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PenaltyRule {
    /// How much.
    pub kind: PenaltyKind,
    /// So many days after the due date a payment is still in time.
    pub grace_days: u32,
}

impl PenaltyRule {
    /// The day on which an installment due on `due_on` is charged, if it is still unpaid at the start of it.
    pub fn charged_on(&self, due_on: NaiveDate) -> Option<NaiveDate> {
        due_on.checked_add_days(Days::new(u64::from(self.grace_days) + 1))
    }

    /// The penalty on an unpaid amount, rounded half-up to the minor unit.
    pub fn amount(&self, unpaid: Money) -> Money {
        match self.kind {
            _ if !unpaid.is_positive() => Money::ZERO,
            PenaltyKind::Flat(amount) => amount,
            PenaltyKind::PercentOfOverdueInstallment(percent) => {
                let exact = Decimal::from(unpaid.minor()).checked_mul(percent / Decimal::ONE_HUNDRED);
                let minor = exact.and_then(|e| e.round_dp_with_strategy(0, MidpointAwayFromZero).to_i64());
                Money::from_minor(minor.unwrap_or(0).clamp(0, Money::LIMIT.minor()))
            }
        }
    }
}

/// Money that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The value date.
    pub on: NaiveDate,
    /// How much; a payment that is not positive changes nothing.
    pub amount: Money,
}

/// A charge that falls due with an installment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// The number of the installment.
    pub n: u32,
    /// How much.
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
    /// The numbers of the installments whose penalty is waived.
    pub waived: Vec<u32>,
    /// Changes of the schedule, in order of date.
    pub replacements: Vec<Replacement>,
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

    fn paid_mut(&mut self, share: Share) -> &mut Money {
        match share {
            Share::Penalty => &mut self.paid_penalty,
            Share::Fee => &mut self.paid_fee,
            Share::Interest => &mut self.paid_interest,
            Share::Principal => &mut self.paid_principal,
        }
    }

    /// Pays a share from a purse as far as both go; how much that was.
    fn pay(&mut self, share: Share, purse: &mut Money) -> Money {
        let used = self.unpaid_of(share).min(*purse);
        *self.paid_mut(share) += used;
        *purse -= used;
        used
    }

    fn note_settled(&mut self, on: NaiveDate) {
        if self.unpaid().is_zero() {
            self.settled_on = self.settled_on.or(Some(on));
        } else {
            self.settled_on = None;
        }
    }
}

/// Where a payment went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// To principal.
    pub principal: Money,
    /// To interest.
    pub interest: Money,
    /// To charges.
    pub fee: Money,
    /// To penalties.
    pub penalty: Money,
    /// To nothing: more than the whole outstanding.
    pub credit: Money,
}

impl Allocation {
    /// All of it.
    pub fn total(&self) -> Money {
        self.principal + self.interest + self.fee + self.penalty + self.credit
    }
}

/// How an account stands after everything in it happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The installments in order of due date.
    pub rows: Vec<RowState>,
    /// Where each payment went, in the order of the account's payments.
    pub allocations: Vec<Allocation>,
    /// Unapplied credit: money that nothing is owed for.
    pub credit: Money,
}

/// What happens on a day, in this order: penalties at its start, then new rows, then payments as they were recorded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Penalties,
    Replacement(usize),
    Payment(usize),
}

/// Replays an account.
pub fn replay(account: &Account) -> Ledger {
    let mut ledger = Ledger {
        rows: account
            .rows
            .iter()
            .map(|row| RowState::new(row, &account.fees))
            .collect(),
        allocations: vec![Allocation::default(); account.payments.len()],
        credit: Money::ZERO,
    };
    let mut events: Vec<(NaiveDate, Event)> = Vec::with_capacity(account.payments.len() + 2);
    events.extend(
        account
            .payments
            .iter()
            .enumerate()
            .map(|(i, p)| (p.on, Event::Payment(i))),
    );
    events.extend(
        account
            .replacements
            .iter()
            .enumerate()
            .map(|(i, r)| (r.on, Event::Replacement(i))),
    );
    if let (Some(_), Some(through)) = (account.penalty, account.assessed_through) {
        events.push((through, Event::Penalties));
    }
    events.sort_unstable_by_key(|(on, event)| (*on, *event));
    for (on, event) in events {
        ledger.charge_penalties(account, on);
        match event {
            Event::Penalties => {}
            Event::Replacement(i) => ledger.replace(&account.replacements[i], &account.fees),
            Event::Payment(i) => {
                let payment = account.payments[i];
                ledger.allocations[i] = ledger.take(payment.amount.max(Money::ZERO), on, account.order);
            }
        }
    }
    ledger
}

impl Ledger {
    /// Charges the penalties whose day has come by `on`.
    fn charge_penalties(&mut self, account: &Account, on: NaiveDate) {
        let (Some(rule), Some(through)) = (account.penalty, account.assessed_through) else {
            return;
        };
        for row in &mut self.rows {
            let unpaid = row.unpaid_of(Share::Principal) + row.unpaid_of(Share::Interest);
            let Some(day) = rule.charged_on(row.due_on).filter(|day| *day <= on.min(through)) else {
                continue;
            };
            if row.penalty_on.is_none() && unpaid.is_positive() && !account.waived.contains(&row.n) {
                row.penalty = rule.amount(unpaid);
                row.penalty_on = Some(day);
            }
        }
    }

    /// Puts money to the installments, oldest first, in each by the order; what nothing is owed for is credit.
    fn take(&mut self, amount: Money, on: NaiveDate, order: AllocationOrder) -> Allocation {
        let mut purse = amount;
        let mut parts = [Money::ZERO; 4];
        for row in &mut self.rows {
            if purse.is_zero() {
                break;
            }
            if row.settled_on.is_some() {
                continue;
            }
            for share in order.0 {
                parts[share.index()] += row.pay(share, &mut purse);
            }
            row.note_settled(on);
        }
        self.credit += purse;
        Allocation {
            penalty: parts[Share::Penalty.index()],
            fee: parts[Share::Fee.index()],
            interest: parts[Share::Interest.index()],
            principal: parts[Share::Principal.index()],
            credit: purse,
        }
    }

    /// New rows from a day on. What was paid on the old ones beyond what the new ones ask for becomes credit.
    fn replace(&mut self, replacement: &Replacement, fees: &[Fee]) {
        let mut remitted = replacement.remitted_penalty;
        for row in &mut self.rows {
            let less = row.unpaid_of(Share::Penalty).min(remitted);
            row.penalty -= less;
            remitted -= less;
        }
        if let Some(first) = replacement.rows.first() {
            let (kept, old): (Vec<RowState>, Vec<RowState>) = self.rows.iter().partition(|row| row.n < first.n);
            let mut new: Vec<RowState> = replacement.rows.iter().map(|row| RowState::new(row, fees)).collect();
            let last = new.len() - 1;
            for row in &old {
                let same = new.iter().position(|r| r.n == row.n).unwrap_or(last);
                let heir = &mut new[same];
                heir.penalty += row.penalty;
                heir.penalty_on = heir.penalty_on.or(row.penalty_on);
                if heir.n != row.n {
                    heir.fee += row.paid_fee;
                }
            }
            for share in Share::ALL {
                let mut purse: Money = old.iter().map(|row| row.share(share).1).sum();
                for row in &mut new {
                    row.pay(share, &mut purse);
                }
                self.credit += purse;
            }
            self.rows = kept;
            self.rows.append(&mut new);
        }
        for row in &mut self.rows {
            row.note_settled(replacement.on);
        }
    }

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

    /// Whether nothing is owed any more.
    pub fn is_closed(&self) -> bool {
        self.rows.iter().all(|row| row.settled_on.is_some())
    }
}
