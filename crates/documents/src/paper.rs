//! Pages of black text and rules, with embedded subsets of the bundled fonts and a tag tree for screen readers.
//!
//! A paper is laid out first and written afterwards, so that every page can say how many there are.

use crate::DocumentError;
use crate::labels::words;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Stroke;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};
use rustybuzz::ttf_parser::Tag as Tag4;
use rustybuzz::{Direction, Face, Feature, UnicodeBuffer};
use std::num::NonZeroU16;

/// Points in a millimetre.
pub(crate) const MM: f32 = 72.0 / 25.4;

const REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.ttf");

/// How a text is set.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Style {
    /// Points.
    pub(crate) size: f32,
    pub(crate) strong: bool,
}

impl Style {
    pub(crate) const fn plain(size: f32) -> Style {
        Style { size, strong: false }
    }

    pub(crate) const fn strong(size: f32) -> Style {
        Style { size, strong: true }
    }
}

/// Which side of a text stands at its point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A piece of content that the tag tree names; several texts may belong to it.
#[derive(Clone, Copy)]
pub(crate) struct Leaf(usize);

/// A part of the document's structure.
pub(crate) enum Block {
    Heading(u16, String, Leaf),
    Paragraph(Leaf),
    Table(Vec<Vec<Cell>>),
}

/// A cell of a table's structure.
pub(crate) struct Cell {
    pub(crate) leaf: Leaf,
    pub(crate) header: Option<Header>,
}

/// What a header cell heads.
#[derive(Clone, Copy)]
pub(crate) enum Header {
    Row,
    Column,
}

enum Ink {
    Text {
        at: (f32, f32),
        glyphs: Vec<KrillaGlyph>,
        text: String,
        style: Style,
        leaf: Option<Leaf>,
    },
    Rule {
        from: (f32, f32),
        to: f32,
    },
}

struct Typeface {
    font: Font,
    face: Face<'static>,
}

impl Typeface {
    fn new(bytes: &'static [u8]) -> Result<Typeface, DocumentError> {
        Ok(Typeface {
            font: Font::new(bytes.into(), 0).ok_or(DocumentError::Font)?,
            face: Face::from_slice(bytes, 0).ok_or(DocumentError::Font)?,
        })
    }
}

/// A paper while it is laid out. Coordinates are points from the top left corner; texts stand on their base line.
pub(crate) struct Paper {
    regular: Typeface,
    semibold: Typeface,
    pub(crate) width: f32,
    pub(crate) height: f32,
    pages: Vec<Vec<Ink>>,
    leaves: usize,
    blocks: Vec<Block>,
}

impl Paper {
    /// A paper of this size in millimetres, with its first page.
    pub(crate) fn new(width: f32, height: f32) -> Result<Paper, DocumentError> {
        Ok(Paper {
            regular: Typeface::new(REGULAR)?,
            semibold: Typeface::new(SEMIBOLD)?,
            width: width * MM,
            height: height * MM,
            pages: vec![Vec::new()],
            leaves: 0,
            blocks: Vec::new(),
        })
    }

    /// Starts another page.
    pub(crate) fn page(&mut self) {
        self.pages.push(Vec::new());
    }

    /// How many pages there are so far.
    pub(crate) fn pages(&self) -> usize {
        self.pages.len()
    }

    /// A new piece of content.
    pub(crate) fn leaf(&mut self) -> Leaf {
        self.leaves += 1;
        Leaf(self.leaves - 1)
    }

