//! `BOOK.keys`: who may open the book, each with their own password.
//!
//! A slot holds the book's 32-byte key, sealed by XChaCha20-Poly1305 under HKDF-SHA256(argon2id(password), salt: the
//! device secret) and bound to installation, user, role and version. All slots together carry an HMAC under a key that
//! is derived from the book's key, checked after each successful opening; the failure counters, which change while the
//! book is closed, carry one under a key that is derived from the device secret. The text is JSON in one fixed form, so
//! that no byte of it can change unnoticed.

use crate::device::write_private;
use crate::inbox::public_of;
use crate::mac::hmac;
use crate::prepared::{Prepared, slot_key};
use crate::seal::{derive, open, seal};
use crate::throttle::Throttle;
use crate::{Cost, DeviceSecret, SlotError, random};
use chrono::{DateTime, Utc};
use farthing_api::{Role, Secret, UserId};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use uuid::Uuid;

mod escrow;
mod kit;
mod opened;
mod post;

pub use escrow::{EscrowPlace, NewEscrow};
use opened::key_of;
pub use opened::{Opened, OpenedKey};

const VERSION: u32 = 1;
const FILE_INFO: &str = "farthing key file v1";
const COUNTERS_INFO: &str = "farthing counters v1";
/// Far above what a thousand people and the counters need; more is no key file.
const LARGEST_FILE: u64 = 4 << 20;

/// The key file.
#[derive(Clone, Debug)]
pub struct SlotFile {
    kept: Kept,
    /// Where the file stands, once it was read or written, so that a try is on the disk before its password is looked at.
    path: OnceLock<PathBuf>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    body: Body,
    /// Hexadecimal HMAC of the body; empty while there is neither slot nor recovery.
    mac: String,
    counters: Throttle,
    /// Hexadecimal HMAC of the counters and letters.
    counters_mac: String,
    /// Letters that ask the book for something, sealed to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asking: Vec<String>,
    /// Letters that tell the book what happened while it was closed, sealed to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    telling: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    version: u32,
    installation: Uuid,
    slots: Vec<Slot>,
    recovery: Option<Sealed>,
    /// The public key to which letters to the book are sealed, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    letters_to: Option<String>,
    /// What a released secret of the server opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    escrow: Option<escrow::Escrow>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slot {
    user: UserId,
    role: Role,
    sign_in: String,
    cost: Cost,
    sealed: Sealed,
}

/// A salt, and nonce and cipher text, in hexadecimal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    salt: String,
    bytes: String,
}

impl SlotFile {
    /// A file without slots for a new book.
    pub fn new(installation: Uuid) -> SlotFile {
        let body = Body {
            version: VERSION,
            installation,
            slots: Vec::new(),
            recovery: None,
            letters_to: None,
            escrow: None,
        };
        let kept = Kept {
            body,
            mac: String::new(),
            counters: Throttle::default(),
            counters_mac: String::new(),
            asking: Vec::new(),
            telling: Vec::new(),
        };
        SlotFile {
            kept,
            path: OnceLock::new(),
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`SlotError::Missing`], [`SlotError::Damaged`] where it is not a key file in its one form, [`SlotError::Io`].
    pub fn load(path: &Path) -> Result<SlotFile, SlotError> {
        let size = match fs::metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(SlotError::Missing),
            Err(e) => return Err(e.into()),
        };
        if size > LARGEST_FILE {
            return Err(SlotError::Damaged("it is larger than a key file can be".into()));
        }
        let file = SlotFile::read(&fs::read(path)?)?;
        Ok(SlotFile {
            path: OnceLock::from(path.to_path_buf()),
            ..file
        })
    }

    /// Reads what the file holds.
    ///
    /// # Errors
    /// [`SlotError::Damaged`] where it is not a key file in its one form.
    pub fn read(bytes: &[u8]) -> Result<SlotFile, SlotError> {
        let kept: Kept = serde_json::from_slice(bytes)
            .map_err(|_| SlotError::Damaged("its text is not that of a key file".into()))?;
        if kept.body.version != VERSION {
            let version = kept.body.version;
            return Err(SlotError::Damaged(format!(
                "it is of version {version}, and this program knows {VERSION}"
            )));
        }
        if text(&kept)? != bytes {
            return Err(SlotError::Damaged("its text was changed".into()));
        }
        Ok(SlotFile {
            kept,
            path: OnceLock::new(),
        })
    }

