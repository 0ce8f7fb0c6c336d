//! `farthing`: the headless desk.
fn main() {}
