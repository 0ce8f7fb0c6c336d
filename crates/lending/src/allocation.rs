//! In which order money settles what is owed.

use crate::Money;
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
}

/// In which order the parts of an installment are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[Share; 4]", into = "[Share; 4]")]
pub struct AllocationOrder([Share; 4]);

impl AllocationOrder {
    /// The shares, the first one paid first.
    pub const fn shares(self) -> [Share; 4] {
        self.0
    }
}

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

/// Whether a payment settles one installment after the other, or one share after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllocationBy {
    /// The oldest installment first, all its shares in their order.
    #[default]
    Installment,
    /// Share by share over all installments that are due, the oldest first; what is left goes to the installments to
    /// come, one after the other.
    Across,
}

impl AllocationBy {
    /// Whether it is the usual way, which is left out of what is kept.
    pub fn is_installment(&self) -> bool {
        *self == AllocationBy::Installment
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

    /// The part that a share got.
    pub(crate) fn part_mut(&mut self, share: Share) -> &mut Money {
        match share {
            Share::Penalty => &mut self.penalty,
            Share::Fee => &mut self.fee,
            Share::Interest => &mut self.interest,
            Share::Principal => &mut self.principal,
        }
    }
}