    /// What the file holds, in its one form.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SlotError> {
        text(&self.kept)
    }

    /// Replaces the file as a whole, readable by its owner only, and returns when it is on the disk.
    ///
    /// # Errors
    /// [`SlotError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), SlotError> {
        write_private(path, &self.to_bytes()?)?;
        // The first place stays: a copy for a backup is not where tries are counted.
        self.path.get_or_init(|| path.to_path_buf());
        Ok(())
    }

    /// The installation that the slots are bound to.
    pub fn installation(&self) -> Uuid {
        self.kept.body.installation
    }

    /// Who has a slot, and as what.
    pub fn users(&self) -> Vec<(UserId, Role)> {
        self.kept.body.slots.iter().map(|slot| (slot.user, slot.role)).collect()
    }

    /// The sign-in name of the only slot there is; none where there are several.
    pub fn only_sign_in(&self) -> Option<String> {
        match self.kept.body.slots.as_slice() {
            [only] => Some(only.sign_in.clone()),
            _ => None,
        }
    }

    /// Gives someone a slot, or a new one in place of theirs: another password, role, email or cost.
    /// `sign_in` is what [`crate::sign_in_name`] makes of their email. Call [`SlotFile::save`] afterwards.
    ///
    /// # Errors
    /// [`SlotError::Io`] of kind `AlreadyExists` where the sign-in name is someone else's; [`SlotError::Damaged`] where
    /// the file is not the one that this book key has authenticated; [`SlotError::Crypto`].
    #[allow(
        clippy::too_many_arguments,
        reason = "each is a different part of what the slot is bound to"
    )]
    pub fn add(
        &mut self,
        user: UserId,
        role: Role,
        sign_in: &str,
        password: &Secret,
        device: &DeviceSecret,
        book_key: &[u8; 32],
        cost: Cost,
    ) -> Result<(), SlotError> {
        self.check(book_key)?;
        let prepared = Prepared::new(password, cost)?;
        self.add_prepared(user, role, sign_in, &prepared, device, book_key)
    }

    /// The same with a password that was worked out before.
    ///
    /// # Errors
    /// Those of [`SlotFile::add`].
    pub fn add_prepared(
        &mut self,
        user: UserId,
        role: Role,
        sign_in: &str,
        prepared: &Prepared,
        device: &DeviceSecret,
        book_key: &[u8; 32],
    ) -> Result<(), SlotError> {
        self.check(book_key)?;
        if self
            .kept
            .body
            .slots
            .iter()
            .any(|slot| slot.sign_in == sign_in && slot.user != user)
        {
            let taken = io::Error::new(io::ErrorKind::AlreadyExists, "this email signs in someone else already");
            return Err(taken.into());
        }
        let key = prepared.key(device)?;
        let bytes = seal(&key, &bound(self.kept.body.installation, user, role), book_key)?;
        let slot = Slot {
            user,
            role,
            sign_in: sign_in.to_string(),
            cost: prepared.cost(),
            sealed: Sealed::new(prepared.salt(), &bytes),
        };
        self.kept.body.slots.retain(|other| other.user != user);
        self.kept.body.slots.push(slot);
        // Whoever holds the book's key is not kept out by counters that someone spoilt.
        if !same(&self.kept.counters_mac, &self.counters_mac(device)?) {
            self.kept.counters = Throttle::default();
        }
        self.kept.counters.clear(sign_in);
        self.kept.counters_mac = self.counters_mac(device)?;
        self.authenticate(book_key)
    }

    /// Takes someone's slot away. Call [`SlotFile::save`] afterwards.
    ///
    /// # Errors
    /// [`SlotError::Damaged`] where the file is not the one that this book key has authenticated.
    pub fn remove(&mut self, user: UserId, book_key: &[u8; 32]) -> Result<(), SlotError> {
        self.check(book_key)?;
        self.kept.body.slots.retain(|slot| slot.user != user);
        self.authenticate(book_key)
    }

    /// Each slot's person and the name by which it is opened.
    pub fn sign_ins(&self) -> Vec<(UserId, String)> {
        let slots = self.kept.body.slots.iter();
        slots.map(|slot| (slot.user, slot.sign_in.clone())).collect()
    }

    /// Lets someone open their slot by another name, with the password that they have. Call [`SlotFile::save`] afterwards.
    ///
    /// # Errors
    /// [`SlotError::Damaged`] where the file is not the one that this book key has authenticated.
    pub fn rename(&mut self, user: UserId, sign_in: &str, book_key: &[u8; 32]) -> Result<(), SlotError> {
        self.check(book_key)?;
        for slot in self.kept.body.slots.iter_mut().filter(|slot| slot.user == user) {
            slot.sign_in = sign_in.to_string();
        }
        self.authenticate(book_key)
    }

    /// Counts a try at a sign-in, whose password may stand elsewhere, and saves the file where it stands, before the password
    /// is looked at.
    ///
    /// # Errors
    /// [`SlotError::Wait`], [`SlotError::Damaged`] where the file was changed by other hands, [`SlotError::Io`] where the try
    /// can't be saved.
    pub fn count_try(&mut self, sign_in: &str, device: &DeviceSecret, now: DateTime<Utc>) -> Result<(), SlotError> {
        if !same(&self.kept.counters_mac, &self.counters_mac(device)?) {
            return Err(SlotError::Damaged(
                "its counters don't belong to this machine, or were changed".into(),
            ));
        }
        self.kept.counters.attempt(sign_in, now)?;
        self.keep_counters(device)
    }

    /// The try was right: the wrong ones before it count no more. Saves the file where it stands, with what was written to
    /// it while the password was looked at.
    ///
    /// # Errors
    /// [`SlotError::Io`] where that can't be saved; those of [`SlotFile::load`].
    pub fn try_was_right(&mut self, sign_in: &str, device: &DeviceSecret) -> Result<(), SlotError> {
        if let Some(path) = self.path.get() {
            *self = SlotFile::load(path)?;
        }
        self.kept.counters.succeeded(sign_in);
        self.keep_counters(device)
    }

    /// Opens the slot of a sign-in name. The try is counted, and saved where the file stands, before the password is
    /// looked at; an unknown name takes the same time as a known one. It takes about a second: keep it off the threads
    /// that draw or answer.
    ///
    /// # Errors
    /// [`SlotError::Wrong`], [`SlotError::Wait`], [`SlotError::Damaged`] where the file was changed by other hands,
    /// [`SlotError::Io`] where the try can't be saved.
    pub fn open(
        &mut self,
        sign_in: &str,
        password: &Secret,
        device: &DeviceSecret,
        now: DateTime<Utc>,
    ) -> Result<Opened, SlotError> {
        self.count_try(sign_in, device, now)?;
        let slot = match self.kept.body.slots.iter().find(|slot| slot.sign_in == sign_in) {
            Some(slot) => slot.clone(),
            None => self.nobody()?,
        };
        if !slot.cost.is_bearable() {
            return Err(SlotError::Damaged(
                "a slot asks for more work than any slot is made with".into(),
            ));
        }
        let (salt, bytes) = slot.sealed.parts()?;
        let key = slot_key(password, &salt, device, slot.cost)?;
        let plain =
            open(&key, &bound(self.kept.body.installation, slot.user, slot.role), &bytes).ok_or(SlotError::Wrong)?;
        let book_key = key_of(&plain)?;
        self.check(&book_key)?;
        self.try_was_right(sign_in, device)?;
        Ok(Opened {
            user: slot.user,
            role: slot.role,
            key: book_key,
            stale_cost: slot.cost != Cost::desktop(),
        })
    }

    /// Makes a slot that was opened anew where its cost is not the one of today, and saves the file where it stands; whether
    /// it was.
    ///
    /// # Errors
    /// Those of [`SlotFile::add`].
    pub fn renew(
        &mut self,
        opened: &Opened,
        sign_in: &str,
        password: &Secret,
        device: &DeviceSecret,
    ) -> Result<bool, SlotError> {
        if opened.stale_cost {
            let (user, role, cost) = (opened.user, opened.role, Cost::desktop());
            self.add(user, role, sign_in, password, device, &opened.key, cost)?;
            self.keep_counters(device)?;
        }
        Ok(opened.stale_cost)
    }

    /// A slot that no password opens, at the cost of the others.
    fn nobody(&self) -> Result<Slot, SlotError> {
        let filler: [u8; 72] = random::bytes()?;
        Ok(Slot {
            user: UserId(Uuid::nil()),
            role: Role::Customer,
            sign_in: String::new(),
            cost: self
                .kept
                .body
                .slots
                .first()
                .map_or_else(Cost::desktop, |slot| slot.cost),
            sealed: Sealed::new(&random::bytes()?, &filler),
        })
    }

    /// Whether the slots are as this book key has last authenticated them.
    fn check(&self, book_key: &[u8; 32]) -> Result<(), SlotError> {
        let empty = self.kept.body.slots.is_empty() && self.kept.body.recovery.is_none();
        if (empty && self.kept.mac.is_empty()) || same(&self.kept.mac, &self.body_mac(book_key)?) {
            return Ok(());
        }
        Err(SlotError::Damaged("its slots were changed by other hands".into()))
    }

    fn authenticate(&mut self, book_key: &[u8; 32]) -> Result<(), SlotError> {
        self.kept.body.letters_to = Some(hex::encode(public_of(book_key)?));
        self.kept.mac = self.body_mac(book_key)?;
        Ok(())
    }

    fn body_mac(&self, book_key: &[u8; 32]) -> Result<String, SlotError> {
        mac(&*derive(book_key, &[], FILE_INFO)?, &text(&self.kept.body)?)
    }

    fn counters_mac(&self, device: &DeviceSecret) -> Result<String, SlotError> {
        let (counters, letters) = (&self.kept.counters, (&self.kept.asking, &self.kept.telling));
        let bytes = text(&(self.kept.body.installation, counters, letters))?;
        mac(&*derive(device.bytes(), &[], COUNTERS_INFO)?, &bytes)
    }

    fn keep_counters(&mut self, device: &DeviceSecret) -> Result<(), SlotError> {
        self.kept.counters_mac = self.counters_mac(device)?;
        match self.path.get() {
            Some(path) => Ok(write_private(path, &text(&self.kept)?)?),
            None => Ok(()),
        }
    }
}

