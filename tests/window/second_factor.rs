//! The second step of a sign-in, as people meet it: the first run sets an authenticator up, and from then on it is asked for.

use crate::harness::{ADMIN, App, Key, OFFICER, PASSWORD};
use chrono::DateTime;
use farthing_api::Secret;
use farthing_identity::second_factor::code_at;

const FIRST_RUN: &str = "2025-03-02T09:00:00Z";

fn code(key: &Secret, at: &str) -> String {
    let at = DateTime::parse_from_rfc3339(at).unwrap().into();
    code_at(key, at).unwrap().reveal().to_owned()
}

/// Sets an authenticator up; its key, and the recovery codes.
fn enrol(app: &App, at: &str, picture: &str) -> (Secret, Vec<String>) {
    app.find("[data-screen=enrol-second-factor] .factor-qr svg");
    app.picture(picture);
    let key = Secret::new(app.read("[data-figure=second-factor-key]").replace(' ', ""));
    app.type_into("#enrol-form [name=code]", "12345");
    app.click("[data-do=confirm-second-factor]");
    app.text("This code is not right");
    app.type_into("#enrol-form [name=code]", &code(&key, at));
    app.click("[data-do=confirm-second-factor]");
    app.find("[data-screen=recovery-codes]");
    let codes = app
        .script("return [...document.querySelectorAll('[data-figure=recovery-codes] li')].map(li => li.textContent)");
    let codes: Vec<String> = serde_json::from_value(codes).unwrap();
    assert_eq!(codes.len(), 10, "{codes:?}");
    app.picture("tour-recovery-codes");
    app.choose("[name=kept]", "true");
    app.click("[data-do=codes-kept]");
    app.find("[data-nav=settings]");
    (key, codes)
}

#[test]
fn an_authenticator_is_set_up_and_then_asked_for() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("clock"), FIRST_RUN).unwrap();
    let app = App::start_asking(home.path());
    app.first_run_until_recovery(ADMIN);
    let (admin_key, _) = enrol(&app, FIRST_RUN, "tour-authenticator");
    app.go("staff");
    app.click("[data-do=new-user]");
    app.fill(
        "#user-form",
        &[("name", "Olu Officer"), ("email", OFFICER), ("password", PASSWORD)],
    );
    app.click("[data-do=add-user]");
    app.find(&format!("[data-row='{OFFICER}']"));

    // The officer's first sign-in; then one with a code, and one with a recovery code, which works once.
    app.sign_out();
    app.sign_in(OFFICER);
    let (_, recovery) = enrol(&app, FIRST_RUN, "authenticator-officer");
    assert_eq!(app.all("[data-nav=staff]").len(), 0);
    app.sign_out();
    app.sign_in(OFFICER);
    app.find("[data-screen=second-factor]");
    app.picture("tour-second-factor");
    app.click("[data-do=other-factor]");
    app.type_into("#second-factor [name=code]", &recovery[0].to_lowercase());
    app.click("[data-do=check-second-factor]");
    app.find("[data-nav=customers]");
    app.sign_out();
    app.sign_in(OFFICER);
    app.find("[data-screen=second-factor]");
    app.type_into("#second-factor [name=code]", &recovery[0]);
    app.click("[data-do=check-second-factor]");
    app.text("This is not one of your recovery codes");

    // The phone is lost: an administrator, who comes in by their own code, resets it.
    app.click("[data-do=sign-out]");
    let later = "2025-03-02T09:01:00Z";
    app.set_clock(later);
    app.sign_in(ADMIN);
    app.type_into("#second-factor [name=code]", &code(&admin_key, FIRST_RUN));
    app.click("[data-do=check-second-factor]");
    app.text("This code is not right, or was used already");
    app.type_into("#second-factor [name=code]", &code(&admin_key, later));
    app.click("[data-do=check-second-factor]");
    app.go("staff");
    app.wait_until("every permission to be listed", || {
        app.all("[data-part=permissions] tbody tr").len() == farthing_office::permission::TABLE.len()
    });
    app.picture("tour-staff");
    app.click(&format!("[data-row='{OFFICER}'] [data-do=reset-factor]"));
    app.click("[data-do=save-reset]");
    app.text("sets up a new authenticator at the next sign-in");
    app.settings("own");
    app.text("Recovery codes left: 10.");
    // New recovery codes, and another authenticator: each after password and authenticator were given once more.
    let again = "2025-03-02T09:02:00Z";
    app.set_clock(again);
    app.click("[data-do=renew-recovery-codes]");
    app.click("[data-do=make-recovery-codes]");
    app.type_into("#prove-form [name=password]", "not my password at all");
    app.type_into("#prove-form [name=code]", &code(&admin_key, again));
    app.picture("prove");
    app.click("[data-do=prove]");
    app.text("This is not your password.");
    app.type_into("#prove-form [name=password]", PASSWORD);
    app.click("[data-do=prove]");
    app.gone("[data-dialog=prove]");
    app.find("[data-figure=recovery-codes]");
    app.choose("[data-dialog=recovery-codes] [name=kept]", "true");
    app.click("[data-do=codes-kept]");
    app.text("The change is in force.");
    app.click("[data-do=replace-second-factor]");
    app.find("[data-dialog=second-factor] .factor-qr svg");
    app.picture("replace-authenticator");
    app.press(&[Key::Escape]);
    app.gone("[data-dialog=second-factor]");
    app.go("audit");
    app.text("Set or reset a second factor");
    app.text("Second step of a sign-in: This code is not right, or was used already");
    app.picture("tour-audit");
    app.click("[data-do=export-audit]");
    app.text("The audit is here:");
    app.sign_out();
    app.sign_in(OFFICER);
    app.find("[data-screen=enrol-second-factor]");
}
