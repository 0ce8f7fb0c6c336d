//! Any figure says how it came about, and the published figures are proved on the machine at hand.

use crate::harness::{ADMIN, App, Branch, Key};

/// Opens the derivation of a figure and reads it.
fn ask(app: &App, css: &str) -> String {
    app.click(css);
    app.find("[data-dialog=why] [data-step]");
    app.read("[data-dialog=why]")
}

fn close(app: &App) {
    app.press(&[Key::Escape]);
    app.gone("[data-dialog=why]");
}

#[test]
fn a_figure_opens_its_derivation_by_mouse_and_by_keys() {
    let home = tempfile::tempdir().unwrap();
    let branch = Branch::found(home.path(), "2025-03-02T09:00:00Z", "en", false);
    let terms = serde_json::json!({
        "name": "Small business", "method": "declining_equal_installments", "annual_rate": "24", "every": 1,
        "unit": "months", "min_principal": 10_000, "max_principal": 5_000_000, "min_installments": 1,
        "max_installments": 36, "rounding": "half_even", "installment_multiple": 1,
        "penalty": {"kind": {"percent_of_overdue_installment": "10"}, "grace_days": 3},
        "allocation": ["penalty", "fee", "interest", "principal"], "max_discount": 0, "active": true,
    });
    branch.lend(terms, 120_000);
    branch.close();
    // The first installment is more than three days late.
    let app = App::start_at(home.path(), "2025-04-10T09:00:00Z");
    app.sign_in(ADMIN);
    app.open_loan("BR1-01-L00001");

    let said = ask(&app, "[data-row='1'] [data-figure=interest] .why");
    for part in [
        "Interest, installment 1",
        "24.00",
        "1,200.00",
        "24 % a year",
        "2 Mar 2025",
        "2 Apr 2025",
        "1 of the 12 months",
    ] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
    app.picture("why-interest");
    close(&app);
    let said = ask(&app, "[data-row='1'] [data-figure=penalty] .why");
    assert!(
        said.contains("113.47") && said.contains("10 %") && said.contains("11.35"),
        "{said}"
    );
    close(&app);
    let said = ask(&app, "[data-row='12'] [data-figure=due] .why");
    assert!(said.contains("repays the whole balance"), "{said}");
    app.picture("why-above");
    close(&app);

    // By the keys alone: the first figure, the one below it, Enter.
    app.script("document.querySelector('[data-row=\"1\"] .why').focus()");
    app.press(&[Key::Down]);
    app.press(&[Key::Enter]);
    app.shows("[data-dialog=why] h2", "Principal, installment 2");
    close(&app);
    let focused = app.script("return document.activeElement.dataset.why");
    assert_eq!(focused, "rows[2].principal", "the focus returns to the figure");

    // The payoff, over its dialog.
    app.click("[data-do=foreclose]");
    app.find("[data-figure=payoff_total] .why");
    let said = ask(&app, "[data-figure=payoff_total] .why");
    assert!(
        said.contains("the loan is settled by") && said.contains("10 Apr 2025"),
        "{said}"
    );
    app.picture("why-payoff");
    close(&app);
    app.find("#foreclose-form");
    app.press(&[Key::Escape]);
    app.gone("#foreclose-form");

    // The preview of an application, in the dark.
    app.settings("own");
    app.choose("[name=theme][value=dark]", "dark");
    app.go("loans");
    app.click("[data-do=new-application]");
    app.choose_option("#application-form [name=product]", "Small business");
    app.type_into("#application-form [name=principal]", "1000");
    app.type_into("#application-form [name=installments]", "6");
    let said = ask(&app, "[data-figure=installment] .why");
    assert!(
        said.contains("1,000.00") && said.contains("by 6 installments") && said.contains("178.53"),
        "{said}"
    );
    app.picture("why-preview-dark");
    close(&app);
}

#[test]
fn the_published_figures_are_proved_under_help() {
    let home = tempfile::tempdir().unwrap();
    Branch::found(home.path(), "2025-03-02T09:00:00Z", "fr", false).close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    app.click("[data-do=open-user-menu]");
    app.click("[data-do=go-help]");
    app.find("[data-screen=help] [data-figure=certificate]");
    app.text("Chaque chiffre publié est retrouvé exactement");
    app.text("European Commission");
    let hash = app.read("[data-figure=hash]");
    assert!(
        hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit()),
        "{hash}"
    );
    app.picture("help-french");
    app.click("[data-do=prove-again]");
    app.shows("[data-figure=hash]", &hash);
}
