//! What the web view needs before its toolkit starts.

use std::io;

/// Restarts this process with WebKitGTK's DMA-BUF renderer off where that renderer leaves windows blank.
///
/// Versions before 2.48 fail so on many drivers. The variable has to stand in the environment before GTK starts, and
/// changing the environment of a running process is unsafe, so the process replaces itself once; a value that the user
/// has set is left alone.
///
/// # Errors
/// The program can't be started again.
#[cfg(target_os = "linux")]
pub fn prepare() -> io::Result<()> {
    use std::env;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    let needed = tauri::webview_version().is_ok_and(|version| is_older(&version, (2, 48)));
    if !needed || env::var_os(VARIABLE).is_some() {
        return Ok(());
    }
    Err(Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(VARIABLE, "1")
        .exec())
}

/// Nothing to do where the web view is not WebKitGTK.
#[cfg(not(target_os = "linux"))]
pub fn prepare() -> io::Result<()> {
    Ok(())
}

/// Whether a version such as "2.40.1" comes before `least`; one that can't be read counts as recent.
#[cfg(target_os = "linux")]
fn is_older(version: &str, least: (u32, u32)) -> bool {
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    matches!((parts.next(), parts.next()), (Some(major), Some(minor)) if (major, minor) < least)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::is_older;

    #[test]
    fn compares_versions_by_number() {
        assert!(is_older("2.9.5", (2, 48)));
        assert!(is_older("2.47", (2, 48)));
        assert!(!is_older("2.48.0", (2, 48)));
        assert!(!is_older("2.50.6", (2, 48)));
        assert!(!is_older("unknown", (2, 48)));
    }
}
