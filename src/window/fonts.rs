//! Slint draws nothing, not even boxes, for glyphs that no font has. So the font is looked for first.

use kiosk_ui::shared_collection;

/// Families with simplified Chinese, best first: Debian's fonts-noto-cjk, Noto's own name, fonts-wqy-microhei.
const FAMILIES: [&str; 3] = ["Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Micro Hei"];

/// No font with Chinese glyphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no Chinese font: the pages would be blank. Install fonts-noto-cjk or fonts-wqy-microhei (looked for {FAMILIES:?})"
)]
pub struct FontError;

/// The family the pages are to be drawn with. Slint must have its platform.
///
/// # Errors
/// [`FontError`] when none of the known families is installed.
pub fn fonts_present() -> Result<&'static str, FontError> {
    let mut fonts = shared_collection();
    FAMILIES
        .into_iter()
        .find(|family| fonts.family_by_name(family).is_some())
        .ok_or(FontError)
}
