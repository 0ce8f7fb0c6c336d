//! One's own account in the window: a forgotten password by a link, another email and its undoing, a customer's data.

use crate::harness::{ADMIN, App, Branch, CUSTOMER, OFFICER, PASSWORD, Sink};

const NEW: &str = "quite another wooden bridge 4";

/// The whole text of a mail, without the line breaks that its encoding puts into words.
fn plain(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=")
}

fn link_for(sink: &Sink, address: &str) -> String {
    let (to, mail) = sink.next();
    assert_eq!(to, address);
    let mail = plain(&mail);
    let line = mail.lines().find(|line| line.starts_with("farthing://reset/"));
    line.expect("a line with the link").trim().to_owned()
}

/// Asks for a link to an address and pastes what arrives.
fn follow_link(app: &App, sink: &Sink, address: &str) {
    app.click("[data-do=forgot]");
    app.type_into("#forgot-form [name=email]", address);
    app.click("[data-do=send-reset]");
    app.text("a link is on its way");
    app.type_into("#forgot-form [name=link]", &link_for(sink, address));
    app.click("[data-do=open-link]");
}

#[test]
fn a_customer_resets_the_password_and_moves_the_email() {
    let home = tempfile::tempdir().unwrap();
    let sink = Sink::open();
    let branch = Branch::found(home.path(), "2026-07-09T10:00:00Z", "en", false);
    branch.mail_through(sink.port());
    branch.customer();
    branch.close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.click("#verify-form [data-do=send-code]");
    app.type_into("#verify-form [name=code]", &sink.code_for(CUSTOMER));
    app.click("#verify-form [data-do=verify-code]");
    app.text("Money may be paid out to this customer.");
    app.click("[data-do=open-access]");
    app.type_into("[data-dialog=open-access] [name=password]", PASSWORD);
    app.click("[data-do=save-access]");
    app.text("Can sign in here");
    app.picture("customer-personal");
    app.sign_out();

    // An address that nobody signs in with gets the same answer and no message.
    app.set_clock("2026-07-09T10:05:00Z");
    app.click("[data-do=forgot]");
    app.picture("forgot");
    app.type_into("#forgot-form [name=email]", "nobody@else.example.org");
    app.click("[data-do=send-reset]");
    app.text("If this address signs in here, a link is on its way.");
    app.type_into("#forgot-form [name=link]", "farthing://reset/0000");
    app.click("[data-do=open-link]");
    app.text("This link was used, is older than 30 minutes, or is not whole.");
    app.picture("forgot-link");
    app.click("[data-do=other-way]");
    follow_link(&app, &sink, CUSTOMER);
    app.type_into("#forgot-form [name=password]", NEW);
    app.picture("forgot-password");
    app.click("[data-do=reset-password]");
    app.text("The new password holds from now on.");
    app.click("[data-do=back-to-sign-in]");
    app.sign_in_with(CUSTOMER, NEW);
    app.find("[data-screen=customer-home]");

    app.click("[data-do=account]");
    app.click("[data-do=change-email]");
    app.type_into("#email-form [name=to]", "moved@example.org");
    app.click("[data-do=send-contact-code]");
    app.type_into("#prove-form [name=password]", PASSWORD);
    app.click("[data-do=prove]");
    app.text("This is not your password.");
    app.picture("account-prove");
    app.prove(NEW);
    app.type_into("#email-form [name=code]", &sink.code_for("moved@example.org"));
    app.picture("account-code");
    app.click("[data-do=confirm-contact]");
    app.text("The new email is in force.");
    app.picture("account");
    app.script("document.documentElement.dataset.theme = 'dark'");
    app.picture("account-dark");
    app.script("delete document.documentElement.dataset.theme");
    let (to, mail) = sink.next();
    assert_eq!(to, CUSTOMER);
    let is_code = |line: &&str| line.len() == 34 && line.split('-').count() == 7;
    let undo = mail
        .lines()
        .map(str::trim)
        .find(is_code)
        .expect("a line with the code")
        .to_owned();
    app.sign_out();
    app.sign_in_with(CUSTOMER, NEW);
    app.text("This email and password don't belong together.");
    app.click("[data-do=forgot]");
    app.click("[data-do=undo-change]");
    app.type_into("#undo-form [name=code]", &undo.to_lowercase());
    app.picture("undo");
    app.click("[data-do=undo-contact]");
    app.text("Your old email or phone is in force again.");
    app.click("[data-do=back-to-sign-in]");
    app.sign_in_with(CUSTOMER, NEW);
    app.find("[data-screen=customer-home]");

    // Who owes nothing may have their data, and go.
    app.click("[data-do=account]");
    app.click("[data-do=export-data]");
    app.click("[data-do=export-data-now]");
    app.prove(NEW);
    app.text("The files are here:");
    app.picture("export");
    app.click_text("Close");
    app.click("[data-do=erase-data]");
    app.picture("erase");
    app.click("[data-do=erase-data-now]");
    app.find("[data-screen=sign-in]");
    app.sign_in(ADMIN);
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.text("Data erased");
    app.picture("erased");
}

