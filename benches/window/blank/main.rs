//! The blank window: what any Tauri window costs. A static page and one command that answers what it was sent, built
//! with the desktop's own libraries, features and profile. Only `cargo xtask bench` builds it.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

/// Answers `body`. It is called and takes what the desktop's one command does, so that both go the same way.
#[tauri::command]
async fn call(name: String, body: String) -> Result<String, String> {
    if name == "echo" { Ok(body) } else { Err(name) }
}

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![call])
        .run(tauri::generate_context!("benches/window/blank/tauri.conf.json"))
}
