//! Secrets that must be kept, such as the mail account's password, sealed under a key.

use crate::{IdentityError, random};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use farthing_api::Secret;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Seals a text for one purpose (XChaCha20-Poly1305, random nonce); the answer is base64 of nonce and cipher text.
///
/// # Errors
/// Where the system gives no random numbers.
pub fn seal_text(key: &[u8; 32], purpose: &str, text: &Secret) -> Result<String, IdentityError> {
    Ok(STANDARD_NO_PAD.encode(seal(key, purpose.as_bytes(), text.reveal().as_bytes())?))
}

/// Opens what [`seal_text`] sealed under the same key for the same purpose.
///
/// # Errors
/// [`IdentityError::Crypto`] where the text was changed, or sealed by another key or for another purpose.
pub fn open_text(key: &[u8; 32], purpose: &str, sealed: &str) -> Result<Secret, IdentityError> {
    let unusable = || IdentityError::Crypto("the sealed text was changed or belongs to another key".into());
    let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| unusable())?;
    let plain = open(key, purpose.as_bytes(), &bytes).ok_or_else(unusable)?;
    std::str::from_utf8(&plain).map(Secret::new).map_err(|_| unusable())
}

/// Nonce and cipher text, with `bound` as associated data.
pub(crate) fn seal(key: &[u8; 32], bound: &[u8], plain: &[u8]) -> Result<Vec<u8>, IdentityError> {
    let nonce: [u8; 24] = random::bytes()?;
    let payload = Payload { msg: plain, aad: bound };
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|e| IdentityError::Crypto(e.to_string()))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// What [`seal`] sealed, or nothing where key, bound data or bytes are not those.
pub(crate) fn open(key: &[u8; 32], bound: &[u8], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = bytes.split_at_checked(24)?;
    let nonce: [u8; 24] = nonce.try_into().ok()?;
    let payload = Payload {
        msg: sealed,
        aad: bound,
    };
    let plain = XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(nonce), payload)
        .ok()?;
    Some(Zeroizing::new(plain))
}

/// A key for one purpose from a key for many (HKDF-SHA256, RFC 5869).
pub(crate) fn derive(secret: &[u8], salt: &[u8], info: &str) -> Result<Zeroizing<[u8; 32]>, IdentityError> {
    let mut key = Zeroizing::new([0; 32]);
    hkdf(secret, salt, info.as_bytes(), &mut *key)?;
    Ok(key)
}

fn hkdf(secret: &[u8], salt: &[u8], info: &[u8], out: &mut [u8]) -> Result<(), IdentityError> {
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(info, out)
        .map_err(|e| IdentityError::Crypto(e.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn opens_only_under_the_same_key_and_purpose() {
        let sealed = seal_text(&[1; 32], "mail", &Secret::new("hunter2")).unwrap();
        assert_eq!(open_text(&[1; 32], "mail", &sealed).unwrap().reveal(), "hunter2");
        assert!(open_text(&[2; 32], "mail", &sealed).is_err());
        assert!(open_text(&[1; 32], "sms", &sealed).is_err());
        assert!(open_text(&[1; 32], "mail", &sealed[1..]).is_err());
        assert_ne!(sealed, seal_text(&[1; 32], "mail", &Secret::new("hunter2")).unwrap());
    }

    /// RFC 5869, appendix A.1, A.2 and A.3, which are those of SHA-256.
    #[test]
    fn hkdf_of_the_rfc() {
        let from = |first: u8, count: u8| (0..count).map(|n| first + n).collect::<Vec<u8>>();
        for (secret, salt, info, expected) in [
            (
                vec![0x0b; 22],
                from(0, 13),
                from(0xf0, 10),
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            ),
            (
                from(0, 80),
                from(0x60, 80),
                from(0xb0, 80),
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
                 da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
            ),
            (
                vec![0x0b; 22],
                Vec::new(),
                Vec::new(),
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            ),
        ] {
            let mut out = vec![0; expected.len() / 2];
            hkdf(&secret, &salt, &info, &mut out).unwrap();
            assert_eq!(hex::encode(&out), expected);
            // A key is the first 32 bytes of it; what names a purpose here is a word.
            if let Ok(word) = std::str::from_utf8(&info) {
                assert_eq!(hex::encode(*derive(&secret, &salt, word).unwrap()), expected[..64]);
            }
        }
    }
}