impl Sealed {
    fn new(salt: &[u8; 32], bytes: &[u8]) -> Sealed {
        Sealed {
            salt: hex::encode(salt),
            bytes: hex::encode(bytes),
        }
    }

    fn parts(&self) -> Result<([u8; 32], Vec<u8>), SlotError> {
        let mut salt = [0; 32];
        hex::decode_to_slice(&self.salt, &mut salt).map_err(|_| unfit())?;
        Ok((salt, hex::decode(&self.bytes).map_err(|_| unfit())?))
    }
}

fn unfit() -> SlotError {
    SlotError::Damaged("a slot's content doesn't have its form".into())
}

fn text(value: &impl Serialize) -> Result<Vec<u8>, SlotError> {
    serde_json::to_vec(value).map_err(|e| SlotError::Crypto(e.to_string()))
}

fn bound(installation: Uuid, user: UserId, role: Role) -> Vec<u8> {
    format!("{installation}|{user}|{}|{VERSION}", role.word()).into_bytes()
}

fn mac(key: &[u8], bytes: &[u8]) -> Result<String, SlotError> {
    Ok(hex::encode(hmac(key, &[bytes])?))
}

/// Compares two MACs in the same time wherever they differ.
fn same(a: &str, b: &str) -> bool {
    crate::otp::matches(&[a.to_string()], b)
}
