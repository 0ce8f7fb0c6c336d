//! What the web view needs before its toolkit starts.

/// Turns WebKitGTK's DMA-BUF renderer off where it leaves windows blank or has no graphics card to draw with. To be called
/// before the process has a second thread.
///
/// Versions before 2.48 leave windows blank with many drivers. Where the machine has no card the renderer compiles its
/// shaders for the processor first, which takes longer than all the rest of the start, and more memory than drawing without
/// them. A value that the user has set is left alone.
#[cfg(target_os = "linux")]
#[allow(
    unsafe_code,
    reason = "the toolkit reads the environment of its own process, and starting that anew would load its libraries twice"
)]
pub fn prepare() {
    use crate::version::is_older;

    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    let needed = !has_card() || tauri::webview_version().is_ok_and(|version| is_older(&version, (2, 48)));
    if needed && std::env::var_os(VARIABLE).is_none() {
        // SAFETY: `main` calls this first, so that no other thread can read the environment meanwhile.
        unsafe { std::env::set_var(VARIABLE, "1") };
    }
}

/// Whether the kernel offers a graphics card to draw with.
#[cfg(target_os = "linux")]
fn has_card() -> bool {
    let is_card = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("renderD");
    std::fs::read_dir("/dev/dri").is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|entry| is_card(&entry))))
}

/// Nothing to do where the web view is not WebKitGTK.
#[cfg(not(target_os = "linux"))]
pub fn prepare() {}
