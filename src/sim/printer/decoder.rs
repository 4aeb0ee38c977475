//! Splits ESC/POS into tokens, from the tables of Epson's command reference; shares no code with the encoder.

/// One command or one printed character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A character to print.
    Char(char),
    /// LF.
    LineFeed,
    /// ESC @.
    Initialise,
    /// ESC a: 0 left, 1 centre, 2 right.
    Align(u8),
    /// GS !: width and height as multiples.
    Size(u8, u8),
    /// ESC E.
    Bold(bool),
    /// ESC - or FS -.
    Underline(bool),
    /// GS B.
    Reverse(bool),
    /// ESC 3, in dots; ESC 2 is 30.
    Spacing(u8),
    /// ESC J, in dots.
    FeedDots(u8),
    /// ESC d, in lines.
    FeedLines(u8),
    /// ESC $: position from the left margin, in dots.
    MoveTo(u16),
    /// ESC \: move by dots.
    MoveBy(i16),
    /// GS v 0, GS ( L, GS 8 L or ESC *: bytes a row, and the rows. Printed at once.
    Image {
        /// Bytes of a row.
        row_bytes: usize,
        /// Rows, top first; the highest bit is the leftmost dot.
        data: Vec<u8>,
    },
    /// GS ( L or GS 8 L, function 112: kept until [`Token::PrintStored`].
    StoreImage {
        /// Bytes of a row.
        row_bytes: usize,
        /// Rows.
        data: Vec<u8>,
    },
    /// GS ( L, function 50.
    PrintStored,
    /// GS ( k, cn 49: function and its parameters.
    Qr(u8, Vec<u8>),
    /// GS h, GS w, GS H: letter and value.
    BarcodeSetting(u8, u8),
    /// GS k: kind (m) and data.
    Barcode(u8, Vec<u8>),
    /// GS V, ESC i, ESC m.
    Cut,
    /// GS e: what the presenter is to do.
    Exit(u8),
    /// GS r 1.
    TransmitPaper,
    /// GS a.
    ReportChanges(u8),
    /// GS ( H, function 48.
    ProcessId([u8; 4]),
    /// A real-time command that has come to the head of the buffer; it was carried out on arrival.
    RealTime,
    /// Known and without effect on paper here.
    Ignored,
    /// Not in the tables.
    Unknown(u8),
}

/// What the head of the buffer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A token and its length in bytes.
    Token(Token, usize),
    /// The token is not complete.
    More,
}

/// Reads tokens. Remembers only whether two- and four-byte characters are on.
#[derive(Clone, Debug)]
pub struct Decoder {
    chinese: bool,
    /// Custom's set of commands; whatever else comes is printed as it stands.
    custom: bool,
}

impl Default for Decoder {
    /// Models for the Chinese market power up in Chinese mode.
    fn default() -> Self {
        Self {
            chinese: true,
            custom: false,
        }
    }
}

/// Result of reading: `None` is "more bytes are needed".
type Read = Option<(Token, usize)>;

impl Decoder {
    /// With Custom's set of commands, or Epson's.
    #[must_use]
    pub fn of(custom: bool) -> Self {
        Self {
            chinese: !custom,
            custom,
        }
    }

    /// The token at the head of `bytes`.
    pub fn step(&mut self, bytes: &[u8]) -> Step {
        match self.read(bytes) {
            Some((token, len)) => {
                if token == Token::Initialise {
                    *self = Self::of(self.custom);
                }
                Step::Token(token, len)
            }
            None => Step::More,
        }
    }

    fn read(&mut self, bytes: &[u8]) -> Read {
        let first = *bytes.first()?;
        if self.custom && Self::is_foreign(bytes)? {
            return Some((Token::Unknown(first), 1));
        }
        match first {
            0x0A => Some((Token::LineFeed, 1)),
            0x10 => dle(bytes),
            0x1B => escape(bytes),
            0x1C => self.fs(bytes),
            0x1D => gs(bytes),
            0x00 | 0x0D | 0x18 => Some((Token::Ignored, 1)),
            0x20..=0x7E => Some((Token::Char(char::from(first)), 1)),
            0x81..=0xFE if self.chinese => chinese(bytes),
            _ => Some((Token::Unknown(first), 1)),
        }
    }

