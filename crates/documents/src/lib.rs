//! Receipts, statements and charts as PDF and SVG, with bundled fonts.
//!
//! Every amount is printed from the minor units that the caller hands over; floating point only places ink.

pub mod charts;
mod labels;
mod note;
mod paper;
mod receipt;
mod statement;
mod table;
mod words;

pub use labels::day as written_day;
pub use receipt::{ReceiptPaper, receipt};
pub use statement::statement;
pub use words::amount_in_words;

use farthing_lending::{Currency, Money};

/// Who issues a paper.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// The organisation's name.
    pub organisation: String,
    /// The branch's name.
    pub branch: String,
    /// The desk's whole prefix: `BR1-01`.
    pub desk: String,
    /// The organisation's currency.
    pub currency: Currency,
    /// Language code of the paper: `fr`, or English for every other.
    pub language: String,
}

impl Letterhead {
    /// An amount as the paper's language writes it.
    pub(crate) fn show(&self, amount: Money) -> String {
        amount.written(self.currency.decimals, labels::marks(&self.language))
    }
}

/// Why a paper or a picture was not made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// A bundled font can't be read, which a broken build alone can cause.
    #[error("A bundled font can't be read")]
    Font,
    /// The PDF could not be put together.
    #[error("The PDF can't be made: {0}")]
    Pdf(String),
    /// The picture could not be drawn.
    #[error("The chart can't be drawn: {0}")]
    Chart(String),
}
