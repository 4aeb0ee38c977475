//! A handwritten confirmation (手写签名确认): strokes of a finger on the screen.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::bytes::Digest;

/// Most strokes of a signature: the longest names have about 100.
const STROKES_LIMIT: usize = 256;
/// Most points kept over all strokes; longer strokes are thinned, first and last point stay.
const POINTS_LIMIT: usize = 4096;

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

    /// SHA-256 of the strokes as JSON `[[[x,y],…],…]` without spaces.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut json = serde_json::to_vec(&self.strokes).unwrap_or_default();
        let digest = Digest::of(&json);
        json.zeroize();
        digest
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
    fn nothing_too_much_and_nonsense_are_refused() {
        assert_eq!(Signature::new(&[]), Err(SignatureFault::Empty));
        assert_eq!(Signature::new(&[vec![]]), Err(SignatureFault::Empty));
        let dots = vec![vec![(0.0, 0.0)]; STROKES_LIMIT + 1];
        assert_eq!(Signature::new(&dots), Err(SignatureFault::TooMany));
        let nan = vec![vec![(f32::NAN, 0.0)]];
        assert_eq!(Signature::new(&nan), Err(SignatureFault::NotFinite));
    }
}
