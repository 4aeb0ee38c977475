//! Pen strokes, and what of them does not depend on their order, direction, size or place.

use std::f32::consts::PI;

/// One stroke of the pen: points (x, y) in any unit, x to the right, y down.
pub type Stroke = Vec<(f32, f32)>;

/// Most strokes of one character that are looked at; the most complex character in use has fewer.
pub const STROKES_MAX: usize = 48;

/// Most points of one stroke that are looked at.
pub const POINTS_MAX: usize = 1024;

/// Cells along each side of a direction map.
const GRID: usize = 8;

/// Directions: horizontal, falling to the right, vertical, falling to the left.
const DIRECTIONS: usize = 4;

/// Numbers that describe one character.
pub(super) const FEATURES: usize = DIRECTIONS * GRID * GRID;

/// Length of the pieces that strokes are cut into, as share of the larger side of the ink.
const STEP: f32 = 0.02;

/// Most pieces of all strokes together: a page full of scribble is cut off there.
const PIECES_MAX: usize = 6000;

/// Standard deviation of the blur, as share of a map's side.
const BLUR: f32 = 0.06;

/// Standard deviations of the ink that span a map's side.
const SPREAD: f32 = 4.0;

/// A stroke shorter than this share of the ink is a tapped dot.
const DOT: f32 = 0.03;

/// A short straight piece of ink.
struct Piece {
    middle: (f32, f32),
    step: (f32, f32),
}

/// The direction maps of the ink (Bai and Huo, "A study on the use of 8-directional features for online handwritten
/// Chinese character recognition", 2005, with opposite directions taken as one): the square root of how much line of
/// each direction lies around each cell, after the ink was centred and scaled by its mean and standard deviation.
/// `None` if there is no ink with an extent.
pub(super) fn features(strokes: &[Stroke]) -> Option<[f32; FEATURES]> {
    let pieces = pieces(strokes)?;
    let (mean, scale) = normalisation(&pieces)?;
    let mut maps = [0.0; FEATURES];
    for piece in &pieces {
        let x = (piece.middle.0 - mean.0) * scale.0 + 0.5;
        let y = (piece.middle.1 - mean.1) * scale.1 + 0.5;
        let (dx, dy) = (piece.step.0 * scale.0, piece.step.1 * scale.1);
        let length = dx.hypot(dy);
        // Opposite directions are one: half a turn is divided among the four.
        let turn = dy.atan2(dx).rem_euclid(PI) / PI * DIRECTIONS as f32;
        let first = turn as usize % DIRECTIONS;
        let share = turn.fract();
        let (columns, rows) = (bell(x), bell(y));
        for (direction, weight) in [
            (first, length * (1.0 - share)),
            ((first + 1) % DIRECTIONS, length * share),
        ] {
            let map = &mut maps[direction * GRID * GRID..][..GRID * GRID];
            for (cells, row) in map.chunks_exact_mut(GRID).zip(rows) {
                for (cell, column) in cells.iter_mut().zip(columns) {
                    *cell += weight * row * column;
                }
            }
        }
    }
    Some(maps.map(f32::sqrt))
}

/// How much a point at `at` counts for each cell of a side.
fn bell(at: f32) -> [f32; GRID] {
    std::array::from_fn(|cell| {
        let away = at - (cell as f32 + 0.5) / GRID as f32;
        (-away * away / (2.0 * BLUR * BLUR)).exp()
    })
}

/// Cuts the strokes into pieces, in units of the larger side of all ink. `None` without an extent.
fn pieces(strokes: &[Stroke]) -> Option<Vec<Piece>> {
    let finite = |p: &&(f32, f32)| p.0.abs() < 1e6 && p.1.abs() < 1e6;
    let clean = |stroke: &Stroke| -> Stroke {
        let points = stroke.iter().take(POINTS_MAX).filter(finite);
        points.copied().collect()
    };
    let mut strokes: Vec<Stroke> = strokes.iter().take(STROKES_MAX).map(clean).collect();
    let (mut low, mut high) = ((f32::MAX, f32::MAX), (f32::MIN, f32::MIN));
    for (x, y) in strokes.iter().flatten() {
        low = (low.0.min(*x), low.1.min(*y));
        high = (high.0.max(*x), high.1.max(*y));
    }
    let size = (high.0 - low.0).max(high.1 - low.1);
    if !(size > 0.0 && size.is_finite()) {
        return None;
    }
    let mut pieces = Vec::new();
    for stroke in &mut strokes {
        for point in stroke.iter_mut() {
            *point = ((point.0 - low.0) / size, (point.1 - low.1) / size);
        }
        cut(stroke, &mut pieces);
    }
    Some(pieces)
}

