//! Money that comes in, goes back, or closes a loan early.

use super::own;
use crate::command::Command;
use crate::context::Context;
use crate::fact::FactBody;
use crate::posting::{Account, Entry, money_account};
use crate::refusal::Refusal;
use crate::standing::{change, check_amount, check_value_date, money_in, must_be_active, parts, standing};
use crate::state::{Foreclosure, Loan, LoanPayment, State};
use chrono::NaiveDate;
use farthing_api::{Arg, Code, LoanId, LoanStatus, Money, PaymentId, PaymentMethod, PaymentParts, TaskId, TaskKind};
use farthing_lending::{PayoffInterest, Replacement, RowState, foreclose, payoff};

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    match command {
        Command::ReceivePayment {
            loan,
            amount,
            value_date,
            method,
            reference,
        } => {
            let found = find(state, *loan)?;
            let payment = receive(state, ctx, *loan, found, *amount, *value_date, *method, reference)?;
            Ok(vec![payment])
        }
        Command::ReversePayment { loan, payment, reason } => reverse(state, *loan, *payment, reason, ctx),
        Command::Foreclose {
            loan,
            seen,
            value_date,
            discount,
            amount,
            method,
        } => close_early(state, ctx, *loan, seen, *value_date, *discount, *amount, *method),
        Command::Refund { loan, amount, method } => refund(state, ctx, *loan, *amount, *method),
        Command::GiveNotice {
            loan,
            amount,
            on,
            reference,
        } => notice(state, ctx, *loan, *amount, *on, reference),
        _ => Ok(Vec::new()),
    }
}

fn find(state: &State, id: LoanId) -> Result<&Loan, Refusal> {
    state.loan(id).ok_or_else(|| Refusal::missing(Code::NoLoan))
}

fn with_payment(loan: &Loan, payment: LoanPayment) -> Loan {
    let mut after = loan.clone();
    after.payments.push(payment);
    after
}

/// The fact of one payment on a loan as it is.
#[allow(
    clippy::too_many_arguments,
    reason = "the fields of the command, each of its own type"
)]
pub(super) fn receive(
    state: &State,
    ctx: &Context,
    id: LoanId,
    loan: &Loan,
    amount: Money,
    value_date: NaiveDate,
    method: PaymentMethod,
    reference: &str,
) -> Result<FactBody, Refusal> {
    must_be_active(loan)?;
    check_amount("amount", amount)?;
    check_value_date(loan, value_date, ctx.today)?;
    let reference = reference.trim();
    let same = |p: &&LoanPayment| !reference.is_empty() && !p.reversed && p.reference == reference;
    if let Some(twin) = loan.payments.iter().find(same) {
        return Err(Refusal::field("reference", Code::DuplicateReference)
            .with("reference", reference)
            .with("receipt", &twin.receipt)
            .with("date", twin.on));
    }
    let next = state.desk(&ctx.desk).map_or(1, |d| d.receipts + 1);
    let mut payment = LoanPayment {
        id: PaymentId::of(ctx.op, 1),
        receipt: format!("{}-{next:06}", ctx.desk),
        on: value_date,
        amount,
        parts: PaymentParts::default(),
        method,
        reference: reference.to_string(),
        reversed: false,
    };
    let new = standing(&with_payment(loan, payment.clone()));
    payment.parts = parts(new.allocations.last());
    let change = change(
        id,
        loan,
        &new,
        loan.assessed_through,
        money_in(method, &ctx.desk, amount),
    )?;
    Ok(FactBody::PaymentReceived {
        loan: id,
        payment,
        change,
    })
}

/// Where a payment would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The split.
    pub parts: PaymentParts,
    /// The split by installment.
    pub rows: Vec<(u32, Money)>,
    /// What is outstanding afterwards, in minor units.
    pub outstanding: Money,
    /// Whether everything is paid then.
    pub closes: bool,
}

/// Works out where a payment would go, before it is taken.
///
/// # Errors
/// Those of taking it.
pub fn preview_payment(
    loan: &Loan,
    amount: Money,
    value_date: NaiveDate,
    today: NaiveDate,
) -> Result<Preview, Refusal> {
    must_be_active(loan)?;
    check_amount("amount", amount)?;
    check_value_date(loan, value_date, today)?;
    let payment = LoanPayment {
        id: PaymentId(Default::default()),
        receipt: String::new(),
        on: value_date,
        amount,
        parts: PaymentParts::default(),
        method: PaymentMethod::Cash,
        reference: String::new(),
        reversed: false,
    };
    let new = standing(&with_payment(loan, payment));
    let paid = |r: &RowState| r.paid_principal + r.paid_interest + r.paid_penalty;
    let before = |n: u32| loan.rows.iter().find(|r| r.n == n).map_or(Money::ZERO, paid);
    let rows = new
        .rows
        .iter()
        .map(|r| (r.n, paid(r) - before(r.n)))
        .filter(|(_, m)| !m.is_zero())
        .collect();
    Ok(Preview {
        parts: parts(new.allocations.last()),
        rows,
        outstanding: new.outstanding_principal(),
        closes: new.is_closed(),
    })
}

