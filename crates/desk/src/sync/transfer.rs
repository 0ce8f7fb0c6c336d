//! How far a whole book is on its way to a server or from it, for whoever waits.

use crate::desk::Desk;
use crate::error::Answer;
use farthing_api::{GetTransfer, TransferState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A transfer that runs, or none.
#[derive(Debug, Default)]
pub(crate) struct Transfer {
    runs: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
}

/// Ends the transfer when it is dropped, however that comes.
pub(crate) struct Running<'a>(&'a Transfer);

impl Transfer {
    /// A transfer begins; the one before is over.
    pub(crate) fn begin(&self) -> Running<'_> {
        self.note(0, 0);
        self.runs.store(true, Ordering::Relaxed);
        Running(self)
    }

    fn note(&self, done: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }
}

impl Running<'_> {
    /// So many facts of so many are there.
    pub(crate) fn note(&self, done: u64, total: u64) {
        self.0.note(done, total);
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.runs.store(false, Ordering::Relaxed);
    }
}

impl Desk {
    /// How far a book's transfer is. Anyone may ask: it says nothing about what is in the book.
    ///
    /// # Errors
    /// None.
    pub async fn transfer_state(&self, _: GetTransfer) -> Answer<Option<TransferState>> {
        let Transfer { runs, done, total } = &self.transfer;
        Ok(runs.load(Ordering::Relaxed).then(|| TransferState {
            done: done.load(Ordering::Relaxed),
            total: total.load(Ordering::Relaxed),
        }))
    }
}
