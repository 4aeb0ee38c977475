//! How the screen of a machine is built in.

use super::reading::{Reading, Section};
use super::{Orientation, Rotation, Screen};

impl Screen {
    /// What `text`, a TOML file, says in its `[screen]`, whatever else is wrong with the file: a page that says "out of service" has
    /// to stand upright. `None` when it is no TOML, has no such table, or mistakes in it.
    #[must_use]
    pub fn alone(text: &str) -> Option<Self> {
        let (table, reading) = Reading::of(text).ok()?;
        let screen = reading.root(&table).table("screen", screen);
        reading.result(screen).ok()
    }
}

pub(super) fn screen(s: &mut Section<'_>) -> Screen {
    let rotation = s.one_of("rotation", 0, &Rotation::DEGREES);
    let touch_rotation = s.one_of("touch_rotation", rotation, &Rotation::DEGREES);
    Screen {
        rotation: Rotation::of_degrees(rotation),
        touch_rotation: Rotation::of_degrees(touch_rotation),
        orientation: s.choice(
            "orientation",
            Orientation::Portrait,
            &[
                ("portrait", Orientation::Portrait),
                ("landscape", Orientation::Landscape),
            ],
        ),
        font: s.optional_path("font"),
        backlight: s.optional_path("backlight"),
        dim_percent: s.number("dim_percent", 20, 1..=100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_mistakes_still_says_which_way_the_screen_stands() {
        let rotation = |text: &str| Screen::alone(text).map(|screen| screen.rotation);
        let turned = "[screen]\nrotation = 90\n";
        assert_eq!(rotation(turned), Some(Rotation::Quarter));
        assert_eq!(
            rotation(&format!("[machine]\nid = 1\n{turned}")),
            Some(Rotation::Quarter)
        );
        assert_eq!(rotation("[machine]\nid = 1\n"), Some(Rotation::None));
        for none in ["[screen\n", "[screen]\nrotation = 45\n", "screen = 90\n"] {
            assert_eq!(rotation(none), None, "{none:?}");
        }
    }
}
