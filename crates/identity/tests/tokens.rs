//! Access and refresh tokens: what counts, and everything that must not (RFC 8725).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{Signer, SigningKey};
use farthing_api::{Role, Secret, UserId};
use farthing_identity::tokens::{Bearer, Family, Issuer, RefreshError, TokenError, Verifier};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

const SEED: [u8; 32] = [3; 32];
const PEPPER: [u8; 32] = [5; 32];

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

fn bearer() -> Bearer {
    Bearer {
        user: UserId(Uuid::from_u128(1)),
        role: Role::Officer,
        family: Uuid::from_u128(2),
    }
}

fn issuer() -> Issuer {
    Issuer::new(&SEED, "2026-01", "https://head.example.test", "farthing")
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "2026-01" })
}

fn claims() -> Value {
    json!({
        "iss": "https://head.example.test", "aud": "farthing", "sub": Uuid::from_u128(1), "role": "officer",
        "sid": Uuid::from_u128(2), "iat": 1_780_000_000, "nbf": 1_780_000_000, "exp": 1_780_000_600, "jti": Uuid::from_u128(3),
    })
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// Signed by the right key, whatever it says.
fn signed(header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let signature = SigningKey::from_bytes(&SEED).sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn with(mut value: Value, key: &str, to: Value) -> Value {
    value[key] = to;
    value
}

fn check(token: &str) -> Result<Bearer, TokenError> {
    issuer().verifier().check(token, now())
}

#[test]
fn an_access_token_holds_for_ten_minutes() {
    let token = issuer().access(bearer(), now()).unwrap();
    let verifier = issuer().verifier();
    let at = |seconds| verifier.check(token.reveal(), now() + TimeDelta::seconds(seconds));
    assert_eq!(at(0), Ok(bearer()));
    assert_eq!(at(599), Ok(bearer()));
    assert_eq!(at(600), Err(TokenError::Time));
    assert_eq!(at(-31), Err(TokenError::Time));
    assert_eq!(
        check(&signed(&header(), &claims())),
        Ok(bearer()),
        "the test makes the same form"
    );
    assert!(!format!("{:?}", issuer()).contains("SigningKey"));
}

/// RFC 8725, 2.1 and 3.1: no algorithm, another one, and the public key as a shared secret.
#[test]
fn another_algorithm_is_none() {
    for alg in ["none", "None", "HS256", "RS256", "ES256", "eddsa", "Ed25519", ""] {
        let header = with(header(), "alg", alg.into());
        assert_eq!(check(&signed(&header, &claims())), Err(TokenError::NotOurs), "{alg}");
        let bare = format!("{}.", unsigned(&header, &claims()));
        assert_eq!(check(&bare), Err(TokenError::NotOurs), "{alg}");
    }
    let text = unsigned(&with(header(), "alg", "HS256".into()), &claims());
    let public = SigningKey::from_bytes(&SEED).verifying_key().to_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(&public).unwrap();
    mac.update(text.as_bytes());
    let forged = format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
    assert_eq!(check(&forged), Err(TokenError::NotOurs));
    let bare = format!("{}.", unsigned(&header(), &claims()));
    assert_eq!(check(&bare), Err(TokenError::Signature));
}

/// RFC 8725, 3.8, 3.9, 3.11: whose, for whom, of which type.
#[test]
fn issuer_audience_and_type_are_pinned() {
    for (key, value) in [
        ("iss", json!("https://head.example.test.evil")),
        ("iss", json!("https://HEAD.example.test")),
        ("aud", json!("another")),
        ("aud", json!(["farthing", "another"])),
        ("sub", json!("somebody")),
        ("role", json!("owner")),
        ("admin", json!(true)),
    ] {
        let token = signed(&header(), &with(claims(), key, value.clone()));
        assert_eq!(check(&token), Err(TokenError::NotOurs), "{key} {value}");
    }
    for typ in ["JWT", "refresh", "AT+JWT", ""] {
        let token = signed(&with(header(), "typ", typ.into()), &claims());
        assert_eq!(check(&token), Err(TokenError::NotOurs), "{typ}");
    }
    for missing in ["iss", "aud", "sub", "exp", "nbf", "iat", "sid"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(missing);
        assert_eq!(
            check(&signed(&header(), &claims)),
            Err(TokenError::NotOurs),
            "{missing}"
        );
    }
}

/// A date as text, a date before its time, a life that is too long.
#[test]
fn times_are_numbers_and_hold_now() {
    for (key, value) in [
        ("nbf", json!("0")),
        ("exp", json!("9999999999")),
        ("iat", json!(null)),
        ("exp", json!(1.5e9)),
    ] {
        let token = signed(&header(), &with(claims(), key, value.clone()));
        assert_eq!(check(&token), Err(TokenError::NotOurs), "{key} {value}");
    }
    for (key, value) in [
        ("nbf", 1_780_000_031_i64),
        ("iat", 1_780_000_031),
        ("exp", 1_780_000_000),
        ("exp", 1_780_000_601),
        ("exp", i64::MAX),
        ("iat", i64::MIN),
        ("nbf", i64::MAX),
    ] {
        let token = signed(&header(), &with(claims(), key, value.into()));
        assert_eq!(check(&token), Err(TokenError::Time), "{key} {value}");
    }
}

/// RFC 8725, 3.10: a key's name is compared, never followed; keys that come along are nobody's.
#[test]
fn the_name_of_a_key_leads_nowhere() {
    for kid in [
        "",
        "../../dev/null",
        "2026-01' or '1'='1",
        "https://evil.test/key",
        "2026-02",
    ] {
        let token = signed(&with(header(), "kid", kid.into()), &claims());
        assert_eq!(check(&token), Err(TokenError::NotOurs), "{kid}");
    }
    for extra in ["jwk", "jku", "x5u", "x5c", "crit", "b64"] {
        let token = signed(&with(header(), extra, json!({ "kty": "OKP" })), &claims());
        assert_eq!(check(&token), Err(TokenError::NotOurs), "{extra}");
    }
    // A former key counts as long as it is named, and only for its own tokens.
    let former = Issuer::new(&[4; 32], "2025-12", "https://head.example.test", "farthing");
    let token = former.access(bearer(), now()).unwrap();
    assert_eq!(check(token.reveal()), Err(TokenError::NotOurs));
    let public = SigningKey::from_bytes(&[4; 32]).verifying_key().to_bytes();
    let both: Verifier = issuer().verifier().and("2025-12", &public);
    assert_eq!(both.check(token.reveal(), now()), Ok(bearer()));
    let crossed = signed(&with(header(), "kid", "2025-12".into()), &claims());
    assert_eq!(both.check(&crossed, now()), Err(TokenError::Signature));
}

#[test]
fn a_token_that_was_changed_cut_or_grown_is_none() {
    let token = issuer().access(bearer(), now()).unwrap();
    let token = token.reveal();
    for n in (0..token.len()).step_by(3) {
        let mut changed = token.as_bytes().to_vec();
        changed[n] = if changed[n] == b'A' { b'B' } else { b'A' };
        assert!(check(&String::from_utf8(changed).unwrap()).is_err(), "{n}");
        assert!(check(&token[..n]).is_err());
    }
    for grown in [
        format!("{token}="),
        format!("{token}."),
        format!(" {token}"),
        format!("{token}{}", "A".repeat(5000)),
        format!("{}.{token}", "A".repeat(5000)),
        String::new(),
        "..".into(),
    ] {
        assert!(check(&grown).is_err());
    }
}

fn family(is_staff: bool) -> (Family, Secret) {
    Family::begin(UserId(Uuid::from_u128(1)), is_staff, "password of monday", now()).unwrap()
}

fn rotate(family: &mut Family, token: &Secret, seconds: i64) -> Result<Secret, RefreshError> {
    family.rotate(
        &PEPPER,
        token,
        "password of monday",
        now() + TimeDelta::seconds(seconds),
    )
}

#[test]
fn a_refresh_token_gives_one_successor_and_the_same_again_for_half_a_minute() {
    let (mut family, first) = family(true);
    assert!(!serde_json::to_string(&family).unwrap().contains(first.reveal()));
    let second = rotate(&mut family, &first, 10).unwrap();
    assert_ne!(second, first);
    assert_eq!(
        rotate(&mut family, &first, 40).unwrap(),
        second,
        "the answer was lost on its way"
    );
    let third = rotate(&mut family, &second, 45).unwrap();
    assert_eq!(
        rotate(&mut family, &Secret::new("made up"), 46),
        Err(RefreshError::Unknown)
    );
    assert!(
        family.holds(now() + TimeDelta::seconds(46)),
        "what is made up ends nothing"
    );
    rotate(&mut family, &third, 50).unwrap();
}

#[test]
fn a_token_that_is_used_again_later_ends_the_family() {
    let (mut family, first) = family(true);
    let second = rotate(&mut family, &first, 10).unwrap();
    assert_eq!(rotate(&mut family, &first, 41), Err(RefreshError::Reused));
    assert_eq!(
        rotate(&mut family, &second, 42),
        Err(RefreshError::Ended),
        "whoever has the other one is out too"
    );
    assert!(!family.holds(now() + TimeDelta::seconds(42)));
}

#[test]
fn staff_sign_in_anew_after_twelve_hours_and_refreshing_does_not_help() {
    let (mut family, mut token) = family(true);
    for hour in 1..12 {
        token = rotate(&mut family, &token, hour * 3600).unwrap();
    }
    assert_eq!(rotate(&mut family, &token, 12 * 3600), Err(RefreshError::Ended));
}

#[test]
fn a_refresh_token_does_not_survive_a_password_change() {
    let (mut family, first) = family(false);
    let second = rotate(&mut family, &first, 10).unwrap();
    let changed = family.rotate(&PEPPER, &second, "password of tuesday", now() + TimeDelta::seconds(20));
    assert_eq!(changed, Err(RefreshError::Ended));
    assert_eq!(
        rotate(&mut family, &second, 21),
        Err(RefreshError::Ended),
        "nor the old one's return"
    );
}
