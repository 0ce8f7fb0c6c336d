//! Any text as an access token: none of them counts.
#![no_main]

#[path = "../identity.rs"]
mod identity;

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::token(data));
