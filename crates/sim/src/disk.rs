//! A model of a durable store: a transaction is written, then synced; what was not synced when the power fails may be lost,
//! torn, or there all the same.

use crate::book::Row;
use std::rc::Rc;

/// What a disk does with a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Luck {
    /// It is written and synced.
    Good,
    /// Somebody else holds the file: nothing is written.
    Busy,
    /// No space is left: nothing is written.
    Full,
    /// It is written, but the sync fails: nobody knows what is on the disk.
    Io,
    /// The power fails before the sync; so many of its pages are on the disk.
    Power(usize),
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is on the disk for good.
    Saved,
    /// The program was told that it is not.
    Failed,
    /// The program was killed before it was told anything.
    Killed,
}

/// Rows that are kept together or not at all. The commit record says how many pages belong to it.
#[derive(Clone, Debug)]
struct Transaction {
    pages: Rc<Vec<Row>>,
    count: usize,
}

/// A disk with a log of transactions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    synced: Vec<Transaction>,
    /// Written and not synced: the next transaction overwrites it.
    tail: Option<Transaction>,
}

impl Disk {
    /// Writes a transaction and syncs it.
    pub(crate) fn commit(&mut self, pages: Vec<Row>, luck: Luck) -> Written {
        let count = pages.len();
        match luck {
            Luck::Busy | Luck::Full => return Written::Failed,
            Luck::Power(kept) => {
                let mut torn = pages;
                torn.truncate(kept);
                self.tail = Some(Transaction {
                    pages: Rc::new(torn),
                    count,
                });
                return Written::Killed;
            }
            Luck::Io | Luck::Good => {}
        }
        let whole = Transaction {
            pages: Rc::new(pages),
            count,
        };
        if luck == Luck::Io {
            self.tail = Some(whole);
            return Written::Failed;
        }
        self.tail = None;
        self.synced.push(whole);
        Written::Saved
    }

    /// Writes without waiting for the disk, as a careless program would.
    pub(crate) fn write_behind(&mut self, pages: Vec<Row>) {
        let earlier = self.tail.take().map(|t| t.pages.to_vec()).unwrap_or_default();
        let pages: Vec<Row> = earlier.into_iter().chain(pages).collect();
        let count = pages.len();
        self.tail = Some(Transaction {
            pages: Rc::new(pages),
            count,
        });
    }

    /// What is on the disk for good.
    pub(crate) fn copied(&self) -> Disk {
        Disk {
            synced: self.synced.clone(),
            tail: None,
        }
    }

    /// The power fails: whether what was written and not synced stays is the disk's choice.
    pub(crate) fn power_fails(&mut self, tail_stays: bool) {
        if !tail_stays {
            self.tail = None;
        }
    }

    /// Opens the log again: a torn transaction at its end is left out, a whole one counts from now on. A program that does not
    /// look at the commit record takes what is there.
    pub(crate) fn open(&mut self, takes_torn: bool) -> impl Iterator<Item = &Row> {
        if let Some(tail) = self.tail.take().filter(|t| takes_torn || t.pages.len() == t.count) {
            self.synced.push(tail);
        }
        self.synced.iter().flat_map(|t| t.pages.iter())
    }
}
