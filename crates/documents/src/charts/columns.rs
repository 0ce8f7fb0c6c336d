//! Charts of months side by side.

use super::Frame;
use super::canvas::{Anchor, Canvas, Label, PX, draw, text_width};
use super::color;
use super::scale::{Axis, Unit, money_axis};
use crate::DocumentError;
use crate::labels::{month_short, say};
use chrono::NaiveDate;
use farthing_lending::Money;
use plotters::style::RGBColor;

/// What was expected and received in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// A day in the month.
    pub month: NaiveDate,
    /// What fell due, in minor units.
    pub expected: Money,
    /// What came in, in minor units.
    pub received: Money,
    /// Whether the month is still running.
    pub so_far: bool,
}

/// What went out and came in in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// A day in the month.
    pub month: NaiveDate,
    /// What was disbursed, in minor units.
    pub disbursed: Money,
    /// What was collected, in minor units.
    pub collected: Money,
    /// Whether the month is still running.
    pub so_far: bool,
}

/// Purchases on installments in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurchaseMonth {
    /// A day in the month.
    pub month: NaiveDate,
    /// What was sold, in minor units.
    pub purchases: Money,
    /// What was paid on purchases, in minor units.
    pub paid: Money,
    /// What fell due on purchases, in minor units.
    pub due: Money,
    /// Whether the month is still running.
    pub so_far: bool,
}

/// Where the plot stands on the canvas, in drawing units.
struct Plot {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    slots: i32,
}

impl Plot {
    fn new(canvas: &Canvas<'_>, slots: usize, label_width: i32, axis: &Axis, unit: Unit) -> Plot {
        let left = (text_width(&unit.show_whole(axis.top()), false) + 14 * PX).max(28 * PX);
        Plot {
            left,
            right: canvas.width - label_width - 8 * PX,
            top: 8 * PX,
            bottom: canvas.height - 22 * PX,
            slots: i32::try_from(slots).unwrap_or(1).max(1),
        }
    }

    /// The left edge and the width of a month's place.
    fn slot(&self, i: usize) -> (i32, i32) {
        let width = (self.right - self.left) / self.slots;
        (self.left + width * i32::try_from(i).unwrap_or(0), width)
    }

    fn grid(&self, canvas: &Canvas<'_>, axis: &Axis, unit: Unit) -> Result<(), DocumentError> {
        let across = (self.left, self.right);
        axis.draw(canvas, across, (self.top, self.bottom), |minor| unit.show_whole(minor))
    }

    fn height(&self, axis: &Axis, amount: Money) -> i32 {
        axis.place(amount.minor(), self.top, self.bottom)
    }

    fn months<'m>(
        &self,
        canvas: &Canvas<'_>,
        months: impl Iterator<Item = (NaiveDate, bool)> + 'm,
    ) -> Result<(), DocumentError> {
        let months: Vec<_> = months
            .map(|(month, strong)| (month_short(canvas.frame.language, month), strong))
            .collect();
        let (_, width) = self.slot(0);
        let widest = label_width(months.iter().map(|(name, _)| *name));
        // Where the names would touch, every second one, the last among them.
        let step = if widest + 4 * PX > width { 2 } else { 1 };
        for (i, (name, strong)) in months.iter().copied().enumerate() {
            if (months.len() - 1 - i) % step != 0 {
                continue;
            }
            let (x, width) = self.slot(i);
            let color = if strong { color::INK } else { color::INK3 };
            canvas.text(
                name,
                (x + width / 2, self.bottom + 13 * PX),
                color,
                Anchor::Middle,
                strong,
            )?;
        }
        Ok(())
    }
}

fn label_width<'t>(texts: impl IntoIterator<Item = &'t str>) -> i32 {
    texts.into_iter().map(|text| text_width(text, true)).max().unwrap_or(0)
}

