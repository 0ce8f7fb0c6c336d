//! One program for all tests of this crate that stand beside its source: each program more takes its time to link.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod leave;
mod race;
mod torn;
#[cfg(feature = "test-hooks")]
mod updated;
#[path = "torn/vfs.rs"]
mod vfs;
