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
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(info.as_bytes(), &mut *key)
        .map_err(|e| IdentityError::Crypto(e.to_string()))?;
    Ok(key)
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

    /// RFC 5869, appendix A.1 and A.3.
    #[test]
    fn hkdf_of_the_rfc() {
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        for (salt, info, expected) in [
            (
                Some(salt.as_slice()),
                info.as_slice(),
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            ),
            (
                None,
                &[],
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            ),
        ] {
            let mut okm = [0; 42];
            Hkdf::<Sha256>::new(salt, &[0x0b; 22]).expand(info, &mut okm).unwrap();
            assert_eq!(hex::encode(okm), expected);
        }
    }
}
