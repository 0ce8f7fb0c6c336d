//! The terms of a loan: everything that decides its schedule, with the names and meanings that the published test
//! vectors use, so that a contract, a product and a vector are read by the same code.

use crate::options::{Advance, StepUp, WorkingDays};
use crate::strict;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How many installments a schedule may have at most: a hundred years of months.
pub const MOST_INSTALLMENTS: u32 = 1200;

/// Why terms cannot be carried out: the field that is wrong and, in words, what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{field}: {message}")]
pub struct TermsError {
    /// The path of the field in the terms, such as `rounding.money` or `payments[2].on`.
    pub field: String,
    /// What is wrong and the remedy, as a sentence.
    pub message: String,
}

impl TermsError {
    /// An error on a field.
    pub fn on(field: impl Into<String>, message: impl Into<String>) -> TermsError {
        TermsError {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// How principal and interest are spread over the installments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Interest on the outstanding balance, every installment of the same amount.
    DecliningEqualInstallments,
    /// Interest on the outstanding balance, every installment with the same principal.
    DecliningEqualPrincipal,
    /// Interest on the amount lent for the whole term, spread evenly.
    Flat,
    /// Interest each period, all principal with the last installment.
    InterestOnly,
    /// Equal installments that leave an agreed principal for the last due date.
    Balloon,
    /// One single payment of principal and simple interest at the end.
    Bullet,
}

/// The unit of the rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Calendar days.
    Days,
    /// Weeks of 7 days.
    Weeks,
    /// Calendar months.
    Months,
}

/// Whether a period's interest looks at its dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterestPeriod {
    /// Every installment bears the same part of the annual rate, whatever its dates.
    #[default]
    PerInstallment,
    /// Interest runs by days, counted by the day count.
    Daily,
}

/// How days become years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DayCount {
    /// Real days over 360.
    #[serde(rename = "act/360")]
    Act360,
    /// Real days over 364.
    #[serde(rename = "act/364")]
    Act364,
    /// Real days over 365, also in leap years.
    #[serde(rename = "act/365")]
    Act365,
    /// Real days over the length of the year they belong to, cut at 31 December.
    #[serde(rename = "act/act")]
    ActAct,
    /// Months of 30 days over 360.
    #[serde(rename = "30/360")]
    Thirty360,
    /// Months of 30 days over 365.
    #[serde(rename = "30/365")]
    Thirty365,
}

/// Where a due date goes when its month lacks the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthEnd {
    /// To the last day of that month.
    #[default]
    Clamp,
    /// To the first day of the next month.
    Roll,
}

/// Which factors the level installment is worked out with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstallmentRate {
    /// Those of the real periods.
    #[default]
    Actual,
    /// Every period counts 30 days a month, 7 a week, 1 a day.
    Nominal,
}

/// Periods at the start in which less is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grace {
    /// So many first installments carry no principal.
    pub principal: u32,
    /// The interest of so many first periods falls due with the installment after them.
    pub interest_deferred: u32,
    /// So many first periods bear no interest at all.
    pub interest_free: u32,
}

/// How a value between two units is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMode {
    /// To the nearest, ties to the even unit.
    HalfEven,
    /// To the nearest, ties away from zero.
    HalfUp,
    /// Away from zero.
    Up,
}

/// To what the level installment is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Multiple {
    /// Not rounded. Only for a ledger that is not rounded either.
    Exact,
    /// A multiple of this amount.
    Of(Decimal),
}

impl TryFrom<String> for Multiple {
    type Error = String;
    fn try_from(text: String) -> Result<Multiple, String> {
        if text == "exact" {
            return Ok(Multiple::Exact);
        }
        strict::parse_decimal(&text)
            .map(Multiple::Of)
            .map_err(|_| format!("“{text}” is neither an amount nor “exact”"))
    }
}

impl From<Multiple> for String {
    fn from(multiple: Multiple) -> String {
        match multiple {
            Multiple::Exact => "exact".into(),
            Multiple::Of(amount) => amount.to_string(),
        }
    }
}

/// Which installment takes what rounding leaves over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remainder {
    /// The last one.
    #[default]
    Last,
    /// The first one with principal.
    First,
    /// Several, a unit of the installment's rounding each.
    Spread,
}

/// Whether rows are rounded amounts or exact values that are rounded only when shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// Every row holds amounts of money, as a real account needs.
    #[default]
    Rounded,
    /// Rows hold exact values. Shown rows need not add up to the shown totals; for comparison and quotes only.
    Exact,
}

/// The rounding of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// The smallest amount that is paid, such as 0.01, or 1 where cents are not used.
    #[serde(deserialize_with = "strict::decimal")]
    pub money: Decimal,
    /// How interest is rounded to it.
    pub mode: RoundingMode,
    /// To what the level installment (for equal principal: the principal part) is rounded.
    pub installment_multiple: Multiple,
    /// How it is rounded there; as `mode` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installment_mode: Option<RoundingMode>,
    /// Which row absorbs the remainder.
    #[serde(default, deserialize_with = "strict::or_default")]
    pub remainder: Remainder,
    /// Whether rows are rounded at all.
    #[serde(default, deserialize_with = "strict::or_default")]
    pub ledger: LedgerKind,
}

/// What a payment beyond the plan does to the rest of the schedule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prepayment {
    /// The installment stays, the schedule ends sooner.
    #[default]
    Shorten,
    /// The installment is worked out anew over the same installments.
    Lower,
    /// The next installments ask for as much less principal.
    Defer,
}

