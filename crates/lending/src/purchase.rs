//! Purchase plans of an installment shop: a first payment at the sale, the rest in equal parts, no interest.

use crate::Money;
use crate::calendar::shift;
use crate::schedule::Row;
use crate::terms::{MOST_INSTALLMENTS, MonthEnd, TermsError, Unit};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The least first payment, in percent of the total, where more than one payment is agreed.
pub const LEAST_FIRST_PERCENT: i64 = 30;

/// When the payments after the first fall due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// 30, 60, 90 ... days after the sale.
    Every30Days,
    /// On the day of the sale in every following month.
    Monthly,
}

/// What is agreed at the sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// The price of one piece.
    pub price: Money,
    /// How many pieces.
    pub quantity: u32,
    /// How many payments in all, the first included.
    pub payments: u32,
    /// What is paid at the sale.
    pub first: Money,
    /// The day of the sale.
    pub sold_on: NaiveDate,
    /// When the rest falls due.
    pub rhythm: Rhythm,
}

impl Purchase {
    /// Price times quantity.
    ///
    /// # Errors
    /// On `price` or `quantity` when there is nothing to pay, or more than a book can keep.
    pub fn total(&self) -> Result<Money, TermsError> {
        if !self.price.is_positive() {
            return Err(TermsError::on("price", "Enter a price greater than zero."));
        }
        if self.quantity == 0 {
            return Err(TermsError::on("quantity", "Enter at least 1 piece."));
        }
        self.price
            .minor()
            .checked_mul(self.quantity.into())
            .map(Money::from_minor)
            .filter(|total| *total <= Money::LIMIT)
            .ok_or_else(|| {
                TermsError::on(
                    "quantity",
                    "Enter fewer pieces: the total is larger than a book can keep.",
                )
            })
    }

    /// The least that may be paid at the sale: the whole for a single payment, otherwise 30 percent, rounded up.
    ///
    /// # Errors
    /// Those of [`Purchase::total`].
    pub fn least_first(&self) -> Result<Money, TermsError> {
        let total = self.total()?;
        Ok(match self.payments {
            0 | 1 => total,
            _ => Money::from_minor(share_up(total.minor(), LEAST_FIRST_PERCENT, 100)),
        })
    }

    /// The plan: row 0 is the first payment, due on the day of the sale; the others are equal, and the last of them
    /// takes what the division leaves. The balance of a row is what is still owed after it.
    ///
    /// # Errors
    /// On the field that does not fit the rules of the shop.
    pub fn rows(&self) -> Result<Vec<Row>, TermsError> {
        let total = self.total()?;
        let least = self.least_first()?;
        if self.payments == 0 || self.payments > MOST_INSTALLMENTS {
            return Err(TermsError::on("payments", "Enter from 1 to 1,200 payments."));
        }
        if self.payments == 1 && self.first != total {
            return Err(TermsError::on(
                "first",
                "Enter the whole price: a single payment settles the purchase.",
            ));
        }
        if self.first > total {
            return Err(TermsError::on("first", "Enter at most the total."));
        }
        if self.first < least {
            return Err(TermsError::on("first", "Enter at least 30 percent of the total."));
        }
        let later = self.payments - 1;
        let rest = total - self.first;
        if later > 0 && rest.minor() < later.into() {
            return Err(TermsError::on(
                "payments",
                "Enter fewer payments: the rest cannot be divided into so many.",
            ));
        }
        let each = Money::from_minor(if later == 0 { 0 } else { rest.minor() / i64::from(later) });
        let mut balance = total;
        let mut rows = Vec::with_capacity(self.payments as usize);
        for n in 0..self.payments {
            let principal = match n {
                0 => self.first,
                _ if n == later => balance,
                _ => each,
            };
            balance -= principal;
            rows.push(Row {
                n,
                due_on: self.due_on(n)?,
                principal,
                interest: Money::ZERO,
                balance,
            });
        }
        Ok(rows)
    }

    fn due_on(&self, n: u32) -> Result<NaiveDate, TermsError> {
        let (unit, every) = match self.rhythm {
            Rhythm::Every30Days => (Unit::Days, 30),
            Rhythm::Monthly => (Unit::Months, 1),
        };
        shift(self.sold_on, unit, every, n, MonthEnd::Clamp)
            .ok_or_else(|| TermsError::on("payments", "Enter fewer payments: the last due date is too far away."))
    }
}

/// `num / den` of an amount that is not negative, rounded up.
fn share_up(minor: i64, num: i64, den: i64) -> i64 {
    // Below 9e15 times 30: inside 64 bits.
    (minor * num + den - 1) / den
}
