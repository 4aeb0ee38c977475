//! Chinese text input: pinyin, handwriting, and the state of one text field on the screen.
//!
//! Everything here is pure and learns nothing: what a citizen types is used for that field and wiped with it.

mod composition;
mod dictionary;
mod editor;
mod engines;
mod field;
mod handwriting;
mod ink;
mod lattice;
mod syllables;

pub use composition::{CANDIDATES_MAX, Candidate, Committed, Composition, LETTERS_MAX};
pub use dictionary::PinyinDictionary;
pub use editor::{CANDIDATES_PER_PAGE, Editor, Key};
pub use engines::{DataError, Engines};
pub use field::{Kind, Mode};
pub use handwriting::{HandwritingModel, RECOGNISED_MAX};
pub use ink::{POINTS_MAX, STROKES_MAX, Stroke};
