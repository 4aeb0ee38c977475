//! Images as GS v 0.

use super::{Bitmap, Chunk};

/// Rows of dots in one command: 3 mm, a line of text.
pub(super) const BAND_ROWS: usize = 24;
/// Bytes of a command before its dots.
pub(super) const HEADER: usize = 8;

/// `bitmap` as raster commands, cut at `row_bytes` × 8 dots. One command a chunk.
pub(super) fn bands(bitmap: &Bitmap, row_bytes: usize) -> Vec<Chunk> {
    let row_bytes = bitmap.width().div_ceil(8).min(row_bytes);
    let mut chunks = Vec::new();
    for top in (0..bitmap.height()).step_by(BAND_ROWS) {
        let rows = BAND_ROWS.min(bitmap.height() - top);
        let mut bytes = vec![0x1D, b'v', b'0', 0, row_bytes as u8, (row_bytes >> 8) as u8];
        bytes.extend([rows as u8, 0]);
        bytes.reserve_exact(rows * row_bytes);
        let header = bytes.len();
        for y in top..top + rows {
            bytes.extend(bitmap.row(y).chunks(8).take(row_bytes).map(byte));
        }
        defuse(&mut bytes[header..]);
        chunks.push(Chunk::new(bytes));
    }
    chunks
}

/// Eight dots, the leftmost highest; what is missing of them is white.
fn byte(dots: &[bool]) -> u8 {
    let set = |byte, (bit, dot): (usize, &bool)| byte | u8::from(*dot) << (7 - bit);
    dots.iter().enumerate().fold(0, set)
}

/// Printers carry out DLE EOT, DLE ENQ and DLE DC4 even inside image data (Epson reference, DLE EOT, notes).
/// Where dots spell one of them, the first byte gets one more dot beside its only one.
fn defuse(data: &mut [u8]) {
    for at in 1..data.len() {
        if data[at - 1] == 0x10 && matches!(data[at], 0x04 | 0x05 | 0x14) {
            data[at - 1] = 0x30;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_dots_by_eight_are_the_published_bytes() {
        let mut bitmap = Bitmap::new(16, 8);
        for y in 0..8 {
            for x in 0..16 {
                bitmap.set(x, y, (x + y) % 2 == 0);
            }
        }
        let vector = include_bytes!("../../../tests/vectors/printer/pyescpos_raster_gsv0.bin");
        assert_eq!(bands(&bitmap, 72).remove(0).bytes, vector);
    }

    #[test]
    fn tall_images_come_in_bands_and_wide_ones_are_cut() {
        let chunks = bands(&Bitmap::new(600, 50), 72);
        let sizes: Vec<usize> = chunks.iter().map(|chunk| chunk.bytes.len()).collect();
        assert_eq!(sizes, [8 + 72 * 24, 8 + 72 * 24, 8 + 72 * 2]);
    }

    #[test]
    fn dots_never_spell_a_real_time_command() {
        for second in [0x04, 0x05, 0x14] {
            let mut data = [0x10, second, 0x10, 0x10, second];
            defuse(&mut data);
            assert_eq!(data, [0x30, second, 0x10, 0x30, second]);
        }
    }
}
