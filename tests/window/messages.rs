//! Text messages: an administrator sets the gateway, an officer verifies a phone, its owner comes in by a code.

use crate::gateway::Gateway;
use crate::harness::{ADMIN, App, Branch, OFFICER};

fn set_gateway(app: &App, gateway: &Gateway) {
    app.settings("sending");
    app.choose("#sms-form [name=sms][value=gateway]", "gateway");
    let url = format!("http://sms.example.org:{}/send", gateway.port);
    app.fill("#sms-form", &[("url", &url), ("from", "Harbour"), ("id_at", "/id")]);
    app.choose("#sms-form [name=auth]", "bearer");
    app.type_into("#sms-form [name=secret]", "planted-gateway-key");
    app.choose("#sms-form [name=form]", "json");
    app.type_into("#sms-form [name=template]", r#"{"to": "{to}", "text": "{text}"}"#);
    // Codes that others could read on their way are refused at the field; what was typed stays.
    app.click("[data-do=save-sms]");
    app.text("Without https others on the way could read the codes.");
    app.picture("sms-refused");
    app.type_into("#sms-form [name=url]", &url.replace("sms.example.org", "localhost"));
    app.type_into("#sms-form [name=to]", "+254 700 000 009");
    app.click("[data-do=test-sms]");
    assert_eq!(gateway.message().0, "+254700000009");
    app.text("The message to +254 700 000 009 was handed over.");
    app.click("[data-do=save-sms]");
    app.text("The text message settings are in force.");
    app.picture("tour-text-messages");
}

/// The preset asks for account, token and sender alone, and knows the rest: it is there for whoever describes the gateway instead.
#[test]
fn the_preset_of_twilio_fills_the_gateway() {
    let home = tempfile::tempdir().unwrap();
    Branch::found(home.path(), "2025-03-02T09:00:00Z", "en", false).close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    app.settings("sending");
    app.choose("#sms-form [name=sms][value=twilio]", "twilio");
    app.find("#sms-form [name=account]");
    assert!(app.all("#sms-form [name=url], #sms-form [name=template]").is_empty());
    app.click("[data-do=save-sms]");
    app.find("#sms-form [name=account][aria-invalid=true]");
    app.fill(
        "#sms-form",
        &[
            ("account", "AC0123"),
            ("secret", "planted-token"),
            ("from", "+15005550006"),
        ],
    );
    app.picture("sms-twilio");
    app.click("[data-do=save-sms]");
    app.text("The text message settings are in force.");

    // Who comes back finds the preset chosen, and the token nowhere.
    app.go("customers");
    app.settings("sending");
    app.find("#sms-form [name=sms][value=twilio]:checked");
    let value = |field: &str| {
        app.script(&format!(
            "return document.querySelector('#sms-form [name={field}]').value;"
        ))
    };
    assert_eq!((value("account"), value("secret")), ("AC0123".into(), "".into()));
    app.choose("#sms-form [name=sms][value=gateway]", "gateway");
    app.find("#sms-form [name=url]");
    for (field, filled) in [
        ("url", "https://api.twilio.com/2010-04-01/Accounts/AC0123/Messages.json"),
        ("method", "post"),
        ("auth", "basic"),
        ("account", "AC0123"),
        ("form", "form"),
        ("template", "To={to}&From={from}&Body={text}"),
        ("from", "+15005550006"),
        ("id_at", "/sid"),
    ] {
        assert_eq!(value(field), filled, "{field}");
    }
    app.picture("sms-twilio-as-gateway");
}

#[test]
fn a_phone_is_verified_and_lets_its_owner_in() {
    let home = tempfile::tempdir().unwrap();
    let gateway = Gateway::start();
    let branch = Branch::found(home.path(), "2025-03-02T09:00:00Z", "en", false);
    branch.customer();
    branch.close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    set_gateway(&app, &gateway);

    app.hand_over(OFFICER);
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.click("#verify-phone [data-do=send-code]");
    let code = gateway.code();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    app.type_into("#verify-phone [name=code]", wrong);
    app.click("#verify-phone [data-do=verify-code]");
    app.text("This code is not right.");
    app.picture("tour-phone-code");
    app.type_into("#verify-phone [name=code]", &code);
    app.click("#verify-phone [data-do=verify-code]");
    app.text("Money may be paid out to this customer.");
    app.click("[data-do=open-access]");
    app.text("codes that go to the verified phone");
    app.click("[data-do=save-access]");
    app.text("Can sign in here");

    // Two minutes later the phone's owner comes in by a code of their own.
    app.sign_out();
    app.set_clock("2025-03-02T09:02:00Z");
    app.click("[data-do=other-way]");
    app.type_into("#code-form [name=to]", "0700 000 001");
    app.click("#code-form [data-do=send-code]");
    app.text("Write the number with + and the country first");
    app.type_into("#code-form [name=to]", "+254 700 000 001");
    app.click("#code-form [data-do=send-code]");
    app.type_into("#code-form [name=code]", &gateway.code());
    app.click("[data-do=sign-in-with-code]");
    app.find("[data-screen=customer-home]");
}
