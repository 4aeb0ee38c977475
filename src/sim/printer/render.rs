//! Paper as a picture.

use std::path::Path;
use std::time::{Duration, Instant};

use super::decoder::{Decoder, Step, Token};
use super::paper::{Cell, Item, Paper};
use super::{Mechanism, PrinterSimOptions, symbol};
use crate::sim::picture;
use crate::wire::escpos::{Bitmap, FontGlyphs, Glyphs};

/// Where Debian keeps Chinese fonts, with the index of the simplified Chinese face in the collection. The
/// monospaced face of Noto has Latin letters of half a square, as printers do.
const FONTS: [(&str, u32); 3] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 7),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 1),
];
/// White at both sides of the printable width.
const MARGIN: usize = 32;
/// Above the first and below the last line: head to knife.
const TOP: usize = 56;
/// Thermal paper and its ink, 8-bit RGB.
const PAPER: [u8; 3] = [0xFA, 0xF8, 0xF2];
const INK: [u8; 3] = [0x26, 0x25, 0x2A];
/// Longest picture, 4 m of paper.
const MAX_ROWS: usize = 32_000;

/// The picture cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// None of the known fonts is installed.
    #[error("no Chinese font found; install fonts-noto-cjk or fonts-wqy-microhei")]
    NoFont,
    /// The paper is longer than 4 m.
    #[error("the paper is too long to draw")]
    TooLong,
    /// The PNG writer failed.
    #[error("PNG: {0}")]
    Png(#[from] png::EncodingError),
}

/// The printer's built-in font.
#[derive(Debug)]
pub struct PaperFont(FontGlyphs);

impl PaperFont {
    /// The first Chinese font found on this machine.
    ///
    /// # Errors
    /// There is none.
    pub fn find() -> Result<Self, RenderError> {
        let mut glyphs = FontGlyphs::default();
        let mut found = false;
        for (path, index) in FONTS {
            let Ok(bytes) = std::fs::read(Path::new(path)) else {
                continue;
            };
            // A face of another order in a newer collection is passed over.
            if let Ok(more) = FontGlyphs::default().with_font(bytes.clone(), index) {
                drop(more);
                glyphs = glyphs
                    .with_font(bytes, index)
                    .map_err(|_| RenderError::NoFont)?;
                found = true;
                break;
            }
        }
        if found {
            Ok(Self(glyphs))
        } else {
            Err(RenderError::NoFont)
        }
    }

    /// The same font for an encoder that draws what a printer lacks.
    #[must_use]
    pub fn into_glyphs(self) -> FontGlyphs {
        self.0
    }
}

impl Paper {
    /// The printable width in dots.
    ///
    /// # Errors
    /// Longer than 4 m.
    pub fn dots(&self, font: &PaperFont, width_dots: usize) -> Result<Bitmap, RenderError> {
        let height: usize = self.items.iter().map(Item::height).sum();
        if height > MAX_ROWS {
            return Err(RenderError::TooLong);
        }
        let mut page = Bitmap::new(width_dots, height);
        let mut y = 0;
        for item in &self.items {
            draw(item, &mut page, y, font);
            y += item.height();
        }
        Ok(page)
    }

    /// The piece of paper as PNG, off-white and with its margins; a torn end is ragged.
    ///
    /// # Errors
    /// Longer than 4 m, or the PNG writer failed.
    pub fn to_png(&self, font: &PaperFont, width_dots: usize) -> Result<Vec<u8>, RenderError> {
        let page = self.dots(font, width_dots)?;
        let (width, height) = (width_dots + 2 * MARGIN, page.height() + 2 * TOP);
        let mut pixels = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                let inside = x >= MARGIN && y >= TOP;
                let black = inside && page.get(x - MARGIN, y - TOP);
                let tooth = x % 24;
                let torn_away = self.torn && height - y <= tooth.min(24 - tooth) + 1;
                pixels.extend(match (torn_away, black) {
                    (true, _) => [0xC8, 0xC6, 0xC0],
                    (_, true) => INK,
                    (_, false) => PAPER,
                });
            }
        }
        Ok(picture::png(width as u32, height as u32, &pixels)?)
    }
}

