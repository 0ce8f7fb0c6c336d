//! The window opens, and the page in it reaches the desk.

use crate::harness::App;

#[tokio::test]
async fn shows_the_version_that_the_desk_tells() {
    let home = tempfile::tempdir().unwrap();
    let mut app = App::start(home.path()).await;
    app.text(&format!("Version {}", env!("CARGO_PKG_VERSION"))).await;
    app.picture("opens");

    app.kill();
    app.restart().await;
    app.text("Farthing").await;
}
