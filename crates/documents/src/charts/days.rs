//! A chart of days side by side.

use super::Frame;
use super::canvas::{Anchor, Canvas, Label, PX, draw, text_width};
use super::color;
use super::scale::Axis;
use crate::DocumentError;
use crate::labels::say;
use chrono::{Datelike, NaiveDate};

/// What a server decided in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The day.
    pub day: NaiveDate,
    /// How many commands were carried out as they were asked for.
    pub as_asked: u32,
    /// How many were decided otherwise.
    pub otherwise: u32,
    /// Whether the day is still running.
    pub so_far: bool,
}

/// Bars of what was decided as asked for, with what was decided otherwise on top; the running day pale. Oldest day first.
///
/// # Errors
/// [`DocumentError::Chart`] where the picture can't be drawn.
pub fn stacked_days(frame: &Frame<'_>, days: &[Decided]) -> Result<String, DocumentError> {
    draw(frame, |canvas| {
        let whole = |d: &Decided| i64::from(d.as_asked) + i64::from(d.otherwise);
        let axis = Axis::up_to(days.iter().map(whole).max().unwrap_or(0).max(4));
        let say = |en, fr| say(frame.language, en, fr);
        let sum = |of: fn(&Decided) -> u32| days.iter().map(|d| u64::from(of(d))).sum::<u64>();
        let names = [
            format!("{} {}", say("Otherwise", "Autrement"), sum(|d| d.otherwise)),
            format!("{} {}", say("As asked", "Conforme"), sum(|d| d.as_asked)),
        ];
        let room = names.iter().map(|name| text_width(name, true)).max().unwrap_or(0);
        let left = (text_width(&axis.top().to_string(), false) + 14 * PX).max(28 * PX);
        let (right, top, bottom) = (canvas.width - room - 8 * PX, 8 * PX, canvas.height - 22 * PX);
        axis.draw(canvas, (left, right), (top, bottom), |value| value.to_string())?;
        let slot = (right - left) / i32::try_from(days.len()).unwrap_or(1).max(1);
        for (i, day) in (0..).zip(days) {
            let x = left + slot * i;
            let across = (x + slot * 20 / 100, x + slot * 80 / 100);
            let middle = axis.place(i64::from(day.as_asked), top, bottom);
            let head = axis.place(whole(day), top, bottom);
            let fills = match day.so_far {
                true => [color::RUNNING, color::RUNNING_2],
                false => [color::SERIES_1, color::SERIES_2],
            };
            let edges = [color::SERIES_1, color::SERIES_2].map(|edge| day.so_far.then_some(edge));
            for (part, (from, to)) in [(middle, bottom), (head, middle)].into_iter().enumerate() {
                if from < to {
                    canvas.bar([(across.0, from), (across.1, to)], fills[part], edges[part])?;
                }
            }
            write_day(canvas, day, (x + slot / 2, bottom + 13 * PX))?;
        }
        let heights = days.last().map_or((bottom, bottom), |last| {
            let middle = axis.place(i64::from(last.as_asked), top, bottom);
            (axis.place(whole(last), top, bottom), middle)
        });
        let [otherwise, as_asked] = names;
        let labels = vec![
            Label::new(otherwise, color::SERIES_2, true, heights.0),
            Label::new(as_asked, color::SERIES_1, true, heights.1 + 1),
        ];
        canvas.labels(right + 6 * PX, (top, bottom - 4 * PX), labels)
    })
}

fn write_day(canvas: &Canvas<'_>, day: &Decided, at: (i32, i32)) -> Result<(), DocumentError> {
    let color = if day.so_far { color::INK } else { color::INK3 };
    canvas.text(&day.day.day().to_string(), at, color, Anchor::Middle, day.so_far)
}