fn draw(item: &Item, page: &mut Bitmap, y: usize, font: &PaperFont) {
    match item {
        Item::Line { cells, .. } => {
            let base = cells.iter().map(|cell| cell.height).max().unwrap_or(0);
            for cell in cells {
                draw_cell(cell, page, y + base - cell.height, font);
            }
        }
        Item::Image { x, row_bytes, data } => {
            for (row, bytes) in data.chunks((*row_bytes).max(1)).enumerate() {
                for dot in 0..row_bytes * 8 {
                    if bytes
                        .get(dot / 8)
                        .is_some_and(|byte| byte << (dot % 8) & 0x80 != 0)
                    {
                        page.set(x + dot, y + row, true);
                    }
                }
            }
        }
        Item::Qr {
            data,
            module,
            level,
            align,
        } => {
            let Some((edge, modules)) = symbol::qr(data, *level) else {
                return;
            };
            let left = indent(page.width(), edge * module, *align);
            for dot in 0..(edge * module).pow(2) {
                let (dx, dy) = (dot % (edge * module), dot / (edge * module));
                page.set(left + dx, y + dy, modules[dy / module * edge + dx / module]);
            }
        }
        // Bars are not drawn; what they say is.
        Item::Barcode { data, align, .. } => {
            let left = indent(page.width(), data.len() * 12, *align);
            for (at, byte) in data.iter().enumerate() {
                let ch = char::from(*byte);
                if let Some(glyph) = font.0.glyph(ch, 12, 24) {
                    page.stamp(&glyph, left + at * 12, y);
                }
            }
        }
        Item::Feed(_) => {}
    }
}

fn indent(paper: usize, width: usize, align: u8) -> usize {
    let free = paper.saturating_sub(width);
    match align {
        1 => free / 2,
        2 => free,
        _ => 0,
    }
}

fn draw_cell(cell: &Cell, page: &mut Bitmap, y: usize, font: &PaperFont) {
    let mut dots = Bitmap::new(cell.width, cell.height);
    if let Some(glyph) = font.0.glyph(cell.ch, cell.width, cell.height) {
        dots.stamp(&glyph, 0, 0);
        if cell.bold {
            dots.stamp(&glyph, 1, 0);
        }
    }
    if cell.underline {
        for x in 0..cell.width {
            dots.set(x, cell.height - 1, true);
        }
    }
    for dy in 0..cell.height {
        for dx in 0..cell.width {
            if dots.get(dx, dy) != cell.reverse {
                page.set(cell.x + dx, y + dy, true);
            }
        }
    }
}

/// The tokens of complete `bytes`, as a freshly switched on printer reads them; an incomplete end is left out.
#[must_use]
pub fn decode_tokens(bytes: &[u8]) -> Vec<Token> {
    let mut decoder = Decoder::default();
    let mut at = 0;
    let mut tokens = Vec::new();
    while let Step::Token(token, len) = decoder.step(&bytes[at..]) {
        tokens.push(token);
        at += len;
    }
    tokens
}

/// What a printer in perfect order makes of `bytes`: finished pieces, then what hangs out uncut if anything does.
#[must_use]
pub fn print_at_once(bytes: &[u8], width_dots: usize) -> Vec<Paper> {
    let options = PrinterSimOptions {
        width_dots,
        buffer_bytes: usize::MAX,
        dots_per_second: u32::MAX,
        cut_time: Duration::ZERO,
        ..PrinterSimOptions::default()
    };
    let mut printer = Mechanism::new(options);
    printer.receive(bytes, Instant::now());
    let mut papers = printer.papers();
    if !printer.under_head().is_blank() {
        papers.push(printer.under_head().clone());
    }
    papers
}
