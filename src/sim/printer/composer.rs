//! Puts tokens on paper: position, size, alignment, line spacing.

use super::decoder::Token;
use super::paper::{Cell, Item, Paper};

/// What a token did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing visible.
    Nothing,
    /// So many dots of paper moved.
    Moved(usize),
    /// The knife is called.
    Cut,
    /// The presenter is called (GS e n).
    Exit(u8),
    /// Bytes for the host.
    Answer(Ask),
}

/// What the host wants to know once everything before is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Paper,
    Process([u8; 4]),
    Changes(u8),
}

#[derive(Clone, Debug)]
struct Style {
    align: u8,
    width: u8,
    height: u8,
    bold: bool,
    underline: bool,
    reverse: bool,
    spacing: u8,
    qr_module: u8,
    qr_level: u8,
    barcode_height: u8,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            align: 0,
            width: 1,
            height: 1,
            bold: false,
            underline: false,
            reverse: false,
            spacing: 30,
            qr_module: 3,
            qr_level: 48,
            barcode_height: 162,
        }
    }
}

/// The print buffer and the paper under it.
#[derive(Clone, Debug)]
pub(super) struct Composer {
    width_dots: usize,
    style: Style,
    x: usize,
    cells: Vec<Cell>,
    stored_image: Option<(usize, Vec<u8>)>,
    stored_qr: Vec<u8>,
    /// The piece under the head.
    pub(super) paper: Paper,
}

impl Composer {
    pub(super) fn new(width_dots: usize) -> Self {
        Self {
            width_dots,
            style: Style::default(),
            x: 0,
            cells: Vec::new(),
            stored_image: None,
            stored_qr: Vec::new(),
            paper: Paper::default(),
        }
    }

    /// Forgets the line that is not printed yet.
    pub(super) fn clear(&mut self) {
        self.x = 0;
        self.cells.clear();
    }

    /// Power off: settings and stored images are gone.
    pub(super) fn reset(&mut self) {
        let paper = std::mem::take(&mut self.paper);
        *self = Self::new(self.width_dots);
        self.paper = paper;
    }

    pub(super) fn apply(&mut self, token: Token) -> Effect {
        match token {
            Token::Char(ch) => return self.char(ch),
            Token::LineFeed => return self.line(),
            Token::Initialise => self.reset(),
            Token::Align(align) => {
                if self.cells.is_empty() {
                    self.style.align = align;
                }
            }
            Token::Size(width, height) => (self.style.width, self.style.height) = (width, height),
            Token::Bold(on) => self.style.bold = on,
            Token::Underline(on) => self.style.underline = on,
            Token::Reverse(on) => self.style.reverse = on,
            Token::Spacing(dots) => self.style.spacing = dots,
            Token::FeedDots(dots) => {
                self.flush();
                return self.put(Item::Feed(dots.into()));
            }
            Token::FeedLines(lines) => {
                self.flush();
                let dots = usize::from(lines) * usize::from(self.style.spacing);
                return self.put(Item::Feed(dots));
            }
            Token::MoveTo(dots) => self.x = usize::from(dots).min(self.width_dots),
            Token::MoveBy(dots) => {
                let x = self.x.saturating_add_signed(dots.into());
                self.x = x.min(self.width_dots);
            }
            Token::Image { row_bytes, data } => return self.image(row_bytes, data),
            Token::StoreImage { row_bytes, data } => self.stored_image = Some((row_bytes, data)),
            Token::PrintStored => {
                if let Some((row_bytes, data)) = self.stored_image.take() {
                    return self.image(row_bytes, data);
                }
            }
            Token::Qr(function, data) => return self.qr(function, &data),
            Token::BarcodeSetting(b'h', height) => self.style.barcode_height = height,
            Token::Barcode(kind, data) => {
                self.flush();
                return self.put(Item::Barcode {
                    kind,
                    data,
                    height: self.style.barcode_height.into(),
                    align: self.style.align,
                });
            }
            Token::Cut => {
                self.flush();
                return Effect::Cut;
            }
            Token::Exit(n) => {
                self.flush();
                return Effect::Exit(n);
            }
            Token::TransmitPaper => return Effect::Answer(Ask::Paper),
            Token::ReportChanges(mask) => return Effect::Answer(Ask::Changes(mask)),
            Token::ProcessId(id) => return Effect::Answer(Ask::Process(id)),
            Token::BarcodeSetting(..) | Token::RealTime | Token::Ignored | Token::Unknown(_) => {}
        }
        Effect::Nothing
    }

    fn char(&mut self, ch: char) -> Effect {
        let columns = if ch.is_ascii() { 1 } else { 2 };
        let width = 12 * columns * usize::from(self.style.width);
        let wraps = self.x + width > self.width_dots && !self.cells.is_empty();
        let effect = if wraps { self.line() } else { Effect::Nothing };
        self.cells.push(Cell {
            ch,
            x: self.x,
            width,
            height: 24 * usize::from(self.style.height),
            bold: self.style.bold,
            underline: self.style.underline,
            reverse: self.style.reverse,
        });
        self.x += width;
        effect
    }

    /// Prints the line, also an empty one.
    fn line(&mut self) -> Effect {
        let tallest = self.cells.iter().map(|cell| cell.height).max().unwrap_or(0);
        let advance = tallest.max(self.style.spacing.into());
        let free = self.width_dots.saturating_sub(self.x);
        let shift = match self.style.align {
            1 => free / 2,
            2 => free,
            _ => 0,
        };
        let mut cells = std::mem::take(&mut self.cells);
        for cell in &mut cells {
            cell.x += shift;
        }
        self.x = 0;
        self.put(Item::Line { cells, advance })
    }

    /// Prints the line if there is one: feeding does that.
    fn flush(&mut self) {
        if !self.cells.is_empty() {
            self.line();
        }
    }

    fn image(&mut self, row_bytes: usize, data: Vec<u8>) -> Effect {
        self.flush();
        let free = self.width_dots.saturating_sub(row_bytes * 8);
        let x = match self.style.align {
            1 => free / 2,
            2 => free,
            _ => 0,
        };
        self.put(Item::Image { x, row_bytes, data })
    }

    fn qr(&mut self, function: u8, data: &[u8]) -> Effect {
        match (function, data) {
            (67, [module, ..]) => self.style.qr_module = (*module).clamp(1, 16),
            (69, [level, ..]) => self.style.qr_level = *level,
            (80, [48, content @ ..]) => self.stored_qr = content.to_vec(),
            (81, _) if !self.stored_qr.is_empty() => {
                self.flush();
                return self.put(Item::Qr {
                    data: self.stored_qr.clone(),
                    module: self.style.qr_module.into(),
                    level: self.style.qr_level,
                    align: self.style.align,
                });
            }
            _ => {}
        }
        Effect::Nothing
    }

    fn put(&mut self, item: Item) -> Effect {
        let dots = item.height();
        self.paper.items.push(item);
        Effect::Moved(dots)
    }
}
