//! Double entry: every fact that moves money says from which account to which.

use farthing_api::{AccountClass, LoanId, Money, PaymentMethod};
use farthing_lending::{Earning, Earnings};
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
    /// Interest that is earned and not paid.
    InterestReceivable,
    /// Interest earned.
    InterestIncome,
    /// Interest of late loans that is owed and no income before it is paid.
    InterestSuspended,
    /// Interest and charges that were paid before they are earned.
    UnearnedIncome,
    /// Charges that customers owe.
    FeeReceivable,
    /// Charges earned.
    FeeIncome,
    /// Penalties that customers owe.
    PenaltyReceivable,
    /// Penalties charged.
    PenaltyIncome,
    /// Money of customers beyond what they owed.
    UnappliedCredit,
    /// Money received that has no place yet.
    Suspense,
    /// Principal that was given up.
    LoanLoss,
    /// Money that came in on loans given up.
    RecoveryIncome,
    /// What is set aside for loans that may be lost.
    LossProvision,
    /// By how much more, or less, is set aside.
    ProvisionExpense,
    /// Goods sold.
    Sales,
    /// An account that a later version knows.
    Other(String),
}

/// The accounts that have a fixed word, and what kind each is.
const FIXED: &[(Account, &str, AccountClass)] = {
    use Account::*;
    use AccountClass::*;
    &[
        (Bank, "bank", Asset),
        (Mobile, "mobile", Asset),
        (Portfolio, "portfolio", Asset),
        (InterestReceivable, "interest_receivable", Asset),
        (InterestIncome, "interest_income", Income),
        (InterestSuspended, "interest_suspended", Liability),
        (UnearnedIncome, "unearned_income", Liability),
        (FeeReceivable, "fee_receivable", Asset),
        (FeeIncome, "fee_income", Income),
        (PenaltyReceivable, "penalty_receivable", Asset),
        (PenaltyIncome, "penalty_income", Income),
        (UnappliedCredit, "unapplied_credit", Liability),
        (Suspense, "suspense", Liability),
        (LoanLoss, "loan_loss", Expense),
        (RecoveryIncome, "recovery_income", Income),
        (LossProvision, "loss_provision", Liability),
        (ProvisionExpense, "provision_expense", Expense),
        (Sales, "sales", Income),
    ]
};

impl Account {
    /// What kind of account it is; one that this version does not know counts as an asset.
    pub fn class(&self) -> AccountClass {
        let fixed = FIXED.iter().find(|(account, _, _)| account == self);
        fixed.map_or(AccountClass::Asset, |(_, _, class)| *class)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::Cash(desk) => write!(f, "cash:{desk}"),
            Account::Other(word) => f.write_str(word),
            fixed => {
                let found = FIXED.iter().find(|(account, _, _)| account == fixed);
                f.write_str(found.map_or("", |(_, word, _)| word))
            }
        }
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
        let fixed = FIXED.iter().find(|(_, known, _)| *known == word);
        fixed.map_or(Account::Other(word), |(account, _, _)| account.clone())
    }
}

/// One line of an entry: debit is positive, credit negative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Which account.
    pub account: Account,
    /// How much, in minor units.
    pub amount: Money,
    /// Because of which loan; none for an entry of a whole portfolio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loan: Option<LoanId>,
}

/// An entry under construction, which leaves out lines of nothing.
#[derive(Clone, Debug)]
pub struct Entry {
    loan: Option<LoanId>,
    lines: Vec<Posting>,
}

impl Entry {
    /// An entry because of a loan.
    pub fn of(loan: LoanId) -> Entry {
        Entry {
            loan: Some(loan),
            lines: Vec::new(),
        }
    }

    /// An entry of a whole portfolio.
    pub const fn of_portfolio() -> Entry {
        Entry {
            loan: None,
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

    /// What a portfolio earned.
    #[must_use]
    pub fn earns(self, earned: &Earnings) -> Entry {
        use Account::*;
        let accounts = |kind| match kind {
            Earning::Interest => (InterestReceivable, InterestIncome),
            Earning::InterestAhead => (UnearnedIncome, InterestIncome),
            Earning::InterestSuspended => (InterestReceivable, InterestSuspended),
            Earning::Fee => (FeeReceivable, FeeIncome),
            Earning::FeeAhead => (UnearnedIncome, FeeIncome),
        };
        Earning::ALL.into_iter().fold(self, |entry, kind| {
            let (debit, credit) = accounts(kind);
            entry.moves(debit, credit, earned.of(kind))
        })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn every_account_keeps_its_word() {
        for account in FIXED
            .iter()
            .map(|(account, _, _)| account.clone())
            .chain([Account::Cash("BR1-01".into()), Account::Other("later".into())])
        {
            assert_eq!(Account::from(String::from(account.clone())), account);
            assert!(!account.to_string().is_empty());
        }
    }
}
