//! Closing a loan early.

use super::payments::{Incoming, find, receive};
use crate::change::{Books, Cause, change, money_in};
use crate::command::Command;
use crate::context::Context;
use crate::fact::FactBody;
use crate::refusal::Refusal;
use crate::standing::{check_value_date, must_be_active, standing};
use crate::state::{Foreclosure, Loan, LoanPayment, State};
use chrono::NaiveDate;
use farthing_api::{Arg, Code, Money};
use farthing_lending::{PayoffInterest, Replacement, foreclose, payoff, percent_of};

pub(super) fn close_early(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    let Command::Foreclose {
        loan: id,
        seen,
        value_date,
        discount,
        amount,
        method,
    } = command
    else {
        return Ok(Vec::new());
    };
    let (id, discount) = (*id, *discount);
    let loan = find(state, id)?;
    must_be_active(loan)?;
    if loan.seen() != *seen {
        return Err(Refusal::changed(Code::LoanChanged));
    }
    let decimals = super::organisation(state)?.currency.decimals;
    let quote = quote(loan, *value_date, discount, ctx.today, decimals)?;
    if quote.total != *amount {
        return Err(Refusal::changed(Code::PayoffChanged));
    }
    let mut after = loan.clone();
    let replacement = quote.replacement;
    after.foreclosure = Some(Foreclosure {
        replacement: replacement.clone(),
        discount,
        payment: None,
    });
    let replaced = standing(&after);
    let books = Books::of(state, ctx);
    let change = change(id, loan, &replaced, &books, loan.assessed_through, Cause::default())?;
    crate::apply::put_change(&mut after, &change);
    let closing = FactBody::LoanForeclosed {
        loan: id,
        discount,
        replacement,
        change,
    };
    let payment = Incoming {
        amount: *amount,
        on: *value_date,
        method: *method,
        reference: "",
        prepay: None,
    };
    let moved = money_in(*method, &ctx.desk, *amount);
    let payment = receive(state, ctx, id, &after, &payment, moved)?;
    Ok(vec![closing, payment])
}

/// What it takes to close a loan on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Principal outstanding, in minor units.
    pub principal: Money,
    /// Interest to the day, or to the period's end by the product's rule, in minor units.
    pub interest: Money,
    /// Charges, with the one for closing early, in minor units.
    pub fee: Money,
    /// Penalties, in minor units.
    pub penalty: Money,
    /// What is to be paid, the discount taken off, in minor units.
    pub total: Money,
    /// Up to when interest is asked for.
    pub interest_to: PayoffInterest,
    /// The rows that replace the rest of the schedule.
    pub replacement: Replacement,
}

/// Quotes the payoff of a loan to a day, with a discount.
///
/// # Errors
/// Names the field: a day out of range, a discount above what the product or the interest allows.
pub fn quote(loan: &Loan, on: NaiveDate, discount: Money, today: NaiveDate, decimals: u32) -> Result<Quote, Refusal> {
    must_be_active(loan)?;
    check_value_date(loan, on, today)?;
    check_last_payment(loan, on, Code::BeforePayment)?;
    let (terms, ledger, rule) = (loan.terms.as_ref(), standing(loan), &loan.payoff);
    let owed = payoff(terms, decimals, &ledger, on, rule.interest)?;
    let by_rule = rule
        .most_discount_percent
        .map(|percent| percent_of(owed.interest, percent));
    let most = by_rule.map_or(loan.max_discount, |most| most.min(loan.max_discount));
    if discount.is_negative() || discount > most {
        return Err(Refusal::field("discount", Code::OverDiscount));
    }
    if discount > owed.interest + owed.penalty {
        let most = Arg::Money(owed.interest + owed.penalty, decimals);
        return Err(Refusal::field("discount", Code::DiscountOverOwed).with("most", most));
    }
    let replacement = foreclose(terms, decimals, &ledger, on, rule, discount)?;
    let closing_fee = rule.closing_fee(owed.principal);
    Ok(Quote {
        principal: owed.principal,
        interest: owed.interest,
        fee: owed.fee + closing_fee,
        penalty: owed.penalty,
        total: owed.total + closing_fee - discount,
        interest_to: rule.interest,
        replacement,
    })
}

/// What changes the rest of the schedule comes after all payments and waivers that are there.
pub(super) fn check_last_payment(loan: &Loan, on: NaiveDate, code: Code) -> Result<(), Refusal> {
    let standing = loan.payments.iter().filter(|p: &&LoanPayment| p.counts());
    let paid = standing.map(|p| p.on).max().filter(|last| *last > on);
    let waived = loan.waivers.iter().map(|w| w.on).max().filter(|last| *last > on);
    match (paid, waived) {
        (Some(last), _) => Err(Refusal::field("value_date", code).with("date", last)),
        (None, Some(last)) => Err(Refusal::field("value_date", Code::BeforeWaiver).with("date", last)),
        (None, None) => Ok(()),
    }
}
