//! Everything a developer runs: `cargo xtask run`, `test`, `dist`.
fn main() {}
