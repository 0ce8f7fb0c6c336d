//! Personal fields, encrypted under a key per customer.
//!
//! XChaCha20-Poly1305; the customer and the field's name are bound in as associated data. The nonce is the start of
//! HMAC-SHA-256 over operation, field and text under the same key, so that the same operation yields the same bytes
//! and no nonce ever covers two texts.

use crate::StoreError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use farthing_api::{CustomerId, OpId};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A customer's key. Without it their fields are lost for good, which is what erasing means.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct CustomerKey(pub(crate) [u8; 32]);

impl CustomerKey {
    /// A key from bytes of the host's randomness.
    pub fn from_bytes(bytes: [u8; 32]) -> CustomerKey {
        CustomerKey(bytes)
    }

    /// Encrypts one field.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where the cipher refuses, which takes a text of more than 256 GiB.
    pub fn seal(&self, customer: CustomerId, op: OpId, field: &str, text: &str) -> Result<String, StoreError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|e| StoreError::Damaged(e.to_string()))?;
        for part in [op.0.as_bytes().as_slice(), field.as_bytes(), &[0], text.as_bytes()] {
            mac.update(part);
        }
        let nonce: [u8; 24] = std::array::from_fn({
            let bytes = mac.finalize().into_bytes();
            move |i| bytes[i]
        });
        let aad = aad(customer, field);
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let sealed = cipher
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: text.as_bytes(),
                    aad: &aad,
                },
            )
            .map_err(|e| StoreError::Damaged(e.to_string()))?;
        Ok(STANDARD_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Decrypts one field.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where the text was not encrypted by this key for this customer and field.
    pub fn open(&self, customer: CustomerId, field: &str, sealed: &str) -> Result<String, StoreError> {
        let damaged = || StoreError::Damaged(format!("field {field} of customer {customer} can't be decrypted"));
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| damaged())?;
        let (nonce, text) = bytes.split_at_checked(24).ok_or_else(damaged)?;
        let nonce: [u8; 24] = nonce.try_into().map_err(|_| damaged())?;
        let aad = aad(customer, field);
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let plain = cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: text, aad: &aad })
            .map_err(|_| damaged())?;
        String::from_utf8(plain).map_err(|_| damaged())
    }
}

fn aad(customer: CustomerId, field: &str) -> Vec<u8> {
    [customer.0.as_bytes().as_slice(), field.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use uuid::Uuid;

    #[test]
    fn opens_only_what_it_sealed_for_that_customer_and_field() {
        let key = CustomerKey([7; 32]);
        let (me, other, op) = (
            CustomerId(Uuid::from_u128(1)),
            CustomerId(Uuid::from_u128(2)),
            OpId(Uuid::from_u128(3)),
        );
        let sealed = key.seal(me, op, "email", "a@b.test").unwrap();
        assert!(!sealed.contains("b.test"));
        assert_eq!(key.open(me, "email", &sealed).unwrap(), "a@b.test");
        assert_eq!(sealed, key.seal(me, op, "email", "a@b.test").unwrap());
        assert!(key.open(other, "email", &sealed).is_err());
        assert!(key.open(me, "phone", &sealed).is_err());
        assert!(CustomerKey([8; 32]).open(me, "email", &sealed).is_err());
    }
}
