//! Fonts of the system, for characters that a printer has not.

use std::path::{Path, PathBuf};

use crate::wire::escpos::{Bitmap, FontGlyphs, Glyphs};

/// Where Debian's packages put fonts with Chinese glyphs, and the number of the simplified Chinese font in the file.
pub const CJK_FONTS: [(&str, u32); 2] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
];

/// Draws characters from a font file that is read only while one is drawn: rare characters are rare, and the file is
/// larger than the rest of the firmware's memory.
#[derive(Clone, Debug)]
pub struct FileGlyphs {
    own: Option<PathBuf>,
}

impl FileGlyphs {
    /// `own` goes before the fonts of the system.
    #[must_use]
    pub fn new(own: Option<PathBuf>) -> Self {
        Self { own }
    }
}

fn draw(path: &Path, index: u32, ch: char, width: usize, height: usize) -> Option<Bitmap> {
    let bytes = std::fs::read(path).ok()?;
    FontGlyphs::default()
        .with_font(bytes, index)
        .ok()?
        .glyph(ch, width, height)
}

impl Glyphs for FileGlyphs {
    fn glyph(&self, ch: char, width: usize, height: usize) -> Option<Bitmap> {
        let own = self.own.iter().map(|path| (path.as_path(), 0));
        let system = CJK_FONTS
            .iter()
            .map(|(path, index)| (Path::new(*path), *index));
        own.chain(system)
            .find_map(|(path, index)| draw(path, index, ch, width, height))
    }
}
