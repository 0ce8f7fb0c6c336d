//! Any text as a vector with a path: an explanation that leads to the figure, or an error, never a panic.
#![no_main]

#[path = "../checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::explain(data));
