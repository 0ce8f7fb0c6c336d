//! One program for all tests of this crate that stand beside its source: each program more takes its time to link.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod again;
#[path = "../../../xtask/src/cluster.rs"]
mod cluster;
#[path = "../../desk/tests/common/mod.rs"]
mod common;
mod conflicts;
mod days;
mod devices;
mod erasing;
mod escrow;
mod failover;
mod messages;
mod office;
mod operations;
mod own;
mod passwords;
mod people;
mod registration;
mod restored;
mod server;
#[path = "../../desk/tests/common/sink.rs"]
mod sink;
mod snapshot;
