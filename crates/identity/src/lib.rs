//! Passwords, one-time codes, key slots, and the transports of mail and text messages.
//!
//! Nothing here reads a clock: whoever calls passes the time in. Randomness comes from the operating system alone.

mod breached;
pub mod device;
pub mod email;
mod error;
mod host;
mod inbox;
mod keyring;
pub mod letters;
mod letters_words;
pub mod link;
mod mac;
pub mod mail;
pub mod otp;
mod paper;
pub mod password;
mod phone;
pub mod pin;
mod prepared;
mod random;
mod recovery;
pub mod seal;
pub mod second_factor;
pub mod slots;
pub mod sms;
mod sms_template;
mod templates;
mod throttle;
pub mod tokens;
#[cfg(feature = "test-hooks")]
pub mod work;

pub use breached::is_breached;
pub use device::{DeviceKey, DeviceSecret};
pub use email::{normalise_email, sign_in_name};
pub use error::{IdentityError, SlotError};
pub use password::{Cost, check_password, hash_password, verify_password};
pub use phone::normalise_phone;
pub use pin::Pin;
pub use prepared::Prepared;
pub use seal::{open_text, seal_text};
pub use slots::{EscrowPlace, NewEscrow, Opened, OpenedKey, SlotFile};