    /// Adds to the document's structure, in reading order.
    pub(crate) fn block(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// Writes a paragraph of one line.
    pub(crate) fn line(&mut self, at: (f32, f32), align: Align, style: Style, text: &str) {
        let leaf = self.leaf();
        self.write(at, align, style, text, Some(leaf));
        self.block(Block::Paragraph(leaf));
    }

    /// Writes a text on the last page, as part of a piece of content, or outside the content (page numbers).
    pub(crate) fn write(&mut self, at: (f32, f32), align: Align, style: Style, text: &str, leaf: Option<Leaf>) {
        self.write_on(self.pages.len() - 1, at, align, style, text, leaf);
    }

    /// Writes a text on a page that was laid out already.
    pub(crate) fn write_on(
        &mut self,
        page: usize,
        (x, y): (f32, f32),
        align: Align,
        style: Style,
        text: &str,
        leaf: Option<Leaf>,
    ) {
        let (glyphs, width) = self.shape(text, style);
        let x = if align == Align::Right { x - width } else { x };
        if let Some(page) = self.pages.get_mut(page).filter(|_| !glyphs.is_empty()) {
            let text = text.to_string();
            page.push(Ink::Text {
                at: (x, y),
                glyphs,
                text,
                style,
                leaf,
            });
        }
    }

    /// A rule of half a point on the last page.
    pub(crate) fn rule(&mut self, from: (f32, f32), to: f32) {
        if let Some(page) = self.pages.last_mut() {
            page.push(Ink::Rule { from, to });
        }
    }

    /// The width of a text in points.
    pub(crate) fn width_of(&self, text: &str, style: Style) -> f32 {
        self.shape(text, style).1
    }

    /// The text in lines of at most this width, broken at spaces save those that don't break; a longer word is broken
    /// anywhere.
    pub(crate) fn wrap(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in words(text) {
            let longer = if line.is_empty() {
                word.to_string()
            } else {
                format!("{line} {word}")
            };
            if self.width_of(&longer, style) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for c in word.chars() {
                line.push(c);
                if self.width_of(&line, style) > width && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, c.to_string()));
                }
            }
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }

    fn typeface(&self, style: Style) -> &Typeface {
        if style.strong { &self.semibold } else { &self.regular }
    }

    /// Glyphs with tabular figures, and their width in points.
    fn shape(&self, text: &str, style: Style) -> (Vec<KrillaGlyph>, f32) {
        let typeface = self.typeface(style);
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        // No ligatures or contextual forms, so that the text can be searched as it stands; figures of one width, but
        // the figures alone, since the same feature sets hyphens far apart.
        let mut features: Vec<Feature> = [b"calt", b"liga", b"dlig"]
            .map(|tag| Feature::new(Tag4::from_bytes(tag), 0, ..))
            .to_vec();
        let figures = text.char_indices().filter(|(_, c)| c.is_ascii_digit());
        features.extend(figures.map(|(i, _)| Feature::new(Tag4::from_bytes(b"tnum"), 1, i..=i)));
        let output = rustybuzz::shape(&typeface.face, &features, buffer);
        let (infos, positions) = (output.glyph_infos(), output.glyph_positions());
        let em = typeface.font.units_per_em();
        let start = |i: usize| infos.get(i).map_or(text.len(), |info| info.cluster as usize);
        let glyphs: Vec<KrillaGlyph> = (0..infos.len())
            .map(|i| {
                let end = (i + 1..=infos.len())
                    .map(start)
                    .find(|end| *end != start(i))
                    .unwrap_or(text.len());
                let part = |units: i32| units as f32 / em;
                KrillaGlyph::new(
                    GlyphId::new(infos[i].glyph_id),
                    part(positions[i].x_advance),
                    part(positions[i].x_offset),
                    part(positions[i].y_offset),
                    part(positions[i].y_advance),
                    start(i)..end,
                    None,
                )
            })
            .collect();
        let width = glyphs.iter().map(|glyph| glyph.x_advance).sum::<f32>() * style.size;
        (glyphs, width)
    }

    /// Writes the PDF.
    pub(crate) fn finish(self, title: &str, language: &str) -> Result<Vec<u8>, DocumentError> {
        let settings = SerializeSettings {
            enable_tagging: true,
            ..SerializeSettings::default()
        };
        let mut document = Document::new_with(settings);
        let mut written: Vec<Vec<Identifier>> = vec![Vec::new(); self.leaves];
        for inks in &self.pages {
            let size = PageSettings::from_wh(self.width, self.height);
            let size = size.ok_or_else(|| DocumentError::Pdf("the page has no size".into()))?;
            let mut page = document.start_page_with(size);
            let mut surface = page.surface();
            for ink in inks {
                self.put(&mut surface, ink, &mut written);
            }
            surface.finish();
            page.finish();
        }
        document.set_metadata(
            Metadata::new()
                .title(title.to_string())
                .language(language.to_string())
                .creator("Farthing".to_string()),
        );
        document.set_tag_tree(tree(&self.blocks, &mut written).with_lang(Some(language.to_string())));
        document.finish().map_err(|e| DocumentError::Pdf(format!("{e:?}")))
    }

    fn put(&self, surface: &mut Surface<'_>, ink: &Ink, written: &mut [Vec<Identifier>]) {
        match ink {
            Ink::Text {
                at,
                glyphs,
                text,
                style,
                leaf,
            } => {
                let tag = match leaf {
                    Some(_) => ContentTag::Span(SpanTag::empty()),
                    None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
                };
                let id = surface.start_tagged(tag);
                let font = self.typeface(*style).font.clone();
                surface.draw_glyphs(Point::from_xy(at.0, at.1), glyphs, font, text, style.size, false);
                surface.end_tagged();
                if let Some(ids) = leaf.and_then(|leaf| written.get_mut(leaf.0)) {
                    ids.push(id);
                }
            }
            Ink::Rule { from, to } => {
                let mut path = PathBuilder::new();
                path.move_to(from.0, from.1);
                path.line_to(*to, from.1);
                if let Some(path) = path.finish() {
                    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
                    surface.set_stroke(Some(Stroke {
                        width: 0.5,
                        opacity: NormalizedF32::ONE,
                        ..Stroke::default()
                    }));
                    surface.draw_path(&path);
                    surface.set_stroke(None);
                    surface.end_tagged();
                }
            }
        }
    }
}

/// The tag tree over everything that was written.
fn tree(blocks: &[Block], written: &mut [Vec<Identifier>]) -> TagTree {
    let mut take = |leaf: &Leaf| -> Vec<Node> {
        let ids = written.get_mut(leaf.0).map(std::mem::take).unwrap_or_default();
        ids.into_iter().map(Node::from).collect()
    };
    let mut tree = TagTree::new();
    for block in blocks {
        match block {
            Block::Heading(level, title, leaf) => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tree.push(TagGroup::with_children(Tag::Hn(level, Some(title.clone())), take(leaf)));
            }
            Block::Paragraph(leaf) => tree.push(TagGroup::with_children(Tag::P, take(leaf))),
            Block::Table(rows) => {
                let mut table = TagGroup::new(Tag::Table);
                for row in rows {
                    let mut group = TagGroup::new(Tag::TR);
                    for cell in row {
                        let children = take(&cell.leaf);
                        group.push(match cell.header {
                            Some(Header::Row) => TagGroup::with_children(Tag::TH(TableHeaderScope::Row), children),
                            Some(Header::Column) => {
                                TagGroup::with_children(Tag::TH(TableHeaderScope::Column), children)
                            }
                            None => TagGroup::with_children(Tag::TD, children),
                        });
                    }
                    table.push(group);
                }
                tree.push(table);
            }
        }
    }
    tree
}
