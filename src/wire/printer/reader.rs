//! Tells apart what a printer sends on one line: four kinds of answers without a common frame.
//!
//! Patterns (Epson reference; Citizen command manual 5.3): real-time status `0xx1xx10`; automatic status: a first
//! byte `0xx1xx00` and three bytes `0xx0xxxx`; GS r `0xx0xxxx`; process id `37 22 d1 d2 d3 d4 00`; XON and XOFF.
//! Custom's dialect has the full status `10 0F` and four bytes `xxx0xxxx` instead of the first two.

use super::status::{is_automatic, is_continuation, is_paper, is_real_time};
use crate::wire::escpos::StatusDialect;

/// XON: send on.
const XON: u8 = 0x11;
/// XOFF: the buffer is full.
const XOFF: u8 = 0x13;

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To DLE EOT; the answer does not say which of the four was asked.
    RealTime(u8),
    /// To DLE EOT 20: paper, user, recoverable and unrecoverable states.
    Full([u8; 4]),
    /// Automatic status (GS a), four bytes.
    Automatic([u8; 4]),
    /// To GS r 1.
    Processed(u8),
    /// To GS ( H function 48.
    ProcessId([u8; 4]),
    /// XON.
    Go,
    /// XOFF.
    Hold,
}

/// What has begun and is not complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Open {
    #[default]
    Nothing,
    Automatic {
        bytes: [u8; 4],
        len: usize,
    },
    /// `10` came, of a full status.
    Head,
    /// `10 0F` and some of the states came.
    Full {
        bytes: [u8; 4],
        len: usize,
    },
    /// `37` came.
    Block,
    /// `37 22` and some of the id came.
    Id {
        id: [u8; 4],
        len: usize,
    },
}

/// Splits received bytes into replies. Bytes that fit nothing are dropped.
#[derive(Clone, Debug)]
pub struct ReplyReader {
    dialect: StatusDialect,
    open: Open,
}

impl ReplyReader {
    /// For a printer that speaks so.
    #[must_use]
    pub fn new(dialect: StatusDialect) -> Self {
        Self {
            dialect,
            open: Open::Nothing,
        }
    }

    /// Forgets an incomplete answer (the line went quiet, or the port was lost).
    pub fn reset(&mut self) {
        self.open = Open::Nothing;
    }

