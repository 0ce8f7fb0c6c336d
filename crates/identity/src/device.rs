//! What makes this machine this machine: a secret that every slot needs, and a key that signs.
//!
//! Both stand in the system's keyring, and `<book>.device` says under which account. Where there is no keyring, they
//! stand in that file itself, which only its owner may read: then making them answers with a warning.

use crate::keyring::Keyring;
use crate::{IdentityError, SlotError, random};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use farthing_api::{ApiError, Code, ErrorKind};
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
    /// Those of [`load`].
    pub fn load(book: &Path) -> Result<DeviceKey, SlotError> {
        let kept = load_from(book, Keyring::of_system)?;
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

/// What is secret of a machine, in hexadecimal.
#[derive(PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
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

    fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, SlotError> {
        let bytes = serde_json::to_vec(self).map_err(|e| SlotError::Crypto(e.to_string()))?;
        Ok(Zeroizing::new(bytes))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Kept, SlotError> {
        let kept: Kept = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        match kept.version {
            1 => Ok(kept),
            _ => Err(damaged()),
        }
    }
}

/// What stands in the file when the keyring holds the rest: under which account.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pointer {
    keyring: uuid::Uuid,
}

/// Makes the secrets of this machine for a new book, in the system's keyring where there is one and otherwise in the
/// file, and a sentence to show once where it is the file. Where they were made before, they stay.
///
/// # Errors
/// [`SlotError::Damaged`] where the file is there but unreadable as such (it is never overwritten), [`SlotError::Io`].
pub fn create(book: &Path) -> Result<(DeviceSecret, Option<ApiError>), SlotError> {
    create_in(book, Keyring::of_system().as_ref())
}

/// The secret of this machine that belongs to a book.
///
/// # Errors
/// [`SlotError::NoDevice`] where the file is gone or the keyring does not hold or give what it points to,
/// [`SlotError::Damaged`] where the file is unreadable as such, [`SlotError::Io`].
pub fn load(book: &Path) -> Result<DeviceSecret, SlotError> {
    load_from(book, Keyring::of_system)?.secret()
}

/// Whether this machine has had a secret for a book.
pub fn is_there(book: &Path) -> bool {
    path_of(book).exists()
}

/// Puts a device secret that came from a recovery kit beside a restored book. The signing key is made anew, so that
/// two machines never sign alike; the machine that has the secret already is still the same one, and keeps its own.
///
/// # Errors
/// [`SlotError::Io`] where the disk refuses.
pub fn install(book: &Path, secret: &DeviceSecret) -> Result<(), SlotError> {
    if load(book).is_ok_and(|own| own.bytes() == secret.bytes()) {
        return Ok(());
    }
    keep(book, &Kept::new(secret.bytes())?, Keyring::of_system().as_ref()).map(drop)
}

/// Makes a new signing key, since the old one is used with another copy of the book as well. The secret, without which no slot opens,
/// stays. What the keyring held stays too: the other copy may be on this very machine and point to it.
///
/// # Errors
/// Those of [`load`], [`SlotError::Io`] where the disk refuses; the old key stays then.
pub fn renew_key(book: &Path) -> Result<(), SlotError> {
    let secret = load(book)?;
    keep(book, &Kept::new(secret.bytes())?, Keyring::of_system().as_ref()).map(drop)
}

/// Destroys the secrets of a book, in the keyring and in the file: no slot of it opens any more.
///
/// # Errors
/// What the disk says. A keyring that does not answer keeps an account that nothing names any more.
pub fn destroy(book: &Path) -> io::Result<()> {
    let path = path_of(book);
    let text = match fs::read(&path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if let Ok(pointer) = serde_json::from_slice::<Pointer>(&text)
        && let Some(keyring) = Keyring::of_system()
    {
        let _ = keyring.forget(&pointer.keyring.to_string());
    }
    let mut file = fs::OpenOptions::new().write(true).open(&path)?;
    file.write_all(&vec![0; text.len()])?;
    file.sync_all()?;
    fs::remove_file(&path)
}

impl Kept {
    fn secret(&self) -> Result<DeviceSecret, SlotError> {
        Ok(DeviceSecret(*unhex(&self.secret)?))
    }
}

fn create_in(book: &Path, keyring: Option<&Keyring>) -> Result<(DeviceSecret, Option<ApiError>), SlotError> {
    let path = path_of(book);
    if path.exists() {
        let secret = load_from(book, || keyring.cloned())?.secret()?;
        let corrected = restrict(&path)?.then(|| ApiError::new(ErrorKind::Unavailable, Code::DeviceWasOpen));
        return Ok((secret, corrected));
    }
    let kept = Kept::new(&random::bytes()?)?;
    let warning = (!keep(book, &kept, keyring)?)
        .then(|| ApiError::new(ErrorKind::Unavailable, Code::DeviceInFile).with("file", &path.display().to_string()));
    Ok((kept.secret()?, warning))
}

/// Keeps the secrets; whether the keyring took them.
fn keep(book: &Path, kept: &Kept, keyring: Option<&Keyring>) -> Result<bool, SlotError> {
    let (path, bytes) = (path_of(book), kept.to_bytes()?);
    if let Some(keyring) = keyring {
        let account = uuid::Builder::from_random_bytes(random::bytes()?).into_uuid();
        if keyring.set(&account.to_string(), &bytes).is_ok() {
            let pointer = serde_json::to_vec(&Pointer { keyring: account });
            write_private(&path, &pointer.map_err(|e| SlotError::Crypto(e.to_string()))?)?;
            return Ok(true);
        }
    }
    write_private(&path, &bytes)?;
    Ok(false)
}

fn load_from(book: &Path, keyring: impl FnOnce() -> Option<Keyring>) -> Result<Kept, SlotError> {
    let path = path_of(book);
    let none = |code| {
        let error = ApiError::new(ErrorKind::Book, code).with("file", &path.display().to_string());
        SlotError::NoDevice(Box::new(error))
    };
    let text = match fs::read(&path) {
        Ok(text) => Zeroizing::new(text),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(none(Code::DeviceGone));
        }
        Err(e) => return Err(e.into()),
    };
    let Ok(pointer) = serde_json::from_slice::<Pointer>(&text) else {
        return Kept::from_bytes(&text);
    };
    let keyring = keyring().ok_or_else(|| none(Code::KeyringSilent))?;
    match keyring.get(&pointer.keyring.to_string()) {
        Ok(Some(bytes)) => Kept::from_bytes(&bytes),
        Ok(None) => Err(none(Code::KeyringEmpty)),
        Err(_) => Err(none(Code::KeyringLocked)),
    }
}

