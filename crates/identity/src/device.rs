//! What makes this machine this machine: a secret that every slot needs, and a key that signs.
//!
//! Both stand in `<book>.device`, a file that only its owner may read, which is why opening it answers with a warning.

use crate::{IdentityError, SlotError, random};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// 32 bytes without which no slot opens, wherever the files are carried.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DeviceSecret([u8; 32]);

impl DeviceSecret {
    /// The secret from its bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> DeviceSecret {
        DeviceSecret(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DeviceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceSecret(…)")
    }
}

/// The machine's Ed25519 key (RFC 8032). It never leaves the machine, not even with the recovery kit.
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// The key of the machine at which this book is.
    ///
    /// # Errors
    /// Those of [`load_or_create`].
    pub fn load(book: &Path) -> Result<DeviceKey, SlotError> {
        let kept = read_or_create(book)?.0;
        Ok(DeviceKey(SigningKey::from_bytes(&*unhex(&kept.signing_key)?)))
    }

    /// The public half, which others know the machine by.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs bytes.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Whether a signature over these bytes is the one of that public key (strictly: no weak keys, no malleable forms).
    pub fn verifies(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(public)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceKey(…)")
    }
}

/// What the file holds, in hexadecimal.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: u32,
    secret: String,
    signing_key: String,
}

impl Kept {
    fn new(secret: &[u8; 32]) -> Result<Kept, IdentityError> {
        let seed = Zeroizing::new(random::bytes::<32>()?);
        Ok(Kept {
            version: 1,
            secret: hex::encode(secret),
            signing_key: hex::encode(*seed),
        })
    }
}

/// The device secret that belongs to a book, made at first use, and a sentence to show once: it lies in a file.
///
/// # Errors
/// [`SlotError::Damaged`] where the file is there but unreadable as such (it is never overwritten), [`SlotError::Io`].
pub fn load_or_create(book: &Path) -> Result<(DeviceSecret, Option<String>), SlotError> {
    let (kept, path) = read_or_create(book)?;
    let mut warning = format!(
        "This machine's key is kept in {}, which only your account may read. Whoever copies this file and the book's \
         files can try passwords elsewhere, so keep the disk encrypted.",
        path.display()
    );
    if restrict(&path)? {
        warning.push_str(" Other accounts could read it until now; that is corrected.");
    }
    Ok((DeviceSecret(*unhex(&kept.secret)?), Some(warning)))
}

/// Puts a device secret that came from a recovery kit beside a restored book. The signing key is made anew, so that
/// two machines never sign alike.
///
/// # Errors
/// [`SlotError::Io`] where the disk refuses.
pub fn install(book: &Path, secret: &DeviceSecret) -> Result<(), SlotError> {
    write(&path_of(book), &Kept::new(secret.bytes())?)
}

fn path_of(book: &Path) -> PathBuf {
    let mut name = book.as_os_str().to_os_string();
    name.push(".device");
    PathBuf::from(name)
}

fn read_or_create(book: &Path) -> Result<(Kept, PathBuf), SlotError> {
    let path = path_of(book);
    let text = match fs::read(&path) {
        Ok(text) => Zeroizing::new(text),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let kept = Kept::new(&random::bytes()?)?;
            write(&path, &kept)?;
            return Ok((kept, path));
        }
        Err(e) => return Err(e.into()),
    };
    let kept: Kept = serde_json::from_slice(&text).map_err(|_| damaged())?;
    match kept.version {
        1 => Ok((kept, path)),
        _ => Err(damaged()),
    }
}

fn damaged() -> SlotError {
    SlotError::Damaged("this machine's device file is not readable as one".into())
}

fn unhex(text: &str) -> Result<Zeroizing<[u8; 32]>, SlotError> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text, &mut *bytes).map_err(|_| damaged())?;
    Ok(bytes)
}

fn write(path: &Path, kept: &Kept) -> Result<(), SlotError> {
    let text = Zeroizing::new(serde_json::to_vec(kept).map_err(|e| SlotError::Crypto(e.to_string()))?);
    Ok(write_private(path, &text)?)
}

/// Replaces a file as a whole, readable by its owner only, and returns when it is on the disk.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut name = path.file_name().map(|name| name.to_os_string()).unwrap_or_default();
    name.push(".new");
    let new = folder.join(name);
    // What is left of a write that was cut short.
    match fs::remove_file(&new) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&new, path)?;
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

/// Takes everyone else's rights on the file away; whether there were any.
fn restrict(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = fs::metadata(path)?.permissions().mode() & 0o077 != 0;
        if open {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        }
        Ok(open)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keeps_one_secret_per_book() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one.book"), folder.path().join("two.book"));
        let (secret, warning) = load_or_create(&one).unwrap();
        assert!(warning.unwrap().contains("one.book.device"));
        assert_eq!(load_or_create(&one).unwrap().0, secret);
        assert_ne!(load_or_create(&two).unwrap().0, secret);
        assert_eq!(format!("{secret:?}"), "DeviceSecret(…)");
        install(&two, &secret).unwrap();
        assert_eq!(load_or_create(&two).unwrap().0, secret);
        assert_ne!(
            DeviceKey::load(&one).unwrap().public(),
            DeviceKey::load(&two).unwrap().public()
        );
        fs::write(path_of(&one), "{}").unwrap();
        assert!(matches!(load_or_create(&one), Err(SlotError::Damaged(_))));
        assert_eq!(
            fs::read(path_of(&one)).unwrap(),
            b"{}",
            "what can't be read is not overwritten"
        );
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let book = folder.path().join("a.book");
        load_or_create(&book).unwrap();
        let mode = || fs::metadata(path_of(&book)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(path_of(&book), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(load_or_create(&book).unwrap().1.unwrap().contains("corrected"));
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn signs() {
        let folder = tempfile::tempdir().unwrap();
        let key = DeviceKey::load(&folder.path().join("a.book")).unwrap();
        let signature = key.sign(b"head");
        assert!(DeviceKey::verifies(&key.public(), b"head", &signature));
        assert!(!DeviceKey::verifies(&key.public(), b"Head", &signature));
    }

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn ed25519_of_the_rfc() {
        let seed = unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").unwrap();
        let key = DeviceKey(SigningKey::from_bytes(&seed));
        assert_eq!(
            hex::encode(key.public()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        assert_eq!(
            hex::encode(key.sign(&[0x72])),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
    }
}
