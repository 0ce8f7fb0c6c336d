//! Any bytes off the line: unpacked within the limit, or refused.
#![no_main]

#[path = "../wire.rs"]
mod wire;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire::packed(data));
