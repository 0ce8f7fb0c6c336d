//! Any bytes as a chunk of the history: what it brings goes on where the desk stands, or nothing of it is applied.
#![no_main]

#[path = "../wire.rs"]
mod wire;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire::chunk(data));