    /// Whether an answer is incomplete.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open != Open::Nothing
    }

    /// Takes one byte.
    pub fn push(&mut self, byte: u8) -> Option<Reply> {
        // Flow control may come between any two bytes.
        match byte {
            XON => return Some(Reply::Go),
            XOFF => return Some(Reply::Hold),
            _ => {}
        }
        match self.open {
            Open::Id { id, len } => return self.id_byte(id, len, byte),
            Open::Block => {
                self.open = Open::Nothing;
                if byte == 0x22 {
                    self.open = Open::Id { id: [0; 4], len: 0 };
                    return None;
                }
            }
            Open::Automatic { mut bytes, len } if is_continuation(byte) => {
                bytes[len] = byte;
                if len == 3 {
                    self.open = Open::Nothing;
                    return Some(Reply::Automatic(bytes));
                }
                self.open = Open::Automatic {
                    bytes,
                    len: len + 1,
                };
                return None;
            }
            Open::Head if byte == 0x0F => {
                self.open = Open::Full {
                    bytes: [0; 4],
                    len: 0,
                };
                return None;
            }
            Open::Full { bytes, len } if byte & 0x10 == 0 => {
                return self.full_byte(bytes, len, byte);
            }
            Open::Head | Open::Full { .. } => self.open = Open::Nothing,
            // A real-time answer overtakes; the automatic status goes on after it.
            Open::Automatic { .. } | Open::Nothing => {}
        }
        if self.dialect == StatusDialect::Custom {
            self.open = match byte {
                0x10 => Open::Head,
                _ => self.open,
            };
            return is_paper(byte).then_some(Reply::Processed(byte));
        }
        if is_real_time(byte) {
            return Some(Reply::RealTime(byte));
        }
        if is_automatic(byte) {
            self.open = Open::Automatic {
                bytes: [byte, 0, 0, 0],
                len: 1,
            };
        } else if byte == 0x37 {
            self.open = Open::Block;
        } else if is_paper(byte) {
            return Some(Reply::Processed(byte));
        }
        None
    }

    fn full_byte(&mut self, mut bytes: [u8; 4], len: usize, byte: u8) -> Option<Reply> {
        bytes[len] = byte;
        if len == 3 {
            self.open = Open::Nothing;
            return Some(Reply::Full(bytes));
        }
        self.open = Open::Full {
            bytes,
            len: len + 1,
        };
        None
    }

    fn id_byte(&mut self, mut id: [u8; 4], len: usize, byte: u8) -> Option<Reply> {
        self.open = Open::Nothing;
        if len == 4 {
            return (byte == 0).then_some(Reply::ProcessId(id));
        }
        if (0x20..=0x7E).contains(&byte) {
            id[len] = byte;
            self.open = Open::Id { id, len: len + 1 };
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Reply> {
        read_as(StatusDialect::Epson, bytes)
    }

    fn read_as(dialect: StatusDialect, bytes: &[u8]) -> Vec<Reply> {
        let mut reader = ReplyReader::new(dialect);
        bytes.iter().filter_map(|byte| reader.push(*byte)).collect()
    }

    #[test]
    fn every_kind_alone() {
        assert_eq!(read(&[0x16]), [Reply::RealTime(0x16)]);
        assert_eq!(
            read(&[0x92]),
            [Reply::RealTime(0x92)],
            "bit 7 on some kiosk models"
        );
        assert_eq!(
            read(&[0x10, 0, 3, 0x0F]),
            [Reply::Automatic([0x10, 0, 3, 0x0F])]
        );
        assert_eq!(read(&[0x0C]), [Reply::Processed(0x0C)]);
        assert_eq!(read(b"\x37\x22K001\x00"), [Reply::ProcessId(*b"K001")]);
        assert_eq!(read(&[0x13, 0x11]), [Reply::Hold, Reply::Go]);
    }

    #[test]
    fn answers_that_come_between_each_other() {
        assert_eq!(
            read(&[0x18, 0x13, 0x00, 0x1A, 0x0C, 0x00, 0x00]),
            [
                Reply::Hold,
                Reply::RealTime(0x1A),
                Reply::Automatic([0x18, 0, 0x0C, 0]),
                Reply::Processed(0)
            ]
        );
        assert_eq!(
            read(b"\x37\x22K0\x1301\x00"),
            [Reply::Hold, Reply::ProcessId(*b"K001")]
        );
    }

    #[test]
    fn the_full_status_of_custom_is_six_bytes_and_nothing_within_is_another_answer() {
        let read = |bytes: &[u8]| read_as(StatusDialect::Custom, bytes);
        let full = Reply::Full([0x24, 0x00, 0x0C, 0x03]);
        assert_eq!(read(&[0x10, 0x0F, 0x24, 0x00, 0x0C, 0x03]), [full]);
        let held = [0x10, 0x0F, 0x13, 0x24, 0x11, 0x00, 0x0C, 0x03, 0x0F];
        let between = [Reply::Hold, Reply::Go, full, Reply::Processed(0x0F)];
        assert_eq!(read(&held), between);
        let torn = [0x10, 0x0F, 0x24, 0x10, 0x0F, 0x24, 0x00, 0x0C, 0x03];
        assert_eq!(read(&torn), [full], "the second is whole");
        assert_eq!(read(&[0x12, 0x16, 0x37, 0x22, 0x10]), []);
    }

    #[test]
    fn broken_answers_are_dropped_and_the_next_is_read() {
        assert_eq!(read(&[0x37, 0x12]), [Reply::RealTime(0x12)]);
        assert_eq!(read(b"\x37\x22K0\xFF\x12"), [Reply::RealTime(0x12)]);
        assert_eq!(
            read(&[0x10, 0x00, 0x10, 0, 0, 0]),
            [Reply::Automatic([0x10, 0, 0, 0])]
        );
        assert_eq!(read(&[0xFF, 0xA0]), []);
        let unpaired = [0x01, 0x02, 0x04, 0x07, 0x0D, 0x20, 0x41, 0x6C];
        assert_eq!(read(&unpaired), [], "no answer to GS r");
    }
}
