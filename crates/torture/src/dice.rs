//! Seeded choices.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Duration;

/// Dice that fall alike for the same seed.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// Dice of a seed, for one of those who draw from it.
    pub fn new(seed: u64, whose: u64) -> Dice {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(whose);
        Dice(rng)
    }

    /// A number below another; 0 where that is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        u32::try_from((u64::from(self.0.next_u32()) * u64::from(n)) >> 32).unwrap_or(0)
    }

    /// One of several; none where there are none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let n = u32::try_from(from.len()).unwrap_or(u32::MAX);
        from.get(self.below(n) as usize)
    }

    /// Up to so many milliseconds, to the microsecond: where in its work something meets a process is chance, not a matter of order.
    pub fn moment(&mut self, most_ms: u32) -> Duration {
        Duration::from_micros(u64::from(self.below(most_ms * 1_000)))
    }
}
