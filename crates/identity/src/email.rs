//! Email addresses as sign-in names.

use farthing_api::{ApiError, Code, ErrorKind};
use lettre::Address;
use sha2::{Digest, Sha256};

/// Keeps hashes of sign-in names apart from every other hash of an address.
const TAG: &[u8] = b"farthing sign-in name v1\0";

/// The address as it is kept and compared: trimmed, lower case.
///
/// # Errors
/// What the form says where the text is not an address; the caller adds the field's name.
pub fn normalise_email(text: &str) -> Result<String, ApiError> {
    let no = |code| ApiError::new(ErrorKind::Input, code);
    let email = text.trim().to_lowercase();
    if email.is_empty() {
        return Err(no(Code::EmailEmpty));
    }
    let address: Address = email.parse().map_err(|_| {
        let code = match email.matches('@').count() {
            0 => Code::EmailNoAt,
            1 => Code::EmailMalformed,
            _ => Code::EmailManyAt,
        };
        no(code).with("text", &email)
    })?;
    // RFC 5321 4.5.3.1: 64 octets before the @; 254 in all, so that it fits a path.
    if address.user().len() > 64 || email.len() > 254 {
        return Err(no(Code::EmailTooLong));
    }
    Ok(email)
}

/// The name under which slots and failure counters know someone: the hexadecimal SHA-256 of the normalised address
/// under a fixed tag, so that the file shows no addresses. A text that is no address has a name too, one that nobody
/// signs in with, so that the answer to it takes the same way.
pub fn sign_in_name(email: &str) -> String {
    let email = email.trim().to_lowercase();
    hex::encode(Sha256::new().chain_update(TAG).chain_update(email).finalize())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn normalises_and_refuses() {
        assert_eq!(normalise_email("  Amina@Example.ORG ").unwrap(), "amina@example.org");
        for (text, cause) in [
            ("", "Enter an email"),
            ("amina", "no @"),
            ("a@b@c.org", "more than one @"),
            ("@example.org", "missing"),
            ("amina @example.org", "character"),
            (&format!("{}@example.org", "a".repeat(65)), ""),
        ] {
            assert!(normalise_email(text).unwrap_err().message.contains(cause), "{text}");
        }
        assert_eq!(sign_in_name(" Amina@example.org"), sign_in_name("amina@EXAMPLE.org"));
        assert_ne!(sign_in_name("a@example.org"), sign_in_name("b@example.org"));
        assert_eq!(sign_in_name("a@example.org").len(), 64);
    }
}
