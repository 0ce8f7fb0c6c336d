//! What a gateway is asked: address and body, with phone, sender and message in their blanks.

use crate::host::is_this_machine;
use crate::sms::may_ask;
use farthing_api::{ApiError, Code, SmsAuth, SmsForm, SmsMethod, SmsSettings};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde_json::Value;

/// What goes out.
pub(crate) struct Asked {
    pub(crate) url: Url,
    pub(crate) body: Filled,
}

/// The body.
pub(crate) enum Filled {
    Nothing,
    Form(Vec<(String, String)>),
    Json(String),
}

/// Checks settings before they are kept or used, and answers with the gateway's address, its blanks still open.
///
/// # Errors
/// Names the field that needs a change.
pub fn check(settings: &SmsSettings) -> Result<Url, ApiError> {
    let field = |field: &str, code: Code| Err(ApiError::input(field, code));
    let filled = |with: &str| with_blanks(settings.url.trim(), |_| with.into()).parse::<Url>();
    // What fills a blank must not choose who is asked.
    let url = match (filled("0"), filled("1")) {
        (Ok(url), Ok(other)) if url.has_host() && url.origin() == other.origin() => url,
        _ => return field("url", Code::SmsUrl),
    };
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "https" => {}
        "http" if is_this_machine(host) => {}
        "http" => return field("url", Code::SmsUnprotected),
        _ => return field("url", Code::SmsUrl),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return field("url", Code::SmsUrlAccount);
    }
    if !may_ask(&url, settings.own_network) {
        return Err(ApiError::input("url", Code::SmsOwnNetwork).with("server", host));
    }
    let needs_account = matches!(settings.auth, SmsAuth::Basic | SmsAuth::Header);
    if needs_account && settings.account.trim().is_empty() {
        return field("account", Code::Required);
    }
    let is_token = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if settings.auth == SmsAuth::Header && !is_token(settings.account.trim()) {
        return field("account", Code::SmsHeader);
    }
    for (name, pointer) in [("success_at", &settings.success_at), ("id_at", &settings.id_at)] {
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return field(name, Code::SmsPointer);
        }
    }
    let probe = fill(settings, "+254700000001", "probe")?;
    let has_message = match &probe.body {
        Filled::Nothing => false,
        Filled::Form(pairs) => pairs.iter().any(|(_, value)| value.contains("probe")),
        Filled::Json(json) => json.contains("probe"),
    };
    if !has_message && !settings.url.contains("{text}") {
        return field("template", Code::SmsNoText);
    }
    if !settings.url.contains("{to}") && !settings.template.contains("{to}") {
        return field("template", Code::SmsNoText);
    }
    Ok(url)
}

/// Fills the blanks, each as its place needs it: percent-encoded in the address, a pair's value in a form, a string's part in
/// JSON. A message can't add a parameter or a key.
pub(crate) fn fill(settings: &SmsSettings, to: &str, text: &str) -> Result<Asked, ApiError> {
    let blank = |name: &str| match name {
        "to" => to.to_string(),
        "from" => settings.from.trim().to_string(),
        _ => text.to_string(),
    };
    let encoded = |name: &str| utf8_percent_encode(&blank(name), NON_ALPHANUMERIC).to_string();
    let url = with_blanks(settings.url.trim(), encoded)
        .parse()
        .map_err(|_| ApiError::input("url", Code::SmsUrl))?;
    let template = settings.template.trim();
    let body = match (template.is_empty(), settings.method, settings.form) {
        (true, ..) | (_, SmsMethod::Get, _) => Filled::Nothing,
        (_, _, SmsForm::Form) => {
            let pair = |part: &str| {
                part.split_once('=')
                    .filter(|(key, _)| !key.trim().is_empty())
                    .map(|(key, value)| (key.trim().to_string(), with_blanks(value, blank)))
                    .ok_or_else(|| ApiError::input("template", Code::SmsTemplateForm))
            };
            Filled::Form(template.split('&').map(pair).collect::<Result<_, _>>()?)
        }
        (_, _, SmsForm::Json) => {
            let mut json: Value =
                serde_json::from_str(template).map_err(|_| ApiError::input("template", Code::SmsTemplateJson))?;
            fill_json(&mut json, &blank);
            Filled::Json(json.to_string())
        }
    };
    Ok(Asked { url, body })
}

/// What a gateway is asked for a message, without asking it: the address, and the body as text.
///
/// # Errors
/// Names the field of the settings that needs a change.
pub fn written(settings: &SmsSettings, to: &str, text: &str) -> Result<(Url, String), ApiError> {
    let asked = fill(settings, to, text)?;
    let body = match asked.body {
        Filled::Nothing => String::new(),
        Filled::Form(pairs) => pairs
            .into_iter()
            .map(|(key, value)| format!("{key}={value}\n"))
            .collect(),
        Filled::Json(json) => json,
    };
    Ok((asked.url, body))
}

