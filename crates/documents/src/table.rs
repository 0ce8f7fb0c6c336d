//! Tables that run over pages: the header repeats, and totals never stand alone.

use crate::paper::{Align, Block, Cell, Header, Paper, Style};

/// Points from base line to base line.
const ROW: f32 = 15.0;
/// The fewest points between two columns.
const GAP: f32 = 8.0;
/// The smallest type that a table shrinks to before its texts are broken.
const SMALLEST: f32 = 6.5;

/// A column: its name and the side on which its content stands. Words left, numbers right.
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) align: Align,
}

/// A table's content.
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) totals: Vec<String>,
}

/// Where tables and lines flow: the area of each page and the next base line.
pub(crate) struct Flow {
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
    pub(crate) bottom: f32,
    pub(crate) y: f32,
}

impl Flow {
    /// Whether so many points more fit on the page.
    pub(crate) fn fits(&self, points: f32) -> bool {
        self.y + points <= self.bottom
    }

    /// Starts another page.
    pub(crate) fn turn(&mut self, paper: &mut Paper) {
        paper.page();
        self.y = self.top;
    }
}

/// Where the columns of a table stand, and in what size.
struct Layout {
    size: f32,
    /// Left edge and width of each column.
    places: Vec<(f32, f32)>,
}

impl Table {
    /// Writes the table.
    pub(crate) fn write(&self, paper: &mut Paper, flow: &mut Flow) {
        let layout = self.layout(paper, flow);
        let mut cells = Vec::new();
        // A header is never the last thing on a page.
        if !flow.fits(ROW * 3.0) {
            flow.turn(paper);
        }
        cells.push(self.header(paper, flow, &layout, true));
        for (i, row) in self.rows.iter().enumerate() {
            let lines = self.broken(paper, row, &layout);
            let height = ROW + lines.iter().map(|l| l.len() - 1).max().unwrap_or(0) as f32 * (layout.size + 2.0);
            let last = i + 1 == self.rows.len();
            let needed = if last && !self.totals.is_empty() {
                height + ROW
            } else {
                height
            };
            if !flow.fits(needed - ROW) {
                flow.turn(paper);
                self.header(paper, flow, &layout, false);
            }
            cells.push(self.row(paper, flow, &layout, &lines, Style::plain(layout.size)));
            flow.y += height;
        }
        if !self.totals.is_empty() {
            paper.rule((flow.left, flow.y - ROW + 4.0), flow.right);
            let lines = self.broken(paper, &self.totals, &layout);
            cells.push(self.row(paper, flow, &layout, &lines, Style::strong(layout.size)));
            flow.y += ROW;
        }
        paper.block(Block::Table(cells));
    }

    /// Column widths by content, at 9 points or as much less as it takes; what is left over
    /// goes between the columns.
    fn layout(&self, paper: &Paper, flow: &Flow) -> Layout {
        let room = flow.right - flow.left;
        let mut size = 9.0;
        loop {
            let mut widths: Vec<f32> = (0..self.columns.len()).map(|c| self.natural(paper, c, size)).collect();
            let gaps = GAP * (self.columns.len() - 1) as f32;
            let total: f32 = widths.iter().sum::<f32>() + gaps;
            if total <= room || size <= SMALLEST {
                let gap = GAP + self.spare(&mut widths, room - total);
                return Layout {
                    size,
                    places: places(flow.left, &widths, gap),
                };
            }
            size -= 0.5;
        }
    }

    fn natural(&self, paper: &Paper, column: usize, size: f32) -> f32 {
        let title = paper.width_of(self.columns[column].title, Style::strong(size));
        let rows = self
            .rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|text| paper.width_of(text, Style::plain(size)));
        let total = self
            .totals
            .get(column)
            .map(|text| paper.width_of(text, Style::strong(size)));
        rows.chain(total).fold(title, f32::max)
    }

    /// How much wider each gap is with what is left over; what is missing is taken from the widest column of words.
    fn spare(&self, widths: &mut [f32], rest: f32) -> f32 {
        if rest >= 0.0 {
            return rest / (widths.len() - 1).max(1) as f32;
        }
        let words = (0..widths.len()).filter(|c| self.columns[*c].align == Align::Left);
        if let Some(widest) = words.max_by(|a, b| widths[*a].total_cmp(&widths[*b])) {
            widths[widest] = (widths[widest] + rest).max(24.0);
        }
        0.0
    }

    fn broken(&self, paper: &Paper, row: &[String], layout: &Layout) -> Vec<Vec<String>> {
        row.iter()
            .zip(&layout.places)
            .zip(&self.columns)
            .map(|((text, place), column)| match column.align {
                // Numbers are never broken.
                Align::Right => vec![text.clone()],
                Align::Left => paper.wrap(text, Style::plain(layout.size), place.1 + 0.5),
            })
            .collect()
    }

    fn header(&self, paper: &mut Paper, flow: &mut Flow, layout: &Layout, first: bool) -> Vec<Cell> {
        let style = Style::strong(layout.size);
        let mut cells = Vec::new();
        for (column, place) in self.columns.iter().zip(&layout.places) {
            // A repeated header is not read out again.
            let leaf = first.then(|| paper.leaf());
            paper.write((edge(column, place), flow.y), column.align, style, column.title, leaf);
            cells.extend(leaf.map(|leaf| Cell {
                leaf,
                header: Some(Header::Column),
            }));
        }
        paper.rule((flow.left, flow.y + 4.0), flow.right);
        flow.y += ROW;
        cells
    }

    fn row(&self, paper: &mut Paper, flow: &Flow, layout: &Layout, lines: &[Vec<String>], style: Style) -> Vec<Cell> {
        let mut cells = Vec::new();
        for ((column, place), lines) in self.columns.iter().zip(&layout.places).zip(lines) {
            let leaf = paper.leaf();
            for (i, line) in lines.iter().enumerate() {
                let y = flow.y + i as f32 * (layout.size + 2.0);
                paper.write((edge(column, place), y), column.align, style, line, Some(leaf));
            }
            cells.push(Cell { leaf, header: None });
        }
        cells
    }
}

fn edge(column: &Column, (left, width): &(f32, f32)) -> f32 {
    match column.align {
        Align::Left => *left,
        Align::Right => left + width,
    }
}

fn places(left: f32, widths: &[f32], gap: f32) -> Vec<(f32, f32)> {
    let mut x = left;
    let mut places = Vec::new();
    for width in widths {
        places.push((x, *width));
        x += width + gap;
    }
    places
}
