//! What a loan costs the customer: the total cost of credit, and the annual percentage rates that disclose it.

use crate::Money;
use crate::apr::{AprRule, Disclosure, EuPeriod, Flow, UnitOfPeriod, UnitPeriod, apr};
use crate::charge::{Charge, at_start, with_rows};
use crate::schedule::{Row, Schedule};
use crate::terms::{Terms, Unit};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A loan over a longer time has no unit-period of its own term.
const DAYS_OF_TERM: i64 = 366;

/// What a loan costs, in minor units, as long as it is repaid as agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostOfCredit {
    /// What is paid out: the amount lent less the charges that are taken off.
    pub received: Money,
    /// All interest.
    pub interest: Money,
    /// All charges, those at the start included.
    pub charges: Money,
    /// Interest and charges: the total cost of credit, which is what is repaid less what is received.
    pub cost: Money,
    /// Everything that the customer pays: installments, and charges that were not taken off the payout.
    pub repaid: Money,
    /// The annual percentage rate by Regulation Z, Appendix J, in percent with two decimals; none where it has none.
    pub apr: Option<String>,
    /// The annual percentage rate of charge by the EU rule (Directive (EU) 2023/2225, Annex III), in percent with one
    /// decimal.
    pub aprc: Option<String>,
}

/// What an annual percentage rate of a loan is worked out from: what the customer has of it, and what the customer pays.
/// A charge at the counter lessens what the customer has just as one that is taken off the payout.
pub fn disclosure(rule: AprRule, terms: &Terms, schedule: &Schedule, charges: &[Charge], decimals: u32) -> Disclosure {
    let principal: Money = schedule.rows.iter().map(|row| row.principal).sum();
    let at_once: Money = at_start(charges, principal).iter().map(|charge| charge.amount).sum();
    let fees = with_rows(charges, principal, terms.disbursed_on, &schedule.rows);
    let flow = |on: NaiveDate, amount: Money| Flow {
        on: Some(on),
        at: None,
        amount: Decimal::new(amount.minor(), decimals),
        count: None,
        every: None,
        unit: None,
    };
    let fee = |n: u32| fees.iter().find(|fee| fee.n == n).map_or(Money::ZERO, |fee| fee.amount);
    let paid = |row: &Row| flow(row.due_on, row.principal + row.interest + fee(row.n));
    let payments: Vec<Flow> = schedule
        .rows
        .iter()
        .map(paid)
        .filter(|f| f.amount > Decimal::ZERO)
        .collect();
    Disclosure {
        rule,
        advances: vec![flow(terms.disbursed_on, principal - at_once)],
        unit_period: (rule == AprRule::RegZ).then(|| unit_period(terms, &payments)),
        period: (rule == AprRule::Eu).then(|| period(terms)),
        payments,
    }
}

/// The cost of a loan whose charges are known, of a schedule with so many decimals of the currency.
pub fn cost_of_credit(terms: &Terms, schedule: &Schedule, charges: &[Charge], decimals: u32) -> CostOfCredit {
    let principal: Money = schedule.rows.iter().map(|row| row.principal).sum();
    let taken = at_start(charges, principal);
    let fees = with_rows(charges, principal, terms.disbursed_on, &schedule.rows);
    let at_once: Money = taken.iter().map(|charge| charge.amount).sum();
    let paid_at_once: Money = taken.iter().filter(|c| !c.off_payout).map(|c| c.amount).sum();
    let interest: Money = schedule.rows.iter().map(|row| row.interest).sum();
    let later: Money = fees.iter().map(|fee| fee.amount).sum();
    let received = principal + paid_at_once - at_once;
    let rate = |rule: AprRule, places: u32| {
        let asked = disclosure(rule, terms, schedule, charges, decimals);
        let rate = apr(&asked).ok()?.to_decimals(places);
        (principal > at_once && !rate.is_empty()).then_some(rate)
    };
    CostOfCredit {
        received,
        interest,
        charges: at_once + later,
        cost: interest + at_once + later,
        repaid: principal + interest + later + paid_at_once,
        apr: rate(AprRule::RegZ, 2),
        aprc: rate(AprRule::Eu, 1),
    }
}

/// The unit-period of the rhythm; that of a single payment is the term, up to a year.
fn unit_period(terms: &Terms, payments: &[Flow]) -> UnitPeriod {
    let single = match payments {
        [only] => only.on.map(|on| (on - terms.disbursed_on).num_days()),
        _ => None,
    };
    let (unit, every) = match (single, terms.unit) {
        (Some(days), _) if days <= DAYS_OF_TERM => (UnitOfPeriod::Term, 1),
        (Some(_), _) => (UnitOfPeriod::Year, 1),
        (None, Unit::Months) => (UnitOfPeriod::Month, terms.every),
        (None, Unit::Weeks) => (UnitOfPeriod::Week, terms.every),
        (None, Unit::Days) => (UnitOfPeriod::Day, terms.every),
    };
    UnitPeriod { unit, every }
}

const fn period(terms: &Terms) -> EuPeriod {
    match terms.unit {
        Unit::Weeks => EuPeriod::Week,
        Unit::Months | Unit::Days => EuPeriod::Month,
    }
}
