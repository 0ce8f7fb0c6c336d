//! The key file as the desk uses it.

use chrono::{DateTime, Utc};
use farthing_api::{Role, Secret, UserId};
use farthing_identity::{Cost, DeviceSecret, SlotError, SlotFile, sign_in_name};
use std::fs;
use std::path::Path;
use uuid::Uuid;

const CHEAP: Cost = Cost {
    memory_mib: 1,
    passes: 1,
    lanes: 1,
};
const KEY: [u8; 32] = [7; 32];

fn device() -> DeviceSecret {
    DeviceSecret::from_bytes([9; 32])
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn add(file: &mut SlotFile, n: u128, email: &str, password: &str) -> Result<(), SlotError> {
    let name = sign_in_name(email);
    file.add(
        user(n),
        Role::Officer,
        &name,
        &Secret::new(password),
        &device(),
        &KEY,
        CHEAP,
    )
}

fn open(file: &mut SlotFile, email: &str, password: &str, seconds: i64) -> Result<UserId, SlotError> {
    let opened = file.open(&sign_in_name(email), &Secret::new(password), &device(), at(seconds))?;
    assert_eq!(**opened.key, KEY);
    assert_eq!(opened.role, Role::Officer);
    assert!(opened.stale_cost, "the tests' cost is not a desktop's");
    Ok(opened.user)
}

fn two_people(path: &Path) -> (SlotFile, Secret) {
    let mut file = SlotFile::new(Uuid::from_u128(1));
    add(&mut file, 1, "amina@example.org", "copper lantern").unwrap();
    add(&mut file, 2, "kwame@example.org", "velvet compass").unwrap();
    let recovery = file.set_recovery(&device(), &KEY).unwrap();
    file.save(path).unwrap();
    (file, recovery)
}

#[test]
fn opens_with_the_right_password_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BOOK.keys");
    assert!(matches!(SlotFile::load(&path), Err(SlotError::Missing)));
    two_people(&path);
    let mut file = SlotFile::load(&path).unwrap();
    assert_eq!(file.users(), [(user(1), Role::Officer), (user(2), Role::Officer)]);
    assert_eq!(
        open(&mut file, " Amina@example.org", "copper lantern", 0).unwrap(),
        user(1)
    );
    assert_eq!(
        open(&mut file, "kwame@example.org", "velvet compass", 0).unwrap(),
        user(2)
    );
    for (email, password) in [
        ("amina@example.org", "velvet compass"),
        ("nobody@example.org", "copper lantern"),
        ("", ""),
    ] {
        assert!(
            matches!(open(&mut file, email, password, 0), Err(SlotError::Wrong)),
            "{email}"
        );
    }
    let other = DeviceSecret::from_bytes([8; 32]);
    let name = sign_in_name("amina@example.org");
    assert!(matches!(
        file.open(&name, &Secret::new("copper lantern"), &other, at(0)),
        Err(SlotError::Damaged(_))
    ));
}

#[test]
fn a_new_password_replaces_the_old_one_and_removal_ends_access() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BOOK.keys");
    let (mut file, _) = two_people(&path);
    assert!(matches!(
        add(&mut file, 3, "kwame@example.org", "another"),
        Err(SlotError::Io(e)) if e.kind() == std::io::ErrorKind::AlreadyExists
    ));
    add(&mut file, 1, "amina@example.org", "granite harbour").unwrap();
    assert!(matches!(
        open(&mut file, "amina@example.org", "copper lantern", 0),
        Err(SlotError::Wrong)
    ));
    assert_eq!(
        open(&mut file, "amina@example.org", "granite harbour", 0).unwrap(),
        user(1)
    );
    file.remove(user(1), &KEY).unwrap();
    assert!(matches!(
        open(&mut file, "amina@example.org", "granite harbour", 0),
        Err(SlotError::Wrong)
    ));
    assert_eq!(file.users(), [(user(2), Role::Officer)]);
    assert!(matches!(file.remove(user(2), &[1; 32]), Err(SlotError::Damaged(_))));
}

#[test]
fn no_byte_changes_unnoticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BOOK.keys");
    let (mut file, _) = two_people(&path);
    assert!(matches!(
        open(&mut file, "kwame@example.org", "wrong", 0),
        Err(SlotError::Wrong)
    ));
    let bytes = fs::read(&path).unwrap();
    for i in 0..bytes.len() {
        for mask in [0x01, 0x20] {
            let mut changed = bytes.clone();
            changed[i] ^= mask;
            fs::write(&path, &changed).unwrap();
            let noticed = match SlotFile::load(&path) {
                Err(_) => true,
                Ok(mut file) => open(&mut file, "amina@example.org", "copper lantern", 1).is_err(),
            };
            assert!(
                noticed,
                "byte {i} of {}: {}",
                bytes.len(),
                String::from_utf8_lossy(&changed)
            );
        }
    }
    for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..cut]).unwrap();
        assert!(matches!(SlotFile::load(&path), Err(SlotError::Damaged(_))));
    }
}

