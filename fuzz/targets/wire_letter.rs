//! Any bytes as a letter: read or refused, and nobody signs one by chance.
#![no_main]

#[path = "../wire.rs"]
mod wire;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire::letter(data));
