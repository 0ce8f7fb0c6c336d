//! A customer at a computer of their own: the code, what is theirs, work without a line, and what the officer sees of it.

use crate::harness::{ADMIN, App, Branch, CUSTOMER, Central, PASSWORD, Sink, copy_files};
use farthing_api::{BringToServer, Contact, OpenCustomerAccess, Secret, SendCode, VerifyCode};

const MORNING: &str = "2025-03-03T09:00:00Z";
/// Late enough after the morning that a desk which found the server silent tries again.
const LATER: &str = "2025-03-03T09:04:00Z";
const OWN_PASSWORD: &str = "thimble wanders past nine lanterns 4";

/// A branch with a server, and a customer with a loan and a sign-in.
fn founded(home: &std::path::Path, sink: &Sink) -> Central {
    let branch = Branch::found(home, MORNING, "en", false);
    branch.mail_through(sink.port());
    let customer = branch.borrower().row.customer;
    let sent = branch.ask(|desk| {
        desk.send_code(SendCode {
            customer,
            contact: Contact::Email,
        })
    });
    let verify = VerifyCode {
        customer,
        challenge: sent.challenge,
        code: Secret::new(sink.code_for(CUSTOMER)),
    };
    branch.ask(|desk| desk.verify_code(verify));
    let open = OpenCustomerAccess {
        customer,
        password: Some(Secret::new(OWN_PASSWORD)),
    };
    branch.ask(|desk| desk.open_customer_access(open));
    let central = Central::mailing("2025-03-03T12:00:00Z", sink.port());
    let link = Secret::new(central.link());
    branch.ask(|desk| desk.bring_to_server(BringToServer { link }));
    branch.close();
    central
}

/// The machine becomes the customer's by a code; a wrong one and a short password are refused at their fields.
fn make_it_theirs(own: &App, central: &Central, sink: &Sink) {
    own.find("[data-screen=first-run]");
    own.picture("own-machine-offer");
    own.click("[data-do=own-machine]");
    let (address, _) = central.link().split_once("/#").unwrap();
    own.fill("#own-machine", &[("server", address), ("email", CUSTOMER)]);
    own.picture("own-machine");
    own.click("[data-do=ask-own-code]");
    own.find("#own-machine [name=code]");
    let code = sink.code_for(CUSTOMER);
    let wrong = if code == "123456" { "123457" } else { "123456" };
    own.fill("#own-machine", &[("code", wrong), ("password", "short")]);
    own.click("[data-do=join-as-customer]");
    own.text("characters and needs 15");
    own.fill("#own-machine", &[("code", wrong), ("password", OWN_PASSWORD)]);
    own.click("[data-do=join-as-customer]");
    own.text("This code is not right");
    own.picture("own-machine-code");
    own.type_into("#own-machine [name=code]", &code);
    own.click("[data-do=join-as-customer]");
    own.find("[data-screen=recovery]");
    own.choose("[name=kept]", "true");
    own.click("[data-do=open-desk]");
    own.find("[data-screen=customer-home]");
    own.picture("own-home");
}

#[test]
fn a_customer_works_on_their_own_computer_and_the_officer_sees_it() {
    let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sink = Sink::open();
    let central = founded(home.path(), &sink);
    let officer = App::start_at(home.path(), MORNING);
    let own = App::start_beside(&officer, other.path(), MORNING);
    make_it_theirs(&own, &central, &sink);
    own.shows("[data-figure=sync-waiting]", "All sent and decided");

    central.cut(true);
    own.click("[data-do=give-notice]");
    own.fill("#notice-form", &[("amount", "100"), ("reference", "MPESA-QX77")]);
    own.click("[data-do=send-notice]");
    own.find("[data-screen=customer-home]");
    own.click("[data-do=account]");
    own.type_into("#phone-form [name=phone]", "12");
    own.click("[data-do=tell-phone]");
    own.find("#phone-form [aria-invalid=true]");
    own.type_into("#phone-form [name=phone]", "+254700000777");
    own.click("[data-do=tell-phone]");
    own.text("the branch will verify it");
    own.text("+254700000777");
    own.picture("own-account");
    own.click("[data-do=home]");
    own.shows("[data-figure=sync-waiting]", "2 waiting to be sent");
    own.picture("own-offline");

    central.cut(false);
    own.set_clock(LATER);
    own.shows("[data-figure=sync-waiting]", "All sent and decided");
    officer.set_clock(LATER);
    officer.sign_in(ADMIN);
    officer.go("attention");
    officer.text("A customer has another phone");
    officer.text("MPESA-QX77");
    officer.picture("own-attention");
    officer.go("settings");
    officer.text("Customer’s own");
    officer.picture("own-devices");

    // The computer knows its owner again, and nobody else.
    own.click("[data-do=sign-out]");
    own.find("[data-screen=sign-in]");
    own.gone("[data-do=ask-for-access]");
    own.picture("own-sign-in");
    own.sign_in_with(ADMIN, PASSWORD);
    own.text("don't belong together");
    own.sign_in_with(CUSTOMER, OWN_PASSWORD);
    own.find("[data-screen=customer-home]");
}

/// A copy of the customer's computer took another phone down; a code to their email lets it go on.
#[test]
fn a_copy_of_a_customers_computer_goes_on_by_a_code() {
    let (home, other, copy) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let sink = Sink::open();
    let central = founded(home.path(), &sink);
    let mut own = App::start_at(other.path(), MORNING);
    make_it_theirs(&own, &central, &sink);
    own.shows("[data-figure=sync-waiting]", "All sent and decided");
    own.kill();
    copy_files(other.path(), copy.path());
    own.restart();
    let copied = App::start_beside(&own, copy.path(), MORNING);
    for (app, phone) in [(&own, "+254700000777"), (&copied, "+254700000778")] {
        app.sign_in_with(CUSTOMER, OWN_PASSWORD);
        app.find("[data-screen=customer-home]");
        app.click("[data-do=account]");
        app.type_into("#phone-form [name=phone]", phone);
        app.click("[data-do=tell-phone]");
        app.text("the branch will verify it");
        app.click("[data-do=home]");
        if phone.ends_with('7') {
            app.shows("[data-figure=sync-waiting]", "All sent and decided");
        }
    }
    central.set_clock("2025-03-03T12:05:00Z");
    copied.set_clock(LATER);
    copied.find("[data-do=ask-code-again]");
    copied.picture("own-copied");
    copied.click("[data-do=ask-code-again]");
    copied.find("#let-in-anew [name=code]");
    copied.picture("own-copied-code");
    copied.type_into("#let-in-anew [name=code]", &sink.code_for(CUSTOMER));
    copied.click("[data-do=let-in-anew]");
    copied.gone("#let-in-anew");
    copied.shows("[data-figure=sync-waiting]", "All sent and decided");
    copied.picture("own-let-in");
}
