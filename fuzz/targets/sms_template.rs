//! Any text as a gateway and its template: no message adds a parameter, a key or a host.
#![no_main]

#[path = "../identity.rs"]
mod identity;

libfuzzer_sys::fuzz_target!(|data: &[u8]| identity::sms_template(data));
