//! The SMS transport: one text message at a time, through any gateway that is spoken to over HTTP.
//!
//! A message is handed over once: nothing is tried again here, redirects are not followed, and an answer that is missing or
//! unclear is told as such. Names that lead into the own network are refused where they are resolved, so that an address
//! can't change between the check and the connection.

pub use crate::sms_template::{check, written};
pub use crate::templates::{code_text, test_text};

use crate::host::{address_of, is_this_machine};
use crate::sms_template::{Filled, fill};
use farthing_api::{ApiError, Code, ErrorKind, SmsAuth, SmsMethod, SmsSent, SmsSettings};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, StatusCode, Url, redirect, retry};
use serde_json::Value;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

/// A message is given up when the gateway has not answered after so many seconds.
const TIMEOUT: Duration = Duration::from_secs(TIMEOUT_SECONDS as u64);
const TIMEOUT_SECONDS: u32 = 10;
/// More than any gateway has to say.
const LARGEST_ANSWER: usize = 64 << 10;
/// Letters of a message's id that are kept: more than any gateway's has.
const LONGEST_ID: usize = 128;

/// A text message to one phone.
#[derive(Clone, Debug)]
pub struct Text {
    /// The phone, as [`crate::normalise_phone`] writes it.
    pub to: String,
    /// What it says.
    pub text: String,
    /// Names the message, so that a gateway which knows such a header sends it once.
    pub key: String,
}

/// Why a text message is not on its way, with the answer for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// The settings can't be used; trying again changes nothing.
    #[error("{0}")]
    Settings(ApiError),
    /// The gateway did not answer in time, or not in a way that can be trusted: the message may be on its way or not.
    #[error("{0}")]
    Unclear(ApiError),
    /// The gateway could not be reached, so nothing was sent.
    #[error("{0}")]
    Unreachable(ApiError),
    /// The gateway refuses the account or the message.
    #[error("{0}")]
    Refused(ApiError),
}

/// Hands a text message to the gateway.
///
/// # Errors
/// [`SmsError`]; only [`SmsError::Unclear`] leaves open whether the message was sent.
pub async fn send(settings: &SmsSettings, text: &Text) -> Result<SmsSent, SmsError> {
    let url = check(settings).map_err(SmsError::Settings)?;
    let gateway = url.host_str().unwrap_or_default().to_string();
    let filled = fill(settings, &text.to, &text.text).map_err(SmsError::Settings)?;
    let client = client(settings, &gateway)?;
    let request = match settings.method {
        SmsMethod::Post => client.post(filled.url),
        SmsMethod::Put => client.put(filled.url),
        SmsMethod::Get => client.get(filled.url),
    };
    let request = match settings.auth {
        SmsAuth::None => request,
        SmsAuth::Basic => request.basic_auth(&settings.account, Some(settings.secret.reveal())),
        SmsAuth::Bearer => request.bearer_auth(settings.secret.reveal()),
        SmsAuth::Header => request.header(settings.account.trim(), settings.secret.reveal()),
    };
    let request = match filled.body {
        Filled::Nothing => request,
        Filled::Form(pairs) => request.form(&pairs),
        Filled::Json(json) => request.header("content-type", "application/json").body(json),
    };
    match request.header("idempotency-key", &text.key).send().await {
        Ok(response) => read(settings, &gateway, response).await,
        Err(error) => Err(in_words(&gateway, &error)),
    }
}

fn client(settings: &SmsSettings, gateway: &str) -> Result<Client, SmsError> {
    Client::builder()
        .timeout(TIMEOUT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .user_agent("Farthing")
        .dns_resolver(Guarded {
            own_network: settings.own_network,
            look_up: |name| Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) }),
        })
        .build()
        .map_err(|_| SmsError::Unreachable(answer(Code::SmsNoTls, gateway)))
}

async fn read(settings: &SmsSettings, gateway: &str, mut response: Response) -> Result<SmsSent, SmsError> {
    let status = response.status();
    let said = |code| answer(code, gateway).with("answer", u32::from(status.as_u16()));
    if status.is_redirection() {
        return Err(SmsError::Refused(said(Code::SmsElsewhere)));
    }
    if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        return Err(SmsError::Refused(said(Code::SmsAccount)));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(SmsError::Unreachable(said(Code::SmsLater)));
    }
    if status.is_server_error() {
        return Err(SmsError::Unclear(said(Code::SmsTrouble)));
    }
    if !status.is_success() {
        return Err(SmsError::Refused(said(Code::SmsRefused)));
    }
    if settings.success_at.is_empty() && settings.id_at.is_empty() {
        return Ok(SmsSent { id: String::new() });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| in_words(gateway, &error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST_ANSWER {
            return Err(SmsError::Unclear(said(Code::SmsUnreadable)));
        }
    }
    let json: Value = serde_json::from_slice(&bytes).map_err(|_| SmsError::Unclear(said(Code::SmsUnreadable)))?;
    let at = |pointer: &str| json.pointer(pointer).and_then(word).unwrap_or_default();
    if !settings.success_at.is_empty() && at(&settings.success_at) != settings.success_is {
        return Err(SmsError::Refused(said(Code::SmsRefused)));
    }
    let id = at(&settings.id_at);
    Ok(SmsSent {
        id: id.chars().filter(|c| !c.is_control()).take(LONGEST_ID).collect(),
    })
}

/// A plain value as its letters; nothing for a list or an object.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn answer(code: Code, gateway: &str) -> ApiError {
    ApiError::new(ErrorKind::Unavailable, code).with("server", gateway)
}

