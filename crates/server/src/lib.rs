//! The central server: takes commands in, decides them with the office's own code, and hands facts to the desks that may
//! see them. It holds no state but a pool of connections, so several processes may serve one database.

mod day;
mod error;
mod http;
mod intake;
mod join;
mod keep;
mod pull;
mod server;

pub use error::ServerError;
pub use http::routes;
pub use server::{Clock, Server};
