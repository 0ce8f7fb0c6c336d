//! How much is taken at once: so many requests of one machine, so many strangers, so many in all.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

/// So many requests are worked on; each may hold a message of the largest size.
const AT_ONCE: usize = 128;
/// So long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many machines are remembered.
const REMEMBERED: usize = 10_000;

/// A rate: so many at once, and so many each second after that.
#[derive(Clone, Copy)]
struct Rate {
    burst: f64,
    each_second: f64,
}

/// A desk asks every 15 seconds, and page by page while it catches up.
const MACHINE: Rate = Rate {
    burst: 200.0,
    each_second: 20.0,
};
/// All who are not known yet, together: whoever guesses codes shares this with all others.
const STRANGERS: Rate = Rate {
    burst: 50.0,
    each_second: 5.0,
};

struct Bucket {
    left: f64,
    at: Instant,
}

/// The limits of one process.
pub(crate) struct Limits {
    turns: Semaphore,
    buckets: Mutex<HashMap<Option<Uuid>, Bucket>>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            turns: Semaphore::new(AT_ONCE),
            buckets: Mutex::default(),
        }
    }
}

impl Limits {
    /// A turn to be worked on; none where all are taken for long.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        tokio::time::timeout(PATIENCE, self.turns.acquire()).await.ok()?.ok()
    }

    /// Whether a machine may ask now; none for those who are not known yet.
    pub(crate) fn allows(&self, machine: Option<Uuid>, now: Instant) -> bool {
        let rate = if machine.is_some() { MACHINE } else { STRANGERS };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED {
            // Who has not asked for so long may do everything again, so nothing has to be remembered.
            let full = Duration::from_secs_f64(MACHINE.burst / MACHINE.each_second);
            buckets.retain(|machine, bucket| machine.is_none() || now.duration_since(bucket.at) < full);
        }
        let fresh = Bucket {
            left: rate.burst,
            at: now,
        };
        let bucket = buckets.entry(machine).or_insert(fresh);
        let since = now.duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + since * rate.each_second).min(rate.burst);
        bucket.at = now;
        let may = bucket.left >= 1.0;
        if may {
            bucket.left -= 1.0;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_waits_and_others_do_not() {
        let limits = Limits::default();
        let (start, one, other) = (Instant::now(), Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        let allowed = (0..300).filter(|_| limits.allows(one, start)).count();
        assert_eq!(allowed, 200);
        assert!(limits.allows(other, start));
        let later = start + Duration::from_secs(1);
        assert_eq!((0..300).filter(|_| limits.allows(one, later)).count(), 20);
        assert_eq!((0..300).filter(|_| limits.allows(None, start)).count(), 50);
    }
}
