//! The use cases, by area: each takes a request and gives its answer.

mod access;
mod account;
mod audit;
mod charts;
mod codes;
mod customers;
mod day;
mod explain;
mod homes;
mod ledger;
pub(crate) mod letters;
mod loan_view;
mod loans;
mod messages;
mod papers;
mod people;
pub(crate) mod personal;
mod products;
pub(crate) mod proof;
mod requests;
mod resets;
mod rules;
mod second_factor;
mod servicing;
mod sessions;
mod sign_in;
mod sms;
mod start;
pub(crate) mod sync;
mod trouble;

pub(crate) use day::{Closed, Moment, assess_and_close, close_one, close_through};
pub(crate) use ledger::{trial_balance, write_ledger};
pub(crate) use loans::opened_loan;
pub(crate) use messages::put_rules;
pub(crate) use sign_in::open_and_renew;
pub(crate) use start::first_run;
