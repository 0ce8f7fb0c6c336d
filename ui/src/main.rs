//! The screens, compiled to WASM.
fn main() {}
