//! Application, approval, disbursement.

use super::{actor, organisation, own, required};
use crate::change::Books;
use crate::command::Command;
use crate::context::Context;
use crate::fact::{FactBody, LoanOpened};
use crate::posting::{Account, Entry, money_account};
use crate::refusal::Refusal;
use crate::standing::{check_amount, standing};
use crate::state::{Loan, State};
use crate::terms::{Wish, decimal, follow, loan_terms};
use chrono::NaiveDate;
use farthing_api::{
    Arg, Code, Currency, CustomerId, LoanId, LoanStatus, Money, PaymentMethod, ProductId, ProductTerms,
};
use farthing_lending::{Accrual, Schedule, Terms, TermsError, at_start, build, with_rows};

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    match command {
        Command::ApplyForLoan {
            customer,
            product,
            principal,
            installments,
            installment,
            purpose,
            failed_rules,
        } => {
            own(ctx, *customer)?;
            let wish = Wish {
                principal: *principal,
                installments: *installments,
                installment: *installment,
            };
            apply_for(state, ctx, (*customer, *product), wish, purpose, failed_rules)
        }
        Command::DecideLoan {
            loan,
            seen,
            approve,
            reason,
            failed_rules,
        } => {
            let found = state.loan(*loan).ok_or_else(|| Refusal::missing(Code::NoLoan))?;
            may_decide(found, ctx)?;
            if found.seen() != *seen {
                return Err(Refusal::changed(Code::LoanChanged));
            }
            Ok(vec![decided(*loan, *approve, reason, failed_rules)?])
        }
        Command::Disburse {
            loan,
            customer,
            seen,
            value_date,
            method,
            first_due_on,
            amount,
            product,
        } => disburse(
            state,
            ctx,
            (*loan, *customer, *product),
            seen,
            (*value_date, *first_due_on),
            (*amount, *method),
        ),
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

/// What a loan of a product would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What is asked for; where the installment was given, with the number that follows from it.
    pub wish: Wish,
    /// Its terms.
    pub terms: Terms,
    /// Its schedule.
    pub schedule: Schedule,
}

/// What a loan of a product would be, paid out on a day.
///
/// # Errors
/// Names the field that is outside of what the product allows, or that can't be carried out.
pub fn plan(product: &ProductTerms, currency: &Currency, wish: Wish, day: NaiveDate) -> Result<Planned, Refusal> {
    let decimals = currency.decimals;
    let mut terms = loan_terms(product, currency, wish.principal, wish.installments, day);
    let Some(installment) = wish.installment else {
        check_against_product(product, wish.principal, wish.installments, decimals)?;
        let schedule = build(&terms, decimals)?;
        return Ok(Planned { wish, terms, schedule });
    };
    check_against_product(product, wish.principal, product.min_installments, decimals)?;
    (terms.installments, terms.fixed_installment) = (None, Some(decimal(installment, currency)));
    follow(&mut terms, product.options.variable_rate.as_deref());
    let schedule = build(&terms, decimals).map_err(|error| {
        let on_form = matches!(error.field.as_str(), "fixed_installment" | "installments");
        let field = if on_form {
            "installment".into()
        } else {
            error.field.clone()
        };
        Refusal::from(TermsError { field, ..error })
    })?;
    let installments = u32::try_from(schedule.count()).unwrap_or(u32::MAX);
    let wish = Wish { installments, ..wish };
    match check_against_product(product, wish.principal, installments, decimals) {
        Ok(()) => Ok(Planned { wish, terms, schedule }),
        Err(refusal) => Err(Refusal(refusal.0.on("installment"))),
    }
}

fn apply_for(
    state: &State,
    ctx: &Context,
    (customer, product_id): (CustomerId, ProductId),
    wish: Wish,
    purpose: &str,
    failed_rules: &[String],
) -> Result<Vec<FactBody>, Refusal> {
    let currency = &organisation(state)?.currency;
    super::account::not_erased(state, customer)?;
    let product = state
        .product(product_id)
        .ok_or_else(|| Refusal::missing(Code::NoProduct))?;
    let mut offered = product.terms.clone();
    offered.options.settle(&organisation(state)?.days_off);
    let planned = plan(&offered, currency, wish, ctx.today)?;
    if planned.wish != wish {
        let count = planned.wish.installments;
        return Err(Refusal::field("installment", Code::InstallmentCount).with("count", count));
    }
    let Planned { terms, schedule, .. } = planned;
    let next = ctx.next(state, |d| d.loans);
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
            principal: wish.principal,
            installments: wish.installments,
            opened_on: ctx.today,
            installment: schedule.installment,
            penalty: product.terms.penalty,
            allocation: product.terms.allocation,
            max_discount: product.terms.max_discount,
            officer: by.role.is_staff().then_some(by.user),
            purpose,
            status: LoanStatus::Waiting,
            charges: product.terms.charges.clone(),
            allocate: product.terms.allocate,
            payoff: product.terms.payoff,
            failed_rules: failed_rules.to_vec(),
            parts: product.terms.parts,
            rates: product.terms.options.variable_rate.clone(),
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

/// An approval against a rule of eligibility takes a reason.
fn decided(loan: LoanId, approve: bool, reason: &str, failed_rules: &[String]) -> Result<FactBody, Refusal> {
    if !approve {
        let reason = required("reason", reason)?;
        return Ok(FactBody::LoanRejected { loan, reason });
    }
    if !failed_rules.is_empty() && reason.trim().is_empty() {
        return Err(Refusal::field("reason", Code::NotEligible));
    }
    Ok(FactBody::LoanApproved {
        loan,
        reason: reason.trim().to_string(),
        failed_rules: failed_rules.to_vec(),
    })
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
        LoanStatus::Active | LoanStatus::Closed | LoanStatus::WrittenOff => Code::PaidOut,
    };
    Err(Refusal::rule(code).with("loan", &loan.number))
}

