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

mod scan;
use scan::{Look, look};

/// One whole answer with a right check byte. Wiped on drop; Debug shows no data.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// Result.
    pub sw3: Sw3,
    /// What follows SW3, without the check byte.
    pub data: Zeroizing<Vec<u8>>,
}

/// A whole answer with a right check byte where it lies in the stream. Debug shows no data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Result.
    pub sw3: Sw3,
    /// What follows SW3, without the check byte.
    pub data: &'a [u8],
}

impl Frame<'_> {
    /// A copy to keep.
    #[must_use]
    pub fn to_answer(self) -> Answer {
        Answer {
            sw3: self.sw3,
            data: Zeroizing::new(self.data.to_vec()),
        }
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({:?}, {} bytes)", self.sw3, self.data.len())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({:?}, {} bytes)", self.sw3, self.data.len())
    }
}

/// What the decoder found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// An answer.
    Answer(Frame<'a>),
    /// Something that began like an answer but had an impossible length or a wrong check byte.
    Broken,
    /// `AA AA AA 96 69 00 05 05 05 05`: no valid answer, yet what some makers' readers send when their own time for a card
    /// is over.
    TimedOut,
}

/// Incremental decoder, see [`Self::poll`].
///
/// After a broken answer it looks for the next preamble from the second byte of the broken one on, so a good answer
/// inside or behind noise is not lost. Answers that lie whole in the caller's bytes are lent from there; only what is cut
/// off is held, at most 4814 bytes. Time is linear in the bytes, whatever they are.
pub struct Decoder {
    /// What is held; before `start` it is done with, and wiped when nothing is held any more.
    held: Zeroizing<Vec<u8>>,
    start: usize,
    /// XOR of the first so many bytes held, the first being of none. Only kept up after a wrong check byte, so that a
    /// flood of false beginnings is not summed up again for each of them.
    sums: Zeroizing<Vec<u8>>,
    noisy: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            held: Zeroizing::new(Vec::with_capacity(CAPACITY)),
            start: 0,
            sums: Zeroizing::new(Vec::with_capacity(CAPACITY + 1)),
            noisy: false,
        }
    }
}

impl Decoder {
    /// Next finding in what is held and then `input`, which moves on; `None` when all of it was taken and more is needed.
    pub fn poll<'a, 'b: 'a>(&'a mut self, input: &mut &'b [u8]) -> Option<Decoded<'a>> {
        loop {
            if !self.has_partial() {
                self.clear();
                let bytes = *input;
                let (skipped, seen) = look(bytes);
                *input = &bytes[skipped..];
                match seen {
                    Look::Nothing => return None,
                    Look::Partial { .. } => {
                        self.take_in(input.len(), input);
                        return None;
                    }
                    Look::Impossible => {
                        *input = &input[1..];
                        return Some(Decoded::Broken);
                    }
                    Look::TimedOut => {
                        *input = &input[5 + TIMED_OUT.len()..];
                        return Some(Decoded::TimedOut);
                    }
                    Look::Whole(length) => {
                        let (whole, rest) = input.split_at(length);
                        if sum(&whole[PREAMBLE.len()..]) == 0 {
                            *input = rest;
                            return Some(Decoded::Answer(frame(whole)));
                        }
                        self.noisy = true;
                        self.take_in(length, input);
                        self.start = 1;
                        return Some(Decoded::Broken);
                    }
                }
            }
            let (skipped, seen) = look(&self.held[self.start..]);
            self.start += skipped;
            match seen {
                Look::Nothing => {}
                Look::Partial { .. } if input.is_empty() => return None,
                Look::Partial { missing } => self.take_in(missing, input),
                Look::Impossible => {
                    self.start += 1;
                    return Some(Decoded::Broken);
                }
                Look::TimedOut => {
                    self.start += 5 + TIMED_OUT.len();
                    return Some(Decoded::TimedOut);
                }
                Look::Whole(length) => {
                    let (begin, end) = (self.start, self.start + length);
                    if self.sum_of_held(begin + PREAMBLE.len(), end) == 0 {
                        self.start = end;
                        return Some(Decoded::Answer(frame(&self.held[begin..end])));
                    }
                    self.noisy = true;
                    self.start += 1;
                    return Some(Decoded::Broken);
                }
            }
        }
    }

    /// No more bytes are coming for what has begun: gives it up, so that what stands behind its first byte can be
    /// found by [`Self::poll`]. False when nothing had begun.
    pub fn give_up_partial(&mut self) -> bool {
        let begun = self.has_partial();
        if begun {
            self.start += 1;
        }
        begun
    }

    /// Forgets and wipes everything.
    pub fn clear(&mut self) {
        self.start = 0;
        self.noisy = false;
        if self.held.is_empty() {
            return;
        }
        // Not beyond what was written: the rest is wiped already.
        self.held[..].zeroize();
        self.held.clear();
        self.sums[..].zeroize();
        self.sums.clear();
    }

    /// True while the beginning of an answer is held.
    #[must_use]
    pub fn has_partial(&self) -> bool {
        self.start < self.held.len()
    }

    /// Takes up to `count` bytes of `input`. There is room: what has begun is never longer than half of it.
    fn take_in(&mut self, count: usize, input: &mut &[u8]) {
        let count = count.min(input.len());
        if self.held.len() + count > CAPACITY {
            let rest = self.held.len() - self.start;
            self.held.copy_within(self.start.., 0);
            self.held[rest..].zeroize();
            self.held.truncate(rest);
            self.sums[..].zeroize();
            self.sums.clear();
            self.start = 0;
        }
        let (taken, rest) = input.split_at(count);
        self.held.extend_from_slice(taken);
        *input = rest;
    }

    /// XOR of the bytes held from `begin` to `end`.
    fn sum_of_held(&mut self, begin: usize, end: usize) -> u8 {
        if !self.noisy {
            return sum(&self.held[begin..end]);
        }
        let mut last = self.sums.last().copied().unwrap_or(0);
        if self.sums.is_empty() {
            self.sums.push(0);
        }
        for byte in &self.held[self.sums.len() - 1..end.max(self.sums.len() - 1)] {
            last ^= byte;
            self.sums.push(last);
        }
        self.sums[begin] ^ self.sums[end]
    }
}

/// XOR of all bytes. 64 at a time: byte by byte it is the slowest part of decoding.
fn sum(bytes: &[u8]) -> u8 {
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut sums = [0; 64];
    for block in blocks {
        for (sum, byte) in sums.iter_mut().zip(block) {
            *sum ^= byte;
        }
    }
    sums.iter().chain(rest).fold(0, |sum, byte| sum ^ byte)
}

/// The answer in a whole frame, which is at least as long as [`SHORTEST`] asks.
fn frame(whole: &[u8]) -> Frame<'_> {
    Frame {
        sw3: Sw3::from(whole[HEADER + 2]),
        data: &whole[HEADER + 3..whole.len() - 1],
    }
}
