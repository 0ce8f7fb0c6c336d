//! HMAC-SHA-256 (RFC 2104): how codes and PINs are kept, and how slots and counters are authenticated.

use crate::IdentityError;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The HMAC-SHA-256 of the parts, one after the other.
///
/// # Errors
/// None in practice: HMAC takes keys of every length.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> Result<[u8; 32], IdentityError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|e| IdentityError::Crypto(e.to_string()))?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// RFC 4231, section 4, all seven cases; of the fifth it gives 128 bits. However a text is parted, its HMAC is the same.
    #[test]
    fn hmac_of_the_rfc() {
        let counted: Vec<u8> = (1..=25).collect();
        let cases: [(&[u8], &[u8], &str); 7] = [
            (
                &[0x0b; 20],
                b"Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 20],
                &[0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                &counted,
                &[0xcd; 50],
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            ),
            (
                &[0x0c; 20],
                b"Test With Truncation",
                "a3b6167473100ee06e0c796c2955552b",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                &[0xaa; 131],
                b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
                  hashed before being used by the HMAC algorithm.",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ];
        for (key, data, expected) in cases {
            for at in [0, 1, data.len() / 2, data.len()] {
                let (one, other) = data.split_at(at);
                let mac = hex::encode(hmac(key, &[one, other]).unwrap());
                assert_eq!(mac[..expected.len()], *expected);
            }
        }
    }
}
