//! What every paged list asks and answers.

use serde::{Deserialize, Serialize};

/// Which part of a list, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// What was typed into the search field; empty lists everything.
    pub search: String,
    /// The filter's word, such as `active`; empty for all.
    pub filter: String,
    /// The column to sort by; empty for the list's own order.
    pub sort: String,
    /// Largest first.
    pub descending: bool,
    /// Which page, from 0.
    pub page: u32,
}

/// How many rows a page of a list holds.
pub const PAGE_ROWS: u32 = 50;
/// Counts stop here: a screen shows "1000+".
pub const COUNT_CAP: u32 = 1000;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// How many rows match in all, counted no further than [`COUNT_CAP`] + 1.
    pub matches: u32,
    /// Which page this is, from 0.
    pub page: u32,
}