    /// Whether a printer of Custom's kind without Chinese knows nothing of this command (Pyramid's table of commands).
    fn is_foreign(bytes: &[u8]) -> Option<bool> {
        Some(match *bytes.first()? {
            0x1C => true,
            0x10 => *bytes.get(1)? != 0x04,
            0x1B => matches!(*bytes.get(1)?, b'J' | b'd'),
            0x1D => matches!(*bytes.get(1)?, b'r' | b'a' | b'(' | b'8'),
            _ => false,
        })
    }

    fn fs(&mut self, bytes: &[u8]) -> Read {
        match *bytes.get(1)? {
            b'&' => {
                self.chinese = true;
                Some((Token::Ignored, 2))
            }
            b'.' => {
                self.chinese = false;
                Some((Token::Ignored, 2))
            }
            b'-' => Some((Token::Underline(bytes.get(2)? & 3 != 0), 3)),
            b'!' | b'W' | b'C' => sized(bytes, 3),
            b'S' => sized(bytes, 4),
            b'2' => sized(bytes, 76),
            b'(' => {
                let (_, _, len) = block(bytes)?;
                Some((Token::Ignored, len))
            }
            _ => Some((Token::Unknown(0x1C), 1)),
        }
    }
}

/// A command of a fixed length without effect here.
fn sized(bytes: &[u8], len: usize) -> Read {
    (bytes.len() >= len).then_some((Token::Ignored, len))
}

/// A two-byte (GBK) or four-byte character.
fn chinese(bytes: &[u8]) -> Read {
    let len = match *bytes.get(1)? {
        0x30..=0x39 => 4,
        0x40..=0x7E | 0x80..=0xFE => 2,
        _ => return Some((Token::Unknown(bytes[0]), 1)),
    };
    let code = bytes.get(..len)?;
    let (text, _) = encoding_rs::GB18030.decode_without_bom_handling(code);
    Some((Token::Char(text.chars().next().unwrap_or('\u{FFFD}')), len))
}

fn dle(bytes: &[u8]) -> Read {
    let len = match (*bytes.get(1)?, bytes.get(2)) {
        (0x04 | 0x05, Some(_)) => 3,
        (0x14, Some(8)) => 10,
        (0x14, Some(_)) => 5,
        (0x04 | 0x05 | 0x14, None) => return None,
        _ => return Some((Token::Unknown(0x10), 1)),
    };
    (bytes.len() >= len).then_some((Token::RealTime, len))
}

fn escape(bytes: &[u8]) -> Read {
    let name = *bytes.get(1)?;
    let n = bytes.get(2).copied();
    let two = || Some(u16::from_le_bytes([*bytes.get(2)?, *bytes.get(3)?]));
    Some(match name {
        b'@' => (Token::Initialise, 2),
        b'2' => (Token::Spacing(30), 2),
        b'i' | b'm' => (Token::Cut, 2),
        b'S' | b'L' => (Token::Ignored, 2),
        b'a' => (Token::Align(n? & 3), 3),
        b'E' | b'G' => (Token::Bold(n? & 1 != 0), 3),
        b'-' => (Token::Underline(n? & 3 != 0), 3),
        b'3' => (Token::Spacing(n?), 3),
        b'J' => (Token::FeedDots(n?), 3),
        b'd' => (Token::FeedLines(n?), 3),
        b'$' => (Token::MoveTo(two()?), 4),
        b'\\' => (Token::MoveBy(two()?.cast_signed()), 4),
        b't' | b'R' | b'M' | b'{' | b' ' | b'!' | b'r' | b'V' | b'T' | b'=' => {
            return sized(bytes, 3);
        }
        b'c' => return sized(bytes, 4),
        b'p' => return sized(bytes, 5),
        b'D' => {
            let end = bytes.iter().skip(2).take(33).position(|byte| *byte == 0)?;
            (Token::Ignored, end + 3)
        }
        _ => (Token::Unknown(0x1B), 1),
    })
}

