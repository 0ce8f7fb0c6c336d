//! Small rules of the office, as the predecessors had them. Cents are rounded half-up.

use crate::terms::TermsError;
use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A rule and what it looks at.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
#[allow(
    missing_docs,
    reason = "the fields are named as the rules of the published vectors explain them"
)]
pub enum Rule {
    /// Total less what is paid.
    RemainingAfterPayment { total: Decimal, paid: Decimal },
    /// The due date so many days later.
    NextDueEveryDays { from: NaiveDate, days: u32 },
    /// What paying late costs.
    LatePenalty { due: Decimal, penalty_pct: Decimal },
    /// Whether a shop accepts a first payment.
    FirstPaymentValid {
        total: Decimal,
        count: u32,
        first: Decimal,
        min_first_pct: Decimal,
    },
    /// The largest installment and principal that an income carries.
    Affordability {
        monthly_income: Decimal,
        existing_installments: Decimal,
        share: Decimal,
        annual_rate: Decimal,
        installments: u32,
    },
    /// When a one-time code ends.
    OtpExpiry {
        issued_at: NaiveDateTime,
        lifetime_minutes: u32,
    },
    /// The quote of a predecessor, for parity only.
    PredecessorForeclosureQuote {
        principal: Decimal,
        paid: Decimal,
        annual_rate: Decimal,
        discount: Decimal,
    },
}

fn cents(value: Decimal) -> String {
    format!(
        "{:.2}",
        value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    )
}

fn large() -> TermsError {
    TermsError::on("rule", "Enter smaller numbers: the result is larger than can be kept.")
}

fn product(a: Decimal, b: Decimal) -> Result<Decimal, TermsError> {
    a.checked_mul(b).ok_or_else(large)
}

/// What an installment paid so many times repays at a rate per period (a fraction): its present value.
///
/// # Errors
/// When the result is larger than can be kept.
pub fn present_value(installment: Decimal, rate: Decimal, installments: u32) -> Result<Decimal, TermsError> {
    if rate.is_zero() {
        return product(installment, installments.into());
    }
    let mut discount = Decimal::ONE;
    let mut sum = Decimal::ZERO;
    for _ in 0..installments {
        discount = discount.checked_div(Decimal::ONE + rate).ok_or_else(large)?;
        sum = sum.checked_add(discount).ok_or_else(large)?;
    }
    product(installment, sum)
}

/// The answer of a rule, under the names that its expectation has.
///
/// # Errors
/// On the field that makes no sense.
pub fn figures(rule: &Rule) -> Result<Map<String, Value>, TermsError> {
    let hundred = Decimal::ONE_HUNDRED;
    let answer = match rule {
        Rule::RemainingAfterPayment { total, paid } => {
            json!({"remaining": cents(total.checked_sub(*paid).ok_or_else(large)?)})
        }
        Rule::NextDueEveryDays { from, days } => {
            let next = from.checked_add_days(Days::new((*days).into()));
            let next = next.ok_or_else(|| TermsError::on("days", "Enter fewer days."))?;
            json!({"next_due_on": next})
        }
        Rule::LatePenalty { due, penalty_pct } => {
            let penalty = product(*due, *penalty_pct)? / hundred;
            let penalty = penalty.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            json!({"penalty": cents(penalty), "must_pay": cents(due.checked_add(penalty).ok_or_else(large)?)})
        }
        Rule::FirstPaymentValid {
            total,
            count,
            first,
            min_first_pct,
        } => {
            let least = product(*total, *min_first_pct)? / hundred;
            let valid = match count {
                0 => false,
                1 => first == total,
                _ => first <= total && *first >= least,
            };
            json!({"valid": valid})
        }
        Rule::Affordability {
            monthly_income,
            existing_installments,
            share,
            annual_rate,
            installments,
        } => {
            crate::check::check_rate(*annual_rate, "annual_rate")?;
            if !(1..=crate::terms::MOST_INSTALLMENTS).contains(installments) {
                return Err(TermsError::on("installments", "Enter from 1 to 1,200 installments."));
            }
            let free = monthly_income.checked_sub(*existing_installments).ok_or_else(large)?;
            let most = product(free, *share)?.max(Decimal::ZERO);
            let rate = annual_rate / Decimal::from(1200);
            json!({
                "max_installment": cents(most),
                "max_principal": cents(present_value(most, rate, *installments)?),
            })
        }
        Rule::OtpExpiry {
            issued_at,
            lifetime_minutes,
        } => {
            let end = issued_at.checked_add_signed(TimeDelta::minutes((*lifetime_minutes).into()));
            let end = end.ok_or_else(|| TermsError::on("lifetime_minutes", "Enter fewer minutes."))?;
            json!({"expires_at": end.format("%Y-%m-%dT%H:%M:%S").to_string()})
        }
        Rule::PredecessorForeclosureQuote {
            principal,
            paid,
            annual_rate,
            discount,
        } => {
            let left = principal.checked_sub(*paid).ok_or_else(large)?;
            let interest = product(left, *annual_rate)? / Decimal::from(1200);
            let quote = left.checked_add(interest).and_then(|sum| sum.checked_sub(*discount));
            let quote = quote.ok_or_else(large)?;
            let paid = quote.checked_sub(*discount).ok_or_else(large)?;
            json!({"quote": cents(quote), "amount_paid": paid.normalize().to_string()})
        }
    };
    match answer {
        Value::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}
