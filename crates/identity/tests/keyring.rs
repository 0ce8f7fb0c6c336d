//! The device's secret in a real keyring: a session bus and a Secret Service of the test's own.
#![cfg(all(target_os = "linux", feature = "keyring"))]

use farthing_identity::{SlotError, device};
use std::path::Path;
use std::process::Command;

/// Set in the copy of this program that runs inside the session.
const BOOK: &str = "FARTHING_KEYRING_TEST_BOOK";

#[test]
fn the_secret_service_keeps_the_secret() {
    if let Some(book) = std::env::var_os(BOOK) {
        return inside(Path::new(&book));
    }
    let home = tempfile::tempdir().unwrap();
    let book = home.path().join("a.book");
    let me = std::env::current_exe().unwrap();
    let start = "printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$0\" --exact \
                 keyring::the_secret_service_keeps_the_secret";
    let output = Command::new("dbus-run-session")
        .args(["--", "sh", "-c", start])
        .arg(&me)
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("FARTHING_TEST_KEYRING", "1")
        .env(BOOK, &book)
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("1 passed"),
        "{output:?}"
    );
    let file = std::fs::read_to_string(home.path().join("a.book.device")).unwrap();
    assert!(file.contains("keyring") && !file.contains("secret"), "{file}");
    assert!(
        matches!(device::load(&book), Err(SlotError::NoDevice(_))),
        "outside of the session there is no such keyring"
    );
}

/// What runs inside the session.
fn inside(book: &Path) {
    let (secret, warning) = device::create(book).unwrap();
    assert_eq!(warning, None);
    assert_eq!(device::load(book).unwrap(), secret);
    let other = book.with_extension("other");
    device::install(&other, &secret).unwrap();
    assert_eq!(device::load(&other).unwrap(), secret);
}
