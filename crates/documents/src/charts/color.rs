//! The colours of the charts: the page's own, so that a picture follows its theme.
//!
//! plotters knows colours by their red, green and blue only. What stands here are numbers in their place, which
//! [`named`] turns into the names of the page's tokens.

use plotters::style::RGBColor;

/// The names of the page's tokens, by the number that stands for each.
const TOKENS: [&str; 12] = [
    "ink",
    "ink2",
    "ink3",
    "line",
    "line2",
    "surface",
    "series-1",
    "series-2",
    "bar-neutral",
    "ctl",
    "bar-running",
    "bar-running-2",
];

pub(crate) const INK: RGBColor = RGBColor(0, 0, 0);
pub(crate) const INK2: RGBColor = RGBColor(0, 0, 1);
pub(crate) const INK3: RGBColor = RGBColor(0, 0, 2);
pub(crate) const LINE: RGBColor = RGBColor(0, 0, 3);
pub(crate) const LINE2: RGBColor = RGBColor(0, 0, 4);
pub(crate) const SURFACE: RGBColor = RGBColor(0, 0, 5);
/// Blue.
pub(crate) const SERIES_1: RGBColor = RGBColor(0, 0, 6);
/// The one to worry about: orange.
pub(crate) const SERIES_2: RGBColor = RGBColor(0, 0, 7);
/// A bar that is measured against, with its outline.
pub(crate) const NEUTRAL: RGBColor = RGBColor(0, 0, 8);
pub(crate) const OUTLINE: RGBColor = RGBColor(0, 0, 9);
/// The running month's bar of series one.
pub(crate) const RUNNING: RGBColor = RGBColor(0, 0, 10);
/// The running month's bar of series two.
pub(crate) const RUNNING_2: RGBColor = RGBColor(0, 0, 11);

/// The picture with the tokens' names in place of their numbers.
pub(crate) fn named(svg: &str) -> String {
    let mut parts = svg.split("\"#0000");
    let mut named = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let number = part.get(..2).and_then(|digits| usize::from_str_radix(digits, 16).ok());
        match (number.and_then(|number| TOKENS.get(number)), part.get(2..)) {
            (Some(token), Some(rest)) => named.extend(["\"var(--", token, ")", rest]),
            _ => named.extend(["\"#0000", part]),
        }
    }
    named
}
