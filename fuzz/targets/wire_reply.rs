//! Any bytes as an answer: read or refused, never a panic.
#![no_main]

#[path = "../wire.rs"]
mod wire;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire::reply(data));
