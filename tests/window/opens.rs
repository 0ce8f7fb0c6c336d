//! The window opens on an empty machine, and survives being killed there.

use crate::harness::App;

#[test]
fn offers_first_run_on_an_empty_machine() {
    let home = tempfile::tempdir().unwrap();
    let mut app = App::start(home.path());
    app.find("[data-screen=first-run]");
    app.kill();
    app.restart();
    app.find("[data-screen=first-run]");
}
