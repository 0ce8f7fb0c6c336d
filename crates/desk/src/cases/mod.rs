//! The use cases, by area: each takes a request and gives its answer.

mod charts;
mod codes;
mod customers;
mod day;
mod homes;
mod loans;
mod papers;
mod people;
mod products;
mod sign_in;
mod start;
mod trouble;

pub(crate) use day::{assess_and_close, close_through};
pub(crate) use loans::opened_loan;
pub(crate) use start::first_run;