fn gs(bytes: &[u8]) -> Read {
    let name = *bytes.get(1)?;
    let n = bytes.get(2).copied();
    Some(match name {
        b'!' => (Token::Size((n? >> 4 & 7) + 1, (n? & 7) + 1), 3),
        b'B' => (Token::Reverse(n? & 1 != 0), 3),
        b'a' => (Token::ReportChanges(n?), 3),
        b'r' => match n? {
            1 | 49 => (Token::TransmitPaper, 3),
            _ => (Token::Ignored, 3),
        },
        b'h' | b'w' | b'H' => (Token::BarcodeSetting(name, n?), 3),
        b'f' | b'I' | b'/' | b'b' => return sized(bytes, 3),
        b'L' | b'W' | b'P' => return sized(bytes, 4),
        b'e' => match n? {
            3 => {
                bytes.get(3)?;
                (Token::Exit(3), 4)
            }
            32 => {
                bytes.get(4)?;
                (Token::Exit(32), 5)
            }
            n => (Token::Exit(n), 3),
        },
        b'V' => match n? {
            0 | 1 | 48 | 49 => (Token::Cut, 3),
            65 | 66 => {
                bytes.get(3)?;
                (Token::Cut, 4)
            }
            _ => (Token::Unknown(0x1D), 1),
        },
        b'v' => return raster(bytes),
        b'(' => return parenthesis(bytes),
        b'8' => return long_graphics(bytes),
        b'k' => return barcode(bytes),
        _ => (Token::Unknown(0x1D), 1),
    })
}

/// `x ( fn pL pH data`: name of the function, data, whole length.
fn block(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let name = *bytes.get(2)?;
    let len = usize::from(u16::from_le_bytes([*bytes.get(3)?, *bytes.get(4)?]));
    Some((name, bytes.get(5..5 + len)?, 5 + len))
}

fn parenthesis(bytes: &[u8]) -> Read {
    let (name, data, len) = block(bytes)?;
    let token = match (name, data) {
        (b'k', [49, function, rest @ ..]) => Token::Qr(*function, rest.to_vec()),
        (b'H', [0x30, 0x30, a, b, c, d]) => Token::ProcessId([*a, *b, *c, *d]),
        (b'L', data) => graphics(data),
        _ => Token::Ignored,
    };
    Some((token, len))
}

fn long_graphics(bytes: &[u8]) -> Read {
    let size = bytes.get(3..7)?;
    let len = u32::from_le_bytes([size[0], size[1], size[2], size[3]]);
    // No printer takes more than its own memory; a longer announcement is not waited for.
    if bytes[2] != b'L' || len > 1 << 20 {
        return Some((Token::Unknown(0x1D), 1));
    }
    let data = bytes.get(7..7 + len as usize)?;
    Some((graphics(data), 7 + data.len()))
}

/// Functions 112 (store one-bit raster) and 50 (print) of GS ( L and GS 8 L.
fn graphics(data: &[u8]) -> Token {
    match data {
        [48, 112, 48, _, _, 49, xl, xh, _, _, rest @ ..] => {
            let dots = usize::from(u16::from_le_bytes([*xl, *xh]));
            Token::StoreImage {
                row_bytes: dots.div_ceil(8),
                data: rest.to_vec(),
            }
        }
        [48, 2 | 50] => Token::PrintStored,
        _ => Token::Ignored,
    }
}

fn raster(bytes: &[u8]) -> Read {
    let head = bytes.get(..8)?;
    let row_bytes = usize::from(u16::from_le_bytes([head[4], head[5]]));
    let rows = usize::from(u16::from_le_bytes([head[6], head[7]]));
    if head[2] != b'0' {
        return Some((Token::Unknown(0x1D), 1));
    }
    let data = bytes.get(8..8 + row_bytes * rows)?.to_vec();
    let len = 8 + data.len();
    Some((Token::Image { row_bytes, data }, len))
}

fn barcode(bytes: &[u8]) -> Read {
    let kind = *bytes.get(2)?;
    if kind <= 6 {
        let end = bytes.iter().skip(3).position(|byte| *byte == 0)?;
        return Some((Token::Barcode(kind, bytes[3..3 + end].to_vec()), 4 + end));
    }
    let len = usize::from(*bytes.get(3)?);
    let data = bytes.get(4..4 + len)?.to_vec();
    Some((Token::Barcode(kind, data), 4 + len))
}
