//! The care of a desk: the day, backups, mail, passwords, people, documents, and a session that nobody uses.

use crate::harness::{ADMIN, App, Branch, CUSTOMER, Key, OFFICER, PASSWORD, Sink};

const NEW_PASSWORD: &str = "quiet lantern outgrows the tide 4";

fn close_the_day(app: &App) {
    app.go("settings");
    app.click("[data-do=close-day][type=submit]");
    app.text("Days closed: 1.");
    app.text("The first open day is 3 Mar 2025");
    // A day that is yet to come stays open, and the form keeps what was typed.
    app.type_into("#close-day-form [name=date]", "10 Mar 2025");
    app.click("[data-do=close-day][type=submit]");
    app.text("has not come yet");
}

fn back_up(app: &App, home: &std::path::Path) {
    app.click("[data-do=backup-book]");
    app.text("The copy is here:");
    let copies = std::fs::read_dir(home.join("backups")).unwrap();
    assert_eq!(copies.count(), 1);
    app.click("[data-do=verify-book]");
    app.text("The book is sound.");
}

fn set_mail(app: &App, sink: &Sink) {
    app.settings("sending");
    app.choose("#mail-form [name=mail][value=smtp]", "smtp");
    app.choose("#mail-form [name=security]", "none");
    let port = sink.port().to_string();
    app.fill(
        "#mail-form",
        &[
            ("host", "127.0.0.1"),
            ("port", &port),
            ("from", "desk@branch.test"),
            ("to", ADMIN),
        ],
    );
    app.click("[data-do=test-mail]");
    assert_eq!(sink.next().0, ADMIN);
    app.click("[data-do=save-mail]");
    app.text("The mail settings are in force.");
}

fn change_password(app: &App) {
    app.settings("own");
    app.fill(
        "#password-form",
        &[("old", "not my password at all"), ("new", NEW_PASSWORD)],
    );
    app.click("[data-do=change-password]");
    app.text("This is not your password");
    app.fill("#password-form", &[("old", PASSWORD), ("new", "short")]);
    app.click("[data-do=change-password]");
    app.text("needs 12");
    app.fill("#password-form", &[("old", PASSWORD), ("new", NEW_PASSWORD)]);
    app.click("[data-do=change-password]");
    app.text("The new password is in force.");
}

fn take_and_give_access(app: &App) {
    let officer = format!("[data-row='{OFFICER}']");
    app.go("staff");
    app.click(&format!("{officer} [data-do=take-access]"));
    app.click("[data-do=save-access]");
    app.find(&format!("{officer} [data-do=give-access]"));
    app.sign_out();
    app.sign_in_with(OFFICER, PASSWORD);
    app.text("don't belong together");
    app.sign_in_with(ADMIN, NEW_PASSWORD);
    app.go("staff");
    app.click(&format!("{officer} [data-do=give-access]"));
    app.type_into("#access-form [name=password]", PASSWORD);
    app.click("[data-do=save-access]");
    app.find(&format!("{officer} [data-do=take-access]"));
    app.sign_out();
    app.sign_in(OFFICER);
}

#[test]
fn an_administrator_keeps_the_desk() {
    let home = tempfile::tempdir().unwrap();
    let sink = Sink::open();
    Branch::found(home.path(), "2025-03-02T09:00:00Z", "en", false).close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    close_the_day(&app);
    back_up(&app, home.path());
    set_mail(&app, &sink);
    change_password(&app);
    take_and_give_access(&app);
}

/// An officer sees a document, another vouches for it, a session that nobody uses locks, and what was typed stays.
#[test]
fn a_document_is_vouched_for_and_an_unused_session_locks() {
    let home = tempfile::tempdir().unwrap();
    let branch = Branch::found(home.path(), "2025-03-02T09:00:00Z", "en", false);
    branch.customer();
    branch.close();
    let app = App::start(home.path());
    app.sign_in(OFFICER);
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.choose("#document-form [name=kind]", "passport");
    app.click("[data-do=record-document]");
    app.text("The customer is not verified");
    assert!(app.all("[data-do=vouch]").is_empty(), "an officer can't vouch");

    // Six minutes later: whatever is asked of the desk meets the lock.
    app.click("[data-do=edit-customer]");
    app.type_into("#customer-form [name=employer]", "Lake Textiles");
    app.set_clock("2025-03-02T09:06:00Z");
    app.click("[data-do=save-customer]");
    app.find("[data-screen=locked]");
    app.picture("tour-locked");
    app.type_into("#unlock [name=password]", "someone else's password 1");
    app.click("[data-do=unlock]");
    app.text("don't belong together");
    app.type_into("#unlock [name=password]", PASSWORD);
    app.click("[data-do=unlock]");
    app.gone("[data-screen=locked]");
    app.click("[data-do=save-customer]");
    app.gone("#customer-form");
    app.text("Lake Textiles");

    // A supervisor, here the administrator, vouches.
    app.hand_over(ADMIN);
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.click("[data-do=vouch]");
    app.gone("[data-do=vouch]");
    app.text("Verified");

    // What stands under a lock that the desk has set asks once, and then waits with it.
    app.set_clock("2025-03-02T09:20:00Z");
    app.click("[data-nav=today]");
    app.find("[data-screen=locked]");
    app.script("window.asked = 0; const ask = window.fetch; window.fetch = (...of) => { window.asked += 1; return ask(...of); };");
    app.type_into("#unlock [name=password]", "someone else's password 1");
    app.click("[data-do=unlock]");
    app.text("don't belong together");
    let asked = app.script("return window.asked").as_u64().unwrap();
    assert!((1..10).contains(&asked), "{asked} requests");
}

