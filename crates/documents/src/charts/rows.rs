//! Bars that lie, with their values at their ends.

use super::Frame;
use super::canvas::{Anchor, PX, draw, text_width};
use super::color;
use super::scale::Unit;
use crate::DocumentError;
use farthing_lending::Money;

/// A bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its length, in minor units.
    pub value: Money,
}

/// One bar for each thing, its name on the left and its value at its end, in the order given.
///
/// # Errors
/// [`DocumentError::Chart`] where the picture can't be drawn.
pub fn horizontal_bars(frame: &Frame<'_>, bars: &[Bar]) -> Result<String, DocumentError> {
    draw(frame, |canvas| {
        let largest = bars.iter().map(|bar| bar.value).max().unwrap_or_default();
        let unit = Unit::for_largest(frame.currency, frame.language, largest);
        let names = bars.iter().map(|bar| text_width(&bar.label, false)).max().unwrap_or(0) + 10 * PX;
        let left = names.min(canvas.width * 2 / 5);
        let values = bars
            .iter()
            .map(|bar| text_width(&unit.show(bar.value), false))
            .max()
            .unwrap_or(0);
        let right = canvas.width - values - 10 * PX;
        let rows = i32::try_from(bars.len()).unwrap_or(1).max(1);
        let row = (canvas.height / rows).min(33 * PX);
        let thick = (row / 2).min(15 * PX);
        for (i, bar) in (0..).zip(bars) {
            let middle = row * i + row / 2;
            canvas.text(
                &shorten(&bar.label, left - 10 * PX),
                (0, middle),
                color::INK,
                Anchor::Left,
                false,
            )?;
            let span = i128::from(right - left) * i128::from(bar.value.minor().max(0));
            let length = i32::try_from(span / i128::from(largest.minor().max(1))).unwrap_or(0);
            // What is not nothing shows.
            let length = if bar.value.is_positive() { length.max(PX) } else { 0 };
            let y = middle - thick / 2;
            canvas.bar([(left, y), (left + length, y + thick)], color::SERIES_1, None)?;
            let at = (left + length + 6 * PX, middle);
            canvas.text(&unit.show(bar.value), at, color::INK, Anchor::Left, false)?;
        }
        Ok(())
    })
}

/// The text, cut with an ellipsis where it is wider than this.
fn shorten(text: &str, width: i32) -> String {
    if text_width(text, false) <= width {
        return text.to_string();
    }
    let mut short: Vec<char> = text.chars().collect();
    while !short.is_empty() && text_width(&short.iter().collect::<String>(), false) > width - text_width("…", false) {
        short.pop();
    }
    short.iter().collect::<String>().trim_end().to_string() + "…"
}
