//! One program for all tests of this crate that stand beside its source: each program more takes its time to link.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod books;
mod branch;
mod customers;
mod golden;
mod parts;
mod products;
mod wish;
