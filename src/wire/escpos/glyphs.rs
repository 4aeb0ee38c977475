//! Characters as dots, for what the printer's own font does not hold.

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};

/// Black and white dots, row by row from the top; one `bool` a dot, `true` is black.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    width: usize,
    height: usize,
    dots: Vec<bool>,
}

impl Bitmap {
    /// A white bitmap of `width` × `height` dots.
    #[must_use]
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            dots: vec![false; width * height],
        }
    }

    /// Dots from left to right.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Dots from top to bottom.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Whether the dot is black; outside everything is white.
    #[must_use]
    pub fn get(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.dots[y * self.width + x]
    }

    /// Sets a dot; outside nothing happens.
    pub fn set(&mut self, x: usize, y: usize, black: bool) {
        if x < self.width && y < self.height {
            self.dots[y * self.width + x] = black;
        }
    }

    /// Blackens a rectangle, as far as it lies on the bitmap.
    pub fn fill(&mut self, x: usize, y: usize, width: usize, height: usize) {
        let (left, right) = (x.min(self.width), (x + width).min(self.width));
        for y in y..(y + height).min(self.height) {
            self.dots[y * self.width..][left..right].fill(true);
        }
    }

    /// The dots of one line, from left to right; none below the bitmap.
    #[must_use]
    pub fn row(&self, y: usize) -> &[bool] {
        let begin = self.dots.len().min(y * self.width);
        &self.dots[begin..self.dots.len().min(begin + self.width)]
    }

    /// Puts the black dots of `other` down with its upper left corner at `x`, `y`.
    pub fn stamp(&mut self, other: &Self, x: usize, y: usize) {
        for row in 0..other.height {
            for column in 0..other.width {
                if other.get(column, row) {
                    self.set(x + column, y + row, true);
                }
            }
        }
    }
}

/// Draws characters.
pub trait Glyphs {
    /// `ch` in a cell of `width` × `height` dots; `None` if it cannot be drawn.
    fn glyph(&self, ch: char, width: usize, height: usize) -> Option<Bitmap>;

    /// A receipt is drawn to its end: what was kept for its characters may go.
    fn rest(&self) {}
}

/// Draws nothing: characters outside the printer's font print as `〓`.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGlyphs;

impl Glyphs for NoGlyphs {
    fn glyph(&self, _: char, _: usize, _: usize) -> Option<Bitmap> {
        None
    }
}

/// The bytes are not a usable TrueType or OpenType font, or the collection has no font of that index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("font {index} cannot be read from these bytes")]
pub struct FontUnusable {
    /// Index in the collection.
    pub index: u32,
}

/// Draws with one or more fonts; the first that has the character is taken.
#[derive(Default)]
pub struct FontGlyphs {
    fonts: Vec<FontVec>,
}

impl std::fmt::Debug for FontGlyphs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FontGlyphs({} fonts)", self.fonts.len())
    }
}

impl FontGlyphs {
    /// Adds font `index` of a font file or collection (TTC) given as bytes.
    ///
    /// # Errors
    /// The bytes are no font, or have no font of that index.
    pub fn with_font(mut self, bytes: Vec<u8>, index: u32) -> Result<Self, FontUnusable> {
        let font =
            FontVec::try_from_vec_and_index(bytes, index).map_err(|_| FontUnusable { index })?;
        self.fonts.push(font);
        Ok(self)
    }
}

impl Glyphs for FontGlyphs {
    fn glyph(&self, ch: char, width: usize, height: usize) -> Option<Bitmap> {
        let font = self.fonts.iter().find(|font| font.glyph_id(ch).0 != 0)?;
        let em = font.units_per_em()?;
        // ab_glyph scales by ascent minus descent; a Chinese character fills the em square.
        let to_scale = font.height_unscaled() / em;
        // A Latin cell is half an em wide; every other cell is a whole one.
        let em_width = if ch.is_ascii() { width * 2 } else { width } as f32;
        let mut scale = PxScale {
            x: em_width * to_scale,
            y: height as f32 * to_scale,
        };
        let id = font.glyph_id(ch);
        let advance = font.as_scaled(scale).h_advance(id);
        if advance > width as f32 {
            scale.x *= width as f32 / advance;
        }
        let scaled = font.as_scaled(scale);
        let left = (width as f32 - scaled.h_advance(id)) / 2.0;
        // The ideographic em box reaches from -0.12 em to 0.88 em around the base line.
        let base = height as f32 * 0.86;
        let mut bitmap = Bitmap::new(width, height);
        if let Some(outline) =
            font.outline_glyph(id.with_scale_and_position(scale, point(left, base)))
        {
            let bounds = outline.px_bounds();
            outline.draw(|x, y, coverage| {
                let (x, y) = (
                    bounds.min.x as i64 + i64::from(x),
                    bounds.min.y as i64 + i64::from(y),
                );
                if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y))
                    && coverage > 0.42
                {
                    bitmap.set(x, y, true);
                }
            });
        }
        Some(bitmap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_outside_are_white_and_harmless() {
        let mut bitmap = Bitmap::new(3, 2);
        bitmap.set(9, 9, true);
        bitmap.set(2, 1, true);
        assert!(bitmap.get(2, 1) && !bitmap.get(3, 1) && !bitmap.get(0, 0));
        let mut page = Bitmap::new(4, 4);
        page.stamp(&bitmap, 2, 2);
        assert_eq!(page, Bitmap::new(4, 4), "stamped over the edge");
        page.stamp(&bitmap, 1, 1);
        assert!(page.get(3, 2));
    }

    #[test]
    fn bytes_that_are_no_font_are_refused() {
        let error = FontGlyphs::default()
            .with_font(vec![0; 64], 2)
            .expect_err("no font");
        assert_eq!(error, FontUnusable { index: 2 });
    }
}
