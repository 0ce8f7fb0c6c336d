//! Any text as a stored hash: worked out within the limits, or refused.
#![no_main]

#[path = "../identity.rs"]
mod identity;

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::phc(data));
