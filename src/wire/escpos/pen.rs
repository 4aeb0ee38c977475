//! Writes a receipt's blocks down: text, drawn lines, rules and QR codes, and how much paper they take.

use fast_qr::{ECL, Mask, QRBuilder};

use super::charset::{bytes_of, printable};
use super::commands::{CHINESE, INITIALISE};
use super::layout::{columns, columns_of, wrap};
use super::{Bitmap, Chunk, Cutter, EncodeError, Glyphs, Level, Profile, StatusDialect, raster};
use crate::receipt::{Align, Size};

/// Height of a base character in dots.
const CELL: usize = 24;
/// White dots under a line.
const LEADING: usize = 8;
/// White above and below a QR code, in dots.
const QUIET: usize = 24;
/// Longest QR content in bytes.
const MAX_QR_BYTES: usize = 400;
/// From the print head to the cutter, in millimetres, about; every receipt begins with that much white.
const HEAD_TO_CUTTER_MM: u32 = 14;
/// What is fed past the tear bar where nothing cuts, in millimetres.
const TEAR_OFF_MM: u32 = 20;

/// How a line looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) size: Size,
    pub(super) bold: bool,
    pub(super) align: Align,
    pub(super) reversed: bool,
}

impl Style {
    const PLAIN: Self = Self {
        size: Size::Normal,
        bold: false,
        align: Align::Left,
        reversed: false,
    };

    pub(super) fn width(self) -> usize {
        if self.size == Size::Large { 2 } else { 1 }
    }

    fn height(self) -> usize {
        if self.size == Size::Normal { 1 } else { 2 }
    }
}

/// Writes down the paper.
pub(super) struct Pen<'a> {
    profile: &'a Profile,
    glyphs: &'a dyn Glyphs,
    pub(super) columns: usize,
    pub(super) chunks: Vec<Chunk>,
    dots: usize,
    pub(super) missing: usize,
}

impl<'a> Pen<'a> {
    pub(super) fn new(profile: &'a Profile, glyphs: &'a dyn Glyphs) -> Self {
        let mut hello = INITIALISE.to_vec();
        if profile.level != Level::Ascii {
            hello.extend(CHINESE);
        }
        if let Some(presenter) = &profile.presenter {
            hello.extend(presenter.before.bytes());
        }
        Self {
            profile,
            glyphs,
            columns: usize::from(profile.columns),
            chunks: vec![Chunk::new(hello)],
            dots: 0,
            missing: 0,
        }
    }

    pub(super) fn length_mm(&self) -> u32 {
        let end = match self.profile.cutter {
            Cutter::None => TEAR_OFF_MM,
            Cutter::Partial | Cutter::Full => HEAD_TO_CUTTER_MM,
        };
        u32::try_from(self.dots.div_ceil(8))
            .unwrap_or(u32::MAX)
            .saturating_add(end)
    }

    /// One line that fits. Every line says its whole style: a chunk lost or repeated cannot change the next one.
    pub(super) fn line(&mut self, text: &str, style: Style) {
        let coded: Option<Vec<Vec<u8>>> = text
            .chars()
            .map(|ch| bytes_of(ch, self.profile.level))
            .collect();
        let leading = if style.reversed { 0 } else { LEADING };
        let advance = CELL * style.height() + leading;
        match coded {
            Some(codes) => self.text(&codes.concat(), style, advance),
            None => self.drawn(text, style, advance),
        }
    }

    fn text(&mut self, codes: &[u8], style: Style, advance: usize) {
        let size = ((style.width() - 1) << 4 | (style.height() - 1)) as u8;
        let mut bytes = vec![0x1B, b'a', u8::from(style.align == Align::Centre)];
        bytes.extend([0x1D, b'!', size]);
        bytes.extend([0x1B, b'E', u8::from(style.bold)]);
        bytes.extend([0x1D, b'B', u8::from(style.reversed)]);
        bytes.extend([0x1B, b'3', advance as u8]);
        bytes.extend(codes);
        bytes.push(b'\n');
        self.push(bytes, advance);
    }

    /// A line with a character outside the printer's font, drawn as a whole so that it looks of one piece.
    fn drawn(&mut self, text: &str, style: Style, advance: usize) {
        let (width, height) = (CELL / 2 * style.width(), CELL * style.height());
        let mut cells = Vec::new();
        for ch in text.chars() {
            let cell = columns(ch) * width;
            cells.push(self.glyphs.glyph(ch, cell, height));
        }
        if cells.iter().any(Option::is_none) {
            return self.text_with_marks(text, style, advance, &cells);
        }
        let all = columns_of(text) * width;
        let paper = usize::from(self.profile.width_dots);
        let mut x = if style.align == Align::Centre {
            paper.saturating_sub(all) / 2
        } else {
            0
        };
        let mut bitmap = Bitmap::new(paper, advance);
        for (ch, cell) in text.chars().zip(cells.iter().flatten()) {
            bitmap.stamp(cell, x, 0);
            if style.bold {
                bitmap.stamp(cell, x + 1, 0);
            }
            x += columns(ch) * width;
        }
        if style.reversed {
            for y in 0..height {
                for x in 0..paper {
                    bitmap.set(x, y, !bitmap.get(x, y));
                }
            }
        }
        self.chunks.extend(raster::bands(
            &bitmap,
            usize::from(self.profile.row_bytes()),
        ));
        self.dots += advance;
    }

