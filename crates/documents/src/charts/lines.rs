//! Shares over time.

use super::Frame;
use super::canvas::{Anchor, Label, PX, draw, text_width};
use super::color;
use super::scale::Axis;
use crate::DocumentError;
use crate::labels::{is_french, month_short, percent, say};
use chrono::NaiveDate;

/// Portfolio at risk at a month's end, in hundredths of a percent of the outstanding principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// A day in the month.
    pub month: NaiveDate,
    /// More than 30 days late.
    pub par30: u32,
    /// More than 60 days late.
    pub par60: u32,
    /// More than 90 days late.
    pub par90: u32,
}

/// Lines of PAR30, PAR60 and PAR90 in one colour, solid, dashed and dotted, with the limit where there is one (in
/// hundredths of a percent). Oldest month first.
///
/// # Errors
/// [`DocumentError::Chart`] where the picture can't be drawn.
pub fn lines_share(frame: &Frame<'_>, months: &[Share], limit: Option<u32>) -> Result<String, DocumentError> {
    draw(frame, |canvas| {
        let french = is_french(frame.language);
        let largest = months.iter().map(|m| m.par30).chain(limit).max().unwrap_or(0);
        // Gridlines stand at whole percents.
        let axis = Axis::up_to(i64::from(largest.div_ceil(100)));
        let show = |value: i64| {
            if french {
                format!("{value} %")
            } else {
                format!("{value}%")
            }
        };
        let left = (text_width(&show(axis.top()), false) + 14 * PX).max(28 * PX);
        let right = canvas.width - text_width("PAR30 100.0%", true) - 12 * PX;
        let (top, bottom) = (8 * PX, canvas.height - 22 * PX);
        axis.draw(canvas, (left, right), (top, bottom), show)?;
        let hundredfold = axis.hundredfold();
        let height = |share: u32| hundredfold.place(i64::from(share), top, bottom);
        let slots = i32::try_from(months.len()).unwrap_or(1).max(1);
        let inset = (right - left) / slots / 2;
        let x = |i: usize| {
            let span = right - left - inset - 4 * PX;
            left + inset + span * i32::try_from(i).unwrap_or(0) / (slots - 1).max(1)
        };
        for (i, month) in months.iter().enumerate() {
            // Where the names would touch, every second one, the last among them.
            if (right - left) / slots < 30 * PX && (months.len() - 1 - i) % 2 == 1 {
                continue;
            }
            let at = (x(i), bottom + 13 * PX);
            canvas.text(
                month_short(frame.language, month.month),
                at,
                color::INK3,
                Anchor::Middle,
                false,
            )?;
        }
        let mut labels = Vec::new();
        if let Some(limit) = limit {
            let y = height(limit);
            canvas.dashes(&[(left, y), (right, y)], color::INK3, 1, (1, 2))?;
            let text = format!(
                "{} {}",
                say(frame.language, "Limit", "Limite"),
                percent(frame.language, limit)
            );
            let text = text.replace(".0%", "%").replace(",0 %", " %");
            labels.push(Label::new(text, color::INK3, false, y));
        }
        type Series = (&'static str, fn(&Share) -> u32, Option<(i32, i32)>);
        let series: [Series; 3] = [
            ("PAR30", |m| m.par30, None),
            ("PAR60", |m| m.par60, Some((6, 3))),
            ("PAR90", |m| m.par90, Some((2, 3))),
        ];
        for (name, share, dash) in series {
            let points: Vec<(i32, i32)> = months
                .iter()
                .enumerate()
                .map(|(i, m)| (x(i), height(share(m))))
                .collect();
            match dash {
                None => canvas.path(&points, color::SERIES_2, 2)?,
                Some(dash) => canvas.dashes(&points, color::SERIES_2, 2, dash)?,
            }
            if let (Some(last), Some(at)) = (months.last(), points.last()) {
                canvas.dot(*at, color::SERIES_2, None)?;
                let text = format!("{name} {}", percent(frame.language, share(last)));
                labels.push(Label::new(text, color::SERIES_2, true, at.1));
            }
        }
        canvas.labels(right + 8 * PX, (top, bottom - 4 * PX), labels)
    })
}
