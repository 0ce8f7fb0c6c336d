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
    use crate::version::is_older;
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