#[test]
fn an_officer_has_an_administrator_complete_the_reset() {
    let home = tempfile::tempdir().unwrap();
    let sink = Sink::open();
    let branch = Branch::found(home.path(), "2026-07-09T10:00:00Z", "en", false);
    branch.mail_through(sink.port());
    branch.close();
    let app = App::start(home.path());
    app.find("[data-screen=sign-in]");
    app.click("[data-do=forgot]");
    app.text("The book is closed. The recovery secret opens it by itself");
    app.picture("forgot-closed");
    app.click("[data-do=other-way]");
    app.sign_in(ADMIN);
    app.sign_out();
    follow_link(&app, &sink, OFFICER);
    app.text("For who works here it takes the recovery secret");
    app.picture("forgot-staff");
    app.click("[data-do=ask-reset]");
    app.text("Go to an administrator who signs in at this desk.");
    app.click("[data-do=back-to-sign-in]");
    app.sign_in(ADMIN);
    app.go("staff");
    app.picture("staff-reset");
    app.click("[data-do=complete-reset]");
    app.type_into("[data-dialog=complete-reset] [name=password]", NEW);
    app.click("[data-do=complete-reset-now]");
    app.gone("[data-dialog=complete-reset]");
    app.sign_out();
    app.sign_in_with(OFFICER, NEW);
    app.gone("[data-screen=sign-in]");
    app.click("[data-do=open-user-menu]");
    app.click("[data-do=go-account]");
    app.type_into("#account-form [name=first_name]", "Olumide Officer");
    app.click("[data-do=save-account]");
    app.text("Your account is saved.");
    app.picture("staff-account");
    app.settings("own");
    app.choose("[name=theme][value=dark]", "dark");
    app.click("[data-do=open-user-menu]");
    app.click("[data-do=go-account]");
    app.picture("staff-account-dark");
    app.sign_out();
    app.click("[data-do=forgot]");
    app.picture("forgot-dark");
}

/// The system opens the program with the link of a mail: the window that is there shows it, once nobody is at work in it.
#[test]
fn a_link_opens_in_the_window_that_is_there() {
    let home = tempfile::tempdir().unwrap();
    let sink = Sink::open();
    let branch = Branch::found(home.path(), "2026-07-09T10:00:00Z", "en", false);
    branch.mail_through(sink.port());
    branch.close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    app.sign_out();
    app.click("[data-do=forgot]");
    app.type_into("#forgot-form [name=email]", OFFICER);
    app.click("[data-do=send-reset]");
    app.text("a link is on its way");
    let link = link_for(&sink, OFFICER);
    app.click("[data-do=other-way]");
    app.find("[data-screen=sign-in] [name=password]");
    let open = || {
        let mut second = std::process::Command::new(env!("CARGO_BIN_EXE_farthing-desktop"));
        let ended = second.arg(&link).env("FARTHING_HOME", home.path()).status().unwrap();
        assert!(ended.success(), "the second process hands the link over and ends");
    };
    open();
    app.find("#forgot-form [name=link]");
    app.picture("forgot-handed-over");
    app.click("[data-do=open-link]");
    app.text("For who works here it takes the recovery secret");
    app.click("[data-do=other-way]");

    app.sign_in(ADMIN);
    app.go("customers");
    open();
    app.find("[data-screen=customers]");
    app.sign_out();
    app.find("#forgot-form [name=link]");
}
