//! Letters to the book: written while it is closed, by whoever may not open it, and read once someone opens it.
//!
//! A letter is sealed by XChaCha20-Poly1305 under HKDF-SHA256 of an X25519 exchange (RFC 7748) between a key that is drawn
//! for it alone and the book's, whose secret half is derived from the book's own key.

use crate::seal::{derive, open, seal};
use crate::{IdentityError, random};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

const KEY_INFO: &str = "farthing letters v1";
const LETTER_INFO: &str = "farthing letter v1";

fn secret_of(book_key: &[u8; 32]) -> Result<StaticSecret, IdentityError> {
    Ok(StaticSecret::from(*derive(book_key, &[], KEY_INFO)?))
}

/// The public key to which letters to a book are sealed.
pub(crate) fn public_of(book_key: &[u8; 32]) -> Result<[u8; 32], IdentityError> {
    Ok(PublicKey::from(&secret_of(book_key)?).to_bytes())
}

fn letter_key(shared: &[u8; 32], once: &[u8; 32], book: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, IdentityError> {
    derive(shared, &[once.as_slice(), book].concat(), LETTER_INFO)
}

/// Seals a letter to a book: the key of this letter, nonce and cipher text.
pub(crate) fn seal_to(book: &[u8; 32], bound: &[u8], plain: &[u8]) -> Result<Vec<u8>, IdentityError> {
    let own = StaticSecret::from(random::bytes::<32>()?);
    let once = PublicKey::from(&own).to_bytes();
    let shared = own.diffie_hellman(&PublicKey::from(*book));
    if !shared.was_contributory() {
        return Err(IdentityError::Crypto("the book's public key is none".into()));
    }
    let key = letter_key(shared.as_bytes(), &once, book)?;
    Ok([once.as_slice(), &seal(&key, bound, plain)?].concat())
}

/// Opens a letter; nothing where it was changed or is another book's.
pub(crate) fn open_with(book_key: &[u8; 32], bound: &[u8], letter: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (once, sealed) = letter.split_at_checked(32)?;
    let once: [u8; 32] = once.try_into().ok()?;
    let secret = secret_of(book_key).ok()?;
    let shared = secret.diffie_hellman(&PublicKey::from(once));
    let key = letter_key(shared.as_bytes(), &once, &PublicKey::from(&secret).to_bytes()).ok()?;
    open(&key, bound, sealed).filter(|_| shared.was_contributory())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// RFC 7748, section 5.2.
    #[test]
    fn x25519_of_the_rfc() {
        let bytes = |text: &str| <[u8; 32]>::try_from(hex::decode(text).unwrap()).unwrap();
        let scalar = StaticSecret::from(bytes(
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        ));
        let point = PublicKey::from(bytes(
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        ));
        assert_eq!(
            hex::encode(scalar.diffie_hellman(&point).as_bytes()),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
        );
    }

    #[test]
    fn only_the_book_reads_a_letter_and_only_where_it_belongs() {
        let public = public_of(&[7; 32]).unwrap();
        let letter = seal_to(&public, b"here", b"let me in").unwrap();
        assert_eq!(*open_with(&[7; 32], b"here", &letter).unwrap(), b"let me in");
        assert!(open_with(&[8; 32], b"here", &letter).is_none());
        assert!(open_with(&[7; 32], b"there", &letter).is_none());
        assert!(open_with(&[7; 32], b"here", &letter[1..]).is_none());
        let mut changed = letter.clone();
        changed[40] ^= 1;
        assert!(open_with(&[7; 32], b"here", &changed).is_none());
        assert!(seal_to(&[0; 32], b"here", b"x").is_err(), "a key of small order");
        assert_ne!(letter, seal_to(&public, b"here", b"let me in").unwrap());
    }
}
