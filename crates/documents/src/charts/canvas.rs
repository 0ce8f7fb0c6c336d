//! A thin layer over plotters: quarter pixels, the project's type, and an SVG that scales.
//!
//! plotters draws on whole pixels, so the drawing area is four times as large as the view box and scaled down.

use super::Frame;
use crate::DocumentError;
use plotters::coord::Shift;
use plotters::element::{Circle, DashedPathElement, PathElement, Rectangle};
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, IntoTextStyle, RGBColor, ShapeStyle};
use std::fmt::Display;

/// Drawing units in a pixel of the view box.
pub(crate) const PX: i32 = 4;
/// Text size in pixels of the view box.
const TEXT_SIZE: i32 = 11;
/// plotters divides text sizes by this on their way into an SVG.
const TEXT_FACTOR: f64 = 1.24;
const FAMILY: &str = "Inter, system-ui, Noto Sans, sans-serif";

/// Where a text stands against its point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Left,
    Middle,
    Right,
}

/// A drawing area; coordinates are drawing units, [`PX`] to a pixel.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    pub(crate) frame: Frame<'a>,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

/// Draws on a new canvas and answers with the SVG.
pub(crate) fn draw(
    frame: &Frame<'_>,
    paint: impl FnOnce(&Canvas<'_>) -> Result<(), DocumentError>,
) -> Result<String, DocumentError> {
    let (width, height) = (frame.width.clamp(200, 4000), frame.height.clamp(80, 4000));
    let size = (width * PX.unsigned_abs(), height * PX.unsigned_abs());
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let canvas = Canvas {
            area,
            frame: *frame,
            width: i32::try_from(size.0).map_err(chart)?,
            height: i32::try_from(size.1).map_err(chart)?,
        };
        paint(&canvas)?;
        canvas.area.present().map_err(chart)?;
    }
    finish(&svg, width, height, frame.label)
}

impl Canvas<'_> {
    /// A rectangle, filled and perhaps outlined by one pixel.
    pub(crate) fn bar(
        &self,
        corners: [(i32, i32); 2],
        fill: RGBColor,
        outline: Option<RGBColor>,
    ) -> Result<(), DocumentError> {
        let [(x0, y0), (x1, y1)] = corners;
        if y1 <= y0 || x1 <= x0 {
            return Ok(());
        }
        self.area.draw(&Rectangle::new(corners, fill.filled())).map_err(chart)?;
        let Some(outline) = outline else { return Ok(()) };
        let half = PX / 2;
        let (x0, y0, x1, y1) = (x0 + half, y0 + half, x1 - half, y1);
        self.path(&[(x0, y1), (x0, y0), (x1, y0), (x1, y1)], outline, 1)
    }

    /// A solid line of so many pixels' width.
    pub(crate) fn path(&self, points: &[(i32, i32)], color: RGBColor, width: u32) -> Result<(), DocumentError> {
        self.area
            .draw(&PathElement::new(points.to_vec(), stroke(color, width)))
            .map_err(chart)
    }

    /// A dashed line: pixels of dash and of gap.
    pub(crate) fn dashes(
        &self,
        points: &[(i32, i32)],
        color: RGBColor,
        width: u32,
        (dash, gap): (i32, i32),
    ) -> Result<(), DocumentError> {
        let element = DashedPathElement::new(points.to_vec(), dash * PX, gap * PX, stroke(color, width));
        self.area.draw(&element).map_err(chart)
    }

    /// A point of six pixels; hollow where `inside` is given.
    pub(crate) fn dot(&self, at: (i32, i32), color: RGBColor, inside: Option<RGBColor>) -> Result<(), DocumentError> {
        self.area
            .draw(&Circle::new(at, 3 * PX, color.filled()))
            .map_err(chart)?;
        match inside {
            Some(inside) => self.area.draw(&Circle::new(at, 2 * PX, inside.filled())).map_err(chart),
            None => Ok(()),
        }
    }

    /// A text of the charts' size, its middle at the point's height.
    pub(crate) fn text(
        &self,
        text: &str,
        (x, y): (i32, i32),
        color: RGBColor,
        anchor: Anchor,
        strong: bool,
    ) -> Result<(), DocumentError> {
        let h_pos = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let size = f64::from(TEXT_SIZE * PX) * TEXT_FACTOR;
        let weight = if strong { FontStyle::Bold } else { FontStyle::Normal };
        let style = (FAMILY, size, weight)
            .into_font()
            .with_color(color)
            .with_anchor::<RGBColor>(Pos::new(h_pos, VPos::Center))
            .into_text_style(&self.area);
        // The middle of the small letters is a little below the middle of the line.
        self.area.draw_text(text, &style, (x, y + PX)).map_err(chart)
    }

    /// Writes labels from `x` on, at their heights but a line apart, within `top` and `bottom`.
    pub(crate) fn labels(
        &self,
        x: i32,
        (top, bottom): (i32, i32),
        mut labels: Vec<Label>,
    ) -> Result<(), DocumentError> {
        const LINE: i32 = 14 * PX;
        labels.sort_by_key(|label| label.y);
        let mut lowest = top;
        for label in &mut labels {
            label.y = label.y.max(lowest);
            lowest = label.y + LINE;
        }
        let mut highest = bottom;
        for label in labels.iter_mut().rev() {
            label.y = label.y.min(highest);
            highest = label.y - LINE;
        }
        for label in labels {
            self.text(&label.text, (x, label.y), label.color, Anchor::Left, label.strong)?;
        }
        Ok(())
    }
}

