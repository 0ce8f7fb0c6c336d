//! From a product to the terms of one loan.

use crate::refusal::Refusal;
use chrono::NaiveDate;
use farthing_api::{Code, Currency, Money, ProductTerms};
use farthing_lending::charge::percent_of;
use farthing_lending::{Method, Multiple, RateChange, Rounding, Terms, TermsError, at_start};
use rust_decimal::Decimal;

/// An amount as a decimal number of whole units of its currency.
pub fn decimal(amount: Money, currency: &Currency) -> Decimal {
    Decimal::new(amount.minor(), currency.decimals)
}

/// What somebody would like to borrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// How much, in minor units.
    pub principal: Money,
    /// Over how many installments.
    pub installments: u32,
    /// What each is to be, in minor units: the number follows from it.
    pub installment: Option<Money>,
}

/// The terms of a loan of `principal` (minor units) over `installments`, paid out on a day.
pub fn loan_terms(
    product: &ProductTerms,
    currency: &Currency,
    principal: Money,
    installments: u32,
    disbursed_on: NaiveDate,
) -> Terms {
    let options = &product.options;
    let unit = options.money_unit.unwrap_or(Money::from_minor(1));
    let rounding = Rounding {
        money: decimal(unit, currency),
        mode: product.rounding,
        installment_multiple: Multiple::Of(decimal(product.installment_multiple, currency)),
        installment_mode: None,
        remainder: options.remainder,
        ledger: Default::default(),
    };
    let mut terms = Terms {
        installments: Some(installments),
        every: product.every,
        unit: product.unit,
        method: product.method,
        interest_period: options.interest_period,
        day_count: options.day_count,
        month_end: options.month_end,
        grace: options.grace,
        installment_tuning: options.installment_tuning,
        balloon: options
            .balloon_percent
            .map(|percent| decimal(balloon(principal, percent, unit), currency)),
        down_payment_pct: options.down_payment_percent,
        installment_rate: options.installment_rate,
        step_up: options.step_up,
        working_days: options.working_days.clone(),
        ..Terms::level(
            decimal(principal, currency),
            product.annual_rate,
            disbursed_on,
            rounding,
        )
    };
    follow(&mut terms, options.variable_rate.as_deref());
    terms
}

/// Has terms follow a variable rate. Due dates that leave the calendar are said where the schedule is made.
pub(crate) fn follow(terms: &mut Terms, rates: Option<&[RateChange]>) {
    if let Some(rates) = rates {
        let _ = terms.follow(rates);
    }
}

/// What a balloon loan leaves for its last due date: a percentage of the principal, down to what can be paid.
fn balloon(principal: Money, percent: Decimal, unit: Money) -> Money {
    let exact = percent_of(principal, percent);
    Money::from_minor(exact.minor() / unit.minor().max(1) * unit.minor().max(1))
}

/// Checks what an administrator typed for a product.
///
/// # Errors
/// Names the first field that needs a change.
pub fn check_product(product: &ProductTerms, currency: &Currency) -> Result<(), Refusal> {
    let no = |field: &str, code: Code| Err(Refusal::field(field, code));
    if product.name.trim().is_empty() {
        return no("name", Code::Required);
    }
    if !is_rate(product.annual_rate) {
        return no("annual_rate", Code::RateRange);
    }
    if product.every == 0 || product.every > 366 {
        return no("every", Code::RhythmRange);
    }
    if !product.min_principal.is_positive() {
        return no("min_principal", Code::LeastPrincipal);
    }
    if product.max_principal < product.min_principal || product.max_principal > Money::LIMIT {
        return no("max_principal", Code::GreatestPrincipal);
    }
    if product.min_installments == 0 {
        return no("min_installments", Code::FewestInstallments);
    }
    if product.max_installments < product.min_installments || product.max_installments > 1200 {
        return no("max_installments", Code::MostInstallments);
    }
    if !product.installment_multiple.is_positive() {
        return no("installment_multiple", Code::InstallmentMultiple);
    }
    if product.parts > MOST_PARTS {
        return no("parts", Code::PartsRange);
    }
    let options = &product.options;
    let whole =
        product.method == Method::Balloon || options.step_up.is_some() || options.down_payment_percent.is_some();
    if product.parts > 1 && whole {
        return no("parts", Code::PartsNotWith);
    }
    if product.max_discount.is_negative() {
        return no("max_discount", Code::LargestDiscount);
    }
    check_options(product)?;
    check_costs(product)?;
    let day = NaiveDate::from_ymd_opt(2024, 1, 31).unwrap_or_default();
    for (principal, installments) in [
        (product.min_principal, product.max_installments),
        (product.max_principal, product.min_installments),
    ] {
        let terms = loan_terms(product, currency, principal, installments, day);
        farthing_lending::build(&terms, currency.decimals).map_err(|error| step_named(&terms, error))?;
    }
    Ok(())
}

