//! Any page to a desk: it goes on where the desk stands, or nothing of it is applied.
#![no_main]

#[path = "../wire.rs"]
mod wire;

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire::page(data));
