//! What a payment would do: the three ways to use money that comes ahead of time, side by side.

use crate::Money;
use crate::allocation::{Allocation, Share};
use crate::ledger::{Account, Ledger, Payment, RowState};
use crate::replay::replay;
use crate::terms::{Prepayment, TermsError};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How a loan would stand after a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIf {
    /// What the part beyond what is due does; none: it pays the installments to come as they were agreed.
    pub choice: Option<Prepayment>,
    /// Where the payment goes.
    pub allocation: Allocation,
    /// The schedule afterwards.
    pub rows: Vec<RowState>,
    /// What is still to be paid with the next installment that asks for something.
    pub next_due: Option<(NaiveDate, Money)>,
    /// The installment in the middle of what is left: the level one, where there is one.
    pub installment: Money,
    /// The last due date that asks for something; none: everything is paid.
    pub ends_on: Option<NaiveDate>,
    /// How many installments are left.
    pub installments_left: u32,
    /// Interest of the schedule as it is less that of the schedule afterwards.
    pub interest_saved: Money,
    /// Principal outstanding afterwards.
    pub outstanding_principal: Money,
}

impl WhatIf {
    fn of(choice: Option<Prepayment>, before: &Ledger, after: Ledger) -> WhatIf {
        let interest = |ledger: &Ledger| ledger.rows.iter().map(|row| row.interest).sum::<Money>();
        let left: Vec<&RowState> = after.rows.iter().filter(|row| row.settled_on.is_none()).collect();
        WhatIf {
            choice,
            allocation: after.allocations.last().copied().unwrap_or_default(),
            next_due: left.first().map(|row| (row.due_on, row.unpaid())),
            installment: left.get(left.len() / 2).map_or(Money::ZERO, |row| row.due()),
            ends_on: left.last().map(|row| row.due_on),
            installments_left: u32::try_from(left.len()).unwrap_or(u32::MAX),
            interest_saved: interest(before) - interest(&after),
            outstanding_principal: left.iter().map(|row| row.unpaid_of(Share::Principal)).sum(),
            rows: after.rows,
        }
    }
}

/// What a payment of an amount on a day would do: first as a payment of the installments to come, then, where there is
/// more than what is due, as principal that shortens the term, lowers the installment or defers the next ones.
pub fn what_if(account: &Account, on: NaiveDate, amount: Money) -> Vec<WhatIf> {
    let before = replay(account);
    let with = |prepay| {
        let mut account = account.clone();
        account.payments.push(Payment { on, amount, prepay });
        replay(&account)
    };
    let mut out = vec![WhatIf::of(None, &before, with(None))];
    for choice in [Prepayment::Shorten, Prepayment::Lower, Prepayment::Defer] {
        let after = with(Some(choice));
        if refusal(&before, &after).is_none() && after.rows != out[0].rows {
            out.push(WhatIf::of(Some(choice), &before, after));
        }
    }
    out
}

/// Why a prepayment would leave the schedule as it is, where `after` is the ledger with one payment more.
pub fn refusal<'a>(before: &Ledger, after: &'a Ledger) -> Option<&'a TermsError> {
    after.kept_schedule.get(before.kept_schedule.len())
}
