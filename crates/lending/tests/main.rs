//! One program for all tests of this crate that stand beside its source: each program more takes its time to link.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accounts;
mod accrual;
mod ahead;
mod ahead_options;
mod charges;
#[path = "../../../fuzz/checks.rs"]
mod checks;
mod common;
mod cost;
mod eligibility;
mod explain;
mod options;
mod plain;
mod properties;
mod rates;
mod reference;
mod refused;
mod restructure;
mod robust;
mod running;
mod seeds;
#[path = "common/terms.rs"]
mod terms;
mod vectors;
