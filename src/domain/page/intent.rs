//! What comes back from the screen.

use super::Keys;

/// What a person did on the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Touched anywhere (resets the idle clock; begins on the start page).
    Touch,
    /// The primary button.
    Primary,
    /// A secondary button, by place.
    Secondary(usize),
    /// A choice, tile, result or star, by place on this page.
    Choose(usize),
    /// `修改` of a line, by place on this page.
    Change(usize),
    /// Next page of a list.
    NextPage,
    /// Previous page of a list.
    PreviousPage,
    /// `返回`.
    Back,
    /// `退出`.
    Leave,
    /// `帮助`.
    Help,
    /// Other language.
    Language,
    /// Stay, continue, close: the harmless button of an overlay.
    OverlayStay,
    /// The other button of an overlay.
    OverlayLeave,
    /// A character key.
    Key(char),
    /// Whole text at once (a hardware keyboard or a script).
    Insert(String),
    /// Delete one.
    Backspace,
    /// Delete all (also clears ink).
    Clear,
    /// A candidate by place.
    Candidate(usize),
    /// More candidates.
    NextCandidates,
    /// Earlier candidates.
    PreviousCandidates,
    /// Other keys.
    KeySet(Keys),
    /// One finished stroke, coordinates 0..1 of the canvas, at most 256 points.
    Stroke(Vec<(f32, f32)>),
}
