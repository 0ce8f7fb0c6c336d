//! Any bytes as a key file: read or refused, never a panic.
#![no_main]

#[path = "../identity.rs"]
mod identity;

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::slot_file(data));
