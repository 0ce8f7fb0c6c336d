//! Small rules of the office, as the predecessors had them. Cents are rounded half-up.

use crate::compute;
use crate::strict;
use crate::terms::TermsError;
use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A rule and what it looks at.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(
    missing_docs,
    reason = "the fields are named as the rules of the published vectors explain them"
)]
pub enum Rule {
    /// Total less what is paid.
    RemainingAfterPayment {
        #[serde(deserialize_with = "strict::decimal")]
        total: Decimal,
        #[serde(deserialize_with = "strict::decimal")]
        paid: Decimal,
    },
    /// The due date so many days later.
    NextDueEveryDays {
        #[serde(deserialize_with = "strict::day")]
        from: NaiveDate,
        days: u32,
    },
    /// What paying late costs.
    LatePenalty {
        #[serde(deserialize_with = "strict::decimal")]
        due: Decimal,
        #[serde(deserialize_with = "strict::decimal")]
        penalty_pct: Decimal,
    },
    /// Whether a shop accepts a first payment.
    FirstPaymentValid {
        #[serde(deserialize_with = "strict::decimal")]
        total: Decimal,
        count: u32,
        #[serde(deserialize_with = "strict::decimal")]
        first: Decimal,
        #[serde(deserialize_with = "strict::decimal")]
        min_first_pct: Decimal,
    },
    /// The largest installment and principal that an income carries.
    Affordability {
        #[serde(deserialize_with = "strict::decimal")]
        monthly_income: Decimal,
        #[serde(deserialize_with = "strict::decimal")]
        existing_installments: Decimal,
        #[serde(deserialize_with = "strict::decimal")]
        share: Decimal,
        #[serde(deserialize_with = "strict::decimal")]
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
        #[serde(deserialize_with = "strict::decimal")]
        principal: Decimal,
        #[serde(deserialize_with = "strict::decimal")]
        paid: Decimal,
        #[serde(deserialize_with = "strict::decimal")]
        annual_rate: Decimal,
        #[serde(deserialize_with = "strict::decimal")]
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

/// Reads a rule: its name is a key of its own.
///
/// # Errors
/// On the key that does not fit.
pub(crate) fn read(terms: &Value) -> Result<Rule, TermsError> {
    let missing = || TermsError::on("rule", "Give the name of a rule.");
    let name = terms.get("rule").and_then(Value::as_str).ok_or_else(missing)?;
    let mut rest = terms.clone();
    if let Some(keys) = rest.as_object_mut() {
        keys.remove("rule");
    }
    compute::read(&json!({ name: rest })).map_err(|error| match error.field.strip_prefix(name) {
        // What is wrong with the whole of it is its name.
        None | Some("") => TermsError::on("rule", error.message),
        Some(field) => TermsError::on(field.trim_start_matches('.'), error.message),
    })
}

fn positive(field: &str, value: Decimal) -> Result<(), TermsError> {
    match value.is_sign_negative() {
        true => Err(TermsError::on(field, "Enter zero or more.")),
        false => Ok(()),
    }
}

/// The answer of a rule, under the names that its expectation has.
///
/// # Errors
/// On the field that makes no sense.
pub fn figures(rule: &Rule) -> Result<Map<String, Value>, TermsError> {
    let hundred = Decimal::ONE_HUNDRED;
    let answer = match rule {
        Rule::RemainingAfterPayment { total, paid } => {
            positive("total", *total)?;
            positive("paid", *paid)?;
            json!({"remaining": cents(total.checked_sub(*paid).ok_or_else(large)?)})
        }
        Rule::NextDueEveryDays { from, days } => {
            let next = from.checked_add_days(Days::new((*days).into()));
            let next = next.ok_or_else(|| TermsError::on("days", "Enter fewer days."))?;
            json!({"next_due_on": next})
        }
        Rule::LatePenalty { due, penalty_pct } => {
            positive("due", *due)?;
            positive("penalty_pct", *penalty_pct)?;
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
            positive("min_first_pct", *min_first_pct)?;
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
            positive("monthly_income", *monthly_income)?;
            positive("existing_installments", *existing_installments)?;
            positive("share", *share)?;
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
            positive("principal", *principal)?;
            crate::check::check_rate(*annual_rate, "annual_rate")?;
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
