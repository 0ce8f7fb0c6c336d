//! The central server: takes commands in, decides them with the office's own code, and hands facts to the desks that may
//! see them. It holds no state but a pool of connections, so several processes may serve one database.

/// A fact as it is sent, out of a row of any query that reads the columns of `fact`.
macro_rules! sent_fact {
    ($row:ident) => {
        farthing_sync::wire::SentFact {
            id: farthing_api::FactId($row.fact_id),
            op: farthing_api::OpId($row.op_id),
            version: $row.version,
            at: $row.at,
            booking_date: $row.booking_date,
            by: $row.actor.map(farthing_api::UserId),
            desk: $row.desk,
            payload: $row.payload,
        }
    };
}

mod append;
mod backup;
mod check;
mod credentials;
mod day;
mod desks;
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
