//! Fonts of the system, for characters that a printer has not.

use std::cell::RefCell;
use std::path::PathBuf;

use crate::wire::escpos::{Bitmap, FontGlyphs, Glyphs};

/// Where Debian's packages put fonts with Chinese glyphs, and the number of the simplified Chinese font in the file.
pub const CJK_FONTS: [(&str, u32); 2] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
];

/// Draws characters from font files. Each is read when a receipt has its first character that nothing before could
/// draw, and is gone when the receipt is drawn: rare characters are rare, and a file is larger than the rest of the
/// firmware's memory.
#[derive(Debug)]
pub struct FileGlyphs {
    /// In the order in which they are asked.
    files: Vec<(PathBuf, u32)>,
    /// Those read for this receipt; none in place of one that cannot be used.
    read: RefCell<Vec<Option<FontGlyphs>>>,
}

impl FileGlyphs {
    /// `own` goes before the fonts of the system.
    #[must_use]
    pub fn new(own: Option<PathBuf>) -> Self {
        let own = own.into_iter().map(|path| (path, 0));
        let system = CJK_FONTS.map(|(path, index)| (path.into(), index));
        Self {
            files: own.chain(system).collect(),
            read: RefCell::default(),
        }
    }
}

fn read((path, index): &(PathBuf, u32)) -> Option<FontGlyphs> {
    let bytes = std::fs::read(path).ok()?;
    FontGlyphs::default().with_font(bytes, *index).ok()
}

impl Glyphs for FileGlyphs {
    fn glyph(&self, ch: char, width: usize, height: usize) -> Option<Bitmap> {
        let mut fonts = self.read.borrow_mut();
        self.files.iter().enumerate().find_map(|(at, file)| {
            if fonts.len() <= at {
                fonts.push(read(file));
            }
            fonts.get(at)?.as_ref()?.glyph(ch, width, height)
        })
    }

    fn rest(&self) {
        self.read.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_read_once_a_receipt_and_forgotten_after_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let Some((path, _)) = CJK_FONTS
            .iter()
            .find(|(path, _)| std::fs::exists(path).is_ok_and(|it| it))
        else {
            // No Chinese font is installed here.
            return;
        };
        let own = folder.path().join("font");
        std::fs::copy(path, &own).expect("a copy");
        let mut glyphs = FileGlyphs::new(Some(own.clone()));
        glyphs.files.truncate(1);
        assert!(glyphs.glyph('㐂', 24, 24).is_some());
        std::fs::remove_file(&own).expect("it goes");
        assert!(glyphs.glyph('喆', 24, 24).is_some(), "not read again");
        glyphs.rest();
        assert!(glyphs.glyph('喆', 24, 24).is_none(), "forgotten");
    }
}
