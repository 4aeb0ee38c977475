//! Tells codes from answers in what an engine sends, whatever the portions.

use zeroize::{Zeroize as _, Zeroizing};

use super::Refusal;
use super::dialect::{Dialect, REPLY_LIMIT, Reply};
pub use crate::config::Framing;

/// Longest code, in bytes: more than any QR code holds.
pub const CODE_LIMIT: usize = 4096;

/// A piece of what came.
pub(super) enum Piece {
    /// The engine answered.
    Answer,
    /// A code.
    Code(Zeroizing<Vec<u8>>),
    /// A code that the engine wants acknowledged.
    Packet(Zeroizing<Vec<u8>>),
    /// What cannot be used.
    Refused(Refusal),
}

/// Bytes that are not judged yet.
pub(super) struct Framer {
    dialect: Dialect,
    framing: Framing,
    /// As large as it ever gets from the start: growing would leave copies behind.
    bytes: Zeroizing<Vec<u8>>,
    /// How many bytes were looked through for answers.
    looked: usize,
    /// A code is too long; what comes until its end is dropped.
    overlong: bool,
}

impl Framer {
    pub(super) fn new(dialect: Dialect, framing: Framing) -> Self {
        Self {
            dialect,
            framing,
            bytes: Zeroizing::new(Vec::with_capacity(CODE_LIMIT + 1)),
            looked: 0,
            overlong: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.bytes.zeroize();
        self.looked = 0;
        self.overlong = false;
    }

    /// Whether anything waits for its end.
    pub(super) fn is_unfinished(&self) -> bool {
        !self.bytes.is_empty() || self.overlong
    }

    /// Takes what came; tells every piece that has its end.
    pub(super) fn take(&mut self, mut portion: &[u8], tell: &mut dyn FnMut(Piece)) {
        while !portion.is_empty() {
            let room = CODE_LIMIT + 1 - self.bytes.len();
            let (now, later) = portion.split_at(portion.len().min(room));
            self.bytes.extend_from_slice(now);
            portion = later;
            self.look(tell);
            if self.bytes.len() > CODE_LIMIT {
                self.drop_front(self.bytes.len());
                self.overlong = true;
            }
        }
    }

    /// Nothing came for a while: with this framing it is the end of a code, or of hope for one.
    pub(super) fn silence(&mut self, tell: &mut dyn FnMut(Piece)) {
        if std::mem::take(&mut self.overlong) {
            self.clear();
            return tell(Piece::Refused(Refusal::TooLong));
        }
        let whole = self.framing == Framing::Silence;
        let code = self.cut(self.bytes.len(), 0);
        self.looked = 0;
        if whole {
            self.code(code, tell);
        } else if !code.is_empty() {
            tell(Piece::Refused(Refusal::Cut));
        }
    }

    fn look(&mut self, tell: &mut dyn FnMut(Piece)) {
        loop {
            match self.dialect.reply(&self.bytes) {
                Reply::Answer(len) => {
                    self.drop_front(len);
                    tell(Piece::Answer);
                    continue;
                }
                Reply::Packet(len, from, to) => {
                    let code = Zeroizing::new(self.bytes[from..to].to_vec());
                    self.drop_front(len);
                    tell(Piece::Packet(code));
                    continue;
                }
                // Its bytes may hold what looks like the end of a code.
                Reply::Unfinished => return,
                Reply::None => {}
            }
            self.strip_answers(tell);
            let end = self.bytes.iter().position(|b| matches!(b, b'\r' | b'\n'));
            match end.filter(|_| self.framing == Framing::Suffix) {
                Some(at) => {
                    let code = self.cut(at, 1);
                    self.looked = 0;
                    if std::mem::take(&mut self.overlong) {
                        tell(Piece::Refused(Refusal::TooLong));
                    } else {
                        self.code(code, tell);
                    }
                }
                None => return,
            }
        }
    }

    /// Takes out answers that stand behind the beginning of a code.
    fn strip_answers(&mut self, tell: &mut dyn FnMut(Piece)) {
        let mut at = self.looked.saturating_sub(REPLY_LIMIT).max(1);
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            match self.dialect.reply(rest) {
                Reply::Answer(len) if self.dialect.begins_reply(rest[0]) => {
                    self.bytes.drain(at..at + len);
                    tell(Piece::Answer);
                }
                _ => at += 1,
            }
        }
        self.looked = self.bytes.len();
    }

    fn code(&self, mut code: Zeroizing<Vec<u8>>, tell: &mut dyn FnMut(Piece)) {
        while matches!(code.last(), Some(b'\r' | b'\n')) {
            code.pop();
        }
        // LF after CR, or an engine that sends its suffix alone.
        if !code.is_empty() {
            tell(Piece::Code(code));
        }
    }

    /// The first `len` bytes; they and `more` behind them are gone from here.
    fn cut(&mut self, len: usize, more: usize) -> Zeroizing<Vec<u8>> {
        let code = Zeroizing::new(self.bytes[..len].to_vec());
        self.drop_front(len + more);
        code
    }

    /// Moves the rest to the front and wipes what it stood on.
    fn drop_front(&mut self, len: usize) {
        let rest = self.bytes.len() - len;
        self.bytes.copy_within(len.., 0);
        self.bytes[rest..].zeroize();
        self.bytes.truncate(rest);
        self.looked = self.looked.saturating_sub(len);
    }
}
