//! The quick PIN that brings a locked session back. It lives as long as the process, and is never written anywhere.

use crate::mac::hmac;
use crate::otp::matches;
use crate::{IdentityError, random};
use farthing_api::{ApiError, Code, Secret};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Wrong tries, after which only the password helps.
pub const TRIES: u32 = 3;
const DIGITS: usize = 6;

/// Someone's PIN, as an HMAC under a key of its own.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Pin {
    key: [u8; 32],
    mac: [u8; 32],
    left: u32,
}

impl Pin {
    /// Takes a PIN of six digits, neither all alike nor in a row.
    ///
    /// # Errors
    /// What the form says of another one.
    pub fn new(pin: &Secret) -> Result<Pin, ApiError> {
        let unfit = || ApiError::input("pin", Code::PinForm);
        let digits = pin.reveal().as_bytes();
        let is_number = digits.len() == DIGITS && digits.iter().all(u8::is_ascii_digit);
        let steps = |by: i16| digits.windows(2).all(|w| i16::from(w[1]) - i16::from(w[0]) == by);
        if !is_number || [-1, 0, 1].into_iter().any(steps) {
            return Err(unfit());
        }
        let internal = |_: IdentityError| ApiError::internal();
        let key: [u8; 32] = random::bytes().map_err(internal)?;
        let mac = hmac(&key, &[digits]).map_err(internal)?;
        Ok(Pin { key, mac, left: TRIES })
    }

    /// Whether a text could be a PIN at all.
    pub fn is_like(text: &Secret) -> bool {
        text.reveal().len() == DIGITS && text.reveal().bytes().all(|b| b.is_ascii_digit())
    }

    /// Compares, in the same time wherever they differ; the try is counted first. A right one gives the tries back.
    ///
    /// # Errors
    /// How many tries are left; none: drop the PIN.
    pub fn check(&mut self, pin: &Secret) -> Result<(), u32> {
        let Some(left) = self.left.checked_sub(1) else {
            return Err(0);
        };
        self.left = left;
        let typed = hmac(&self.key, &[pin.reveal().as_bytes()]).map(hex::encode);
        if matches(&[hex::encode(self.mac)], &typed.unwrap_or_default()) {
            self.left = TRIES;
            Ok(())
        } else {
            Err(left)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn three_wrong_tries_and_a_right_one_in_between_starts_anew() {
        let mut pin = Pin::new(&Secret::new("270391")).unwrap();
        assert_eq!(pin.check(&Secret::new("270392")), Err(2));
        assert_eq!(pin.check(&Secret::new("270391")), Ok(()));
        for left in [2, 1, 0, 0] {
            assert_eq!(pin.check(&Secret::new("111222")), Err(left));
        }
        assert_eq!(
            pin.check(&Secret::new("270391")),
            Err(0),
            "the right one comes too late"
        );
    }

    #[test]
    fn pins_that_everyone_tries_first_are_none() {
        for bad in ["", "12345", "1234567", "123456", "654321", "777777", "27a391", "٢٧٠٣٩١"] {
            assert!(Pin::new(&Secret::new(bad)).is_err(), "{bad}");
        }
    }
}