/// Bars of what was received, each under a tick at what was expected; the running month pale. Oldest month first.
///
/// # Errors
/// [`DocumentError::Chart`] where the picture can't be drawn.
pub fn bars_with_ticks(frame: &Frame<'_>, months: &[Expected]) -> Result<String, DocumentError> {
    draw(frame, |canvas| {
        let (axis, unit) = money_axis(frame, months.iter().flat_map(|m| [m.expected, m.received]));
        let last = months.last();
        let say = |en, fr| say(frame.language, en, fr);
        let expected = last.map(|m| format!("{} {}", say("Expected", "Attendu"), unit.show(m.expected)));
        let received = last.map(|m| format!("{} {}", say("Received", "Reçu"), unit.show(m.received)));
        let width = label_width([&expected, &received].into_iter().flatten().map(String::as_str));
        let plot = Plot::new(canvas, months.len(), width, &axis, unit);
        plot.grid(canvas, &axis, unit)?;
        for (i, month) in months.iter().enumerate() {
            let (x, width) = plot.slot(i);
            let inset = width * 20 / 100;
            let (fill, outline) = match month.so_far {
                true => (color::RUNNING, Some(color::SERIES_1)),
                false => (color::SERIES_1, None),
            };
            let y = plot.height(&axis, month.received);
            canvas.bar([(x + inset, y), (x + width - inset, plot.bottom)], fill, outline)?;
            let y = plot.height(&axis, month.expected);
            let overhang = width * 9 / 100;
            canvas.bar(
                [(x + overhang, y - PX), (x + width - overhang, y + PX)],
                color::INK,
                None,
            )?;
        }
        plot.months(canvas, months.iter().map(|m| (m.month, m.so_far)))?;
        let (Some(month), Some(expected), Some(received)) = (last, expected, received) else {
            return Ok(());
        };
        let y = plot.height(&axis, month.received);
        let mut labels = vec![
            Label::new(expected, color::INK, true, plot.height(&axis, month.expected)),
            Label::new(received, color::SERIES_1, true, y),
        ];
        if month.so_far {
            labels.push(Label::new(say("so far", "à ce jour").into(), color::INK3, false, y + 1));
        }
        canvas.labels(plot.right + 6 * PX, (plot.top, plot.bottom - 4 * PX), labels)
    })
}

/// Bars of what was disbursed with a line of what was collected; the running month hollow. Oldest month first.
///
/// # Errors
/// [`DocumentError::Chart`] where the picture can't be drawn.
pub fn bars_and_line(frame: &Frame<'_>, months: &[Flow]) -> Result<String, DocumentError> {
    draw(frame, |canvas| {
        let (axis, unit) = money_axis(frame, months.iter().flat_map(|m| [m.disbursed, m.collected]));
        let labels = flow_labels(frame, unit, months);
        let plot = Plot::new(
            canvas,
            months.len(),
            label_width(labels.iter().map(|l| &*l.0)),
            &axis,
            unit,
        );
        plot.grid(canvas, &axis, unit)?;
        let mut line = Vec::new();
        for (i, month) in months.iter().enumerate() {
            let (x, width) = plot.slot(i);
            let inset = width * 20 / 100;
            let y = plot.height(&axis, month.disbursed);
            let (x0, x1) = (x + inset, x + width - inset);
            let middle = (x + width / 2, plot.height(&axis, month.collected));
            match month.so_far {
                true => {
                    let edge = [(x0, plot.bottom), (x0, y), (x1, y), (x1, plot.bottom)];
                    canvas.dashes(&edge, color::OUTLINE, 1, (2, 2))?;
                    canvas.dot(middle, color::SERIES_1, Some(color::SURFACE))?;
                }
                false => {
                    canvas.bar([(x0, y), (x1, plot.bottom)], color::NEUTRAL, Some(color::OUTLINE))?;
                    line.push(middle);
                }
            }
        }
        canvas.path(&line, color::SERIES_1, 2)?;
        for at in line {
            canvas.dot(at, color::SERIES_1, None)?;
        }
        plot.months(canvas, months.iter().map(|m| (m.month, m.so_far)))?;
        let labels = labels
            .into_iter()
            .map(|(text, color, strong, amount, nudge)| {
                Label::new(text, color, strong, plot.height(&axis, amount) + nudge)
            })
            .collect();
        canvas.labels(plot.right + 6 * PX, (plot.top, plot.bottom - 4 * PX), labels)
    })
}