/// A label beside the end of its series.
pub(crate) struct Label {
    text: String,
    color: RGBColor,
    strong: bool,
    /// The height it belongs to.
    y: i32,
}

impl Label {
    /// A label right below those above it.
    pub(crate) fn below(text: String, color: RGBColor, others: &[Label]) -> Label {
        let y = others.iter().map(|label| label.y).max().unwrap_or(0) + 1;
        Label::new(text, color, false, y)
    }

    pub(crate) fn new(text: String, color: RGBColor, strong: bool, y: i32) -> Label {
        Label { text, color, strong, y }
    }
}

/// A width of about this many drawing units, so that labels find room: Inter's letters are 0.55 em wide on average,
/// 0.6 when semibold.
pub(crate) fn text_width(text: &str, strong: bool) -> i32 {
    let letters = i32::try_from(text.chars().count()).unwrap_or(i32::MAX / 1000).min(1000);
    letters * TEXT_SIZE * PX * if strong { 60 } else { 56 } / 100
}

fn stroke(color: RGBColor, width: u32) -> ShapeStyle {
    color.stroke_width(width * PX.unsigned_abs())
}

pub(crate) fn chart(error: impl Display) -> DocumentError {
    DocumentError::Chart(error.to_string())
}

/// Gives the picture its view box in place of its size, its role and name, and the weight that plotters can't say.
fn finish(svg: &str, width: u32, height: u32, label: &str) -> Result<String, DocumentError> {
    let body = svg
        .split_once('>')
        .map(|(_, body)| body)
        .ok_or_else(|| chart("plotters wrote no picture"))?;
    let body = body
        .strip_suffix("</svg>\n")
        .ok_or_else(|| chart("plotters left its picture open"))?;
    let size = f64::from(TEXT_SIZE * PX);
    let body = super::color::named(body)
        .replace(
            &format!("font-size=\"{}\"", size * TEXT_FACTOR / TEXT_FACTOR),
            &format!("font-size=\"{size}\""),
        )
        .replace("font-weight=\"bold\"", "font-weight=\"600\"")
        .replace("opacity=\"1\" ", "")
        .replace("<rect ", "<rect shape-rendering=\"crispEdges\" ");
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\"><g transform=\"scale({})\">{body}</g></svg>\n",
        escape(label),
        1.0 / f64::from(PX),
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