/// The smallest installments are the first ones: where they don't bear their interest, it is the amount by which they grow
/// that is too much.
fn step_named(terms: &Terms, error: TermsError) -> Refusal {
    match terms.step_up.and_then(|step| step.amount) {
        Some(_) if error.field == "installment" => Refusal::field("step_up.amount", Code::StepTooMuch),
        _ => error.into(),
    }
}

/// Checks what few products choose, as far as the terms of a loan don't say it by themselves.
fn check_options(product: &ProductTerms) -> Result<(), Refusal> {
    let options = &product.options;
    let fits = |percent: Decimal| percent > Decimal::ZERO && percent < Decimal::ONE_HUNDRED;
    match (product.method, options.balloon_percent) {
        (Method::Balloon, Some(percent)) if fits(percent) => {}
        (Method::Balloon, _) => return Err(Refusal::field("balloon", Code::BalloonPercent)),
        (_, Some(_)) => return Err(Refusal::field("balloon", Code::BalloonNotThis)),
        (_, None) => {}
    }
    if options.money_unit.is_some_and(|unit| !unit.is_positive()) {
        return Err(Refusal::field("rounding.money", Code::MoneyUnit));
    }
    check_rates(product)?;
    match options.step_up.map(|step| (step.percent, step.amount)) {
        Some((Some(_), Some(_))) => Err(Refusal::field("step_up.amount", Code::StepOne)),
        Some((None, None)) => Err(Refusal::field("step_up.percent", Code::StepOne)),
        _ => Ok(()),
    }
}

/// Whether it can be an annual rate, in percent.
fn is_rate(rate: Decimal) -> bool {
    !rate.is_sign_negative() && rate <= Decimal::from(1000)
}

/// Checks a variable rate by itself.
fn check_rates(product: &ProductTerms) -> Result<(), Refusal> {
    let options = &product.options;
    let Some(rates) = &options.variable_rate else {
        return Ok(());
    };
    let is_single = matches!(product.method, Method::Flat | Method::Bullet);
    if is_single || options.step_up.is_some() || options.grace.interest_deferred > 0 {
        return Err(Refusal::field("variable_rate", Code::VariableNotThis));
    }
    if !rates.iter().all(|change| is_rate(change.annual_rate)) {
        return Err(Refusal::field("rates", Code::RateRange));
    }
    Ok(())
}

/// Checks what is announced of a variable rate against what was: a change is announced before its day, and stays.
pub(crate) fn check_announced(old: Option<&ProductTerms>, new: &ProductTerms, today: NaiveDate) -> Result<(), Refusal> {
    let of = |terms: &ProductTerms| terms.options.variable_rate.clone();
    let Some(rates) = of(new) else { return Ok(()) };
    let known = old.and_then(of).unwrap_or_default();
    let in_order = rates.windows(2).all(|pair| pair[0].on < pair[1].on);
    if !in_order || rates.iter().any(|c| c.on <= today && !known.contains(c)) {
        return Err(Refusal::field("rates", Code::RateChangeDay).with("today", today));
    }
    match known.iter().find(|was| rates.iter().all(|c| c.on != was.on)) {
        Some(gone) => Err(Refusal::field("rates", Code::RateChangeKept).with("date", gone.on)),
        None => Ok(()),
    }
}

/// Into how many parts the money of a loan may be divided at most.
const MOST_PARTS: u32 = 24;

/// The most charges that a product may have.
const MOST_CHARGES: usize = 12;

/// Checks what a product costs besides interest, and who may borrow.
fn check_costs(product: &ProductTerms) -> Result<(), Refusal> {
    if let Some(rule) = product.penalty {
        rule.check()?;
    }
    if product.charges.len() > MOST_CHARGES {
        return Err(Refusal::field("charges", Code::TooManyCharges).with("most", MOST_CHARGES));
    }
    for (i, charge) in product.charges.iter().enumerate() {
        charge.check(&format!("charges[{i}]"))?;
    }
    let taken = at_start(&product.charges, product.min_principal);
    let off: Money = taken.iter().filter(|c| c.off_payout).map(|c| c.amount).sum();
    if off >= product.min_principal {
        return Err(Refusal::field("charges", Code::ChargesTakeAll));
    }
    product.payoff.check()?;
    match &product.eligibility {
        Some(rules) => Ok(rules.check()?),
        None => Ok(()),
    }
}
