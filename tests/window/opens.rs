//! The window opens, and the page in it reaches the desk.

use crate::harness::App;

#[test]
fn shows_the_version_that_the_desk_tells() {
    let home = tempfile::tempdir().unwrap();
    let mut app = App::start(home.path());
    app.text(&format!("Version {}", env!("CARGO_PKG_VERSION")));
    app.picture("opens");

    app.kill();
    app.restart();
    app.text("Farthing");
}