fn path_of(book: &Path) -> PathBuf {
    let mut name = book.as_os_str().to_os_string();
    name.push(".device");
    PathBuf::from(name)
}

fn damaged() -> SlotError {
    SlotError::Damaged("this machine's device file is not readable as one".into())
}

fn unhex(text: &str) -> Result<Zeroizing<[u8; 32]>, SlotError> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text, &mut *bytes).map_err(|_| damaged())?;
    Ok(bytes)
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
        assert!(matches!(load(&one), Err(SlotError::NoDevice(_))));
        let (secret, warning) = create_in(&one, None).unwrap();
        assert!(warning.unwrap().message.contains("one.book.device"));
        assert_eq!(load(&one).unwrap(), secret);
        assert_eq!(create_in(&one, None).unwrap(), (secret.clone(), None));
        assert_ne!(create_in(&two, None).unwrap().0, secret);
        assert_eq!(format!("{secret:?}"), "DeviceSecret(…)");
        install(&two, &secret).unwrap();
        assert_eq!(load(&two).unwrap(), secret);
        assert_ne!(
            DeviceKey::load(&one).unwrap().public(),
            DeviceKey::load(&two).unwrap().public()
        );
        fs::write(path_of(&one), "{}").unwrap();
        assert!(matches!(create_in(&one, None), Err(SlotError::Damaged(_))));
        assert_eq!(
            fs::read(path_of(&one)).unwrap(),
            b"{}",
            "what can't be read is not overwritten"
        );
    }

    #[test]
    fn a_keyring_keeps_what_the_file_only_points_to() {
        let folder = tempfile::tempdir().unwrap();
        let book = folder.path().join("a.book");
        let keyring = Keyring::of_tests();
        let (secret, warning) = create_in(&book, Some(&keyring)).unwrap();
        assert_eq!(warning, None);
        let file = fs::read_to_string(path_of(&book)).unwrap();
        assert!(!file.contains(&hex::encode(secret.bytes())), "{file}");
        let kept = load_from(&book, || Some(keyring.clone())).unwrap();
        assert_eq!(kept.secret().unwrap(), secret);
        for other in [None, Some(Keyring::of_tests())] {
            assert!(matches!(load_from(&book, || other), Err(SlotError::NoDevice(_))));
        }
        assert_eq!(fs::read_to_string(path_of(&book)).unwrap(), file);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let book = folder.path().join("a.book");
        create_in(&book, None).unwrap();
        let mode = || fs::metadata(path_of(&book)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(path_of(&book), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(create_in(&book, None).unwrap().1.unwrap().message.contains("corrected"));
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn signs() {
        let folder = tempfile::tempdir().unwrap();
        let book = folder.path().join("a.book");
        create_in(&book, None).unwrap();
        let key = DeviceKey::load(&book).unwrap();
        let signature = key.sign(b"head");
        assert!(DeviceKey::verifies(&key.public(), b"head", &signature));
        assert!(!DeviceKey::verifies(&key.public(), b"Head", &signature));
    }

    /// RFC 8032, section 7.1: tests 1, 2 and 3, and SHA(abc).
    #[test]
    fn ed25519_of_the_rfc() {
        let of_1023_bytes: String = include_str!("../tests/vectors/rfc8032-test-1024.hex")
            .split_whitespace()
            .collect();
        assert_eq!(of_1023_bytes.len(), 2 * 1023);
        let of_abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                      2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        for (seed, public, message, signature) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
                 d25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
                 387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659\
                 4a7c15e9716ed28dc027beceea1ec40a",
            ),
            (
                "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
                "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
                of_abc,
                "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030\
                 3dca179c138ac17ad9bef1177331a704",
            ),
            (
                "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
                "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
                &of_1023_bytes,
                "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23c436d94b\
                 5e8fcd4f681e30a6ac00a9704a188a03",
            ),
        ] {
            let key = DeviceKey(SigningKey::from_bytes(&unhex(seed).unwrap()));
            let message = hex::decode(message).unwrap();
            assert_eq!(hex::encode(key.public()), public);
            let signed = key.sign(&message);
            assert_eq!(hex::encode(signed), signature);
            assert!(DeviceKey::verifies(&key.public(), &message, &signed));
            assert!(!DeviceKey::verifies(
                &key.public(),
                &[&message, &[0][..]].concat(),
                &signed
            ));
        }
    }
}
