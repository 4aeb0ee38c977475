//! Finding answers in a stream of bytes that may hold anything.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::status::Sw3;

pub(super) const PREAMBLE: [u8; 5] = [0xAA, 0xAA, 0xAA, 0x96, 0x69];
/// What follows the preamble in [`Decoded::TimedOut`]. No answer begins like that: its first two results are 00.
const TIMED_OUT: [u8; 5] = [0x00, 0x05, 0x05, 0x05, 0x05];
/// Preamble and length field.
const HEADER: usize = 7;
/// SW1 SW2 SW3 and the check byte.
const SHORTEST: usize = 4;
/// Longest published answer is 0x090A; a little more is let through, so that its owner may judge it.
const LONGEST: usize = 2400;
/// Two longest answers. Allocated once, so that no copy of a card's content is left behind by growing.
const CAPACITY: usize = 2 * (HEADER + LONGEST);

/// One whole answer with a right check byte. Wiped on drop; Debug shows no data.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Result.
    pub sw3: Sw3,
    /// What follows SW3, without the check byte.
    pub data: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({:?}, {} bytes)", self.sw3, self.data.len())
    }
}

/// What the decoder found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// An answer.
    Answer(Answer),
    /// Something that began like an answer but had an impossible length or a wrong check byte.
    Broken,
    /// `AA AA AA 96 69 00 05 05 05 05`: no valid answer, yet what some makers' readers send when their own time for a card
    /// is over.
    TimedOut,
}

/// Incremental decoder. Feed with [`Self::push`], take with [`Self::poll`] until `None`.
///
/// After a broken answer it looks for the next preamble from the second byte of the broken one on, so a good answer
/// inside or behind noise is not lost. Holds at most 4814 bytes.
pub struct Decoder {
    buffer: Zeroizing<Vec<u8>>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            buffer: Zeroizing::new(Vec::with_capacity(CAPACITY)),
        }
    }
}

impl Decoder {
    /// Takes bytes in and returns how many: fewer than all when the buffer is full, then poll and push the rest.
    pub fn push(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(CAPACITY - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..count]);
        count
    }

    /// Next finding, or `None` when more bytes are needed.
    pub fn poll(&mut self) -> Option<Decoded> {
        self.skip_to_preamble();
        let &[high, low] = self.buffer.get(5..HEADER)?.as_array()?;
        if self.buffer.get(5..10) == Some(&TIMED_OUT) {
            self.consume(5 + TIMED_OUT.len());
            return Some(Decoded::TimedOut);
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        if !(SHORTEST..=LONGEST).contains(&length) {
            self.consume(1);
            return Some(Decoded::Broken);
        }
        let checked = self.buffer.get(5..HEADER + length)?;
        if checked.iter().fold(0, |xor, byte| xor ^ byte) != 0 {
            self.consume(1);
            return Some(Decoded::Broken);
        }
        let body = &self.buffer[HEADER..HEADER + length];
        let answer = Answer {
            sw3: Sw3::from(body[2]),
            data: Zeroizing::new(body[3..length - 1].to_vec()),
        };
        self.consume(HEADER + length);
        Some(Decoded::Answer(answer))
    }

    /// No more bytes are coming for what has begun: gives it up, so that what stands behind its first byte can be
    /// found by [`Self::poll`]. False when nothing had begun.
    pub fn give_up_partial(&mut self) -> bool {
        self.skip_to_preamble();
        let begun = !self.buffer.is_empty();
        self.consume(1);
        begun
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.consume(usize::MAX);
    }

    /// True while part of an answer is held.
    #[must_use]
    pub fn has_partial(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Drops bytes before the next whole or cut-off preamble.
    fn skip_to_preamble(&mut self) {
        let start = (0..self.buffer.len())
            .find(|&start| {
                let rest = &self.buffer[start..];
                let length = rest.len().min(PREAMBLE.len());
                rest[..length] == PREAMBLE[..length]
            })
            .unwrap_or(self.buffer.len());
        self.consume(start);
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.buffer.len());
        let rest = self.buffer.len() - count;
        self.buffer.copy_within(count.., 0);
        self.buffer[rest..].zeroize();
        self.buffer.truncate(rest);
    }
}
