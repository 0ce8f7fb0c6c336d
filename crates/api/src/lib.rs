//! Every request, answer and error that crosses IPC or HTTP, and the vocabulary they share: plain serde types.
//!
//! A request is a struct that implements [`Request`]; its name travels beside its JSON, its answer is the
//! associated type. One table in the shell and one function in the screens carry all of them.

mod account;
mod audit;
mod code;
mod customers;
mod desk;
mod error;
mod explain;
mod home;
mod ids;
mod ledger;
mod list;
mod loan_view;
mod loans;
mod messages;
mod people;
mod products;
mod receipts;
mod role;
mod rules;
mod second_person;
mod secret;
mod servicing;
mod sms;
mod sync;

pub use account::*;
pub use audit::*;
pub use code::Code;
pub use customers::*;
pub use desk::*;
pub use error::{ApiError, Arg, ErrorKind, list, not_an_amount};
pub use explain::*;
pub use farthing_lending::{Currency, Marks, Money};
pub use home::*;
pub use ids::*;
pub use ledger::*;
pub use list::{COUNT_CAP, ListQuery, PAGE_ROWS, Page};
pub use loan_view::*;
pub use loans::*;
pub use messages::*;
pub use people::*;
pub use products::*;
pub use receipts::*;
pub use role::Role;
pub use rules::*;
pub use second_person::*;
pub use secret::Secret;
pub use servicing::*;
pub use sms::*;
pub use sync::*;

/// Something that a screen or a program may ask of the desk.
pub trait Request: serde::Serialize + serde::de::DeserializeOwned {
    /// The request's name on the wire.
    const NAME: &'static str;
    /// What comes back when it was done.
    type Answer: serde::Serialize + serde::de::DeserializeOwned;
}

macro_rules! request {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty),* $(,)? } => $answer:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),* }

        impl Request for $name {
            const NAME: &'static str = stringify!($name);
            type Answer = $answer;
        }
    )*};
}
pub(crate) use request;
