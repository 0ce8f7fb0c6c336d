//! Money beyond what is owed, money given back, and payments taken back.

use crate::harness::{ADMIN, App, Branch};

fn receive(app: &App, amount: &str) {
    app.click("[data-do=receive-payment]");
    app.type_into("#payment-form [name=amount]", amount);
    app.click("[data-do=receive-payment-now]");
    app.gone("#payment-form");
}

/// Takes a receipt back and says why; what the desk answers shows afterwards.
fn reverse(app: &App, receipt: &str) {
    app.click("[role=tab]:nth-of-type(2)");
    app.click(&format!("[data-row='{receipt}'] [data-do=reverse-payment]"));
    app.type_into("#reverse-form [name=reason]", "Keyed in for the wrong loan");
    app.click("[data-do=reverse-now]");
}

#[test]
fn what_is_paid_beyond_all_that_is_owed_is_kept_given_back_and_taken_back() {
    let home = tempfile::tempdir().unwrap();
    let branch = Branch::found(home.path(), "2025-03-02T09:00:00Z", "en", false);
    branch.borrower();
    branch.close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    app.open_loan("BR1-01-L00001");

    // 100.00 too much: the loan is paid off, the rest is kept for the customer.
    receive(&app, "1300");
    app.shows("[data-figure=outstanding_principal]", "0.00");
    app.shows("[data-figure=total_paid]", "1,300.00");
    app.click("[role=tab]:nth-of-type(2)");
    app.shows("[data-row='BR1-01-000001'] [data-figure=credit]", "100.00");
    app.text("Unapplied credit 100.00");
    app.picture("tour-credit");

    // The receipt is taken back: its number stays, and everything is owed again.
    reverse(&app, "BR1-01-000001");
    app.gone("#reverse-form");
    app.shows("[data-figure=outstanding_principal]", "1,200.00");
    app.find("[data-row='BR1-01-000001'] .pill-bad");

    // Once more, and now the rest is given back; the payment behind it can't be taken back any more.
    receive(&app, "1300");
    app.click("[data-do=refund-credit]");
    app.type_into("#refund-form [name=amount]", "100.01");
    app.click("[data-do=refund-now]");
    app.text("This is more than the unapplied credit");
    app.type_into("#refund-form [name=amount]", "100");
    app.click("[data-do=refund-now]");
    app.gone("#refund-form");
    app.gone("[data-do=refund-credit]");
    reverse(&app, "BR1-01-000002");
    app.text("A part of this money was given back to the customer already");
    app.press(&[crate::harness::Key::Escape]);
    app.gone("#reverse-form");

    // Every receipt is in the list, found by its number, its loan or its customer; the keys alone open one.
    app.go("receipts");
    app.find("[data-row='BR1-01-000002']");
    assert_eq!(app.all("[data-screen=receipts] tbody [data-row]").len(), 2);
    app.picture("tour-receipts");
    for (search, found) in [
        ("000002", 1),
        ("BR1-01-000001", 1),
        ("L00001", 2),
        ("venkat", 2),
        ("nobody", 0),
    ] {
        app.type_into("[data-screen=receipts] [name=search]", search);
        app.wait_until(&format!("{found} receipts for {search}"), || {
            app.read("[data-figure=matches]").starts_with(&format!("{found} "))
                && app.all("[data-screen=receipts] tbody [data-row]").len() == found
        });
    }
    app.type_into("[data-screen=receipts] [name=search]", "venkat");
    app.find("[data-row='BR1-01-000001']");
    app.click("[data-sort=amount] button");
    app.press(&[crate::harness::Key::Letter('/')]);
    app.press(&[crate::harness::Key::Down]);
    app.press(&[crate::harness::Key::Enter]);
    app.wait_until("a receipt as PDF", || {
        std::fs::read_dir(home.path().join("documents/receipts")).is_ok_and(|folder| {
            folder
                .flatten()
                .any(|file| file.path().extension().is_some_and(|end| end == "pdf"))
        })
    });
    app.click("[role=tab]:nth-of-type(3)");
    app.gone("[data-row='BR1-01-000002']");
    app.find("[data-row='BR1-01-000001']");
}
