//! The desk's use cases: the way from a request to an appended fact, for the window and the command line alike.

mod cases;
mod clock;
pub mod demo;
mod desk;
mod error;
pub mod headless;
pub mod keep;
mod mint;
mod outbox;
mod sync;

pub use clock::Clock;
pub use desk::{Desk, Home, keys_path};
pub use error::Answer;
pub use outbox::Pass;
pub use sync::Round;
