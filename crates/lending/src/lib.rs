//! The mathematics of lending: money, calendars, schedules, allocation, payoff. Pure: no input or output, no clock, no
//! floating point, so that a screen previews with the very code that decides.

mod amount;
mod annuity;
pub mod apr;
mod apr_close;
mod apr_exact;
mod apr_time;
mod big;
pub mod calendar;
mod check;
mod check_options;
mod choose;
pub mod compute;
mod course;
mod day;
pub mod delinquency;
mod exact;
pub mod explain;
pub mod ledger;
mod money;
pub mod options;
mod paid;
pub mod payoff;
mod plan;
pub mod prove;
pub mod purchase;
mod ratio;
pub mod rules;
pub mod schedule;
mod show;
mod strict;
pub mod terms;
pub mod tvm;

pub use delinquency::{AtRisk, Bucket};
pub use ledger::{
    Account, Allocation, AllocationOrder, Fee, Ledger, Payment, PenaltyKind, PenaltyRule, Replacement, RowState, Share,
    replay,
};
pub use money::{AmountError, Currency, Marks, Money};
pub use payoff::{Payoff, foreclose, payoff};
pub use purchase::{Purchase, Rhythm};
pub use schedule::{Row, Schedule, Settlement, build};
pub use terms::{
    DayCount, InstallmentRate, InterestPeriod, Method, MonthEnd, Multiple, PayoffInterest, Rounding, RoundingMode,
    Terms, TermsError, Unit,
};
