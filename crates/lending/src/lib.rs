//! The mathematics of lending: money, calendars, schedules, allocation, payoff. Pure: no input or output, no clock, no
//! floating point, so that a screen previews with the very code that decides.

mod amount;
pub mod calendar;
mod check;
pub mod compute;
mod course;
mod paid;
mod plan;
mod ratio;
pub mod schedule;
pub mod terms;
mod wide;

pub use farthing_api::Money;
pub use schedule::{Row, Schedule, Settlement, build};
pub use terms::{Terms, TermsError};
