//! A customer registers themself at a machine that staff has opened: email, then phone.

use crate::gateway::Gateway;
use crate::harness::{ADMIN, App, Branch, OFFICER, PASSWORD, Sink};

const INES: &str = "ines@example.org";

fn dark(app: &App, picture: &str) {
    app.script("document.documentElement.dataset.theme = 'dark'");
    app.picture(picture);
    app.script("delete document.documentElement.dataset.theme");
}

fn wrong(codes: &[&str]) -> &'static str {
    let mut some = ["000000", "000001", "000002"].into_iter();
    some.find(|code| !codes.contains(code)).unwrap()
}

#[test]
fn a_customer_registers_at_the_desk_and_verifies_the_phone() {
    let home = tempfile::tempdir().unwrap();
    let (sink, gateway) = (Sink::open(), Gateway::start());
    let branch = Branch::found(home.path(), "2026-07-09T10:00:00Z", "en", false);
    branch.mail_through(sink.port());
    branch.text_through(gateway.settings());
    branch.close();
    let app = App::start(home.path());
    app.find("[data-screen=sign-in]");
    assert!(app.all("[data-do=register]").is_empty(), "the book is closed");
    app.sign_in(ADMIN);
    app.sign_out();

    app.click("a[data-do=register]");
    app.picture("register");
    app.click("button[data-do=register]");
    app.find("#register-form [name=first_name][aria-invalid=true]");
    app.fill(
        "#register-form",
        &[
            ("first_name", "Ines"),
            ("last_name", "Duarte"),
            ("email", INES),
            ("phone", "0700 000 077"),
            ("password", "ines duarte 1"),
        ],
    );
    app.click("button[data-do=register]");
    app.find("#register-form [name=phone][aria-invalid=true]");
    app.picture("register-refused");
    app.type_into("#register-form [name=phone]", "+254 700 000 077");
    app.click("button[data-do=register]");
    app.find("#register-form [name=password][aria-invalid=true]");
    app.type_into("#register-form [name=password]", PASSWORD);
    app.picture("register-filled");
    dark(&app, "register-filled-dark");
    app.hurry_after("button[data-do=register]");
    let first = sink.code_for(INES);
    app.text("A message is on its way to ines@example.org.");
    app.type_into("#register-form [name=code]", wrong(&[&first]));
    app.click("[data-do=confirm-registration]");
    app.text("This code is not right");
    app.picture("register-code");
    dark(&app, "register-code-dark");

    // A look back finds everything as it was typed.
    app.click("[data-do=change-registration]");
    let typed = app.script("return document.querySelector('#register-form [name=last_name]').value");
    assert_eq!(typed, "Duarte");
    // Too soon for another code.
    app.click("button[data-do=register]");
    app.find("[data-refusal=register-form]");
    app.picture("register-too-soon");
    app.set_clock("2026-07-09T10:01:00Z");
    app.hurry_after("button[data-do=register]");
    let second = sink.code_for(INES);
    app.set_clock("2026-07-09T10:03:00Z");
    app.find("[data-do=resend-code]:not([aria-disabled=true])");
    app.click("[data-do=resend-code]");
    let code = sink.code_for(INES);
    app.text("Another one in 2");
    assert!(first.len() == 6 && second.len() == 6);
    app.type_into("#register-form [name=code]", &code);
    app.click("[data-do=confirm-registration]");
    app.find("[data-screen=customer-home]");
    app.text("Ines Duarte");
    app.text("Your phone is not verified yet.");
    app.picture("registered");
    dark(&app, "registered-dark");

    app.click("[data-do=to-verify]");
    app.text("Not verified yet");
    app.picture("register-phone");
    app.click("[data-do=verify-phone]");
    app.picture("register-phone-send");
    app.click("[data-do=send-contact-code]");
    app.prove(PASSWORD);
    let code = gateway.code();
    app.type_into("#phone-form [name=code]", wrong(&[&code]));
    app.click("[data-do=confirm-contact]");
    app.text("This code is not right");
    app.picture("register-phone-code");
    app.type_into("#phone-form [name=code]", &code);
    app.click("[data-do=confirm-contact]");
    app.text("Verified by a code");
    app.picture("register-phone-done");
    dark(&app, "register-phone-done-dark");
    app.click("[data-do=home]");
    app.find("[data-screen=customer-home]");
    assert!(app.all("[data-do=to-verify]").is_empty());
    app.sign_out();

    // Nothing of it is left on the screen for the next, nor of who begins and goes away; a minute passes in the tenth of a second.
    app.script(
        "window.timeouts = window.setTimeout;
         window.setTimeout = (run, wait, ...rest) => window.timeouts.call(window, run, wait / 600, ...rest);",
    );
    app.click("a[data-do=register]");
    let left = app.script("return document.querySelector('#register-form [name=email]').value");
    assert_eq!(left, "");
    app.type_into("#register-form [name=first_name]", "Rui");
    app.find("#sign-in");
    app.script("window.setTimeout = window.timeouts;");
    // She signs in by her own password; the office sees the customer.
    app.sign_in(INES);
    app.find("[data-screen=customer-home]");
    app.hand_over(OFFICER);
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.text("Money may be paid out to this customer.");
    app.text("Can sign in here");
}