/// Up to when a payoff asks for interest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoffInterest {
    /// Up to the day of the payoff.
    #[default]
    ToDate,
    /// Up to the next due date.
    ToPeriodEnd,
}

/// A payment that was really made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentMade {
    /// The value date.
    #[serde(deserialize_with = "strict::day")]
    pub on: NaiveDate,
    /// How much, in units of the currency.
    #[serde(deserialize_with = "strict::decimal")]
    pub amount: Decimal,
}

/// A new annual rate from a due date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateChange {
    /// A due date; interest from this day on runs at the new rate.
    #[serde(deserialize_with = "strict::day")]
    pub on: NaiveDate,
    /// Percent a year.
    #[serde(deserialize_with = "strict::decimal")]
    pub annual_rate: Decimal,
}

/// The terms of a loan. Amounts are decimals in units of the currency, rates percent a year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The amount lent.
    #[serde(deserialize_with = "strict::decimal")]
    pub principal: Decimal,
    /// Nominal percent a year.
    #[serde(deserialize_with = "strict::decimal")]
    pub annual_rate: Decimal,
    /// The day the money goes out; interest starts that day.
    #[serde(deserialize_with = "strict::day")]
    pub disbursed_on: NaiveDate,
    /// How many installments; none: as many as `fixed_installment` or `fixed_principal` takes.
    pub installments: Option<u32>,
    /// One installment each so many units.
    pub every: u32,
    /// The unit of the rhythm.
    pub unit: Unit,
    /// The due date of the first installment where it is apart from the rhythm.
    #[serde(
        default,
        deserialize_with = "strict::some_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub first_due_on: Option<NaiveDate>,
    /// How principal and interest are spread.
    pub method: Method,
    /// Whether interest looks at dates.
    pub interest_period: InterestPeriod,
    /// How days become years; needed for daily interest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_count: Option<DayCount>,
    /// Where a due date goes when its month lacks the day.
    #[serde(default, deserialize_with = "strict::or_default")]
    pub month_end: MonthEnd,
    /// Which factors enter the level installment.
    #[serde(default, deserialize_with = "strict::or_default")]
    pub installment_rate: InstallmentRate,
    /// Periods at the start in which less is due.
    #[serde(default, deserialize_with = "strict::or_default")]
    pub grace: Grace,
    /// The rounding.
    pub rounding: Rounding,
    /// Whether the level installment is corrected once so that the last one differs less.
    #[serde(default, deserialize_with = "strict::or_default")]
    pub installment_tuning: bool,
    /// The level installment where it is agreed and not computed.
    #[serde(
        default,
        deserialize_with = "strict::some_decimal",
        skip_serializing_if = "Option::is_none"
    )]
    pub fixed_installment: Option<Decimal>,
    /// The principal of each installment where it is agreed (equal principal only).
    #[serde(
        default,
        deserialize_with = "strict::some_decimal",
        skip_serializing_if = "Option::is_none"
    )]
    pub fixed_principal: Option<Decimal>,
    /// Percent of the principal paid on the day of disbursement.
    #[serde(
        default,
        deserialize_with = "strict::some_decimal",
        skip_serializing_if = "Option::is_none"
    )]
    pub down_payment_pct: Option<Decimal>,
    /// Principal left for the last due date (balloon only).
    #[serde(
        default,
        deserialize_with = "strict::some_decimal",
        skip_serializing_if = "Option::is_none"
    )]
    pub balloon: Option<Decimal>,
    /// Payments really made, in order of date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payments: Option<Vec<PaymentMade>>,
    /// The day up to which payments are known; what is due later is taken as paid on time.
    #[serde(
        default,
        deserialize_with = "strict::some_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub as_of: Option<NaiveDate>,
    /// What a payment beyond the plan does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepayment: Option<Prepayment>,
    /// The day for which a payoff is asked.
    #[serde(
        default,
        deserialize_with = "strict::some_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub payoff_on: Option<NaiveDate>,
    /// Up to when the payoff asks for interest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payoff_interest: Option<PayoffInterest>,
    /// Changes of the rate, in order of date.
    #[serde(
        default,
        deserialize_with = "strict::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub rate_changes: Vec<RateChange>,
    /// How installments grow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUp>,
    /// Further parts of the loan, in order of date.
    #[serde(
        default,
        deserialize_with = "strict::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub advances: Vec<Advance>,
    /// The days off, and where due dates go that fall on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_days: Option<WorkingDays>,
}

impl Terms {
    /// A loan of equal monthly installments with interest by installment, of which nothing else is agreed; of how many
    /// installments is left open. `rounding` is chosen, since no choice suits all.
    pub fn level(principal: Decimal, annual_rate: Decimal, disbursed_on: NaiveDate, rounding: Rounding) -> Terms {
        Terms {
            principal,
            annual_rate,
            disbursed_on,
            installments: None,
            every: 1,
            unit: Unit::Months,
            first_due_on: None,
            method: Method::DecliningEqualInstallments,
            interest_period: InterestPeriod::PerInstallment,
            day_count: None,
            month_end: MonthEnd::default(),
            installment_rate: InstallmentRate::default(),
            grace: Grace::default(),
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
            step_up: None,
            advances: Vec::new(),
            working_days: None,
        }
    }
}
