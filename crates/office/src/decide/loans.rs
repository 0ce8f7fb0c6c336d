//! Application, approval, disbursement.

use super::{actor, organisation, own, required};
use crate::command::Command;
use crate::context::Context;
use crate::fact::{FactBody, LoanOpened};
use crate::posting::{Account, Entry, money_account};
use crate::refusal::Refusal;
use crate::state::{Loan, State};
use crate::terms::loan_terms;
use chrono::NaiveDate;
use farthing_api::{Arg, Code, CustomerId, LoanId, LoanStatus, Money, PaymentMethod, ProductId, ProductTerms};
use farthing_lending::build;

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    match command {
        Command::ApplyForLoan {
            customer,
            product,
            principal,
            installments,
            purpose,
        } => {
            own(ctx, *customer)?;
            apply_for(state, ctx, *customer, *product, *principal, *installments, purpose)
        }
        Command::DecideLoan {
            loan,
            seen,
            approve,
            reason,
        } => decide_loan(state, ctx, *loan, seen, *approve, reason),
        Command::Disburse {
            loan,
            customer,
            seen,
            value_date,
            method,
        } => disburse(state, ctx, (*loan, *customer), seen, *value_date, *method),
        _ => Ok(Vec::new()),
    }
}

/// Checks an amount and a term against what the product allows.
///
/// # Errors
/// Names the field and the range.
pub fn check_against_product(
    product: &ProductTerms,
    principal: Money,
    installments: u32,
    decimals: u32,
) -> Result<(), Refusal> {
    if !product.active {
        return Err(Refusal::field("product", Code::ProductInactive));
    }
    if principal < product.min_principal || principal > product.max_principal {
        return Err(Refusal::field("principal", Code::PrincipalRange)
            .with("product", &product.name)
            .with("least", Arg::Money(product.min_principal, decimals))
            .with("most", Arg::Money(product.max_principal, decimals)));
    }
    if installments < product.min_installments || installments > product.max_installments {
        return Err(Refusal::field("installments", Code::InstallmentsRange)
            .with("product", &product.name)
            .with("least", product.min_installments)
            .with("most", product.max_installments));
    }
    Ok(())
}

fn apply_for(
    state: &State,
    ctx: &Context,
    customer: CustomerId,
    product_id: ProductId,
    principal: Money,
    installments: u32,
    purpose: &str,
) -> Result<Vec<FactBody>, Refusal> {
    let currency = &organisation(state)?.currency;
    state
        .customer(customer)
        .ok_or_else(|| Refusal::missing(Code::NoCustomer))?;
    let product = state
        .product(product_id)
        .ok_or_else(|| Refusal::missing(Code::NoProduct))?;
    check_against_product(&product.terms, principal, installments, currency.decimals)?;
    let terms = loan_terms(&product.terms, currency, principal, installments, ctx.today);
    let schedule = build(&terms, currency.decimals)?;
    let next = state.desk(&ctx.desk).map_or(1, |d| d.loans + 1);
    let by = actor(ctx)?;
    let purpose = if purpose.trim().is_empty() {
        String::new()
    } else {
        required("purpose", purpose)?
    };
    Ok(vec![FactBody::LoanApplied {
        loan: Box::new(LoanOpened {
            id: LoanId::of(ctx.op, 0),
            number: format!("{}-L{next:05}", ctx.desk),
            customer,
            product: Some((product_id, product.version)),
            title: product.terms.name.clone(),
            purchase: None,
            terms: Some(terms),
            principal,
            installments,
            opened_on: ctx.today,
            installment: schedule.installment,
            penalty: product.terms.penalty,
            allocation: product.terms.allocation,
            max_discount: product.terms.max_discount,
            officer: by.role.is_staff().then_some(by.user),
            purpose,
            status: LoanStatus::Waiting,
        }),
    }])
}

/// Whether someone may decide on an application; the screen shows the reason where not.
///
/// # Errors
/// Says why not.
pub fn may_decide(loan: &Loan, ctx: &Context) -> Result<(), Refusal> {
    if loan.status != LoanStatus::Waiting {
        return Err(Refusal::rule(Code::Decided).with("loan", &loan.number));
    }
    if loan.officer == Some(actor(ctx)?.user) {
        return Err(Refusal::rule(Code::OwnApplication));
    }
    Ok(())
}

fn decide_loan(
    state: &State,
    ctx: &Context,
    id: LoanId,
    seen: &str,
    approve: bool,
    reason: &str,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = state.loan(id).ok_or_else(|| Refusal::missing(Code::NoLoan))?;
    may_decide(loan, ctx)?;
    if loan.seen() != seen {
        return Err(Refusal::changed(Code::LoanChanged));
    }
    Ok(vec![match approve {
        true => FactBody::LoanApproved {
            loan: id,
            reason: reason.trim().to_string(),
        },
        false => FactBody::LoanRejected {
            loan: id,
            reason: required("reason", reason)?,
        },
    }])
}

/// Whether a loan's money may go out to its customer.
///
/// # Errors
/// Says why not, and what to do.
pub fn may_disburse(loan: &Loan, verified: bool) -> Result<(), Refusal> {
    let code = match loan.status {
        LoanStatus::Approved if verified => return Ok(()),
        LoanStatus::Approved => Code::Unverified,
        LoanStatus::Waiting => Code::Waiting,
        LoanStatus::Rejected => Code::Rejected,
        LoanStatus::Active | LoanStatus::Closed => Code::PaidOut,
    };
    Err(Refusal::rule(code).with("loan", &loan.number))
}

fn disburse(
    state: &State,
    ctx: &Context,
    (id, customer): (LoanId, CustomerId),
    seen: &str,
    value_date: NaiveDate,
    method: PaymentMethod,
) -> Result<Vec<FactBody>, Refusal> {
    let currency = &organisation(state)?.currency;
    let loan = state.loan(id).ok_or_else(|| Refusal::missing(Code::NoLoan))?;
    let who = state
        .customer(customer)
        .filter(|_| loan.customer == customer)
        .ok_or_else(|| Refusal::missing(Code::NoCustomer))?;
    may_disburse(loan, who.is_verified())?;
    if loan.seen() != seen {
        return Err(Refusal::changed(Code::LoanChanged));
    }
    if value_date > ctx.today || value_date < loan.opened_on {
        return Err(Refusal::field("value_date", Code::DisbursementDay)
            .with("opened", loan.opened_on)
            .with("today", ctx.today));
    }
    let mut terms = loan.terms.clone().ok_or_else(|| Refusal::missing(Code::NoLoan))?;
    terms.disbursed_on = value_date;
    let schedule = build(&terms, currency.decimals)?;
    let money = money_account(method, &ctx.desk);
    Ok(vec![FactBody::LoanDisbursed {
        loan: id,
        value_date,
        method,
        terms: Box::new(terms),
        installment: schedule.installment,
        rows: schedule.rows,
        postings: Entry::of(id).moves(Account::Portfolio, money, loan.principal).lines(),
    }])
}
