//! Any text as addresses and subject: no header line that nobody wrote.
#![no_main]

#[path = "../identity.rs"]
mod identity;

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::mail_headers(data));
