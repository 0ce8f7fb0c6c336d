//! Checks the shell's permissions and embeds its configuration and icons.

use tauri_build::{AppManifest, Attributes};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    emit("src-tauri/capabilities");
    emit("src-tauri/permissions");
    // The page is embedded while this package compiles, so a new page has to compile it anew.
    emit("ui/dist");
    let attributes = Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/**/*")
        .app_manifest(AppManifest::new().permissions_path_pattern("src-tauri/permissions/**/*"));
    tauri_build::try_build(attributes)?;
    Ok(())
}

/// Makes cargo run this script again when `path`, or anything in it, changes.
#[allow(
    clippy::print_stdout,
    reason = "a build script speaks to cargo through its standard output"
)]
fn emit(path: &str) {
    println!("cargo:rerun-if-changed={path}");
}
