//! Strokes: points in 0..1 of the sheet in, path commands in a box of 2000 × 1000 out.

use std::fmt::Write as _;

/// Most points of one stroke.
const POINTS_MAX: usize = 256;
/// Most characters of path commands on one sheet; later strokes are not drawn.
const COMMANDS_MAX: usize = 256 * 1024;
/// A finger that moves less than this is still at the same point.
const NEAR: f32 = 0.004;

/// Path commands of finished strokes.
pub fn commands(strokes: &[Vec<(f32, f32)>]) -> String {
    let mut out = String::new();
    for stroke in strokes {
        if out.len() > COMMANDS_MAX {
            break;
        }
        append(&mut out, stroke);
    }
    out
}

fn append(out: &mut String, stroke: &[(f32, f32)]) {
    let mut points = stroke.iter().map(|(x, y)| (x * 2000.0, y * 1000.0));
    let Some((x, y)) = points.next() else { return };
    // A tap is a dot: a line too short to have a direction is not drawn.
    let _ = write!(out, "M {x:.0} {y:.0} L {:.0} {y:.0} ", x + 1.0);
    for (x, y) in points {
        let _ = write!(out, "L {x:.0} {y:.0} ");
    }
}

/// The stroke under the finger.
#[derive(Default)]
pub struct Live {
    points: Vec<(f32, f32)>,
    commands: String,
}

impl Live {
    /// A new stroke; what was there before is forgotten.
    pub fn begin(&mut self) {
        self.points.clear();
        self.commands.clear();
    }

    /// The finger is at this point. Path commands when there is something new to draw.
    pub fn point(&mut self, x: f32, y: f32) -> Option<String> {
        if !x.is_finite() || !y.is_finite() || self.points.len() >= POINTS_MAX {
            return None;
        }
        let (x, y) = (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0));
        if let Some((last_x, last_y)) = self.points.last()
            && (last_x - x).abs() < NEAR
            && (last_y - y).abs() < NEAR
        {
            return None;
        }
        self.points.push((x, y));
        if self.points.len() == 1 {
            append(&mut self.commands, &[(x, y)]);
        } else {
            let _ = write!(self.commands, "L {:.0} {:.0} ", x * 2000.0, y * 1000.0);
        }
        Some(self.commands.clone())
    }

    /// The finger is up: the stroke, unless nothing was drawn.
    pub fn end(&mut self) -> Option<Vec<(f32, f32)>> {
        self.commands.clear();
        (!self.points.is_empty()).then(|| std::mem::take(&mut self.points))
    }
}
