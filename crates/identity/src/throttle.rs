//! How fast passwords may be tried, counted before anyone is signed in.

use crate::SlotError;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Failures of one sign-in name that cost nothing.
const FREE_FAILURES: u32 = 5;
/// The longest wait between two tries at one name, in seconds: nobody is locked out for good.
const LONGEST_WAIT: i64 = 15 * 60;
/// Failures in a minute, over all names.
const A_MINUTE: usize = 10;
/// Names whose failures are kept; beyond it those with the fewest failures go first.
const MOST_NAMES: usize = 1000;

/// The failures that still count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Throttle {
    names: Vec<Failures>,
    recent: Vec<DateTime<Utc>>,
}

/// The failures of one sign-in name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failures {
    sign_in: String,
    count: u32,
    last: DateTime<Utc>,
}

impl Failures {
    /// 1 s after the fifth failure, doubled by each one after it.
    fn wait(&self) -> TimeDelta {
        let Some(over) = self.count.checked_sub(FREE_FAILURES) else {
            return TimeDelta::zero();
        };
        TimeDelta::seconds((1 << over.min(10)).min(LONGEST_WAIT))
    }
}

impl Throttle {
    /// Counts a try as failed, before its password is looked at, so that ending the program in between wins nothing.
    /// [`Throttle::succeeded`] takes it back.
    ///
    /// # Errors
    /// [`SlotError::Wait`], and the try is not counted.
    pub(crate) fn attempt(&mut self, sign_in: &str, now: DateTime<Utc>) -> Result<(), SlotError> {
        self.forget(now);
        let by_name = self
            .names
            .iter()
            .find(|f| f.sign_in == sign_in)
            .map(|f| f.last + f.wait());
        let by_all = self
            .recent
            .len()
            .checked_sub(A_MINUTE)
            .map(|i| self.recent[i] + TimeDelta::minutes(1));
        if let Some(until) = by_name.into_iter().chain(by_all).max().filter(|until| *until > now) {
            return Err(SlotError::Wait { until });
        }
        self.recent.push(now);
        match self.names.iter_mut().find(|f| f.sign_in == sign_in) {
            Some(known) => {
                known.count = known.count.saturating_add(1);
                known.last = now;
            }
            None => {
                self.make_room();
                let sign_in = sign_in.to_string();
                self.names.push(Failures {
                    sign_in,
                    count: 1,
                    last: now,
                });
            }
        }
        Ok(())
    }

    /// The try was right: its name's failures are forgotten, and it doesn't count for the minute.
    pub(crate) fn succeeded(&mut self, sign_in: &str) {
        self.clear(sign_in);
        self.recent.pop();
    }

    /// Forgets the failures of a name that has a new password.
    pub(crate) fn clear(&mut self, sign_in: &str) {
        self.names.retain(|f| f.sign_in != sign_in);
    }

    /// Drops what no longer counts. Times ahead of the clock come from a clock that was wrong: they become now, so
    /// that a wait is never longer than its rung of the ladder.
    fn forget(&mut self, now: DateTime<Utc>) {
        for at in self.recent.iter_mut().chain(self.names.iter_mut().map(|f| &mut f.last)) {
            *at = (*at).min(now);
        }
        self.recent.retain(|at| *at + TimeDelta::minutes(1) > now);
        self.names.retain(|f| f.last + TimeDelta::days(1) > now);
    }

    fn make_room(&mut self) {
        if self.names.len() < MOST_NAMES {
            return;
        }
        if let Some(least) = (0..self.names.len()).min_by_key(|i| (self.names[*i].count, self.names[*i].last)) {
            self.names.remove(least);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
    }

    fn wait(throttle: &mut Throttle, name: &str, now: i64) -> i64 {
        match throttle.attempt(name, at(now)) {
            Ok(()) => 0,
            Err(SlotError::Wait { until }) => (until - at(now)).num_seconds(),
            Err(e) => panic!("{e}"),
        }
    }

    #[test]
    fn the_ladder_doubles_up_to_a_quarter_of_an_hour() {
        let mut throttle = Throttle::default();
        let mut now = 0;
        for _ in 0..5 {
            assert_eq!(wait(&mut throttle, "a", now), 0);
        }
        let mut waits = Vec::new();
        for _ in 0..40 {
            let seconds = wait(&mut throttle, "a", now);
            waits.push(seconds);
            now += seconds;
            assert_eq!(wait(&mut throttle, "a", now), 0, "a wait that was kept is enough");
        }
        assert_eq!(waits[..5], [1, 2, 4, 8, 16]);
        assert_eq!(waits[39], 900);
        assert!(waits.iter().all(|w| *w <= 900));
        assert_eq!(wait(&mut throttle, "b", now), 0, "other names go on");
        throttle.succeeded("b");
        assert_eq!(wait(&mut throttle, "a", now + 86_401), 0);
        assert_eq!(wait(&mut throttle, "a", now + 86_401), 0, "forgotten after a day");
    }

    #[test]
    fn ten_a_minute_over_all_names() {
        let mut throttle = Throttle::default();
        for i in 0..10 {
            assert_eq!(wait(&mut throttle, &format!("n{i}"), i), 0);
        }
        assert_eq!(wait(&mut throttle, "another", 10), 50);
        assert_eq!(wait(&mut throttle, "another", 60), 0);
    }

    #[test]
    fn successes_dont_count() {
        let mut throttle = Throttle::default();
        for _ in 0..50 {
            assert_eq!(wait(&mut throttle, "a", 0), 0);
            throttle.succeeded("a");
        }
    }

    #[test]
    fn a_clock_that_goes_back_keeps_the_rung_and_no_more() {
        let mut throttle = Throttle::default();
        for _ in 0..6 {
            throttle.attempt("a", at(9_000_000)).ok();
        }
        assert!(wait(&mut throttle, "a", 0) <= 60);
        assert_eq!(wait(&mut throttle, "a", 61), 0);
    }
}
