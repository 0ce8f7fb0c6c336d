//! The letters that wait in the key file until the book is open.

use super::{SlotFile, VERSION, same, unfit};
use crate::inbox::{open_with, seal_to};
use crate::{DeviceSecret, SlotError};
use zeroize::Zeroizing;

/// Letters that wait to be read; of those that ask for something none is pushed out by another.
const MOST_ASKING: usize = 20;
const MOST_TELLING: usize = 200;

impl SlotFile {
    /// Leaves a letter for the book, that asks it for something or tells what happened; on the disk when this returns.
    /// Letters that tell push the oldest of their kind out.
    ///
    /// # Errors
    /// [`SlotError::Full`] where too many ask already; [`SlotError::Damaged`] where the file knows no key to seal to.
    pub fn put_letter(&mut self, asks: bool, device: &DeviceSecret, plain: &[u8]) -> Result<(), SlotError> {
        let mut public = [0; 32];
        let key = self.kept.body.letters_to.as_deref().unwrap_or_default();
        hex::decode_to_slice(key, &mut public).map_err(|_| unfit())?;
        let bytes = hex::encode(seal_to(&public, &self.letter_bound(asks), plain)?);
        if !same(&self.kept.counters_mac, &self.counters_mac(device)?) {
            return Err(SlotError::Damaged(
                "its counters don't belong to this machine, or were changed".into(),
            ));
        }
        if asks {
            if self.kept.asking.len() >= MOST_ASKING {
                return Err(SlotError::Full);
            }
            self.kept.asking.push(bytes);
        } else {
            if self.kept.telling.len() >= MOST_TELLING {
                self.kept.telling.remove(0);
            }
            self.kept.telling.push(bytes);
        }
        self.keep_counters(device)
    }

    /// Whether letters wait to be read.
    pub fn has_letters(&self) -> bool {
        !self.kept.asking.is_empty() || !self.kept.telling.is_empty()
    }

    /// Reads the letters that wait, the oldest first, each with whether it asks for something. What was changed by other
    /// hands is not among them.
    pub fn letters(&self, book_key: &[u8; 32]) -> Vec<(bool, Zeroizing<Vec<u8>>)> {
        let read = |asks: bool, kept: &[String]| -> Vec<(bool, Zeroizing<Vec<u8>>)> {
            let bytes = kept.iter().filter_map(|text| hex::decode(text).ok());
            bytes
                .filter_map(|b| Some((asks, open_with(book_key, &self.letter_bound(asks), &b)?)))
                .collect()
        };
        let mut all = read(false, &self.kept.telling);
        all.extend(read(true, &self.kept.asking));
        all
    }

    /// The letters that the file had when it was `read` are done with; those that came since wait. Call [`SlotFile::save`]
    /// afterwards.
    ///
    /// # Errors
    /// None in practice.
    pub fn clear_letters(&mut self, read: &SlotFile, device: &DeviceSecret) -> Result<(), SlotError> {
        self.kept.asking.retain(|letter| !read.kept.asking.contains(letter));
        self.kept.telling.retain(|letter| !read.kept.telling.contains(letter));
        self.kept.counters_mac = self.counters_mac(device)?;
        Ok(())
    }

    fn letter_bound(&self, asks: bool) -> Vec<u8> {
        format!("{}|letter|{asks}|{VERSION}", self.kept.body.installation).into_bytes()
    }
}
