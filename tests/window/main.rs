//! The real window on a display of its own, driven as a person would: keys, clicks, and what is on screen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod account;
mod care;
mod figures;
#[path = "../../crates/desk/tests/common/gateway.rs"]
mod gateway;
mod harness;
mod life;
mod looks;
mod machine;
mod messages;
mod money;
mod offer;
mod opens;
mod outbox;
mod own;
mod parts;
mod registration;
mod second_factor;
mod second_person;
mod servicing;
mod together;
mod tour;
mod trouble;
