//! Passwords, one-time codes, key slots and the mail transport.
//!
//! Nothing here reads a clock: whoever calls passes the time in. Randomness comes from the operating system alone.

pub mod device;
pub mod email;
mod error;
mod keyring;
pub mod mail;
pub mod otp;
pub mod password;
mod random;
mod recovery;
pub mod seal;
pub mod slots;
mod templates;
mod throttle;

pub use device::{DeviceKey, DeviceSecret};
pub use email::{normalise_email, sign_in_name};
pub use error::{IdentityError, SlotError};
pub use password::{Cost, check_password, hash_password, verify_password};
pub use seal::{open_text, seal_text};
pub use slots::{Opened, SlotFile};
