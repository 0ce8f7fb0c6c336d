//! Double entry: every fact that moves money says from which account to which.

use farthing_api::{LoanId, Money, PaymentMethod};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An account of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Account {
    /// The drawer of a desk, by its prefix.
    Cash(String),
    /// The organisation's bank account.
    Bank,
    /// The organisation's mobile money.
    Mobile,
    /// Principal that customers owe.
    Portfolio,
    /// Interest received.
    InterestIncome,
    /// Penalties that customers owe.
    PenaltyReceivable,
    /// Penalties charged.
    PenaltyIncome,
    /// Money of customers beyond what they owed.
    UnappliedCredit,
    /// Goods sold.
    Sales,
    /// An account that a later version knows.
    Other(String),
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Account::Cash(desk) => return write!(f, "cash:{desk}"),
            Account::Bank => "bank",
            Account::Mobile => "mobile",
            Account::Portfolio => "portfolio",
            Account::InterestIncome => "interest_income",
            Account::PenaltyReceivable => "penalty_receivable",
            Account::PenaltyIncome => "penalty_income",
            Account::UnappliedCredit => "unapplied_credit",
            Account::Sales => "sales",
            Account::Other(word) => word,
        })
    }
}

impl From<Account> for String {
    fn from(account: Account) -> String {
        account.to_string()
    }
}

impl From<String> for Account {
    fn from(word: String) -> Account {
        if let Some(desk) = word.strip_prefix("cash:") {
            return Account::Cash(desk.into());
        }
        match word.as_str() {
            "bank" => Account::Bank,
            "mobile" => Account::Mobile,
            "portfolio" => Account::Portfolio,
            "interest_income" => Account::InterestIncome,
            "penalty_receivable" => Account::PenaltyReceivable,
            "penalty_income" => Account::PenaltyIncome,
            "unapplied_credit" => Account::UnappliedCredit,
            "sales" => Account::Sales,
            _ => Account::Other(word),
        }
    }
}

/// One line of an entry: debit is positive, credit negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Which account.
    pub account: Account,
    /// How much, in minor units.
    pub amount: Money,
    /// Because of which loan.
    pub loan: LoanId,
}

/// An entry under construction, which leaves out lines of nothing.
#[derive(Clone, Debug)]
pub struct Entry {
    loan: LoanId,
    lines: Vec<Posting>,
}

impl Entry {
    /// An entry because of a loan.
    pub fn of(loan: LoanId) -> Entry {
        Entry {
            loan,
            lines: Vec::new(),
        }
    }

    /// Moves an amount into `debit` out of `credit`; a negative amount goes the other way.
    #[must_use]
    pub fn moves(mut self, debit: Account, credit: Account, amount: Money) -> Entry {
        if !amount.is_zero() {
            self.lines.push(Posting {
                account: debit,
                amount,
                loan: self.loan,
            });
            self.lines.push(Posting {
                account: credit,
                amount: -amount,
                loan: self.loan,
            });
        }
        self
    }

    /// The lines, those of one account added up.
    pub fn lines(self) -> Vec<Posting> {
        let mut out: Vec<Posting> = Vec::new();
        for line in self.lines {
            match out.iter_mut().find(|l| l.account == line.account) {
                Some(same) => same.amount += line.amount,
                None => out.push(line),
            }
        }
        out.retain(|l| !l.amount.is_zero());
        out
    }
}

/// The account through which a way of paying goes at a desk.
pub fn money_account(method: PaymentMethod, desk: &str) -> Account {
    match method {
        PaymentMethod::Cash => Account::Cash(desk.into()),
        PaymentMethod::Bank => Account::Bank,
        PaymentMethod::Mobile => Account::Mobile,
    }
}

/// Whether an entry is balanced.
pub fn balanced(postings: &[Posting]) -> bool {
    postings.iter().map(|p| p.amount).sum::<Money>().is_zero()
}
