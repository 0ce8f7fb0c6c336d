//! From a product to the terms of one loan.

use crate::refusal::Refusal;
use chrono::NaiveDate;
use farthing_api::{Currency, Money, ProductTerms};
use farthing_lending::{InterestPeriod, Multiple, PenaltyKind, Rounding, Terms, TermsError};
use rust_decimal::Decimal;

/// An amount as a decimal number of whole units of its currency.
pub fn decimal(amount: Money, currency: &Currency) -> Decimal {
    Decimal::new(amount.minor(), currency.decimals)
}

/// The terms of a loan of `principal` (minor units) over `installments`, paid out on a day.
pub fn loan_terms(
    product: &ProductTerms,
    currency: &Currency,
    principal: Money,
    installments: u32,
    disbursed_on: NaiveDate,
) -> Terms {
    let rounding = Rounding {
        money: decimal(Money::from_minor(1), currency),
        mode: product.rounding,
        installment_multiple: Multiple::Of(decimal(product.installment_multiple, currency)),
        installment_mode: None,
        remainder: Default::default(),
        ledger: Default::default(),
    };
    Terms {
        principal: decimal(principal, currency),
        annual_rate: product.annual_rate,
        disbursed_on,
        installments: Some(installments),
        every: product.every,
        unit: product.unit,
        first_due_on: None,
        method: product.method,
        interest_period: InterestPeriod::PerInstallment,
        day_count: None,
        month_end: Default::default(),
        installment_rate: Default::default(),
        grace: Default::default(),
        rounding,
        installment_tuning: false,
        fixed_installment: None,
        fixed_principal: None,
        down_payment_pct: None,
        balloon: None,
        payments: None,
        as_of: None,
        prepayment: None,
        payoff_on: None,
        payoff_interest: None,
        rate_changes: Vec::new(),
    }
}

impl From<TermsError> for Refusal {
    fn from(error: TermsError) -> Refusal {
        Refusal::field(&error.field, "terms", error.message)
    }
}

/// Checks what an administrator typed for a product.
///
/// # Errors
/// Names the first field that needs a change.
pub fn check_product(product: &ProductTerms, currency: &Currency) -> Result<(), Refusal> {
    let no = |field: &str, message: &str| Err(Refusal::field(field, "out_of_range", message));
    if product.name.trim().is_empty() {
        return no("name", "The name is empty. Fill it in.");
    }
    if product.annual_rate.is_sign_negative() || product.annual_rate > Decimal::from(1000) {
        return no("annual_rate", "The rate is outside 0 to 1,000 % a year.");
    }
    if product.every == 0 || product.every > 366 {
        return no(
            "every",
            "The rhythm is outside 1 to 366. Enter how many days, weeks or months lie between installments.",
        );
    }
    if !product.min_principal.is_positive() {
        return no("min_principal", "The least principal is not more than zero.");
    }
    if product.max_principal < product.min_principal || product.max_principal > Money::LIMIT {
        return no(
            "max_principal",
            "The greatest principal is below the least one, or too large to be kept.",
        );
    }
    if product.min_installments == 0 {
        return no("min_installments", "A loan has at least 1 installment.");
    }
    if product.max_installments < product.min_installments || product.max_installments > 1200 {
        return no(
            "max_installments",
            "The most installments are below the fewest, or above 1,200.",
        );
    }
    if !product.installment_multiple.is_positive() {
        return no(
            "installment_multiple",
            "The installment is rounded to a multiple of more than zero.",
        );
    }
    if product.max_discount.is_negative() {
        return no("max_discount", "The largest discount is below zero. Enter 0 for none.");
    }
    match product.penalty.map(|rule| rule.kind) {
        Some(PenaltyKind::PercentOfOverdueInstallment(p)) if p.is_sign_negative() || p > Decimal::ONE_HUNDRED => {
            return no("penalty", "The penalty is outside 0 to 100 % of the late installment.");
        }
        Some(PenaltyKind::Flat(amount)) if amount.is_negative() || amount > Money::LIMIT => {
            return no("penalty", "The penalty is below zero or too large to be kept.");
        }
        _ => {}
    }
    let day = NaiveDate::from_ymd_opt(2024, 1, 31).unwrap_or_default();
    for (principal, installments) in [
        (product.min_principal, product.max_installments),
        (product.max_principal, product.min_installments),
    ] {
        farthing_lending::build(
            &loan_terms(product, currency, principal, installments, day),
            currency.decimals,
        )?;
    }
    Ok(())
}
