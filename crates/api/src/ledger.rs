//! The general ledger: balances, the lines of an account, exports.

use crate::{LoanId, Money, Page, Request, Saved, request};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

request! {
    /// Every account with its balance; they add up to zero.
    TrialBalance {
        /// At the end of this booking date; none: as of now.
        on: Option<NaiveDate>,
    } => TrialBalanceView;

    /// A page of the lines of one account, newest first.
    AccountLines {
        /// Which account.
        account: String,
        /// From this booking date on.
        from: NaiveDate,
        /// Up to and including this one.
        to: NaiveDate,
        /// Which page, from 0.
        page: u32,
    } => Page<AccountLine>;

    /// Writes every line of the general ledger between two booking dates into a file.
    ExportLedger {
        /// The first booking date.
        from: NaiveDate,
        /// The last one.
        to: NaiveDate,
        /// CSV or JSON.
        format: ExportFormat,
    } => Saved;
}

/// The form of an exported file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Comma-separated values with a header, UTF-8.
    #[default]
    Csv,
    /// An array of objects.
    Json,
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountClass {
    /// What the organisation has.
    Asset,
    /// What it owes.
    Liability,
    /// What it earned.
    Income,
    /// What it spent or lost.
    Expense,
}

impl AccountClass {
    /// The word, as in an export.
    pub const fn word(self) -> &'static str {
        match self {
            AccountClass::Asset => "asset",
            AccountClass::Liability => "liability",
            AccountClass::Income => "income",
            AccountClass::Expense => "expense",
        }
    }
}

/// An account and its balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBalance {
    /// The account's word: `portfolio`, `cash:BR1-01`.
    pub account: String,
    /// Its kind.
    pub class: AccountClass,
    /// Debits less credits, in minor units.
    pub balance: Money,
}

/// Every account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialBalanceView {
    /// The booking date at whose end it holds; none: as of now.
    pub on: Option<NaiveDate>,
    /// The accounts, by kind and name.
    pub accounts: Vec<AccountBalance>,
    /// All debit balances, in minor units.
    pub debit: Money,
    /// All credit balances, in minor units, as a positive amount.
    pub credit: Money,
}

/// One line of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLine {
    /// The number of the entry.
    pub entry: u64,
    /// The booking date.
    pub booked_on: NaiveDate,
    /// What happened: the fact's word.
    pub what: String,
    /// Because of which loan.
    pub loan: Option<LoanId>,
    /// Its number; empty for an entry of a whole product.
    pub loan_number: String,
    /// Debit is positive, credit negative; in minor units.
    pub amount: Money,
}