/// A code that came too late; then a customer's own sign-in at the branch's machine, by password and by a code; their
/// notice of a payment, and how the branch settles it.
#[test]
fn a_customer_comes_in_by_password_and_by_code() {
    let home = tempfile::tempdir().unwrap();
    let sink = Sink::open();
    let branch = Branch::found(home.path(), "2025-03-02T09:00:00Z", "en", false);
    branch.mail_through(sink.port());
    branch.borrower();
    branch.close();
    let app = App::start(home.path());
    app.sign_in(OFFICER);
    let customer = || {
        app.go("customers");
        app.click("[data-row='BR1-01-C00001'] td");
    };
    customer();
    app.click("[data-do=send-code]");
    let late = sink.code_for(CUSTOMER);
    app.type_into("#verify-form [name=code]", &late);
    // The officer goes on typing, and the code grows old.
    app.set_clock("2025-03-02T09:04:00Z");
    app.press(&[Key::Tab]);
    app.click("[data-do=open-palette]");
    app.type_into("#palette-input", "raja");
    app.find("#palette-list [role=option]");
    app.press(&[Key::Escape]);
    app.set_clock("2025-03-02T09:08:30Z");
    app.click("[data-do=open-palette]");
    app.type_into("#palette-input", "venka");
    app.find("#palette-list [role=option]");
    app.press(&[Key::Escape]);
    app.set_clock("2025-03-02T09:10:01Z");
    app.click("[data-do=verify-code]");
    app.text("This code has expired. Send a new one.");
    app.go("loans");
    customer();
    app.click("[data-do=send-code]");
    app.type_into("#verify-form [name=code]", &sink.code_for(CUSTOMER));
    app.click("[data-do=verify-code]");
    app.gone("[data-do=verify-code]");
    app.click("[data-do=open-access]");
    app.type_into("#access-form [name=password]", PASSWORD);
    app.click("[data-do=save-access]");
    app.gone("#access-form");

    app.hand_over(CUSTOMER);
    app.find("[data-screen=customer-home] [data-figure=to_pay]");
    // What a payment would do, in every way in which it can be used.
    app.click("[data-do=what-if]");
    app.type_into("#what-if-form [name=amount]", "500");
    app.choose("#what-if-form [name=prepayment][value=shorten]", "shorten");
    app.shows("[data-figure=outstanding_after]", "700.00");
    app.picture("kiosk-what-if");
    app.click("[data-do=back]");
    app.click("[data-do=give-notice]");
    app.fill("#notice-form", &[("amount", "100"), ("reference", "MPESA-QX77")]);
    app.click("[data-do=send-notice]");
    app.find("[data-screen=customer-home]");
    app.sign_out();

    // To one address codes go out some minutes apart.
    app.set_clock("2025-03-02T09:16:00Z");
    app.click("[data-do=other-way]");
    app.type_into("#code-form [name=to]", CUSTOMER);
    app.click("[data-do=send-code]");
    app.type_into("#code-form [name=code]", &sink.code_for(CUSTOMER));
    app.picture("tour-kiosk-code");
    app.click("[data-do=sign-in-with-code]");
    app.find("[data-screen=customer-home] [data-figure=to_pay]");

    app.hand_over(OFFICER);
    app.go("attention");
    app.text("A customer says that 100.00 USD was paid elsewhere");
    app.text("paid on 2 Mar, reference MPESA-QX77");
    app.picture("tour-attention");
    app.click("[data-do=settle-task]");
    app.type_into("#settle-form [name=outcome]", "Found on the bank's list and received.");
    app.click("[data-do=save-settled]");
    app.text("Nothing needs attention.");
}