/// The error in words; its own text would show the address, in which some gateways want the account.
fn in_words(gateway: &str, error: &reqwest::Error) -> SmsError {
    if error.is_builder() {
        return SmsError::Settings(answer(Code::SmsAddress, gateway));
    }
    let refused = sources(error).any(|source| source.is::<OwnNetwork>());
    match (refused, error.is_connect(), error.is_timeout()) {
        (true, ..) => SmsError::Settings(answer(Code::SmsOwnNetwork, gateway)),
        (_, true, false) => SmsError::Unreachable(answer(Code::SmsUnreachable, gateway)),
        (_, true, true) => SmsError::Unreachable(silent(gateway)),
        (_, false, true) => SmsError::Unclear(silent(gateway)),
        (_, false, false) => SmsError::Unclear(answer(Code::SmsBroken, gateway)),
    }
}

fn silent(gateway: &str) -> ApiError {
    answer(Code::SmsSilent, gateway).with("seconds", TIMEOUT_SECONDS)
}

fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
}

/// The name leads into the own network.
#[derive(Debug, thiserror::Error)]
#[error("the name leads into the own network")]
struct OwnNetwork;

/// What looks the addresses of a name up.
type LookUp = fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// The system's resolver, without the addresses that may not be asked.
struct Guarded {
    own_network: bool,
    look_up: LookUp,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (own_network, look_up) = (self.own_network, self.look_up);
        Box::pin(async move {
            let this_machine = is_this_machine(name.as_str());
            let kept: Vec<SocketAddr> = look_up(name.as_str().to_string())
                .await?
                .into_iter()
                .filter(|at| match this_machine {
                    true => at.ip().is_loopback(),
                    false => own_network || is_public(at.ip()),
                })
                .collect();
            match kept.is_empty() {
                true => Err(OwnNetwork.into()),
                false => Ok(Box::new(kept.into_iter()) as Addrs),
            }
        })
    }
}

/// Whether a gateway's host may be asked under these settings, as far as its name shows.
pub(crate) fn may_ask(url: &Url, own_network: bool) -> bool {
    match address_of(url.host_str().unwrap_or_default()) {
        Some(ip) => own_network || ip.is_loopback() || is_public(ip),
        None => true,
    }
}

/// Whether an address is one of the public network, by the registries of special addresses (RFC 6890 and what updates it).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(inner) = ip.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let [first, second, ..] = ip.segments();
    // Of what is given out so far (2000::/3), without documentation, Teredo and 6to4, whose inner addresses may be anything.
    first & 0xe000 == 0x2000
        && !(first == 0x2001 && second == 0x0db8)
        && !(first == 0x2001 && second < 0x0200)
        && first != 0x2002
        && !(first == 0x3fff && second < 0x1000)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn tells_public_from_own() {
        for own in [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "127.0.0.1",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "2001:db8::1",
            "2002:0a00:0001::",
            "64:ff9b::a00:1",
        ] {
            assert!(!is_public(own.parse().unwrap()), "{own}");
        }
        for public in ["54.172.60.0", "9.9.9.9", "2606:4700::1111", "2a00:1450:4001::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    /// What a resolver that an attacker holds may answer; names are no proof of where they lead.
    fn answers(name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        let found: &[&str] = match name.as_str() {
            "private.example.org" => &["10.0.0.1", "192.168.7.7"],
            "metadata.example.org" => &["169.254.169.254"],
            "loopback.example.org" => &["127.0.0.1", "::1"],
            "mapped.example.org" => &["::ffff:10.0.0.1"],
            "mixed.example.org" => &["10.0.0.1", "9.9.9.9"],
            "localhost" => &["127.0.0.1", "10.0.0.1"],
            _ => &[],
        };
        let found = found.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
        Box::pin(async move { Ok(found) })
    }

    async fn kept(name: &str, own_network: bool) -> Result<Vec<String>, String> {
        let look_up = answers;
        let guarded = Guarded { own_network, look_up };
        match guarded.resolve(name.parse().unwrap()).await {
            Ok(kept) => Ok(kept.map(|at| at.ip().to_string()).collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_the_own_network_is_refused_where_it_is_resolved() {
        for name in ["private", "metadata", "loopback", "mapped", "none"] {
            let refused = kept(&format!("{name}.example.org"), false).await;
            assert_eq!(refused, Err(OwnNetwork.to_string()), "{name}");
        }
        assert_eq!(kept("mixed.example.org", false).await, Ok(vec!["9.9.9.9".to_string()]));
        // An administrator may allow it; this machine's own name never leads away from it.
        let allowed = ["10.0.0.1", "192.168.7.7"].map(String::from);
        assert_eq!(kept("private.example.org", true).await, Ok(allowed.to_vec()));
        for own_network in [false, true] {
            assert_eq!(kept("localhost", own_network).await, Ok(vec!["127.0.0.1".to_string()]));
        }
    }

    #[tokio::test]
    async fn who_set_such_a_gateway_is_told_why_nothing_was_sent() {
        let look_up = answers;
        let guarded = Guarded {
            own_network: false,
            look_up,
        };
        let client = Client::builder().no_proxy().dns_resolver(guarded).build().unwrap();
        let error = client.get("http://private.example.org/send").send().await.unwrap_err();
        match in_words("private.example.org", &error) {
            SmsError::Settings(told) => assert_eq!(told.code, Code::SmsOwnNetwork),
            other => panic!("{other:?}"),
        }
    }
}
