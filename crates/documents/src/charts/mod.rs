//! Charts as SVG, drawn by plotters: in the colours of the page that shows them.
//!
//! A picture has a view box and no size of its own, so that the page scales it; at its own size text is 11 px. It
//! carries no title: that stands above it, and is what the `title_for_…` functions find.

mod canvas;
mod color;
mod columns;
mod days;
mod lines;
mod rows;
mod scale;
mod titles;

pub use columns::{Expected, Flow, PurchaseMonth, bars_and_line, bars_with_ticks, grouped_bars};
pub use days::{Decided, stacked_days};
pub use lines::{Share, lines_share};
pub use rows::{Bar, horizontal_bars};
pub use scale::unit_of;
pub use titles::{
    title_for_decided, title_for_expected, title_for_flow, title_for_products, title_for_purchases, title_for_share,
};

use farthing_lending::Currency;

/// What every picture needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Width of the view box in pixels, at least 200.
    pub width: u32,
    /// Height of the view box in pixels, at least 80.
    pub height: u32,
    /// Language code of the words in the picture: `fr`, or English for every other.
    pub language: &'a str,
    /// The currency of the amounts.
    pub currency: &'a Currency,
    /// What a screen reader says for the picture: the title that stands above it.
    pub label: &'a str,
}
