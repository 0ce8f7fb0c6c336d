//! How the screens look: in French, in the dark, in the smallest window, and by the keys alone.

use crate::harness::{ADMIN, App, Branch, Key, OFFICER};

const AT: &str = "2026-07-09T10:00:00Z";

/// The screens that the navigation leads to, for an administrator.
const SCREENS: [&str; 12] = [
    "today",
    "customers",
    "loans",
    "receipts",
    "approvals",
    "attention",
    "products",
    "goods",
    "staff",
    "reports",
    "messages",
    "settings",
];

/// Goes to a screen of the navigation and waits until it shows what it has.
fn visit(app: &App, screen: &str) {
    app.go(screen);
    match screen {
        "today" => app.find("[data-screen=admin-home] .chart svg"),
        "approvals" | "attention" | "messages" => app.find(".empty, [data-row], .work-item"),
        "settings" => {
            app.click("[data-tab=desk]");
            app.find("[data-do=verify-book]")
        }
        _ => app.find("[data-row]"),
    };
}

#[test]
fn a_branch_works_in_french() {
    let home = tempfile::tempdir().unwrap();
    Branch::found(home.path(), AT, "fr", true).close();
    let app = App::start(home.path());
    app.find("[data-screen=sign-in]");
    app.text("Se connecter");
    app.sign_in_with(ADMIN, "not the password at all");
    app.text("Cet e-mail et ce mot de passe ne vont pas ensemble.");
    app.sign_in(ADMIN);
    for screen in SCREENS {
        visit(&app, screen);
        app.picture(&format!("french-{screen}"));
    }
    app.text("Clôturer la journée");

    // What the desk refuses is said in French, with amounts and dates as French writes them; so are amounts typed.
    app.type_into("#close-day-form [name=date]", "31 déc. 2026");
    app.click("[data-do=close-day][type=submit]");
    app.text("Le 31 déc. 2026 n’est pas encore venu. Nous sommes le 9 juil. 2026.");
    app.go("loans");
    app.click("[data-do=new-application]");
    app.choose_option("#application-form [name=product]", "Small business");
    app.type_into("#application-form [name=principal]", "1 000 000,50");
    app.type_into("#application-form [name=installments]", "12");
    app.text("Small business prête de 500,00 à 25\u{a0}000,00. Changez le montant.");
    app.type_into("#application-form [name=principal]", "1 000,50");
    app.find("[data-figure=installment]");
    app.type_into("#application-form [name=principal]", "12;5");
    app.text("« 12;5 » n’est pas un montant.");
    app.picture("french-apply");
    visit(&app, "loans");
    app.click("[data-row] td");
    app.find("[data-screen=loan] [data-row='1']");
    app.picture("french-loan");
    app.click("[data-do=receive-payment]");
    app.type_into("#payment-form [name=value_date]", "10 juil. 2026");
    app.text("Une projection.");
    app.picture("french-receive");
    app.click("[data-do=receive-payment-now]");
    app.text("est après aujourd’hui, le 9 juil. 2026");
}

#[test]
fn nothing_is_cut_off_in_the_smallest_window() {
    let home = tempfile::tempdir().unwrap();
    Branch::found(home.path(), AT, "fr", true).close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    app.resize(1024, 700);
    let mut cut = Vec::new();
    let mut look = |screen: &str| {
        app.picture(&format!("small-{screen}"));
        cut.extend(app.cut_off().into_iter().map(|what| format!("{screen}: {what}")));
    };
    for screen in SCREENS {
        visit(&app, screen);
        look(screen);
    }
    visit(&app, "loans");
    app.click("[data-row] td");
    app.find("[data-screen=loan] [data-row='1']");
    look("loan");
    app.click("[role=tab]:nth-of-type(2)");
    look("payments");
    app.click("[data-do=receive-payment]");
    app.find("#payment-form");
    look("receive");
    app.click(".side-head .btn-icon");
    app.gone("#payment-form");
    app.click("[data-do=more]");
    app.click("[data-do=change-terms]");
    app.find("[data-list=new-schedule]");
    look("terms");
    app.click("#terms-form [data-do=cancel]");
    visit(&app, "products");
    app.click("[data-row] td");
    app.find("#product-form");
    look("product");
    visit(&app, "customers");
    app.click("[data-row] td");
    app.find("[data-screen=customer] [data-part=verify]");
    look("customer");
    app.click("[data-do=new-application]");
    app.find("#application-form");
    look("apply");
    assert!(cut.is_empty(), "cut off: {cut:#?}");
}

#[test]
fn the_dark_theme_reaches_every_screen() {
    let home = tempfile::tempdir().unwrap();
    Branch::found(home.path(), AT, "en", true).close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    app.settings("own");
    app.choose("[name=theme][value=dark]", "dark");
    let dark = |screen: &str| {
        app.picture(&format!("dark-{screen}"));
        let canvas = app.script("return getComputedStyle(document.body).backgroundColor");
        assert_eq!(canvas, "rgb(15, 18, 22)", "{screen}");
    };
    for screen in SCREENS {
        visit(&app, screen);
        dark(screen);
    }
    visit(&app, "loans");
    app.click("[data-row] td");
    app.find("[data-screen=loan] [data-row='1']");
    app.click("[data-do=receive-payment]");
    app.find("#payment-form");
    dark("loan");
    app.hand_over("customer@demo.test");
    app.find("[data-screen=customer-home] [data-figure=to_pay]");
    dark("customer-home");
}

#[test]
fn every_row_is_reached_by_the_keys() {
    let home = tempfile::tempdir().unwrap();
    Branch::found(home.path(), AT, "en", true).close();
    let app = App::start(home.path());
    app.sign_in(OFFICER);
    app.press(&[Key::Letter('g')]);
    app.press(&[Key::Letter('l')]);
    app.find("[data-screen=loans] [data-row]");
    let first = || app.script("return document.querySelector('[data-screen=loans] tbody tr').dataset.row");
    let focused = || app.script("return document.activeElement.dataset.row ?? ''");

    // The most days past due first.
    app.click("[data-sort=days] button");
    app.click("[data-sort=days] button");
    app.wait_until("the latest loan first", || {
        let days = app.script(
            "return [...document.querySelectorAll('[data-screen=loans] tbody tr')].map(row => Number(row.children[6].textContent) || 0)",
        );
        let days: Vec<f64> = serde_json::from_value(days).unwrap();
        days[0] > 30.0 && days.windows(2).all(|pair| pair[0] >= pair[1])
    });

    // From the search down to the rows, and past the end of the page to the next one and back.
    let on_first_page = first();
    app.press(&[Key::Letter('/')]);
    app.press(&[Key::Down]);
    app.wait_until("the first row", || focused() == on_first_page);
    app.press(&[Key::End]);
    app.press(&[Key::Down]);
    app.wait_until("the next page", || first() != on_first_page && focused() == first());
    app.press(&[Key::Up]);
    app.wait_until("the page before", || {
        first() == on_first_page && focused() != on_first_page
    });
    let row = focused();
    app.press(&[Key::Enter]);
    app.find("[data-screen=loan]");
    app.text(row.as_str().unwrap());
    app.press(&[Key::Alt, Key::Left]);
    app.find("[data-screen=loans] [data-row]");
}
