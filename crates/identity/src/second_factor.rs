//! The second factor: codes of an authenticator by RFC 6238, and recovery codes for when it is lost.

use crate::{Cost, IdentityError, hash_password, otp, paper, random, verify_password};
use chrono::{DateTime, Utc};
use farthing_api::Secret;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::QrCode;
use qrcode::render::svg;
use std::collections::BTreeSet;
use totp_rs::{Algorithm, Builder, Totp};

/// Seconds for which a code is shown.
const STEP: u64 = 30;
/// Codes before and after that of the moment that count too, since clocks differ.
const SKEW: u16 = 1;
/// Bytes of a key: as many as HMAC-SHA-1 gives, which RFC 4226 asks for.
const KEY_BYTES: usize = 20;
/// How many recovery codes are given out.
pub const RECOVERY_CODES: usize = 10;
/// Letters of a recovery code: those that name it among its owner's, and 50 bits of secret.
const NAME_LETTERS: usize = 2;
const RECOVERY_LETTERS: usize = NAME_LETTERS + 10;

/// A new key, in base 32 as authenticators take it.
///
/// # Errors
/// Where the system gives no random numbers.
pub fn new_key() -> Result<Secret, IdentityError> {
    let bytes: [u8; KEY_BYTES] = random::bytes()?;
    Ok(Secret::new(totp_rs::Secret::from(bytes.to_vec()).to_base32()))
}

fn totp(key: &Secret) -> Result<Totp, IdentityError> {
    let unfit = || IdentityError::Crypto("the authenticator's key doesn't have its form".into());
    let key = totp_rs::Secret::try_from_base32(key.reveal()).map_err(|_| unfit())?;
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(SKEW)
        .with_step_duration(STEP)
        .with_secret(key)
        .build()
        .map_err(|_| unfit())
}

/// The code of a moment.
///
/// # Errors
/// Where the key is none.
pub fn code_at(key: &Secret, at: DateTime<Utc>) -> Result<Secret, IdentityError> {
    Ok(Secret::new(totp(key)?.generate(seconds(at)).to_string()))
}

/// The step whose code was typed, if it is one that counts now. A step may be used once: the caller keeps the last one and
/// takes none that is not after it.
///
/// # Errors
/// Where the key is none.
pub fn step_of(key: &Secret, code: &Secret, now: DateTime<Utc>) -> Result<Option<i64>, IdentityError> {
    let digits = Secret::new(code.reveal().chars().filter(|c| !c.is_whitespace()).collect::<String>());
    let step = totp(key)?.check(digits.reveal(), seconds(now));
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

fn seconds(at: DateTime<Utc>) -> u64 {
    u64::try_from(at.timestamp()).unwrap_or(0)
}

/// What an authenticator reads from a picture: issuer, account and key, in the form that they all know.
pub fn address(key: &Secret, organisation: &str, account: &str) -> Secret {
    let encoded = |text: &str| utf8_percent_encode(&text.replace(':', " "), NON_ALPHANUMERIC).to_string();
    let (issuer, account) = (encoded(organisation), encoded(account));
    Secret::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP}",
        key.reveal()
    ))
}

/// The address as a QR code: an SVG that takes the width it is given, dark on light in every theme, since cameras want it so.
///
/// # Errors
/// Where it is too long for one.
pub fn picture(address: &Secret) -> Result<Secret, IdentityError> {
    let code = QrCode::new(address.reveal()).map_err(|e| IdentityError::Crypto(e.to_string()))?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // A page takes the element without the prolog of a file.
    let element = svg.find("<svg").map_or(svg.as_str(), |at| &svg[at..]);
    Ok(Secret::new(element))
}

/// A recovery code as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCode {
    /// Its first letters, which find it.
    pub name: String,
    /// Argon2id, over a salt of its own, of an HMAC under the book's pepper that binds it to its owner.
    pub hash: String,
}

/// A set of recovery codes, each good for one sign-in: `7K3P-DQ9X-2M4T`. Their first two letters are all different.
///
/// # Errors
/// Where the system gives no random numbers.
pub fn recovery_codes() -> Result<Vec<Secret>, IdentityError> {
    let mut names = BTreeSet::new();
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    while codes.len() < RECOVERY_CODES {
        let letters = paper::letters::<RECOVERY_LETTERS>()?;
        if names.insert(letters[..NAME_LETTERS].to_string()) {
            codes.push(Secret::new(paper::in_fours(&letters)));
        }
    }
    Ok(codes)
}

/// The letters by which a recovery code is found; those of none where it is not as long as one.
pub fn recovery_name(code: &Secret) -> String {
    paper::plain(code.reveal()).chars().take(NAME_LETTERS).collect()
}

/// How a recovery code is kept. It takes a while: keep it off the threads that draw or answer.
///
/// # Errors
/// Where the system gives no random numbers or no memory.
pub fn keep_recovery_code(pepper: &[u8], owner: &str, code: &Secret) -> Result<KeptCode, IdentityError> {
    let bound = Secret::new(recovery_hash(pepper, owner, code));
    Ok(KeptCode {
        name: recovery_name(code),
        hash: hash_password(&bound, Cost::codes())?,
    })
}

