//! What must hold for any text from outside that identity reads. The fuzz targets and the test that replays their seeds
//! share it.
#![allow(dead_code, reason = "each target uses one of them")]

use chrono::DateTime;
use farthing_api::{MailSecurity, MailSettings, Secret, SmsAuth, SmsForm, SmsMethod, SmsSettings};
use farthing_identity::mail::{self, Message};
use farthing_identity::password::cost_of;
use farthing_identity::tokens::Issuer;
use farthing_identity::{SlotFile, normalise_phone, sms, verify_password};

/// Any bytes as a key file: read in its one form, so that what is written again is the same; no paper opens it by chance.
pub fn slot_file(data: &[u8]) {
    let Ok(file) = SlotFile::read(data) else { return };
    assert_eq!(file.to_bytes().ok().as_deref(), Some(data), "a key file has one form");
    let slots = file.users().len();
    assert_eq!(file.only_sign_in().is_some(), slots == 1);
    let paper = Secret::new("0000-0000-0000-0000-0000-0000-0000-0000-0000");
    assert!(file.open_recovery(&paper).is_err());
}

/// Any text as an access token: nobody signs one by chance.
pub fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let verifier = Issuer::new(&[7; 32], "2026-01", "https://head.example.test", "farthing").verifier();
    let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap_or_default();
    assert!(verifier.check(text, now).is_err(), "{text}");
}

/// Any text as a stored hash: what asks for too much work is refused before any is done.
pub fn phc(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let password = Secret::new("copper lantern");
    match cost_of(text) {
        Err(_) => assert!(verify_password(&password, text).is_err(), "{text}"),
        // More would take the fuzzer's time alone.
        Ok(cost) if cost.memory_mib <= 1 && cost.passes <= 2 && cost.lanes <= 2 => {
            let _ = verify_password(&password, text);
        }
        Ok(cost) => assert!(cost.memory_mib <= 512 && cost.passes <= 10, "{text}"),
    }
}

/// Any text as a phone number: one form, which is its own form.
pub fn phone(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(phone) = normalise_phone(text) else { return };
    let digits = phone.strip_prefix('+').unwrap_or_default();
    assert!(
        digits.bytes().all(|b| b.is_ascii_digit()) && (8..=15).contains(&digits.len()),
        "{text}"
    );
    assert_eq!(normalise_phone(&phone).ok(), Some(phone), "{text}");
}

/// The gateway's address on the first line, the template after it: refused by a field, or goes to that host alone.
pub fn sms_template(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (url, template) = text.split_once('\n').unwrap_or((text, ""));
    for (method, form) in [
        (SmsMethod::Get, SmsForm::Form),
        (SmsMethod::Post, SmsForm::Form),
        (SmsMethod::Post, SmsForm::Json),
    ] {
        let settings = SmsSettings {
            url: url.into(),
            method,
            auth: SmsAuth::Bearer,
            account: String::new(),
            secret: Secret::new("key"),
            form,
            template: template.into(),
            from: "Desk".into(),
            success_at: String::new(),
            success_is: String::new(),
            id_at: String::new(),
            own_network: false,
        };
        let Ok(checked) = sms::check(&settings) else { continue };
        for message in [
            "plain",
            "\"}, {\"to\": \"+1\"",
            "&to=+1&x=\r\n{to}{text}",
            "\u{0}\u{7f}é",
        ] {
            let (asked, body) =
                sms::written(&settings, "+254700000001", message).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(asked.host_str(), checked.host_str(), "{text}");
            if form == SmsForm::Json && !body.is_empty() {
                let (plain, _) =
                    shape(&sms::written(&settings, "+254700000001", "plain").map_or_else(|_| String::new(), |w| w.1));
                assert_eq!(shape(&body).0, plain, "a message adds no key: {text}");
            }
        }
    }
}

/// How many keys and items JSON has, and whether it is JSON.
fn shape(json: &str) -> (usize, bool) {
    fn count(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::Array(items) => items.iter().map(count).sum::<usize>() + items.len(),
            serde_json::Value::Object(fields) => fields.values().map(count).sum::<usize>() + fields.len(),
            _ => 0,
        }
    }
    serde_json::from_str(json).map_or((0, false), |value| (count(&value), true))
}

/// Lines as sender, recipient, subject and text: a message has one of each header line, and none that nobody wrote.
pub fn mail_headers(data: &[u8]) {
    let Ok(all) = std::str::from_utf8(data) else { return };
    // A record separator stands between the parts, so that each may hold line breaks.
    let mut parts = all.splitn(4, '\u{1e}');
    let mut part = || parts.next().unwrap_or_default().to_string();
    let (from, to, subject, text) = (part(), part(), part(), part());
    let settings = MailSettings {
        host: "localhost".into(),
        port: 25,
        security: MailSecurity::None,
        username: String::new(),
        password: Secret::default(),
        from,
    };
    let message = Message {
        to,
        subject,
        html: text.clone(),
        text,
        id: None,
    };
    let Ok(written) = mail::written(&settings, message) else {
        return;
    };
    let written = String::from_utf8_lossy(&written).into_owned();
    let (head, _) = written.split_once("\r\n\r\n").unwrap_or((&written, ""));
    let mut names: Vec<String> = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap_or_default().to_lowercase())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["content-type", "date", "from", "mime-version", "subject", "to"],
        "{written}"
    );
}
