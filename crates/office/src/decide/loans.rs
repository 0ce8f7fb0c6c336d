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
use farthing_api::{CustomerId, LoanId, LoanStatus, Money, PaymentMethod, ProductId, ProductTerms};
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
        return Err(Refusal::field(
            "product",
            "inactive",
            "This product is not offered any more. Choose another one.",
        ));
    }
    if principal < product.min_principal || principal > product.max_principal {
        let message = format!(
            "{} lends from {} to {}. Change the amount.",
            product.name,
            product.min_principal.to_grouped(decimals),
            product.max_principal.to_grouped(decimals)
        );
        return Err(Refusal::field("principal", "out_of_range", message));
    }
    if installments < product.min_installments || installments > product.max_installments {
        let message = format!(
            "{} runs over {} to {} installments. Change the number.",
            product.name, product.min_installments, product.max_installments
        );
        return Err(Refusal::field("installments", "out_of_range", message));
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
    state.customer(customer).ok_or_else(|| Refusal::missing("customer"))?;
    let product = state.product(product_id).ok_or_else(|| Refusal::missing("product"))?;
    check_against_product(&product.terms, principal, installments, currency.decimals)?;
    let terms = loan_terms(&product.terms, currency, principal, installments, ctx.today);
    let schedule = build(&terms, currency.decimals)?;
    let next = state.desk(&ctx.desk).map_or(1, |d| d.loans + 1);
    let by = actor(ctx)?;
    let purpose = if purpose.trim().is_empty() {
        String::new()
    } else {
        required("purpose", "The purpose", purpose)?
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
        return Err(Refusal::rule(
            "decided",
            format!("{} was decided on already.", loan.number),
        ));
    }
    if loan.officer == Some(actor(ctx)?.user) {
        let message = "You took this application down, so someone else must approve it.";
        return Err(Refusal::rule("own_application", message));
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
    let loan = state.loan(id).ok_or_else(|| Refusal::missing("loan"))?;
    may_decide(loan, ctx)?;
    if loan.seen() != seen {
        return Err(Refusal::changed("application"));
    }
    Ok(vec![match approve {
        true => FactBody::LoanApproved {
            loan: id,
            reason: reason.trim().to_string(),
        },
        false => FactBody::LoanRejected {
            loan: id,
            reason: required("reason", "The reason", reason)?,
        },
    }])
}

/// Whether a loan's money may go out to its customer.
///
/// # Errors
/// Says why not, and what to do.
pub fn may_disburse(loan: &Loan, verified: bool) -> Result<(), Refusal> {
    match loan.status {
        LoanStatus::Approved if verified => Ok(()),
        LoanStatus::Approved => {
            let message = "The customer is not verified. Send a code to the email, or see the id document and have a supervisor vouch for it.";
            Err(Refusal::rule("unverified", message))
        }
        LoanStatus::Waiting => Err(Refusal::rule("waiting", format!("{} waits for approval.", loan.number))),
        LoanStatus::Rejected => Err(Refusal::rule("rejected", format!("{} was rejected.", loan.number))),
        LoanStatus::Active | LoanStatus::Closed => Err(Refusal::rule(
            "paid_out",
            format!("{} is paid out already.", loan.number),
        )),
    }
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
    let loan = state.loan(id).ok_or_else(|| Refusal::missing("loan"))?;
    let who = state
        .customer(customer)
        .filter(|_| loan.customer == customer)
        .ok_or_else(|| Refusal::missing("customer"))?;
    may_disburse(loan, who.is_verified())?;
    if loan.seen() != seen {
        return Err(Refusal::changed("loan"));
    }
    if value_date > ctx.today || value_date < loan.opened_on {
        let message = format!(
            "The money goes out between {}, the day of the application, and today, {}. Change the day.",
            loan.opened_on, ctx.today
        );
        return Err(Refusal::field("value_date", "out_of_range", message));
    }
    let mut terms = loan.terms.clone().ok_or_else(|| Refusal::missing("loan"))?;
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