/// Whether a recovery code is the one that is kept so. Where none is kept under its name it takes as long. Keep it off the
/// threads that draw or answer.
///
/// # Errors
/// Where what is kept is no such hash, or the system gives no memory.
pub fn is_kept_code(pepper: &[u8], owner: &str, code: &Secret, kept: Option<&str>) -> Result<bool, IdentityError> {
    let bound = Secret::new(recovery_hash(pepper, owner, code));
    match kept {
        Some(hash) => verify_password(&bound, hash),
        None => hash_password(&bound, Cost::codes()).map(|_| false),
    }
}

fn recovery_hash(pepper: &[u8], owner: &str, code: &Secret) -> String {
    let code = Secret::new(paper::plain(code.reveal()));
    otp::code_hash(pepper, "recovery", "second_factor", "paper", owner, &code)
}

/// Whether what was typed looks like a recovery code rather than an authenticator's.
pub fn is_recovery_code(typed: &Secret) -> bool {
    typed.reveal().chars().filter(char::is_ascii_alphanumeric).count() == RECOVERY_LETTERS
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// The key of RFC 4226, appendix D, and RFC 6238, appendix B: the ASCII letters 12345678901234567890.
    fn published() -> Secret {
        Secret::new(totp_rs::Secret::from(b"12345678901234567890".to_vec()).to_base32())
    }

    /// RFC 4226, appendix D: with a step of 30 seconds the counter n is the moment 30 n.
    #[test]
    fn hotp_of_the_rfc() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ];
        for (n, code) in (0..).zip(codes) {
            assert_eq!(code_at(&published(), at(n * 30)).unwrap().reveal(), code, "counter {n}");
        }
    }

    /// RFC 6238, appendix B, the SHA-1 column; its eight digits end in our six.
    #[test]
    fn totp_of_the_rfc() {
        for (time, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code_at(&published(), at(time)).unwrap().reveal(), &code[2..], "{time}");
        }
    }

    #[test]
    fn a_code_counts_in_its_step_and_the_one_beside_it() {
        let key = new_key().unwrap();
        let code = code_at(&key, at(3000)).unwrap();
        for (now, step) in [
            (2940, None),
            (2970, Some(100)),
            (3000, Some(100)),
            (3059, Some(100)),
            (3060, None),
        ] {
            assert_eq!(step_of(&key, &code, at(now)).unwrap(), step, "{now}");
        }
        let spaced = format!(" {} {} ", &code.reveal()[..3], &code.reveal()[3..]);
        assert_eq!(step_of(&key, &Secret::new(spaced), at(3000)).unwrap(), Some(100));
        for wrong in ["", "12345", "1234567", "abcdef", "-12345"] {
            assert_eq!(step_of(&key, &Secret::new(wrong), at(3000)).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_holds_what_authenticators_read() {
        let key = published();
        let address = address(&key, "Crédit: du Lac", "ada@branch.test");
        assert_eq!(
            address.reveal(),
            "otpauth://totp/Cr%C3%A9dit%20%20du%20Lac:ada%40branch%2Etest?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Cr%C3%A9dit%20%20du%20Lac&algorithm=SHA1&digits=6&period=30"
        );
        assert!(picture(&address).unwrap().reveal().starts_with("<svg"));
    }

    #[test]
    fn recovery_codes_are_all_different_and_read_as_they_are_written() {
        let codes = recovery_codes().unwrap();
        assert_eq!(codes.len(), 10);
        let hash = |code: &str| recovery_hash(b"pepper", "ada", &Secret::new(code));
        let all: std::collections::BTreeSet<String> = codes.iter().map(|code| hash(code.reveal())).collect();
        assert_eq!(all.len(), 10);
        assert!(codes.iter().all(is_recovery_code));
        let names: BTreeSet<String> = codes.iter().map(recovery_name).collect();
        assert_eq!(names.len(), 10);
        assert_eq!(hash("7K3P-01QX-2M4T"), hash(" 7k3po lqx 2m4t"));
        assert_ne!(
            hash("7K3P-01QX-2M4T"),
            recovery_hash(b"pepper", "olu", &Secret::new("7K3P-01QX-2M4T"))
        );
        assert!(!is_recovery_code(&Secret::new("123456")));
    }

    #[test]
    fn a_recovery_code_is_kept_by_a_salt_of_its_own_and_slowly() {
        let code = Secret::new("7K3P-01QX-2M4T");
        let kept = keep_recovery_code(b"pepper", "ada", &code).unwrap();
        let again = keep_recovery_code(b"pepper", "ada", &code).unwrap();
        assert_eq!(kept.name, "7K");
        assert!(kept.hash.starts_with("$argon2id$") && kept.hash != again.hash);
        let is = |owner, code: &str, kept| is_kept_code(b"pepper", owner, &Secret::new(code), kept).unwrap();
        assert!(is("ada", "7k3p01qx2m4t", Some(&kept.hash)));
        assert!(!is("olu", "7K3P-01QX-2M4T", Some(&kept.hash)));
        assert!(!is("ada", "7K3P-01QX-2M4V", Some(&kept.hash)));
        assert!(!is("ada", "7K3P-01QX-2M4T", None));
    }
}
