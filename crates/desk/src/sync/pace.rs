//! When to speak with the server next: soon after something was recorded, now and then otherwise, and more and more seldom
//! while it does not answer.

use crate::desk::Desk;
use crate::error::{Answer, Told};
use crate::sync::Round;
use chrono::{DateTime, TimeDelta, Utc};

/// Between two looks for what others did.
const LOOK: TimeDelta = TimeDelta::seconds(15);
/// The first wait after a failure, doubled with each further one up to the longest, in seconds.
const FIRST_WAIT: i64 = 3;
const LONGEST_WAIT: i64 = 300;

/// The pace of a desk's rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    /// When the last round ended.
    last: Option<DateTime<Utc>>,
    /// Rounds that failed since one succeeded.
    failures: u32,
}

impl Pace {
    /// Whether a round is due, where something waits to be sent or nothing does. A clock that was set back makes one due.
    pub(crate) fn is_due(&self, now: DateTime<Utc>, unsent: bool) -> bool {
        let Some(last) = self.last else { return true };
        let wait = match self.failures {
            0 if unsent => return true,
            0 => LOOK,
            n => TimeDelta::seconds((FIRST_WAIT << (n - 1).min(10)).min(LONGEST_WAIT)),
        };
        now < last || now - last >= wait
    }

    /// A round ended.
    pub(crate) fn ended(&mut self, now: DateTime<Utc>, well: bool) {
        self.last = Some(now);
        self.failures = if well { 0 } else { self.failures.saturating_add(1) };
    }
}

impl Desk {
    /// A round with the server if one is due; whoever holds the book calls this again and again. None where nothing was due.
    ///
    /// # Errors
    /// Those of [`Desk::run_sync`].
    pub async fn run_sync_when_due(&self) -> Answer<Option<Round>> {
        let Some(open) = self.open.read().await.clone() else {
            return Ok(None);
        };
        let Some(enrolment) = open.book.enrolment().await.told()? else {
            return Ok(None);
        };
        let due = self.pace.lock().await.is_due(self.clock.now(), enrolment.waiting.1 > 0);
        if !due {
            return Ok(None);
        }
        let done = self.sync(&open).await;
        drop(open);
        self.pace.lock().await.ended(self.clock.now(), done.is_ok());
        self.leave_if_revoked().await?;
        done.map(Some)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn waits_longer_the_longer_the_server_is_silent() {
        let start: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
        let after = |seconds| start + TimeDelta::seconds(seconds);
        let mut pace = Pace::default();
        assert!(pace.is_due(start, false));
        pace.ended(start, true);
        assert!(pace.is_due(start, true), "what is recorded goes out at once");
        assert!(!pace.is_due(after(14), false) && pace.is_due(after(15), false));
        for (failures, wait) in [(1, 3), (2, 6), (3, 12), (20, 300)] {
            let pace = Pace {
                last: Some(start),
                failures,
            };
            assert!(!pace.is_due(after(wait - 1), true) && pace.is_due(after(wait), true));
        }
        assert!(
            pace.is_due(after(-60), false),
            "a clock that was set back holds nothing up"
        );
    }
}
