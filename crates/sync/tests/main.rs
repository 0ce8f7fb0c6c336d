//! Tests of the protocol: both ends as values, without a line between them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chunks;
mod common;
mod decisions;
mod dictionary;
mod fuzzed;
mod golden;
mod letters;
mod messages;
#[path = "../../../fuzz/near.rs"]
mod near;
mod news;
mod pushes;
mod restored;
#[path = "../../../fuzz/wire.rs"]
mod wire;
