//! The screens, compiled to WASM.

mod frame;
mod i18n;
mod ipc;

fn main() {
    leptos::mount::mount_to_body(frame::Frame);
}
