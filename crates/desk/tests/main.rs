//! One program for all tests of this crate that stand beside its source: each program more takes its time to link.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod access;
mod account;
mod alike;
mod audit;
mod codes;
mod common;
mod figures;
mod full;
#[path = "common/gateway.rs"]
mod gateway;
mod handed_over;
mod killed;
mod known_failures;
mod life;
mod memory;
mod outbox;
mod passwords;
mod proof;
mod race;
mod registration;
mod replay;
mod restored;
mod second_factor;
mod second_person;
mod secrets;
mod servicing;
mod sessions;
#[path = "common/sink.rs"]
mod sink;
#[path = "common/town.rs"]
mod town;
