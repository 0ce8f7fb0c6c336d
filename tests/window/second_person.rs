//! Two people: asking for access and being let in, what takes a second person, the lock with its PIN, and ending a session.

use crate::harness::{ADMIN, App, Begins, Key, Mail, OFFICER, PASSWORD};

const NEW: &str = "nia@branch.test";
const THEIRS: &str = "seven quiet lanterns drift 4";
const SECOND: &str = "second@branch.test";

fn add(app: &App, name: &str, email: &str, role: &str) {
    app.click("[data-do=new-user]");
    app.choose("#user-form [name=role]", role);
    app.fill(
        "#user-form",
        &[("name", name), ("email", email), ("password", PASSWORD)],
    );
    app.click("[data-do=add-user]");
    app.find(&format!("[data-row='{email}']"));
}

#[test]
fn what_takes_two_is_done_by_two() {
    let home = tempfile::tempdir().unwrap();
    let app = App::start_at(home.path(), "2025-03-03T09:00:00Z");
    app.first_run(ADMIN, Mail::None, Begins::Empty);
    app.go("staff");
    add(&app, "Bea Second", SECOND, "administrator");

    // Someone asks for access on the first screen, and is let in.
    app.sign_out();
    app.click("[data-do=ask-for-access]");
    app.fill(
        "#sign-up",
        &[("name", "Nia Mwangi"), ("email", NEW), ("password", "too short")],
    );
    app.click("[data-do=sign-up]");
    app.text("needs 12");
    app.fill("#sign-up", &[("password", THEIRS)]);
    app.picture("sign-up");
    app.click("[data-do=sign-up]");
    app.text("Your request is kept.");
    app.click("[data-do=other-way]");
    app.sign_in_with(NEW, THEIRS);
    app.text("don't belong together");
    app.sign_in(ADMIN);
    app.go("staff");
    app.find(&format!("[data-row='{NEW}'][data-waits=true]"));
    app.picture("staff-waiting");
    app.click(&format!("[data-row='{NEW}'] [data-do=admit]"));
    app.choose("#admit-form [name=role]", "officer");
    app.click("[data-do=save-admit]");
    app.text("Nia Mwangi can sign in now.");

    // From now on people are changed by two.
    app.settings("rules");
    app.choose("#second-person-form [name=guard-people]", "true");
    app.choose("#second-person-form [name=guard-write_off]", "true");
    app.picture("second-person-rules");
    app.click("[data-do=save-second-person]");
    app.text("This is in force.");
    app.go("staff");
    app.click(&format!("[data-row='{NEW}'] [data-do=take-access]"));
    app.click("[data-do=save-access]");
    app.text("This takes a second person.");
    app.go("requests");
    app.find("[data-request=take_access] [data-do=reject-request]");
    assert_eq!(app.all("[data-do=approve-request]").len(), 0, "not by who asked");
    app.hand_over(SECOND);
    app.go("requests");
    app.picture("requests");
    app.click("[data-request=take_access] [data-do=approve-request]");
    app.click("[data-do=save-decision]");
    app.text("Nothing waits for a second person.");
    app.click("[data-tab=all]");
    app.text("Carried out");
    app.picture("requests-all");
    app.settings("own");
    app.choose("[name=theme][value=dark]", "dark");
    app.go("requests");
    app.click("[data-tab=all]");
    app.text("Carried out");
    app.picture("requests-dark");
    app.settings("rules");
    app.find("#second-person-form");
    app.picture("second-person-rules-dark");
    app.sign_out();
    app.sign_in_with(NEW, THEIRS);
    app.text("don't belong together");
}

#[test]
fn a_lock_gives_way_to_a_pin_and_a_session_is_ended_from_the_list() {
    let home = tempfile::tempdir().unwrap();
    let app = App::start_at(home.path(), "2025-03-03T09:00:00Z");
    app.first_run(ADMIN, Mail::None, Begins::Empty);
    app.go("staff");
    add(&app, "Olu Officer", OFFICER, "officer");
    app.hand_over(OFFICER);
    app.settings("own");
    app.type_into("#pin-form [name=pin]", "123456");
    app.click("[data-do=set-pin]");
    app.text("A PIN has six digits");
    app.type_into("#pin-form [name=pin]", "270391");
    app.click("[data-do=set-pin]");
    app.prove(PASSWORD);
    app.text("The PIN is in force.");
    let lock = || {
        app.click("[data-do=open-user-menu]");
        app.click("[data-do=lock]");
        app.find("[data-screen=locked]");
    };
    lock();
    app.type_into("#unlock [name=pin]", "270392");
    app.click("[data-do=unlock]");
    app.text("This is not your PIN. Tries left: 2.");
    app.picture("locked-pin");
    app.type_into("#unlock [name=pin]", "270391");
    app.click("[data-do=unlock]");
    app.gone("[data-screen=locked]");
    app.settings("sessions");
    app.find("[data-session=current][data-who='Olu Officer']");
    // Whoever comes back to the settings finds the tab that they left; the arrow keys walk the tabs.
    app.go("customers");
    app.go("settings");
    app.find("[data-session=current][data-who='Olu Officer']");
    app.click("[data-tab=sessions]");
    app.press(&[Key::Left]);
    app.find("#pin-form");

    // Someone else works here; the administrator ends what was left behind, and the PIN is worth nothing.
    lock();
    app.click("[data-screen=locked] [data-do=sign-out]");
    app.sign_in(ADMIN);
    app.settings("sessions");
    app.find("[data-session=waits][data-who='Olu Officer']");
    app.script("document.querySelector('[data-part=sessions]').scrollIntoView()");
    app.picture("sessions");
    app.click("[data-session=waits] [data-do=end-session]");
    app.prove(PASSWORD);
    app.text("Ended from the list");
    app.sign_out();
    app.sign_in_with(OFFICER, "270391");
    app.text("don't belong together");
    app.sign_in(OFFICER);
}
