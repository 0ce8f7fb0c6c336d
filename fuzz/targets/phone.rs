//! Any text as a phone number: one form, or none.
#![no_main]

#[path = "../identity.rs"]
mod identity;

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::phone(data));
