//! From a receipt's blocks to bytes.

use zeroize::Zeroize as _;

use super::charset::printable;
use super::commands;
use super::layout::{columns_of, wrap};
use super::pen::{Pen, Style};
use super::{Glyphs, NoGlyphs, Profile};
use crate::receipt::{Block, Receipt};

/// Most blocks of a receipt.
const MAX_BLOCKS: usize = 200;

/// Whole commands; a printer may be asked for its status before and after, not within.
#[derive(Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Bytes for the printer.
    pub bytes: Vec<u8>,
}

impl Chunk {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }
}

/// A receipt names a person: nothing of it stays in memory.
impl Drop for Chunk {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl std::fmt::Debug for Chunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chunk({} bytes)", self.bytes.len())
    }
}

/// A receipt as a printer wants it, without the cut and the handing out.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// From top to bottom.
    pub chunks: Vec<Chunk>,
    /// Length of the paper with the white before the cutter.
    pub length_mm: u32,
    /// How many characters had neither a code nor a drawing and print as `〓`.
    pub missing: usize,
}

impl Encoded {
    /// All bytes, and what cuts and hands it out.
    #[must_use]
    pub fn to_bytes(&self, profile: &Profile) -> Vec<u8> {
        let mut bytes: Vec<u8> = self
            .chunks
            .iter()
            .flat_map(|chunk| chunk.bytes.clone())
            .collect();
        bytes.extend(commands::hand_out(profile));
        bytes
    }
}

/// Why a receipt cannot be printed on this printer at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Longer than the profile allows, or too many blocks.
    #[error("the receipt is too long for the printer profile")]
    TooLong,
    /// The QR content exceeds 400 bytes or does not fit across the paper.
    #[error("the QR code is too large")]
    QrTooLarge,
}

/// Bytes of `receipt` for a printer of `profile`; `glyphs` draws what the printer's font lacks.
///
/// # Errors
/// The receipt exceeds a limit.
pub fn encode(
    receipt: &Receipt,
    profile: &Profile,
    glyphs: &dyn Glyphs,
) -> Result<Encoded, EncodeError> {
    let encoded = draw(receipt, profile, glyphs);
    glyphs.rest();
    encoded
}

fn draw(receipt: &Receipt, profile: &Profile, glyphs: &dyn Glyphs) -> Result<Encoded, EncodeError> {
    if receipt.blocks.len() > MAX_BLOCKS {
        return Err(EncodeError::TooLong);
    }
    let mut pen = Pen::new(profile, glyphs);
    for (at, block) in receipt.blocks.iter().enumerate() {
        match block {
            Block::Line {
                text,
                size,
                bold,
                align,
            } => {
                let style = Style {
                    size: *size,
                    bold: *bold,
                    align: *align,
                    reversed: false,
                };
                for line in wrap(&printable(text), pen.columns / style.width()) {
                    pen.line(&line, style);
                }
            }
            Block::Pair { name, value } => {
                pen.pair(name, value, hang(&receipt.blocks, at, pen.columns))
            }
            Block::Notice { text } => pen.notice(&printable(text)),
            Block::Rule => pen.rule(),
            Block::Feed { lines } => pen.feed_lines(usize::from(*lines)),
            Block::Qr { data, module } => pen.qr(&printable(data), *module)?,
        }
        if pen.length_mm() > u32::from(profile.max_length_mm) {
            return Err(EncodeError::TooLong);
        }
    }
    Ok(Encoded {
        length_mm: pen.length_mm(),
        chunks: pen.chunks,
        missing: pen.missing,
    })
}

/// Length of paper that `receipt` takes, in millimetres, with the white before the cutter.
///
/// # Errors
/// The receipt exceeds a limit.
pub fn estimate_length_mm(receipt: &Receipt, profile: &Profile) -> Result<u32, EncodeError> {
    encode(receipt, profile, &NoGlyphs).map(|encoded| encoded.length_mm)
}

/// Column at which the values of the pairs around block `at` stand: after the longest name, at most half the line.
fn hang(blocks: &[Block], at: usize, columns: usize) -> usize {
    let name = |block: &Block| match block {
        Block::Pair { name, .. } => Some(columns_of(&printable(name))),
        _ => None,
    };
    let before = blocks[..at].iter().rev().map_while(name);
    let after = blocks[at..].iter().map_while(name);
    (before.chain(after).max().unwrap_or(0) + 2).min(columns / 2)
}
