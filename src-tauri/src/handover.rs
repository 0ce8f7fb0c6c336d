//! A link with which the system opens the program while it runs already: the second process leaves it in the data folder, the
//! first one takes it from there and shows it in its window.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// What every link of ours begins with; the packages register it with the system.
const SCHEME: &str = "farthing://";
/// No link of ours is longer.
const LONGEST: usize = 300;
/// How long the second process waits for the first one to take the link.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at the folder.
pub const PAUSE: Duration = Duration::from_millis(250);

/// Held as long as a program shows the window of this folder.
#[derive(Debug)]
pub struct Place(#[allow(dead_code, reason = "it is the lock that counts")] File);

/// The link among the words with which the system opened the program, if there is one.
pub fn link_among(words: impl Iterator<Item = String>) -> Option<String> {
    words.into_iter().find(|word| is_link(word))
}

fn is_link(word: &str) -> bool {
    word.starts_with(SCHEME) && word.len() <= LONGEST && word.chars().all(|c| c.is_ascii_graphic())
}

/// Takes the place of the program that shows this folder's window; nothing where another has it.
///
/// # Errors
/// The folder can't be written to.
pub fn place(folder: &Path) -> io::Result<Option<Place>> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("window.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Place(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Hands a link to the program that runs already; whether it took it.
///
/// # Errors
/// The folder can't be written to.
pub fn hand_over(folder: &Path, link: &str) -> io::Result<bool> {
    let (whole, part) = (left_at(folder), folder.join("opened-with.part"));
    let mut file = private(&part)?;
    file.write_all(link.as_bytes())?;
    drop(file);
    fs::rename(&part, &whole)?;
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if !whole.exists() {
            return Ok(true);
        }
        thread::sleep(PAUSE);
    }
    fs::remove_file(&whole)?;
    Ok(false)
}

/// The link that another process left, which is taken away.
pub fn taken(folder: &Path) -> Option<String> {
    let path = left_at(folder);
    let link = fs::read_to_string(&path).ok()?;
    if let Err(error) = fs::remove_file(&path) {
        tracing::warn!(%error, "a link that was handed over can't be taken away");
        return None;
    }
    Some(link).filter(|link| is_link(link))
}

fn left_at(folder: &Path) -> PathBuf {
    folder.join("opened-with")
}

#[cfg(unix)]
fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn private(path: &Path) -> io::Result<File> {
    File::create(path)
}
