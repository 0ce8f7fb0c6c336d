//! Where this machine keeps the program's data.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

/// The environment variable that names the data folder.
const VARIABLE: &str = "FARTHING_HOME";

/// The data folder: the book, its keys and the web view's files live below it.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

impl Home {
    /// The folder named by `FARTHING_HOME`, else `farthing` in the XDG data folder; made, for its owner alone, if missing.
    ///
    /// # Errors
    /// The folder can't be made, or neither variable nor home folder says where it should be.
    pub fn find() -> io::Result<Self> {
        let path = set(VARIABLE).or_else(default).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                format!("no home folder: set {VARIABLE} to a folder for the data"),
            )
        })?;
        make_private(&path)?;
        Ok(Self(path))
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// Where the web view keeps its storage and cache.
    pub fn webview(&self) -> PathBuf {
        self.0.join("webview")
    }
}

/// The platform's folder for application data, with the program's name.
fn default() -> Option<PathBuf> {
    let data = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")))
    };
    data.map(|data| data.join("farthing"))
}

/// An environment variable as a path; an empty one counts as unset.
fn set(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}
