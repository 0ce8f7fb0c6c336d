//! The shape of a derivation: what a screen, a paper or a script is told about one figure.

use crate::ratio::Rounder;
use crate::terms::RoundingMode;
use serde::{Deserialize, Serialize};

/// Makes the enumeration and the list of all its cases.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Which rule a step applies. The names are stable: a screen words a step by its code and its arguments.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Code] = &[$(Code::$name,)*];
        }
    };
}

codes! {
    /// `balance × factor` over a whole period.
    InterestOfPeriod,
    /// `balance × factor` over a part of a period.
    InterestOfSegment,
    /// The sum of the parts of a period, each rounded by itself.
    InterestOfSegments,
    /// Nothing falls due: the interest of this period waits.
    InterestDeferred,
    /// The interest of the period and of the deferred ones before it.
    InterestWithDeferred,
    /// An equal part of all flat interest.
    InterestFlat,
    /// What the other rows leave of all flat interest.
    InterestFlatLast,
    /// All flat interest.
    InterestFlatTotal,
    /// Simple interest over all periods.
    InterestSimple,
    /// A down payment bears none.
    InterestOfDownPayment,
    /// `rate × years`.
    Factor,
    /// No interest runs in this period.
    FactorFree,
    /// Each installment counts as the same part of a year.
    YearsPerInstallment,
    /// Days over the days of a year.
    YearsByDays,
    /// Days over 365 or 366, by the year they belong to.
    YearsActAct,
    /// An installment counts as months of 30 days.
    YearsByInstallment,
    /// An irregular first period counts as whole intervals and a part of the next.
    YearsOfFirstPeriod,
    /// A part of a period, by its days.
    YearsOfPart,
    /// `principal × percent`.
    DownPayment,
    /// `installment − interest`.
    PrincipalOfInstallment,
    /// An equal part.
    PrincipalEqual,
    /// No principal falls due yet.
    PrincipalNone,
    /// The last row repays what is left.
    PrincipalLast,
    /// What the plan asks for, less what was paid ahead.
    PrincipalLessCredit,
    /// More was paid than the plan asks for.
    PrincipalPaid,
    /// `principal + interest`.
    Due,
    /// `balance before − principal`.
    Balance,
    /// Counted from the anchor, and moved off days off.
    DueDate,
    /// `(B × G − R) / S`.
    InstallmentLevel,
    /// The formula's installment, corrected so that the last one differs less.
    InstallmentTuned,
    /// The share of each installment in what tuning corrects.
    TuningShare,
    /// Agreed, not worked out.
    InstallmentGiven,
    /// The first of installments that grow.
    InstallmentSteppedFirst,
    /// One that has grown.
    InstallmentStepped,
    /// `principal / installments`.
    InstallmentEqualPrincipal,
    /// `(principal + all interest) / installments`.
    InstallmentFlat,
    /// A method without an installment of its own: what falls due first.
    InstallmentFirstDue,
    /// The sum of a column.
    Total,
    /// How many rows there are.
    Count,
    /// The principal outstanding on a day.
    PayoffPrincipal,
    /// The interest of the running period up to a day.
    PayoffInterest,
    /// Both.
    PayoffTotal,
    /// The rate at which advances and payments are worth the same.
    Apr,
    /// A rate over a single unit-period.
    AprOfTerm,
    /// The rate with one decimal, as the EU asks for it.
    AprLegal,
    /// What one line of flows is worth at that rate.
    Worth,
    /// `amount × percent`.
    Penalty,
    /// An amount for every late installment.
    PenaltyFlat,
    /// For each day late.
    PenaltyByDay,
    /// What late days on one unpaid amount cost.
    PenaltyOfDays,
    /// More than the most that penalties come to.
    PenaltyCapped,
    /// Paid in time.
    PenaltyNone,
    /// `amount + penalty`.
    MustPay,
    /// Principal, interest, charges and penalty of an installment.
    DueInAll,
    /// What is paid of each.
    PaidInAll,
    /// A charge that falls due with an installment.
    Charge,
    /// As the schedule has it since it was made or changed.
    AsRecorded,
    /// Principal that is not paid.
    Outstanding,
    /// Unpaid interest of what is due, and that of the running period.
    PayoffInterestOwed,
    /// Unpaid interest of installments that are due.
    InterestDueUnpaid,
    /// Unpaid charges, with the one for closing early.
    PayoffCharges,
    /// Unpaid penalties.
    PayoffPenalties,
    /// All that settles a running loan.
    PayoffInAll,
    /// Whether tuning chose another installment than the formula.
    Tuned,
    /// A number of the time-value equation.
    TimeValue,
    /// A small rule of the office, named by the argument `rule`.
    Rule,
}

