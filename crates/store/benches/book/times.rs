//! Durations of one thing that was done again and again.

use std::time::{Duration, Instant};

/// A duration in milliseconds.
pub(crate) fn ms(of: Duration) -> f64 {
    of.as_secs_f64() * 1000.0
}

pub(crate) struct Times(pub(crate) Vec<Duration>);

impl Times {
    pub(crate) fn at(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
    }

    pub(crate) fn shown(&self) -> String {
        format!(
            "p50 {:.3} ms, p95 {:.3} ms, p99 {:.3} ms",
            ms(self.at(50)),
            ms(self.at(95)),
            ms(self.at(99))
        )
    }
}

pub(crate) async fn timed<T>(times: &mut Vec<Duration>, work: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let out = work.await;
    times.push(start.elapsed());
    out
}
