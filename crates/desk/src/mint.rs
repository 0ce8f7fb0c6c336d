//! New ids and keys.

use chrono::{DateTime, Utc};
use farthing_api::OpId;
use rand::Rng;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::Mutex;
use uuid::Builder;

/// Where randomness comes from: the operating system, or a seed for demo data that is the same each time.
pub struct Mint(Option<Mutex<ChaCha20Rng>>);

impl Mint {
    /// From the operating system.
    pub fn system() -> Mint {
        Mint(None)
    }

    /// From a seed.
    pub fn seeded(seed: u64) -> Mint {
        Mint(Some(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    /// Random bytes.
    ///
    /// # Errors
    /// Where the system has none to give.
    pub fn bytes<const N: usize>(&self) -> std::io::Result<[u8; N]> {
        let mut bytes = [0; N];
        match &self.0 {
            Some(rng) => rng
                .lock()
                .map_err(|_| std::io::Error::other("poisoned"))?
                .fill_bytes(&mut bytes),
            None => getrandom::fill(&mut bytes).map_err(|e| std::io::Error::other(e.to_string()))?,
        }
        Ok(bytes)
    }

    /// A new operation's id: a UUIDv7 of its instant.
    ///
    /// # Errors
    /// Those of [`Mint::bytes`].
    pub fn op(&self, at: DateTime<Utc>) -> std::io::Result<OpId> {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Ok(OpId(
            Builder::from_unix_timestamp_millis(millis, &self.bytes::<10>()?).into_uuid(),
        ))
    }
}
