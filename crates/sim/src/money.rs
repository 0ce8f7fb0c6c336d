//! Whether money is where the rules say.

use crate::check::must;
use crate::database::Database;
use crate::server::loans;
use chrono::NaiveDate;
use farthing_api::{Money, PaymentId, TaskKind};
use farthing_lending::{Accrual, RowState};
use farthing_office::{Account, Command, FactBody, Loan, LoanPayment, balanced, standing};
use std::collections::BTreeMap;

/// The money that somebody took in hand with a command.
pub(crate) fn taken(command: &Command) -> Money {
    match command {
        Command::ReceivePayment { amount, .. } | Command::Foreclose { amount, .. } => *amount,
        Command::Sell { first, .. } => *first,
        _ => Money::ZERO,
    }
}

/// The money that a fact says came in from outside.
pub(crate) fn came_in(fact: &FactBody) -> Money {
    match fact {
        FactBody::PaymentReceived { payment, change, .. } if !from_suspense(&change.postings) => payment.amount,
        FactBody::MoneySetAside { payment, .. } => payment.amount,
        FactBody::TaskOpened { what, amount, .. }
            if [TaskKind::UnplacedMoney, TaskKind::RevokedDeskMoney]
                .iter()
                .any(|kind| what == kind.word()) =>
        {
            amount.unwrap_or_default()
        }
        _ => Money::ZERO,
    }
}

fn from_suspense(postings: &[farthing_office::Posting]) -> bool {
    postings.iter().any(|posting| posting.account == Account::Suspense)
}

/// The receipt that a fact gives.
pub(crate) fn receipt(fact: &FactBody) -> Option<(&PaymentId, &String)> {
    match fact {
        FactBody::PaymentReceived { payment, .. } | FactBody::MoneySetAside { payment, .. } => {
            Some((&payment.id, &payment.receipt))
        }
        _ => None,
    }
}

/// The day on which money is said to have come in.
pub(crate) fn value_date(fact: &FactBody) -> Option<NaiveDate> {
    match fact {
        FactBody::PaymentReceived { payment, .. } | FactBody::MoneySetAside { payment, .. } => Some(payment.on),
        _ => None,
    }
}

/// Every entry is balanced, what came in is allocated to the last minor unit, and every account holds what the loans say.
pub(crate) fn balanced_books(database: &Database) -> Result<(), String> {
    let mut accounts = BTreeMap::<Account, Money>::new();
    for kept in &database.facts {
        let body = &kept.fact.body;
        must!(
            balanced(body.postings()),
            "the entry of {} is not balanced",
            kept.fact.id
        );
        for posting in body.postings() {
            *accounts.entry(posting.account.clone()).or_default() += posting.amount;
        }
        if let FactBody::PaymentReceived { payment, .. } | FactBody::MoneySetAside { payment, .. } = body {
            allocated(payment, body)?;
        }
    }
    let sum: Money = accounts.values().copied().sum();
    must!(sum.is_zero(), "the trial balance is {sum:?}");
    as_loans_say(database, &accounts)
}

/// What came in went somewhere, and into the account through which it came.
fn allocated(payment: &LoanPayment, body: &FactBody) -> Result<(), String> {
    let parts = &payment.parts;
    let sum =
        parts.penalty + parts.interest + parts.principal + parts.credit + parts.fee + parts.recovery + parts.suspense;
    must!(sum == payment.amount, "{:?} of {:?} is allocated", sum, payment.amount);
    let through = |account: &Account| matches!(account, Account::Cash(_) | Account::Bank | Account::Mobile);
    let moved = match from_suspense(body.postings()) && payment.aside.is_none() {
        true => body
            .postings()
            .iter()
            .filter(|p| p.account == Account::Suspense)
            .map(|p| p.amount)
            .sum(),
        false => body
            .postings()
            .iter()
            .filter(|p| through(&p.account))
            .map(|p| p.amount)
            .sum::<Money>(),
    };
    must!(
        moved == payment.amount,
        "{:?} came in, {moved:?} was booked",
        payment.amount
    );
    Ok(())
}

/// The ledger and the loans, added up apart from each other, agree.
fn as_loans_say(database: &Database, accounts: &BTreeMap<Account, Money>) -> Result<(), String> {
    let open = database.state.day().map(|day| day.open).ok_or("there is no day")?;
    let closed = open.pred_opt().unwrap_or(open);
    let all: Vec<&Loan> = loans(&database.state).map(|(_, loan)| loan).collect();
    let sum = |part: &dyn Fn(&Loan) -> Money| all.iter().map(|loan| part(loan)).sum::<Money>();
    let runs = |loan: &Loan| loan.written_off.is_none() && loan.disbursed_on.is_some();
    let rows = |part: fn(&RowState) -> Money| {
        sum(&|loan| {
            if runs(loan) {
                loan.rows.iter().map(part).sum()
            } else {
                Money::ZERO
            }
        })
    };
    let earned =
        |part: fn(&Accrual) -> Money| sum(&|loan| loan.accrual.as_ref().map_or(Money::ZERO, |a| part(&a.at(closed))));
    let recovered = sum(&|loan| loan.written_off.map_or(Money::ZERO, |w| w.recovered));
    let suspended = |loan: &Loan| {
        loan.payments
            .iter()
            .filter(|p| !p.reversed)
            .map(|p| p.parts.suspense)
            .sum::<Money>()
    };
    let expected = [
        (Account::Portfolio, rows(|r| r.principal - r.paid_principal)),
        (Account::PenaltyReceivable, rows(|r| r.penalty - r.paid_penalty)),
        (Account::InterestReceivable, earned(|a| a.interest)),
        (Account::FeeReceivable, earned(|a| a.fee)),
        (Account::UnearnedIncome, -earned(|a| a.ahead + a.fee_ahead)),
        (Account::UnappliedCredit, -sum(&|loan| loan.credit)),
        (Account::RecoveryIncome, -recovered),
        (Account::Suspense, -sum(&suspended)),
    ];
    for (account, amount) in expected {
        let booked = accounts.get(&account).copied().unwrap_or_default();
        must!(booked == amount, "{account} has {booked:?}, the loans say {amount:?}");
    }
    for loan in all.iter().filter(|loan| runs(loan)) {
        must!(
            standing(loan).rows == loan.rows,
            "{} is not what its payments say",
            loan.number
        );
    }
    Ok(())
}
