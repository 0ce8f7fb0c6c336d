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

use std::path::Path;
use std::time::{Duration, Instant};

struct Times(Vec<Duration>);

impl Times {
    fn at(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
    }

    fn shown(&self) -> String {
        let ms = |d: Duration| d.as_secs_f64() * 1000.0;
        format!(
            "p50 {:.3} ms, p95 {:.3} ms, p99 {:.3} ms",
            ms(self.at(50)),
            ms(self.at(95)),
            ms(self.at(99))
        )
    }
}

async fn timed<T>(times: &mut Vec<Duration>, work: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let out = work.await;
    times.push(start.elapsed());
    out
}

#[tokio::main]
async fn main() {
    payment::measure().await;
    match std::env::var_os("FARTHING_BENCH_BOOK") {
        Some(book) => Box::pin(large::measure(Path::new(&book))).await,
        None => println!("no FARTHING_BENCH_BOOK: the figures of a large book are left out"),
    }
}
