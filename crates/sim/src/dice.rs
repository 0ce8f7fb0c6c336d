//! Every choice of a run comes from its seed alone.

use uuid::Uuid;

/// A source of numbers that look random and are the same for the same seed, for good (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Dice {
    /// A source of its own for each use, so that one more throw in one place changes nothing elsewhere.
    pub(crate) fn new(seed: u64, what: u64) -> Dice {
        // Mixed, since sources whose states differ by a few steps would soon say the same.
        Dice(mix(mix(seed.wrapping_add(1)) ^ what))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low).saturating_add(1);
        low.wrapping_add_unsigned(self.next() % span)
    }

    /// True so many times of a thousand.
    pub(crate) fn chance(&mut self, of_thousand: i64) -> bool {
        self.between(0, 999) < of_thousand
    }

    /// A place in a list of so many.
    pub(crate) fn place(&mut self, count: usize) -> usize {
        let last = i64::try_from(count).unwrap_or(i64::MAX).max(1) - 1;
        usize::try_from(self.between(0, last)).unwrap_or(0)
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.place(of.len()))
    }

    /// An id.
    pub(crate) fn id(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }

    /// A key.
    pub(crate) fn key(&mut self) -> [u8; 32] {
        let mut key = [0; 32];
        for part in key.chunks_mut(8) {
            part.copy_from_slice(&self.next().to_be_bytes());
        }
        key
    }
}