fn disburse(
    state: &State,
    ctx: &Context,
    (id, customer, product): (LoanId, CustomerId, Option<ProductId>),
    seen: &str,
    (value_date, first_due_on): (NaiveDate, Option<NaiveDate>),
    (amount, method): (Option<Money>, PaymentMethod),
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
    let principal = first_part(loan, amount, currency.decimals)?;
    let mut terms = loan.terms.clone().ok_or_else(|| Refusal::missing(Code::NoLoan))?;
    terms.principal = decimal(principal, currency);
    terms.disbursed_on = value_date;
    terms.first_due_on = first_due_on.or(terms.first_due_on);
    let is_own = |id: &ProductId| loan.product.is_some_and(|(own, _)| own == *id);
    let announced = product.filter(is_own).and_then(|id| state.product(id));
    let announced = announced.and_then(|product| product.terms.options.variable_rate.clone());
    let rates = loan.rates.clone().map(|agreed| announced.unwrap_or(agreed));
    follow(&mut terms, rates.as_deref());
    let schedule = build(&terms, currency.decimals)?;
    // What it costs to be lent money is asked for once, on all that is approved.
    let charges = at_start(&loan.charges, loan.principal);
    let fees = with_rows(&loan.charges, principal, value_date, &schedule.rows);
    let off: Money = charges.iter().filter(|c| c.off_payout).map(|c| c.amount).sum();
    let paid: Money = charges.iter().filter(|c| !c.off_payout).map(|c| c.amount).sum();
    if off >= principal {
        return Err(Refusal::rule(Code::ChargesTakeAll));
    }
    let money = money_account(method, &ctx.desk);
    let entry = Entry::of(id)
        .moves(Account::Portfolio, money.clone(), principal - off)
        .moves(Account::Portfolio, Account::FeeIncome, off)
        .moves(money, Account::FeeIncome, paid);
    let mut out = loan.clone();
    (out.schedule, out.fees) = (schedule.rows.clone(), fees.clone());
    out.terms = Some(terms.clone());
    out.rates.clone_from(&rates);
    let (ledger, books) = (standing(&out), Books::of(state, ctx));
    let accrual = Accrual::of(&ledger, books.closed(), false);
    // What was earned before the open day, of a loan that was paid out then, is booked with it.
    let entry = entry
        .moves(Account::InterestReceivable, Account::InterestIncome, accrual.interest)
        .moves(Account::FeeReceivable, Account::FeeIncome, accrual.fee);
    Ok(vec![FactBody::LoanDisbursed {
        loan: id,
        value_date,
        method,
        terms: Box::new(terms),
        installment: schedule.installment,
        rows: schedule.rows,
        postings: entry.lines(),
        charges,
        fees,
        next_event: books.next_event(&out, &ledger, None),
        accrual: Some(Box::new(accrual)),
        part: (principal < loan.principal).then_some(principal),
        rates: rates.filter(|rates| loan.rates.as_ref() != Some(rates)),
    }])
}

/// How much of a loan goes out first.
fn first_part(loan: &Loan, amount: Option<Money>, decimals: u32) -> Result<Money, Refusal> {
    let amount = amount.unwrap_or(loan.principal);
    check_amount("amount", amount)?;
    if amount > loan.principal {
        let most = Arg::Money(loan.principal, decimals);
        return Err(Refusal::field("amount", Code::PartAmount).with("most", most));
    }
    if amount < loan.principal && loan.parts < 2 {
        let all = Arg::Money(loan.principal, decimals);
        return Err(Refusal::field("amount", Code::PartsNotThis).with("all", all));
    }
    Ok(amount)
}
