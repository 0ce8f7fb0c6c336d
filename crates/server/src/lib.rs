//! The central server: takes commands in, decides them with the office's own code, and hands facts to the desks that may
//! see them. It holds no state but a pool of connections, so several processes may serve one database.

mod append;
mod backup;
mod check;
mod credentials;
mod day;
mod devices;
mod error;
mod escrow;
mod health;
mod http;
mod intake;
mod join;
mod keep;
mod limit;
mod metrics;
mod own;
mod pull;
mod server;
mod snapshot;

pub use backup::{BackupError, backup, restore};
pub use check::Checked;
pub use error::ServerError;
pub use http::{listen, routes, watching};
pub use server::{Clock, Server};
