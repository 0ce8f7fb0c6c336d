//! The screens, compiled to WASM.

mod answers;
mod dates;
mod frame;
mod i18n;
mod ipc;
mod nav;
mod parts;
mod route;
mod screens;
mod state;
mod told;
mod user_menu;

fn main() {
    leptos::mount::mount_to_body(screens::Window);
}