    /// Where even the font at hand lacks a character, `〓` (the printers' mark for a missing type) stands for it, or a
    /// question mark where the printer has no Chinese at all.
    fn text_with_marks(
        &mut self,
        text: &str,
        style: Style,
        advance: usize,
        cells: &[Option<Bitmap>],
    ) {
        self.missing += cells
            .iter()
            .zip(text.chars())
            .filter(|(cell, ch)| cell.is_none() && bytes_of(*ch, self.profile.level).is_none())
            .count();
        let mark: &[u8] = match self.profile.level {
            Level::Ascii => b"?",
            Level::Gb2312 | Level::Gbk | Level::Gb18030 => &[0xA1, 0xFE],
        };
        let codes: Vec<u8> = text
            .chars()
            .flat_map(|ch| bytes_of(ch, self.profile.level).unwrap_or_else(|| mark.to_vec()))
            .collect();
        self.text(&codes, style, advance);
    }

    pub(super) fn pair(&mut self, name: &str, value: &str, hang: usize) {
        let name = format!("{}：", printable(name));
        let value = wrap(&printable(value), self.columns - hang);
        let mut values = value.iter();
        if columns_of(&name) > hang {
            for line in wrap(&name, self.columns) {
                self.line(&line, Style::PLAIN);
            }
        } else {
            let first = values.next().map_or("", String::as_str);
            let gap = " ".repeat(hang - columns_of(&name));
            self.line(&format!("{name}{gap}{first}"), Style::PLAIN);
        }
        for line in values {
            self.line(&format!("{}{line}", " ".repeat(hang)), Style::PLAIN);
        }
    }

    /// White on black over the whole width: a double-height line or more.
    pub(super) fn notice(&mut self, text: &str) {
        let fits_large = columns_of(text) * 2 <= self.columns - 4;
        let size = if fits_large { Size::Large } else { Size::Tall };
        let style = Style {
            size,
            bold: false,
            align: Align::Left,
            reversed: true,
        };
        let columns = self.columns / style.width();
        self.black_edge();
        for line in wrap(text, columns - 2) {
            let left = (columns - columns_of(&line)) / 2;
            let right = columns - columns_of(&line) - left;
            self.line(
                &format!("{}{line}{}", " ".repeat(left), " ".repeat(right)),
                style,
            );
        }
        self.black_edge();
        self.feed(LEADING);
    }

    /// Black above and below white letters.
    fn black_edge(&mut self) {
        let paper = usize::from(self.profile.width_dots);
        let mut bitmap = Bitmap::new(paper, LEADING);
        bitmap.fill(0, 0, paper, LEADING);
        self.image(&bitmap);
    }

    pub(super) fn rule(&mut self) {
        let paper = usize::from(self.profile.width_dots);
        let mut bitmap = Bitmap::new(paper, 2 + 2 * LEADING);
        bitmap.fill(0, LEADING, paper, 2);
        self.image(&bitmap);
    }

    fn image(&mut self, bitmap: &Bitmap) {
        self.chunks
            .extend(raster::bands(bitmap, usize::from(self.profile.row_bytes())));
        self.dots += bitmap.height();
    }

    pub(super) fn feed_lines(&mut self, lines: usize) {
        self.feed(lines * (CELL + LEADING));
    }

    /// At most 255 dots at once: ESC J, or an empty line of that height where that is not known.
    fn feed(&mut self, dots: usize) {
        let mut left = dots;
        while left > 0 {
            let step = left.min(248);
            let bytes = match self.profile.status {
                StatusDialect::Custom => vec![0x1B, b'3', step as u8, b'\n'],
                StatusDialect::Epson | StatusDialect::Snbc => vec![0x1B, b'J', step as u8],
            };
            self.push(bytes, step);
            left -= step;
        }
    }

    pub(super) fn qr(&mut self, data: &str, module: u8) -> Result<(), EncodeError> {
        if data.len() > MAX_QR_BYTES {
            return Err(EncodeError::QrTooLarge);
        }
        let mut code = QRBuilder::new(data);
        code.ecl(ECL::M);
        if self.profile.native_qr {
            // The printer chooses one of the masks itself; only the size counts here, and choosing takes the longest.
            code.mask(Mask::Checkerboard);
        }
        let code = code.build().map_err(|_| EncodeError::QrTooLarge)?;
        let module = usize::from(module.clamp(3, 8));
        let edge = code.size * module;
        let paper = usize::from(self.profile.width_dots);
        if edge + 8 * module > paper {
            return Err(EncodeError::QrTooLarge);
        }
        self.feed(QUIET);
        if self.profile.native_qr {
            self.native_qr(data, module as u8, edge);
        } else {
            let mut bitmap = Bitmap::new(paper, edge);
            let left = (paper - edge) / 2;
            for at in (0..code.size * code.size).filter(|at| code.data[*at].value()) {
                let (x, y) = (at % code.size * module, at / code.size * module);
                bitmap.fill(left + x, y, module, module);
            }
            self.image(&bitmap);
        }
        self.feed(QUIET);
        Ok(())
    }

    /// GS ( k, functions 165, 167, 169, 180, 181: model 2, level M.
    fn native_qr(&mut self, data: &str, module: u8, edge: usize) {
        let mut bytes = vec![0x1B, b'a', 1];
        bytes.extend([0x1D, b'(', b'k', 4, 0, 49, 65, 50, 0]);
        bytes.extend([0x1D, b'(', b'k', 3, 0, 49, 67, module]);
        bytes.extend([0x1D, b'(', b'k', 3, 0, 49, 69, 49]);
        let length = data.len() + 3;
        bytes.extend([
            0x1D,
            b'(',
            b'k',
            length as u8,
            (length >> 8) as u8,
            49,
            80,
            48,
        ]);
        bytes.extend(data.as_bytes());
        bytes.extend([0x1D, b'(', b'k', 3, 0, 49, 81, 48]);
        bytes.extend([0x1B, b'a', 0]);
        self.push(bytes, edge);
    }

    fn push(&mut self, bytes: Vec<u8>, dots: usize) {
        self.chunks.push(Chunk::new(bytes));
        self.dots += dots;
    }
}