fn fill_json(json: &mut Value, blank: &impl Fn(&str) -> String) {
    match json {
        Value::String(text) => *text = with_blanks(text, blank),
        Value::Array(items) => items.iter_mut().for_each(|item| fill_json(item, blank)),
        Value::Object(fields) => fields.values_mut().for_each(|item| fill_json(item, blank)),
        _ => {}
    }
}

/// Fills `{to}`, `{from}` and `{text}` in one pass, so that what fills one blank is never taken for another.
fn with_blanks(template: &str, blank: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match ["to", "from", "text"].iter().find(|name| {
            rest[1..]
                .strip_prefix(**name)
                .is_some_and(|after| after.starts_with('}'))
        }) {
            Some(name) => {
                out.push_str(&blank(name));
                rest = &rest[name.len() + 2..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use farthing_api::Secret;

    fn twilio() -> SmsSettings {
        SmsSettings {
            url: "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json".into(),
            method: SmsMethod::Post,
            auth: SmsAuth::Basic,
            account: "AC1".into(),
            secret: Secret::new("token"),
            form: SmsForm::Form,
            template: "To={to}&From={from}&Body={text}".into(),
            from: "+15005550006".into(),
            success_at: String::new(),
            success_is: String::new(),
            id_at: "/sid".into(),
            own_network: false,
        }
    }

    #[test]
    fn a_message_stays_in_its_blank() {
        let nasty = "a&To=+1 {to} \"}, \"x\": 1 é";
        let Filled::Form(pairs) = fill(&twilio(), "+254700000001", nasty).unwrap().body else {
            panic!("a form")
        };
        let expected = [("To", "+254700000001"), ("From", "+15005550006"), ("Body", nasty)];
        assert_eq!(pairs, expected.map(|(k, v)| (k.to_string(), v.to_string())));

        let json = SmsSettings {
            form: SmsForm::Json,
            template: r#"{"messages": [{"to": "{to}", "text": "Desk: {text}"}]}"#.into(),
            ..twilio()
        };
        let Filled::Json(body) = fill(&json, "+254700000001", nasty).unwrap().body else {
            panic!("JSON")
        };
        let read: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(read["messages"][0]["to"], "+254700000001");
        assert_eq!(read["messages"][0]["text"], format!("Desk: {nasty}"));

        let get = SmsSettings {
            method: SmsMethod::Get,
            url: "https://sms.example.org/send?to={to}&text={text}".into(),
            template: String::new(),
            ..twilio()
        };
        let url = fill(&get, "+254700000001", nasty).unwrap().url;
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs.len(), 2, "{url}");
        assert_eq!(pairs[0].1, "+254700000001");
        assert_eq!(pairs[1].1, nasty);
    }

    #[test]
    fn settings_that_cannot_work_are_refused_by_field() {
        assert!(check(&twilio()).is_ok());
        let wrong = |change: &dyn Fn(&mut SmsSettings)| {
            let mut settings = twilio();
            change(&mut settings);
            let error = check(&settings).unwrap_err();
            (error.field.unwrap_or_default(), error.code)
        };
        let url = |to: &'static str| move |s: &mut SmsSettings| s.url = to.into();
        type Change<'a> = &'a dyn Fn(&mut SmsSettings);
        let cases: [(&str, Code, Change<'_>); 12] = [
            ("url", Code::SmsUrl, &url("api.twilio.com")),
            ("url", Code::SmsUrl, &url("ftp://api.twilio.com/")),
            ("url", Code::SmsUnprotected, &url("http://api.twilio.com/")),
            ("url", Code::SmsUrlAccount, &url("https://me:secret@api.twilio.com/")),
            ("url", Code::SmsOwnNetwork, &url("https://10.0.0.8/send")),
            ("url", Code::SmsOwnNetwork, &url("https://169.254.169.254/send")),
            ("url", Code::SmsOwnNetwork, &url("https://[fd00::1]/send")),
            ("account", Code::Required, &|s| s.account = " ".into()),
            ("success_at", Code::SmsPointer, &|s| s.success_at = "status".into()),
            ("template", Code::SmsTemplateForm, &|s| {
                s.template = "{to} {text}".into()
            }),
            ("template", Code::SmsTemplateJson, &|s| s.form = SmsForm::Json),
            ("template", Code::SmsNoText, &|s| s.template = "To={to}".into()),
        ];
        for (field, code, change) in cases {
            assert_eq!(wrong(change), (field.to_string(), code));
        }
        let mut local = twilio();
        local.url = "http://localhost:8025/send".into();
        assert!(check(&local).is_ok());
        local.url = "https://10.0.0.8/send".into();
        local.own_network = true;
        assert!(check(&local).is_ok());
    }
}
