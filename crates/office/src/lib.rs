//! The rules of the office: which aggregates a command reads, what follows from it, and how a fact changes them.
//!
//! Pure: no I/O, no clock, no randomness. The desktop, the server, the simulator and the preview on screen are hosts
//! of this one decider.

mod apply;
mod asking;
pub mod chain;
mod change;
mod command;
mod contact;
mod context;
mod credential;
mod day_figures;
mod decide;
mod fact;
mod forms;
mod key;
pub mod permission;
mod posting;
mod refusal;
mod second_person;
mod standing;
mod state;
mod telling;
mod terms;
mod waiting;

pub use apply::apply;
pub use command::{COMMAND_VERSION, Channel, Command, DayFigures, ProductDay, ResetHow, Sealed};
pub use context::{Actor, Context, RULES, epoch_letters};
pub use credential::Credential;
pub use day_figures::{EarnedByProduct, Standings, product_days};
pub use decide::{
    Planned, Preview, Quote, check_against_product, check_payment, decide, due_of, lags, may_change_terms, may_close,
    may_decide, may_disburse, may_disburse_part, may_waive, may_write_off, plan, preview_part, preview_payment,
    preview_terms, purchase_penalty, quarantined, quote, recorded_anyway,
};
pub use fact::{FACT_VERSION, Fact, FactBody, LoanChange, LoanOpened};
pub use forms::check_customer;
pub use key::Key;
pub use posting::{Account, Posting, balanced};
pub use refusal::Refusal;
pub use second_person::{amount_of, guarded, payload_hash};
pub use standing::{account, standing};
pub use state::*;
pub use terms::{Wish, check_product, decimal, loan_terms};
