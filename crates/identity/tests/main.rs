//! One program for all tests of this crate that stand beside its source: each program more takes its time to link.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fuzzed;
#[path = "../../../fuzz/identity.rs"]
mod identity;
mod keyring;
mod mail;
#[path = "../../../fuzz/near.rs"]
mod near;
mod slots;
mod sms;
mod tokens;
