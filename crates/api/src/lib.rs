//! Every request, answer and error that crosses IPC or HTTP, and the vocabulary they share: plain serde types.

mod money;

pub use money::{Currency, Money};
