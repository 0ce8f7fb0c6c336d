//! A walk through a branch with a history: every home shows its figures, and a picture of each screen is taken.

use crate::harness::{App, Begins, Key, Mail};

#[test]
fn every_home_shows_its_figures() {
    let home = tempfile::tempdir().unwrap();
    let app = App::start_at(home.path(), "2026-07-09T10:00:00Z");
    app.first_run("ada@demo.test", Mail::None, Begins::Demo);

    app.find("[data-screen=admin-home] .chart svg");
    assert_ne!(app.read("[data-figure=outstanding]"), "");
    app.picture("tour-overview");
    app.go("loans");
    app.find("[data-row]");
    app.picture("tour-loans");
    app.go("products");
    app.find("[data-row='Small business']");
    app.picture("tour-products");
    app.go("settings");
    app.find("[data-do=verify-book]");
    app.picture("tour-settings");
    app.settings("own");
    app.choose("[name=theme][value=dark]", "dark");
    app.go("today");
    app.find("[data-screen=admin-home] .chart svg");
    app.picture("tour-overview-dark");
    app.settings("own");
    app.choose("[name=theme][value=system]", "system");

    app.hand_over("officer@demo.test");
    app.find("[data-screen=today] .chart svg");
    app.find("[data-screen=today] [data-row]");
    app.picture("tour-today");
    app.go("customers");
    app.find("[data-row]");
    app.picture("tour-customers");
    app.press(&[Key::Control, Key::Letter('k')]);
    app.type_into("#palette-input", "dlam");
    app.find("#palette-list [role=option]");
    app.picture("tour-palette");
    app.press(&[Key::Escape]);

    app.hand_over("customer@demo.test");
    app.find("[data-screen=customer-home] [data-figure=to_pay]");
    app.picture("tour-customer-home");
}