fn reverse(
    state: &State,
    id: LoanId,
    payment: PaymentId,
    reason: &str,
    ctx: &Context,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = find(state, id)?;
    let reason = super::required("reason", reason)?;
    let Some(taken) = loan.payments.iter().find(|p| p.id == payment) else {
        return Err(Refusal::missing(Code::NoPayment));
    };
    if taken.reversed {
        return Err(Refusal::rule(Code::Reversed).with("receipt", &taken.receipt));
    }
    let (amount, method) = (taken.amount, taken.method);
    let mut after = loan.clone();
    for p in after.payments.iter_mut().filter(|p| p.id == payment) {
        p.reversed = true;
    }
    if after
        .foreclosure
        .take()
        .is_some_and(|closing| closing.payment != Some(payment))
    {
        return Err(Refusal::rule(Code::Foreclosed));
    }
    let moved = money_in(method, &ctx.desk, -amount);
    let change = change(id, loan, &standing(&after), loan.assessed_through, moved)?;
    Ok(vec![FactBody::PaymentReversed {
        loan: id,
        payment,
        reason,
        change,
    }])
}

#[allow(
    clippy::too_many_arguments,
    reason = "the fields of the command, each of its own type"
)]
fn close_early(
    state: &State,
    ctx: &Context,
    id: LoanId,
    seen: &str,
    value_date: NaiveDate,
    discount: Money,
    amount: Money,
    method: PaymentMethod,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = find(state, id)?;
    must_be_active(loan)?;
    if loan.seen() != seen {
        return Err(Refusal::changed(Code::LoanChanged));
    }
    let decimals = super::organisation(state)?.currency.decimals;
    let quote = quote(loan, value_date, discount, ctx.today, decimals)?;
    if quote.total != amount {
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
    let change = change(id, loan, &replaced, loan.assessed_through, None)?;
    after.rows = replaced.rows;
    after.credit = change.credit;
    let closing = FactBody::LoanForeclosed {
        loan: id,
        discount,
        replacement,
        change,
    };
    let payment = receive(state, ctx, id, &after, amount, value_date, method, "")?;
    Ok(vec![closing, payment])
}

/// What it takes to close a loan on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Principal outstanding, in minor units.
    pub principal: Money,
    /// Interest to the day, in minor units.
    pub interest: Money,
    /// Penalties, in minor units.
    pub penalty: Money,
    /// What is to be paid, the discount taken off, in minor units.
    pub total: Money,
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
    if let Some(last) = loan
        .payments
        .iter()
        .filter(|p| !p.reversed)
        .map(|p| p.on)
        .max()
        .filter(|last| *last > on)
    {
        return Err(Refusal::field("value_date", Code::BeforePayment).with("date", last));
    }
    if discount.is_negative() || discount > loan.max_discount {
        return Err(Refusal::field("discount", Code::OverDiscount));
    }
    let (terms, ledger) = (loan.terms.as_ref(), standing(loan));
    let owed = payoff(terms, decimals, &ledger, on, PayoffInterest::ToDate)?;
    if discount > owed.interest + owed.penalty {
        let most = Arg::Money(owed.interest + owed.penalty, decimals);
        return Err(Refusal::field("discount", Code::DiscountOverOwed).with("most", most));
    }
    let replacement = foreclose(terms, decimals, &ledger, on, PayoffInterest::ToDate, discount)?;
    Ok(Quote {
        principal: owed.principal,
        interest: owed.interest,
        penalty: owed.penalty,
        total: owed.total - discount,
        replacement,
    })
}

fn refund(
    state: &State,
    ctx: &Context,
    id: LoanId,
    amount: Money,
    method: PaymentMethod,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = find(state, id)?;
    check_amount("amount", amount)?;
    if amount > loan.credit {
        return Err(Refusal::field("amount", Code::OverCredit));
    }
    let now = standing(loan);
    let mut change = change(id, loan, &now, loan.assessed_through, None)?;
    change.credit = loan.credit - amount;
    change.postings = Entry::of(id)
        .moves(Account::UnappliedCredit, money_account(method, &ctx.desk), amount)
        .lines();
    Ok(vec![FactBody::CreditRefunded {
        loan: id,
        amount,
        method,
        change,
    }])
}

fn notice(
    state: &State,
    ctx: &Context,
    id: LoanId,
    amount: Money,
    on: NaiveDate,
    reference: &str,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = find(state, id)?;
    own(ctx, loan.customer)?;
    if loan.status != LoanStatus::Active {
        return Err(Refusal::rule(Code::NothingOwed).with("loan", &loan.number));
    }
    check_amount("amount", amount)?;
    check_value_date(loan, on, ctx.today)?;
    let reference = super::required("reference", reference)?;
    Ok(vec![FactBody::TaskOpened {
        task: TaskId::of(ctx.op, 0),
        what: TaskKind::NoticeOfPayment.word().into(),
        customer: Some(loan.customer),
        loan: Some(id),
        amount: Some(amount),
        detail: format!("{on} · {reference}"),
    }])
}
