//! A handwritten confirmation (手写签名确认): strokes of a finger on the screen.
//!
//! It travels as an attachment, JSON without spaces: `[[[x,y],…],…]`, one list a stroke in the order they were drawn, a
//! pair of whole numbers a point, in tenths of a pixel of the writing area, x to the right and y down.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::content::Content;

/// Most strokes of a signature: the longest names have about 100.
const STROKES_LIMIT: usize = 256;
/// Most points kept over all strokes; longer strokes are thinned, first and last point stay.
const POINTS_LIMIT: usize = 4096;
/// Longest point in the JSON, `[-327670,-327670],`.
const POINT_MAX: usize = 18;
/// Longest content of a signature, bytes: every point at its longest, and the brackets and comma of every stroke.
pub const SIGNATURE_MAX: u64 = (POINTS_LIMIT * POINT_MAX + STROKES_LIMIT * 3 + 2) as u64;
/// Name of the attachment.
const NAME: &str = "手写签名";

/// Why strokes cannot be taken as a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// No stroke with a point in it.
    #[error("nothing was written")]
    Empty,
    /// More than 256 strokes.
    #[error("more than {STROKES_LIMIT} strokes")]
    TooMany,
    /// A coordinate is not a number.
    #[error("a coordinate is not a finite number")]
    NotFinite,
}

/// Strokes in tenths of a pixel of the writing area, as they go into the case.
///
/// Whole numbers, because they are written the same way by every program for ever.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Signature {
    strokes: Vec<Vec<(i32, i32)>>,
}

impl Signature {
    /// Takes strokes in pixels of the writing area, in the order they were drawn.
    ///
    /// # Errors
    /// [`SignatureFault`].
    pub fn new(strokes: &[Vec<(f32, f32)>]) -> Result<Self, SignatureFault> {
        if strokes.len() > STROKES_LIMIT {
            return Err(SignatureFault::TooMany);
        }
        let points: usize = strokes.iter().map(Vec::len).sum();
        // Room for the last point of each stroke, which thinning keeps.
        let step = points.div_ceil(POINTS_LIMIT - STROKES_LIMIT).max(1);
        let mut kept = Vec::new();
        for stroke in strokes.iter().filter(|s| !s.is_empty()) {
            if stroke.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
                return Err(SignatureFault::NotFinite);
            }
            let last = stroke.len() - 1;
            kept.push(
                stroke
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| i % step == 0 || *i == last)
                    .map(|(_, (x, y))| (tenths(*x), tenths(*y)))
                    .collect(),
            );
        }
        if kept.is_empty() {
            return Err(SignatureFault::Empty);
        }
        Ok(Self { strokes: kept })
    }

    /// Strokes in tenths of a pixel.
    #[must_use]
    pub fn strokes(&self) -> &[Vec<(i32, i32)>] {
        &self.strokes
    }

    /// As the case carries it.
    #[must_use]
    pub fn content(&self) -> Content {
        // Room at once: a buffer that grows leaves copies behind that nobody wipes.
        let mut json = Vec::with_capacity(SIGNATURE_MAX as usize);
        serde_json::to_writer(&mut json, &self.strokes)
            .expect("writing numbers to memory cannot fail");
        Content::new(NAME, json).expect("brackets at least and far below 32 MiB")
    }
}

/// Tenths of a pixel; no screen is wider than 32 767.
fn tenths(pixels: f32) -> i32 {
    (pixels.clamp(-32_767.0, 32_767.0) * 10.0).round() as i32
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({} strokes)", self.strokes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_strokes_are_thinned_but_keep_their_ends() {
        let stroke: Vec<_> = (0..100_000_u32).map(|i| (i as f32 / 100.0, 1.0)).collect();
        let signature = Signature::new(&[stroke.clone(), stroke]).expect("signature");
        let points: usize = signature.strokes().iter().map(Vec::len).sum();
        assert!(points <= POINTS_LIMIT, "{points}");
        assert_eq!(signature.strokes()[0].first(), Some(&(0, 10)));
        assert_eq!(signature.strokes()[0].last(), Some(&(10_000, 10)));
    }

    #[test]
    fn the_content_is_json_of_the_strokes_and_never_longer_than_said() {
        let strokes = [vec![(1.0, 2.0), (3.26, 4.0)], vec![(-0.1, 5.0)]];
        let content = Signature::new(&strokes).expect("signature").content();
        assert_eq!(content.bytes(), b"[[[10,20],[33,40]],[[-1,50]]]");
        assert_eq!(content.attachment().name, "手写签名");
        let far = vec![vec![(-1e9, -1e9); 1000]; STROKES_LIMIT];
        let content = Signature::new(&far).expect("signature").content();
        let length = content.attachment().length;
        assert!(
            length <= SIGNATURE_MAX && length > SIGNATURE_MAX / 2,
            "{length}"
        );
    }

    #[test]
    fn nothing_too_much_and_nonsense_are_refused() {
        assert_eq!(Signature::new(&[]), Err(SignatureFault::Empty));
        assert_eq!(Signature::new(&[vec![]]), Err(SignatureFault::Empty));
        let dots = vec![vec![(0.0, 0.0)]; STROKES_LIMIT + 1];
        assert_eq!(Signature::new(&dots), Err(SignatureFault::TooMany));
        let nan = vec![vec![(f32::NAN, 0.0)]];
        assert_eq!(Signature::new(&nan), Err(SignatureFault::NotFinite));
    }
}
