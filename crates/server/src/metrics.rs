//! What Prometheus reads of one process: what was asked for, how it went and how long it took.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The upper ends of the histogram's steps, in seconds.
const STEPS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Default)]
struct Times {
    steps: [u64; STEPS.len()],
    count: u64,
    seconds: f64,
}

/// Counters since the process began.
#[derive(Default)]
pub(crate) struct Metrics {
    /// By what was asked for and how it went.
    requests: Mutex<BTreeMap<(&'static str, &'static str), Times>>,
    /// Commands that were decided as asked for, and those that were not.
    pub(crate) commands_done: AtomicU64,
    pub(crate) commands_refused: AtomicU64,
    /// Facts that were handed out.
    pub(crate) facts_sent: AtomicU64,
    /// Chunks of the history that were cut, and that were handed out.
    pub(crate) chunks_cut: AtomicU64,
    pub(crate) chunks_sent: AtomicU64,
    /// Bytes on the wire, packed.
    pub(crate) bytes_in: AtomicU64,
    pub(crate) bytes_out: AtomicU64,
}

/// Adds to a counter.
pub(crate) fn add(counter: &AtomicU64, n: usize) {
    counter.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Ordering::Relaxed);
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, what: &'static str, how: &'static str, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let times = requests.entry((what, how)).or_default();
        let seconds = took.as_secs_f64();
        for (step, end) in times.steps.iter_mut().zip(STEPS) {
            *step += u64::from(seconds <= end);
        }
        times.count += 1;
        times.seconds += seconds;
    }

    /// The text that Prometheus reads, with how many connections to the database there are and how many of them rest.
    pub(crate) fn text(&self, connections: u32, idle: usize) -> String {
        let mut text = String::from(
            "# HELP farthing_request_seconds Requests by what was asked for and how it went.\n\
             # TYPE farthing_request_seconds histogram\n",
        );
        for ((what, how), times) in self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let labels = format!("what=\"{what}\",how=\"{how}\"");
            for (step, end) in times.steps.iter().zip(STEPS) {
                let _ = writeln!(text, "farthing_request_seconds_bucket{{{labels},le=\"{end}\"}} {step}");
            }
            let (count, seconds) = (times.count, times.seconds);
            let _ = write!(
                text,
                "farthing_request_seconds_bucket{{{labels},le=\"+Inf\"}} {count}\n\
                 farthing_request_seconds_sum{{{labels}}} {seconds}\nfarthing_request_seconds_count{{{labels}}} {count}\n"
            );
        }
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let _ = write!(
            text,
            "# TYPE farthing_commands_total counter\n\
             farthing_commands_total{{outcome=\"done\"}} {}\nfarthing_commands_total{{outcome=\"refused\"}} {}\n\
             # TYPE farthing_facts_sent_total counter\nfarthing_facts_sent_total {}\n\
             # TYPE farthing_chunks_cut_total counter\nfarthing_chunks_cut_total {}\n\
             # TYPE farthing_chunks_sent_total counter\nfarthing_chunks_sent_total {}\n\
             # TYPE farthing_wire_bytes_total counter\n\
             farthing_wire_bytes_total{{way=\"in\"}} {}\nfarthing_wire_bytes_total{{way=\"out\"}} {}\n\
             # TYPE farthing_connections gauge\n\
             farthing_connections{{state=\"all\"}} {connections}\nfarthing_connections{{state=\"idle\"}} {idle}\n\
             # TYPE farthing_build gauge\nfarthing_build{{version=\"{}\"}} 1\n",
            of(&self.commands_done),
            of(&self.commands_refused),
            of(&self.facts_sent),
            of(&self.chunks_cut),
            of(&self.chunks_sent),
            of(&self.bytes_in),
            of(&self.bytes_out),
            env!("CARGO_PKG_VERSION")
        );
        text
    }
}
