//! The mathematics of lending: money, calendars, schedules, allocation, payoff. Pure: no input or output, no clock, no
//! floating point, so that a screen previews with the very code that decides.

pub mod accrual;
pub mod allocation;
mod amount;
mod annuity;
pub mod apr;
mod apr_close;
mod apr_exact;
mod apr_time;
mod big;
pub mod calendar;
pub mod charge;
mod check;
mod check_options;
mod choose;
pub mod compute;
pub mod cost;
mod course;
mod day;
pub mod delinquency;
pub mod eligibility;
mod exact;
pub mod explain;
pub mod ledger;
mod money;
pub mod options;
mod paid;
pub mod payoff;
pub mod penalty;
mod plan;
pub mod prove;
pub mod purchase;
mod rates;
mod ratio;
mod replay;
pub mod restructure;
pub mod rules;
pub mod schedule;
mod show;
mod strict;
mod tail;
pub mod terms;
pub mod tvm;
mod what_if;

pub use accrual::{Accrual, Earning, Earnings, Rates, Spread, plan_changes};
pub use allocation::{Allocation, AllocationBy, AllocationOrder, Share};
pub use charge::{Charge, ChargeAmount, ChargeTaken, ChargeWhen, Fee, at_start, percent_of, with_rows};
pub use cost::{CostOfCredit, cost_of_credit, disclosure};
pub use delinquency::{Bucket, BucketSum, LatenessRules, Standing};
pub use eligibility::{
    Applicant, Assessment, EligibilityRule, EligibilityRules, Employment, Figure, RuleAnswer, Verdict, Wish, assess,
};
pub use ledger::{Account, Ledger, NewTerms, Payment, Replacement, RowState, Waiver};
pub use money::{AmountError, Currency, Marks, Money};
pub use payoff::{Payoff, PayoffRule, foreclose, payoff};
pub use penalty::{Overdue, PenaltyCap, PenaltyKind, PenaltyRule, RatePer};
pub use purchase::{Purchase, Rhythm};
pub use replay::replay;
pub use restructure::{NewSchedule, Restructured, restructure};
pub use schedule::{Row, Schedule, Settlement, build};
pub use terms::{
    DayCount, InstallmentRate, InterestPeriod, Method, MonthEnd, Multiple, PayoffInterest, Prepayment, RateChange,
    Rounding, RoundingMode, Terms, TermsError, Unit,
};
pub use what_if::{WhatIf, refusal, what_if};
