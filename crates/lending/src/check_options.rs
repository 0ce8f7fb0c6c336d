//! Which growing installments, advances, remainders and days off make sense, and with what they go together.

use crate::check::{check_rate, ensure};
use crate::terms::{LedgerKind, MOST_INSTALLMENTS, Method, Multiple, Remainder, Terms, TermsError};
use rust_decimal::Decimal;

pub(crate) fn check(terms: &Terms) -> Result<(), TermsError> {
    check_step_up(terms)?;
    check_advances(terms)?;
    check_remainder(terms)?;
    terms.working_days.as_ref().map_or(Ok(()), |days| days.check())
}

fn check_step_up(terms: &Terms) -> Result<(), TermsError> {
    let Some(step_up) = terms.step_up else { return Ok(()) };
    ensure(
        matches!(terms.method, Method::DecliningEqualInstallments | Method::Balloon),
        "step_up",
        "Leave it out: only equal installments and balloon loans have an installment that can grow.",
    )?;
    ensure(
        !terms.installment_tuning,
        "installment_tuning",
        "Leave it out: installments that grow are not tuned.",
    )?;
    ensure(
        (1..=MOST_INSTALLMENTS).contains(&step_up.every),
        "step_up.every",
        "Enter from 1 to 1,200 installments.",
    )?;
    match (step_up.percent, step_up.amount) {
        (Some(percent), None) => check_rate(percent, "step_up.percent").map_err(|_| {
            TermsError::on(
                "step_up.percent",
                "Enter a percentage from 0 to 1,000 with at most 15 decimals.",
            )
        }),
        (None, Some(amount)) => ensure(amount >= Decimal::ZERO, "step_up.amount", "Enter zero or more."),
        _ => ensure(false, "step_up", "Enter either a percent or an amount."),
    }
}

fn check_advances(terms: &Terms) -> Result<(), TermsError> {
    if terms.advances.is_empty() {
        return Ok(());
    }
    ensure(
        !matches!(terms.method, Method::Flat | Method::Bullet),
        "advances",
        "Leave them out: this method is agreed for one amount.",
    )?;
    ensure(
        terms.down_payment_pct.is_none(),
        "down_payment_pct",
        "Leave it out: with further advances there is no down payment.",
    )?;
    ensure(
        !terms.installment_tuning,
        "installment_tuning",
        "Leave it out: with further advances the installment is worked out anew and not tuned.",
    )?;
    let mut before = terms.disbursed_on;
    for (i, advance) in terms.advances.iter().enumerate() {
        ensure(
            advance.on > terms.disbursed_on && advance.on >= before,
            &format!("advances[{i}].on"),
            "Choose a day after the disbursement, in order of date.",
        )?;
        ensure(
            advance.amount > Decimal::ZERO,
            &format!("advances[{i}].amount"),
            "Enter an amount greater than zero.",
        )?;
        before = advance.on;
    }
    Ok(())
}

fn check_remainder(terms: &Terms) -> Result<(), TermsError> {
    let rounding = terms.rounding;
    if rounding.remainder == Remainder::Last {
        return Ok(());
    }
    let refuse = |message: &str| ensure(false, "rounding.remainder", message);
    let has_installment = matches!(
        terms.method,
        Method::DecliningEqualInstallments | Method::DecliningEqualPrincipal | Method::Flat
    );
    let is_given = terms.fixed_installment.is_some() || terms.fixed_principal.is_some();
    if !has_installment || is_given || terms.step_up.is_some() {
        return refuse("Choose last: only installments that are worked out, and do not grow, can share a remainder.");
    }
    if terms.installment_tuning {
        return refuse("Choose last, or leave out the tuning of the installment: both settle the same remainder.");
    }
    if !terms.advances.is_empty() {
        return refuse("Choose last: with further advances the remainder is not known beforehand.");
    }
    if rounding.ledger == LedgerKind::Exact || rounding.installment_multiple == Multiple::Exact {
        return refuse("Choose last: in an exact ledger nothing remains.");
    }
    Ok(())
}
