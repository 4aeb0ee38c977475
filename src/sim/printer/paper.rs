//! What is on a piece of paper.

/// One printed character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The character.
    pub ch: char,
    /// Left edge in dots.
    pub x: usize,
    /// Width in dots.
    pub width: usize,
    /// Height in dots.
    pub height: usize,
    /// Bold.
    pub bold: bool,
    /// Underlined.
    pub underline: bool,
    /// White on black.
    pub reverse: bool,
}

/// A stretch of paper, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A line of text and the paper it moves.
    Line {
        /// Characters from left to right.
        cells: Vec<Cell>,
        /// Dots to the next line.
        advance: usize,
    },
    /// Dots.
    Image {
        /// Left edge in dots.
        x: usize,
        /// Bytes of a row.
        row_bytes: usize,
        /// Rows, top first; the highest bit is the leftmost dot.
        data: Vec<u8>,
    },
    /// A QR code drawn by the printer.
    Qr {
        /// Content.
        data: Vec<u8>,
        /// Edge of a module in dots.
        module: usize,
        /// Error correction, 48 L to 51 H.
        level: u8,
        /// 0 left, 1 centre, 2 right.
        align: u8,
    },
    /// A bar code drawn by the printer.
    Barcode {
        /// GS k m.
        kind: u8,
        /// Data as sent.
        data: Vec<u8>,
        /// Height in dots.
        height: usize,
        /// 0 left, 1 centre, 2 right.
        align: u8,
    },
    /// White paper, in dots.
    Feed(usize),
}

/// A piece of paper: cut off, or torn off by whoever freed the printer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    /// What is on it.
    pub items: Vec<Item>,
    /// Not cut but torn: its end may be missing.
    pub torn: bool,
}

impl Paper {
    /// Whether nothing is printed on it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.items.iter().all(|item| match item {
            Item::Feed(_) => true,
            Item::Line { cells, .. } => cells.iter().all(|cell| cell.ch == ' ' && !cell.reverse),
            Item::Image { data, .. } => data.iter().all(|byte| *byte == 0),
            Item::Qr { .. } | Item::Barcode { .. } => false,
        })
    }

    /// The text, line by line, gaps filled with spaces and without those at the end. Images are `[image W×H]`.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.items.iter().filter_map(Item::text).collect()
    }

    /// Contents of the QR codes that the printer drew.
    #[must_use]
    pub fn qr_codes(&self) -> Vec<String> {
        let qr = |item: &Item| match item {
            Item::Qr { data, .. } => Some(String::from_utf8_lossy(data).into_owned()),
            _ => None,
        };
        self.items.iter().filter_map(qr).collect()
    }
}

impl Item {
    fn text(&self) -> Option<String> {
        match self {
            Self::Line { cells, .. } => {
                let mut line = String::new();
                let mut x = 0;
                for cell in cells {
                    for _ in 0..cell.x.saturating_sub(x) / 12 {
                        line.push(' ');
                    }
                    line.push(cell.ch);
                    x = cell.x + cell.width;
                }
                Some(line.trim_end().to_owned())
            }
            Self::Image {
                row_bytes, data, ..
            } => {
                let rows = data.len() / (*row_bytes).max(1);
                Some(format!("[image {}×{rows}]", row_bytes * 8))
            }
            Self::Qr { .. } | Self::Barcode { .. } | Self::Feed(_) => None,
        }
    }

    /// Dots of paper that it takes.
    #[must_use]
    pub fn height(&self) -> usize {
        match self {
            Self::Line { advance, .. } => *advance,
            Self::Image {
                row_bytes, data, ..
            } => data.len() / (*row_bytes).max(1),
            Self::Qr {
                data,
                module,
                level,
                ..
            } => super::symbol::qr(data, *level).map_or(0, |(edge, _)| edge * module),
            Self::Barcode { height, .. } => height + 32,
            Self::Feed(dots) => *dots,
        }
    }
}