impl Code {
    /// Its name in data.
    pub fn word(self) -> String {
        let quoted = serde_json::to_string(&self).unwrap_or_default();
        quoted.trim_matches('"').to_string()
    }
}

/// A named value that a step looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// Its name, stable for each code.
    pub name: String,
    /// An amount, rate or count as plain decimal number, a day as YYYY-MM-DD, or a word of the terms.
    pub value: String,
}

/// A value before it is rounded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// As a fraction in lowest terms; absent where the value is not kept as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraction: Option<String>,
    /// As a decimal number with at most 20 decimals.
    pub decimal: String,
}

/// How an exact value became an amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounded {
    /// How values between two units are settled.
    pub mode: RoundingMode,
    /// The unit.
    pub unit: String,
    /// The value before.
    pub from: String,
    /// And after.
    pub to: String,
}

/// How one figure came about: a rule, what it looked at, and how that came about in turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// The figure, as `rows[3].interest`; empty for a step on the way.
    pub path: String,
    /// The rule.
    pub code: Code,
    /// The figure as it is shown.
    pub result: String,
    /// The rule in names, as `balance × factor`.
    pub formula: String,
    /// The rule in values, as `83.57 × 7/1200`.
    pub values: String,
    /// What it looked at.
    pub arguments: Vec<Argument>,
    /// The value before rounding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<Value>,
    /// The rounding, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounded: Option<Rounded>,
    /// All of it as an English sentence.
    pub sentence: String,
    /// How what it looked at came about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Derivation>,
}

impl Derivation {
    pub(super) fn new(code: Code, path: impl Into<String>, result: impl Into<String>) -> Derivation {
        Derivation {
            path: path.into(),
            code,
            result: result.into(),
            formula: String::new(),
            values: String::new(),
            arguments: Vec::new(),
            exact: None,
            rounded: None,
            sentence: String::new(),
            steps: Vec::new(),
        }
    }

    pub(super) fn formula(mut self, names: &str, values: impl Into<String>) -> Derivation {
        self.formula = names.into();
        self.values = values.into();
        self
    }

    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Derivation {
        self.arguments.push(Argument {
            name: name.into(),
            value: value.to_string(),
        });
        self
    }

    pub(super) fn exact(mut self, value: Value) -> Derivation {
        self.exact = Some(value);
        self
    }

    /// The exact value was rounded to the result; nothing where it was not.
    pub(super) fn rounded(mut self, rounder: Option<Rounder>, decimals: u32) -> Derivation {
        if let (Some(rounder), Some(exact)) = (rounder, &self.exact) {
            self.rounded = Some(Rounded {
                mode: rounder.mode,
                unit: super::number::plain(i64::try_from(rounder.unit).unwrap_or(i64::MAX), decimals),
                from: exact.decimal.clone(),
                to: self.result.clone(),
            });
            self.say_rounding();
        }
        self
    }

    pub(super) fn because(mut self, step: Derivation) -> Derivation {
        self.steps.push(step);
        self
    }

    pub(super) fn say(mut self, sentence: impl Into<String>) -> Derivation {
        self.sentence = sentence.into();
        self.say_rounding();
        self
    }

    /// Adds how it was rounded to what is said already.
    fn say_rounding(&mut self) {
        let (false, Some(rounded)) = (self.sentence.is_empty(), &self.rounded) else {
            return;
        };
        let mode = match rounded.mode {
            RoundingMode::HalfEven => "to the nearest, ties to even,",
            RoundingMode::HalfUp => "to the nearest, ties up,",
            RoundingMode::Up => "up",
        };
        let Rounded { from, unit, to, .. } = rounded;
        self.sentence += &format!(" Unrounded that is {from}; rounded {mode} to a multiple of {unit}: {to}.");
    }

    /// The sentences of the derivation and its steps, each deeper than the one that it explains.
    pub fn lines(&self) -> Vec<(usize, String)> {
        let mut lines = vec![(0, self.sentence.clone())];
        for step in &self.steps {
            lines.extend(step.lines().into_iter().map(|(depth, line)| (depth + 1, line)));
        }
        lines
    }
}
