//! How the answer of a small rule of the office came about.

use super::derivation::{Code, Derivation, Rounded, Value};
use super::penalty::penalty;
use crate::Money;
use crate::plan::{minor, too_large};
use crate::ratio::Rounder;
use crate::rules::{Rule, figures};
use crate::terms::{RoundingMode, TermsError};
use rust_decimal::Decimal;

/// One step: formula, the same in values, what it is in words, and the value before it is rounded to a cent.
struct Told {
    formula: &'static str,
    values: String,
    words: String,
    exact: Option<Decimal>,
}

/// Explains an answer of a rule.
///
/// # Errors
/// Those of the rule; on `path` when it has no such answer.
pub(super) fn explain_rule(rule: &Rule, path: &str) -> Result<Derivation, TermsError> {
    let answers = figures(rule)?;
    let Some(result) = answers.get(path) else {
        let names: Vec<&str> = answers.keys().map(String::as_str).collect();
        return Err(super::no_such_figure(path, &names.join(" or ")));
    };
    let result = result.as_str().map_or_else(|| result.to_string(), str::to_string);
    if let Rule::LatePenalty { due, penalty_pct } = rule {
        return of_penalty(*due, *penalty_pct, path, result);
    }
    let told = told(rule, path);
    let mut step = Derivation::new(Code::Rule, path, &result)
        .formula(told.formula, told.values)
        .with("rule", name(rule));
    if let Some(exact) = told.exact.map(|exact| exact.normalize().to_string()) {
        step.rounded = Some(Rounded {
            mode: RoundingMode::HalfUp,
            unit: "0.01".into(),
            from: exact.clone(),
            to: result.clone(),
        });
        step = step.exact(Value {
            fraction: None,
            decimal: exact,
        });
    }
    Ok(step.say(format!("{}: {result}.", told.words)))
}

fn name(rule: &Rule) -> &'static str {
    match rule {
        Rule::RemainingAfterPayment { .. } => "remaining_after_payment",
        Rule::NextDueEveryDays { .. } => "next_due_every_days",
        Rule::LatePenalty { .. } => "late_penalty",
        Rule::FirstPaymentValid { .. } => "first_payment_valid",
        Rule::Affordability { .. } => "affordability",
        Rule::OtpExpiry { .. } => "otp_expiry",
        Rule::PredecessorForeclosureQuote { .. } => "predecessor_foreclosure_quote",
    }
}

fn told(rule: &Rule, path: &str) -> Told {
    let (formula, values, words, exact) = match rule {
        Rule::RemainingAfterPayment { total, paid } => (
            "total − paid",
            format!("{total} − {paid}"),
            format!("Of {total}, {paid} is paid; left is"),
            total.checked_sub(*paid),
        ),
        Rule::NextDueEveryDays { from, days } => (
            "from + days",
            format!("{from} + {days} days"),
            format!("{days} days after {from} is"),
            None,
        ),
        Rule::FirstPaymentValid {
            total,
            count,
            first,
            min_first_pct,
        } => (
            "first ≤ total and first ≥ total × percent / 100; a single payment is the whole",
            format!("{first} ≤ {total} and {first} ≥ {total} × {min_first_pct}/100, {count} payments"),
            format!(
                "A first of {count} payments is at least {min_first_pct} % of {total} and at most all of it, a single one the \
                 whole; so {first} is valid"
            ),
            None,
        ),
        Rule::Affordability {
            monthly_income: income,
            existing_installments: owed,
            share,
            annual_rate,
            installments,
        } => {
            let most = income.checked_sub(*owed).and_then(|free| free.checked_mul(*share));
            let most = most.unwrap_or_default().max(Decimal::ZERO);
            if path == "max_installment" {
                (
                    "(income − installments owed) × share, at least 0",
                    format!("({income} − {owed}) × {share}"),
                    format!(
                        "Of the {income} a month, less the {owed} that is owed already, a share of {share} may go to installments"
                    ),
                    Some(most),
                )
            } else {
                (
                    "installment × (1 − (1 + i)^-n) / i",
                    format!("{} with i = {annual_rate}/1200, n = {installments}", most.normalize()),
                    format!(
                        "What {installments} monthly installments of {} repay at {annual_rate} % a year",
                        most.normalize()
                    ),
                    crate::rules::present_value(most, annual_rate / Decimal::from(1200), *installments).ok(),
                )
            }
        }
        Rule::OtpExpiry {
            issued_at,
            lifetime_minutes,
        } => (
            "issued + lifetime",
            format!("{issued_at} + {lifetime_minutes} minutes"),
            format!("{lifetime_minutes} minutes after {issued_at} is"),
            None,
        ),
        Rule::PredecessorForeclosureQuote {
            principal,
            paid,
            annual_rate,
            discount,
        } => {
            let quote = "(principal − paid) × (1 + rate / 1200) − discount";
            let values = format!("({principal} − {paid}) × (1 + {annual_rate}/1200) − {discount}");
            let left = principal.checked_sub(*paid).unwrap_or_default();
            let interest = left.checked_mul(*annual_rate).unwrap_or_default() / Decimal::from(1200);
            if path == "quote" {
                let words = "The principal left and a month's interest on it, less the discount";
                (quote, values, words.to_string(), Some(left + interest - discount))
            } else {
                let formula = "(principal − paid) × (1 + rate / 1200) − 2 × discount";
                let words = "The quote less the discount once more, as the predecessor had it";
                (formula, format!("{values} − {discount}"), words.to_string(), None)
            }
        }
        Rule::LatePenalty { .. } => ("", String::new(), String::new(), None),
    };
    Told {
        formula,
        values,
        words,
        exact,
    }
}

fn of_penalty(due: Decimal, percent: Decimal, path: &str, result: String) -> Result<Derivation, TermsError> {
    // Amounts below a cent are rounded with the penalty.
    let decimals = due.normalize().scale().max(2);
    let cent = 10u64.checked_pow(decimals - 2).ok_or_else(|| too_large("due"))?;
    let rounder = Rounder {
        unit: cent,
        mode: RoundingMode::HalfUp,
    };
    let overdue = Money::from_minor(minor(due, decimals, "due")?);
    let step = penalty(overdue, percent, rounder, decimals);
    if path == "penalty" {
        return Ok(Derivation { result, ..step });
    }
    let sentence = format!("With the penalty {result} is to be paid.");
    Ok(Derivation::new(Code::MustPay, path, &result)
        .formula("due + penalty", format!("{due} + {}", step.result))
        .with("due", due)
        .with("penalty", &step.result)
        .say(sentence)
        .because(step))
}