/// The last complete month's two values, and the running month's in words: text, colour, weight, at which amount, and
/// how far below it.
fn flow_labels(frame: &Frame<'_>, unit: Unit, months: &[Flow]) -> Vec<(String, RGBColor, bool, Money, i32)> {
    let say = |en, fr| say(frame.language, en, fr);
    let mut labels = Vec::new();
    if let Some(month) = months.iter().rfind(|m| !m.so_far) {
        let out = format!("{} {}", say("Disbursed", "Décaissé"), unit.show(month.disbursed));
        let back = format!("{} {}", say("Collected", "Encaissé"), unit.show(month.collected));
        labels.push((out, color::INK2, true, month.disbursed, 0));
        labels.push((back, color::SERIES_1, true, month.collected, 0));
    }
    if let Some(month) = months.last().filter(|m| m.so_far) {
        let name = month_short(frame.language, month.month);
        let at = month.disbursed.max(month.collected);
        labels.push((
            format!("{name} {}", say("so far", "à ce jour")),
            color::INK3,
            false,
            at,
            0,
        ));
        let out = format!("{} {}", unit.show(month.disbursed), say("out", "sortis"));
        let back = format!("{} {}", unit.show(month.collected), say("in", "entrés"));
        labels.push((format!("{out}, {back}"), color::INK3, false, at, 1));
    }
    labels
}

/// One of the bars of a group.
struct Series<'a> {
    name: &'a str,
    fill: RGBColor,
    /// The running month's bar.
    pale: RGBColor,
    edge: RGBColor,
    text: RGBColor,
    amount: fn(&PurchaseMonth) -> Money,
}

/// Three bars a month: what was sold, what fell due, what was paid. Oldest month first.
///
/// # Errors
/// [`DocumentError::Chart`] where the picture can't be drawn.
pub fn grouped_bars(frame: &Frame<'_>, months: &[PurchaseMonth]) -> Result<String, DocumentError> {
    draw(frame, |canvas| {
        let (axis, unit) = money_axis(frame, months.iter().flat_map(|m| [m.purchases, m.due, m.paid]));
        let say = |en, fr| say(frame.language, en, fr);
        let series = [
            Series {
                name: say("Purchases", "Achats"),
                fill: color::NEUTRAL,
                pale: color::SURFACE,
                edge: color::OUTLINE,
                text: color::INK2,
                amount: |m| m.purchases,
            },
            Series {
                name: say("Due", "Échu"),
                fill: color::SERIES_2,
                pale: color::RUNNING_2,
                edge: color::SERIES_2,
                text: color::SERIES_2,
                amount: |m| m.due,
            },
            Series {
                name: say("Paid", "Payé"),
                fill: color::SERIES_1,
                pale: color::RUNNING,
                edge: color::SERIES_1,
                text: color::SERIES_1,
                amount: |m| m.paid,
            },
        ];
        let last = months.last();
        let label = |m: &PurchaseMonth, s: &Series<'_>| format!("{} {}", s.name, unit.show((s.amount)(m)));
        let texts: Vec<String> = last.iter().flat_map(|m| series.iter().map(|s| label(m, s))).collect();
        let plot = Plot::new(
            canvas,
            months.len(),
            label_width(texts.iter().map(String::as_str)),
            &axis,
            unit,
        );
        plot.grid(canvas, &axis, unit)?;
        for (i, month) in months.iter().enumerate() {
            let (x, width) = plot.slot(i);
            let bar = width * 24 / 100;
            for (k, series) in (0..).zip(&series) {
                let left = x + width * 14 / 100 + bar * k;
                let y = plot.height(&axis, (series.amount)(month));
                let fill = if month.so_far { series.pale } else { series.fill };
                canvas.bar([(left, y), (left + bar - PX, plot.bottom)], fill, Some(series.edge))?;
            }
        }
        plot.months(canvas, months.iter().map(|m| (m.month, m.so_far)))?;
        let mut labels: Vec<Label> = Vec::new();
        for (text, series) in texts.into_iter().zip(&series) {
            let y = last.map_or(plot.bottom, |m| plot.height(&axis, (series.amount)(m)));
            labels.push(Label::new(text, series.text, true, y));
        }
        if last.is_some_and(|m| m.so_far) {
            labels.push(Label::below(say("so far", "à ce jour").into(), color::INK3, &labels));
        }
        canvas.labels(plot.right + 6 * PX, (plot.top, plot.bottom - 4 * PX), labels)
    })
}
