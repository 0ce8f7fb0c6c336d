//! Charges: what a loan costs besides interest.

use crate::Money;
use crate::schedule::Row;
use crate::terms::TermsError;
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The most letters of a charge's name.
const LONGEST_NAME: usize = 60;

/// A percentage of an amount, rounded half-up to the minor unit and bounded by what a book keeps.
pub fn percent_of(amount: Money, percent: Decimal) -> Money {
    let exact = Decimal::from(amount.minor()).checked_mul(percent / Decimal::ONE_HUNDRED);
    crate::penalty::rounded(exact.unwrap_or_default())
}

/// How much a charge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeAmount {
    /// An amount.
    Flat(Money),
    /// Percent of the amount lent.
    PercentOfPrincipal(Decimal),
    /// Percent of the principal and interest of the installment with which it falls due.
    PercentOfInstallment(Decimal),
}

/// When a charge is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeWhen {
    /// At the disbursement, taken off what is paid out.
    Payout,
    /// At the disbursement, paid by the customer.
    Disbursement,
    /// With every installment, a down payment apart.
    EachInstallment,
    /// So many days after the disbursement: with the first installment that falls due from that day on.
    AfterDays(u32),
    /// On a day: with the first installment that falls due from that day on.
    On(NaiveDate),
}

impl ChargeWhen {
    /// Whether it is taken when the money goes out.
    pub const fn is_at_start(self) -> bool {
        matches!(self, ChargeWhen::Payout | ChargeWhen::Disbursement)
    }
}

/// A charge as a product or a loan carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// What it is called on screen and paper.
    pub name: String,
    /// How much.
    pub amount: ChargeAmount,
    /// When.
    pub when: ChargeWhen,
}

/// A charge that falls due with an installment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// The number of the installment.
    pub n: u32,
    /// How much.
    pub amount: Money,
}

/// A charge taken when the money went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeTaken {
    /// What it is called.
    pub name: String,
    /// How much.
    pub amount: Money,
    /// Taken off the payout; otherwise the customer paid it.
    pub off_payout: bool,
}

impl Charge {
    /// Whether the charge makes sense; `field` is its path in the form, such as `charges[0]`.
    ///
    /// # Errors
    /// Names the part that needs a change and the remedy.
    pub fn check(&self, field: &str) -> Result<(), TermsError> {
        let no = |part: &str, message: &str| Err(TermsError::on(format!("{field}.{part}"), message));
        if self.name.trim().is_empty() {
            return no("name", "The charge has no name. Enter what it is called on papers.");
        }
        if self.name.chars().count() > LONGEST_NAME {
            return no("name", "The charge's name is longer than 60 letters. Shorten it.");
        }
        match self.amount {
            ChargeAmount::Flat(amount) if !amount.is_positive() || amount > Money::LIMIT => no(
                "amount",
                "The charge is not more than zero. Enter an amount, or remove it.",
            ),
            ChargeAmount::PercentOfPrincipal(percent) | ChargeAmount::PercentOfInstallment(percent)
                if percent <= Decimal::ZERO || percent > Decimal::ONE_HUNDRED =>
            {
                no("amount", "The charge is outside 0 to 100 %. Change it, or remove it.")
            }
            ChargeAmount::PercentOfInstallment(_) if self.when.is_at_start() => no(
                "amount",
                "At the disbursement there is no installment to take a percentage of. Choose a percentage of the principal.",
            ),
            _ => Ok(()),
        }
    }

    /// How much it is with an installment of `due`, of a loan of `principal`; rounded half-up to the minor unit.
    pub fn amount(&self, principal: Money, due: Money) -> Money {
        match self.amount {
            ChargeAmount::Flat(amount) => amount,
            ChargeAmount::PercentOfPrincipal(percent) => percent_of(principal, percent),
            ChargeAmount::PercentOfInstallment(percent) => percent_of(due, percent),
        }
    }
}

/// What of the charges is taken when `principal` goes out.
pub fn at_start(charges: &[Charge], principal: Money) -> Vec<ChargeTaken> {
    let taken = charges.iter().filter(|c| c.when.is_at_start()).map(|c| ChargeTaken {
        name: c.name.trim().to_string(),
        amount: c.amount(principal, Money::ZERO),
        off_payout: c.when == ChargeWhen::Payout,
    });
    taken.filter(|c| c.amount.is_positive()).collect()
}

/// The charges that fall due with installments, by installment: those of every one, and those of a day with the first
/// installment that is due from that day on, or the last one.
pub fn with_rows(charges: &[Charge], principal: Money, disbursed_on: NaiveDate, rows: &[Row]) -> Vec<Fee> {
    let mut fees: Vec<Fee> = Vec::new();
    let mut add = |row: &Row, charge: &Charge| {
        let amount = charge.amount(principal, row.due());
        match fees.iter_mut().find(|fee| fee.n == row.n) {
            Some(fee) => fee.amount += amount,
            None => fees.push(Fee { n: row.n, amount }),
        }
    };
    let later: Vec<&Row> = rows.iter().filter(|row| row.n > 0).collect();
    for charge in charges {
        let from = match charge.when {
            ChargeWhen::Payout | ChargeWhen::Disbursement => continue,
            ChargeWhen::EachInstallment => {
                later.iter().for_each(|row| add(row, charge));
                continue;
            }
            ChargeWhen::AfterDays(days) => disbursed_on.checked_add_days(Days::new(days.into())),
            ChargeWhen::On(day) => Some(day),
        };
        let due = later.iter().find(|row| from.is_some_and(|from| row.due_on >= from));
        if let Some(row) = due.or(later.last()) {
            add(row, charge);
        }
    }
    fees.retain(|fee| fee.amount.is_positive());
    fees.sort_unstable_by_key(|fee| fee.n);
    fees
}
