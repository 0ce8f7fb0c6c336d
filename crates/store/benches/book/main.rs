//! The figures of the book, as ratios against references in the same run. Run by `cargo xtask bench`.
//!
//! `FARTHING_BENCH_BOOK` names a book made by `farthing demo` (password in `FARTHING_PASSWORD`); the payment figures use
//! a small book of their own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod large;
mod payment;
mod raw;
mod times;

use std::path::Path;

#[tokio::main]
async fn main() {
    payment::measure().await;
    match std::env::var_os("FARTHING_BENCH_BOOK") {
        Some(book) => Box::pin(large::measure(Path::new(&book))).await,
        None => println!("no FARTHING_BENCH_BOOK: the figures of a large book are left out"),
    }
}