#[test]
fn a_slot_serves_no_other_user_role_or_installation() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BOOK.keys");
    two_people(&path);
    let text = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"officer\"", "\"administrator\""),
        (&*user(1).to_string(), &*user(4).to_string()),
        (&*sign_in_name("amina@example.org"), &*sign_in_name("eve@example.org")),
        (&*Uuid::from_u128(1).to_string(), &*Uuid::from_u128(9).to_string()),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let mut file = SlotFile::load(&path).unwrap();
        for email in ["amina@example.org", "eve@example.org"] {
            assert!(open(&mut file, email, "copper lantern", 0).is_err(), "{to}");
        }
    }
}

/// Such a slot would take the machine's memory, or minutes, at every sign-in; that someone changed it is only seen once the
/// book's key is there. So it is refused by its numbers, and for an unknown name alike.
#[test]
fn a_slot_that_asks_for_too_much_work_is_refused_before_any_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BOOK.keys");
    two_people(&path);
    let text = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"memory_mib\":1,", "\"memory_mib\":513,"),
        ("\"memory_mib\":1,", "\"memory_mib\":4294967295,"),
        ("\"passes\":1,", "\"passes\":11,"),
        ("\"lanes\":1}", "\"lanes\":17}"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let mut file = SlotFile::load(&path).unwrap();
        for email in ["amina@example.org", "nobody@example.org"] {
            let refused = open(&mut file, email, "copper lantern", 0);
            assert!(
                matches!(&refused, Err(SlotError::Damaged(why)) if why.contains("asks for more work")),
                "{to} {email}: {refused:?}"
            );
        }
    }
}

#[test]
fn tries_are_counted_on_the_disk_before_the_password_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BOOK.keys");
    two_people(&path);
    for _ in 0..5 {
        // A new process each time: the counters come from the file.
        let mut file = SlotFile::load(&path).unwrap();
        assert!(matches!(
            open(&mut file, "amina@example.org", "wrong", 0),
            Err(SlotError::Wrong)
        ));
    }
    let mut file = SlotFile::load(&path).unwrap();
    match open(&mut file, "amina@example.org", "copper lantern", 0) {
        Err(SlotError::Wait { until }) => assert_eq!(until, at(1)),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        open(&mut file, "amina@example.org", "copper lantern", 1).unwrap(),
        user(1)
    );
    assert_eq!(
        open(&mut file, "amina@example.org", "copper lantern", 1).unwrap(),
        user(1),
        "and forgotten again"
    );
    // The counters of a name that nobody has behave the same.
    for _ in 0..5 {
        assert!(matches!(
            open(&mut file, "nobody@example.org", "wrong", 100),
            Err(SlotError::Wrong)
        ));
    }
    assert!(matches!(
        open(&mut file, "nobody@example.org", "wrong", 100),
        Err(SlotError::Wait { .. })
    ));
}

#[test]
fn what_was_written_while_a_password_was_looked_at_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.keys");
    two_people(&path);
    let amina = sign_in_name("amina@example.org");
    let mut looking = SlotFile::load(&path).unwrap();
    looking.count_try(&amina, &device(), at(0)).unwrap();
    let mut other = SlotFile::load(&path).unwrap();
    add(&mut other, 3, "ines@example.org", "plum vexed kiln").unwrap();
    other.remove(user(2), &KEY).unwrap();
    other.save(&path).unwrap();
    looking.try_was_right(&amina, &device()).unwrap();
    for mut file in [looking, SlotFile::load(&path).unwrap()] {
        let people: Vec<_> = file.users().into_iter().map(|(user, _)| user).collect();
        assert_eq!(people, [user(1), user(3)]);
        assert_eq!(
            open(&mut file, "ines@example.org", "plum vexed kiln", 1).unwrap(),
            user(3)
        );
    }
}

#[test]
fn the_recovery_secret_opens_a_copy_elsewhere_and_resets_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BOOK.keys");
    let (_, secret) = two_people(&path);
    let mut copy = SlotFile::load(&path).unwrap();
    let (key, device_secret) = copy.open_recovery(&secret).unwrap();
    assert_eq!(**key, KEY);
    assert_eq!(device_secret, device());
    // With the device secret the password opens the copy.
    let name = sign_in_name("amina@example.org");
    assert!(
        copy.open(&name, &Secret::new("copper lantern"), &device_secret, at(0))
            .is_ok()
    );
    // With the book key a forgotten password is set anew.
    copy.add(
        user(1),
        Role::Officer,
        &name,
        &Secret::new("granite harbour"),
        &device_secret,
        &key,
        CHEAP,
    )
    .unwrap();
    assert!(
        copy.open(&name, &Secret::new("granite harbour"), &device_secret, at(0))
            .is_ok()
    );
    // A kit that was replaced, or belongs to another book, opens nothing.
    copy.set_recovery(&device_secret, &key).unwrap();
    assert!(matches!(copy.open_recovery(&secret), Err(SlotError::Wrong)));
    assert!(matches!(
        copy.open_recovery(&Secret::new("nonsense")),
        Err(SlotError::Wrong)
    ));
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_and_shows_no_address_or_key() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("BOOK.keys");
    let (file, secret) = two_people(&path);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no left-overs");
    let text = fs::read_to_string(&path).unwrap() + &format!("{file:?}");
    for planted in [
        "amina",
        "copper lantern",
        &hex::encode(KEY),
        &hex::encode([9_u8; 32]),
        secret.reveal(),
    ] {
        assert!(!text.contains(planted), "{planted}");
    }
}
