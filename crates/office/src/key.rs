//! The names of aggregates: what a command reads and a fact changes.

use farthing_api::{CustomerId, GoodsId, LoanId, ProductId, RequestId, TaskId, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Names one aggregate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Key {
    /// The organisation and its branch.
    Organisation,
    /// The branch's first open day.
    Day,
    /// A desk, by its prefix: its receipt and loan numbers.
    Desk(String),
    /// Who has a sign-in name, by the name's hash: so that no two have the same.
    SignIn(String),
    /// Someone who signs in.
    User(UserId),
    /// A loan product.
    Product(ProductId),
    /// A thing for sale.
    Goods(GoodsId),
    /// A customer.
    Customer(CustomerId),
    /// A loan or a purchase.
    Loan(LoanId),
    /// Something that waits for a person.
    Task(TaskId),
    /// Something that waits for a second person.
    Request(RequestId),
    /// A product's loans as a whole; none: all purchases.
    Portfolio(Option<ProductId>),
}

impl Key {
    /// The word before the colon, by which a store may group aggregates.
    pub const fn kind(&self) -> &'static str {
        match self {
            Key::Organisation => "organisation",
            Key::Day => "day",
            Key::Desk(_) => "desk",
            Key::SignIn(_) => "sign_in",
            Key::User(_) => "user",
            Key::Product(_) => "product",
            Key::Goods(_) => "goods",
            Key::Customer(_) => "customer",
            Key::Loan(_) => "loan",
            Key::Task(_) => "task",
            Key::Request(_) => "request",
            Key::Portfolio(_) => "portfolio",
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Key::Organisation | Key::Day => f.write_str(kind),
            Key::Portfolio(None) => write!(f, "{kind}:purchases"),
            Key::Desk(name) | Key::SignIn(name) => write!(f, "{kind}:{name}"),
            Key::User(UserId(id))
            | Key::Product(ProductId(id))
            | Key::Portfolio(Some(ProductId(id)))
            | Key::Goods(GoodsId(id))
            | Key::Customer(CustomerId(id))
            | Key::Loan(LoanId(id))
            | Key::Request(RequestId(id))
            | Key::Task(TaskId(id)) => write!(f, "{kind}:{id}"),
        }
    }
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        key.to_string()
    }
}

impl TryFrom<String> for Key {
    type Error = String;
    fn try_from(text: String) -> Result<Key, String> {
        text.parse()
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Key, String> {
        let (kind, name) = text.split_once(':').unwrap_or((text, ""));
        let id = || Uuid::from_str(name).map_err(|e| format!("{text} is not the name of an aggregate: {e}"));
        Ok(match kind {
            "organisation" => Key::Organisation,
            "day" => Key::Day,
            "desk" => Key::Desk(name.into()),
            "sign_in" => Key::SignIn(name.into()),
            "user" => Key::User(UserId(id()?)),
            "product" => Key::Product(ProductId(id()?)),
            "goods" => Key::Goods(GoodsId(id()?)),
            "customer" => Key::Customer(CustomerId(id()?)),
            "loan" => Key::Loan(LoanId(id()?)),
            "task" => Key::Task(TaskId(id()?)),
            "request" => Key::Request(RequestId(id()?)),
            "portfolio" if name == "purchases" => Key::Portfolio(None),
            "portfolio" => Key::Portfolio(Some(ProductId(id()?))),
            _ => return Err(format!("{text} is not the name of an aggregate")),
        })
    }
}
