//! The operating system's keyring, where this machine has one.

use keyring_core::{CredentialStore, Entry, Error};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What the entries are filed under.
const SERVICE: &str = "org.farthing.desk";

/// A keyring that answers.
#[derive(Clone)]
pub(crate) struct Keyring(Arc<CredentialStore>);

impl Keyring {
    /// The one of this system and account; none where there is none, or where `FARTHING_KEYRING=off` says not to use it.
    pub fn of_system() -> Option<Keyring> {
        if std::env::var_os("FARTHING_KEYRING").is_some_and(|value| value == "off") {
            return None;
        }
        if cfg!(feature = "test-hooks") && std::env::var_os("FARTHING_TEST_KEYRING").is_none() {
            return None;
        }
        system_store().map(Keyring)
    }

    #[cfg(test)]
    pub fn of_tests() -> Keyring {
        #![allow(clippy::unwrap_used)]
        Keyring(keyring_core::mock::Store::new().unwrap())
    }

    /// What is kept for an account; none where nothing is.
    pub fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match self.entry(account)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps something for an account and reads it back: a keyring that lives only as long as its session may take
    /// what it does not give again.
    pub fn set(&self, account: &str, secret: &[u8]) -> Result<(), Error> {
        self.entry(account)?.set_secret(secret)?;
        match self.get(account)? {
            Some(kept) if *kept == secret => Ok(()),
            _ => Err(Error::NoEntry),
        }
    }

    /// Deletes what is kept for an account.
    pub fn forget(&self, account: &str) -> Result<(), Error> {
        self.entry(account)?.delete_credential()
    }

    fn entry(&self, account: &str) -> Result<Entry, Error> {
        self.0.build(SERVICE, account, None)
    }
}

#[cfg(all(feature = "keyring", target_os = "linux"))]
fn system_store() -> Option<Arc<CredentialStore>> {
    // Without a bus of the session, asking for one would start one that nobody else knows.
    let given = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some();
    let usual = std::env::var_os("XDG_RUNTIME_DIR").is_some_and(|dir| std::path::Path::new(&dir).join("bus").exists());
    if !given && !usual {
        return None;
    }
    dbus_secret_service_keyring_store::Store::new()
        .ok()
        .map(|store| store as Arc<CredentialStore>)
}

#[cfg(all(feature = "keyring", target_os = "macos"))]
fn system_store() -> Option<Arc<CredentialStore>> {
    apple_native_keyring_store::keychain::Store::new()
        .ok()
        .map(|store| store as Arc<CredentialStore>)
}

#[cfg(all(feature = "keyring", windows))]
fn system_store() -> Option<Arc<CredentialStore>> {
    windows_native_keyring_store::Store::new()
        .ok()
        .map(|store| store as Arc<CredentialStore>)
}

#[cfg(not(all(feature = "keyring", any(target_os = "linux", target_os = "macos", windows))))]
fn system_store() -> Option<Arc<CredentialStore>> {
    None
}
