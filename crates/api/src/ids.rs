//! Identifiers: one type for each kind of thing, so that a loan is never looked up as a customer.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The `n`-th thing that an operation creates: a UUIDv5 of the operation's id, so that whoever decides
            /// the operation gives it the same id.
            pub fn of(op: OpId, n: u32) -> $name {
                $name(Uuid::new_v5(&op.0, &n.to_be_bytes()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<$name, uuid::Error> {
                Ok($name(Uuid::from_str(text)?))
            }
        }
    )*};
}

/// One operation that someone asked for (UUIDv7, minted by the host that takes it down). A repeated operation keeps its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpId(pub Uuid);

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

id! {
    /// Someone who signs in.
    UserId,
    /// A person who borrows or buys.
    CustomerId,
    /// The terms under which money is lent.
    ProductId,
    /// A thing that is sold on installments.
    GoodsId,
    /// A loan, or a purchase on installments.
    LoanId,
    /// Money received once.
    PaymentId,
    /// A fact that an authority decided.
    FactId,
    /// Something that waits for a person.
    TaskId,
    /// A message to somebody.
    MessageId,
    /// Something that waits for a second person.
    RequestId,
    /// A machine that holds a copy of the book.
    DeviceId,
}
