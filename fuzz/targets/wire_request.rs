//! Any bytes as a request: read or refused, never a panic.
#![no_main]

#[path = "../wire.rs"]
mod wire;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire::request(data));