/// Cuts one stroke at even distances.
fn cut(stroke: &[(f32, f32)], pieces: &mut Vec<Piece>) {
    let Some(start) = stroke.first() else {
        return;
    };
    let distance = |a: (f32, f32), b: (f32, f32)| (b.0 - a.0).hypot(b.1 - a.1);
    let total: f32 = stroke.windows(2).map(|w| distance(w[0], w[1])).sum();
    if total < DOT {
        // A tap is meant as a dot, which is written falling to the right.
        let step = (2.0 * DOT, 2.0 * DOT);
        let middle = *start;
        pieces.push(Piece { middle, step });
        return;
    }
    let count = (total / STEP).max(1.0).floor();
    let even = total / count;
    let mut last = *start;
    let (mut walked, mut next) = (0.0, 1.0);
    for window in stroke.windows(2) {
        let (from, to) = (window[0], window[1]);
        let length = distance(from, to);
        // A little slack, so that rounding does not lose the last piece.
        while next <= count && walked + length >= next * even - 1e-4 && length > 0.0 {
            if pieces.len() >= PIECES_MAX {
                return;
            }
            let part = ((next * even - walked) / length).clamp(0.0, 1.0);
            let at = (
                from.0 + (to.0 - from.0) * part,
                from.1 + (to.1 - from.1) * part,
            );
            pieces.push(Piece {
                middle: ((last.0 + at.0) / 2.0, (last.1 + at.1) / 2.0),
                step: (at.0 - last.0, at.1 - last.1),
            });
            last = at;
            next += 1.0;
        }
        walked += length;
    }
}

/// The centre of the ink and the scale of each axis. The narrower axis is stretched, but not to the full:
/// 一 must not become a square, and a tall 日 must stay taller than a flat 曰 (after Liu et al., aspect ratio adaptive normalisation).
fn normalisation(pieces: &[Piece]) -> Option<((f32, f32), (f32, f32))> {
    let weights: Vec<f32> = pieces.iter().map(|p| p.step.0.hypot(p.step.1)).collect();
    let total: f32 = weights.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let mean_of = |value: &dyn Fn(&Piece) -> f32| {
        let weighted = pieces.iter().zip(&weights).map(|(p, w)| value(p) * w);
        weighted.sum::<f32>() / total
    };
    let mean = (mean_of(&|p| p.middle.0), mean_of(&|p| p.middle.1));
    let spread = (
        mean_of(&|p| (p.middle.0 - mean.0).powi(2)).sqrt() + 1e-4,
        mean_of(&|p| (p.middle.1 - mean.1).powi(2)).sqrt() + 1e-4,
    );
    let wide = spread.0.max(spread.1);
    let scale = |own: f32| {
        let aspect = (PI / 2.0 * own / wide).sin().sqrt();
        aspect / (SPREAD * own)
    };
    Some((mean, (scale(spread.0), scale(spread.1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: &[Stroke], b: &[Stroke]) -> bool {
        let (a, b) = (features(a).expect("ink"), features(b).expect("ink"));
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.02)
    }

    fn cross() -> Vec<Stroke> {
        vec![
            vec![(0.0, 50.0), (100.0, 50.0)],
            vec![(50.0, 0.0), (50.0, 100.0)],
        ]
    }

    #[test]
    fn order_direction_size_place_and_sampling_do_not_matter() {
        let mut other: Vec<Stroke> = cross().into_iter().rev().collect();
        other[0].reverse();
        other[1].insert(1, (30.0, 50.0));
        for point in other.iter_mut().flatten() {
            *point = (point.0 * 3.0 + 700.0, point.1 * 3.0 - 20.0);
        }
        assert!(close(&cross(), &other));
    }

    #[test]
    fn different_shapes_differ() {
        let slanted = vec![
            vec![(0.0, 0.0), (100.0, 100.0)],
            vec![(100.0, 0.0), (0.0, 100.0)],
        ];
        assert!(!close(&cross(), &slanted));
        assert!(!close(&cross(), &cross()[..1]));
    }

    #[test]
    fn a_tap_is_ink_but_not_alone() {
        let mut dotted = cross();
        dotted.push(vec![(80.0, 10.0)]);
        assert!(!close(&cross(), &dotted));
        assert!(features(&[vec![(80.0, 10.0)]]).is_none());
        assert!(features(&[vec![], vec![]]).is_none());
    }

    #[test]
    fn strange_numbers_and_floods_are_bounded() {
        let strange = vec![vec![
            (f32::NAN, 0.0),
            (f32::INFINITY, 1.0),
            (f32::MAX, f32::MIN),
        ]];
        assert!(features(&strange).is_none());
        let zigzag: Stroke = (0..5000)
            .map(|i| ((i % 2) as f32, i as f32 / 5000.0))
            .collect();
        let flood = vec![zigzag; 100];
        assert!(pieces(&flood).expect("ink").len() <= PIECES_MAX);
        assert!(features(&flood).expect("ink").iter().all(|f| f.is_finite()));
    }
}
