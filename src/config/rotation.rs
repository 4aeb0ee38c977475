//! How a panel is built in: a landscape panel that stands upright is the usual one.

/// A turn in quarters, clockwise as one looks at the panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rotation {
    /// 0°.
    #[default]
    None,
    /// 90°.
    Quarter,
    /// 180°.
    Half,
    /// 270°.
    ThreeQuarters,
}

impl Rotation {
    /// What stands in `kiosk.toml`.
    pub(super) const DEGREES: [u32; 4] = [0, 90, 180, 270];

    /// Of so many degrees; none of those that are no quarters.
    #[must_use]
    pub fn of_degrees(degrees: u32) -> Self {
        match degrees {
            90 => Self::Quarter,
            180 => Self::Half,
            270 => Self::ThreeQuarters,
            _ => Self::None,
        }
    }

    /// 0, 90, 180 or 270.
    #[must_use]
    pub fn degrees(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }

    /// A point of the panel, as a fraction 0..=1 of its own width and height, on the picture that is drawn with this
    /// turn.
    #[must_use]
    pub fn turn(self, x: f32, y: f32) -> (f32, f32) {
        match self {
            Self::None => (x, y),
            Self::Quarter => (y, 1.0 - x),
            Self::Half => (1.0 - x, 1.0 - y),
            Self::ThreeQuarters => (1.0 - y, x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_left_corner_of_the_panel_is_where_the_picture_has_it() {
        // Drawn 90° clockwise, the picture's lower left corner lies in the panel's upper left one.
        assert_eq!(Rotation::None.turn(0.0, 0.0), (0.0, 0.0));
        assert_eq!(Rotation::Quarter.turn(0.0, 0.0), (0.0, 1.0));
        assert_eq!(Rotation::Half.turn(0.0, 0.0), (1.0, 1.0));
        assert_eq!(Rotation::ThreeQuarters.turn(0.0, 0.0), (1.0, 0.0));
    }

    #[test]
    fn four_quarters_are_none() {
        let point = (0.25, 0.875);
        let once = |(x, y)| Rotation::Quarter.turn(x, y);
        assert_eq!(once(once(point)), Rotation::Half.turn(0.25, 0.875));
        assert_eq!(once(once(once(once(point)))), point);
        let back = |(x, y)| Rotation::ThreeQuarters.turn(x, y);
        assert_eq!(back(once(point)), point);
    }

    #[test]
    fn degrees_go_both_ways() {
        for degrees in Rotation::DEGREES {
            assert_eq!(Rotation::of_degrees(degrees).degrees(), degrees);
        }
    }
}
