//! The encrypted book of one desk: log, aggregates, projections, queries, search, backup.
//!
//! Facts are the only truth; every table that a screen reads is derived from them, in the transaction that keeps them.

mod anew;
mod arrive;
mod backup;
mod book;
mod check;
mod credentials;
mod enrolled;
mod error;
mod given;
mod key;
mod leave;
mod log;
mod project;
mod provisional;
mod query;
mod seal;

pub use book::Book;
pub use credentials::waiting_password;
pub use enrolled::{Applied, Enrolment, Joining, Overruled};
pub use error::StoreError;
pub use key::BookKey;
pub use log::{Batch, Beside, Identity};
pub use query::{
    About, Act, ChallengeRow, Claimed, ContactChange, DueInstallment, Ended, HomeFigures, LedgerLine, MonthSums,
    NewMessage, PaymentPaper, ProductShare, ResetRow, SignInUser, Suspension, Tried, UserRow,
};
pub use seal::CustomerKey;
