//! What tests count, so that known and unknown names are seen to cost the same work. Absent from what is shipped.

use std::sync::atomic::{AtomicU64, Ordering};

static DERIVATIONS: AtomicU64 = AtomicU64::new(0);
static MESSAGES: AtomicU64 = AtomicU64::new(0);

/// How often this process worked a password out by argon2id.
pub fn derivations() -> u64 {
    DERIVATIONS.load(Ordering::Relaxed)
}

/// How many messages with a code or a link this process put into words.
pub fn messages() -> u64 {
    MESSAGES.load(Ordering::Relaxed)
}

pub(crate) fn derived() {
    DERIVATIONS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn worded() {
    MESSAGES.fetch_add(1, Ordering::Relaxed);
}
