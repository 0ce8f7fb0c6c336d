//! A walk through a branch with a history: every home shows its figures, and a picture of each screen is taken.

use crate::harness::{App, Key};

const PASSWORD: &str = "correct horse battery staple 9";

/// First run with demo data and no mail.
fn demo_branch(app: &App) {
    app.find("[data-screen=first-run]");
    app.click("[data-do=step-on]");
    for (name, text) in [
        ("organisation", "Harbour Street Savings and Loans"),
        ("branch_name", "Harbour Street"),
    ] {
        app.type_into(&format!("#first-run [name={name}]"), text);
    }
    app.choose("#first-run [name=time_zone]", "UTC");
    app.click("[data-do=step-on]");
    for (name, text) in [
        ("admin_name", "Ada Branch"),
        ("admin_email", "ada@demo.test"),
        ("password", PASSWORD),
    ] {
        app.type_into(&format!("#first-run [name={name}]"), text);
    }
    app.click("[data-do=step-on]");
    app.click("[data-do=step-on]");
    app.choose("#first-run [name=demo][value=demo]", "demo");
    app.click("[data-do=step-on]");
    app.click("[data-do=set-up]");
    app.find("[data-screen=recovery]");
    app.choose("[name=kept]", "true");
    app.click("[data-do=open-desk]");
}

fn sign_in(app: &App, email: &str) {
    app.click("[data-do=open-user-menu], [data-screen=customer-home] [data-do=sign-out]");
    app.click("[data-do=sign-out]");
    enter(app, email);
}

fn enter(app: &App, email: &str) {
    app.find("[data-screen=sign-in]");
    app.type_into("#sign-in [name=email]", email);
    app.type_into("#sign-in [name=password]", PASSWORD);
    app.click("[data-do=sign-in]");
    app.gone("[data-screen=sign-in]");
}

#[test]
fn every_home_shows_its_figures() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("clock"), "2026-07-09T10:00:00Z").unwrap();
    let app = App::start(home.path());
    demo_branch(&app);

    app.find("[data-screen=admin-home] .chart svg");
    assert_ne!(app.read("[data-figure=outstanding]"), "");
    app.picture("tour-overview");
    app.click("[data-nav=loans]");
    app.find("[data-row]");
    app.picture("tour-loans");
    app.click("[data-nav=products]");
    app.find("[data-row='Small business']");
    app.picture("tour-products");
    app.click("[data-nav=settings]");
    app.find("[data-do=verify-book]");
    app.picture("tour-settings");
    app.choose("[name=theme][value=dark]", "dark");
    app.click("[data-nav=today]");
    app.find("[data-screen=admin-home] .chart svg");
    app.picture("tour-overview-dark");
    app.click("[data-nav=settings]");
    app.choose("[name=theme][value=system]", "system");

    sign_in(&app, "officer@demo.test");
    app.find("[data-screen=today] .chart svg");
    app.find("[data-screen=today] [data-row]");
    app.picture("tour-today");
    app.click("[data-nav=customers]");
    app.find("[data-row]");
    app.picture("tour-customers");
    app.press(&[Key::Control, Key::Letter('k')]);
    app.type_into("#palette-input", "dlam");
    app.find("#palette-list [role=option]");
    app.picture("tour-palette");
    app.press(&[Key::Escape]);

    sign_in(&app, "customer@demo.test");
    app.find("[data-screen=customer-home] [data-figure=to_pay]");
    app.picture("tour-customer-home");
}
